"""Reading in blocks against reading row by row, which is slower and explains faults: nothing may differ."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.unit.formats.dirty_files import CLASSES, dirty_file
from vendoreval.errors import VendorevalError
from vendoreval.formats.intake.delivery_rows import read_delivery
from vendoreval.formats.intake.gold_rows import read_gold
from vendoreval.formats.intake.row_filter import parse_where
from vendoreval.formats.readers import separated, separated_blocks
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.separated_blocks import read_blocks
from vendoreval.formats.readers.separated_pieces import Irregular
from vendoreval.formats.readers.separated_rows import read_rows


def delivered(path: Path, where: Sequence[str] = ()) -> Any:
    """The intake report and the table, or what was said instead."""
    sink = io.BytesIO()
    try:
        report = read_delivery(
            [path], sink, classes=CLASSES, mapping={}, where=parse_where(where), repeats="last"
        )
    except VendorevalError as error:
        return list(error.lines())
    return report.to_json(), pq.read_table(sink)


def gold(path: Path) -> Any:
    """The gold set and the notes, or what was said instead."""
    try:
        found, notes = read_gold(path, "g", mapping={}, classes=CLASSES)
    except VendorevalError as error:
        return list(error.lines())
    return found.item_ids, found.accepted, {name: one.text() for name, one in found.provenance.items()}, notes


def row_by_row(*_: object) -> Iterator[Batch]:
    """Never in blocks."""
    raise Irregular


def check(folder: Path, seeds: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of `seeds`, in blocks small enough that every file has several, and in large ones."""
    for seed in seeds:
        name, data = dirty_file(seed)
        path = folder / name
        path.write_bytes(data)
        with monkeypatch.context() as plain:
            plain.setattr(separated, "read_blocks", row_by_row)
            expected = delivered(path), gold(path)
        for block in (256 if len(data) < 50_000 else 60_000, separated_blocks.BLOCK):
            with monkeypatch.context() as small:
                small.setattr(separated_blocks, "BLOCK", block)
                assert (delivered(path), gold(path)) == expected, (seed, block)
        path.unlink()


def test_dirty_files_are_read_as_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, range(20), monkeypatch)


@pytest.mark.slow
def test_twelve_hundred_dirty_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(tmp_path, range(1200), monkeypatch)


ROWS = 'item_id,label,note\ni1,jay,"a\nb, ""c"""\ni2,wren,\n"i3","é",x\n'


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("head", ["", "\ufeff", "\n\n"])
@pytest.mark.parametrize("tail", ["", "i4,owl,y", 'i4,owl,"y"\n\n\n', "i4,owl\n"])
def test_sound_files_are_read_in_blocks_to_their_end(tmp_path: Path, head: str, tail: str, end: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(head + ROWS.replace("\n", end) + tail.replace("\n", end), newline="")
    names = ("item_id", "label", "note")
    (quick,), (plain,) = list(read_blocks(path, ",", names)), list(read_rows(path, ",", names))
    assert list(quick.lines) == list(plain.lines)
    assert (dict(quick.columns), quick.refusals) == (dict(plain.columns), plain.refusals)


def test_rows_behind_a_stray_mark_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(ROWS + 'i4,owl,5" wide\n' + ROWS.partition("\n")[2])
    (found,) = read_blocks(path, ",", ("note",))
    assert found.columns["note"].to_pylist() == ['a\nb, "c"', "", "x", '5" wide', 'a\nb, "c"', "", "x"]
    assert list(found.lines) == [2, 4, 5, 6, 7, 9, 10]
