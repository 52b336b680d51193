"""Taking a delivery in: row files → canonical Parquet, counting all and dropping nothing silently."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.parquet_table import LabelWriter
from vendoreval.formats.rows import Batch, RowFile, open_rows, require
from vendoreval.labels.refusals import Refusal

LISTED = 1000  # refusals beyond these are counted, not listed
OPTIONAL = ("annotator_id", "labelled_at", "seconds", "stage", "guideline_version", "source")
SCHEMA = "vendoreval/labels/1"


@dataclass(frozen=True)
class DeliveryIntake:
    """What was seen while a delivery was taken in; counts are exact, lists hold the first cases."""

    rows_read: int
    labels: int
    refused: int
    left_out: int  # rows that --where did not choose
    items: int
    annotators: int
    items_with_several_labels: int
    repeated_labels: int  # further labels by the same annotator on the same item
    unknown_class: int
    classes_unknown: tuple[str, ...]
    missing_items: int | None
    extra_items: int | None
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    sent: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/intake/1`."""
        plain = {name: value for name, value in vars(self).items() if name != "sent"}
        return {
            "schema": "vendoreval/intake/1",
            **plain,
            "classes_unknown": list(self.classes_unknown),
            "refusals": [vars(refusal) for refusal in self.refusals],
            "notes": list(self.notes),
        }


def read_delivery(
    paths: Sequence[Path],
    sink: IO[bytes],
    *,
    classes: Sequence[str],
    mapping: Mapping[str, str],
    where: Mapping[str, str],
    items: Path | None = None,
    fmt: str | None = None,
) -> DeliveryIntake:
    """Stream `paths` into `sink` as canonical Parquet.

    `mapping` says which file column holds a role, `where` which rows to take. A label that the
    contract does not list is kept: it is wrong by the contract, and counted. Raises InputError when a
    file cannot be read, lacks a column, or no row is left.
    """
    sent = _sent_items(items, fmt) if items else None
    files = [open_rows(path, fmt) for path in paths]
    roles = _roles(files, mapping, where)
    counter = _Counter(frozenset(classes))
    with LabelWriter(sink, ["item_id", *sorted(roles.keys() - {"item_id"})], SCHEMA) as writer:
        for file in files:
            for batch in file.batches():
                columns = _taken(file, batch, roles, where, counter)
                counter.count(columns)
                writer.write(columns)
    refusals = [refusal for file in files for refusal in file.refusals]
    if not counter.labels:
        raise InputError(
            f"No row was taken: {len(refusals):,} refused, {counter.left_out:,} left out by --where.",
            file=files[0].path.name,
            remedy=refusals[0].reason if refusals else "",
        )
    return counter.result(refusals, _notes(files, roles, where, counter), sent)


def _roles(files: Sequence[RowFile], mapping: Mapping[str, str], where: Mapping[str, str]) -> dict[str, str]:
    """Which column each role is read from; the same for all files."""
    unknown = [role for role in mapping if role not in ("item_id", "label", *OPTIONAL)]
    if unknown:
        raise InputError(
            f"--map knows no role {unknown[0]!r}.", remedy=f"Roles: item_id, label, {', '.join(OPTIONAL)}."
        )
    needed = {role: mapping.get(role, role) for role in ("item_id", "label")}
    optional = {
        role: mapping.get(role, role)
        for role in OPTIONAL
        if role in mapping or all(role in file.names for file in files)
    }
    roles = {**needed, **optional}
    for file in files:
        require(file, {**roles, **{name: name for name in where}})
    return roles


def _taken(
    file: RowFile, batch: Batch, roles: Mapping[str, str], where: Mapping[str, str], counter: _Counter
) -> dict[str, list[Any]]:
    """The batch's rows that are chosen and can be taken, by role."""
    items, labels = batch.columns[roles["item_id"]], batch.columns[roles["label"]]
    chosen = range(len(batch.lines))
    for name, value in where.items():
        column = batch.columns[name]
        chosen = [row for row in chosen if column[row] == value]  # type: ignore[assignment]
    counter.left_out += len(batch.lines) - len(chosen)
    rows = []
    for row in chosen:
        if items[row] and labels[row]:
            rows.append(row)
        elif not items[row]:
            file.refuse(batch.lines[row], "The item id is empty.")
        else:
            file.refuse(batch.lines[row], "The label is empty.", items[row])
    whole = len(rows) == len(batch.lines)
    columns: dict[str, list[Any]] = {}
    for role, name in roles.items():
        column = batch.columns[name]
        columns[role] = column if whole else [column[row] for row in rows]
    for role, read in (("labelled_at", _moment), ("seconds", _seconds)):
        if role in columns:
            columns[role] = counter.parsed(role, columns[role], read)
    return columns


