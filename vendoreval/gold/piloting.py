"""The tasks of a paid pilot: which gold items go out, under which ids, in which part, and which come twice.

Part 1 goes out under the old guideline, part 2 after one rule was changed, part 3 is a surge, at the pace
of twice the work in half the time. It has items of its own, so that haste that we asked for counts in no
block. Which items go out in which part hangs on the gold alone: vendors that get the same gold get the same
items, and can be compared on all of them. Ids and order come from a key of each pilot (gold.seeding), so that
nothing tells which block a task belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.seeding import opaque_id

MAIN, EDGE, CHANGE, AMBIGUOUS, REPEATS = "main", "edge cases", "guideline change", "ambiguous", "repeats"
SURGE = "surge"  # items like main ones
FILLER = "filler"  # items without gold that make up the volume of the surge
VOLUME = 2  # of the surge: tasks for each one of part 2
_FORMERLY = {"short deadline": SURGE}
BLOCKS = (MAIN, EDGE, CHANGE, AMBIGUOUS)  # of items in gold; repeats are main items that come again
BEFORE, AFTER, SURGED = 1, 2, 3
PARTS = {BEFORE: "before the guideline change", AFTER: "after it", SURGED: "after it, in a surge"}
AGAIN = " (again)"  # behind the item of a repeat
_WRITTEN = {
    "": MAIN, "main": MAIN, "edge": EDGE, "edge case": EDGE, "edge cases": EDGE, "edge_case": EDGE,
    "change": CHANGE, "guideline change": CHANGE, "guideline_change": CHANGE, "ambiguous": AMBIGUOUS,
}  # fmt: skip


@dataclass(frozen=True)
class PilotTask:
    """One line of what the vendor gets. A repeat has the block REPEATS and the item of its first time."""

    id: str
    item: str
    block: str
    part: int

    @property
    def unit(self) -> str:
        """What the answer is kept under: the item, or for a repeat a name that no item has."""
        return f"{self.item}{AGAIN}" if self.block == REPEATS else self.item


def blocks_of(gold: GoldSet) -> dict[str, tuple[str, ...]]:
    """The gold items by block: from the column `block`, else edge cases and the rest.

    Raises InputError for a block that is not known.
    """
    named = gold.provenance.get("block")
    if named is None:
        edges = gold.edge_case.tolist() if gold.edge_case is not None else [-1] * len(gold)
        words: list[str] = ["edge" if edge == 1 else "" for edge in edges]
    else:
        words = [(text or "").strip().lower() for text in named.text()]
    found: dict[str, list[str]] = {block: [] for block in BLOCKS}
    for item, word in zip(gold.item_ids, words, strict=True):
        if word not in _WRITTEN:
            raise InputError(
                f"The gold item {item!r} has the block {word!r}.",
                remedy=f"Blocks are {', '.join(BLOCKS)}; leave it empty for main.",
            )
        found[_WRITTEN[word]].append(item)
    return {block: tuple(items) for block, items in found.items()}


def kept_task(entry: Sequence[Any]) -> PilotTask:
    """A task as it was kept; what the surge was called in older pilots is read as such."""
    name, item, block, part = entry
    return PilotTask(name, item, _FORMERLY.get(block, block), part)


def half(items: int) -> int:
    """How many of a block's items go out before the guideline changes."""
    return (items + 1) // 2


def mix(
    blocks: Mapping[str, Sequence[str]],
    wanted: Mapping[str, int],
    choice: bytes,
    key: bytes,
    others: Sequence[str] = (),
) -> tuple[PilotTask, ...]:
    """The pilot's tasks by part and then by id.

    `blocks` are the items there are, `wanted` says how many tasks of each block, repeats included; where there
    are fewer items, all of them go out. Repeats are main items of part 1, those of the surge main items beyond
    the others. `others` are items without gold; so many of them join the surge that it has VOLUME times the
    tasks of part 2. `choice` orders the draw of items, `key` makes the ids. Raises InputError when there is no
    main item.
    """

    def drawn(items: Sequence[str], purpose: str) -> list[str]:
        return sorted(items, key=lambda item: opaque_id(choice, f"{purpose}\x1f{item}"))

    ranked = {block: drawn(blocks.get(block, ()), "item")[: wanted.get(block, 0)] for block in BLOCKS}
    if not ranked[MAIN]:
        raise InputError("No item of the block main goes out.", remedy="A pilot measures accuracy on it.")
    surge = drawn(blocks[MAIN], "item")[len(ranked[MAIN]) :][: wanted.get(SURGE, 0)]
    first: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    for block, items in ranked.items():
        split = 0 if block == CHANGE else half(len(items))
        first += [(item, block) for item in items[:split]]
        later += [(item, block) for item in items[split:]]
    early = [item for item, block in first if block == MAIN]
    later += [(item, REPEATS) for item in drawn(early, "again")[: wanted.get(REPEATS, 0)]]
    last = [(item, SURGE) for item in surge]
    if last:
        last += [(item, FILLER) for item in drawn(others, "item")[: max(VOLUME * len(later) - len(last), 0)]]
    parts = [(BEFORE, first), (AFTER, later), (SURGED, last)]
    tasks = [
        PilotTask(opaque_id(key, f"{block}\x1f{item}"), item, block, part)
        for part, listed in parts
        for item, block in listed
    ]
    _refuse_doubles(tasks)
    return tuple(sorted(tasks, key=lambda task: (task.part, task.id)))


def _refuse_doubles(tasks: Sequence[PilotTask]) -> None:
    for names in (Counter(task.id for task in tasks), Counter(task.unit for task in tasks)):
        twice = next((name for name in sorted(names) if names[name] > 1), None)
        if twice is not None:
            raise InputError(f"{twice!r} would stand for two tasks.", remedy="Give the items distinct ids.")
