"""Deliveries: taking them in, and showing what was taken."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import vendoreval
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.evidence.canonical import canonical, hash_of
from vendoreval.evidence.chain import Event
from vendoreval.evidence.sealing import make_acknowledgement
from vendoreval.formats.intake.delivery_rows import NOTHING_STATED
from vendoreval.formats.intake.intake_report import DeliveryIntake
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.intake.staged_rows import Progress, unheard
from vendoreval.labels.manifest import Manifest, ManifestFile
from vendoreval.labels.statements import Statements
from vendoreval.labels.unsettled import Unsettled
from vendoreval.store.tables import DeliveryRow, PilotRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.crosswalks import kept_crosswalk, reading_of_ids
from vendoreval.workflow.deliveries.dates import Dates, dates_of, settled_dates
from vendoreval.workflow.deliveries.intake import Reading, read_files
from vendoreval.workflow.deliveries.listing import delivery_record
from vendoreval.workflow.deliveries.named_files import NamedFile, left_out_of, named_files
from vendoreval.workflow.deliveries.partitioning import partition, place
from vendoreval.workflow.deliveries.sealing import read_seal, refuse_unsealed
from vendoreval.workflow.deliveries.shared_files import files_of
from vendoreval.workflow.deliveries.taken_again import chosen_files
from vendoreval.workflow.files import FileState, state_of, write_whole
from vendoreval.workflow.gold.seedings import task_ids

LONG = 1 << 28  # bytes of files from which on a killed intake can be gone on with


@dataclass(frozen=True)
class Arrived:
    """A delivery whose files and labels lie in the object store, before its row is written."""

    row: DeliveryRow
    report: Mapping[str, Any]


def add_delivery(
    workspace: Workspace,
    files: Sequence[Path | str],
    *,
    contract_id: str,
    delivery_id: str = "",
    mapping: Sequence[str] = (),
    where: Sequence[str] = (),
    items: Path | None = None,
    fmt: str | None = None,
    seeding: str = "",
    dates: Dates | None = None,
    seal: Path | None = None,
    acknowledge: Path | None = None,
    stated: Statements = NOTHING_STATED,
    ids: Path | None = None,
    id_cut: str = "",
    complete: bool = False,
    again: str = "",
    options: Sequence[str] = (),
    images: Path | None = None,
    partitions: str = "",
    parts: int = 0,
    progress: Progress = unheard,
) -> dict[str, Any]:
    """Take files, folders or an archive in as a delivery; returns its record with the intake report.

    `options` are the format's, NAME=VALUE; `images` is a folder of pictures, for sizes that the files lack.
    `seeding` names the seeding whose opaque task ids the files carry; it also says when the work was
    ordered, unless `dates` does. `seal` is the vendor's seal: other files than those are refused; the
    acknowledgement of it is written to `acknowledge`. `stated` is what the buyer says of its labels. `ids` is
    a file that names our id of each delivered one, `id_cut` "query" cuts ids at the "?" (formats.item_ids).
    `complete`: no other part of a task list is to come. `again` names a delivery whose files are taken in once
    more instead of `files`, ordered and received when that one was. `partitions`: where to write its labels
    besides, in so many `parts`, for workers on other machines. `progress` hears how many rows were read.

    An intake of long files that was killed goes on when it is asked for again in the same words.

    Raises InputError for unreadable files, Conflict when the id is taken or the same delivery is there,
    UsageError for dates that cannot be, and for statements that may not be.
    """
    at = now()
    _refuse_pilots(workspace, delivery_id, seeding, again)
    if acknowledge and not seal:
        raise UsageError("There is no seal to acknowledge.", remedy="Name the vendor's file with --seal.")
    if partitions:
        place(partitions, parts)
    sealed = read_seal(seal) if seal else None
    with chosen_files(workspace, files, again) as (paths, before):
        arrived = arrive(
            workspace, paths, at, contract_id=contract_id, delivery_id=delivery_id, mapping=mapping,
            where=where, items=items, fmt=fmt, seeding=seeding, dates=dates_of(dates or Dates(), before),
            seal=sealed, stated=stated, ids=ids, id_cut=id_cut, complete=complete, options=options,
            images=images, progress=progress,
        )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        event = keep_delivery(tx, arrived)
        if acknowledge and sealed:
            said = make_acknowledgement(event, sealed)
            write_whole(acknowledge, json.dumps(said, indent=2).encode() + b"\n")  # killed now, nothing is lost
    if partitions:
        partition(workspace, arrived.row.id, partitions, parts)
    told: dict[str, Any] = {}
    if arrived.row.rework_of:
        from vendoreval.workflow.deliveries.resubmitting import told_of_rework  # brings gold and evidence

        told = told_of_rework(workspace, arrived.row, arrived.report)
    return delivery_record(arrived.row, arrived.report, told)


def arrive(
    workspace: Workspace, files: Sequence[Path | str], at: datetime, *, contract_id: str,
    delivery_id: str = "", mapping: Sequence[str] = (), where: Sequence[str] = (), items: Path | None = None,
    fmt: str | None = None, seeding: str = "", dates: Dates | None = None, whole: bool = False,
    contract_version: int | None = None, seal: Mapping[str, Any] | None = None,
    stated: Statements = NOTHING_STATED, ids: Path | None = None, id_cut: str = "", complete: bool = False,
    options: Sequence[str] = (), images: Path | None = None, progress: Progress = unheard,
) -> Arrived:  # fmt: skip
    """Read and store the files of a delivery, as `add_delivery` describes, without recording it yet.

    `whole`: raise Conflict when items that were sent have no answer. `complete`: no other part is to come, so
    that tasks without an answer are omissions. The contract's newest version counts,
    unless another one is named.
    """
    named = named_files(files)
    first = min(Path(file).name for file in files)
    name = slug(delivery_id or first.split(".")[0].lower(), "delivery")
    contract = load_contract(workspace, contract_id, contract_version)
    _refuse_taken(workspace, name)
    when = settled_dates(workspace, dates or Dates(), seeding, contract.id, at)
    with ExitStack() as kept:  # within the block: what is refused leaves nothing behind
        reading = Reading(
            mapping, where, fmt or "", options, images, items, stated,
            reading_of_ids(workspace, contract.id, ids, id_cut),
            task_ids(workspace, seeding) if seeding else None,
        )  # fmt: skip
        before = [state_of(file.path) for file in named]
        stage = _stage(kept, workspace, [name, contract.id, contract.version, reading.to_json()], before)
        sink = kept.enter_context(workspace.objects.writer())
        intake = read_files(contract, named, sink.file, reading, stage, progress)
        manifest = Manifest(name, _copied(kept, workspace, named, before))
        content = _identity(manifest, contract, reading, intake)
        if seal:
            refuse_unsealed(manifest, seal)
        _refuse_same(workspace, content)
        if whole and intake.missing_items:
            raise _unfinished(intake)
    report = {**intake.to_json(), "where": list(where), "map": list(mapping)}
    report["notes"] += [*left_out_of(files), *_shared(workspace, manifest, contract.id)]
    if ids is not None:
        report["ids"]["crosswalk"] |= kept_crosswalk(workspace, ids, reading.ids.crosswalk)
    if seeding:
        report |= {"seeding": seeding, "part_of_seeding": items is not None}
        if intake.missing_items and items is None and not complete:
            report["unsettled"].append(_other_parts(intake).to_json())
    elif items is not None:
        report["items_file"] = items.name
    if seal:
        report["seal_sha256"] = workspace.objects.put_bytes(canonical(seal))
    if when.rework_of:
        from vendoreval.workflow.deliveries.resubmitting import arrival_of

        received = (when.received or at).date()
        report["rework"] = arrival_of(workspace, contract, when.rework_of, sink.sha, received)
    if intake.sent is not None:
        report["sent_items_sha256"] = workspace.objects.put_bytes(canonical(list(intake.sent)))
    row = DeliveryRow(
        id=name, contract_id=contract.id, contract_version=contract.version,
        manifest_sha=workspace.objects.put_bytes(canonical(manifest.to_json())),
        content_sha=content,
        table_sha=sink.sha, intake_sha=workspace.objects.put_bytes(canonical(report)),
        rows=intake.labels, items=intake.items, annotators=intake.annotators,
        received_at=when.received or at, ordered=when.ordered, rework_of=when.rework_of or None,
    )  # fmt: skip
    return Arrived(row, report)


def keep_delivery(tx: Transaction, arrived: Arrived) -> Event:
    """Record a delivery that has arrived; returns the event that tells of it."""
    row = arrived.row
    tx.add(row)
    said = {
        "contract": row.contract_id, "version": row.contract_version, "manifest": row.manifest_sha,
        "labels": row.table_sha, "intake": row.intake_sha, "received": row.received_at.isoformat(),
        "ordered": row.ordered.isoformat() if row.ordered else None, "rework_of": row.rework_of,
    }  # fmt: skip
    if arrived.report.get("seal_sha256"):
        said["seal"] = arrived.report["seal_sha256"]
    return tx.event("delivery.added", row.id, said, row.id)


def _other_parts(intake: DeliveryIntake) -> Unsettled:
    """Tasks without an answer may be in a part still to come: they are no omissions until it is said."""
    missing, sent = intake.missing_items or 0, len(intake.sent or ())
    return Unsettled(
        "parts",
        f"{missing:,} of the {sent:,} tasks sent have no answer in these files. If other parts are to come, "
        "give them together, or name the tasks of this part with --items; if this is all, say so.",
        missing,
        options=("--whole",),
    )


def _unfinished(intake: DeliveryIntake) -> Conflict:
    return Conflict(
        f"{intake.missing_items:,} of {len(intake.sent or ()):,} tasks have no answer yet; nothing was taken "
        "in.",
        remedy="Name the files of all parts, or let them count as misses with --unfinished.",
    )


def check_delivery(
    workspace: Workspace,
    files: Sequence[Path | str],
    *,
    contract_id: str,
    mapping: Sequence[str] = (),
    where: Sequence[str] = (),
    items: Path | None = None,
    fmt: str | None = None,
    stated: Statements = NOTHING_STATED,
    ids: Path | None = None,
    id_cut: str = "",
    options: Sequence[str] = (),
    images: Path | None = None,
) -> dict[str, Any]:
    """The intake report that `add_delivery` would give, storing nothing."""
    contract = load_contract(workspace, contract_id)
    reading = Reading(
        mapping, where, fmt or "", options, images, items, stated,
        reading_of_ids(workspace, contract.id, ids, id_cut),
    )  # fmt: skip
    intake = read_files(contract, named_files(files), io.BytesIO(), reading)
    return {"schema": "vendoreval/delivery-check/1", "contract": contract_id, "intake": intake.to_json()}


def _refuse_pilots(workspace: Workspace, *names: str) -> None:
    """Answers of a pilot are no delivery of their own; raises UsageError for a pilot's name."""
    with workspace.read() as reader:
        for name in names:
            if name and reader.get(PilotRow, name):
                raise UsageError(
                    f"{name!r} is a pilot.",
                    remedy=f"Take its answers in with: vendoreval pilot answers {name} FILES",
                )


