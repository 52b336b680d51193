"""The one pairing of gold and delivered labels: audits, pilots, samples and evidence all use it."""

from __future__ import annotations

from dataclasses import dataclass

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import TaskType
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes


@dataclass(frozen=True, eq=False)
class Judged:
    """Outcomes of the units that clauses count, and of the single labels.

    The two are one object where the contract counts each label. `ties`: items without a single most
    frequent label, where it counts the consensus.
    """

    units: Outcomes
    by_label: Outcomes
    ties: int = 0


def judge(gold: GoldSet, labels: LabelTable, task: Task, kind: TaskType | None = None) -> Judged:
    """Pair `labels` with `gold` by item and judge each unit by the contract's `task`.

    Labels on items that are not in gold are no opportunity. A gold item without a label is `missing`. `kind` is
    the contract's task type unless another one is given.
    """
    chosen = kind or task_type(task.type)
    by_label = chosen.compare(gold, labels, task)
    if task.answers != "consensus":
        return Judged(by_label, by_label)
    on_gold = labels.on_items(gold.item_ids)
    votes = chosen.vote(on_gold, task)
    if votes is None:
        return Judged(by_label, by_label)
    return Judged(chosen.compare(gold, votes, task), by_label, chosen.ties(on_gold, task))
