"""Values of JSON documents that anybody may have written: taken where they are what is expected."""

from __future__ import annotations

from typing import Any

_FARTHEST = 1e15  # beyond it nothing lies that was drawn

Flat = list[float]


def table(value: Any) -> dict[str, Any]:
    """A table, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str | None:
    """A text with something in it, None for anything else."""
    return value if isinstance(value, str) and value.strip() else None


def number(value: Any, name: str) -> float:
    """A number as it is used for places; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _FARTHEST:
        raise ValueError(f"its {name} is no number")
    return float(value)


def numbers(found: Any, *names: str) -> Flat:
    """The numbers of a table by name; raises ValueError."""
    return [number(table(found).get(name), name) for name in names]


def pairs(value: Any, name: str) -> Flat:
    """A list of x and y as one flat list; raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        raise ValueError(f"its {name} are no pairs of numbers")
    return [number(one, name) for pair in value for one in pair]
