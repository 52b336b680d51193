"""Transcriptions against gold: outcomes word by word, empty texts, accepted variants, words around errors."""

from __future__ import annotations

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.span_samples import counted, shuffled
from tests.unit.tasks.word_samples import TEXTS, delivery_of, gold_of, judged, task, words
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.transcription import TYPE

few = settings(max_examples=30)
SPOKEN = st.lists(st.sampled_from(["ab", "cd", "e", "fgh", "ab."]), max_size=7).map(" ".join)
SHEETS = st.dictionaries(st.tuples(st.sampled_from("xyz"), st.sampled_from("abc")), SPOKEN, min_size=1)


def rate(outcomes: Outcomes, metric: str = "wer") -> float:
    """The error rate of all of it."""
    return float(measure(metric, outcomes, None, (), Counting("word")).lost)


def test_each_word_is_a_unit_in_reading_order() -> None:
    found = judged("the cat sat on the mat", "a the cap sat the mat mat")
    assert words(found) == [
        (None, "a", "extra"), ("the", "the", "correct"), ("cat", "cap", "wrong_label"),
        ("sat", "sat", "correct"),
        ("on", None, "missing"), ("the", "the", "correct"), (None, "mat", "extra"), ("mat", "mat", "correct"),
    ]  # fmt: skip
    assert found.where is not None
    assert [text for text in found.where.text() if text] == [
        "[→ a] the cat sat …", "the [cat → cap] sat on the …", "the cat sat [on →] the mat",
        "… sat on the [→ mat] mat",
    ]  # fmt: skip
    assert found.unit.tolist() == list(range(len(found)))


def test_rows_of_texts_are_behind_words() -> None:
    gold, given_ = gold_of({"i": "a b", "j": "c"}), delivery_of({("k", "p"): "z", ("j", "p"): "c d"})
    found = TYPE.compare(gold, given_, task())
    assert found.expected_row is not None
    assert found.delivered_row is not None
    rows = [row for row in found.delivered_row.tolist() if row >= 0]
    assert {given_.text("label")[row] for row in rows} == {"c d"}
    assert {gold.labels.text("label")[row] for row in found.expected_row.tolist() if row >= 0} == {"a b", "c"}


@pytest.mark.parametrize(
    ("gold", "given_", "outcomes", "wer"),
    [
        ("", "", {"empty_agreed": 1}, 0.0),
        ("a b", "", {"missing": 2, "correct": 1, "wrong_label": 1}, 1.0),  # the last two: the characters' rows
        ("...", "?", {"empty_agreed": 1}, 0.0),  # nothing is left of either
    ],
)
def test_empty_texts(gold: str, given_: str, outcomes: dict[str, int], wer: float) -> None:
    found = judged(gold, given_, normalize="basic")
    assert counted(found) == outcomes
    assert rate(found) == wer


def test_words_on_a_recording_without_speech_count() -> None:
    """One silent reference must not make the whole rate vanish, and its words are errors."""
    gold = gold_of({"silent": "", "spoken": "a b c d"})
    found = TYPE.compare(gold, delivery_of({("silent", "p"): "x y", ("spoken", "p"): "a b c"}), task())
    assert rate(found) == 3 / 4
    assert rate(found) == jiwer.wer(["", "a b c d"], ["x y", "a b c"])
    assert rate(found, "cer") == pytest.approx(jiwer.cer(["", "a b c d"], ["x y", "a b c"]))


def test_the_accepted_answer_with_the_fewest_errors_counts_for_each_sheet() -> None:
    gold = gold_of({"i": ["twenty one", "21"]})
    found = TYPE.compare(gold, delivery_of({("i", "a"): "21", ("i", "b"): "twenty two"}), task())
    assert words(found) == [
        ("21", "21", "correct"),
        ("twenty", "twenty", "correct"),
        ("one", "two", "wrong_label"),
    ]


