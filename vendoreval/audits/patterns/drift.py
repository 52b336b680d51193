"""Drift: labels that get worse with time, with a person's tenure, or under one guideline version."""

from __future__ import annotations

from typing import Any

import numpy as np

from vendoreval.audits.patterns.signs import Labels, Looked, Sign, compared, iso, material, plain_p
from vendoreval.inference.binomial import wilson
from vendoreval.inference.comparing import compare_shares
from vendoreval.inference.drift import CUTS, change, p_chart, tenure_change
from vendoreval.inference.ordering import Ints, dense
from vendoreval.numerals import of

DO = (
    "Ask what changed at that time (people, guideline, tool, pay) and have the labels given since then "
    "checked again. Audit smaller deliveries more often until the error share is back."
)

MOST_POINTS = 24


def drift(labels: Labels) -> Looked:
    """Later labels against earlier ones: of all people, of each person, and by guideline version."""
    signs, untested, further = [], [], {}
    timed = labels if labels.timed.all() else labels.take(np.flatnonzero(labels.timed))
    times, moment = dense(timed.when)
    if len(times) < 2:
        untested.append("The labels carry no times (column labelled_at).")
    else:
        signs.append(_over_time(timed, times, moment, labels.named))
        further["chart"] = _chart(timed, moment)
        tenure = _tenure(timed, moment) if labels.named else None
        if tenure is not None:
            signs.append(tenure)
    versions = _versions(labels)
    if versions is None:
        untested.append("The labels do not carry two guideline versions.")
    else:
        signs.append(versions)
    return Looked("drift", DO, tuple(signs), tuple(untested), further)


def _over_time(labels: Labels, times: Ints, moment: Ints, named: bool) -> Sign:
    """`times` are the distinct ones, and `moment` each row's place among them."""
    session = (labels.session,) if named else ()
    found = change(labels.wrong, moment, labels.item.codes, *session)
    assert found is not None
    onset, onset_low, onset_high = (
        iso(int(times[at])) for at in (found.onset, found.onset_low, found.onset_high)
    )
    e = found.later
    sentence = (
        f"From {onset} on, {of(e.errors, e.n)} of the {labels.word} are wrong, against "
        f"{of(e.rest_errors, e.rest_n)} before."
    )
    numbers = {**compared(e), "onset": onset, "onset_low": onset_low, "onset_high": onset_high}
    method = f"later against earlier labels at {CUTS - 1} fixed cuts, Bonferroni; {e.method}"
    return Sign("errors over time", found.p, material(e), sentence, numbers, method)


def _tenure(labels: Labels, moment: Ints) -> Sign | None:
    found = tenure_change(labels.wrong, labels.annotator.codes, moment, labels.item.codes)
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


def _chart(labels: Labels, moment: Ints) -> list[dict[str, Any]]:
    """Error share by day, or by runs of neighbouring times where there are few days or many."""
    block = _blocks(labels, moment)
    n, errors = np.bincount(block), np.bincount(block[labels.wrong], minlength=int(block.max()) + 1)
    chart = p_chart(n.tolist(), errors.tolist())
    first, last = np.full(len(n), np.iinfo(np.int64).max), np.full(len(n), np.iinfo(np.int64).min)
    np.minimum.at(first, block, labels.when)
    np.maximum.at(last, block, labels.when)
    points = []
    for k, (count, wrong) in enumerate(zip(n.tolist(), errors.tolist(), strict=True)):
        low, high = wilson(wrong, count, 0.95)
        points.append(
            {
                "from": iso(int(first[k])), "to": iso(int(last[k])), "n": count, "errors": wrong,
                "low": low, "high": high, "lower_limit": chart.lower[k], "upper_limit": chart.upper[k],
                "outside": k in chart.outside,
            }
        )  # fmt: skip
    return points


def _blocks(labels: Labels, moment: Ints) -> Ints:
    days, day = dense(labels.day)
    if 5 <= len(days) <= MOST_POINTS:
        return day
    counts = np.bincount(moment)
    before = np.cumsum(counts) - counts
    raw = before[moment] * min(MOST_POINTS, max(2, len(moment) // 20)) // len(moment)
    return dense(raw)[1]
