"""Outcomes of boxes made by hand: images with objects that are right, wrong, missed or extra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.contracts import clause, contract_toml, rule
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult, Finding
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

CLASSES = ("car", "dog", "cat")


@dataclass(frozen=True)
class Row:
    """One outcome; `rows` are its places in gold and in the delivery."""

    item: str
    outcome: str
    expected: str | None = None
    delivered: str | None = None
    score: float = 0.0
    who: str | None = "ann"
    level: str = "object"
    answered: bool = True
    rows: tuple[int, int] = (-1, -1)


def right(item: str, name: str, score: float = 1.0, **more: Any) -> Row:
    return Row(item, "correct", name, name, score, **more)


def missed(item: str, name: str, **more: Any) -> Row:
    return Row(item, "missing", name, None, **more)


def extra(item: str, name: str, **more: Any) -> Row:
    return Row(item, "extra", None, name, **more)


def swapped(item: str, gold: str, given: str, score: float = 1.0, **more: Any) -> Row:
    return Row(item, "wrong_label", gold, given, score, **more)


def outcomes(rows: Sequence[Row], items: Sequence[str] = ()) -> Outcomes:
    """The rows as outcomes, units numbered within an item."""
    names = tuple(items) or tuple(dict.fromkeys(row.item for row in rows))
    places = np.asarray([row.rows for row in rows], dtype=np.int64).reshape(-1, 2)
    seen: dict[str, int] = {}
    units = []
    for row in rows:
        units.append(seen.get(row.item, 0))
        seen[row.item] = units[-1] + 1
    return Outcomes(
        item=Coded.from_text(row.item for row in rows).recode(names),
        unit=np.asarray(units, dtype=np.int32),
        annotator=Coded.from_text(row.who for row in rows),
        labelled_at=None,
        expected=Coded.from_text(row.expected for row in rows).recode(CLASSES),
        delivered=Coded.from_text(row.delivered for row in rows).recode(CLASSES),
        outcome=np.asarray([CODE[row.outcome] for row in rows], dtype=np.int8),
        score=np.asarray([round(row.score * ONE) for row in rows], dtype=np.int64),
        severity=np.ones(len(rows), dtype=np.int8),
        answered=np.asarray([row.answered for row in rows], dtype=np.bool_),
        level=np.asarray([LEVEL_CODE[row.level] for row in rows], dtype=np.int8),
        where=Coded.from_text(f"{row.item}: {row.delivered or row.expected}" for row in rows),
        expected_row=places[:, 0].copy(),
        delivered_row=places[:, 1].copy(),
    )


def seen_of(rows: Sequence[Row], *, items: int = 1_000, most: int = 20, **more: Any) -> AuditInput:
    """An audit's input of these rows, in a delivery of `items` images with at most `most` boxes."""
    units = outcomes(rows)
    audited = len(units.item.values)
    delivered = sum(row.delivered is not None for row in rows)
    told = {"labels": round(delivered / audited * items), "sheets": items, **more}
    labels = int(told.pop("labels"))
    return AuditInput(units, units, audited, items, labels, most_units=most, **told)


def terms(
    metric: str = "accuracy", unit: str = "object", scope: str = "delivery", threshold: str = "0.9", **more: Any
) -> Contract:
    """A contract on boxes with one clause."""
    decision = more.pop("decision", rule())
    remedies = more.pop("remedies", ())
    task = {"type": "boxes", "classes": list(CLASSES), **more.pop("task", {})}
    of = clause(
        metric=metric, unit=unit, scope=scope, threshold=threshold, decision=decision,
        remedy=[one["id"] for one in remedies],
    )  # fmt: skip
    return parse_contract(contract_toml(task=task, clauses=[of], remedies=remedies, **more))


def judged(contract: Contract, seen: AuditInput) -> AuditResult:
    return audit(contract, seen, audit_id="a", delivery="d", gold="g")


def finding(contract: Contract, seen: AuditInput) -> Finding:
    """The one finding of an audit."""
    (found,) = judged(contract, seen).findings
    return found
