"""What stands open about a delivery: as long as it does, no breach may rest on the delivery.

An honest delivery can look wrong for the way it is written: another notation, an answer corrected by its own
author, rows that the vendor withdrew, ids without their leading zeros. The intake lists what it cannot settle
by a stated rule; an audit that would say *breached* asks for it first.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["notation", "repeats", "status", "ids", "parts"]
SHOWN = 5  # examples


@dataclass(frozen=True)
class Unsettled:
    """One open question.

    `text` says in one sentence what is open, `count` how many rows or ids it concerns, `examples` shows the
    first of them. `options` are the words that settle it, added to `delivery add`; `term` is a line for the
    contract's [task], where a rule of the contract is needed, too.
    """

    kind: Kind
    text: str
    count: int
    examples: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    term: str = ""

    @property
    def remedy(self) -> str:
        """What to do, in words."""
        parts = [f"Write under [task] of the contract: {self.term}"] if self.term else []
        if self.options:
            parts.append(f"{'and add' if parts else 'Add'} to vendoreval delivery add: {spoken(self.options)}")
        return ", ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in the intake report under `unsettled`."""
        return {
            "kind": self.kind, "text": self.text, "examples": list(self.examples[:SHOWN]), "count": self.count,
            "remedy": self.remedy, "options": list(self.options), "term": self.term,
        }  # fmt: skip

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Unsettled:
        """What `to_json` wrote."""
        return cls(
            plain["kind"], plain["text"], plain["count"], tuple(plain["examples"]), tuple(plain["options"]),
            plain["term"],
        )  # fmt: skip


def unsettled_of(intake: Mapping[str, Any]) -> tuple[Unsettled, ...]:
    """The open questions of an intake report; what an earlier version took in without asking is asked for."""
    if "unsettled" not in intake:
        return tuple(_unasked(intake))
    return tuple(Unsettled.from_json(plain) for plain in intake["unsettled"])


def _unasked(intake: Mapping[str, Any]) -> Iterator[Unsettled]:
    """What the figures of an earlier intake report leave open: it read labels as they stood."""
    unknown, repeated = int(intake.get("unknown_class") or 0), int(intake.get("repeated_labels") or 0)
    if unknown:
        what = f"{unknown:,} labels are no class of the contract; an earlier version of vendoreval did not ask."
        yield Unsettled("notation", what, unknown, tuple(intake.get("classes_unknown", ())))
    if repeated:
        what = f"{repeated:,} labels repeat a person's on the same item; an earlier version counted each."
        yield Unsettled("repeats", what, repeated)


def spoken(words: Sequence[str]) -> str:
    """Words of a command as a shell takes them."""
    return shlex.join(words)
