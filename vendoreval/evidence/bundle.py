"""The bundle: everything the other side needs to compute an audit's result again.

A bundle is a set of named files, sealed by `bundle.json`, which lists the SHA-256 of each. It opens the
gold of the audited items, and of no others. The folder `signatures/` is reserved: files under it are not
listed, for they are made after the seal.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.evidence.commitments import Opened
from vendoreval.evidence.json_lines import lines
from vendoreval.evidence.sealed_input import input_files
from vendoreval.received import unzip

SEAL = "bundle.json"
# Each shows more than the one before: outcomes only; gold, labels and proofs; the dispute about the claim.
SCHEMAS = ("vendoreval/bundle/1", "vendoreval/bundle/2", "vendoreval/bundle/3")
OLD_SCHEMA, SCHEMA = SCHEMAS[0], SCHEMAS[-1]
SIGNATURES = "signatures/"
PROOF, RECEIPTS, SEEDING, DRAW = "gold_proof.json", "receipts.json", "seeding.json", "draw.json"
CLAIM, MOVES, VERSIONS = "claim.json", "moves.jsonl", "versions/"
AMENDMENTS, REVISED = "amendments.jsonl", "revised.json"
README = """\
This bundle holds all that is needed to compute an audit of labels again, without trusting its sender.

    vendoreval evidence verify BUNDLE --receipt receipt.json --delivered YOUR-FILE.csv \\
        --tasks YOUR-TASKS.csv --contract CONTRACT.toml
    python -m vendoreval.evidence BUNDLE receipt.json      where only numpy, scipy and rfc8785 are installed

Give every receipt that you hold (repeat --receipt), and every file that you delivered.

bundle.json      SHA-256 of every other file, and the version of the program that made them
contract.toml    the contract with its clauses, decision rules and remedies
receipts.json    all receipts under this contract; compare them with your own
gold.jsonl       the gold of the audited items, each record with its place and salt in the commitment
gold_proof.json  the hashes that lead from these records to the committed root
seeding.json     which tasks of the list that you got were gold, and the key that opens their commitment
draw.json        where the seed of the draw comes from, where items were drawn for experts
scores.json      what was sealed before the seed, where items were drawn by scores; strata.csv their strata
manifest.json    SHA-256 of the delivered files; intake.json how they were read
labels.jsonl     the delivered labels on the audited items
sheets.jsonl     who answered which of them, where answers are boxes, spans and the like
agreement.jsonl  how often each combination of labels occurs on an item, or how far apart the answers on each
                 item lie, where a clause is about agreement
tasks.json       under which task id an item was sent, where gold was mixed into tasks
frame.json       totals of the delivery, the seed that orders the draw, what was settled before
result.json      the findings; claim.json the claim that follows from them, as it was issued
moves.jsonl      what either side, or an arbiter, did with the claim: answers, rulings, settlement, in order
versions/        what each of these moves left of the claim: claim-2.json, claim-3.json and so on
amendments.jsonl the right answers of gold that was wrong; revised.json the findings with them, if that came
                 after the claim
log.jsonl        the chained log: events about this delivery opened (its acceptance or rejection is one of
                 them), all others closed
signatures/      who signed bundle.json, and when, if anybody did
"""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip files cannot be older; a fixed time keeps the bytes the same
_LEVEL = 1  # of deflate: a third of the time of the usual 6, and lines of JSON stay within a sixth of its size
Record = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Contents:
    """What is sealed. Records are plain JSON values; `contract` is the TOML as it was added.

    `places` are the gold records as committed to, with the `proof` of all of them; `seeding` and `draw`
    the records that open a seeding and a draw, `frozen` the files of scores that were frozen before it;
    `claim` is version 1, `moves` are those of the dispute about it, and `versions` what they made of it, from
    version 2 on; `amendments` are those of gold that was judged, and `revised` is the result with them, where
    the audit was judged again after this one.
    """

    audit: str
    made_at: str
    contract: bytes
    seen: AuditInput
    result: Record
    manifest: Record
    intake: Record
    claim: Record | None
    received: str  # date on which the delivery was received, ISO
    log: Sequence[Record]
    made_with: str  # the program's version; another one may write further fields
    receipts: Sequence[Record] = ()
    places: Sequence[Opened] = ()
    proof: Sequence[bytes] = ()
    moves: Sequence[Record] = ()
    versions: Sequence[Record] = ()
    amendments: Sequence[Record] = ()
    revised: Record | None = None
    seeding: Record | None = None
    draw: Record | None = None
    frozen: Mapping[str, bytes] = field(default_factory=dict)


def seal(contents: Contents) -> dict[str, bytes]:
    """The bundle's files by name, the seal included; the same contents give the same bytes."""
    records: dict[str, Any] = {
        "result.json": contents.result,
        "manifest.json": contents.manifest,
        "intake.json": contents.intake,
        RECEIPTS: list(contents.receipts),
        CLAIM: contents.claim,
        SEEDING: contents.seeding,
        DRAW: contents.draw,
        **{version_file(one["version"]): one for one in contents.versions},
        REVISED: contents.revised,
    }
    if contents.places:
        records[PROOF] = [step.hex() for step in contents.proof]
    by_line = {MOVES: contents.moves, AMENDMENTS: contents.amendments}
    files = {
        "README.txt": README.encode(),
        "contract.toml": contents.contract,
        **input_files(contents.seen, contents.received, contents.places),
        **{name: canonical(record) for name, record in records.items() if record is not None},
        **contents.frozen,
        **{name: lines(rows) for name, rows in by_line.items() if rows},
        "log.jsonl": lines(contents.log),
    }
    index = {
        "schema": SCHEMA,
        "audit": contents.audit,
        "made_at": contents.made_at,
        "made_with": contents.made_with,
        "files": [{"name": name, "sha256": sha256_hex(files[name])} for name in sorted(files)],
    }
    return {SEAL: canonical(index), **files}


def version_file(version: int) -> str:
    """The name of the file that holds a later version of the claim."""
    return f"{VERSIONS}claim-{version}.json"


def to_zip(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip with fixed times and order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED, _LEVEL)
    return buffer.getvalue()


def from_zip(data: bytes) -> dict[str, bytes]:
    """The files of a bundle; raises EvidenceError when it is no zip or is damaged, InputError when too big."""
    try:
        return unzip(data, "bundle")
    except zipfile.BadZipFile as error:
        raise EvidenceError(f"The bundle is not a readable zip file: {error}.") from error
