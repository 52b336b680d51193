"""What may differ between two computations of one record, and what never may."""

from __future__ import annotations

from typing import Any

import pytest

from vendoreval.evidence.same_record import differing

SEALED: dict[str, Any] = {
    "verdict": "kept", "counts": {"correct": 3}, "findings": [{"estimate": 0.5, "n": 3, "reason": "fine"}],
    "lines": [{"score": 700_000_000}],
}  # fmt: skip


def changed(**parts: Any) -> dict[str, Any]:
    return {**SEALED, **parts}


@pytest.mark.parametrize(
    ("fresh", "exact", "said"),
    [
        (SEALED, True, []),
        (SEALED, False, []),
        (changed(lines=[{"score": 700_000_001}]), False, []),
        (changed(lines=[{"score": 700_000_001}]), True, ["lines"]),
        (changed(lines=[{"score": 700_000_002}]), False, ["lines"]),
        (changed(findings=[{"estimate": 0.5 + 1e-10, "n": 3, "reason": "fine"}]), False, []),
        (changed(findings=[{"estimate": 0.5 + 1e-10, "n": 3, "reason": "fine"}]), True, ["findings"]),
        (changed(findings=[{"estimate": 0.5 + 1e-8, "n": 3, "reason": "fine"}]), False, ["findings"]),
        (changed(findings=[{"estimate": 0.5, "n": 4, "reason": "fine"}]), False, ["findings"]),
        (changed(findings=[{"estimate": 0.5, "n": 3, "reason": "Fine"}]), False, ["findings"]),
        (changed(counts={"correct": 4}), False, ["counts"]),
        (changed(counts={"correct": 3, "extra": 0}), False, ["counts"]),
        (changed(verdict="breached"), False, ["verdict"]),
        (changed(lines=[]), False, ["lines"]),
    ],
)
def test_scores_and_what_follows_from_them(fresh: dict[str, Any], exact: bool, said: list[str]) -> None:
    assert differing(fresh, SEALED, exact=exact) == said
    assert differing(SEALED, fresh, exact=exact) == said
