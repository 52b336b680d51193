"""Rows and counts of a canonical file in many row groups, held against plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.engines.arrow_numpy import marks_of, measures_of, numbers_of, texts_of
from vendoreval.engines.items import (
    has_flags,
    item_ids,
    items_among,
    items_asked_about,
    labels_by_person,
    most_labels,
)
from vendoreval.engines.wanted import labels_on_items

Row = tuple[str, str | None, str | None, str | None, int | None, float | None]
ITEMS = ("i0", "i1", "ünï", "i3")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(ITEMS), st.sampled_from(["ann", "bob", None]), st.sampled_from(["a", "b", None]),
        st.sampled_from(["true", "false", None]), st.one_of(st.none(), st.integers(0, 10**15)),
        st.one_of(st.none(), st.floats(0, 60)),
    ),
    max_size=12,
)  # fmt: skip


def written(path: Path, rows: Sequence[Row], *, codes: bool) -> Path:
    """A canonical file of two rows a row group, of this version or without codes."""
    item, who, label, flagged, at, seconds = zip(*rows, strict=True) if rows else ((),) * 6
    columns = {
        "item_id": pa.array(item, pa.string()), "annotator_id": pa.array(who, pa.string()),
        "label": pa.array(label, pa.string()), "flagged": pa.array(flagged, pa.string()),
        "labelled_at": pa.array(at, pa.int64()).cast(pa.timestamp("us", tz="UTC")),
        "seconds": pa.array(seconds, pa.float64()),
    }  # fmt: skip
    if codes:
        columns["item_code"] = pa.array([list(dict.fromkeys(item)).index(one) for one in item], pa.int32())
    pq.write_table(pa.table(columns), path, row_group_size=2, store_schema=False)
    return path


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, codes=st.booleans(), wanted=st.permutations([*ITEMS, "not there"]), some=st.integers(0, 5))
def test_what_is_read_is_what_stands_there(
    rows: Sequence[Row], codes: bool, wanted: list[str], some: int
) -> None:
    wanted = wanted[:some]
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "labels.parquet", rows, codes=codes)
        table = labels_on_items(path, wanted)
        assert labels_on_items(path, wanted, without=("seconds",)).seconds is None
        assert item_ids(path) == sorted({str(row[0]) for row in rows})
        assert items_among(path, wanted) == {row[0] for row in rows}.intersection(wanted)
        assert most_labels(path) == max(Counter(row[0] for row in rows).values(), default=0)
        people = Counter(row[1] for row in rows if row[1] is not None and row[2] is not None)
        assert labels_by_person(path) == people
        assert has_flags(path)
        asked = {row[0] for row in rows if row[2] == "b" or row[3] == "true"}
        assert items_asked_about(path, lambda label: label == "b") == asked
    kept = [row for row in rows if row[0] in wanted]
    assert table.item.text() == [row[0] for row in kept]
    if not kept:
        return
    assert table.annotator.text() == [row[1] for row in kept]
    assert table.text("label").text() == [row[2] for row in kept]
    assert table.labelled_at is not None
    assert table.seconds is not None
    moments = [None if row[4] is None else np.datetime64(row[4], "us") for row in kept]
    assert [None if np.isnat(at) else at for at in table.labelled_at] == moments
    assert [None if np.isnan(one) else one for one in table.seconds] == [row[5] for row in kept]


@pytest.mark.parametrize("chunked", [False, True])
def test_arrow_columns_as_numpy_arrays(chunked: bool) -> None:
    def column(values: Sequence[object], kind: pa.DataType) -> object:
        array = pa.array([None, *values], kind)[1:]  # an offset, and a bitmap that starts within a byte
        return pa.chunked_array([array[:2], array[2:]]) if chunked else array

    assert numbers_of(column([1, None, 3], pa.int32()), -1).tolist() == [1, -1, 3]
    assert numbers_of(pa.nulls(2), 7).tolist() == [7, 7]
    assert marks_of(column([True, None, False], pa.bool_())).tolist() == [True, False, False]
    found = measures_of(column([0.5, None, 2.0], pa.float64()))
    assert np.array_equal(found, [0.5, np.nan, 2.0], equal_nan=True)
    assert numbers_of(column([], pa.int64()), -1).tolist() == []
    texts = ["", "a", "日本", "x" * 9] * 5000
    assert texts_of(texts).to_pylist() == texts
    assert texts_of([]).to_pylist() == []
