"""Mixing gold items blind into a task list.

Every task gets an opaque id, HMAC-SHA256 of its own id under a key that stays with the buyer, and tasks
are sorted by that id. So neither ids nor order tell gold from other tasks, and the same key always
gives the same list.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vendoreval.errors import InputError

ID_LENGTH = 16  # hexadecimal digits: 64 bits, so that a collision is next to impossible
Row = Mapping[str, str | None]


@dataclass(frozen=True)
class Seeded:
    """The vendor's list (`rows`: task_id and payload) and the key, which stays here.

    `items` maps each opaque id to the item it stands for, `gold` names the opaque ids that are gold.
    """

    rows: tuple[dict[str, str | None], ...]
    items: Mapping[str, str]
    gold: tuple[str, ...]


def opaque_id(key: bytes, item_id: str) -> str:
    """The id under which the vendor sees an item."""
    return hmac.new(key, item_id.encode(), hashlib.sha256).hexdigest()[:ID_LENGTH]


def gold_needed(tasks: int, rate: Fraction) -> int:
    """How many gold items make up `rate` of all tasks, gold included: the nearest whole number."""
    if not 0 < rate < 1:
        raise InputError(f"A rate of {rate} is not between 0 and 1.", remedy="Write it like 0.05.")
    return round(tasks * rate / (1 - rate))


def seed(
    tasks: Sequence[Row],
    gold: Sequence[Row],
    rate: Fraction,
    key: bytes,
    endings: Mapping[str, str] | None = None,
) -> Seeded:
    """Mix `rate` of gold into `tasks`; rows are columns by name, `item_id` among them.

    Gold rows are chosen by the same key, lowest opaque id first. `endings`: what the opaque id of an item ends
    in, as its picture does. Raises InputError when both have not the same columns (a column that only one has
    would tell them apart, and so would an ending), when an item stands in both or twice, or when there is too
    little gold.
    """
    columns = _common_columns(tasks, gold)
    ids = [str(row["item_id"]) for row in tasks]
    wanted = gold_needed(len(ids), rate)
    ranked = sorted(gold, key=lambda row: opaque_id(key, str(row["item_id"])))
    if len(ranked) < wanted:
        raise InputError(
            f"A rate of {float(rate):g} needs {wanted:,} gold items; there are {len(ranked):,}.",
            remedy="Lower the rate or add gold.",
        )
    chosen = ranked[:wanted]
    names = endings or {}
    _same_endings(ids, [str(row["item_id"]) for row in chosen], names)
    items: dict[str, str] = {}
    rows: dict[str, dict[str, str | None]] = {}
    marked: set[str] = set()
    for number, row in enumerate((*tasks, *chosen)):
        item = str(row["item_id"])
        hidden = opaque_id(key, item) + names.get(item, "")
        if number >= len(ids):
            marked.add(hidden)
        if hidden in items:
            raise InputError(f"Item {item!r} stands twice among tasks and gold.", remedy="Leave it out once.")
        items[hidden] = item
        rows[hidden] = {"task_id": hidden, **{name: row[name] for name in columns}}
    return Seeded(tuple(rows[hidden] for hidden in sorted(rows)), items, tuple(sorted(marked)))


def _same_endings(tasks: Sequence[str], gold: Sequence[str], endings: Mapping[str, str]) -> None:
    odd = {endings.get(item, "") for item in gold} - {endings.get(item, "") for item in tasks}
    if odd:
        raise InputError(
            f"Only pictures of gold end in {min(odd)!r}, which would tell them apart.",
            remedy="Give the pictures of tasks and gold one format.",
        )


def _common_columns(tasks: Sequence[Row], gold: Sequence[Row]) -> list[str]:
    if not tasks or not gold:
        raise InputError("There are no tasks to mix gold into." if gold else "The gold set holds no item.")
    mine, theirs = set(tasks[0]) - {"item_id"}, set(gold[0]) - {"item_id"}
    if mine != theirs:
        odd = sorted(mine ^ theirs)[0]
        raise InputError(
            f"The column {odd!r} is in the {'tasks' if odd in mine else 'gold'} only and tells them apart.",
            remedy="Give both the same columns.",
        )
    return [name for name in tasks[0] if name != "item_id"]
