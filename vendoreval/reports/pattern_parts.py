"""The section on silent failure patterns: sentences, control chart, slices, edge cases, review tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vendoreval.audits.active import METHOD as BY_SCORES
from vendoreval.audits.records import AuditResult, Pattern
from vendoreval.audits.stratifying import METHOD as STRATA
from vendoreval.inference.drift import p_chart, watch
from vendoreval.reports.charts.curves import Curves, control_chart
from vendoreval.reports.parts import Plain, main_finding
from vendoreval.reports.wording import NBSP, chance, count, joined, percent, plural

TITLES = {
    "inconsistency": "Inconsistency",
    "edge_cases": "Edge cases guessed",
    "drift": "Drift",
    "bias": "Bias and rare classes",
    "leakage": "Leaked gold",
    "copying": "Copied answers",
}
STATES = {"raised": "✕ seen", "none": "✓ not seen", "untested": "– not tested"}
MOST_SLICES, MOST_CLASSES = 8, 8
FEWEST_POINTS = 3
ENOUGH = 20  # e-value: one in twenty


def pattern_view(found: Iterable[Pattern], unit: str = "label") -> Plain:
    """Everything that the section prints; `rows` is empty where no pattern was looked at.

    `unit`: what the contract counts.
    """
    units = plural(unit)
    patterns = {pattern.name: pattern for pattern in found}
    evidence = {name: pattern.evidence for name, pattern in patterns.items()}
    bias, drift = evidence.get("bias", {}), evidence.get("drift", {})
    ordered = sorted(patterns.values(), key=lambda one: (not one.flag, not one.evidence.get("tested", True)))
    return {
        "rows": [_row(pattern) for pattern in ordered],
        "risk": _risk(patterns.values()),
        "chart": _chart(drift.get("chart") or ()),
        "slices": [_slice(one) for one in (bias.get("slices") or ())[:MOST_SLICES]],
        "slices_said": _slices_said(bias),
        "rework": _rework(bias.get("rework"), units),
        "floors": [_floor(one) for one in (bias.get("floors") or ())[:MOST_CLASSES]],
        "edges": _edges(evidence.get("edge_cases", {}), units),
        "units": units,
        "tiers": [_tier(one) for one in evidence.get("copying", {}).get("review_tiers") or ()],
    }


def deliveries_chart(audits: Sequence[AuditResult]) -> Plain | None:
    """Error share of the main clause, audit by audit; None for fewer than three that judged its metric."""
    main = main_finding(audits[-1].findings) if audits else None
    if main is None or main.metric not in ("accuracy", "error_rate"):
        return None
    key = (main.metric, main.scope, main.group)
    same = [
        f for one in audits for f in one.findings
        if (f.metric, f.scope, f.group) == key and f.n and f.method not in (BY_SCORES, STRATA)  # no fair draws
    ]  # fmt: skip
    if len(same) < FEWEST_POINTS:
        return None
    n = [f.n / max(f.design_effect or 1.0, 1.0) for f in same]
    shares = [f.errors / f.n for f in same]
    errors = [share * units for share, units in zip(shares, n, strict=True)]
    chart = p_chart(n, errors)
    evidence = float(watch(errors, n).max())
    if evidence >= ENOUGH:
        size = f"{evidence:,.0f}" if evidence < 1e6 else "more than a million"
        said = f"The error share has changed between deliveries (evidence {size})."
    else:
        said = f"No sure change of the error share between deliveries (evidence {evidence:.1f})."
    return {
        "chart": control_chart(shares, chart.centre, chart.lower, chart.upper, by="delivery"),
        "words": f"{said} Evidence of {ENOUGH} would come in at most one of {ENOUGH} vendors whose error share "
        "never changes, however often one looks.",
    }


def _row(pattern: Pattern) -> Plain:
    evidence = pattern.evidence
    state = "raised" if pattern.flag else "none" if evidence.get("tested", True) else "untested"
    return {
        "name": TITLES.get(pattern.name, pattern.name.replace("_", " ").capitalize()),
        "state": state,
        "word": STATES[state],
        "sentence": str(evidence.get("sentence", "")).replace(" %", f"{NBSP}%"),
        "do": evidence.get("do", "") if pattern.flag else "",
        "numbers": _numbers(evidence),
    }


def _numbers(evidence: Mapping[str, Any]) -> str:
    """How the verdict was obtained: chance, units, interval, method."""
    if "p_adjusted" not in evidence:
        return ""
    said = [f"Chance of such a sign without the pattern: {chance(evidence['p_adjusted'])}"]
    if "n" in evidence:
        said.append(f"n = {evidence['n']:,}")
    if "low" in evidence:
        low, high = 100 * evidence["low"], 100 * evidence["high"]
        kind = "of the difference, in points" if "difference" in _lead(evidence) else "in per cent"
        said.append(f"95 % interval {kind}: {low:.1f} to {high:.1f}")
    return "; ".join([*said, str(evidence.get("method", ""))]) + "."


def _lead(evidence: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sign that the evidence's own figures come from."""
    signs: Sequence[Mapping[str, Any]] = evidence.get("signs") or ({},)
    return signs[0]


