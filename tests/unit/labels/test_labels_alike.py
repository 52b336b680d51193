"""Items with the same answers in two deliveries, held against a comparison of sorted rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.labels.alike import compare, sums
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.table import LabelTable

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None]), st.integers(-3, 3),
              st.lists(st.lists(st.integers(0, 2), max_size=2), max_size=2)),
    max_size=8,
)  # fmt: skip
Row = tuple[str, str | None, int, list[list[int]]]


def table(rows: list[Row]) -> LabelTable:
    return LabelTable(
        Coded.from_text(row[0] for row in rows),
        Coded.from_text(None for _ in rows),
        {
            "label": Coded.from_text(row[1] for row in rows),
            "x": np.asarray([row[2] for row in rows], dtype=np.int64),
            "rings": Nested.from_lists([row[3] for row in rows], 2),
            "object_id": Coded.from_text(str(k) for k, _ in enumerate(rows)),
        },
    )


def by_item(rows: list[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item, *answer in rows:
        found.setdefault(item, []).append(repr(answer))
    return {item: sorted(answers) for item, answers in found.items()}


@given(ROWS, ROWS)
def test_it_finds_what_sorted_rows_find(before: list[Row], after: list[Row]) -> None:
    found = compare(sums(table(before)), sums(table(after)))
    old, new = by_item(before), by_item(after)
    both = old.keys() & new.keys()
    same = sum(old[item] == new[item] for item in both)
    assert found.to_json() == {
        "same": same, "changed": len(both) - same, "new": len(new.keys() - both),
        "gone": len(old.keys() - both),
    }  # fmt: skip


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_tells_nothing(rows: list[Row], chance: np.random.Generator) -> None:
    turned = list(rows)
    chance.shuffle(turned)
    assert compare(sums(table(rows)), sums(table(turned))).changed == 0
