"""The people behind a delivery whose answers are any number of rows: quality on gold, and signs of tricks.

Models of what the items are take one answer an item; they are not run. Copying is sought among whole answers
that are wrong: two people who draw the same wrong answer to the last digit. That several answered an item with
nothing tells nothing, for everybody does so in the same way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.annotator_answers import NAME_THEM, Codes, People
from vendoreval.audits.annotator_tricks import flags_of, gold_recognised, tricks
from vendoreval.audits.figures import answered, by_annotator
from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError, UsageError
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.annotators import from_gold
from vendoreval.inference.straightlining import StraightLine, one_answer_to_all
from vendoreval.labels.sheet_rows import sheet_contents, sheet_of_rows
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.judged import judge
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import CODE, Outcomes

NOT_RUN = "not run"
NOTHING, SAME = "nothing", "the same answer"


def no_consensus(task: Task) -> UsageError:
    """What to raise where a consensus is asked for and the type has none."""
    return UsageError(f"Answers of the type {task.type!r} have no consensus.", remedy="Leave --consensus out.")


def sheet_annotators(
    labels: LabelTable, task: Task, gold: GoldSet | None, met: Collection[str], *, delivery: str
) -> dict[str, Any]:
    """The record of the people without what names the delivery; `met`: gold that the vendor knew beforehand.

    Raises InputError where no annotators are named.
    """
    sheets = labels.sheets
    assert sheets is not None
    if not (sheets.annotator.codes >= 0).any():
        raise InputError(f"Delivery {delivery!r} does not say who gave which answer.", remedy=NAME_THEM)
    kind = task_type(task.type)
    outcomes = judge(gold, labels, task).by_label if gold else None
    content = sheet_contents(labels, kind.shape)
    people = _people(labels, sheets, content, outcomes)
    found = tricks(people, (), _lines(people, content))
    if gold:
        found["known_gold"] = gold_recognised(people, met)
    seen = answered(outcomes) if outcomes is not None else None
    why = f"Dawid and Skene’s model takes one answer an item: it is not run for {task.type}."
    return {
        "unit": kind.unit,
        "gold_labels": len(seen) if seen is not None else 0,
        "model": {"method": NOT_RUN, "steps": 0, "converged": False},
        "withheld": why,
        "annotators": _listed(people, outcomes, seen, flags_of(found)),
        "tricks": found,
    }


def _people(labels: LabelTable, sheets: Sheets, content: Codes, outcomes: Outcomes | None) -> People:
    """Sheets as one answer each: 0 where it is right, else a number that equal answers on an item share."""
    item, annotator = sheets.item.codes.astype(np.int64), sheets.annotator.codes.astype(np.int64)
    row = sheet_of_rows(labels, sheets)
    wrong, known = _judged(sheets, outcomes)
    table = LabelTable(sheets.item, sheets.annotator, {}, _first_times(labels, row, len(sheets)),
                       _working_time(labels, row, len(sheets)))  # fmt: skip
    by_model = np.zeros(len(sheets), dtype=np.bool_)
    if labels.source is not None:
        auto = labels.source.recode(("auto",)).codes == 0
        total = np.bincount(row[row >= 0], minlength=len(sheets))
        machine = np.bincount(row[auto & (row >= 0)], minlength=len(sheets))
        by_model = (total > 0) & (machine == total)
    label = np.where(wrong, _among_item(item, content), 0)
    gold = np.where(known, 0, -1)
    return People(
        table, item, np.where(by_model, -1, annotator), label, gold, np.empty(0, dtype=np.int64), by_model, ()
    )  # fmt: skip


def _judged(sheets: Sheets, outcomes: Outcomes | None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Sheets with an error, and sheets on gold of which anything could be scored."""
    if outcomes is None:
        return np.zeros(len(sheets), dtype=np.bool_), np.zeros(len(sheets), dtype=np.bool_)
    kept = np.flatnonzero(~outcomes.unanswered & (outcomes.outcome != CODE["unscorable"]))
    seen = outcomes.take(kept)
    rows = sheet_of_rows(LabelTable(seen.item, seen.annotator, {}), sheets)
    errors = np.bincount(rows[(rows >= 0) & ~seen.right], minlength=len(sheets))
    return errors > 0, np.bincount(rows[rows >= 0], minlength=len(sheets)) > 0


