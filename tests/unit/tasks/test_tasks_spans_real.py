"""Spans of real sets: the figures are those of FACTS.json, which another program computed."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.conftest import SHARED
from tests.unit.tasks.span_samples import delivery_of, gold_of
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.presets.seqeval import report
from vendoreval.tasks.spans import TYPE

DATA = SHARED / "data"
Sheet = tuple[str, str | None]
Spans = dict[Sheet, list[tuple[int, int, str]]]


class Set(NamedTuple):
    """A delivery and gold on the items that were answered."""

    facts: dict[str, Any]
    gold: dict[str, list[tuple[int, int, str]]]
    delivered: Spans
    texts: dict[str, str]


def rows(name: str, file: str) -> list[dict[str, str]]:
    with (DATA / name / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def facts(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name / "FACTS.json").read_text("utf-8"))
    return found


def spans_of(lines: Iterable[dict[str, str]], ends: tuple[str, str]) -> Spans:
    found: Spans = defaultdict(list)
    for row in lines:
        span = (int(row[ends[0]]), int(row[ends[1]]), row["label"])
        if span[0] >= 0:  # -1, -1 says that there is none
            found[row["item_id"], row.get("annotator_id")].append(span)
    return found


def made(
    known: dict[str, Any], sheets: Iterable[Sheet], gold: Spans, given: Spans, texts: dict[str, str]
) -> Set:
    listed = sorted(set(sheets), key=str)
    return Set(
        known,
        {item: gold.get((item, None), []) for item in sorted({item for item, _ in listed})},
        {sheet: given.get(sheet, []) for sheet in listed},
        texts,
    )


@cache
def conll03() -> Set:
    name, ends = "conll03_test_corrections", ("start_token", "end_token")
    sheets = [(row["item_id"], "conll03_original") for row in rows(name, "items.csv")]
    given = spans_of(rows(name, "delivered.csv"), ends)
    return made(facts(name), sheets, spans_of(rows(name, "gold.csv"), ends), given, {})


@cache
def mturk() -> Set:
    name, ends = "conll_mturk_spans", ("start_token", "end_token")
    sheets = [(row["item_id"], row["annotator_id"]) for row in rows(name, "answers.csv")]
    given = spans_of(rows(name, "delivered.csv"), ends)
    return made(facts(name), sheets, spans_of(rows(name, "gold.csv"), ends), given, {})


@cache
def opinions(part: str) -> Set:
    name, (split, turn) = "crowd_opinion_spans_zh", part.split("_round")
    items = {row["item_id"]: row for row in rows(name, "items.csv")}
    kept = {
        item for item, row in items.items() if row["split"] == split and row["gold_text_differs"] == "False"
    }
    given = [row for row in rows(name, "delivered.csv") if row["round"] == turn and row["item_id"] in kept]
    sheets = [(row["item_id"], row["annotator_id"]) for row in given]
    gold = spans_of(rows(name, "gold.csv"), ("start", "end"))
    texts = {item: items[item]["text"] for item in kept}
    return made(facts(name)[part], sheets, gold, spans_of(given, ("start", "end")), texts)


SETS: dict[str, Callable[[], Set]] = {
    "conll03_test_corrections": conll03,
    "conll_mturk_spans": mturk,
    **{f"opinions_{part}": partial(opinions, part) for part in ("dev_round1", "test_round1", "test_round2")},
}


def tables(one: Set) -> tuple[GoldSet, LabelTable]:
    return gold_of(one.gold, one.texts), delivery_of(one.delivered, one.texts)


def compared(one: Set, mode: str, **matching: str) -> Outcomes:
    classes = tuple(one.facts["per_class"])
    return TYPE.compare(*tables(one), Task("spans", classes, matching={"mode": mode, **matching}))


def tally(outcomes: Outcomes) -> dict[str, int]:
    counts = outcomes.counts()
    wrong = counts["wrong_label"]
    return {"tp": counts["correct"], "fp": counts["extra"] + wrong, "fn": counts["missing"] + wrong}


def only_counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in ("tp", "fp", "fn")}


@pytest.mark.parametrize("name", SETS)
def test_strict(name: str) -> None:
    one = SETS[name]()
    outcomes = compared(one, "strict")
    assert tally(outcomes) == only_counts(one.facts["exact_span_and_label"])
    wrong = {(outcomes.item[row], outcomes.annotator[row]) for row in np.flatnonzero(~outcomes.right).tolist()}
    assert 1 - len(wrong) / len(one.delivered) == pytest.approx(one.facts["documents_exactly_right"], abs=1e-6)
    confusion: dict[str, Counter[str]] = defaultdict(Counter)
    for row in outcomes.rows():
        if row["outcome"] in ("correct", "wrong_label"):
            confusion[row["expected"]][row["delivered"]] += 1
    if (
        name != "conll_mturk_spans"
    ):  # there, some sheets have spans of the same borders; ours pair them one to one
        assert confusion == one.facts["label_confusion_on_exact_boundaries"]


@pytest.mark.parametrize("name", SETS)
def test_by_class_as_seqeval_reports_it(name: str) -> None:
    one = SETS[name]()
    found = report(compared(one, "strict", preset="seqeval"))
    for label, expected in one.facts["per_class"].items():
        assert found[label]["support"] == expected["tp"] + expected["fn"]
        assert found[label]["precision"] == pytest.approx(expected["precision"], abs=1e-6)
        assert found[label]["recall"] == pytest.approx(expected["recall"], abs=1e-6)
    assert found["micro avg"]["f1-score"] == pytest.approx(one.facts["exact_span_and_label"]["f1"], abs=1e-6)


@pytest.mark.parametrize("name", SETS)
def test_borders_only(name: str) -> None:
    """FACTS counts the borders of a sheet once; two spans of the same borders are two for us."""
    one = SETS[name]()
    found, expected = tally(compared(one, "exact")), only_counts(one.facts["boundaries_only"])
    twice = sum(len(spans) - len({span[:2] for span in spans}) for spans in one.delivered.values())
    assert found == expected | {"fp": expected["fp"] + twice}


@pytest.mark.parametrize("name", SETS)
def test_by_token_or_character(name: str) -> None:
    """Each token as a span of its own."""
    one = SETS[name]()

    def pieces(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        return sorted({(place, place + 1, label) for start, end, label in spans for place in range(start, end)})

    small = one._replace(
        gold={item: pieces(spans) for item, spans in one.gold.items()},
        delivered={sheet: pieces(spans) for sheet, spans in one.delivered.items()},
    )
    assert tally(compared(small, "strict")) == only_counts(one.facts["token_or_char_level"])


@pytest.mark.parametrize("name", SETS)
def test_any_overlap_of_one_label_is_at_most_what_may_share_a_partner(name: str) -> None:
    """FACTS lets several spans share a partner; ours are matched one to one."""
    one = SETS[name]()
    found, strict = tally(compared(one, "type")), tally(compared(one, "strict"))
    shared, given = one.facts["overlap_any_same_label"], found["tp"] + found["fp"]
    assert strict["tp"] <= found["tp"] <= shared["precision"] * given + 0.5
    assert found["tp"] / (found["tp"] + found["fn"]) <= shared["recall"] + 1e-6


def test_people_of_mturk() -> None:
    one = mturk()
    found: dict[str | None, Counter[str]] = defaultdict(Counter)
    for row in compared(one, "strict").rows():
        who = found[row["annotator_id"]]
        who["tp"] += row["outcome"] == "correct"
        who["fp"] += row["outcome"] in ("extra", "wrong_label")
        who["fn"] += row["outcome"] in ("missing", "wrong_label")
    assert {who: dict(counts) for who, counts in found.items()} == {
        who: only_counts(expected) for who, expected in one.facts["per_annotator"].items()
    }
