"""Partitions: the same rows as the canonical file, in its order, whatever their number and order."""

from __future__ import annotations

import hashlib
import pickle
import random
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.contracts.terms import Task
from vendoreval.engines.combinations import label_combinations
from vendoreval.engines.items import item_ids, most_labels
from vendoreval.engines.partitions import Part, Partitions, across
from vendoreval.engines.wanted import labels_on_items
from vendoreval.engines.whole import all_labels
from vendoreval.errors import EvidenceError, InputError, MissingPart
from vendoreval.formats.intake.delivery_parts import canonical_columns
from vendoreval.formats.intake.delivery_rows import read_delivery
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.formats.writers.partition_files import partition_of, write_partitions
from vendoreval.inference.tally import merged, tally
from vendoreval.labels.shapes import SHAPES

INTAKE = {"repeats": None, "unnamed": ""}
COLUMNS = ("annotator_id", "labelled_at")


def plain(value: Any) -> Any:
    """A table as comparable values, types of arrays included."""
    if isinstance(value, np.ndarray):
        return str(value.dtype), value.astype("int64").tolist() if value.dtype.kind == "M" else value.tolist()
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return tuple(plain(one) for one in value) if isinstance(value, tuple) else value


def partitioned(table: Path, folder: Path, count: int) -> Partitions:
    folder.mkdir(exist_ok=True)
    files = [folder / f"part-{number}.parquet" for number in range(count)]
    rows = write_partitions(table, files)
    parts = (
        Part(str(file), n, file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
        for file, n in zip(files, rows, strict=True)
    )
    return Partitions("d", tuple(parts))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """2,000 labels in no order of items, some without a person, in several row groups."""
    rng = random.Random(5)
    rows = tmp_path / "rows.csv"
    lines = (
        f"é-{rng.randrange(700)},{rng.choice(['ann', 'bob', 'cem', ''])},{rng.choice('abc')},"
        f"2026-01-01T00:{rng.randrange(60):02}:00Z"
        for _ in range(2000)
    )
    rows.write_text(
        "item_id,annotator_id,label,labelled_at\n" + "\n".join(dict.fromkeys(lines)) + "\n", "utf-8"
    )
    with (tmp_path / "one.parquet").open("w+b") as sink:
        read_delivery([rows], sink, classes=("a", "b", "c"), mapping={}, where=())
    whole = pq.read_table(tmp_path / "one.parquet")
    path = tmp_path / "labels.parquet"
    metadata = pq.ParquetFile(tmp_path / "one.parquet").metadata.metadata
    pq.write_table(whole.replace_schema_metadata(metadata), path, row_group_size=300, store_schema=False)
    return path


@pytest.mark.parametrize("count", [1, 3, 64])
def test_partitions_give_the_table_of_the_canonical_file(table: Path, tmp_path: Path, count: int) -> None:
    split = partitioned(table, tmp_path / "parts", count)
    split = replace(split, parts=tuple(random.Random(count).sample(split.parts, count)))
    assert item_ids(split) == item_ids(table)
    assert most_labels(split) == most_labels(table)
    some = [*item_ids(table)[::3], "not delivered"]
    assert plain(labels_on_items(split, some)) == plain(labels_on_items(table, some))
    assert plain(labels_on_items(split, ["not delivered"])) == plain(labels_on_items(table, ["not delivered"]))
    assert plain(all_labels(split, COLUMNS)) == plain(all_labels(table, COLUMNS))
    task = Task("classification", ("a", "b", "c"))
    one, other = (label_combinations(source, task, INTAKE, COLUMNS) for source in (table, split))
    assert plain(one) == plain(other)


def test_answers_of_many_rows_keep_their_sheets_and_lists(tmp_path: Path) -> None:
    path, shape = tmp_path / "labels.parquet", SHAPES["polygons"]
    names = canonical_columns(shape)
    rows = {
        "item_id": [f"i{n % 30}" for n in range(90)], "annotator_id": ["ann", "bob", None] * 30,
        "label": ["a"] * 60 + [None] * 30, "rings": [[[[0, 0, n, 0, n, 9]]] for n in range(60)] + [None] * 30,
        "item_width": [None] * 60 + [640] * 30,
    }  # fmt: skip
    with LabelWriter(path, names, "vendoreval/labels/2", shape) as writer:
        writer.write(filled(rows, names, 90))
    split = partitioned(path, tmp_path / "parts", 5)
    ids = item_ids(path)
    found = labels_on_items(split, ids)
    assert len(found) == 60
    assert found.sheets is not None
    assert len(found.sheets) == 30
    assert plain(found) == plain(labels_on_items(path, ids))
    assert most_labels(split) == most_labels(path) == 2


def test_all_rows_of_an_item_lie_in_one_partition_by_the_hash_of_its_id(table: Path, tmp_path: Path) -> None:
    split = partitioned(table, tmp_path / "parts", 4)
    for number, part in enumerate(split.parts):
        found = pq.read_table(part.url)
        assert {crc32(item.encode()) % 4 for item in found.column("item_id").to_pylist()} == {number}
        assert part.rows == found.num_rows
    whole = pa.concat_tables([pq.read_table(part.url) for part in split.parts]).sort_by("row")
    assert whole.column("row").to_pylist() == list(range(whole.num_rows))
    assert whole.drop_columns("row").equals(pq.read_table(table))


@pytest.mark.parametrize("form", ["img-{:09}", "{}", "{}.jpg", "s3://b/{:04x}/x.png"])
def test_partitions_of_usual_ids_are_about_equal(form: str) -> None:
    numbers = partition_of(pa.chunked_array([pa.array([form.format(n) for n in range(20_000)])]), 16)
    counts = np.bincount(numbers, minlength=16)
    assert counts.max() < 1.15 * counts.mean()


def test_a_row_without_an_item_has_a_partition(tmp_path: Path) -> None:
    assert partition_of(pa.chunked_array([pa.array(["a", None], pa.string())]), 1).tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=60), st.integers(1, 5), st.randoms())
