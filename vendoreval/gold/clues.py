"""The records of `gold lint`: what gives gold away, and what a vendor saw before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, str | None]
SHOWN = 4  # examples of each clue
SEED = "Send the list that `vendoreval gold seed` writes: it replaces the ids and sorts by the new ones."


@dataclass(frozen=True)
class Clue:
    """One thing that would give gold away.

    `column` is where it shows. `p` is the probability of so clear a pattern by chance, None where no
    chance is involved.
    """

    kind: str
    column: str
    what: str
    examples: tuple[str, ...]
    remedy: str
    p: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "examples": list(self.examples)}


@dataclass(frozen=True)
class Exposure:
    """Items that the vendor may have seen: in which gold set, how (seeded, audited, revealed), when."""

    gold: str
    kind: str
    at: str
    items: frozenset[str]


def place(column: str) -> str:
    """A column in a sentence."""
    return "the item id" if column == "item_id" else f"the column {column!r}"


def remedy(column: str, otherwise: str) -> str:
    """What helps against a clue in a column: ids are replaced by seeding, others must be changed."""
    return SEED if column == "item_id" else otherwise