def test_an_item_that_nobody_answered() -> None:
    found = TYPE.compare(gold_of({"i": "a b", "j": "c"}), delivery_of({("j", "p"): "c"}), task())
    assert found.unanswered.sum() == 3  # two words, and their characters
    assert rate(found) == 0
    every = Counting("word", omissions=True)
    assert measure("wer", found, None, (), every).lost == pytest.approx(2 / 3)
    assert measure("cer", found, None, (), every).lost == pytest.approx(3 / 4)


def test_several_rows_of_an_answer_are_joined_whatever_their_order() -> None:
    one, other = (judged("a b c", rows) for rows in (["a", "b c"], ["b c", "a"]))
    assert words(one) == words(other)
    assert counted(one)["correct"] == 4


def test_by_characters() -> None:
    found = judged("你好，世界", "你们 世界", normalize="basic", by="characters")
    assert words(found)[1] == ("好", "们", "wrong_label")
    assert rate(found) == rate(found, "cer") == 1 / 4
    assert found.where is not None
    assert "你 [好 → 们] 世界" in found.where.text()
    assert TYPE.distance_words(task(by="characters")).startswith("character errors")


@few
@given(SHEETS, SHEETS)
def test_rates_are_jiwers(first: dict[tuple[str, str], str], second: dict[tuple[str, str | None], str]) -> None:
    gold = {item: text for (item, _), text in first.items()}
    given_ = {key: text for key, text in second.items() if key[0] in gold}
    if not any(gold[item] for item, _ in given_):
        return
    found = TYPE.compare(gold_of(gold), delivery_of(given_), task())
    sides = [gold[item] for item, _ in given_], list(given_.values())
    assert rate(found) == pytest.approx(jiwer.wer(*sides))
    assert rate(found, "cer") == pytest.approx(jiwer.cer(*sides))


@few
@given(SHEETS)
def test_a_delivery_against_itself_is_right(sheets: dict[tuple[str, str], str]) -> None:
    one_each = {item: text for (item, _), text in sheets.items()}
    found = TYPE.compare(gold_of(one_each), delivery_of({(i, "p"): t for i, t in one_each.items()}), task())
    assert found.right.all()


@few
@given(SHEETS, SHEETS, st.integers(0, 99))
def test_the_order_of_rows_never_matters(
    first: dict[tuple[str, str], str], second: dict[tuple[str, str | None], str], seed: int
) -> None:
    gold, given_ = gold_of({item: text for (item, _), text in first.items()}), delivery_of(second)
    one, other = (TYPE.compare(gold, rows, task()) for rows in (given_, shuffled(given_, seed)))
    assert list(one.rows()) == list(other.rows())


@few
@given(SPOKEN, SPOKEN)
def test_distance(one: str, other: str) -> None:
    first, second = (delivery_of({("i", "a"): text}).on_items(("i",)) for text in (one, other))
    there, back = TYPE.distance(first, second, task()), TYPE.distance(second, first, task())
    assert there is not None
    assert back is not None
    longer = max(len(one.split()), len(other.split()))
    told = jiwer.process_words(one, other)
    errors = told.substitutions + told.deletions + told.insertions
    assert there.tolist() == back.tolist() == [errors / longer if longer else 0.0]
    assert TYPE.across(first, second, task()).tolist() == [there.tolist()]


def test_words_and_characters_of_rows() -> None:
    sizes = TYPE.row_sizes(task(normalize="basic"))(["It’s AIR-tight.", "", "?"])
    assert sizes.tolist() == [[3, 0, 0], [len("it's air tight"), 0, 0]]
    assert TYPE.row_sizes(task(by="characters"))(["a bc"]).tolist() == [[3], [3]]


def test_describe() -> None:
    labels = delivery_of({("i", "a"): "the  cat\nsat"})
    assert TYPE.describe(labels, 0) == "text “the cat sat”"
    assert TYPE.shape is TEXTS
    assert np.isfinite(measure("exact_match", judged("a", "a"), None, (), Counting("item")).xs[0]).all()
