"""Expert auditors' answers to a sample: what each item's answer is, and how far the experts agree.

An item is settled when as many auditors as agreed gave the same answer, or when an adjudicator, who is
none of them, decided. The adjudicator's answer always counts. Of several answers of one person to one
task the last counts. Repeated tasks serve the auditors' consistency alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vendoreval.errors import InputError


@dataclass(frozen=True)
class SampleTask:
    """One line of the auditors' list; `repeat`: the item stands on it a second time."""

    id: str
    item: str
    repeat: bool = False


@dataclass(frozen=True)
class Judgement:
    """One person's answer to one task."""

    task: str
    auditor: str
    label: str
    adjudicates: bool = False


@dataclass(frozen=True)
class Settled:
    """An item's answer; `by` are the auditors, `adjudicated` whether the adjudicator's answer counts.

    `auditors_label` is what the auditors agreed on, None where they differ.
    """

    item: str
    task: str
    label: str
    by: tuple[str, ...]
    adjudicated: bool
    auditors_label: str | None

    @property
    def overturned(self) -> bool:
        """Whether the adjudicator decided against auditors who had agreed."""
        return self.adjudicated and self.auditors_label is not None and self.auditors_label != self.label


@dataclass(frozen=True)
class Panel:
    """Where a sample stands. `settled` and `open` items are in the order of the draw.

    `disputed` are tasks on whose answer the auditors differ; `double` and `double_agreed` count items
    that several auditors answered; `repeats` and `repeats_agreed` count one person's second answers.
    """

    settled: tuple[Settled, ...]
    open: tuple[str, ...]
    disputed: tuple[str, ...]
    double: int
    double_agreed: int
    repeats: int
    repeats_agreed: int

    @property
    def adjudicated(self) -> tuple[Settled, ...]:
        """Items on which the auditors had agreed and an adjudicator decided again."""
        return tuple(s for s in self.settled if s.adjudicated and s.auditors_label is not None)

    def to_json(self) -> dict[str, Any]:
        """The counts."""
        return {
            "settled": len(self.settled),
            "open": len(self.open),
            "disputed": len(self.disputed),
            "double": self.double,
            "double_agreed": self.double_agreed,
            "repeats": self.repeats,
            "repeats_agreed": self.repeats_agreed,
            "adjudicated": len(self.adjudicated),
            "overturned": sum(s.overturned for s in self.adjudicated),
        }


def settle(tasks: Sequence[SampleTask], judgements: Sequence[Judgement], auditors: int) -> Panel:
    """Settle the items of `tasks` (in the order of the draw) from all `judgements`, oldest first.

    `auditors`: how many must answer an item. Raises InputError for an adjudicator who also answered as
    an auditor.
    """
    given: dict[str, dict[str, str]] = defaultdict(dict)
    decided: dict[str, str] = {}
    for answer in judgements:
        if answer.adjudicates:
            decided[answer.task] = answer.label
        else:
            given[answer.task][answer.auditor] = answer.label
    _refuse_two_roles(judgements)
    first = [task for task in tasks if not task.repeat]
    settled, still_open, disputed = [], [], []
    double = agreed = 0
    for task in first:
        answers = given.get(task.id, {})
        labels = set(answers.values())
        enough = len(answers) >= auditors
        if len(answers) > 1:
            double, agreed = double + 1, agreed + (len(labels) == 1)
        together = next(iter(labels)) if len(labels) == 1 else None
        if task.id in decided:
            by = tuple(sorted(answers))
            settled.append(Settled(task.item, task.id, decided[task.id], by, True, together))
        elif enough and together is not None:
            settled.append(Settled(task.item, task.id, together, tuple(sorted(answers)), False, together))
        else:
            still_open.append(task.item)
            if len(labels) > 1:
                disputed.append(task.id)
    compared, same = _repeats(tasks, given)
    return Panel(
        tuple(settled), tuple(still_open), tuple(disputed), double, agreed, compared, same
    )  # fmt: skip


def _refuse_two_roles(judgements: Sequence[Judgement]) -> None:
    auditors = {(j.task, j.auditor) for j in judgements if not j.adjudicates}
    for answer in judgements:
        if answer.adjudicates and (answer.task, answer.auditor) in auditors:
            raise InputError(
                f"{answer.auditor} answered task {answer.task} as an auditor and cannot adjudicate it.",
                remedy="Let somebody else decide.",
            )


def _repeats(tasks: Sequence[SampleTask], given: Mapping[str, Mapping[str, str]]) -> tuple[int, int]:
    """How many second answers there are, and how many equal the same person's first."""
    original = {task.item: task.id for task in tasks if not task.repeat}
    compared = same = 0
    for task in tasks:
        if not task.repeat:
            continue
        for auditor, label in given.get(task.id, {}).items():
            before = given.get(original[task.item], {}).get(auditor)
            if before is not None:
                compared, same = compared + 1, same + (before == label)
    return compared, same


def sample_tasks(drawn: Sequence[str], repeated: Sequence[str], start: int = 1) -> tuple[SampleTask, ...]:
    """Tasks for the drawn items in the order of the draw, the repeats spread over the second half.

    Task ids are running numbers from `start` and say nothing about the item.
    """
    half = len(drawn) // 2
    slots: dict[int, list[str]] = defaultdict(list)
    place = {item: k for k, item in enumerate(drawn)}
    for number, item in enumerate(repeated):
        wanted = half + (number * max(len(drawn) - half, 1)) // max(len(repeated), 1)
        slots[max(wanted, place[item])].append(item)
    listed: list[tuple[str, bool]] = []
    for k, item in enumerate(drawn):
        listed.append((item, False))
        listed += [(again, True) for again in slots.get(k, ())]
    width = max(len(str(len(listed))), 4)
    return tuple(
        SampleTask(f"t{number:0{width}d}", item, repeat) for number, (item, repeat) in enumerate(listed, start)
    )


def named_by(endings: Mapping[str, str], tasks: Sequence[SampleTask]) -> tuple[SampleTask, ...]:
    """The tasks with ids that end as the pictures of their items do."""
    return tuple(replace(task, id=task.id + endings.get(task.item, "")) for task in tasks)
