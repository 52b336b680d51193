"""Deliveries of known quality, audited along a draw; shared by tests of the rules with a design."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.unit.designs.test_designs_planning import clause, contract
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import Finding
from vendoreval.contracts.terms import Clause
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

__all__ = ["audited", "clause", "delivery", "outcomes"]


def outcomes(items: Sequence[int], wrong: NDArray[np.bool_], names: tuple[str, ...]) -> Outcomes:
    """One label of class a for each entry of `items` (indexes into `names`); wrong ones say b."""
    n = len(items)
    zeros = np.zeros(n, dtype=np.int32)
    return Outcomes(
        Coded(np.asarray(items, dtype=np.int32), names), zeros, Coded(zeros, ("ann",)), None,
        Coded(zeros, ("a", "b")), Coded(wrong.astype(np.int32), ("a", "b")),
        np.where(wrong, CODE["wrong_label"], CODE["correct"]).astype(np.int8),
        (~wrong).astype(np.int64) * ONE, np.ones(n, dtype=np.int8),
    )  # fmt: skip


def delivery(wrong: NDArray[np.bool_], audited_items: Sequence[int], **more: Any) -> AuditInput:
    """A delivery with one label an item, `audited_items` of which have gold."""
    names = tuple(f"item-{k}" for k in range(len(wrong)))
    units = outcomes(audited_items, wrong[np.asarray(audited_items)], names)
    return AuditInput(units, units, len(audited_items), len(wrong), len(wrong), most_units=1, **more)


def audited(of: Clause, seen: AuditInput) -> Finding:
    """The one finding of an audit under `of`."""
    result = audit(contract(of), seen, audit_id="a", delivery="d", gold="g")
    (finding,) = result.findings
    return finding
