"""A table written in row groups that are files of their own reads as one, here and in other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vendoreval.formats.writers import parquet_table
from vendoreval.formats.writers.parquet_table import LabelWriter
from vendoreval.labels.shapes import SHAPES

NAMES = [
    "item_id",
    "annotator_id",
    "label",
    "labelled_at",
    "seconds",
    "item_code",
    "annotator_code",
    "label_code",
]


def batch(start: int, rows: int) -> dict[str, Any]:
    numbers = np.arange(start, start + rows)
    return {
        "item_id": [f"img-{n // 3}" for n in numbers],
        "annotator_id": [None if n % 5 else "zoë" for n in numbers],
        "label": ["cat" if n % 2 else "dog" for n in numbers], "labelled_at": pa.array(numbers, pa.int64()),
        "seconds": numbers / 10, "item_code": numbers // 3, "annotator_code": [-1] * rows,
        "label_code": numbers % 2,
    }  # fmt: skip


def write(path: Path, batches: range, ends: tuple[int, ...] = ()) -> list[int]:
    with path.open("r+b" if ends else "w+b") as sink:
        with LabelWriter(sink, NAMES, "vendoreval/labels/2", ends=ends) as writer:
            for k in batches:
                writer.write(batch(k * 40, 40))
        return writer.ends


@pytest.mark.parametrize("groups", [1, 2, 14, 15, 16, 40])
def test_row_groups_are_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: int) -> None:
    monkeypatch.setattr(parquet_table, "ROW_GROUP", 40)
    path = tmp_path / "labels.parquet"
    assert len(write(path, range(groups))) == groups
    rows = 40 * groups
    expected = pa.table(
        {n: parquet_table._array(v, parquet_table.type_of(n)) for n, v in batch(0, rows).items()}
    )
    with pq.ParquetFile(path) as file:
        assert file.num_row_groups == groups
        assert file.metadata.num_rows == rows
        assert file.metadata.metadata[b"schema"] == b"vendoreval/labels/2"
        assert file.read().equals(expected)
        assert file.read_row_group(groups - 1).num_rows == 40
        assert file.metadata.row_group(groups - 1).column(5).statistics.max == (rows - 1) // 3
    query = f"select count(*), sum(item_code), max(item_id) from '{path}'"
    told = duckdb.connect().execute(query).fetchone()
    assert told == (rows, sum(n // 3 for n in range(rows)), max(f"img-{n // 3}" for n in range(rows)))
    assert polars.read_parquet(path)["seconds"].sum() == pytest.approx(sum(range(rows)) / 10)


def test_a_file_that_was_cut_off_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "ROW_GROUP", 40)
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    ends = write(whole, range(20))
    cut.write_bytes(whole.read_bytes()[: ends[11] + 99])
    assert write(cut, range(12, 20), tuple(ends[:12])) == ends
    assert cut.read_bytes() == whole.read_bytes()


def test_lists_and_single_groups_stay_what_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_table, "_ROW_GROUP_PARTS", 2)
    names, path = ["item_id", "label", "rings"], tmp_path / "parts.parquet"
    rings = [[[[1, 2], [3, 4]]], [], None, [[[5, 6]]]]
    with LabelWriter(path, names, "vendoreval/labels/2", SHAPES["polygons"]) as writer:
        for k in range(0, 4, 2):
            writer.write({"item_id": ["a", "b"], "label": ["x", None], "rings": rings[k : k + 2]})
    assert pq.read_table(path).column("rings").to_pylist() == rings
    assert pq.ParquetFile(path).num_row_groups == 2
