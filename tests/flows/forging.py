"""A dishonest buyer's workshop: change what a bundle holds, compute everything anew that follows, seal again.

The forger has the program and knows its rules: result and claim are computed from what was changed, events
that it may write are written anew, and every later link of the chain with them.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from vendoreval.audits.auditing import audit
from vendoreval.audits.records import BREACHED
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.contracts.parsing import parse_contract
from vendoreval.evidence.canonical import canonical, hash_of, parsed, sha256_hex
from vendoreval.evidence.chain import GENESIS, Closed, Event, from_json
from vendoreval.evidence.json_lines import lines, read_lines
from vendoreval.evidence.sealed_input import read_input

Record = dict[str, Any]
Rows = list[Record]
NAMED = {  # which event names which file, and under which field
    "contract.added": ("contract.toml", "sha256"),
    "delivery.added": ("manifest.json", "manifest"),
    "audit.run": ("result.json", "result"),
    "claim.issued": ("claim.json", "sha256"),
}


class Forgery:
    """A bundle being forged. Change `files`, or use the helpers; `write` computes and seals the rest."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.files = {name: archive.read(name) for name in archive.namelist()}
        self.log = [from_json(parsed(line)) for line in self.files["log.jsonl"].splitlines()]

    def record(self, name: str) -> Any:
        return json.loads(self.files[name])

    def rows(self, name: str) -> Rows:
        return list(read_lines(self.files[name]))

    def set(self, name: str, value: Any) -> None:
        self.files[name] = canonical(value)

    def set_rows(self, name: str, rows: Rows) -> None:
        self.files[name] = lines(rows)

    def change(self, name: str, **fields: Any) -> None:
        """Set fields of a JSON record."""
        self.set(name, {**self.record(name), **fields})

    def contract(self, old: str, new: str) -> None:
        text = self.files["contract.toml"].decode()
        assert old in text
        self.files["contract.toml"] = text.replace(old, new).encode()

    def recompute(self) -> None:
        """Result and claim, as they follow from what is sealed now."""
        result = self.record("result.json")
        contract = parse_contract(self.files["contract.toml"].decode(), "c")
        contract = replace(contract, version=result["contract_version"])
        seen, received = read_input(self.files, contract)
        again = audit(
            contract, seen, audit_id=result["audit"], delivery=result["delivery"], gold=result["gold"]
        )
        self.set("result.json", again.to_json())
        if "claim.json" not in self.files:
            return
        claim = self.record("claim.json")
        if not any(finding.verdict == BREACHED for finding in again.findings):
            del self.files["claim.json"]
            return
        made = draft_claim(
            contract, again, seen, claim_id=claim["claim"], today=date.fromisoformat(claim["drafted"]),
            received=date.fromisoformat(received),
        )  # fmt: skip
        self.set("claim.json", issue(made, contract, date.fromisoformat(claim["issued"])).to_json())

    def relog(self, tell: Callable[[Event], Mapping[str, Any]] | None = None) -> None:
        """Write the log anew: opened events name the files as they are now, and every link holds again.

        `tell`: further fields of an event to change, such as its data or its time.
        """
        made: list[Any] = []
        head = GENESIS
        kept = [one for one in self.log if not isinstance(one, Event) or self.keeps(one)]
        for seq, one in enumerate(kept, start=1):
            fresh: Any
            if isinstance(one, Event):
                data = dict(one.data)
                name, field = NAMED.get(one.kind, ("", ""))
                mine = one.kind != "audit.run" or one.subject == self.record("result.json")["audit"]
                if name in self.files and field in data and mine:
                    data[field] = sha256_hex(self.files[name])
                if one.kind == "delivery.added":
                    data["intake"] = sha256_hex(self.files["intake.json"])
                if "receipt" in data:
                    data |= self._receipt(data, head)
                data = self.retold(one, data)
                if one.kind == "audit.sampled" and "draw.json" in self.files:
                    data["seed"] = self.record("frame.json")["seed"]
                fresh = replace(one, **{"data": data, **(tell(one) if tell else {})})
                fresh = replace(fresh, seq=seq, previous=head)
            else:
                assert isinstance(one, Closed)
                fresh = replace(one, seq=seq, previous=head)
            fresh = replace(fresh, hash=fresh.digest())
            head = fresh.hash
            made.append(fresh)
        self.log = made

    def keeps(self, event: Event) -> bool:
        """Whether the event stays in a log that is written anew."""
        return True

    def retold(self, event: Event, data: Record) -> Record:
        """What the event tells now."""
        return data

    def _receipt(self, data: Record, head: str) -> Record:
        """The receipt that an event tells of, as if it had been made at this place of the log."""
        receipts = self.record("receipts.json")
        made = [one for one in receipts if one["number"] == data["number"]]
        for one in made:
            one["log_head"] = head
        self.set("receipts.json", receipts)
        told = {"root": made[0]["root"], "items": made[0]["items"]} if made and "root" in data else {}
        return {"receipt": hash_of(made[0]) if made else "", **told}

    def write(self, path: Path) -> str:
        """Seal and write; returns the file's name."""
        self.files["log.jsonl"] = lines([one.to_json() for one in self.log])
        seal = self.record("bundle.json")
        names = sorted(name for name in self.files if name != "bundle.json")
        seal["files"] = [{"name": name, "sha256": sha256_hex(self.files[name])} for name in names]
        self.set("bundle.json", seal)
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in self.files.items():
                archive.writestr(name, data)
        return path.name
