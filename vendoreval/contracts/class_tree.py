"""Classes that lie under others: what a class implies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Parents = Mapping[str, Sequence[str]]


def parents_of(matching: Mapping[str, Any]) -> Parents:
    """Each class's parents, from `parents` in a contract's `[task.matching]`; empty where there are none."""
    written = matching.get("parents")
    if not isinstance(written, Mapping):
        return {}
    return {name: tuple(told) if isinstance(told, list | tuple) else (told,) for name, told in written.items()}


def ancestors(name: str, parents: Parents) -> tuple[str, ...]:
    """All classes that `name` lies under, the nearest first; itself only where they form a circle."""
    found: dict[str, None] = {}
    waiting = list(parents.get(name, ()))
    while waiting:
        one = waiting.pop(0)
        if one not in found:
            found[one] = None
            waiting += parents.get(one, ())
    return tuple(found)


def most_implied(matching: Mapping[str, Any]) -> int:
    """The most classes that one class stands for: itself and all above it."""
    parents = parents_of(matching)
    return 1 + max((len(ancestors(name, parents)) for name in parents), default=0)
