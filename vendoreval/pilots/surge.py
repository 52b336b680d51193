"""The surge of a pilot: twice the work in half the time, held against the calm part before it.

Accuracy of the surge's items against the main items of the calm part; agreement of people likewise; and whether
the answers came in the time that the pace leaves. Where the calm part took T hours for n tasks, 2n tasks in T/2
are four times its pace, and m tasks have m / (4n) of T. Haste is something the buyer asks for: the surge
breaches nothing and counts in no block, it says what to agree on for peaks.

    held     the interval of the difference ends above the margin: no worse than that
    fell     it does not, and chance explains the difference in at most 5 % of pilots
    open     neither
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np

from vendoreval.audits.agreement_record import Alpha, alpha_of
from vendoreval.gold.piloting import AFTER, MAIN, SURGE, SURGED
from vendoreval.inference.comparing import Comparison
from vendoreval.inference.proportions import of_process
from vendoreval.labels.table import LabelTable
from vendoreval.pilots.blocks import Answers, totals
from vendoreval.pilots.pilot import surge_share

HELD, FELL, OPEN = "held", "fell", "open"
SIGN = 0.05
MARGIN = Fraction(1, 20)  # of accuracy
ALPHA_MARGIN = 0.1
IN_TIME = Fraction(19, 20)  # of the surge's answers
_HOUR = np.timedelta64(3600, "s")


@dataclass(frozen=True)
class Against:
    """A figure of the surge against the calm part's, with 95 % intervals; `difference` is surge - calm."""

    calm: float
    calm_low: float
    calm_high: float
    surge: float
    surge_low: float
    surge_high: float
    difference: float
    low: float
    high: float
    standing: str


@dataclass(frozen=True)
class Turnaround:
    """Hours from the hand-over of a list (or its first answer) to its last answer.

    `in_time`: the share of the surge's `n` answers that came within `allowed_hours`, with its 95 % interval.
    """

    calm_tasks: int
    calm_hours: float
    surge_tasks: int
    surge_hours: float
    allowed_hours: float
    n: int
    in_time: float
    low: float
    high: float
    standing: str


@dataclass(frozen=True)
class Surge:
    """What the surge showed; a figure is None where there is nothing to hold against each other."""

    standing: str
    accuracy: Against | None
    agreement: Against | None
    turnaround: Turnaround | None

    def to_json(self) -> dict[str, Any]:
        """The surge as plain JSON values."""
        return asdict(self)


def surge_of(seen: Answers, compared: Comparison | None, handed_over: Mapping[int, datetime]) -> Surge | None:
    """The surge of a pilot; None where none was sent, or nothing of it was answered.

    `compared` holds its errors against those of the calm part's main items.
    """
    if compared is None:
        return None
    found = (_accuracy(seen, compared), _agreement(seen), _turnaround(seen, handed_over))
    standings = [one.standing for one in found if one is not None]
    whole = FELL if FELL in standings else OPEN if OPEN in standings else HELD
    return Surge(whole, *found)


def _accuracy(seen: Answers, compared: Comparison) -> Against:
    level = Fraction(1, 2)  # only the intervals are used
    calm = of_process(*totals(seen, MAIN, AFTER), level)
    surge = of_process(*totals(seen, SURGE), level)
    low, high = -compared.high, -compared.low
    return Against(
        calm.estimate, calm.low, calm.high, surge.estimate, surge.low, surge.high, -compared.difference, low,
        high, _verdict(low, float(MARGIN), fell=compared.p <= SIGN),
    )  # fmt: skip


def _agreement(seen: Answers) -> Against | None:
    """Alpha of both; the interval of the difference follows from theirs (Zou & Donner, Stat. Med. 27, 2008)."""
    calm, surge = (_alpha(seen, block, part) for block, part in ((MAIN, AFTER), (SURGE, SURGED)))
    if calm is None or surge is None:
        return None
    one, two = _ends(calm), _ends(surge)
    if one is None or two is None:
        return None
    difference = two[0] - one[0]
    low = difference - math.hypot(two[0] - two[1], one[2] - one[0])
    high = difference + math.hypot(two[2] - two[0], one[0] - one[1])
    return Against(*one, *two, difference, low, high, _verdict(low, ALPHA_MARGIN, fell=high < 0))


def _alpha(seen: Answers, block: str, part: int) -> Alpha | None:
    items = {task.item for task in seen.tasks if task.block == block and task.part == part}
    labels = _of_units(seen.labels, items)
    return alpha_of(labels, seen.task) if len(labels) else None


def _ends(alpha: Alpha) -> tuple[float, float, float] | None:
    if alpha.estimate is None or alpha.low is None or alpha.high is None:
        return None
    return alpha.estimate, alpha.low, alpha.high


def _turnaround(seen: Answers, handed_over: Mapping[int, datetime]) -> Turnaround | None:
    """None without times, or where the calm part took none. What was not answered did not come in time."""
    calm, surge = (_hours(seen, part, handed_over.get(part)) for part in (AFTER, SURGED))
    if calm is None or surge is None or not max(calm[1]) > 0:
        return None
    tasks, took = (len(calm[0]), len(surge[0])), (float(max(calm[1])), float(max(surge[1])))
    allowed = took[0] * float(surge_share(tasks[1], tasks[0]))
    place = {unit: number for number, unit in enumerate(surge[0])}
    item = np.asarray([place[unit] for unit in surge[2]])
    x = np.bincount(item, minlength=tasks[1]).astype(np.int64)
    y = np.bincount(item[np.asarray(surge[1]) <= allowed], minlength=tasks[1]).astype(np.int64)
    share = of_process(y, np.maximum(x, 1), IN_TIME)
    standing = FELL if share.p_breach <= SIGN else HELD if share.exact >= IN_TIME else OPEN
    return Turnaround(
        tasks[0], took[0], tasks[1], took[1], allowed, share.n, share.estimate, share.low, share.high, standing
    )


def _hours(
    seen: Answers, part: int, started: datetime | None
) -> tuple[list[str], list[float], list[str]] | None:
    """The tasks of a part; its answers' hours since the hand-over, and each one's task."""
    units = sorted(task.unit for task in seen.tasks if task.part == part)
    labels = _of_units(seen.labels, set(units))
    if not len(labels) or labels.labelled_at is None or np.isnat(labels.labelled_at).any():
        return None
    times = labels.labelled_at
    start = times.min() if started is None else np.datetime64(started.replace(tzinfo=None), "us")
    return units, ((times - start) / _HOUR).tolist(), [unit or "" for unit in labels.item.text()]


def _of_units(labels: LabelTable, units: set[str]) -> LabelTable:
    return labels.take(np.flatnonzero([unit in units for unit in labels.item.text()]))


def _verdict(low: float, margin: float, *, fell: bool) -> str:
    return HELD if low >= -margin else FELL if fell else OPEN
