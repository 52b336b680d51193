"""The sheets of a delivery while it streams in: who answered which item, and which answer of several counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.intake_counts import numbered
from vendoreval.formats.readers.row_batches import BATCH, texts
from vendoreval.labels.columns import Coded
from vendoreval.labels.repeats import UNKNOWN, Ints, Repeated, Settlement, settle
from vendoreval.labels.statements import JOINED, Statements
from vendoreval.labels.unsettled import SHOWN, Unsettled

NOBODY = -1
_NAMED_BY_US = "(unnamed {})"
_NOT_CONTENT = ("item_id", "annotator_id", "label_id", "labelled_at", "seconds", "item_code", "annotator_code")
Key = tuple[int, int, str]  # item, person, the sheet's own id


@dataclass
class SheetBook:
    """All sheets seen so far, by item, person and the sheet's own id."""

    items: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    known: dict[Key, int] = field(default_factory=dict)
    when: list[int] = field(default_factory=list)  # microseconds, the latest of the sheet
    rows: list[int] = field(default_factory=list)
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)  # width, height, text, by sheet
    of_items: dict[str, dict[str, Any]] = field(default_factory=dict)  # the same by item
    of_rows: list[NDArray[np.int32]] = field(default_factory=list)  # each row's sheet, batch by batch

    def __len__(self) -> int:
        return len(self.known)

    def add(self, columns: Mapping[str, Any], file: str) -> NDArray[np.int32]:
        """The sheet of each row of the Arrow `columns`; `file` tells those apart that have no own id."""
        item = numbered(columns["item_id"], self.items, NOBODY)
        count = len(item)
        people = columns.get("annotator_id")
        person = numbered(people, self.people, NOBODY) if people is not None else _none(count)
        ids = columns.get("sheet_id")
        names: dict[str, int] = {}
        own = numbered(ids, names, NOBODY) if ids is not None else _none(count)
        labels = [*names, file]  # the last one is for rows without an id
        when = _moments(columns.get("labelled_at"), count)
        kinds, first, place = np.unique(
            np.stack([item, person, own]), axis=1, return_index=True, return_inverse=True
        )
        latest = np.full(len(first), UNKNOWN)
        np.maximum.at(latest, place, when)
        return self._numbers(kinds, labels, latest)[place]

    def _numbers(self, kinds: Ints, labels: Sequence[str], latest: Ints) -> NDArray[np.int32]:
        """The number of each sheet, given as item, person and place among `labels`; new ones are added."""
        known, when, found = self.known, self.when, []
        for item, person, own, moment in zip(*kinds.tolist(), latest.tolist(), strict=True):
            number = known.setdefault((item, person, labels[own]), len(known))
            found.append(number)
            if number == len(when):
                when.append(moment)
            elif moment > when[number]:
                when[number] = moment
        self.rows += [0] * (len(when) - len(self.rows))
        return np.asarray(found, dtype=np.int32)

    def add_rows(self, sheets: NDArray[np.int32]) -> None:
        """Count the rows that were taken, by their sheets, in the order in which they are written."""
        self.of_rows.append(sheets)
        found, counts = np.unique(sheets, return_counts=True)
        for number, count in zip(found.tolist(), counts.tolist(), strict=True):
            self.rows[number] += count

    def note_facts(self, sheets: NDArray[np.int32], columns: Mapping[str, Any]) -> None:
        """Keep what is told of each sheet's item: width, height, text."""
        named = [name for name in ("width", "height", "text") if name in columns]
        values = [columns[name].to_pylist() for name in named]
        facts = self.facts
        for name, column in zip(named, values, strict=True):
            for number, value in zip(sheets.tolist(), column, strict=True):
                if value is not None:
                    facts.setdefault(number, {})[name] = value

    def leave_out(self, rows: Ints) -> None:
        """Rows that do not count on their sheets."""
        for number in self.all_rows[rows].tolist():
            self.rows[number] -= 1

    @property
    def all_rows(self) -> NDArray[np.int32]:
        """The sheet of each row written."""
        return np.concatenate(self.of_rows) if self.of_rows else np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class SettledSheets:
    """Which sheets count, under which annotator each (None: nobody known), and what is open.

    `dropped` are rows of the table; `report` the figures for the intake report, None where nobody answered an
    item twice.
    """

    kept: Ints
    annotators: tuple[str | None, ...]  # of all sheets
    dropped: Ints
    report: dict[str, Any] | None
    unsettled: tuple[Unsettled, ...]

    def with_copies(self, rows: Ints, rule: str) -> SettledSheets:
        """The same without these rows, which are copies of others on their sheets."""
        if not len(rows):
            return self
        nothing = {"rule": rule, "copies": 0, "superseded": 0, "same_answer": 0, "left": 0, "unnamed": 0}
        report = {**nothing, "self_agreement": None, **(self.report or {})}
        report["copies"] += len(np.setdiff1d(rows, self.dropped))
        return replace(self, dropped=np.union1d(self.dropped, rows), report=report)


