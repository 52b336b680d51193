"""What a pilot's answers are worth, block by block: right units and counted units of each item.

Main, edge cases and guideline change count as the contract counts: single labels or the consensus of an
item. On an ambiguous item right is to ask: by a class for it, a flag, or a question in the register; whatever
else is said is a guess, gold or not. A repeat is right when it is answered as the first time; two right
answers agree even where gold accepts both, and two ties do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.piloting import AMBIGUOUS, MAIN, REPEATS, PilotTask
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.asking import by_class, by_flag
from vendoreval.tasks.consensus import TIE
from vendoreval.tasks.judged import judge
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes

Totals = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answers:
    """A pilot's tasks with all labels, kept under `PilotTask.unit`, and gold of the items.

    `units` are the outcomes that count, `by_label` the single labels; `asked` are items on which the
    vendor put a question into the register.
    """

    task: Task
    tasks: tuple[PilotTask, ...]
    labels: LabelTable
    gold: GoldSet
    by_label: Outcomes
    units: Outcomes
    asked: frozenset[str]

    @property
    def parts(self) -> Mapping[str, int]:
        """The part in which each item came first."""
        return {task.item: task.part for task in self.tasks if task.block != REPEATS}

    def items(self, block: str) -> tuple[str, ...]:
        """The items of a block."""
        return tuple(task.item for task in self.tasks if task.block == block)

    def of_main(self) -> LabelTable:
        """The labels on main items; on the others people are meant to disagree."""
        main = set(self.items(MAIN))
        return self.labels.take(np.flatnonzero([unit in main for unit in self.labels.item.text()]))


def answers(
    task: Task,
    tasks: Sequence[PilotTask],
    labels: LabelTable,
    gold: GoldSet,
    asked: frozenset[str] = frozenset(),
) -> Answers:
    """Hold a pilot's labels against gold; an item without a label is missing, and a miss.

    Where labels count each, one that a person gives again on the same task counts once: else a vendor could
    repeat the answers that it is sure of.
    """
    first = gold.only({one.item for one in tasks})
    if task.answers == "each":
        labels = _once(labels)
    judged = judge(first, labels, task)
    return Answers(task, tuple(tasks), labels, first, judged.by_label, judged.units, asked)


def _once(labels: LabelTable) -> LabelTable:
    """Labels without those that the same person gives again; rows that name nobody may be of several people."""
    who = labels.annotator.codes.astype(np.int64)
    who = np.where(who >= 0, who, -1 - np.arange(len(who)))
    label = labels.answers["label"]
    assert isinstance(label, Coded)  # pilots are of classifications
    rows = np.stack([labels.item.codes.astype(np.int64), who, label.codes.astype(np.int64)])
    kept = np.unique(rows, axis=1, return_index=True)[1]
    return labels if len(kept) == len(who) else labels.take(np.sort(kept))


def totals(seen: Answers, block: str, part: int = 0) -> tuple[Totals, Totals]:
    """Right units and counted units, one pair an item of the block (of a `part`), in the order of its items."""
    if block == REPEATS:
        return _repeated(seen)
    if block == AMBIGUOUS:
        return asked_about(seen, seen.items(AMBIGUOUS))
    items = seen.items(block)
    if part:
        items = tuple(item for item in items if seen.parts[item] == part)
    return per_item(seen.units, seen.units.right, items)


def per_item(outcomes: Outcomes, right: Mask, items: Sequence[str]) -> tuple[Totals, Totals]:
    """Right and counted rows of each of `items`; every one of them has a row."""
    place = {item: number for number, item in enumerate(items)}
    at = np.asarray([place.get(item, -1) for item in outcomes.item.values], dtype=np.int64)[outcomes.item.codes]
    inside = at >= 0
    count = len(items)
    y = np.bincount(at[inside & right], minlength=count).astype(np.int64)
    return y, np.bincount(at[inside], minlength=count).astype(np.int64)


def asking(outcomes: Outcomes, task: Task) -> Mask:
    """Rows whose answer asks: by its class or by a flag beside it."""
    return by_class(outcomes.delivered, task) | by_flag(outcomes.context, len(outcomes))


def asked_about(seen: Answers, items: Sequence[str]) -> tuple[Totals, Totals]:
    """Units that asked and counted units, one pair for each of `items`."""
    y, x = per_item(seen.units, asking(seen.units, seen.task), items)
    if seen.units is not seen.by_label:  # one flag is enough: the item went to somebody who decides
        flagged, _ = per_item(seen.by_label, by_flag(seen.by_label.context, len(seen.by_label)), items)
        y = np.where(flagged > 0, x, y)
    register = np.asarray([item in seen.asked for item in items], dtype=np.bool_)
    return np.where(register, x, y), x


def _repeated(seen: Answers) -> tuple[Totals, Totals]:
    """Answers given again: by the same person where one answered twice, else against the consensus."""
    votes = task_type(seen.task.type).vote(seen.labels, seen.task)
    voted = _answers_by_unit(seen.labels if votes is None else votes)
    single = _answers_by_unit(seen.labels)
    accepted = seen.gold.right_answers
    ys, xs = [], []
    for task in (one for one in seen.tasks if one.block == REPEATS):
        before, after = voted.get(task.item, {}), voted.get(task.unit, {})
        if seen.task.answers == "each":
            mine, again = single.get(task.item, {}), single.get(task.unit, {})
            both = mine.keys() & again.keys() - {None}
            if both:
                before, after = {who: mine[who] for who in both}, {who: again[who] for who in both}
        pairs = [(before.get(who), answer) for who, answer in sorted(after.items(), key=str)]
        right = accepted[task.item]
        ys.append(sum((one == two != TIE) or {one, two} <= right for one, two in pairs))
        xs.append(max(len(pairs), 1))  # one that was not answered again is a miss
    return np.asarray(ys, dtype=np.int64), np.asarray(xs, dtype=np.int64)


def _answers_by_unit(labels: LabelTable) -> dict[str, dict[str | None, str | None]]:
    """The last answer of each person on each unit, by time where times are known."""
    label = labels.answers["label"]
    assert isinstance(label, Coded)
    texts = label.text()
    when = [""] * len(labels) if labels.labelled_at is None else labels.labelled_at.astype(str).tolist()
    found: dict[str, dict[str | None, str | None]] = {}
    units, people = labels.item.text(), labels.annotator.text()
    for row in sorted(range(len(labels)), key=lambda row: (when[row], texts[row] or "")):
        found.setdefault(units[row] or "", {})[people[row]] = texts[row]
    return found
