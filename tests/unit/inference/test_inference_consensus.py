"""Dawid & Skene against the published example, crowd-kit and a plain loop."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene, OneCoinDawidSkene
from numpy.typing import NDArray

from tests.conftest import SHARED
from tests.unit.inference.real_labels import real
from vendoreval.errors import InputError
from vendoreval.inference.consensus import Consensus, dawid_skene, one_coin
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.consensus import majority

Ints = NDArray[np.int64]


def anesthesia() -> tuple[Ints, Ints, Ints]:
    rows = pd.read_csv(SHARED / "oracles" / "anesthesia_rater_pkg.csv")
    return (
        rows["item"].to_numpy() - 1,
        rows["rater"].to_numpy() - 1,
        rows["rating"].to_numpy() - 1,
    )


def made(seed: int, items: int = 300, people: int = 12, classes: int = 3) -> tuple[Ints, Ints, Ints, Ints]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, items, p=np.arange(classes, 0, -1) / np.arange(1, classes + 1).sum())
    item = np.repeat(np.arange(items), 4)
    who = np.argsort(rng.random((items, people)), axis=1)[:, :4].ravel()
    right = rng.random(len(item)) < rng.uniform(0.4, 0.95, people)[who]
    return item, who, np.where(right, truth[item], rng.integers(0, classes, len(item))), truth


def test_the_example_of_the_paper() -> None:
    """Figures of STATISTICS.md: R package rater's data, an independent EM, the paper's shares."""
    found = dawid_skene(*anesthesia(), 4, smoothing=0, tolerance=1e-12, steps=2000)
    assert found.converged
    assert found.log_likelihood == pytest.approx(-190.73099659, abs=1e-8)
    assert found.prior == pytest.approx([0.4000, 0.4216, 0.1118, 0.0667], abs=5e-5)
    assert np.diag(found.confusion[0]) == pytest.approx([0.907, 0.877, 0.661, 0.444], abs=5e-4)
    assert np.diag(found.confusion[1]) == pytest.approx([0.833, 0.633, 1, 1], abs=5e-4)


def test_it_differs_from_the_majority_on_three_patients() -> None:
    item, who, label = anesthesia()
    found = dawid_skene(item, who, label, 4, smoothing=0, tolerance=1e-12, steps=2000)
    texts = tuple("1234")
    table = LabelTable(
        Coded(item.astype(np.int32), tuple(f"{i:02d}" for i in range(45))),
        Coded(who.astype(np.int32), tuple("12345")),
        {"label": Coded(label.astype(np.int32), texts)},
    )
    votes = majority(table, "smallest_label").answers["label"]
    assert isinstance(votes, Coded)
    assert int((votes.codes == found.label).sum()) == 42


def test_a_plain_loop_gives_the_same() -> None:
    item, who, label, _ = made(1, items=60, people=6)
    found = dawid_skene(item, who, label, 3, smoothing=0, tolerance=-1, steps=15)
    posterior = np.zeros((60, 3))
    for i, answer in zip(item, label, strict=True):
        posterior[i, answer] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(15):
        prior, confusion = posterior.mean(axis=0), np.zeros((6, 3, 3))
        for i, a, answer in zip(item, who, label, strict=True):
            confusion[a, :, answer] += posterior[i]
        confusion = np.maximum(confusion / confusion.sum(axis=2, keepdims=True), 1e-10)
        joint = np.tile(np.log(prior), (60, 1))
        for i, a, answer in zip(item, who, label, strict=True):
            joint[i] += np.log(confusion[a, :, answer])
        posterior = np.exp(joint - joint.max(axis=1, keepdims=True))
        posterior /= posterior.sum(axis=1, keepdims=True)
    assert found.posterior == pytest.approx(posterior, abs=1e-9)
    assert found.confusion == pytest.approx(confusion, abs=1e-9)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The inplace keyword")
@pytest.mark.parametrize(
    ("name", "within"), [("bluebirds", 1e-6), ("weather_sentiment_two_vendors", 1e-6), ("music_genre", 0.05)]
)
def test_crowd_kit_gives_the_same_posterior(name: str, within: float) -> None:
    """Theirs lifts every chance to 1e-10, which moves doubtful items among ten classes a little."""
    labels = real(name)
    first = ~pd.DataFrame({"i": labels.item, "a": labels.annotator}).duplicated().to_numpy()
    item, who, label = labels.item[first], labels.annotator[first], labels.label[first]
    classes = len(labels.classes)
    found = dawid_skene(item, who, label, classes, smoothing=0, tolerance=-1, steps=30)
    frame = pd.DataFrame({"task": item, "worker": who, "label": label})
    theirs = DawidSkene(n_iter=30, tol=-np.inf).fit_predict_proba(frame).sort_index().sort_index(axis=1)
    assert theirs.to_numpy() == pytest.approx(found.posterior, abs=within)
    assert (theirs.to_numpy().argmax(axis=1) == found.label).mean() >= 0.995
    coin = one_coin(item, who, label, classes, smoothing=0, tolerance=-1, steps=30)
    votes = OneCoinDawidSkene(n_iter=30, tol=-np.inf).fit_predict(frame).sort_index()
    assert (votes.to_numpy() == coin.label).mean() >= 0.985


@pytest.mark.parametrize(
    ("name", "dawid", "coin"),
    [
        ("bluebirds", 0.8981, 0.5833),
        ("music_genre", 0.7700, 0.7929),
        ("weather_sentiment_two_vendors", 0.8533, 0.8733),
        ("zencrowd_two_vendors", 0.7936, 0.8407),
        ("hitspam_copied_consensus", 0.66, 0.66),  # no model can see through copies
    ],
)
def test_accuracy_on_real_labels(name: str, dawid: float, coin: float) -> None:
    """Frozen figures. The majority's: 0.7593, 0.7114, 0.8767, 0.8387, 0.66: no method is always best."""
    labels = real(name)
    gold = np.full(int(labels.item.max()) + 1, -1)
    gold[labels.item] = labels.gold
    for model, expected in ((dawid_skene, dawid), (one_coin, coin)):
        found = model(labels.item, labels.annotator, labels.label, len(labels.classes))
        assert found.converged
        assert (found.label == gold)[gold >= 0].mean() == pytest.approx(expected, abs=5e-4)