def may_repeat(book: SheetBook, said: Statements) -> bool:
    """Whether somebody has several sheets on an item, and they are not parts of one answer."""
    return said.unnamed != JOINED and len({key[:2] for key in book.known}) < len(book)


def settle_sheets(sink: IO[bytes], book: SheetBook, rule: str, said: Statements) -> SettledSheets:
    """Leave one sheet a person and item, as labels.repeats says for answers; sheets of nobody get names."""
    people = [*book.people, None]
    who = [people[person] for _, person, _ in book.known]
    repeated = _repeated(book) if may_repeat(book, said) else {}
    if not repeated:
        every = np.arange(len(book), dtype=np.int64)
        return SettledSheets(every, tuple(who), np.empty(0, dtype=np.int64), None, ())
    found = settle(
        _as_rows(sink, book, repeated), rule, in_order=said.in_order, unnamed=said.unnamed
    )  # fmt: skip
    gone = set(found.dropped.tolist())
    kept = np.asarray([number for number in range(len(book)) if number not in gone], dtype=np.int64)
    _name(who, repeated, gone)
    rows = book.all_rows
    dropped = np.flatnonzero(np.isin(rows, found.dropped)).astype(np.int64)
    open_ = (*_undecided(book, found, rule), *_unnamed(book, found))
    return SettledSheets(kept, tuple(who), dropped, _report(rule, found), open_)


def _repeated(book: SheetBook) -> dict[tuple[int, int], list[int]]:
    """The sheets of each pair of item and person that has several."""
    pairs: dict[tuple[int, int], list[int]] = {}
    for (item, person, _), number in book.known.items():
        pairs.setdefault((item, person), []).append(number)
    return {pair: numbers for pair, numbers in pairs.items() if len(numbers) > 1}


def _as_rows(sink: IO[bytes], book: SheetBook, repeated: Mapping[tuple[int, int], Sequence[int]]) -> Repeated:
    """The repeated sheets as rows to be settled: equal content is one answer."""
    content = _contents(sink, book, {number for numbers in repeated.values() for number in numbers})
    told = _told(book, repeated, content)
    told.sort()
    number, group, answer, when, named, key = (list(column) for column in zip(*told, strict=True))
    same = Coded.from_text(
        f"{a} {w} {'' if n else k}" for a, w, n, k in zip(answer, when, named, key, strict=True)
    ).codes
    return Repeated(
        np.asarray(number), np.asarray(group), np.asarray(Coded.from_text(answer).codes, dtype=np.int64),
        same.astype(np.int64), np.asarray(when), np.asarray(named, dtype=np.bool_),
    )  # fmt: skip


def _told(
    book: SheetBook, repeated: Mapping[tuple[int, int], Sequence[int]], content: Mapping[int, str]
) -> list[tuple[int, int, str, int, bool, str]]:
    keys = {number: key for (_, _, key), number in book.known.items()}
    return [
        (number, group, content[number], book.when[number], person != NOBODY, keys[number])
        for group, ((_, person), numbers) in enumerate(repeated.items())
        for number in numbers
    ]