def _risk(found: Iterable[Pattern]) -> str:
    levels = {pattern.evidence["level"] for pattern in found if "level" in pattern.evidence}
    if not levels:
        return ""
    return (
        f"All patterns together raise a false flag in at most {percent(max(levels), digits=0)} of the audits "
        "of deliveries that show none of them. A flag is no finding against a clause; it says where to look."
    )


def _chart(points: Sequence[Mapping[str, Any]]) -> Curves | None:
    if len(points) < FEWEST_POINTS:
        return None
    n, errors = [p["n"] for p in points], [p["errors"] for p in points]
    return control_chart(
        [wrong / units for wrong, units in zip(errors, n, strict=True)],
        sum(errors) / sum(n),
        [p["lower_limit"] for p in points],
        [p["upper_limit"] for p in points],
        by=f"period ({points[0]['from'][:10]} to {points[-1]['to'][:10]})",
    )


def _slice(one: Mapping[str, Any]) -> Plain:
    return {
        "where": joined(f"{name} {value}" for name, value in one["where"].items()),
        "n": f"{one['n']:,}",
        "errors": f"{one['errors']:,}",
        "share": percent(one["estimate"]),
        "rest": percent(one["rest_estimate"]),
    }


def _slices_said(bias: Mapping[str, Any]) -> str:
    if "slices_tested" not in bias:
        return ""
    found, tested = bias["slices_found"], bias["slices_tested"]
    if not found:
        return (
            f"None of {tested:,} slices (class, annotator, day and their pairs) is surely worse than the rest."
        )
    shown = f"The {MOST_SLICES} surest are shown. " if found > MOST_SLICES else ""
    return (
        f"{found:,} of {tested:,} slices are worse than the rest, of which at most one in twenty is expected "
        f"to be there by chance. {shown}Confirm a slice on fresh items before it enters a claim."
    )


def _rework(scope: Mapping[str, Any] | None, units: str) -> str:
    if not scope:
        return ""
    covers, part = percent(scope["covers"], digits=0), percent(scope["share_of_labels"], digits=0)
    if not scope["worth"]:
        return (
            f"The errors are spread: it would take {part} of the {units} to redo {covers} of them, so that no "
            "part of the delivery is worth redoing alone."
        )
    cells = [" / ".join(cell) for cell in scope["cells"]]
    hidden = scope["cells_in_all"] - len(cells)
    names = joined([*cells, count(hidden, "other")] if hidden else cells)
    return (
        f"Redoing {part} of the {units} would reach {covers} of the errors: those by "
        f"{' and '.join(scope['by'])} {names}. The share reached "
        "was measured on items that had no part in choosing them."
    )


def _floor(one: Mapping[str, Any]) -> Plain:
    return {
        "name": one["class"],
        "n": f"{one['n']:,}",
        "errors": f"{one['errors']:,}",
        "recall": percent(one["recall"]),
        "interval": f"{percent(one['low'])} to {percent(one['high'])}",
    }


def _edges(evidence: Mapping[str, Any], units: str) -> list[list[str]]:
    sign = _lead(evidence)
    if "edge_items" not in evidence or "rest_n" not in sign:
        return []
    doubt, rest = evidence["unsure"], evidence["unsure_rest"]
    low, high = 100 * sign["low"], 100 * sign["high"]
    return [
        ["Wrong on edge cases", f"{percent(sign['estimate'])} ({sign['errors']:,} of {sign['n']:,} {units})"],
        [
            "Wrong elsewhere",
            f"{percent(sign['rest_estimate'])} ({sign['rest_errors']:,} of {sign['rest_n']:,})",
        ],
        ["Difference", f"{100 * sign['difference']:.1f} points, 95 % interval {low:.1f} to {high:.1f}"],
        [
            "Answers that admit doubt",
            f"{percent(doubt['share'])} on edge cases, {percent(rest['share'])} elsewhere",
        ],
        ["Edge cases escalated", f"{evidence['escalated_items']:,} of {evidence['edge_items']:,} items"],
    ]


def _tier(one: Mapping[str, Any]) -> Plain:
    escape = "–" if one["escape"] is None else percent(one["escape"])
    return {
        "tier": one["tier"],
        "before": one["before"],
        "items": f"{one['items']:,}",
        "reached": f"{one['reached']:,}",
        "found": f"{one['found']:,}",
        "left": f"{one['left']:,}",
        "spoiled": f"{one['spoiled']:,}",
        "escape": escape,
        "interval": f"{percent(one['low'])} to {percent(one['high'])}" if one["reached"] else "–",
    }
