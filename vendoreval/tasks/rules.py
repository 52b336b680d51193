"""What a contract's matching rule says, or what holds where it says nothing."""

from __future__ import annotations

from fractions import Fraction

from vendoreval.contracts.task_types import TASK_TYPES, assumed
from vendoreval.contracts.terms import Task


def matching_value(task: Task, name: str) -> Fraction:
    """The number of the key `name` in `[task.matching]`, exact; raises KeyError for a key the type has not."""
    return Fraction(str(task.matching.get(name, _default(task, name))))


def matching_word(task: Task, name: str) -> str:
    """The word of the key `name` in `[task.matching]`; raises KeyError for a key that the type has not."""
    return str(task.matching.get(name, _default(task, name)))


def matching_list(task: Task, name: str) -> tuple[str, ...]:
    """The classes that the key `name` in `[task.matching]` lists; none where it is not there."""
    return tuple(task.matching.get(name, ()))


def joins_rows(task: Task) -> bool:
    """Whether all rows of a class in an answer may be one unit: stuff, and masks by class."""
    return bool(task.matching.get("stuff")) or task.matching.get("regions") == "semantic"


def asked_classes(task: Task) -> tuple[str, ...]:
    """The classes that a delivery must use; none where its labels are names of nobody, which are mapped."""
    return () if task.matching.get("labels") == "mapped" else task.classes


def _default(task: Task, name: str) -> str:
    return {key.name: assumed(key, task.matching) for key in TASK_TYPES[task.type].matching}[name]
