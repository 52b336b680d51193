"""Clauses of a vendor's audits are counted as on the certificates."""

from __future__ import annotations

from vendoreval.workflow.vendors.candidates import clause_verdicts


def test_a_clause_counts_once_an_audit_by_its_worst_finding() -> None:
    first = [
        {"clause": "accuracy", "verdict": "breached"},
        *({"clause": "per-class", "verdict": verdict} for verdict in ("kept", "breached", "kept")),
        *({"clause": "people", "verdict": verdict} for verdict in ("kept", "inconclusive")),
        {"clause": "iou", "verdict": "not_run"},
    ]
    second = [{"clause": "accuracy", "verdict": "kept"}]
    assert clause_verdicts([first, second]) == {"breached": 2, "inconclusive": 1, "kept": 1}
    assert clause_verdicts([]) == {}
