"""The one pairing of gold and delivered labels: audits, pilots, samples and evidence all use it."""

from __future__ import annotations

from dataclasses import dataclass

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import compare
from vendoreval.tasks.consensus import count_ties, majority
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


def judge(gold: GoldSet, labels: LabelTable, task: Task) -> Judged:
    """Pair `labels` with `gold` by item and judge each unit by the contract's `task`.

    Labels on items that are not in gold are no opportunity. A gold item without a label is `missing`.
    """
    by_label = compare(gold, labels, task.classes, task.severity)
    if task.answers != "consensus":
        return Judged(by_label, by_label)
    on_gold = labels.take(labels.item.recode(gold.item_ids).codes >= 0)
    votes = majority(on_gold, task.ties)
    return Judged(compare(gold, votes, task.classes, task.severity), by_label, count_ties(on_gold))
