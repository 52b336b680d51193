"""Forging the dispute in a bundle: moves are chained and versions reckoned anew, and the log tells of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.flows.forging import Forgery, Record, Rows
from vendoreval.audits.auditing import audit
from vendoreval.claims.disputes import open_dispute
from vendoreval.claims.moves import KINDS, move_from_json
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.versions import later_versions
from vendoreval.contracts.parsing import parse_contract
from vendoreval.evidence.canonical import hash_of, sha256_hex
from vendoreval.evidence.chain import Event
from vendoreval.evidence.sealed_input import read_input


class DisputeForgery(Forgery):
    """A bundle whose dispute is being forged. Each helper computes what a forger would have to.

    `led`: the version that each move leads to, by number; `dropped`: numbers of moves that are told no more.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        moves = [one for one in self.log if isinstance(one, Event) and _is_move(one)]
        self.led = {one.data["number"]: one.data["version"] for one in moves if "version" in one.data}
        self.dropped: set[int] = set()

    def moves(self) -> Rows:
        return self.rows("moves.jsonl")

    def chain(self, moves: Rows) -> None:
        """Seal these moves, numbered from 1, each behind the one before."""
        before = sha256_hex(self.files["claim.json"])
        for number, one in enumerate(moves, start=1):
            one |= {"number": number, "previous": before}
            before = hash_of(one)
        self.set_rows("moves.jsonl", moves)

    def revise(self) -> None:
        """Every version, as the sealed moves lead to it."""
        result = self.record("result.json")
        contract = replace(
            parse_contract(self.files["contract.toml"].decode(), "c"), version=result["contract_version"]
        )
        seen, _ = read_input(self.files, contract)
        again = audit(
            contract, seen, audit_id=result["audit"], delivery=result["delivery"], gold=result["gold"]
        )
        moves = [move_from_json(one) for one in self.moves()]
        claim = claim_from_json(self.record("claim.json"))
        dispute = open_dispute(claim, contract, moves, moves[-1].at.date() if moves else date.max)
        for name in [name for name in self.files if name.startswith("versions/")]:
            del self.files[name]
        self.led = {}
        for move, version in later_versions(contract, seen, again, dispute):
            self.set(f"versions/claim-{version.version}.json", version.to_json())
            self.led[move.number] = version.version

    def keeps(self, event: Event) -> bool:
        return not _is_move(event) or event.data["number"] not in self.dropped

    def retold(self, event: Event, data: Record) -> Record:
        if not _is_move(event):
            return {**data, **self._amended(event)}
        number = data["number"] - sum(one < data["number"] for one in self.dropped)
        (move,) = (one for one in self.moves() if one["number"] == number)
        told = {name: value for name, value in data.items() if name not in ("version", "sha256")}
        version = self.led.get(number)
        if version:
            told |= {"version": version, "sha256": sha256_hex(self.files[f"versions/claim-{version}.json"])}
        return {**told, "number": number, "record": hash_of(move)}

    def _amended(self, event: Event) -> Record:
        """What the log tells of amended gold as it is sealed now."""
        if event.kind == "audit.revised":
            return {"result": sha256_hex(self.files["revised.json"])}
        if event.kind == "gold.amended" and "amendments.jsonl" in self.files:
            (made,) = (one for one in self.rows("amendments.jsonl") if one["number"] == event.data["number"])
            return {"record": hash_of(made)}
        return {}


def _is_move(event: Event) -> bool:
    return event.kind in {f"claim.{kind}" for kind in KINDS}
