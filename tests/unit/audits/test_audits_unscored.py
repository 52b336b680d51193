"""What cannot be scored accuses nobody and serves nobody."""

from __future__ import annotations

import numpy as np
import pytest

from tests.contracts import clause, contract_toml
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.contracts.parsing import parse_contract
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import Column, LabelTable, Sheets
from vendoreval.tasks.judged import judge

ITEMS = ("i0", "i1", "i2", "i3")
SQUARE = [[[0, 0, 9000, 0, 9000, 9000, 0, 9000]]]
BOW_TIE = [[[0, 0, 9000, 9000, 9000, 0, 0, 9000]]]


def outlines(shapes: list[object], ignored: list[bool] | None = None) -> LabelTable:
    items = Coded.from_text(ITEMS)
    nobody = Coded(np.full(len(ITEMS), -1, dtype=np.int32), ())
    answers: dict[str, Column] = {
        "label": Coded.from_text(["car"] * len(ITEMS)),
        "rings": Nested.from_lists(shapes, 3),
    }
    marks = None if ignored is None else np.asarray(ignored)
    return LabelTable(items, nobody, answers, sheets=Sheets(items, nobody), ignored=marks)


def audited(delivered: list[object], ignored: list[bool] | None = None, threshold: str = "0.9") -> AuditResult:
    terms = clause(unit="object", threshold=threshold, decision={"rule": "point"})
    text = contract_toml(task={"type": "polygons", "classes": ["bus", "car"]}, clauses=[terms])
    contract = parse_contract(text, "c.toml")
    gold = GoldSet("g", outlines([SQUARE] * 4, ignored), shape=SHAPES["polygons"])
    labels = outlines(delivered)
    judged = judge(gold, labels, contract.task)
    seen = AuditInput(
        judged.units, judged.by_label, 4, 4, 4, gold=gold, delivered=labels, sheets=4, objects=4, most_units=1
    )
    return audit(contract, seen, audit_id="a", delivery="d", gold="g")


def test_spoilt_outlines_are_no_errors_and_keep_no_clause() -> None:
    result = audited([SQUARE, SQUARE, SQUARE, BOW_TIE])
    assert result.counts["unscorable"] == 1
    assert result.findings[0].errors in (0, 1)  # gold's square may count as missed, never twice
    assert result.verdict != "kept"
    assert any("cannot be scored" in note for note in result.notes)


def test_a_limit_that_holds_with_all_of_them_wrong_is_kept() -> None:
    assert audited([SQUARE, SQUARE, SQUARE, BOW_TIE], threshold="0.5").verdict == "kept"


@pytest.mark.parametrize("delivered", [[SQUARE] * 4, [SQUARE, SQUARE, SQUARE, BOW_TIE]])
def test_what_gold_leaves_out_takes_no_verdict(delivered: list[object]) -> None:
    result = audited(delivered, ignored=[False, False, False, True], threshold="0.5")
    assert result.verdict == "kept"


FAR = [[[50_000, 50_000, 59_000, 50_000, 59_000, 59_000, 50_000, 59_000]]]


@pytest.mark.parametrize(("threshold", "verdict"), [("0.6", "inconclusive"), ("0.61", "breached")])
def test_a_breach_that_they_could_take_away_is_none(threshold: str, verdict: str) -> None:
    """Two of four scored units are right; with the unscored one right too it would be three of five."""
    result = audited([SQUARE, SQUARE, BOW_TIE, FAR], threshold=threshold)
    assert (result.findings[0].n, result.findings[0].errors, result.counts["unscorable"]) == (4, 2, 1)
    assert result.verdict == verdict
    assert ("it is not called breached" in result.findings[0].reason) == (verdict == "inconclusive")


@pytest.mark.parametrize(("threshold", "verdict"), [("0.75", "kept"), ("0.76", "inconclusive")])
def test_a_limit_that_they_could_break_is_not_kept(threshold: str, verdict: str) -> None:
    """Three of three scored units are right; with the unscored one wrong it would be three of four."""
    assert audited([SQUARE, SQUARE, SQUARE, BOW_TIE], threshold=threshold).verdict == verdict
