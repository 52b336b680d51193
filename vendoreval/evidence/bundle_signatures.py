"""The signatures in a bundle's folder `signatures/`, and envelopes that lie beside a file.

NAME.dsse.json is an envelope about the SHA-256 of `bundle.json`, which lists all other files; NAME.tsr beside
it a timestamp on the envelope's bytes. They are made after the seal, so the seal does not list them: nothing
else may lie there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import SEAL, SIGNATURES
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.signed import Envelope, PublicKey, check_envelope
from vendoreval.evidence.stamped import Stamp, check_stamp

ENVELOPE, STAMP = ".dsse.json", ".tsr"


@dataclass(frozen=True)
class Signing:
    """One envelope that is right, and the timestamp on it."""

    name: str
    envelope: Envelope
    stamp: Stamp | None

    @property
    def whose(self) -> str:
        """Those who signed, as far as the reader knows them, else the envelope's name."""
        return " and ".join(key.whose for key in self.envelope.by) or self.name

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "signers": [key.whose for key in self.envelope.by],
            "unknown": list(self.envelope.unknown), "stated": self.envelope.said.get("signed_at"),
            "stamp": self.stamp.to_json() if self.stamp else None,
        }  # fmt: skip

    def fits(self) -> list[str]:
        """Who signed, and when, where an authority that the reader trusts vouches for it."""
        side = self.envelope.said.get("side")
        words = f" for the {side}" if side in ("buyer", "vendor") else ""
        said = [f"{key.whose} signed it{words} (key {key.fingerprint[:16]}…)" for key in self.envelope.by]
        if self.stamp and self.stamp.shown:
            said.append(f"signed before {self.stamp.at:%Y-%m-%d %H:%M} UTC, for which {self.stamp.tsa} vouches")
        return said

    def open(self) -> list[str]:
        """What the reader could not be shown."""
        said = [f"who holds the key {keyid}: give --signer" for keyid in self.envelope.unknown]
        if self.stamp is None:
            stated = str(self.envelope.said.get("signed_at"))[:16].replace("T", " ")
            said.append(f"when {self.whose} signed: {stated} UTC is the signer's word")
        elif not self.stamp.shown:
            when = f"{self.stamp.at:%Y-%m-%d %H:%M} UTC"
            said.append(
                f"that the timestamp of {when} on what {self.whose} signed is right: give --tsa-certificate"
            )
        return said


def check_bundle_signatures(
    files: Mapping[str, bytes], keys: Sequence[PublicKey], tsa: bytes = b""
) -> tuple[Signing, ...]:
    """The signatures of a bundle, each held against its seal; every one of `keys` must have signed.

    Raises EvidenceError for a wrong one, one that is missing, and for other files among them.
    """
    held = {name: data for name, data in files.items() if name.startswith(SIGNATURES)}
    names = sorted(name.removesuffix(ENVELOPE) for name in held if name.endswith(ENVELOPE))
    stray = held.keys() - {name + ending for name in names for ending in (ENVELOPE, STAMP)}
    if stray:
        raise EvidenceError(f"{min(stray)} is no signature, and nothing else may lie there.")
    sha = sha256_hex(files[SEAL])
    found = tuple(
        check_signing(
            name.removeprefix(SIGNATURES), held[name + ENVELOPE], sha, held.get(name + STAMP), keys, tsa
        )
        for name in names
    )
    check_all_signed(keys, found)
    return found


def check_signing(
    name: str, signed: bytes, sha256: str, stamp: bytes | None, keys: Sequence[PublicKey], tsa: bytes
) -> Signing:
    """One envelope about the file of that SHA-256, with the timestamp on it; raises EvidenceError."""
    try:
        stamped = None if stamp is None else check_stamp(stamp, sha256_hex(signed), tsa)
        return Signing(name, check_envelope(signed, sha256, keys), stamped)
    except EvidenceError as error:
        raise EvidenceError(f"{name}: {error.what}", remedy=error.remedy, details=error.details) from error


def check_all_signed(keys: Iterable[PublicKey], found: Iterable[Signing]) -> None:
    """Raise EvidenceError unless each of the keys that the reader names signed."""
    by = {key.fingerprint for one in found for key in one.envelope.by}
    for key in keys:
        if key.fingerprint not in by:
            raise EvidenceError(
                f"{key.whose} did not sign this: no signature is by the key {key.fingerprint[:16]}…. "
                "It was taken out, or made with another key."
            )
