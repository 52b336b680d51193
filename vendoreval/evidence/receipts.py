"""Receipts: what the vendor holds from before the labels came, one after the other for each contract.

Each carries the next number of its contract and the head of the buyer's log at that time. A buyer who
makes a second commitment in secret leaves a gap or uses a number twice; one who writes the log anew
loses the heads that the vendor holds. Kinds: `gold` (a root over a gold set), `seeding` (a root over the
gold tasks of a list that goes out), `seed` (the public value that will order a draw, named before it
is known), `scores` (strata and design of a draw by scores, frozen before its seed). No receipt holds a label,
an item id or a salt.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical, hash_of, utc_text
from vendoreval.evidence.commitments import ALGORITHM

SCHEMA = "vendoreval/commitment/2"
OLD_SCHEMA = "vendoreval/commitment/1"  # without number and head
Receipt = Mapping[str, Any]


def receipt(
    kind: str, *, contract: str, number: int, log_head: str, committed_at: datetime, **said: Any
) -> dict[str, Any]:
    """A receipt (record `vendoreval/commitment/2`); `said` are the fields of its kind."""
    algorithm = {"algorithm": ALGORITHM} if "root" in said else {}
    return {
        "schema": SCHEMA, "kind": kind, "contract": contract, "number": number, **said, **algorithm,
        "committed_at": utc_text(committed_at), "log_head": log_head,
    }  # fmt: skip


def committed_when(committed_at: datetime | None, received_at: datetime) -> str:
    """Whether gold was committed to before or after its answers could be fitted to the labels, or never."""
    if committed_at is None:
        return "never"
    return "before" if committed_at <= received_at else "after"


def readable(plain: Any) -> Receipt:
    """`plain` when it has the form of a receipt; raises EvidenceError for anything else, null too."""
    if not isinstance(plain, Mapping) or plain.get("schema") not in (SCHEMA, OLD_SCHEMA):
        raise EvidenceError("This is no receipt of vendoreval.", remedy="Give the file as it was sent to you.")
    needed = {"contract": str, "committed_at": str}
    if plain["schema"] == SCHEMA:
        needed |= {"kind": str, "log_head": str}
        if type(plain.get("number")) is not int:
            raise EvidenceError("The receipt has no number.")
    else:
        needed |= {"root": str, "gold": str}
    for field, kind in needed.items():
        if not isinstance(plain.get(field), kind):
            raise EvidenceError(f"The receipt has no {field}.")
    return plain


def check_receipts(held: Sequence[Receipt], listed: Sequence[Receipt], heads: Collection[str]) -> list[str]:
    """Hold the vendor's receipts against those that the bundle lists, and their heads against its log.

    `heads`: the hashes of the log's events, and that of its beginning. Returns what fits, in sentences;
    raises EvidenceError for a receipt that is not listed, for a number with two roots and for a head
    that is not on the chain. `of_this_bundle` leaves out those that are not its business.
    """
    by_number = {one["number"]: one for one in listed if one["schema"] == SCHEMA}
    old = {canonical(one) for one in listed if one["schema"] == OLD_SCHEMA}
    for one in held:
        if one["schema"] == OLD_SCHEMA:
            if canonical(one) not in old:
                raise EvidenceError(
                    f"The receipt of gold {one['gold']!r} is not the commitment of this bundle.",
                    remedy="This is not the gold that was committed to, or the receipt of other gold.",
                )
            continue
        if one["log_head"] not in heads:
            raise EvidenceError(
                f"The log of receipt {one['number']} is not the log of the bundle: its head "
                f"{one['log_head'][:16]}… is not on the chain. The log was written anew or cut."
            )
        _check_one(one, by_number.get(one["number"]))
    return [f"receipt {_name(one)} is listed as you hold it" for one in held] + _numbered(held, listed)


def of_this_bundle(
    held: Sequence[Receipt], contract: str, made_at: datetime
) -> tuple[list[Receipt], list[str]]:
    """The receipts that a bundle must list, and sentences on the others: of another contract, or made later."""
    mine: list[Receipt] = []
    others = []
    for one in held:
        if one["contract"] != contract:
            others.append(f"the receipt {_name(one)} is of the contract {one['contract']!r}, not of this one")
        elif datetime.fromisoformat(one["committed_at"]) > made_at:
            others.append(f"the receipt {_name(one)} was made after this bundle: ask for a newer one")
        else:
            mine.append(one)
    return mine, others


def _check_one(held: Receipt, listed: Receipt | None) -> None:
    number = held["number"]
    if listed is None:
        raise EvidenceError(f"The bundle does not list receipt {number}, which you hold.")
    for field in sorted(held.keys() | listed.keys()):
        if held.get(field) != listed.get(field):
            two = (
                " One number was given to two commitments, or the file was changed." if field == "root" else ""
            )
            raise EvidenceError(
                f"Receipt {number} says {field} {held.get(field)!r}, the bundle {listed.get(field)!r}.{two}"
            )


def check_numbers(listed: Sequence[Receipt], contract: str) -> None:
    """The listed receipts are of `contract`, numbered 1, 2, 3 … without gap or repeat; raises EvidenceError."""
    numbered = [one for one in listed if one["schema"] == SCHEMA]
    for place, one in enumerate(numbered, start=1):
        if one["number"] != place:
            raise EvidenceError(f"The bundle lists receipt {one['number']} where {place} should stand.")
    for one in listed:
        if one["contract"] != contract:
            raise EvidenceError(f"A receipt of the bundle is of the contract {one['contract']!r}.")


def _numbered(held: Sequence[Receipt], listed: Sequence[Receipt]) -> list[str]:
    mine = {one["number"] for one in held if one["schema"] == SCHEMA}
    others = [one for one in listed if one["schema"] == SCHEMA and one["number"] not in mine]
    return [f"note: the bundle lists receipt {_name(one)} as well; you should have it" for one in others]


def _name(one: Receipt) -> str:
    about = one.get("gold") or one.get("seeding") or one.get("audit") or one.get("source") or ""
    number = f"{one['number']} " if one["schema"] == SCHEMA else ""
    return f"{number}({one.get('kind', 'gold')} {about}, SHA-256 {hash_of(one)[:16]}…)"
