"""The bundle: everything the other side needs to compute an audit's result again.

A bundle is a set of named files, sealed by `bundle.json`, which lists the SHA-256 of each. It reveals
the gold answers of the audited items (in `outcomes.jsonl`), and of no others. The folder
`signatures/` is reserved: files under it are not listed, for they are made after the seal.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.inference.tally import Tally
from vendoreval.received import unzip
from vendoreval.tasks.outcomes import Outcomes

SEAL = "bundle.json"
SIGNATURES = "signatures/"
README = """\
This bundle holds all that is needed to compute an audit of labels again, without trusting its sender.

    vendoreval evidence verify BUNDLE --receipt receipt.json --delivered YOUR-FILE.csv
    python -m vendoreval.evidence BUNDLE receipt.json      where only numpy, scipy and rfc8785 are installed

bundle.json      SHA-256 of every other file, and the version of the program that made them
contract.toml    the contract with its clauses, decision rules and remedies
manifest.json    SHA-256 of the delivered files; compare it with your own
outcomes.jsonl   one line for each counted unit: gold answer, delivered answer, outcome
labels.jsonl     the single labels behind a consensus, where the contract counts a consensus
agreement.jsonl  how often each combination of labels occurs on an item, where a clause is about agreement
tasks.json       under which task id an item was sent, where gold was mixed into tasks
frame.json       totals of the delivery, and the seed that orders the draw
result.json      the findings; claim.json the claim that follows from them
gold_commitment.json   the commitment to the gold, as in the receipt sent before labels came
log.jsonl        the chained log of what was done when
"""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip files cannot be older; a fixed time keeps the bytes the same


@dataclass(frozen=True, eq=False)
class Contents:
    """What is sealed. Records are plain JSON values; `contract` is the TOML as it was added."""

    audit: str
    made_at: str
    contract: bytes
    seen: AuditInput
    result: Mapping[str, Any]
    manifest: Mapping[str, Any]
    intake: Mapping[str, Any]
    commitment: Mapping[str, Any] | None
    claim: Mapping[str, Any] | None
    received: str  # date on which the delivery was received, ISO
    log: Sequence[Mapping[str, Any]]
    made_with: str  # the program's version; another one may write further fields


def seal(contents: Contents) -> dict[str, bytes]:
    """The bundle's files by name, the seal included; the same contents give the same bytes."""
    files = {
        "README.txt": README.encode(),
        "contract.toml": contents.contract,
        **seen_files(contents.seen, contents.received),
        "result.json": canonical(contents.result),
        "manifest.json": canonical(contents.manifest),
        "intake.json": canonical(contents.intake),
        "log.jsonl": _lines(contents.log),
    }
    if contents.commitment is not None:
        files["gold_commitment.json"] = canonical(contents.commitment)
    if contents.claim is not None:
        files["claim.json"] = canonical(contents.claim)
    index = {
        "schema": "vendoreval/bundle/1",
        "audit": contents.audit,
        "made_at": contents.made_at,
        "made_with": contents.made_with,
        "files": [{"name": name, "sha256": sha256_hex(files[name])} for name in sorted(files)],
    }
    return {SEAL: canonical(index), **files}


def seen_files(seen: AuditInput, received: str) -> dict[str, bytes]:
    """What an audit looked at, as files; `labels.jsonl` only where units are not single labels."""
    files = {
        "frame.json": canonical(_frame(seen, received)),
        "outcomes.jsonl": _lines(seen.units.rows()),
    }
    if seen.by_label is not seen.units:
        files["labels.jsonl"] = _lines(seen.by_label.rows())
    if seen.task_ids:
        files["tasks.json"] = canonical(dict(seen.task_ids))
    if seen.agreement is not None:
        files["agreement.jsonl"] = _lines(seen.agreement.rows())
    return files


def to_zip(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip with fixed times and order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def from_zip(data: bytes) -> dict[str, bytes]:
    """The files of a bundle; raises EvidenceError when it is no zip or is damaged, InputError when too big."""
    try:
        return unzip(data, "bundle")
    except zipfile.BadZipFile as error:
        raise EvidenceError(f"The bundle is not a readable zip file: {error}.") from error


def read_seen(files: Mapping[str, bytes], classes: Sequence[str]) -> tuple[AuditInput, str]:
    """The audit's input as sealed, and the date of receipt."""
    frame = json.loads(files["frame.json"])
    units = Outcomes.from_rows(_read_lines(files["outcomes.jsonl"]), classes)
    labels = files.get("labels.jsonl")
    by_label = Outcomes.from_rows(_read_lines(labels), classes) if labels is not None else units
    seen = AuditInput(
        units, by_label, frame["gold_items"], frame["items"], frame["labels"],
        frame["sent_known"], frozenset(frame["edge_items"]), frame["ties"], frame.get("seed", ""),
        frame.get("most_units", 0), frame.get("inspections", {}),
        agreement=_tally(files, classes), task_ids=json.loads(files.get("tasks.json", b"{}")),
        planned_items=frame.get("planned_items", 0),
        gold_checked=tuple(frame.get("gold_checked", (0, 0))),
        adjudicated=frozenset(frame.get("adjudicated", ())), earlier_items=frame.get("earlier_items", 0),
        strata=frame.get("strata", {}), stratum_sizes=frame.get("stratum_sizes", {}),
        answered_twice=tuple(frame.get("answered_twice", (0, 0))),
        known_items=frozenset(frame.get("known_items", ())), gold_committed=frame.get("gold_committed", ""),
        looks_before=frame.get("looks_before", {}), earlier_audits=tuple(frame.get("earlier_audits", ())),
    )  # fmt: skip
    return seen, frame["received"]


def _tally(files: Mapping[str, bytes], classes: Sequence[str]) -> Tally | None:
    rows = files.get("agreement.jsonl")
    return Tally.from_rows(_read_lines(rows), classes) if rows is not None else None


def _frame(seen: AuditInput, received: str) -> dict[str, Any]:
    return {
        "schema": "vendoreval/frame/1",
        "received": received,
        "gold_items": seen.gold_items,
        "items": seen.items,
        "labels": seen.labels,
        "sent_known": seen.sent_known,
        "edge_items": sorted(seen.edge_items),
        "ties": seen.ties,
        "seed": seen.seed,
        "most_units": seen.most_units,
        "inspections": dict(seen.inspections),
        "planned_items": seen.planned_items,
        "gold_checked": list(seen.gold_checked),
        "adjudicated": sorted(seen.adjudicated),
        "earlier_items": seen.earlier_items,
        "strata": dict(seen.strata),
        "stratum_sizes": dict(seen.stratum_sizes),
        "answered_twice": list(seen.answered_twice),
        "known_items": sorted(seen.known_items),
        "gold_committed": seen.gold_committed,
        "looks_before": dict(seen.looks_before),
        "earlier_audits": [dict(one) for one in seen.earlier_audits],
    }


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """One record a line. The file's bytes are what is hashed, so plain JSON is enough, and fast."""
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    return "".join(f"{write(record)}\n" for record in records).encode()


def _read_lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]
