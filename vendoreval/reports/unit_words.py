"""What a contract's task calls its units: labels for answers of one unit an item, else objects or spans."""

from __future__ import annotations

from vendoreval.contracts.terms import Task
from vendoreval.tasks.known import judged_types, task_type


def unit_word(task: Task) -> str:
    """`label`, `object` or `span`."""
    kind = task_type(task.type) if task.type in judged_types() else None
    return kind.unit if kind and kind.shape.many else "label"


def given_word(task: Task) -> str:
    """What the rows of a delivery are: units, or `answer` where one holds many, as a text holds words."""
    kind = task_type(task.type) if task.type in judged_types() else None
    return "answer" if kind and kind.shape.single else unit_word(task)