def test_gold_is_held_fixed_and_helps() -> None:
    item, who, label, truth = made(2)
    gold = np.where(np.arange(300) < 100, truth, -1)
    plain, held = dawid_skene(item, who, label, 3), dawid_skene(item, who, label, 3, gold)
    assert (held.label[:100] == truth[:100]).all()
    assert (held.confidence[:100] == 1.0).all()
    assert (held.label == truth)[100:].mean() >= (plain.label == truth)[100:].mean()
    coin = one_coin(item, who, label, 3, gold)
    assert (coin.label[:100] == truth[:100]).all()


def test_steps_never_lower_the_likelihood() -> None:
    item, who, label, _ = made(3)
    for model in (dawid_skene, one_coin):
        found = [
            model(item, who, label, 3, smoothing=0, tolerance=-1, steps=n).log_likelihood for n in range(1, 12)
        ]
        assert (np.diff(found) >= -1e-9).all()


def test_order_of_rows_and_names_of_people_do_not_matter() -> None:
    item, who, label, _ = made(4)
    order = np.random.default_rng(0).permutation(len(item))
    one, other = dawid_skene(item, who, label, 3), dawid_skene(item[order], 11 - who[order], label[order], 3)
    assert one.posterior == pytest.approx(other.posterior, abs=1e-9)
    assert one.confusion == pytest.approx(other.confusion[::-1], abs=1e-9)


def test_rows_without_codes_are_left_out_and_none_at_all_is_refused() -> None:
    item, who, label, _ = made(5)
    found = dawid_skene(np.append(item, -1), np.append(who, 0), np.append(label, 0), 3)
    assert found.posterior == pytest.approx(dawid_skene(item, who, label, 3).posterior)
    with pytest.raises(InputError, match="no label by a named annotator"):
        one_coin(item, who - 100, label, 3)


def test_rates_of_annotators_are_found_without_gold() -> None:
    item, who, label, truth = made(6, items=4000)
    for found in (dawid_skene(item, who, label, 3), one_coin(item, who, label, 3)):
        assert isinstance(found, Consensus)
        right, spread, n = found.right(item, who, label)
        true = np.bincount(who, weights=label == truth[item]) / np.bincount(who)
        assert right / n == pytest.approx(true, abs=0.03)
        assert (spread >= 0).all()
