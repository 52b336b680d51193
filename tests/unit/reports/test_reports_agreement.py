"""The scorecard's section on agreement."""

from __future__ import annotations

from typing import Any

from vendoreval.reports.agreement_parts import agreement_view


def delivery(name: str, alpha: float | None) -> dict[str, Any]:
    bounds = (None, None) if alpha is None else (alpha - 0.05, alpha + 0.05)
    return {
        "delivery": name,
        "received": "2026-03-02",
        "alpha": {"estimate": alpha, "low": bounds[0], "high": bounds[1], "items": 1200, "labels": 3600},
    }


def test_each_delivery_has_a_row_and_two_make_a_trend() -> None:
    trend = {"deliveries": [delivery("a", 0.8), delivery("none", None), delivery("b", 0.7)], "changes": []}
    view = agreement_view(trend, None)
    assert view is not None
    assert [(row["delivery"], row["compared"], row["alpha"], row["interval"]) for row in view["rows"]] == [
        ("a", "1,200", "0.800", "0.750 to 0.850"),
        ("b", "1,200", "0.700", "0.650 to 0.750"),
    ]
    assert view["chart"] is not None


def test_one_delivery_has_no_trend_and_none_has_no_section() -> None:
    view = agreement_view({"deliveries": [delivery("a", 0.8)], "changes": []}, None)
    assert view is not None
    assert view["chart"] is None
    assert agreement_view({"deliveries": [delivery("a", None)], "changes": []}, None) is None
    assert agreement_view(None, None) is None
