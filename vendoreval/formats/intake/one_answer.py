"""The step of the intake that leaves one answer a person and item, and says what it left open."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.answer_order import Order, order_of
from vendoreval.formats.intake.repeated_rows import check_label_ids, names_at, repeated_rows, without
from vendoreval.formats.intake.written_codes import WrittenCodes
from vendoreval.formats.readers.rows import RowFile
from vendoreval.inference.oneself import self_agreement
from vendoreval.labels.repeats import UNKNOWN, Ints, Repeated, Settlement, settle
from vendoreval.labels.statements import Statements
from vendoreval.labels.unsettled import SHOWN, Unsettled

_SHORT = 40
_DIGEST = 16  # bytes


@dataclass
class Taken:
    """Which rows of which file were taken, so that a row of the delivery is found in its file again."""

    files: list[RowFile] = field(default_factory=list)
    bits: list[list[NDArray[np.uint8] | None]] = field(default_factory=list)  # None: all of a batch
    sizes: list[list[int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # taken of each file

    def begin(self, file: RowFile) -> None:
        """The next file begins."""
        self.files.append(file)
        self.bits.append([])
        self.sizes.append([])
        self.rows.append(0)

    def add(self, keep: NDArray[np.bool_]) -> None:
        """A batch of the file was read, of which the rows `keep` were taken."""
        self.bits[-1].append(None if keep.all() else np.packbits(keep))
        self.sizes[-1].append(len(keep))
        self.rows[-1] += int(keep.sum())

    def last(self) -> list[Any]:
        """Size and choice of the last batch, as JSON."""
        bits = self.bits[-1][-1]
        return [self.sizes[-1][-1], None if bits is None else b64encode(bits.tobytes()).decode()]

    def again(self, size: int, bits: str | None) -> None:
        """Take what `last` told of a batch, instead of adding it."""
        packed = None if bits is None else np.frombuffer(b64decode(bits), dtype=np.uint8)
        self.add(_unpacked(packed, size).astype(bool))

    def file_of(self, rows: Ints) -> Ints:
        """The number of the file of each row."""
        return np.searchsorted(np.cumsum(self.rows), rows, side="right").astype(np.int64)

    def unread(self, rows: Ints, read: Collection[str]) -> Ints:
        """What the columns besides `read` hold in the sorted `rows`, as numbers equal for equal texts."""
        import pyarrow as pa

        digests: list[Any] = []
        start = 0
        for place, file in enumerate(self.files):
            mine = rows[(rows >= start) & (rows < start + self.rows[place])] - start
            start += self.rows[place]
            names = sorted({name for name in file.names if name and name not in read})
            if len(mine) and names:
                digests += _digests(file, names, self._places(place, mine))
            else:
                digests.append(pa.nulls(len(mine), pa.binary(_DIGEST)))
        numbers = pa.chunked_array(digests, pa.binary(_DIGEST)).dictionary_encode().combine_chunks()
        return np.asarray(numbers.indices.fill_null(-1), dtype=np.int64)

    def texts(self, rows: Ints, name: str) -> list[str | None]:
        """What the column `name` holds in the sorted `rows`; None where a file lacks it."""
        found: list[str | None] = []
        start = 0
        for place, file in enumerate(self.files):
            mine = rows[(rows >= start) & (rows < start + self.rows[place])] - start
            start += self.rows[place]
            if name in file.names and len(mine):
                for (values,) in _chosen(file, [name], self._places(place, mine)):
                    found += values.to_pylist()
            else:
                found += [None] * len(mine)
        return found

    def _places(self, place: int, mine: Ints) -> Ints:
        keep = np.concatenate(
            [_unpacked(b, n) for b, n in zip(self.bits[place], self.sizes[place], strict=True)]
        )
        return np.flatnonzero(keep)[mine]


def _unpacked(bits: NDArray[np.uint8] | None, size: int) -> NDArray[np.uint8]:
    return np.ones(size, dtype=np.uint8) if bits is None else np.unpackbits(bits, count=size)


def _chosen(file: RowFile, names: Sequence[str], places: Ints) -> Iterator[list[Any]]:
    """The columns `names` of the rows at `places`, in parts."""
    start = 0
    for batch in file.batches(names):
        low, high = np.searchsorted(places, [start, start + len(batch.lines)])
        if low < high:
            at = places[low:high] - start
            yield [batch.columns[name].take(at) for name in names if name in batch.columns]
        start += len(batch.lines)


def _digests(file: RowFile, names: Sequence[str], places: Ints) -> Iterator[Any]:
    """A digest of each row's texts, in parts: long texts of millions of rows would not fit into memory."""
    import pyarrow as pa

    for columns in _chosen(file, names, places):
        suffix = pa.array([file.path.suffix] * len(columns[0]), pa.string())
        rows = _joined(suffix, *columns).to_pylist()
        yield pa.array([blake2b(row, digest_size=_DIGEST).digest() for row in rows], pa.binary(_DIGEST))


