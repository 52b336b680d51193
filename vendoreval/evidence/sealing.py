"""Receipt by both sides: the vendor seals what it sends, the buyer acknowledges what came.

A seal lists files with their hashes, and the last receipt that the vendor held when it sealed. The buyer's
log carries the seal's hash in the event of the delivery, and the acknowledgement carries the hash of that
event: each side holds what the other one cannot change. A time is only what one side states.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of, utc_text
from vendoreval.evidence.chain import GENESIS, Entry, Event

SEAL, ACKNOWLEDGEMENT = "vendoreval/delivery-seal/1", "vendoreval/acknowledgement/1"
_RECEIPT = "vendoreval/commitment/"
UNPROVEN = "unproven: "  # begins a sentence on what one side alone states
_FILE = {"name": str, "bytes": int, "sha256": str}
_HELD = {"contract": str, "sha256": str}
_HELD_SOME = {"number": int, "root": str, "log_head": str}  # null where the receipt has none
_ACKNOWLEDGED = {
    "delivery": str, "contract": str, "version": int, "seal": str, "manifest": str, "received": str,
    "log_head": str,
}  # fmt: skip


@dataclass(frozen=True)
class Differing:
    """A file that is not as the seal says."""

    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


def make_seal(
    files: Sequence[Mapping[str, Any]], sealed_at: datetime, receipt: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the vendor keeps and sends along (record `vendoreval/delivery-seal/1`).

    `files`: name, bytes and sha256 of each; `receipt`: the last receipt for gold that the vendor holds. Raises
    EvidenceError when that is no receipt.
    """
    return {
        "schema": SEAL,
        "files": sorted((dict(file) for file in files), key=lambda file: file["name"]),
        "sealed_at": utc_text(sealed_at),
        "last_receipt": _held(receipt) if receipt is not None else None,
    }


def make_acknowledgement(event: Event, seal: Mapping[str, Any]) -> dict[str, Any]:
    """What the buyer gives back (record `vendoreval/acknowledgement/1`); `event` tells of the delivery."""
    return {
        "schema": ACKNOWLEDGEMENT,
        "delivery": event.subject,
        "contract": event.data["contract"],
        "version": event.data["version"],
        "seal": hash_of(seal),
        "manifest": event.data["manifest"],
        "received": event.data["received"],
        "log_head": event.hash,
    }


def check_form(seal: Any) -> Mapping[str, Any]:
    """The seal, if it has the form of one; raises EvidenceError."""
    plain = _record(seal, SEAL, {"files": list, "sealed_at": str}, "seal")
    if "last_receipt" not in plain:
        raise EvidenceError("The seal has no last_receipt.")
    if not plain["files"]:
        raise EvidenceError("The seal lists no file.")
    for file in plain["files"]:
        _fields(file, _FILE, "a file of the seal")
    if plain["last_receipt"] is not None:
        _fields(plain["last_receipt"], _HELD, "the seal's last_receipt")
        some = {k: form for k, form in _HELD_SOME.items() if plain["last_receipt"].get(k) is not None}
        _fields(plain["last_receipt"], some, "the seal's last_receipt")
    _moment(plain["sealed_at"], "seal")
    return plain


def differing(files: Iterable[Mapping[str, Any]], seal: Mapping[str, Any]) -> tuple[Differing, ...]:
    """Files that are not those of the seal, each with what is wrong; `files` as in a manifest."""
    came = {file["name"]: file for file in files}
    sealed = {file["name"]: file for file in seal["files"]}
    found = [Differing(name, "is in the seal and not among the files") for name in sealed if name not in came]
    for name, file in came.items():
        if name not in sealed:
            found.append(Differing(name, "is not in the seal"))
        elif file["sha256"] != sealed[name]["sha256"]:
            found.append(
                Differing(name, f"has the SHA-256 {file['sha256']}, and the seal says {sealed[name]['sha256']}")
            )
        elif file["bytes"] != sealed[name]["bytes"]:
            found.append(
                Differing(name, f"has {file['bytes']:,} bytes, and the seal says {sealed[name]['bytes']:,}")
            )
    return tuple(sorted(found, key=lambda one: one.name))


def check_seal(
    manifest: Mapping[str, Any], seal: Any, acknowledgement: Any = None, *, log: Iterable[Entry] = (),
    commitment: Mapping[str, Any] | None = None,
) -> list[str]:  # fmt: skip
    """Hold an audited delivery against its seal and its acknowledgement; says what fits and what is unproven.

    `manifest`, `log` and `commitment` are those of the bundle; the log's chain must be verified already. Raises
    EvidenceError, naming what does not fit and whose word it contradicts.
    """
    plain, log = check_form(seal), tuple(log)
    event = _told(log, manifest)
    sha = hash_of(plain)
    said = _acknowledged(acknowledgement, manifest, sha, event) if acknowledgement is not None else None
    if event is None and said is None:
        raise EvidenceError("The log tells of no such delivery, so nothing shows which files were received.")
    unsealed = event is not None and event.data.get("seal") is None and acknowledgement is None
    if event is not None and event.data.get("seal") != sha and not unsealed:
        raise EvidenceError(_other_seal(event))
    found = differing(manifest["files"], plain)
    if found:
        raise EvidenceError(
            f"The audit is about other files than those that were sealed: {'; '.join(map(str, found))}."
        )
    texts = [f"the {len(plain['files'])} audited files are those that the vendor sealed, byte for byte"]
    if said is not None:
        texts.append("the acknowledgement is of this seal, these files and an event of this log")
    elif unsealed:
        texts.append(f"{UNPROVEN}the buyer took the delivery in without this seal; only the files are the same")
    else:
        texts.append("the log tells of this seal; no acknowledgement was shown")
    return [*texts, *_order(plain["last_receipt"], log, commitment), *_times(plain, said, event)]


