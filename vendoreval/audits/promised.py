"""What audits, pilots and receipts measured of a vendor's promises, each in the unit of its question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from vendoreval.audits.records import BREACHED
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.questionnaires.promises import Measured

WEEK = timedelta(days=7)
CONFIDENCE = 0.95


def accuracy_found(record: Mapping[str, Any]) -> dict[str, Measured]:
    """Accuracy and its complement in per cent, where an audit (its record) measured a whole delivery."""
    for finding in record["findings"]:
        whole = finding["scope"] == "delivery" and finding["estimate"] is not None
        if whole and finding["metric"] in ("accuracy", "error_rate"):
            ends = [finding[key] for key in ("estimate", "low", "high")]
            right, low, high = ends if finding["metric"] == "accuracy" else _complement(ends)
            wrong, least, most = _complement([right, low, high])
            n, of, name = finding["n"], f"audited {finding['unit']}s", f"audit {record['audit']}"
            return {
                "accuracy": Measured(100 * right, n, of, name, _percent(low), _percent(high)),
                "escape_rate": Measured(100 * wrong, n, of, name, _percent(least), _percent(most)),
            }
    return {}


def pilot_found(record: Mapping[str, Any]) -> dict[str, Measured]:
    """What a judged pilot (its record) showed of accuracy and agreement."""
    main, alpha = record["blocks"][0], record["alpha"]
    of, name = "answers on main items", f"pilot {record['pilot']}"
    right, low, high = (100 * main[key] for key in ("estimate", "low", "high"))
    found = {
        "accuracy": Measured(right, main["n"], of, name, low, high),
        "escape_rate": Measured(100 - right, main["n"], of, name, 100 - high, 100 - low),
    }
    if alpha and alpha["estimate"] is not None:
        of = "main items with several labels"
        found["agreement"] = Measured(alpha["estimate"], alpha["items"], of, name, alpha["low"], alpha["high"])
    return found


def by_the_pilots_people(
    people: Sequence[str], labels: Counter[str], total: int, name: str
) -> dict[str, Measured]:  # fmt: skip
    """The share of the `total` labels since pilot `name` that its `people` gave; `labels` count by person."""
    share = 100 * sum(count for who, count in labels.items() if who in people) / total
    what = "labels since, by the pilot’s people"
    return {"pilot": Measured(share, total, what, f"pilot {name}", unit="% of labels")}


def rejected_found(first: Sequence[str]) -> dict[str, Measured]:
    """Breaches among the verdicts of deliveries' first audits, in per cent, with the exact interval."""
    if not first:
        return {}
    rejected = sum(verdict == BREACHED for verdict in first)
    low, high = clopper_pearson(rejected, len(first), CONFIDENCE)
    share = 100 * rejected / len(first)
    of = "audited deliveries"
    return {"first_pass_acceptance": Measured(share, len(first), of, "first audits", 100 * low, 100 * high)}


def volume_found(arrived: Sequence[tuple[datetime, int]]) -> dict[str, Measured]:
    """The most items that arrived within seven days, of deliveries by time and number of items."""
    if not arrived:
        return {}
    most = max(sum(items for at, items in arrived if timedelta() <= at - start < WEEK) for start, _ in arrived)
    return {"capacity": Measured(float(most), len(arrived), "deliveries", "the largest week")}


def _complement(ends: Sequence[float | None]) -> tuple[float, float | None, float | None]:
    value, low, high = ends
    assert value is not None
    return 1 - value, None if high is None else 1 - high, None if low is None else 1 - low


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