def _among_item(item: Codes, content: Codes) -> Codes:
    """1, 2 … for the different contents of an item's answers; -1 where several hold nothing."""
    pairs, place, often = np.unique(
        np.stack([item, content]), axis=1, return_inverse=True, return_counts=True
    )  # fmt: skip
    first = np.searchsorted(pairs[0], pairs[0])
    number: Codes = np.arange(pairs.shape[1]) - first + 1
    number[(pairs[1] == 0) & (often > 1)] = -1
    return number[np.asarray(place).ravel()]


def _first_times(labels: LabelTable, row: Codes, sheets: int) -> NDArray[np.datetime64] | None:
    if labels.labelled_at is None:
        return None
    known = np.flatnonzero((row >= 0) & ~np.isnat(labels.labelled_at))
    none = np.iinfo(np.int64).max
    first = np.full(sheets, none)
    np.minimum.at(first, row[known], labels.labelled_at[known].astype("datetime64[us]").astype(np.int64))
    return np.where(first == none, np.iinfo(np.int64).min, first).astype("datetime64[us]")  # NaT


def _working_time(labels: LabelTable, row: Codes, sheets: int) -> NDArray[np.float64] | None:
    """The time that all rows of a sheet state alike, else the sum of their times; NaN where none does."""
    if labels.seconds is None:
        return None
    known = np.flatnonzero((row >= 0) & np.isfinite(labels.seconds))
    low, high = np.full(sheets, np.inf), np.full(sheets, -np.inf)
    np.minimum.at(low, row[known], labels.seconds[known])
    np.maximum.at(high, row[known], labels.seconds[known])
    total = np.bincount(row[known], weights=labels.seconds[known], minlength=sheets)
    return np.where(np.isinf(high), np.nan, np.where(low == high, high, total))


def _lines(people: People, content: Codes) -> list[tuple[StraightLine, str]]:
    found = one_answer_to_all(people.item, people.annotator, content)
    return [(line, NOTHING if line.label == 0 else SAME) for line in found]


def _listed(
    people: People, outcomes: Outcomes | None, seen: Outcomes | None, flags: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """Every annotator, best first by units on gold; people with few of them are drawn towards the others."""
    names = people.names
    figures = {one.name: one for one in by_annotator(outcomes)} if outcomes is not None else {}
    shrunk: dict[str, Any] = {}
    if seen is not None and figures:
        ranked = from_gold(seen.annotator.recode(names).codes, seen.right, len(names))
        shrunk = {name: one for name, one in zip(names, ranked, strict=True) if name in figures}
    given = np.bincount(people.annotator[people.annotator >= 0], minlength=len(names)).tolist()
    rows = [
        _row(name, count, figures.get(name), shrunk.get(name), flags.get(name, []))
        for name, count in zip(names, given, strict=True)
        if count
    ]
    return sorted(rows, key=lambda one: (one["rank"] is None, one["rank"] or 0, one["annotator"]))


def _row(name: str, answers: int, found: Any, ranked: Any, flags: list[str]) -> dict[str, Any]:
    return {
        "annotator": name, "labels": answers, "rank": ranked.rank if ranked else None,
        "gold_labels": found.n if found else 0, "gold_right": found.n - found.errors if found else 0,
        "gold_accuracy": found.estimate if found else None, "gold_low": found.low if found else None,
        "gold_high": found.high if found else None, "estimated_accuracy": None, "estimated_low": None,
        "estimated_high": None, "shrunk": ranked.shrunk if ranked else None, "shrunk_low": None,
        "shrunk_high": None, "flags": flags,
    }  # fmt: skip