def _joined(*columns: Any) -> Any:
    """The texts of each row in one, each behind its length, so that no other texts give the same."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = []
    for column in columns:
        parts += [pc.fill_null(pc.binary_length(column).cast(pa.string()), "none"), pc.fill_null(column, "")]
    return pc.binary_join_element_wise(*(part.cast(pa.binary()) for part in parts), b":")


@dataclass(frozen=True, eq=False)
class OneAnswer:
    """What came of the repeats: rows left out, figures for the intake report, and what is open."""

    dropped: Ints
    report: dict[str, Any] | None  # None where nobody answered an item twice
    unsettled: tuple[Unsettled, ...]


def one_answer(
    sink: IO[bytes],
    written: WrittenCodes,
    label_ids: Sequence[Ints],
    taken: Taken,
    read: Collection[str],
    rule: str,
    said: Statements,
    schema_id: str,
    clock: str = "",
    *,
    numbers: bool = False,
) -> OneAnswer:
    """Settle the repeats of the table in `sink`, and write it again where rows are left out.

    `read` are the files' columns that were read; `clock` is one that was not, and looks like the times: the
    order of rows counts only where it does not speak against it. `label_ids` are numbers of the rows' label
    ids, batch by batch, 0 for none; `numbers`: labels are numbers. Raises InputError for label ids that
    are none.
    """
    ids = np.concatenate(label_ids) if label_ids else None
    if ids is not None:
        check_label_ids(ids, written.all())
    if not len(written.repeated_numbers):
        return OneAnswer(np.empty(0, dtype=np.int64), None, ())
    rows = repeated_rows(
        sink, written, ids, lambda wanted: taken.unread(wanted, read), taken.file_of, numbers=numbers
    )
    order = order_of(rows, rule, said, clock, lambda: taken.texts(rows.row, clock))
    found = settle(rows, rule, in_order=said.in_order and not order.contradicted, unnamed=said.unnamed)
    asked = (*_undecided(sink, found, rule, order), *_unnamed(sink, found))
    if len(found.dropped):
        without(sink, found.dropped, schema_id)
    return OneAnswer(found.dropped, _report(rule, found, by_id=ids is not None), asked)


def _report(rule: str, found: Settlement, *, by_id: bool) -> dict[str, Any]:
    mine = found.settled
    told = not found.copies or by_id or bool((mine.when != UNKNOWN).all())  # else a repeat may pass for a copy
    again, share = self_agreement(
        mine.group.astype(np.int32), np.zeros(len(mine.row), dtype=np.int32), mine.label.astype(np.int32)
    )
    return {
        "rule": rule, "copies": found.copies, "superseded": found.superseded,
        "same_answer": found.same_answer, "left": len(np.unique(found.undecided.group)),
        "unnamed": len(found.unnamed.row),
        "self_agreement": {"labels": again, "share": share} if again and told else None,
    }  # fmt: skip


def _undecided(sink: IO[bytes], found: Settlement, rule: str, order: Order) -> tuple[Unsettled, ...]:
    left = found.undecided
    if not len(left.row):
        return ()
    count = len(np.unique(left.group))
    why = (
        f"The {rule} answer counts, but nothing says which it is."
        if found.no_order
        else "The contract does not say whether the last or the first answer counts (task.repeats)."
    )
    text = f"{count:,} times somebody answered an item more than once, and not always the same. {why}"
    term = "" if found.no_order else 'repeats = "last"'
    shown = _examples(sink, left)
    return (Unsettled("repeats", f"{text} {order.text}".rstrip(), count, shown, order.options, term),)


def _unnamed(sink: IO[bytes], found: Settlement) -> tuple[Unsettled, ...]:
    left = found.unnamed
    if not len(left.row):
        return ()
    count = len(np.unique(left.group))
    text = (
        f"{count:,} items have several rows that name nobody: they may be copies, corrections, or answers of "
        "different people. Name the people (--map annotator_id=COLUMN) or state whose they are."
    )
    return (Unsettled("repeats", text, count, _examples(sink, left), ("--unnamed", "different")),)


def _examples(sink: IO[bytes], rows: Repeated) -> tuple[str, ...]:
    """The first few persons and items with their answers in the order of rows."""
    groups = np.unique(rows.group)[:SHOWN]
    chosen = rows.take(np.isin(rows.group, groups))
    said: dict[tuple[str, str | None], list[str]] = {}
    for row in names_at(sink, chosen.row, ("item_id", "annotator_id", "label")):
        said.setdefault((row["item_id"], row.get("annotator_id")), []).append(row["label"])
    return tuple(
        f"{item[:_SHORT]!r}{f' by {who[:_SHORT]!r}' if who else ''}: "
        f"{', then '.join(repr(label[:_SHORT]) for label in labels[:4])}"
        for (item, who), labels in said.items()
    )