def _moment(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def _seconds(text: str) -> float:
    value = float(text)
    if not np.isfinite(value) or value < 0:
        raise ValueError(text)
    return value


@dataclass
class _Counter:
    """Counts over the stream; ids are numbered as they come, so that pairs are two integers."""

    classes: frozenset[str]
    left_out: int = 0
    labels: int = 0
    unparsed: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    people: dict[str | None, int] = field(default_factory=dict)
    pairs: list[Any] = field(default_factory=list)

    def parsed(self, role: str, texts: list[str | None], read: Callable[[str], Any]) -> list[Any]:
        """Values of a column; what cannot be read becomes unknown, and is counted."""
        values: list[Any] = []
        for text in texts:
            try:
                values.append(read(text) if text else None)
            except ValueError:
                values.append(None)
                self.unparsed[role] = self.unparsed.get(role, 0) + 1
        return values

    def count(self, columns: Mapping[str, list[Any]]) -> None:
        """Add one batch."""
        items, people = self.items, self.people
        names = columns["item_id"]
        codes = np.asarray([items.setdefault(name, len(items)) for name in names], dtype=np.int64)
        workers = columns.get("annotator_id") or [None] * len(names)
        who = np.asarray([people.setdefault(person, len(people)) for person in workers], dtype=np.int64)
        self.pairs.append(codes << 32 | who)
        self.labels += len(names)
        if self.classes:
            for label in columns["label"]:
                if label not in self.classes:
                    self.unknown[label] = self.unknown.get(label, 0) + 1

    def result(
        self, refusals: list[Refusal], notes: tuple[str, ...], sent: tuple[str, ...] | None
    ) -> DeliveryIntake:
        """The counts of the whole stream."""
        pairs = np.concatenate(self.pairs)
        known = pairs[(pairs & 0xFFFFFFFF) != self.people.get(None, -1)]
        per_item = np.bincount(pairs >> 32)
        named = set(sent or ())
        return DeliveryIntake(
            rows_read=self.labels + len(refusals) + self.left_out,
            labels=self.labels,
            refused=len(refusals),
            left_out=self.left_out,
            items=len(self.items),
            annotators=len(self.people.keys() - {None}),
            items_with_several_labels=int((per_item > 1).sum()),
            repeated_labels=len(known) - len(np.unique(known)),
            unknown_class=sum(self.unknown.values()),
            classes_unknown=tuple(sorted(self.unknown)[:50]),
            missing_items=None if sent is None else len(named - self.items.keys()),
            extra_items=None if sent is None else len(self.items.keys() - named),
            refusals=tuple(refusals[:LISTED]),
            notes=notes,
            sent=sent,
        )


def _notes(
    files: Sequence[RowFile], roles: Mapping[str, str], where: Mapping[str, str], counter: _Counter
) -> tuple[str, ...]:
    used = {*roles.values(), *where}
    unused = sorted({name for file in files for name in file.names if name not in used})
    notes = []
    if unused:
        notes.append(f"Columns not used: {', '.join(unused)}.")
    if "annotator_id" not in roles:
        notes.append("There is no column annotator_id, so nothing can be said about single annotators.")
    for role, count in counter.unparsed.items():
        notes.append(f"{count:,} values of {role} could not be read; they count as unknown.")
    if counter.unknown:
        total, kinds = sum(counter.unknown.values()), len(counter.unknown)
        notes.append(
            f"{total:,} labels of {kinds:,} classes that the contract does not know are kept as wrong."
        )
    return tuple(notes)


def _sent_items(path: Path, fmt: str | None) -> tuple[str, ...]:
    """The distinct items of an items file, in file order."""
    file = open_rows(path, fmt)
    require(file, {"item_id": "item_id"})
    found: dict[str, None] = {}
    for batch in file.batches():
        found.update(dict.fromkeys(item for item in batch.columns["item_id"] if item))
    return tuple(found)
