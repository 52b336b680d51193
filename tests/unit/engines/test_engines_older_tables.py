"""Canonical files of the earlier schema, labels/1, are read as they were: no codes, no shape."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.engines.gold_parts import gold_parts
from vendoreval.engines.items import has_flags, item_ids, labels_by_person, most_labels
from vendoreval.engines.wanted import labels_on_items
from vendoreval.engines.whole import all_labels
from vendoreval.formats.intake.delivery_rows import read_delivery
from vendoreval.formats.writers.gold_answers import gold_from

COLUMNS = {
    "item_id": ["i1", "i1", "i2"], "annotator_id": ["ann", "bob", "ann"], "label": ["a", "b", "a"],
    "flagged": ["false", "true", "false"],
}  # fmt: skip


def older(path: Path, columns: dict[str, list[str]]) -> Path:
    """A file as the earlier version wrote it."""
    table = pa.table(columns)
    pq.write_table(table, path, compression="zstd", write_statistics=False, store_schema=False)
    return path


def test_labels_of_the_earlier_schema_are_read(tmp_path: Path) -> None:
    path = older(tmp_path / "labels.parquet", COLUMNS)
    table = labels_on_items(path, ("i1", "i2"))
    assert table.text("label").text() == ["a", "b", "a"]
    assert table.annotator.text() == ["ann", "bob", "ann"]
    assert table.sheets is None
    assert item_ids(path) == ["i1", "i2"]
    assert (most_labels(path), labels_by_person(path), has_flags(path)) == (2, {"ann": 2, "bob": 1}, True)
    assert len(all_labels(path, ("annotator_id",))) == 3


def test_they_give_the_table_that_this_version_writes(tmp_path: Path) -> None:
    path = older(tmp_path / "labels.parquet", COLUMNS)
    rows = tmp_path / "rows.csv"
    lines = zip(*COLUMNS.values(), strict=True)
    rows.write_text("\n".join(map(",".join, [tuple(COLUMNS), *lines])) + "\n")
    with (tmp_path / "new.parquet").open("w+b") as sink:
        read_delivery([rows], sink, classes=("a", "b"), mapping={}, where=())
    old, new = (labels_on_items(one, ("i1", "i2")) for one in (path, tmp_path / "new.parquet"))
    assert old.text("label").text() == new.text("label").text()
    assert np.array_equal(old.item.codes, new.item.codes)
    schema = pq.read_schema(tmp_path / "new.parquet")
    assert {"item_code", "annotator_code", "label_code"} <= set(schema.names)
    metadata = pq.ParquetFile(tmp_path / "new.parquet").metadata.metadata
    assert (metadata[b"schema"], metadata[b"shape"]) == (b"vendoreval/labels/2", b"classification")


def test_gold_of_the_earlier_schema_is_read(tmp_path: Path) -> None:
    columns = {
        "item_id": ["i1", "i2"],
        "label": ["a", "b"],
        "accepted": [json.dumps(["a"]), json.dumps(["b", "a"])],
    }
    path = older(tmp_path / "gold.parquet", columns)
    assert gold_parts(path, "g") is None
    assert gold_from(path, "g").accepted == (("a",), ("b", "a"))