def _contents(sink: IO[bytes], book: SheetBook, wanted: set[int]) -> dict[int, str]:
    """What stands on each of the sheets, as text that is the same for the same rows in any order."""
    import pyarrow.parquet as pq

    found: dict[int, list[str]] = {number: [] for number in wanted}
    sheets, start = book.all_rows, 0
    chosen = np.isin(sheets, np.asarray(sorted(wanted)))
    sink.seek(0)
    with pq.ParquetFile(sink) as file:
        names = [name for name in file.schema_arrow.names if name not in _NOT_CONTENT]
        for batch in file.iter_batches(batch_size=BATCH, columns=names):
            mine = np.flatnonzero(chosen[start : start + batch.num_rows])
            for place, row in zip((mine + start).tolist(), batch.take(mine).to_pylist(), strict=True):
                found[int(sheets[place])].append(json.dumps(row, sort_keys=True, default=str))
            start += batch.num_rows
    return {number: "\n".join(sorted(rows)) for number, rows in found.items()}


def _name(who: list[str | None], repeated: Mapping[tuple[int, int], Sequence[int]], gone: set[int]) -> None:
    """Sheets of one item that name nobody get names, so that they are told apart."""
    for (_, person), numbers in repeated.items():
        left = [number for number in numbers if number not in gone]
        if person == NOBODY and len(left) > 1:
            for place, number in enumerate(left, start=1):
                who[number] = _NAMED_BY_US.format(place)


def _report(rule: str, found: Settlement) -> dict[str, Any]:
    return {
        "rule": rule, "copies": found.copies, "superseded": found.superseded,
        "same_answer": found.same_answer, "left": len(np.unique(found.undecided.group)),
        "unnamed": len(found.unnamed.row), "self_agreement": None,
    }  # fmt: skip


def _undecided(book: SheetBook, found: Settlement, rule: str) -> Iterator[Unsettled]:
    count = len(np.unique(found.undecided.group))
    if not count:
        return
    why = (
        f"The {rule} answer counts, but nothing says which it is."
        if found.no_order
        else "The contract does not say which of them counts."
    )
    yield Unsettled(
        "repeats", f"{count:,} times the same person answered an item in different ways. {why}", count,
        _examples(book, found.undecided),
        ("--in-order",) if found.no_order else (),
        "" if found.no_order else 'repeats = "last"',
    )  # fmt: skip


def _unnamed(book: SheetBook, found: Settlement) -> Iterator[Unsettled]:
    count = len(found.unnamed.row)
    if count:
        yield Unsettled(
            "repeats",
            f"{count:,} answers on items that were answered several times do not say by whom. Say whether they "
            "are of different people, of the same person, or parts of one answer (joined).",
            count, _examples(book, found.unnamed), ("--unnamed", "different"),
        )  # fmt: skip


def _examples(book: SheetBook, rows: Repeated) -> tuple[str, ...]:
    items, keys = list(book.items), list(book.known)
    shown = rows.row[np.unique(rows.group, return_index=True)[1]][:SHOWN]
    return tuple(f"item {items[keys[number][0]]!r}" for number in shown.tolist())


def _none(count: int) -> Ints:
    return np.full(count, NOBODY, dtype=np.int64)


def _moments(column: Any, count: int) -> Ints:
    import pyarrow as pa

    if column is None:
        return np.full(count, UNKNOWN)
    return np.asarray(column.cast(pa.int64()).fill_null(UNKNOWN), dtype=np.int64)


def sheet_columns(book: SheetBook, settled: SettledSheets) -> dict[str, Any]:
    """The sheets that count as Arrow columns, with what is known of their items."""
    import pyarrow as pa

    items, keys = list(book.items), list(book.known)
    numbers = settled.kept.tolist()
    named = [items[keys[number][0]] for number in numbers]
    facts = [
        {**book.of_items.get(item, {}), **book.facts.get(number, {})}
        for number, item in zip(numbers, named, strict=True)
    ]
    return {
        "item_id": texts(named),
        "annotator_id": texts([settled.annotators[number] for number in numbers]),
        "item_width": pa.array([one.get("width") for one in facts], pa.int64()),
        "item_height": pa.array([one.get("height") for one in facts], pa.int64()),
        "item_text": texts([one.get("text") for one in facts]),
    }
