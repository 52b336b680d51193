"""The worked example of the page on transcriptions is what the code counts, and what jiwer says of it."""

from __future__ import annotations

from fractions import Fraction

import jiwer
import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.word_samples import delivery_of, gold_of, task, words
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.tasks.normalising import words_of
from vendoreval.tasks.transcription import TYPE

PAGE = page("transcription")


TEXTS = table("transcription", "texts")


@pytest.mark.parametrize("row", table("transcription", "outcomes"), ids=lambda row: row["normalize"])
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    gold, given = ({one["item"]: one[side] for one in TEXTS} for side in ("gold", "delivered"))
    found = TYPE.compare(
        gold_of(gold), delivery_of({(item, "p"): text for item, text in given.items()}),
        task(normalize=row["normalize"]),
    )  # fmt: skip
    of_words = [outcome for *_, outcome in words(found)]
    names = ("correct", "wrong_label", "missing", "extra")
    assert {name: str(of_words.count(name)) for name in names} == {name: row[name] for name in names}
    even, heard = (
        [" ".join(words_of(text, row["normalize"])) for text in side.values()] for side in (gold, given)
    )
    for metric, oracle in (("wer", jiwer.wer), ("cer", jiwer.cer)):
        told = measure(metric, found, None, (), Counting("word"))
        assert row[metric] == f"{told.errors}/{told.n}"
        assert told.lost == Fraction(row[metric]) == Fraction(oracle(even, heard)).limit_denominator(1000)


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["transcription"].matching:
        assert f"`{key.name}`" in PAGE
        assert all(choice in PAGE for choice in key.choices if choice != "not_counted")