def test_tallies_of_parts_add_up(rows: list[tuple[int, int]], count: int, rng: random.Random) -> None:
    names = ("d", "a", "c", "b")
    item, label = (np.asarray(column, dtype=np.int64) for column in zip(*rows, strict=True)) if rows else (
        np.empty(0, np.int64), np.empty(0, np.int64))  # fmt: skip
    parts = [tally(item[item % count == n], label[item % count == n], names) for n in range(count)]
    rng.shuffle(parts)
    assert plain(merged(parts)) == plain(tally(item, label, names))
    by_hand = Counter(
        tuple(sorted(names[k] for i, k in rows if i == one)) for one in {i for i, _ in rows}
    )  # fmt: skip
    found = {
        tuple(sorted(name for name, n in row["labels"].items() for _ in range(n))): row["items"]
        for row in merged(parts).rows()
    }
    assert found == by_hand


def test_classes_that_only_one_part_has() -> None:
    one = tally(np.asarray([0, 0]), np.asarray([0, 1]), ("a", "c"))
    other = tally(np.asarray([5, 5]), np.asarray([0, 0]), ("b",))
    both = tally(np.asarray([0, 0, 5, 5]), np.asarray([0, 2, 1, 1]), ("a", "b", "c"))
    assert plain(merged([one, other])) == plain(merged([other, one])) == plain(both)


def test_a_partition_that_was_changed_is_an_error(table: Path, tmp_path: Path) -> None:
    split = partitioned(table, tmp_path / "parts", 2)
    first, second = (Path(part.url) for part in split.parts)
    kept = first.read_bytes()
    for other in (kept[:-1], kept[:200] + bytes([kept[200] ^ 1]) + kept[201:], second.read_bytes()):
        first.write_bytes(other)
        with pytest.raises(EvidenceError, match="not the one that was written"):
            labels_on_items(split, ["é-1"])
    first.unlink()
    with pytest.raises(InputError, match="cannot be read here") as gone:
        labels_on_items(split, ["é-1"])
    assert "vendoreval delivery partition d" in gone.value.remedy
    assert pickle.loads(pickle.dumps(gone.value)).remedy == gone.value.remedy


def test_what_storage_lacks_is_named(table: Path) -> None:
    strange = Partitions("d", (Part("s3://bucket/part", 1, 1, ""),))
    with pytest.raises(MissingPart, match="s3fs"):
        across(strange, len)
    with pytest.raises(InputError, match="no place that fsspec knows"):
        across(Partitions("d", (Part("nowhere://x/part", 1, 1, ""),)), len)