def _told(log: Iterable[Entry], manifest: Mapping[str, Any]) -> Event | None:
    """The event that tells of this delivery; raises EvidenceError when it tells of another manifest."""
    for entry in log:
        if (
            isinstance(entry, Event)
            and entry.kind == "delivery.added"
            and entry.subject == manifest["delivery"]
        ):
            if entry.data.get("manifest") != hash_of(manifest):
                raise EvidenceError(f"Event {entry.seq} of the log tells of another manifest.")
            return entry
    return None


def _acknowledged(given: Any, manifest: Mapping[str, Any], seal: str, event: Event | None) -> Mapping[str, Any]:
    plain = _record(given, ACKNOWLEDGEMENT, _ACKNOWLEDGED, "acknowledgement")
    _moment(plain["received"], "acknowledgement")
    if plain["seal"] != seal:
        raise EvidenceError(
            "The buyer acknowledged another seal than this one: this one was made or changed later, or belongs "
            "to another delivery."
        )
    if plain["delivery"] != manifest["delivery"]:
        raise EvidenceError(f"The acknowledgement is of the delivery {plain['delivery']!r}.")
    if event is None or plain["log_head"] != event.hash:
        raise EvidenceError(
            "The log holds no event with the hash that the acknowledgement carries: the log was written anew, "
            "or the acknowledgement is not the buyer's."
        )
    terms = (event.data.get("contract"), event.data.get("version"))
    if plain["manifest"] != hash_of(manifest) or (plain["contract"], plain["version"]) != terms:
        raise EvidenceError("The acknowledgement names other files or another contract than the log.")
    if _moment(plain["received"], "acknowledgement") != _moment(event.data.get("received"), "log"):
        raise EvidenceError("The acknowledgement names another time of receipt than the log.")
    return plain


def _other_seal(event: Event) -> str:
    if event.data.get("seal") is None:
        return (
            f"Event {event.seq} of the log tells of no seal: the delivery was taken in without one, and this "
            "seal proves nothing about it."
        )
    return f"Event {event.seq} of the log tells of another seal than this one."


def _order(
    held: Mapping[str, Any] | None, log: Sequence[Entry], commitment: Mapping[str, Any] | None
) -> list[str]:
    """What the receipt that the vendor held shows about the order of gold and labels."""
    if held is None:
        return ["the seal names no receipt: it does not show that gold was committed to before"]
    if commitment is None:
        return ["the vendor held a receipt when it sealed its files; this audit's gold was not committed to"]
    if held["sha256"] == hash_of(commitment) or _later(held, log, commitment):
        return ["the vendor held the receipt for this gold when it sealed its files: gold was fixed before"]
    return [
        "the receipt that the vendor held when it sealed its files does not show that gold was fixed before"
    ]


def _later(held: Mapping[str, Any], log: Sequence[Entry], commitment: Mapping[str, Any]) -> bool:
    """Whether the receipt that was held was made after this commitment, by the log's head that it carries."""
    if held["log_head"] is None:
        return False
    places = {GENESIS: 0} | {entry.hash: entry.seq for entry in log}
    if held["log_head"] not in places:
        raise EvidenceError(
            "The receipt that the vendor held when it sealed its files carries the head of another log than "
            "this one: the log was written anew or cut, or the receipt is not of this buyer."
        )
    return any(
        entry.seq <= places[held["log_head"]]
        for entry in log
        if isinstance(entry, Event) and entry.kind == "gold.committed"
        and entry.data.get("root") == commitment.get("root")
    )  # fmt: skip


def _times(seal: Mapping[str, Any], said: Mapping[str, Any] | None, event: Event | None) -> list[str]:
    texts = [f"{UNPROVEN}sealed at {seal['sealed_at']}, which the vendor alone states"]
    received = said["received"] if said else str(event.data.get("received")) if event else ""
    side = "the buyer alone states"
    if said:
        side = "the buyer stated to the vendor at the time"
    texts.append(f"{UNPROVEN}received at {received}, which {side}")
    if _moment(received, "log") < _moment(seal["sealed_at"], "seal"):
        texts.append("the two times contradict each other: received before it was sealed")
    return texts


def _held(receipt: Any) -> dict[str, Any]:
    if not isinstance(receipt, Mapping) or not str(receipt.get("schema")).startswith(_RECEIPT):
        raise EvidenceError("This is no receipt for gold.", remedy="Name the file that the buyer sent.")
    _fields({**receipt, "sha256": ""}, _HELD, "the receipt")
    some = {name: receipt.get(name) for name in _HELD_SOME}
    return {"contract": receipt["contract"], **some, "sha256": hash_of(receipt)}


def _record(plain: Any, schema: str, fields: Mapping[str, type], what: str) -> Mapping[str, Any]:
    if not isinstance(plain, Mapping) or plain.get("schema") != schema:
        raise EvidenceError(f"This is no {what}: it is not a record {schema}.")
    _fields(plain, fields, f"the {what}")
    return plain


def _fields(plain: Any, fields: Mapping[str, type], what: str) -> None:
    for name, form in fields.items():
        value = plain.get(name) if isinstance(plain, Mapping) else None
        if not isinstance(value, form) or isinstance(value, bool):
            raise EvidenceError(f"The {name} of {what} is {value!r}.")


def _moment(text: Any, what: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise EvidenceError(f"A time of the {what} cannot be read: {text!r}.") from error
    if moment.tzinfo is None:
        raise EvidenceError(f"A time of the {what} has no time zone: {text!r}.")
    return moment
