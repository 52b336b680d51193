"""Single gold items shown before or without a bundle: each with its salt, its place and its proof.

`check_reveal` holds them against a receipt that the reader was sent before:
1. a receipt of this gold set is at hand, and root, number of items and contract are those of the reveal;
2. no item and no place is shown twice;
3. salt and record of each item, at its place, lead by its proof to the root of the receipt;
4. amendments shown beside are of these items and this set.
Whoever changes an answer, a salt, a place or a proof fails at 3: the hashes do not say which of them it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of, utc_text
from vendoreval.evidence.commitments import SALT_BYTES, Commitment, Reveal, verify_reveal
from vendoreval.evidence.opened_bundle import Findings
from vendoreval.evidence.receipts import readable

SCHEMA = "vendoreval/gold-reveal/1"
_FIELDS = {
    "gold": str, "contract": str, "to": str, "revealed_at": str, "root": str, "size": int, "items": list,
    "amendments": list,
}  # fmt: skip
Record = Mapping[str, Any]


@dataclass(frozen=True)
class RevealVerification:
    """What fits of revealed gold items, in order, and what could not be shown, by kind; nothing misfits."""

    gold: str
    items: tuple[str, ...]
    checks: tuple[str, ...]
    not_shown: Mapping[str, str]

    @property
    def conclusion(self) -> tuple[str, ...]:
        """What it comes to, one sentence a line."""
        count = f"{len(self.items):,} gold item{'s' if len(self.items) != 1 else ''}"
        return (f"The proof of {count} of the gold set {self.gold} fits.",)

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/reveal-verification/1`."""
        return {
            "schema": "vendoreval/reveal-verification/1", "gold": self.gold, "items": list(self.items),
            "checks": list(self.checks),
            "not_shown": [{"kind": kind, "what": what} for kind, what in self.not_shown.items()],
        }  # fmt: skip


def reveal_record(
    gold: str, contract: str, to: str, at: datetime, commitment: Commitment, opened: Sequence[Reveal],
    amendments: Sequence[Record],
) -> dict[str, Any]:  # fmt: skip
    """The record `vendoreval/gold-reveal/1`; `amendments`: the stored ones of these items, with salts."""
    return {
        "schema": SCHEMA, "gold": gold, "contract": contract, "to": to, "revealed_at": utc_text(at),
        "root": commitment.root, "size": commitment.size, "items": [one.to_json() for one in opened],
        "amendments": [dict(one) for one in amendments],
    }  # fmt: skip


def is_reveal(plain: Any) -> bool:
    """Whether a JSON value says that it is a reveal of gold items."""
    return isinstance(plain, Mapping) and plain.get("schema") == SCHEMA


def check_reveal(plain: Any, receipts: Sequence[Any] = ()) -> RevealVerification:
    """Check the rules above; raises EvidenceError naming the first thing that does not fit."""
    shown = _readable(plain)
    found = Findings()
    held = [_of_gold(shown, readable(one)) for one in receipts]
    mine = [one for one in held if one is not None]
    if receipts and not mine:
        raise EvidenceError(
            f"None of the receipts is of the gold set {shown['gold']!r} of the contract {shown['contract']!r}.",
            remedy="Give the receipt that you were sent for this gold set.",
        )
    for one in mine:
        _check_receipt(shown, one)
        found.fit(f"the root is that of your receipt of {one['committed_at'][:10]}")
    if not mine:
        found.open("receipt", "that these answers stood before the labels came: give --receipt")
    opened = [Reveal.from_json(one) for one in shown["items"]]
    items = _check_items(Commitment(shown["root"], shown["size"]), opened)
    found.fit(f"{len(items):,} of {shown['size']:,} records lead with salt, place and proof to the root")
    for made in shown["amendments"]:
        _check_amendment(shown["gold"], items, made)
    if shown["amendments"]:
        hashes = ", ".join(f"{one['number']} ({hash_of(dict(one))[:16]}…)" for one in shown["amendments"])
        found.open(
            "amendments", f"that the log tells of the amendments beside, {hashes}: a bundle of the audit does"
        )
    return RevealVerification(shown["gold"], items, tuple(found.fits), found.not_shown)


def _readable(plain: Any) -> Record:
    if not is_reveal(plain):
        raise EvidenceError("This is no reveal of gold items.", remedy="Give the file as it was sent to you.")
    for name, kind in _FIELDS.items():
        if type(plain.get(name)) is not kind:
            raise EvidenceError(f"The reveal has no {name} that can be read.")
    if not all(isinstance(one, Mapping) for one in (*plain["items"], *plain["amendments"])):
        raise EvidenceError("The reveal holds items or amendments that are no records.")
    if not plain["items"]:
        raise EvidenceError("The reveal shows no item.")
    found: Record = plain
    return found


def _of_gold(shown: Record, receipt: Record) -> Record | None:
    """The receipt when it is of the revealed set; receipts of seedings, seeds and other sets are not."""
    same = all(receipt.get(name) == shown[name] for name in ("gold", "contract"))
    return receipt if same and receipt.get("kind", "gold") == "gold" else None


def _check_receipt(shown: Record, receipt: Record) -> None:
    for name, told in (("root", "root"), ("size", "items")):
        if receipt.get(told) != shown[name]:
            raise EvidenceError(
                f"The receipt of gold {shown['gold']!r} says {told} {receipt.get(told)!r}, "
                f"the reveal {shown[name]!r}: it is not of the gold that was committed to."
            )


def _check_items(commitment: Commitment, opened: Sequence[Reveal]) -> tuple[str, ...]:
    items: list[str] = []
    for one in opened:
        item = str(one.record.get("item_id"))
        if item in items or one.index in [other.index for other in opened[: len(items)]]:
            raise EvidenceError(f"The gold item {item!r} is shown twice.")
        if len(one.salt) != SALT_BYTES:
            raise EvidenceError(f"The salt of the gold item {item!r} has not {SALT_BYTES} bytes.")
        if not 0 <= one.index < commitment.size:
            raise EvidenceError(f"The gold item {item!r} has no place among {commitment.size:,}: {one.index}.")
        if not _fits(commitment, one):
            raise EvidenceError(
                f"The gold item {item!r} is not the one that was committed to: its record, salt, place and "
                "proof do not lead to the root. One of them was changed."
            )
        items.append(item)
    return tuple(items)


def _fits(commitment: Commitment, one: Reveal) -> bool:
    try:
        return verify_reveal(commitment, one)
    except (TypeError, ValueError) as error:
        raise EvidenceError(f"The root or a record of the reveal cannot be read: {error}.") from error


def _check_amendment(gold: str, items: Sequence[str], made: Record) -> None:
    if made.get("gold") != gold or made.get("item_id") not in items or type(made.get("number")) is not int:
        raise EvidenceError(f"An amendment of {made.get('item_id')!r} is not of an item that is shown here.")
