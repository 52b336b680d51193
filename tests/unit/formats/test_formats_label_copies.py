"""A filter on a copy of the labels is refused; stages, batches and people are no copies."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from vendoreval.errors import UsageError
from vendoreval.formats.intake.label_copies import LabelCopies
from vendoreval.formats.intake.row_filter import parse_where

LABELS = ["cat", "dog", "bird", "cat"] * 10


def held(values: Sequence[str | None], labels: list[str] = LABELS) -> LabelCopies:
    """Both halves as batches of their own."""
    copies, half = LabelCopies(parse_where(["c=x"])), len(values) // 2
    for rows in (slice(half), slice(half, None)):
        copies.add({"c": pa.array(values[rows], pa.string())}, pa.array(labels[rows], pa.string()))
    return copies


@pytest.mark.parametrize(
    "values",
    [
        LABELS,
        [label.upper() for label in LABELS],
        [{"cat": "ok", "dog": "ok", "bird": "no"}[label] + label[:1] for label in LABELS],
    ],
)
def test_a_copy_is_refused(values: list[str | None]) -> None:
    with pytest.raises(UsageError, match="would choose rows by their label"):
        held(values).refuse()


@pytest.mark.parametrize(
    "values",
    [
        [f"ann{n % 3}" for n in range(40)],
        ["batch1"] * 20 + ["batch2"] * 20,
        [f"i{n}" for n in range(40)],  # an id goes with one label for want of rows
        [None] * 40,
        ["final"] * 40,
        ["dog", *LABELS[1:]],
    ],
)
def test_what_does_not_tell_the_label_is_free(values: list[str | None]) -> None:
    held(values).refuse()


def test_few_rows_and_a_single_label_tell_nothing() -> None:
    held(LABELS[:12], LABELS[:12]).refuse()
    held(["a", "b"] * 20, ["cat"] * 40).refuse()
