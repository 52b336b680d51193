"""Holding a bundle against the vendor's own files: the same files, all of their labels on gold, the totals."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.drawing import TICKETS
from vendoreval.engines.items import item_ids, most_labels, totals_on
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import EvidenceError, InputError, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle, open_bundle
from vendoreval.evidence.own_labels import check_labels
from vendoreval.formats.readers.known import reader
from vendoreval.labels.settled import KINDS as SETTLED
from vendoreval.reports.unit_words import given_word
from vendoreval.workflow.audits.sample_draws import drawn_ids
from vendoreval.workflow.deliveries.agreement import agreement_of
from vendoreval.workflow.deliveries.intake import read_again
from vendoreval.workflow.deliveries.named_files import NamedFile, named_files
from vendoreval.workflow.evidence.own_scores import check_own_scores
from vendoreval.workflow.files import sha256_of


@dataclass(frozen=True)
class _Read:
    """The vendor's files, read as the buyer read them: canonical labels, and the intake report."""

    table: Path
    labels: int
    items: int
    report: Mapping[str, Any]


def check_own_delivery(
    files: Mapping[str, bytes],
    delivered: Sequence[Path],
    tasks: Mapping[str, str] | None = None,
    images: Path | None = None,
) -> Findings:
    """Check a bundle's labels and totals against the `delivered` files; returns what fits and what stays open.

    The files, or those of the folders, must be those of the manifest, and their labels on the audited items
    exactly those that were judged: none changed, added or left out. `tasks` is the vendor's own task list,
    `images` its pictures, where sizes come from them. Raises EvidenceError naming the first that does not fit.
    """
    bundle, found = open_bundle(files), Findings()
    named = _as_listed(bundle.manifest, delivered)
    beside = _files_beside(bundle.intake.get("read") or {})
    if beside:
        found.open("read", f"that what was judged stands in your files: the buyer read them with {beside}")
        return found
    seen = bundle.seen
    whole = not seen.task_ids or tasks is not None
    sent_as = _sent_as(seen, tasks) if seen.task_ids else None
    with tempfile.TemporaryDirectory() as folder:
        read = _read(bundle, named, sent_as, images, Path(folder) / "labels.parquet")
        _name_options(bundle.intake.get("read") or {}, found)
        check_labels(
            seen,
            labels_on_items(read.table, seen.gold.item_ids if seen.gold else seen.by_label.item.values),
            found,
        )
        if whole:
            _check_totals(bundle, read, found)
            _check_drawn(bundle, read, tasks, found)
        else:
            found.open(
                "totals", "the delivery's totals: give --tasks, for only your list tells gold from the rest"
            )
            if seen.drawn == TICKETS:
                found.open("drawn", "that the audited items have the smallest tickets: give --tasks")
    return found


def _sent_as(seen: AuditInput, tasks: Mapping[str, str] | None) -> dict[str, str]:
    """The item behind each task: for gold as the bundle tells, for all others under the task's own id."""
    gold = {task: item for item, task in seen.task_ids.items()}
    return {**{task: task for task in tasks or ()}, **gold}


def _as_listed(manifest: Mapping[str, Any], delivered: Sequence[Path]) -> list[NamedFile]:
    """The delivered files as the manifest lists them, whatever the vendor calls them; equal ones as often."""
    listed = Counter(file["sha256"] for file in manifest["files"])
    mine: dict[str, list[Path]] = {}
    for path in dict.fromkeys(file.path for file in named_files(delivered)):
        sha = sha256_of(path)
        mine.setdefault(sha, []).append(path)
        if len(mine[sha]) > listed[sha]:
            raise EvidenceError(f"{path.name} is not a file of the audited delivery: its SHA-256 is {sha}.")
    found = []
    for file in manifest["files"]:
        if not mine.get(file["sha256"]):
            raise EvidenceError(
                f"The audited delivery has a further file {file['name']}.", remedy="Give it with --delivered."
            )
        found.append(NamedFile(file["name"], mine[file["sha256"]].pop()))
    return found


def _read(
    bundle: OpenedBundle, named: Sequence[NamedFile], sent_as: Mapping[str, str] | None,
    images: Path | None, table: Path,
) -> _Read:  # fmt: skip
    try:
        with table.open("w+b") as sink:
            intake = read_again(bundle.contract, bundle.intake, named, sink, sent_as, images)
    except (InputError, UsageError) as error:
        raise EvidenceError(f"Your files cannot be read as the bundle says they were: {error}") from error
    return _Read(table, intake.labels, intake.items, intake.to_json())


