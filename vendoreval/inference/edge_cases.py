"""Edge cases: are they answered worse than the rest, and did anyone say that they were hard?"""

from __future__ import annotations

from dataclasses import dataclass

from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.comparing import Codes, Comparison, Mask, compare_shares


@dataclass(frozen=True)
class Said:
    """How often annotators said that they could not tell, with the exact 95 % interval."""

    n: int
    unsure: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class EdgeCases:
    """Errors on edge cases against the rest, and answers that admit doubt on both.

    `escalated` are the items on which at least one such answer was given, of `edge_items`.
    """

    errors: Comparison
    unsure: Said
    unsure_rest: Said
    edge_items: int
    escalated: int


def edge_cases(wrong: Mask, edge: Mask, unsure: Mask, item: Codes) -> EdgeCases | None:
    """The stratum of edge cases against the rest; None where one of the two is empty."""
    errors = compare_shares(wrong, edge, item)
    if errors is None:
        return None
    return EdgeCases(
        errors,
        _said(unsure[edge]),
        _said(unsure[~edge]),
        len(set(item[edge].tolist())),
        len(set(item[edge & unsure].tolist())),
    )


def _said(unsure: Mask) -> Said:
    n, count = len(unsure), int(unsure.sum())
    return Said(n, count, count / n, *clopper_pearson(count, n, 0.95))
