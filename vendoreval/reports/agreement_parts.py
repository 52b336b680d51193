"""Agreement over a vendor's deliveries, as the scorecard prints it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from vendoreval.contracts.terms import Contract
from vendoreval.reports.charts.curves import agreement_trend
from vendoreval.reports.parts import Plain
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import day, plural

NAME = "Krippendorff’s alpha"


def agreement_view(trend: Mapping[str, Any] | None, contract: Contract | None) -> Plain | None:
    """Rows, sentences and, from two deliveries on, the chart of the record `vendoreval/agreement_trend/1`.

    None where no delivery has items with labels by two people. The dashed line of the chart is the least
    alpha that `contract` asks of a delivery.
    """
    found = [one for one in trend["deliveries"] if one["alpha"]["estimate"] is not None] if trend else []
    if not trend or not found:
        return None
    values = [one["alpha"]["estimate"] for one in found]
    given = "label" if contract is None or unit_word(contract.task) == "label" else "answer"
    return {
        "chart": agreement_trend(NAME, values, _promised(contract)) if len(values) > 1 else None,
        "rows": [_row(one) for one in found],
        "given": plural(given),
        "words": [
            f"{NAME} over all items with {plural(given)} by two people or more: 1 is full agreement, 0 what "
            "chance would give. Agreement is not accuracy: a mistake that everybody shares raises it.",
            *(change["sentence"] for change in trend["changes"]),
        ],
    }


def _row(one: Mapping[str, Any]) -> Plain:
    alpha = one["alpha"]
    bounds = "–" if alpha["low"] is None else f"{alpha['low']:.3f} to {alpha['high']:.3f}"
    return {
        "delivery": one["delivery"],
        "day": day(date.fromisoformat(one["received"])),
        "compared": f"{alpha['items']:,}",
        "labels": f"{alpha['labels']:,}",
        "alpha": f"{alpha['estimate']:.3f}",
        "interval": bounds,
    }


def _promised(contract: Contract | None) -> float | None:
    clauses = contract.clauses if contract else ()
    limits = [float(one.limit) for one in clauses if one.metric == "alpha" and one.scope == "delivery"]
    return max(limits, default=None)
