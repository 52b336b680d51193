"""The dispute in a bundle: its moves are those of the log, keep to its rules, and leave the sealed versions.

A move names the record before it, the first one the issued claim, and the log names every move. Each version
is reckoned again, from sealed gold and labels without the lines that were struck out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.audits.records import AuditResult
from vendoreval.claims.disputes import Dispute, stations
from vendoreval.claims.moves import KINDS, Move, move_from_json
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim
from vendoreval.claims.versions import later_versions
from vendoreval.errors import Conflict, EvidenceError, UsageError
from vendoreval.evidence.bundle import CLAIM, MOVES, VERSIONS, version_file
from vendoreval.evidence.canonical import canonical, hash_of, sha256_hex
from vendoreval.evidence.chain import Event
from vendoreval.evidence.json_lines import read_lines
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.same_record import differing
from vendoreval.evidence.verify_moves import check_moves

Record = Mapping[str, Any]
_EVENTS = tuple(f"claim.{kind}" for kind in KINDS)


@dataclass(frozen=True)
class Disputed:
    """The dispute about the claim of a bundle up to its last move, with every version, the issued one first."""

    dispute: Dispute
    versions: tuple[Claim, ...]

    def __str__(self) -> str:
        claim, newest = self.dispute.claim, self.versions[-1]
        stand = f"{len(newest.lines):,} of {len(claim.lines):,} lines stand"
        return f"Claim {claim.id} is {self.dispute.state}; version {newest.version}, {newest.verdict}: {stand}."

    def to_json(self) -> dict[str, Any]:
        """Where it stands, as plain JSON values."""
        states = Counter(line.state for line in self.dispute.lines.values())
        settled = [move.told for move in self.dispute.moves if move.kind == "settled"]
        return {
            "claim": self.dispute.claim.id,
            "state": self.dispute.state,
            "lines": [{"state": state, "count": count} for state, count in sorted(states.items())],
            "struck": list(self.dispute.struck),
            "moves": [
                {"number": move.number, "kind": move.kind, "at": move.at.isoformat(), "by": move.by}
                for move in self.dispute.moves
            ],
            "versions": [
                {"version": one.version, "verdict": one.verdict, "lines": len(one.lines)}
                for one in self.versions
            ],
            "settlement": dict(settled[-1]) if settled else None,
        }


def check_dispute(bundle: OpenedBundle, again: AuditResult, found: Findings) -> Disputed | None:
    """Check moves and versions; None where the bundle has no claim. Raises EvidenceError naming the misfit."""
    records = list(read_lines(bundle.files[MOVES])) if MOVES in bundle.files else []
    plain = bundle.record(CLAIM)
    if plain is None:
        if records or _version_files(bundle):
            raise EvidenceError("The bundle holds a dispute, and no claim that it could be about.")
        return None
    told = [one for one in bundle.log if isinstance(one, Event) and _is_move(one, plain["claim"])]
    _check_told(records, told)
    _check_order(records, plain["claim"], sha256_hex(bundle.files[CLAIM]))
    dispute = _followed(bundle, claim_from_json(plain), [_move(one) for one in records])
    versions = _check_versions(bundle, again, dispute, told)
    check_moves(dispute.moves, versions[-1], found)
    if records:
        found.fit(
            f"the log tells of the same {len(records):,} moves of the dispute, each behind the one before"
        )
    if len(versions) > 1:
        found.fit(f"versions 2 to {len(versions)} of the claim, reckoned again, are the sealed ones")
    return Disputed(dispute, versions)


def spoken(record: Record) -> str:
    """A move as messages name it."""
    day = str(record.get("at"))[:10]
    return f"move {record.get('number')} of the dispute ({record.get('kind')} by {record.get('by')} on {day})"


def _is_move(event: Event, claim: str) -> bool:
    return event.kind in _EVENTS and event.subject == claim


def _check_told(records: Sequence[Record], told: Sequence[Event]) -> None:
    """Each move is the record that the log tells of under its number, and none is left out or told twice."""
    events = {one.data.get("number"): one for one in told}
    if len(events) != len(told):
        raise EvidenceError("The log gives one number to two moves of the dispute.")
    for record in records:
        event = events.pop(record.get("number"), None)
        if event is None:
            raise EvidenceError(f"The log does not tell of {spoken(record)}.")
        if hash_of(record) != event.data.get("record"):
            raise EvidenceError(f"{_begun(record)} was altered: the log tells of another record.")
        if event.kind != f"claim.{record['kind']}":
            raise EvidenceError(f"{_begun(record)} is told by the log as {event.kind}.")
        if datetime.fromisoformat(record["at"]) != datetime.fromisoformat(event.at):
            raise EvidenceError(f"{_begun(record)} was made at {event.at}, the log tells.")
    for number, event in events.items():
        raise EvidenceError(
            f"Move {number} of the dispute is missing: the log tells of it "
            f"({event.kind} by {event.actor} on {event.at[:10]})."
        )


def _check_order(records: Sequence[Record], claim: str, before: str) -> None:
    """Moves of this claim are numbered without gap, and each names the record before it."""
    for number, record in enumerate(records, start=1):
        if (record["number"], record["claim"]) != (number, claim):
            raise EvidenceError(f"{_begun(record)} stands at place {number}, in the dispute about {claim!r}.")
        if record["previous"] != before:
            raise EvidenceError(f"{_begun(record)} does not follow the record before it.")
        before = hash_of(record)


def _move(record: Record) -> Move:
    move = move_from_json(record)
    texts = (move.by, move.source, *(one.by for one in move.rulings), *(one.why for one in move.rulings))
    if canonical(move.to_json()) != canonical(record) or not all(isinstance(one, str) for one in texts):
        raise EvidenceError(f"{_begun(record)} has not the form of a move.")
    return move


def _followed(bundle: OpenedBundle, claim: Claim, moves: Sequence[Move]) -> Dispute:
    """Where the moves lead to, by the rules of a dispute (claims.disputes)."""
    behind = stations(claim, bundle.contract, moves)
    dispute = next(behind)
    for move in moves:
        try:
            dispute = next(behind)
        except (Conflict, UsageError) as error:
            raise EvidenceError(f"{_begun(move.to_json())} may not be: {error.what}") from error
    return dispute


def _check_versions(
    bundle: OpenedBundle, again: AuditResult, dispute: Dispute, told: Sequence[Event]
) -> tuple[Claim, ...]:
    later = later_versions(bundle.contract, bundle.seen, again, dispute)
    made = {move.number: claim for move, claim in later}
    by_number = {move.number: move.to_json() for move in dispute.moves}
    for number, claim in made.items():
        _check_version(bundle, claim, by_number[number])
    for name in sorted(_version_files(bundle) - {version_file(claim.version) for claim in made.values()}):
        raise EvidenceError(f"{name} follows from no move of the dispute.")
    for event in told:
        led = made.get(event.data["number"])
        sha = sha256_hex(bundle.files[version_file(led.version)]) if led else None
        if (event.data.get("version"), event.data.get("sha256")) != (led.version if led else None, sha):
            raise EvidenceError(
                f"The log tells of another version of the claim behind move {event.data['number']}."
            )
    return (dispute.claim, *made.values())


def _check_version(bundle: OpenedBundle, claim: Claim, move: Record) -> None:
    name = version_file(claim.version)
    sealed = bundle.record(name)
    if sealed is None:
        raise EvidenceError(f"{name} is missing: {spoken(move)} led to it.")
    differ = differing(claim.to_json(), sealed, exact=bundle.exact)
    if differ:
        raise EvidenceError(f"{name}: {differ[0]} is not what {spoken(move)} leaves of the claim.")


def _version_files(bundle: OpenedBundle) -> set[str]:
    return {name for name in bundle.files if name.startswith(VERSIONS)}


def _begun(record: Record) -> str:
    text = spoken(record)
    return text[0].upper() + text[1:]
