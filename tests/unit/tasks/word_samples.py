"""Transcriptions as plain texts, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import OUTCOMES, Outcomes
from vendoreval.tasks.transcription import TYPE

TEXTS = SHAPES["transcription"]


def task(**matching: str) -> Task:
    """A task of transcriptions with these rules."""
    return Task("transcription", (), matching=matching)


def gold_of(items: Mapping[str, str | Sequence[str]]) -> GoldSet:
    """Gold by item: a text, or several that are accepted; an empty one is a recording without speech."""
    answers = {
        item: [_rows(text) for text in ([given] if isinstance(given, str) else given)]
        for item, given in items.items()
    }
    return box_samples.gold_of(answers, TEXTS)


def delivery_of(sheets: Mapping[tuple[str, str | None], str | Sequence[str]]) -> LabelTable:
    """What each (item, annotator) wrote; an empty text is a sheet that is answered with nothing."""
    rows = {
        sheet: [row for text in ([given] if isinstance(given, str) else given) for row in _rows(text)]
        for sheet, given in sheets.items()
    }
    return box_samples.delivery_of(rows, TEXTS)


def _rows(text: str) -> list[dict[str, str]]:
    return [{"label": text}] if text else []


def judged(gold: str | Sequence[str], delivered: str | Sequence[str], **matching: str) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), task(**matching))


def words(outcomes: Outcomes) -> list[tuple[str | None, str | None, str]]:
    """The words of the outcomes in their order: gold's, the delivered one, what became of them."""
    rows = zip(
        outcomes.expected.text(), outcomes.delivered.text(), outcomes.outcome.tolist(),
        outcomes.at("character").tolist(), strict=True,
    )  # fmt: skip
    return [(e, d, OUTCOMES[code]) for e, d, code, signs in rows if not signs]
