"""Which order of a person's answers is proposed, and when that of the rows is not taken."""

from __future__ import annotations

import numpy as np
import pytest

from vendoreval.formats.intake.answer_order import order_of
from vendoreval.labels.repeats import UNKNOWN, Repeated
from vendoreval.labels.statements import Statements

EARLY, LATE = "2026-03-02T09:00:00Z", "2026-03-02T10:00:00+00:00"


def repeated(labels: tuple[int, ...] = (0, 1), when: int = UNKNOWN) -> Repeated:
    """One person's answers on one item."""
    rows = np.arange(len(labels), dtype=np.int64)
    moments = rows if when != UNKNOWN else np.full(len(rows), UNKNOWN)
    return Repeated(rows, np.zeros_like(rows), np.asarray(labels, dtype=np.int64), rows, moments, rows >= 0)


@pytest.mark.parametrize("rule", ["last", "first", "refuse"])
@pytest.mark.parametrize(
    ("times", "options", "contradicted"),
    [
        ((EARLY, LATE), ("--map", "labelled_at=when"), False),
        ((LATE, EARLY), ("--map", "labelled_at=when"), True),
        (("1772442922", "1772442923"), ("--map", "labelled_at=when"), False),
        (("1772442923", "1772442922.5"), ("--map", "labelled_at=when"), True),  # the wrong way round
        (("1772442923000", "1772442922000"), ("--map", "labelled_at=when"), True),
        (("7.25", "7.5"), ("--in-order",), False),
        (("7.5", "7.25"), (), True),
        (("noon", None), ("--in-order",), False),
    ],
)
def test_a_column_of_times_goes_before_the_order_of_rows(
    rule: str, times: tuple[str | None, ...], options: tuple[str, ...], contradicted: bool
) -> None:
    found = order_of(repeated(), rule, Statements(), "when", lambda: times)
    assert (found.options, found.contradicted) == (options, contradicted)
    stated = order_of(repeated(), rule, Statements(in_order=True), "when", lambda: times)
    assert (stated.options, stated.contradicted) == (options if contradicted else (), contradicted)


def test_the_order_does_not_matter_where_the_answer_is_the_same_or_known() -> None:
    for rows in (repeated((1, 1)), repeated((0, 1), when=0)):
        assert order_of(rows, "last", Statements(in_order=True), "when", lambda: (LATE, EARLY)).options == ()
    swapped = repeated((0, 1, 0))  # by either order the last answer is 0
    times = ("2026-01-03", "2026-01-02", "2026-01-01")
    assert not order_of(swapped, "last", Statements(), "when", lambda: times).contradicted


def test_without_a_column_the_rows_may_be_in_order() -> None:
    assert order_of(repeated(), "last", Statements(), "", tuple).options == ("--in-order",)
