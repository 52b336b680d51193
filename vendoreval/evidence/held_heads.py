"""Heads of the buyer's log that the reader holds: signed ones, and the last events of bundles that it has.

A log that goes on from such a head was not written anew before it. Who signed a head is checked with the public
keys that the reader gives; to the reader itself it is enough to have had the head then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.canonical import parsed
from vendoreval.evidence.chain import GENESIS, from_json
from vendoreval.evidence.log_heads import signed_head
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.signed import PublicKey

_ZIP = b"PK"


@dataclass(frozen=True)
class HeldHead:
    """The hash of an event that was the last of the log, how many there were, and where it is from."""

    head: str
    events: int
    source: str


def held_head(data: bytes, keys: Sequence[PublicKey] = ()) -> HeldHead:
    """The head in what `evidence sign --log` wrote, or of a bundle; raises EvidenceError for anything else."""
    if data.startswith(_ZIP):
        return _of_bundle(data)
    head, signers = signed_head(data, keys)
    by = " and ".join(key.whose for key in signers)
    return HeldHead(
        head.head, head.events, f"signed by {by}" if by else "signed by a key that you did not give"
    )


def _of_bundle(data: bytes) -> HeldHead:
    log = from_zip(data).get("log.jsonl", b"").splitlines()
    last = from_json(parsed(log[-1])).hash if log else GENESIS
    return HeldHead(last, len(log), "of a bundle that you were given before")


def check_heads(bundle: OpenedBundle, held: Sequence[HeldHead], found: Findings) -> None:
    """Each head is on the chain, at its place; raises EvidenceError where the log does not go on from one."""
    hashes = [GENESIS, *(one.hash for one in bundle.log)]
    for one in held:
        if one.events >= len(hashes):
            raise EvidenceError(
                f"The log has {len(bundle.log):,} events, and had {one.events:,} by the head {one.source}: "
                "newer ones were cut off, or this bundle is the older one."
            )
        if hashes[one.events] != one.head:
            raise EvidenceError(f"The log does not go on from the head {one.source}: it was written anew.")
        found.fit(f"the log goes on from event {one.events:,}, the head {one.source}")
