"""Draws that anybody can repeat: every item gets a ticket, the smallest tickets are drawn.

ticket = SHA-256(seed ‖ 0x00 ‖ item id), both as UTF-8 of their Unicode NFC form. The draw does not
depend on the order of the items, and a longer draw begins with the shorter one (after Rivest's
consistent sampling). Frozen as language-neutral vectors in tests/vectors/draws.json.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from unicodedata import normalize

from vendoreval.errors import InputError


class Ticket(NamedTuple):
    """An item's place in the draw: its ticket in lower-case hex, and its id (NFC). Ties go by id."""

    ticket: str
    item: str


def seed_from(*parts: str) -> str:
    """A seed from what several parties reveal, for example (root, buyer nonce, vendor nonce, beacon).

    SHA-256 in hex over every part's length in bytes (8 bytes, big-endian) and its UTF-8, so that no two
    lists of parts run together into the same bytes.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = normalize("NFC", part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def ticket(seed: str, item_id: str) -> Ticket:
    """The ticket of one item. Raises InputError for a seed with a NUL, which would blur where it ends."""
    return next(tickets([item_id], seed))


def draw(
    item_ids: Iterable[str], seed: str, take: int | None = None, stratum: str | None = None
) -> tuple[Ticket, ...]:
    """The `take` smallest tickets (all by default), smallest first.

    With a `stratum` the seed is seed_from(seed, stratum): strata are drawn independently of one another.
    Only `take` tickets are held, beside the set of ids seen. Raises InputError for an id that occurs
    twice (also if only its Unicode form differs) and for a negative `take`.
    """
    if take is not None and take < 0:
        raise InputError(f"A draw cannot take {take} items.", remedy="Give 0 or more.")
    drawn_from = _once(tickets(item_ids, seed if stratum is None else seed_from(seed, stratum)))
    if take is None:
        return tuple(sorted(drawn_from))
    drawn = tuple(heapq.nsmallest(take, drawn_from))
    for _ in drawn_from:  # take = 0 reads nothing, yet ids must be checked
        pass
    return drawn


def tickets(item_ids: Iterable[str], seed: str) -> Iterator[Ticket]:
    """The ticket of each item, in the order of `item_ids`; raises InputError for a seed with a NUL."""
    if "\0" in seed:
        raise InputError("A seed cannot hold a NUL character.", remedy="Use printable characters.")
    start = hashlib.sha256(normalize("NFC", seed).encode() + b"\0")
    for item_id in item_ids:
        item = normalize("NFC", item_id)
        digest = start.copy()
        digest.update(item.encode())
        yield Ticket(digest.hexdigest(), item)


def _once(given: Iterable[Ticket]) -> Iterator[Ticket]:
    seen: set[str] = set()
    for found in given:
        if found.item in seen:
            raise InputError(
                f"The item id {found.item!r} occurs twice.", remedy="Give every item an id of its own."
            )
        seen.add(found.item)
        yield found
