"""The order in which people answered, where no times are mapped: by a column like times, or by the rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

import numpy as np

from vendoreval.formats.readers.known_columns import as_option
from vendoreval.formats.readers.written_times import moment_of
from vendoreval.labels.repeats import UNKNOWN, Repeated, contradicted, settle
from vendoreval.labels.statements import Statements

_EITHER = (
    "Map the times (--map labelled_at=COLUMN), or state that rows stand in the order of answering (--in-order)."
)


@dataclass(frozen=True)
class Order:
    """What settles the order, in words and as options; `contradicted`: the rows stand in another one."""

    text: str = ""
    options: tuple[str, ...] = ()
    contradicted: bool = False


_OF_ROWS = Order(_EITHER, ("--in-order",))


def order_of(
    rows: Repeated, rule: str, said: Statements, clock: str, times: Callable[[], Sequence[str | None]]
) -> Order:
    """What to ask about the order of the repeated `rows`; `times` gives what the column `clock` holds in them.

    Exports often stand newest first. So a column that looks like times goes before the order of the rows, and
    that order is neither proposed nor taken where the two name different answers. `clock` "" is no column.
    """
    rule = "last" if rule == "refuse" else rule
    mapped = settle(rows, rule, unnamed=said.unnamed)
    if not len(mapped.undecided.row):
        return Order()
    order = _by_clock(rows, rule, said.unnamed, clock, times()) if clock else _OF_ROWS
    return Order() if said.in_order and not order.contradicted else order


def _by_clock(rows: Repeated, rule: str, unnamed: str, clock: str, times: Sequence[str | None]) -> Order:
    when = np.asarray([_instant(text or "") for text in times], dtype=np.int64)
    timed = settle(replace(rows, when=when), rule, unnamed=unnamed)
    in_rows = settle(rows, rule, in_order=True, unnamed=unnamed)
    against = bool(len(contradicted(in_rows, timed).row))
    tail = " It contradicts the order of the rows." if against else ""
    if any(_moment(text or "") is not None for text in times):
        text = f"The column {clock} looks like the time of the answer: {as_option('labelled_at', clock)}.{tail}"
        return Order(text, ("--map", f"labelled_at={clock}"), against)
    return (
        Order(f"The column {clock} looks like times, and cannot be read as such.{tail}", (), True)
        if against
        else _OF_ROWS
    )


def _moment(text: str) -> int | None:
    """A time as UTC microseconds; None for any other text."""
    try:
        when = moment_of(text)
        return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1e6)
    except (ValueError, OverflowError):
        return None


def _instant(text: str) -> int:
    """A time in ISO 8601 or as a number of any unit, to be compared with its like only."""
    moment = _moment(text)
    if moment is not None:
        return moment
    try:
        number = float(text)
    except ValueError:
        return int(UNKNOWN)
    return round(number * 1e3) if math.isfinite(number) and abs(number) < 9e15 else int(UNKNOWN)
