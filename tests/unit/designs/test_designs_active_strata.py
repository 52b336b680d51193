"""Scores a delivery shows by itself, by hand; strata of scores."""

import numpy as np
import pytest

from vendoreval.designs.active_strata import VOTE_CUTS, strata_of_scores
from vendoreval.errors import InputError
from vendoreval.inference.consensus import dawid_skene
from vendoreval.inference.side_information import doubts, rarity, vote_shares

ITEM = np.array([0, 0, 0, 0, 1, 1, 2, -1])
WHO = np.array([0, 1, 2, 3, 0, 1, 2, 0])
SAID = np.array([0, 0, 0, 1, 1, 1, 0, 1])


def test_shares_of_the_others_who_differ() -> None:
    # item 0: three labels differ from one other of three, one from all three; item 2 has nobody else
    assert vote_shares(ITEM, WHO, SAID, 4) == pytest.approx([(3 / 3 + 1) / 4, 0, np.nan, np.nan], nan_ok=True)
    delivered, by = np.array([1, 1, 0, -1]), np.array([3, 0, 2, -1])
    assert vote_shares(ITEM, WHO, SAID, 4, delivered, by) == pytest.approx([1, 0, np.nan, np.nan], nan_ok=True)
    assert vote_shares(ITEM, WHO, SAID, 4, delivered) == pytest.approx([3 / 4, 0, 0, np.nan], nan_ok=True)


def test_a_repeated_label_is_nobody_elses() -> None:
    item, who, said = np.zeros(3, dtype=int), np.array([0, 0, 1]), np.array([0, 1, 1])
    # the first label differs from the other person's, the second does not, the third from one of two
    assert vote_shares(item, who, said, 1) == pytest.approx([(1 + 0 + 1 / 2) / 3])


def test_doubts_and_rare_classes() -> None:
    model = dawid_skene(ITEM, WHO, SAID, 2)
    found = doubts(model, ITEM, SAID, 4)
    assert found[1] == pytest.approx(1 - model.posterior[1, 1])
    assert np.isnan(found[3])
    said = np.array([0] * 99 + [1])
    assert rarity(np.arange(100), said, 101) == pytest.approx([*[0] * 99, 1, np.nan], nan_ok=True)


def test_a_flag_makes_two_strata_however_few_are_flagged() -> None:
    found = strata_of_scores([0] * 990 + [1] * 10)
    assert (found.sizes, found.predicted, found.missing) == ((990, 10), None, False)
    assert strata_of_scores([0] * 996 + [1] * 4).sizes == (1000,)
    assert strata_of_scores([0] * 996).sizes == (996,)


def test_shares_of_votes_are_cut_and_small_strata_join_the_smaller_neighbour() -> None:
    scores = np.repeat([0, 0.1, 0.2, 0.4, 0.9], [500, 100, 10, 90, 300])
    found = strata_of_scores(scores, VOTE_CUTS)
    assert list(found.sizes) == [500, 100, 100, 300]  # .2 and .4 together
    assert list(found.cuts) == [0, 0.15, 0.5]
    assert found.predicted == pytest.approx([0, 0.1, (10 * 0.2 + 90 * 0.4) / 100, 0.9])


def test_items_without_a_score_are_a_stratum_of_their_own() -> None:
    scores = np.repeat([0, 0.1, 0.2, 0.4, 0.9, np.nan], 100)
    found = strata_of_scores(scores, VOTE_CUTS)
    assert (len(found.sizes), found.sizes[-1], found.missing) == (5, 100, True)
    assert (found.predicted or ())[-1] == pytest.approx(np.nanmean(scores))
    few = strata_of_scores(np.append(scores[:500], np.nan), VOTE_CUTS)
    assert (sum(few.sizes), few.missing) == (501, False)
    assert strata_of_scores([np.nan] * 20).sizes == (20,)


def test_scores_that_are_no_chances_are_cut_at_quantiles() -> None:
    found = strata_of_scores(np.arange(1000.0))
    assert list(found.sizes) == [500, 250, 150, 60, 40]
    assert list(found.predicted or ()) == [1, 3, 9, 27, 81]
    with pytest.raises(InputError):
        strata_of_scores([1, 2], (0.5, 0.1))
    with pytest.raises(InputError):
        strata_of_scores([np.inf])
