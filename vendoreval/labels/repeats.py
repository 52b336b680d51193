"""One answer a person and item: copies count once, and the contract's rule picks among a person's answers.

1. Rows of one annotation (`label_id`) with the same answer, or rows that are the same in every column, are
   copies of one answer: the first counts.
2. A person who gave the same answer again has answered once.
3. A person whose answers on an item differ has answered by the contract's rule: the last or the first, by time,
   or by the order of rows where that is stated to be the order of answering. Without a rule, or without an
   order, all stay, and the matter is open.
4. Rows that name nobody may be one person's or several people's. They stay, and the matter is open, until it is
   stated: `same` makes them one person's; `different` makes each an answer of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Rows = NDArray[np.bool_]
UNKNOWN = np.iinfo(np.int64).min  # a time that is not known


@dataclass(frozen=True, eq=False)
class Repeated:
    """The rows of every person and item that have more than one, in the order of the delivery.

    `group` numbers person and item from 0; `row` is the row's place in the delivery. `same` is equal for rows
    that are copies of each other; `when` is in microseconds, UNKNOWN where it is not known; `named`: the row
    says who answered.
    """

    row: Ints
    group: Ints
    label: Ints
    same: Ints
    when: Ints
    named: Rows

    def take(self, rows: Ints | Rows) -> Repeated:
        """The chosen rows."""
        return Repeated(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Settlement:
    """What counts: all rows but `dropped`.

    `superseded` answers differ from the one that counts, `same_answer` are equal to it. Left open are
    `undecided` (rows of people who answered differently), because there is no rule or, `no_order`, no order;
    and `unnamed`. `settled` are the rows without copies, by which people are compared with themselves.
    """

    dropped: Ints
    copies: int
    superseded: int
    same_answer: int
    undecided: Repeated
    no_order: bool
    unnamed: Repeated
    settled: Repeated


def settle(rows: Repeated, rule: str, *, in_order: bool = False, unnamed: str = "") -> Settlement:
    """Settle repeats by `rule`: last, first or refuse, as the head says. `rows` are sorted by place."""
    if unnamed == "same":
        rows = Repeated(rows.row, rows.group, rows.label, rows.same, rows.when, np.ones_like(rows.named))
    originals = _firsts(rows.group, rows.same)
    copies = rows.row[~originals]
    rows = rows.take(originals)
    alone = np.bincount(rows.group)[rows.group] == 1 if len(rows.row) else np.zeros(0, dtype=bool)
    open_ = rows.take(~alone & ~rows.named)
    mine = rows.take(~alone & rows.named)
    counts, decided = _chosen(mine, rule, in_order=in_order)
    answer = np.zeros(int(mine.group.max(initial=-1)) + 1, dtype=np.int64)
    answer[mine.group[counts]] = mine.label[counts]
    further = decided & ~counts
    equal = mine.label == answer[mine.group]
    nothing = open_.take(np.zeros(0, dtype=np.int64))
    return Settlement(
        np.sort(np.concatenate([copies, mine.row[further]])), len(copies), int((further & ~equal).sum()),
        int((further & equal).sum()), mine.take(~decided), no_order=rule != "refuse",
        unnamed=nothing if unnamed == "different" else open_, settled=mine,
    )  # fmt: skip


def contradicted(found: Settlement, timed: Settlement) -> Repeated:
    """The rows of people who by `found` answered otherwise than by another settlement, `timed`."""
    mine, other = found.settled, timed.settled
    left = [one.row for one in (found.undecided, timed.undecided)]
    first = mine.take(~np.isin(mine.row, np.concatenate([found.dropped, *left])))
    second = other.take(~np.isin(other.row, np.concatenate([timed.dropped, *left])))
    answer = np.full(int(mine.group.max(initial=-1)) + 1, -1)
    answer[first.group] = first.label
    return mine.take(np.isin(mine.group, second.group[answer[second.group] != second.label]))


def _firsts(group: Ints, same: Ints) -> Rows:
    """The first row of every combination."""
    order = np.lexsort((same, group))  # stable: equal rows stay in their order
    new = np.ones(len(order), dtype=bool)
    new[1:] = (group[order][1:] != group[order][:-1]) | (same[order][1:] != same[order][:-1])
    found = np.zeros(len(order), dtype=bool)
    found[order[new]] = True
    return found


def _chosen(rows: Repeated, rule: str, *, in_order: bool) -> tuple[Rows, Rows]:
    """Which rows count, and of which rows person and item are decided."""
    if not len(rows.row):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
    groups = int(rows.group.max()) + 1
    lowest, highest = np.full(groups, np.iinfo(np.int64).max), np.full(groups, -1)
    np.minimum.at(lowest, rows.group, rows.label)
    np.maximum.at(highest, rows.group, rows.label)
    differ = lowest < highest
    timed = np.ones(groups, dtype=bool)
    np.logical_and.at(timed, rows.group, rows.when != UNKNOWN)
    when = np.where(timed[rows.group], rows.when, 0)
    order = np.lexsort((rows.row, when, rows.group))
    group = rows.group[order]
    edge = group[1:] != group[:-1]
    ends = np.append(edge, True) if rule == "last" else np.append(True, edge)
    chosen = np.full(groups, -1)
    chosen[group[ends]] = order[ends]
    tied = when == when[chosen[rows.group]]
    clear = np.ones(groups, dtype=bool)
    np.logical_and.at(clear, rows.group, ~tied | (rows.label == rows.label[chosen[rows.group]]))
    decided = ~differ | ((rule != "refuse") & (in_order | (timed & clear)))
    counts = np.zeros(len(rows.row), dtype=bool)
    counts[chosen[chosen >= 0]] = True
    counts &= decided[rows.group]
    return counts, decided[rows.group]
