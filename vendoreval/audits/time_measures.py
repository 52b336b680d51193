"""The share of time that is wrong, from outcomes of level time (tasks.time_rows).

    der = (missed + false alarm + confusion) ÷ time of gold's segments

The diarisation error rate, in whole thousandths of a second; of several labels at once each counts. Where gold
has no time at all there are only false alarms: they count in the rate, and alone they breach nothing
(audits.totals.loss).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vendoreval.audits.totals import Measure, loss, per_item
from vendoreval.audits.units import Counting, counted
from vendoreval.contracts.metrics import TIME, amount
from vendoreval.tasks.outcomes import CODE, Outcomes

_COMPONENTS = {"missing": "missed", "extra": "false alarm", "wrong_label": "confusion"}


def der(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Wrong time for each thousandth of a second of gold, with its three components."""
    kept = counted(outcomes, how, group)
    size = np.ones(len(outcomes), dtype=np.int64) if outcomes.size is None else outcomes.size
    lost = {
        word: per_item(outcomes, how, kept & (outcomes.outcome == CODE[name]), size)
        for name, word in _COMPONENTS.items()
    }
    units = per_item(outcomes, how, kept & (outcomes.expected.codes >= 0), size)
    told = ", ".join(f"{word} {amount(int(part.sum()), TIME)}" for word, part in lost.items())
    every = sum(lost.values(), np.zeros_like(units))
    return loss(every, units, how.cap or Fraction(1), int(units.sum()), int(every.sum()), told=told)
