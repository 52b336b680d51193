"""The buyer's crosswalk: which delivered id is which id of ours, where notation alone does not settle it.

It may say how an item's id is written and never whose answer a label is: it is one to one, and an id of ours is
never given to another item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError
from vendoreval.labels.near_ids import NearPair, explained, nearby

INLINE = 100_000  # rows that the intake report lists, so that the vendor can repeat the reading
_SHOWN = 20


@dataclass(frozen=True)
class Crosswalk:
    """Our id of each delivered id, and the delivered ids (`others`) that are no item of ours."""

    ours: Mapping[str, str]
    others: frozenset[str] = frozenset()

    def refuse_ids_of(self, ids: Collection[str], whose: str) -> None:
        """Raise InputError where a delivered id of the crosswalk is itself among `ids` of ours."""
        taken = next((one for one, mine in self.ours.items() if one in ids and one != mine), None)
        if taken is not None:
            raise InputError(
                f"--ids would give {taken!r} to {self.ours[taken]!r}, but {taken!r} is itself an id of "
                f"{whose}.",
                remedy="A crosswalk settles how an id is written; it never gives one item's answer to another.",
            )


def crosswalk_of(rows: Iterable[tuple[int, str, str]], file: str = "") -> Crosswalk:
    """The crosswalk in rows of line, delivered id, our id ("": no item of ours).

    Raises InputError, with the line, for an empty delivered id and where it is not one to one; for more than
    INLINE ids that are no item of ours, too: each is the buyer's word, and all are listed.
    """
    ours: dict[str, str] = {}
    others: set[str] = set()
    given_by: dict[str, str] = {}
    for line, delivered, mine in rows:
        if not delivered:
            raise InputError("The delivered id is empty.", file=file, line=line)
        if not mine:
            others.add(delivered)
        elif ours.setdefault(delivered, mine) != mine or given_by.setdefault(mine, delivered) != delivered:
            both = f"{delivered!r} is {ours[delivered]!r} and {mine!r}"
            if ours[delivered] == mine:
                both = f"{mine!r} is {given_by[mine]!r} and {delivered!r}"
            raise InputError(
                f"The crosswalk is not one to one: {both}.", file=file, line=line,
                remedy="Keep one row for each id of either side.",
            )  # fmt: skip
    if len(others) > INLINE:
        raise InputError(
            f"The crosswalk leaves {len(others):,} item ids empty; {INLINE:,} can be listed.",
            file=file, remedy="Keep the rows of ids that nearly match.",
        )  # fmt: skip
    unclear = sorted(others & ours.keys())
    if unclear:
        raise InputError(f"The crosswalk says two things of {unclear[0]!r}.", file=file, remedy="Keep one row.")
    found = Crosswalk(ours, frozenset(others))
    found.refuse_ids_of(given_by.keys(), "the crosswalk's other side")
    return found


def record_of(
    crosswalk: Crosswalk, used: Collection[str], apart: Collection[str], unsure: Collection[str]
) -> dict[str, Any]:
    """What the crosswalk settled, as it stands in the intake report.

    `used` are the delivered ids that it names ours, `apart` those that it calls no item of ours; both are
    listed, so that files can be read again in the same way. Each pair is explained by rules of notation or
    rests on the buyer's word, as do those whose id of ours is `unsure`: another delivered id is near to it.
    """
    rules: Counter[str] = Counter()
    word = []
    listed = [[one, crosswalk.ours[one]] for one in sorted(used)]
    pairs = [(one, mine) for one, mine in listed if one != mine]
    for delivered, mine in pairs:
        why = explained(mine, delivered)
        if why is None or mine in unsure:
            word.append([delivered, mine])
        else:
            rules.update(why)
    return {
        "pairs": len(pairs), "rules": dict(sorted(rules.items())), "buyers_word": len(word),
        "buyers_word_examples": word[:_SHOWN], "no_item_of_ours": len(apart),
        "listed": listed if len(listed) <= INLINE else None, "set_apart": sorted(apart),
    }  # fmt: skip


def set_apart(intake: Mapping[str, Any], missing: Collection[str]) -> list[NearPair]:
    """Ids of ours that are `missing`, each with the near ids that were delivered and called no item of ours.

    `intake` is an intake report, or what was settled in it. Rules of notation explain these pairs; that they
    are two items rests on the buyer's word alone.
    """
    walk = (intake.get("ids") or {}).get("crosswalk") or {}
    near = sorted(nearby(missing, walk.get("set_apart", ())))
    return [NearPair(ours, delivered, explained(ours, delivered) or ()) for ours, delivered in near]
