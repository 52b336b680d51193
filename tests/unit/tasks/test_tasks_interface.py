"""A further task type is one module: judged, audited and claimed when it is handed over as a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.contracts import clause, contract_toml
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.claims.defects import claim_lines
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import LABEL, Field, Shape
from vendoreval.labels.table import Column, LabelTable, Sheets
from vendoreval.tasks.interface import TaskType
from vendoreval.tasks.judged import judge
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.parts import Pairs, Side, Units

Ints = NDArray[np.int64]
KNOCKS = Shape("knocks", (LABEL, Field("second", "int")), many=True)


@dataclass(frozen=True)
class Knocks(ManyUnits):
    """Moments in a recording; one second apart is near enough."""

    shape: Shape = KNOCKS

    def describe(self, labels: LabelTable, row: int) -> str:
        return f"second {labels.numbers('second')[row]}"

    def units(self, labels: LabelTable, task: Task) -> Units:
        return Units(np.arange(len(labels)), (labels.numbers("second"),))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        gold, given = (side.labels.numbers("second")[side.units.row] for side in (expected, delivered))
        near = (expected.item[:, None] == delivered.item) & (np.abs(gold[:, None] - given) <= 1)
        e, d = np.nonzero(near)
        return Pairs(e, d, np.full(len(e), ONE))

    def where(self, side: Side, units: Ints) -> list[str]:
        return [self.describe(side.labels, row) for row in side.units.row[units].tolist()]


def table(*rows: tuple[str, str, int], items: tuple[str, ...]) -> LabelTable:
    nobody = Coded(np.full(len(rows), -1, dtype=np.int32), ())
    sheets = Sheets(Coded.from_text(items), Coded(np.full(len(items), -1, dtype=np.int32), ()))
    answers: dict[str, Column] = {
        "label": Coded.from_text(label for _, label, _ in rows),
        "second": np.asarray([second for *_, second in rows], dtype=np.int64),
    }
    return LabelTable(Coded.from_text(item for item, *_ in rows).recode(items), nobody, answers, sheets=sheets)


def test_a_type_that_is_handed_over_is_judged_audited_and_claimed() -> None:
    kind: TaskType = Knocks()
    items = ("one", "two", "three")
    gold = GoldSet(
        "g", table(("one", "knock", 3), ("one", "bell", 9), ("two", "knock", 5), items=items), shape=KNOCKS
    )
    given = table(("one", "knock", 4), ("one", "knock", 9), ("two", "bell", 50), items=items)
    text = contract_toml(
        task={"type": "boxes", "classes": ["bell", "knock"]},
        clauses=[clause(unit="object", decision={"rule": "point"})],
    )
    contract = parse_contract(text, "c.toml")
    judged = judge(gold, given, contract.task, kind)
    counts = judged.units.counts()
    assert {name: count for name, count in counts.items() if count} == {
        "correct": 1, "wrong_label": 1, "missing": 1, "extra": 1, "empty_agreed": 1,
    }  # fmt: skip
    seen = AuditInput(
        judged.units, judged.by_label, len(gold), 3, 3, sheets=3, gold=gold, delivered=given, most_units=2
    )
    result = audit(contract, seen, audit_id="a", delivery="d", gold="g")
    assert [(finding.n, finding.errors) for finding in result.findings] == [(4, 3)]
    assert {figures.name for figures in result.by_class} == {"bell", "knock"}
    said = {(line.item, line.outcome, line.where) for line in claim_lines(result.findings, seen, contract.task)}
    assert said == {
        ("one", "wrong_label", "second 9"), ("two", "missing", "second 5"), ("two", "extra", "second 50"),
    }  # fmt: skip


def test_its_distance_serves_agreement() -> None:
    items = ("one", "two", "three")
    first = table(("one", "knock", 3), ("two", "knock", 5), items=items)
    again = table(("one", "knock", 4), items=items)
    distances = Knocks().distance(first, again, Task("boxes", ("knock",)))
    assert distances is not None
    assert distances.tolist() == [0.0, 1.0, 0.0]