def _refuse_taken(workspace: Workspace, name: str) -> None:
    with workspace.read() as reader:
        if reader.get(DeliveryRow, name):
            raise Conflict(f"There is a delivery {name!r} already.", remedy="Give another id with --id.")


def _refuse_same(workspace: Workspace, content: str) -> None:
    with workspace.read() as reader:
        for same in reader.all(DeliveryRow, content_sha=content):
            raise Conflict(f"Delivery {same.id!r} has the same content.", remedy="Nothing was added.")


def _identity(manifest: Manifest, contract: Contract, reading: Reading, intake: DeliveryIntake) -> str:
    """What makes a delivery the same: files, how they are read, the list of what was sent, terms and vendor."""
    files = [file.sha256 for file in manifest.files]
    terms = [contract.vendor, contract.id, contract.version]
    sent = [list(intake.sent or ())] if reading.items else []  # without a list nothing changes
    told = [intake.settled["read"]["options"]] if "read" in intake.settled else []
    return hash_of(
        [files, sorted(reading.mapping), sorted(reading.where), reading.stated.to_json(), reading.ids.to_json(),
         terms, *sent, *told]
    )  # fmt: skip


def _shared(workspace: Workspace, manifest: Manifest, contract_id: str) -> list[str]:
    """Notes on files that stand in other deliveries too."""
    mine = {file.sha256: file.name for file in manifest.files}
    notes = []
    with workspace.read() as reader:
        rows = sorted(reader.all(DeliveryRow), key=lambda row: row.id)
    for row in rows:
        names = sorted({mine[sha] for sha in files_of(workspace, row) if sha in mine})
        if names:
            twice = (
                " It is the same contract: claim for one of them only; an audit of one is a look at all."
                if row.contract_id == contract_id
                else ""
            )
            notes.append(f"Shared with the delivery {row.id!r}: {', '.join(names)}.{twice}")
    return notes


def _stage(kept: ExitStack, workspace: Workspace, work: list[Any], files: Sequence[FileState]) -> Stage | None:
    """Where the intake of long `files` keeps its work: the same `work` goes on there after a kill."""
    if sum(file.size for file in files) < LONG:
        return None
    key = hash_of([vendoreval.__version__, *work, [[str(part) for part in file] for file in files]])
    return Stage(kept.enter_context(workspace.objects.stage(key)))


def _copied(
    kept: ExitStack, workspace: Workspace, named: Sequence[NamedFile], before: Sequence[FileState]
) -> tuple[ManifestFile, ...]:
    """The files as received, which are stored when `kept` ends well.

    `before` is their state before they were read; raises InputError when it is another one now.
    """
    found = []
    for file, state in zip(named, before, strict=True):
        sha = kept.enter_context(workspace.objects.copy(file.path))
        if state_of(file.path) != state:
            raise InputError("The file changed while it was read.", file=file.name, remedy="Try again.")
        found.append(ManifestFile(file.name, state.size, sha))
    return tuple(found)
