"""Figures of agreement as plain values, the same for all types of answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from vendoreval.errors import InputError
from vendoreval.inference.agreement import METRICS, Agreement

Groups = dict[str, Any]
BY = ("class", "day", "guideline_version", "annotator", "point")
COLUMNS = {"day": "labelled_at", "guideline_version": "guideline_version"}  # what groups need


def figures(found: Agreement) -> dict[str, Any]:
    """A coefficient as it stands in records."""
    return {
        "estimate": found.estimate, "low": found.low, "high": found.high, "confidence": found.confidence,
        "standard_error": found.standard_error, "observed": found.observed, "chance": found.chance,
        "method": found.method, "items": found.items, "labels": found.labels,
    }  # fmt: skip


def lacking(column: str) -> InputError:
    """What to raise where a delivery lacks the column that groups need."""
    return InputError(f"The delivery has no column {column}.", remedy=f"Map one: --map {column}=….")


def alone(alpha: Agreement, equal: Agreement) -> tuple[Agreement, ...]:
    """All coefficients where only these two are defined; the others without a value."""
    nothing = replace(
        alpha, estimate=None, standard_error=None, low=None, high=None, method="", observed=None, chance=None
    )
    known = {"alpha": alpha, "percent_agreement": equal}
    return tuple(known.get(metric, replace(nothing, metric=metric)) for metric in METRICS)
