"""Verify a bundle by computing it again, with the standard library, numpy and scipy only.

The rules, in the order in which they are checked:
1. every file is listed in the seal and has the listed SHA-256; nothing is missing or added;
2. the event log's hash chain holds;
3. the contract can be read, and result, claim and contract speak of the same contract;
4. outcomes and consensus follow from the sealed answers (evidence.outcomes_follow);
5. the audit, run again on the sealed outcomes, gives the sealed result to the last byte;
6. the claim, drafted again from that result, has the sealed lines, amounts and deadlines;
7. the gold commitment is the one in the receipt, where the reader has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.bundle import SEAL, SIGNATURES, read_seen
from vendoreval.evidence.canonical import canonical, parsed, sha256_hex
from vendoreval.evidence.chain import from_json, verify_chain
from vendoreval.evidence.outcomes_follow import check_outcomes

REQUIRED = ("contract.toml", "frame.json", "outcomes.jsonl", "result.json", "manifest.json", "log.jsonl")


@dataclass(frozen=True)
class Verification:
    """What was checked, in order; reaching it means that everything fits."""

    audit: str
    verdict: str
    checks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/verification/1",
            "audit": self.audit,
            "verdict": self.verdict,
            "checks": list(self.checks),
        }


def verify_bundle(files: Mapping[str, bytes], receipt: Mapping[str, Any] | None = None) -> Verification:
    """Check the rules above; raises EvidenceError naming the first thing that does not fit.

    `receipt`: the commitment record that the vendor was given when gold was committed.
    """
    try:
        return _verify(files, receipt)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise EvidenceError(f"A record in the bundle has not the form it should have: {error!r}.") from error


def _verify(files: Mapping[str, bytes], receipt: Mapping[str, Any] | None) -> Verification:
    index = _check_seal(files)
    events = [from_json(parsed(line)) for line in files["log.jsonl"].splitlines()]
    verify_chain(events)
    result = json.loads(files["result.json"])
    contract = replace(_read_contract(files), version=result["contract_version"])
    seen, received = read_seen(files, contract.task.classes)
    check_outcomes(contract, seen)
    again = _check_result(contract, seen, result)
    checks = [
        f"{len(index['files'])} files have the sealed SHA-256",
        f"the log's chain of {len(events)} events holds",
        "outcomes and their severity follow from the answers and the contract",
        f"the audit, computed again from {len(seen.units):,} outcomes, gives the same result",
    ]
    if "claim.json" in files:
        _check_claim(contract, again, seen, json.loads(files["claim.json"]), date.fromisoformat(received))
        checks.append("the claim, drafted again, has the same lines, amounts and deadlines")
    if receipt is not None:
        _check_receipt(files, receipt)
        checks.append("the gold commitment is the one in the receipt")
    return Verification(index["audit"], again.verdict, tuple(checks))


def _check_receipt(files: Mapping[str, bytes], receipt: Mapping[str, Any]) -> None:
    sealed = json.loads(files.get("gold_commitment.json", b"{}"))
    for field in ("root", "items", "gold"):
        if sealed.get(field) != receipt.get(field):
            raise EvidenceError(
                f"The receipt's {field} is {receipt.get(field)!r}, the bundle's {sealed.get(field)!r}: "
                "this is not the gold that was committed to."
            )


def _check_seal(files: Mapping[str, bytes]) -> dict[str, Any]:
    if SEAL not in files:
        raise EvidenceError(f"The bundle has no {SEAL}.")
    index: dict[str, Any] = json.loads(files[SEAL])
    if index.get("schema") != "vendoreval/bundle/1":
        raise EvidenceError(f"{SEAL} has the schema {index.get('schema')!r}, not vendoreval/bundle/1.")
    listed = {entry["name"]: entry["sha256"] for entry in index["files"]}
    for name in (*REQUIRED, *listed):
        if name not in files or name not in listed:
            raise EvidenceError(f"{name} is missing from the bundle.")
        if sha256_hex(files[name]) != listed[name]:
            raise EvidenceError(f"{name} was changed: its SHA-256 is not the sealed one.")
    added = [n for n in files if n != SEAL and n not in listed and not n.startswith(SIGNATURES)]
    if added:
        raise EvidenceError(f"{added[0]} was added after the bundle was sealed.")
    return index


def _read_contract(files: Mapping[str, bytes]) -> Contract:
    try:
        return parse_contract(files["contract.toml"].decode(), "contract.toml")
    except (InputError, UnicodeDecodeError) as error:
        raise EvidenceError(f"The sealed contract cannot be read: {error}") from error


def _check_result(contract: Contract, seen: AuditInput, result: Mapping[str, Any]) -> AuditResult:
    again = audit(contract, seen, audit_id=result["audit"], delivery=result["delivery"], gold=result["gold"])
    fresh = again.to_json()
    for field in sorted(fresh.keys() | result.keys()):
        if canonical(fresh.get(field)) != canonical(result.get(field)):
            raise EvidenceError(f"result.json: {field} is not what the sealed outcomes give.")
    return again


def _check_claim(
    contract: Contract, result: AuditResult, seen: AuditInput, claim: Mapping[str, Any], received: date
) -> None:
    drafted = date.fromisoformat(claim["drafted"])
    again = draft_claim(contract, result, seen, claim_id=claim["claim"], today=drafted, received=received)
    if claim["issued"]:
        again = issue(again, contract, date.fromisoformat(claim["issued"]))
    fresh = again.to_json()
    for field in sorted(fresh.keys() | claim.keys()):
        if field != "version" and canonical(fresh.get(field)) != canonical(claim.get(field)):
            raise EvidenceError(f"claim.json: {field} does not follow from the result and the contract.")
