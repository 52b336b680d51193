"""Texts numbered by hash against a plain dictionary, and what is read back from written codes."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.formats.intake import numbering, written_codes
from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.intake_counts import alike_among, look_alikes, odd_ids
from vendoreval.formats.intake.numbering import Numbering, hashed
from vendoreval.formats.intake.written_codes import NOBODY, WrittenCodes
from vendoreval.formats.writers.parquet_table import LabelWriter
from vendoreval.labels.table import CODES

IDS = st.text(st.sampled_from("ab/é\x00 7"), max_size=19)


@given(st.lists(st.lists(IDS, max_size=12), max_size=6))
def test_numbers_are_those_of_a_dictionary(batches: list[list[str]]) -> None:
    numbers, known = Numbering(), dict[str, int]()
    for batch in batches:
        texts = list(dict.fromkeys(batch))
        expected = [known.setdefault(text, len(known)) for text in texts]
        column = pa.array(["before", *texts], pa.string())[1:]  # buffers that begin elsewhere
        assert numbers.add(column).tolist() == expected
    assert len(numbers) == len(known)


def test_numbers_of_many_texts() -> None:
    numbers, rng = Numbering(), np.random.default_rng(3)
    known: dict[str, int] = {}
    for _ in range(4):
        texts = list(dict.fromkeys(f"item-{n}" for n in rng.integers(0, 200_000, 60_000)))
        assert numbers.add(pa.array(texts)).tolist() == [known.setdefault(t, len(known)) for t in texts]


def test_texts_of_one_slot_and_of_one_hash_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few different hashes as make every text collide in one half of its hash."""
    monkeypatch.setattr(
        numbering, "hashed", lambda texts, key: hashed(texts, key) & np.uint64(0xFFFFFFFF << 32)
    )
    numbers = Numbering()
    assert numbers.add(pa.array([f"{n}" for n in range(300)])).tolist() == list(range(300))
    assert numbers.add(pa.array([f"{n}" for n in range(299, 0, -1)])).tolist() == list(range(299, 0, -1))


def test_a_hash_depends_on_key_length_and_every_byte() -> None:
    texts = pa.array(["", "\0", "\0\0", "a", "b", "aaaaaaaa", "aaaaaaaab", "aaaaaaaac", "baaaaaaa"])
    found = {int(h) for key in (1 << 40, 2 << 40) for h in hashed(texts, np.uint64(key))}
    assert len(found) == 2 * len(texts)


def table(rows: list[tuple[str, str | None]], group: int) -> io.BytesIO:
    """A canonical table of items and people, in row groups of `group` rows."""
    sink, items, people = io.BytesIO(), dict[str, int](), dict[str, int]()
    with LabelWriter(sink, ["item_id", "annotator_id", "label", *CODES], "vendoreval/labels/2") as writer:
        writer._group = group
        for start in range(0, len(rows), group):
            part = rows[start : start + group]
            who = [-1 if one is None else people.setdefault(one, len(people)) for _, one in part]
            writer.write(
                {
                    "item_id": [item for item, _ in part], "annotator_id": [one for _, one in part],
                    "label": ["x"] * len(part), "annotator_code": who, "label_code": [0] * len(part),
                    "item_code": [items.setdefault(item, len(items)) for item, _ in part],
                }
            )  # fmt: skip
    return sink


ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["p", "q", None])), min_size=1, max_size=20
)


@given(ROWS, st.integers(1, 5), st.integers(1, 6))
def test_pairs_read_back_are_those_written(
    rows: list[tuple[str, str | None]], group: int, at_a_time: int
) -> None:
    sink = table(rows, group)
    items = list(dict.fromkeys(item for item, _ in rows))
    people = list(dict.fromkeys(one for _, one in rows if one is not None))
    numbers = [items.index(i) << 32 | (NOBODY if p is None else people.index(p)) for i, p in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(written_codes, "_ROWS", at_a_time)
        patch.setattr(written_codes, "_FAR", at_a_time % 3)
        patch.setattr(written_codes, "_BLOCK", 1 + at_a_time % 2)
        codes = WrittenCodes(sink, len(items))
        twice = {number for number, count in Counter(numbers).items() if count > 1}
        assert codes.labels_an_item.tolist() == [sum(i == item for i, _ in rows) for item in items]
        assert codes.repeated_numbers.tolist() == sorted(twice)
        places, found = codes.repeated
        assert places.tolist() == [row for row, number in enumerate(numbers) if number in twice]
        assert found.tolist() == [number for number in numbers if number in twice]
        assert codes.all().tolist() == numbers
        for person, name in enumerate(people):
            assert codes.items_of(person) == len({i for i, p in rows if p == name})
    ids = DeliveredIds.in_table(sink, len(items))
    assert [text for column in ids.columns() for text in column.to_pylist()] == items
    assert ids.among(["a", "zz"]) == {"a"} & set(items)


@given(st.lists(st.text(st.sampled_from("ae\u0301é \t\x1f\u3000"), min_size=1, max_size=4), unique=True))
def test_ids_that_look_alike_are_found_among_the_odd_ones(ids: list[str]) -> None:
    odd = odd_ids(pa.array(ids, pa.string()))
    assert alike_among(odd, set(ids).intersection) == look_alikes(ids)
