"""One answer a person and item, against a rule written out group by group."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.labels.repeats import UNKNOWN, Repeated, settle

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from([UNKNOWN, 0, 1, 2])), max_size=12
)  # group, label, time


def repeated(rows: list[tuple[int, int, int]], *, named: bool = True) -> Repeated:
    """Rows that are copies where label and time are equal."""
    group, label, when = (np.asarray([row[k] for row in rows], dtype=np.int64) for k in range(3))
    group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    same = label * 10 + np.where(when == UNKNOWN, 9, when)
    return Repeated(np.arange(len(rows)), group, label, same, when, np.full(len(rows), named))


def by_hand(rows: Repeated, rule: str, in_order: bool) -> tuple[list[int], tuple[int, int, int], list[int]]:
    """Rows that stay; copies, superseded and same answers; rows that are undecided."""
    stay, undecided, copies, superseded, same = [], [], 0, 0, 0
    groups = defaultdict(list)
    for row, group in enumerate(rows.group.tolist()):
        groups[group].append(row)
    for members in groups.values():
        first = {int(rows.same[row]): row for row in reversed(members)}
        mine = sorted(first.values())
        copies += len(members) - len(mine)
        timed = all(rows.when[row] != UNKNOWN for row in mine)
        ordered = sorted(mine, key=lambda row: (rows.when[row] if timed else 0, row))
        pick = ordered[-1] if rule == "last" else ordered[0]
        at_once = {int(rows.label[row]) for row in mine if rows.when[row] == rows.when[pick]}
        differ = len({int(rows.label[row]) for row in mine}) > 1
        if differ and not (rule != "refuse" and (in_order or (timed and len(at_once) == 1))):
            stay += mine
            undecided += mine
            continue
        stay.append(pick)
        superseded += sum(rows.label[row] != rows.label[pick] for row in mine)
        same += sum(rows.label[row] == rows.label[pick] for row in mine if row != pick)
    return sorted(stay), (copies, superseded, same), sorted(undecided)


@given(ROWS, st.sampled_from(["last", "first", "refuse"]), st.booleans())
def test_every_case_is_as_by_hand(rows: list[tuple[int, int, int]], rule: str, in_order: bool) -> None:
    given_rows = repeated(rows)
    found = settle(given_rows, rule, in_order=in_order)
    stay, counts, undecided = by_hand(given_rows, rule, in_order)
    assert sorted(set(range(len(rows))) - set(found.dropped.tolist())) == stay
    assert (found.copies, found.superseded, found.same_answer) == counts
    assert sorted(found.undecided.row.tolist()) == undecided


@pytest.mark.parametrize(
    ("unnamed", "dropped", "left"), [("", [], 3), ("different", [], 0), ("same", [0, 1], 0)]
)
def test_rows_that_name_nobody_stay_until_it_is_stated_whose_they_are(
    unnamed: str, dropped: list[int], left: int
) -> None:
    found = settle(repeated([(0, 0, 0), (0, 1, 1), (0, 0, 2)], named=False), "last", unnamed=unnamed)
    assert found.dropped.tolist() == dropped
    assert len(found.unnamed.row) == left
