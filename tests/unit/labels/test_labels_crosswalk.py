"""A crosswalk settles how ids are written, and never gives one item's answer to another."""

from __future__ import annotations

import pytest

from vendoreval.errors import InputError
from vendoreval.labels.crosswalk import INLINE, crosswalk_of, record_of, set_apart


def of(*pairs: tuple[str, str]) -> dict[str, str]:
    return dict(crosswalk_of((line, *pair) for line, pair in enumerate(pairs, start=2)).ours)


def test_pairs_doubled_rows_and_ids_that_are_none_of_ours() -> None:
    assert of(("37", "00037"), ("74", "00074"), ("37", "00037"), ("5", "5")) == {
        "37": "00037", "74": "00074", "5": "5",
    }  # fmt: skip
    assert crosswalk_of([(2, "x", ""), (3, "37", "00037")]).others == {"x"}


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (
            [("37", "00037"), ("37", "00074")],
            "line 3: The crosswalk is not one to one: '37' is '00037' and '00074'",
        ),
        (
            [("37", "00037"), ("037", "00037")],
            "line 3: The crosswalk is not one to one: '00037' is '37' and '037'",
        ),
        ([("", "00037")], "line 2: The delivered id is empty"),
        ([("x", ""), ("x", "y")], "says two things of 'x'"),
        ([("a", "b"), ("b", "a")], "'a' is itself an id of the crosswalk's other side"),
        ([("a", "b"), ("b", "c")], "'b' is itself an id"),
    ],
)
def test_what_no_crosswalk_may_say(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        crosswalk_of(((line, *pair) for line, pair in enumerate(pairs, start=2)), "ids.csv")


def test_an_id_of_ours_is_not_given_to_another_item() -> None:
    crosswalk = crosswalk_of([(2, "photo-1", "photo-2"), (3, "x", "x")])
    with pytest.raises(InputError, match="'photo-1' is itself an id of the gold set 'g'"):
        crosswalk.refuse_ids_of({"photo-1", "photo-2"}, "the gold set 'g'")
    crosswalk.refuse_ids_of({"photo-2", "x"}, "the gold set 'g'")


def test_what_notation_does_not_explain_is_the_buyers_word() -> None:
    crosswalk = crosswalk_of([(2, "37", "00037"), (3, "UP/A-7.JPG", "a-7"), (4, "q", "r"), (5, "b/1", "1")])
    assert record_of(crosswalk, {"37", "UP/A-7.JPG", "q", "b/1"}, {"z"}, {"1"}) == {
        "pairs": 4,
        "rules": {"case": 1, "ending": 1, "folder": 1, "leading zeros": 1},
        "buyers_word": 2,
        "buyers_word_examples": [["b/1", "1"], ["q", "r"]],
        "no_item_of_ours": 1,
        "listed": [["37", "00037"], ["UP/A-7.JPG", "a-7"], ["b/1", "1"], ["q", "r"]],
        "set_apart": ["z"],
    }


def test_what_notation_explains_and_the_crosswalk_sets_apart_is_listed_pair_by_pair() -> None:
    intake = {"ids": {"crosswalk": {"set_apart": ["148", "0148", "up/296.jpg", "zebra"]}}}
    pairs = [str(pair) for pair in set_apart(intake, ["00148", "00296", "00444"])]
    assert pairs == [
        "'00148' and '0148' (leading zeros)",
        "'00148' and '148' (leading zeros)",
        "'00296' and 'up/296.jpg' (ending, leading zeros, folder)",
    ]
    assert set_apart(intake, []) == set_apart({}, ["00148"]) == set_apart({"ids": None}, ["00148"]) == []


def test_more_words_than_can_be_listed_are_refused() -> None:
    with pytest.raises(InputError, match="100,001 item ids empty"):
        crosswalk_of((n, f"x{n}", "") for n in range(INLINE + 1))