def _check_totals(bundle: OpenedBundle, read: _Read, found: Findings) -> None:
    seen = bundle.seen
    pairs = {"labels": (seen.labels, read.labels), "items": (bundle.intake.get("items"), read.items)}
    if seen.most_units > 1 or not (bundle.old or bundle.contract.task.answers == "consensus"):
        pairs["most labels on an item"] = (
            seen.most_units,
            int(read.report.get("most_labels") or most_labels(read.table)),
        )
    for what, (told, own) in pairs.items():
        if told != own:
            raise EvidenceError(f"The bundle counts {told:,} {what}, your files hold {own:,}.")
    if _sheets(bundle.intake) != _sheets(read.report):
        raise EvidenceError("How many answers and objects were delivered is not what your files hold.")
    _check_settled(bundle, read)
    if seen.agreement is not None:
        own_counts = agreement_of(read.table, bundle.contract, bundle.intake)
        if canonical(list(own_counts.rows())) != canonical(list(seen.agreement.rows())):
            raise EvidenceError("The tally of agreement is not that of your files.")
    what = "labels" if bundle.old else f"{given_word(bundle.contract.task)}s"
    found.fit(f"the delivery's totals follow from your files: {read.labels:,} {what} on {read.items:,} items")


def _files_beside(told: Mapping[str, Any]) -> str:
    """The buyer's own files with which the delivery was read; a bundle does not hold them."""
    options = told.get("options") or {}
    files = [one.name for one in reader(told["format"]).options if one.file] if options else []
    return ", ".join(f"{name} {options[name]}" for name in files if options.get(name))


def _name_options(told: Mapping[str, Any], found: Findings) -> None:
    """How the buyer had the files read otherwise than usual: no file tells that."""
    options = told.get("options") or {}
    usual = {one.name: one.default for one in reader(told["format"]).options} if options else {}
    chosen = [f"{name}={value}" for name, value in options.items() if usual.get(name) != value]
    if chosen:
        found.open("read", f"that your files mean what the buyer read them as: {', '.join(chosen)}")


def _sheets(intake: Mapping[str, Any]) -> dict[str, Any]:
    """The totals of answers and objects; a list of answers that names none is no list."""
    return {name: value for name, value in (intake.get("sheets") or {}).items() if value != []}


def _check_settled(bundle: OpenedBundle, read: _Read) -> None:
    """What was settled comes out the same from the vendor's files; a crosswalk's own file is the buyer's."""
    for kind in () if bundle.old else SETTLED:
        told, own = bundle.intake.get(kind), read.report.get(kind)
        if kind == "ids" and told and own and "crosswalk" in told:
            told = {**told, "crosswalk": {k: v for k, v in told["crosswalk"].items() if k in own["crosswalk"]}}
        if canonical(told) != canonical(own):
            raise EvidenceError(f"What your files give for {kind!r} is not what the intake report says.")


def _check_drawn(bundle: OpenedBundle, read: _Read, tasks: Mapping[str, str] | None, found: Findings) -> None:
    """The audited items have the smallest tickets of all items of the delivery."""
    seen = bundle.seen
    if bundle.old or seen.drawn != TICKETS or bundle.draw is None:
        return
    by_word = seen.strata and seen.active is None
    if by_word or (seen.sent_known and tasks is None):
        what = "the strata are not in the bundle" if by_word else "give --tasks, with all items that you got"
        found.open("drawn", f"that the audited items have the smallest tickets of all: {what}")
        return
    if seen.active is not None:
        _check_left_out(bundle, read)
        check_own_scores(bundle, read.table, tasks, found)
        return
    came = {seen.task_ids.get(item, item) for item in item_ids(read.table)}
    everything = came | set(tasks or ()) if seen.sent_known else came
    burnt = {seen.task_ids.get(item, item) for item in bundle.draw.get("burnt", ())} & everything
    _check_left_out(bundle, read)
    population = sorted(everything - burnt)
    used = {seen.task_ids.get(item, item) for item in seen.units.item.values}
    first = drawn_ids(population, seen.seed, len(used))
    if len(everything) != bundle.draw["population"] or set(first) != used:
        raise EvidenceError("The audited items are not those that the seed draws from your files.")
    found.fit(f"the {len(used):,} audited items are the first of the draw from your {len(population):,}")


def _check_left_out(bundle: OpenedBundle, read: _Read) -> None:
    burnt = (bundle.draw or {}).get("burnt", ())
    if bundle.seen.rework_of and bundle.seen.left_out.get("labels", 0) != _labels_on(read, burnt):
        raise EvidenceError("The labels on items left out of the rework's audit are not those of your files.")


def _labels_on(read: _Read, items: Sequence[str]) -> int:
    return totals_on(read.table, items).get("labels", 0)
