"""Drift: labels that get worse with time, with a person's tenure, or under one guideline version."""

from __future__ import annotations

from typing import Any

import numpy as np

from vendoreval.audits.patterns.signs import Labels, Looked, Sign, compared, iso, material, plain_p
from vendoreval.inference.binomial import wilson
from vendoreval.inference.comparing import compare_shares
from vendoreval.inference.drift import CUTS, change, p_chart, tenure_change
from vendoreval.numerals import of

DO = (
    "Ask what changed at that time (people, guideline, tool, pay) and have the labels given since then "
    "checked again. Audit smaller deliveries more often until the error share is back."
)

MOST_POINTS = 24


def drift(labels: Labels) -> Looked:
    """Later labels against earlier ones: of all people, of each person, and by guideline version."""
    signs, untested, further = [], [], {}
    rows = np.flatnonzero(labels.timed)
    if len(np.unique(labels.when[rows])) < 2:
        untested.append("The labels carry no times (column labelled_at).")
    else:
        signs.append(_over_time(labels, rows))
        further["chart"] = _chart(labels, rows)
        tenure = _tenure(labels, rows)
        if tenure is not None:
            signs.append(tenure)
    versions = _versions(labels)
    if versions is None:
        untested.append("The labels do not carry two guideline versions.")
    else:
        signs.append(versions)
    return Looked("drift", DO, tuple(signs), tuple(untested), further)


def _over_time(labels: Labels, rows: np.ndarray) -> Sign:
    session = (labels.session[rows],) if labels.named else ()
    found = change(labels.wrong[rows], labels.when[rows], labels.item.codes[rows], *session)
    assert found is not None
    e, onset = found.later, iso(found.onset)
    sentence = (
        f"From {onset} on, {of(e.errors, e.n)} of the {labels.word} are wrong, against "
        f"{of(e.rest_errors, e.rest_n)} before."
    )
    numbers = {
        **compared(e),
        "onset": onset,
        "onset_low": iso(found.onset_low),
        "onset_high": iso(found.onset_high),
    }
    method = f"later against earlier labels at {CUTS - 1} fixed cuts, Bonferroni; {e.method}"
    return Sign("errors over time", found.p, material(e), sentence, numbers, method)


def _tenure(labels: Labels, rows: np.ndarray) -> Sign | None:
    if not labels.named:
        return None
    found = tenure_change(
        labels.wrong[rows], labels.annotator.codes[rows], labels.when[rows], labels.item.codes[rows]
    )
    if found is None:
        return None
    sentence = (
        f"In the later half of each annotator’s work {of(found.errors, found.n)} of the {labels.word} are "
        f"wrong, in the earlier half {of(found.rest_errors, found.rest_n)}."
    )
    method = "each annotator’s later half against the earlier one, exact given each annotator’s errors"
    return Sign("errors over tenure", found.p, material(found), sentence, compared(found), method)


def _versions(labels: Labels) -> Sign | None:
    column = labels.context.get("guideline_version")
    if column is None:
        return None
    known = column.codes >= 0
    found = [
        (name, compare_shares(labels.wrong[known], column.codes[known] == code, labels.item.codes[known]))
        for code, name in enumerate(column.values)
    ]
    tested = [(name, one) for name, one in found if one is not None]
    if len(tested) < 2:
        return None
    name, worst = min(tested, key=lambda pair: (plain_p(pair[1].p), pair[0]))
    sentence = (
        f"Under guideline version {name} {of(worst.errors, worst.n)} of the {labels.word} are wrong, under the "
        f"others {of(worst.rest_errors, worst.rest_n)}."
    )
    numbers = {"version": name, "versions": len(tested), **compared(worst)}
    p = min(1.0, len(tested) * worst.p)
    return Sign(
        "errors by guideline version", p, material(worst), sentence, numbers, f"{worst.method}; Bonferroni"
    )


def _chart(labels: Labels, rows: np.ndarray) -> list[dict[str, Any]]:
    """Error share by day, or by runs of neighbouring times where there are few days or many."""
    block = _blocks(labels, rows)
    n, errors = np.bincount(block), np.bincount(block, weights=labels.wrong[rows]).astype(np.int64)
    chart = p_chart(n.tolist(), errors.tolist())
    points = []
    for k, (count, wrong) in enumerate(zip(n.tolist(), errors.tolist(), strict=True)):
        times = labels.when[rows[block == k]]
        low, high = wilson(wrong, count, 0.95)
        points.append(
            {
                "from": iso(int(times.min())), "to": iso(int(times.max())), "n": count, "errors": wrong,
                "low": low, "high": high, "lower_limit": chart.lower[k], "upper_limit": chart.upper[k],
                "outside": k in chart.outside,
            }
        )  # fmt: skip
    return points


def _blocks(labels: Labels, rows: np.ndarray) -> np.ndarray:
    days, day = np.unique(labels.day[rows], return_inverse=True)
    if 5 <= len(days) <= MOST_POINTS:
        return day
    _, place, counts = np.unique(labels.when[rows], return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    raw = before[place] * min(MOST_POINTS, max(2, len(rows) // 20)) // len(rows)
    _, block = np.unique(raw, return_inverse=True)
    return np.asarray(block)
