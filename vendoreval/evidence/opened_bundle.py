"""A bundle read once: its seal checked, its records parsed, its input judged again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.bundle import (
    DRAW,
    OLD_SCHEMA,
    RECEIPTS,
    SCHEMA,
    SCHEMAS,
    SEAL,
    SEEDING,
    SIGNATURES,
)
from vendoreval.evidence.canonical import parsed, sha256_hex
from vendoreval.evidence.chain import Entry, Event, from_json
from vendoreval.evidence.receipts import Receipt, readable
from vendoreval.evidence.sealed_gold import SealedGold
from vendoreval.evidence.sealed_input import GOLD, LABELS, read_input
from vendoreval.jsonfile import parse_json
from vendoreval.labels.shapes import SHAPES

_ALWAYS = ("contract.toml", "frame.json", "result.json", "manifest.json", "intake.json", "log.jsonl")
_OLD_RECEIPT = "gold_commitment.json"
_SEAL_FIELDS = {"schema", "audit", "made_at", "made_with", "files"}


@dataclass
class Findings:
    """What was found to fit, in order, and what could not be shown, by a key for each kind."""

    fits: list[str] = field(default_factory=list)
    not_shown: dict[str, str] = field(default_factory=dict)

    def fit(self, sentence: str) -> None:
        self.fits.append(sentence)

    def open(self, kind: str, sentence: str) -> None:
        self.not_shown[kind] = sentence


@dataclass(frozen=True, eq=False)
class OpenedBundle:
    """A bundle whose seal holds. Records are plain JSON values."""

    files: Mapping[str, bytes]
    seal: Mapping[str, Any]
    contract: Contract
    result: Mapping[str, Any]
    log: tuple[Entry, ...]

    @property
    def old(self) -> bool:
        """Whether it is of schema 1, which proves less."""
        return bool(self.seal["schema"] == OLD_SCHEMA)

    @property
    def exact(self) -> bool:
        """Whether all that was judged is reckoned in whole numbers."""
        return not SHAPES[self.contract.task.type].many

    @cached_property
    def input(self) -> tuple[AuditInput, str]:
        """What the audit looked at, judged again, and the day of receipt."""
        return read_input(self.files, self.contract, None if self.old else self.sealed_gold)

    @cached_property
    def sealed_gold(self) -> SealedGold:
        """What gold.jsonl holds; it is read once, for what was judged and for its proof."""
        return SealedGold(self.files[GOLD], SHAPES[self.contract.task.type])

    @property
    def seen(self) -> AuditInput:
        return self.input[0]

    @cached_property
    def receipts(self) -> tuple[Receipt, ...]:
        """All receipts under the contract that the bundle lists."""
        if self.old:
            one = self.record(_OLD_RECEIPT)
            return () if one is None else (readable(one),)
        return tuple(readable(one) for one in self.record(RECEIPTS) or ())

    @property
    def gold_receipt(self) -> Receipt | None:
        """The commitment to the gold of the audit, where there is one."""
        return self.receipt("gold", "gold", self.result["gold"])

    def receipt(self, kind: str, field: str, value: Any) -> Receipt | None:
        """The receipt of this kind whose `field` has the value."""
        found = [one for one in self.receipts if one.get("kind", "gold") == kind and one.get(field) == value]
        return found[0] if found else None

    def record(self, name: str) -> Any:
        """The JSON record in a file; None where the bundle has no such file."""
        return parse_json(self.files[name], name) if name in self.files else None

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        return self._table("manifest.json")

    @cached_property
    def intake(self) -> Mapping[str, Any]:
        return self._table("intake.json")

    @cached_property
    def seeding(self) -> Mapping[str, Any] | None:
        return self._table(SEEDING) if SEEDING in self.files else None

    @cached_property
    def draw(self) -> Mapping[str, Any] | None:
        return self._table(DRAW) if DRAW in self.files else None

    def _table(self, name: str) -> Mapping[str, Any]:
        found = self.record(name)
        if not isinstance(found, Mapping):
            raise EvidenceError(f"{name} is no record.")
        return found

    def events(self, kind: str) -> list[Event]:
        """The opened events of this kind, oldest first."""
        return [one for one in self.log if isinstance(one, Event) and one.kind == kind]


def open_bundle(files: Mapping[str, bytes]) -> OpenedBundle:
    """Check the seal and read the records; raises EvidenceError naming what does not fit."""
    seal = _check_seal(files)
    contract = _contract(files["contract.toml"])
    result = parse_json(files["result.json"], "result.json")
    if not isinstance(result, Mapping):
        raise EvidenceError("result.json is no record.")
    if seal["audit"] != result["audit"]:
        raise EvidenceError(f"The seal is of audit {seal['audit']!r}, the result of {result['audit']!r}.")
    log = tuple(from_json(parsed(line)) for line in files["log.jsonl"].splitlines())
    return OpenedBundle(files, seal, replace(contract, version=result["contract_version"]), result, log)


def _contract(data: bytes) -> Contract:
    try:
        return parse_contract(data.decode(), "contract.toml")
    except (InputError, UnicodeDecodeError) as error:
        raise EvidenceError(f"The sealed contract cannot be read: {error}") from error


def _check_seal(files: Mapping[str, bytes]) -> dict[str, Any]:
    if SEAL not in files:
        raise EvidenceError(f"The bundle has no {SEAL}.")
    seal = parse_json(files[SEAL], SEAL)
    if not isinstance(seal, dict) or seal.get("schema") not in SCHEMAS:
        found = seal.get("schema") if isinstance(seal, dict) else type(seal).__name__
        _refuse_newer(str(found), seal)
        raise EvidenceError(f"{SEAL} has the schema {found!r}, not {SCHEMA}.")
    for name in sorted(_SEAL_FIELDS ^ seal.keys()):
        raise EvidenceError(f"{SEAL} {'has no' if name in _SEAL_FIELDS else 'has an unknown field'} {name!r}.")
    if datetime.fromisoformat(seal["made_at"]).tzinfo is None:
        raise EvidenceError(f"{SEAL} says made_at {seal['made_at']!r}, without a time zone.")
    needed = (*_ALWAYS, *(("outcomes.jsonl",) if seal["schema"] == OLD_SCHEMA else (GOLD, LABELS, RECEIPTS)))
    _check_files(files, seal["files"], needed)
    return seal


def _refuse_newer(schema: str, seal: Any) -> None:
    """A bundle of a schema that came later is no forgery, and nothing was looked at."""
    stem, _, number = schema.rpartition("/")
    if stem == SCHEMA.rpartition("/")[0] and number.isdecimal() and int(number) > len(SCHEMAS):
        made_with = seal.get("made_with", "a newer version of vendoreval")
        raise InputError(
            f"The bundle was made with {made_with}: its form, {schema}, is newer than those that this version "
            "reads.",
            remedy="Verify it with that version or a newer one: pip install --upgrade vendoreval",
        )


def _check_files(files: Mapping[str, bytes], entries: list[Mapping[str, str]], needed: Iterable[str]) -> None:
    listed = {entry["name"]: entry["sha256"] for entry in entries}
    if len(listed) != len(entries):
        raise EvidenceError(f"{SEAL} lists a file twice.")
    for name in (*needed, *listed):
        if name not in files or name not in listed:
            raise EvidenceError(f"{name} is missing from the bundle.")
        if sha256_hex(files[name]) != listed[name]:
            raise EvidenceError(f"{name} was changed: its SHA-256 is not the sealed one.")
    for name in files:
        if name != SEAL and name not in listed and not name.startswith(SIGNATURES):
            raise EvidenceError(f"{name} was added after the bundle was sealed.")
