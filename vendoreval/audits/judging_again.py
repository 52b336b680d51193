"""Judging an audit again with other gold: the same labels, the same draw, the same totals."""

from __future__ import annotations

from dataclasses import replace

from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.tasks.judged import judge


def held_against(seen: AuditInput, gold: GoldSet, task: Task) -> AuditInput:
    """What the audit saw, with its labels held against `gold` instead of its own.

    Raises ValueError for the input of an earlier version, which did not keep labels apart.
    """
    if seen.delivered is None:
        raise ValueError("the labels that were judged are not known")
    judged = judge(gold, seen.delivered, task)
    return replace(seen, units=judged.units, by_label=judged.by_label, ties=judged.ties, gold=gold)
