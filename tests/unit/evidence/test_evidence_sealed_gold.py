"""Lines of gold and labels: written in columns as record by record, read in columns as line by line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.commitments import Opened, open_all
from vendoreval.evidence.gold_texts import GoldText, gold_texts
from vendoreval.evidence.json_lines import joined, lines, read_lines, text_column
from vendoreval.evidence.sealed_gold import SealedGold, gold_lines
from vendoreval.gold.amending import amended
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES

SHAPE = SHAPES["classification"]
PLAIN = st.text(st.characters(codec="utf-8", exclude_characters='"\\', exclude_categories=["Cc", "Cs"]))
TEXTS = st.one_of(PLAIN, st.text(st.characters(codec="utf-8")))


@st.composite
def golds(draw: st.DrawFn) -> GoldSet:
    """Gold with odd texts, several accepted answers, edge cases, difficulty, and amended answers."""
    texts = draw(st.sampled_from([PLAIN, TEXTS]))
    items = draw(st.lists(texts, unique=True, min_size=1, max_size=5))
    accepted = tuple(tuple(draw(st.lists(texts, unique=True, min_size=1, max_size=3))) for _ in items)
    edges = np.asarray([draw(st.sampled_from([-1, 0, 1])) for _ in items], dtype=np.int8)
    levels = [draw(st.sampled_from([None, "hard", ""])) for _ in items]
    gold = GoldSet.of_answers("gold", items, accepted, edges, Coded.from_text(levels) if any(levels) else None)
    further = {item: [[{"label": draw(texts)}]] for item in items if draw(st.booleans())}
    return amended(gold, further if draw(st.booleans()) else {})


def committed(gold: GoldSet) -> tuple[Opened, ...]:
    """The records before amendments, opened."""
    records = [{**one, "answers": one["answers"][: gold.amended.get(one["item_id"])]} for one in gold.records()]
    texts = list(map(GoldText.of, records))
    return open_all(texts, [bytes([place]) * 32 for place in range(len(texts))], range(len(texts)))[0]


def told(gold: GoldSet) -> Any:
    levels = gold.difficulty.text() if gold.difficulty is not None else None
    return gold.records(), levels, dict(gold.amended), gold.labels.answers["label"].text()  # type: ignore[union-attr]


def as_rows(data: bytes) -> SealedGold:
    """The same lines, in a form that is read line by line."""
    return SealedGold(b"".join(json.dumps(row).encode() + b"\n" for row in read_lines(data)), SHAPE)


@given(golds(), st.booleans())
def test_gold_is_written_and_read_in_columns_as_record_by_record(gold: GoldSet, sealed: bool) -> None:
    places = committed(gold) if sealed else ()
    data = gold_lines(gold, places)
    assert data == lines(read_lines(data))
    rows = list(read_lines(data))
    plain = as_rows(data)
    found = SealedGold(data, SHAPE)
    assert told(found.gold) == told(plain.gold)
    assert [row["record"] for row in rows] == [json.loads(one.record.shown) for one in places] or not sealed
    if sealed:
        assert [(o.place, o.salt, o.record.item, o.record.hashed) for o in found.opened()] == [
            (row["index"], bytes.fromhex(row["salt"]), row["record"]["item_id"], canonical(row["record"]))
            for row in rows
        ]
    else:
        with pytest.raises(KeyError, match="index"):
            found.opened()
    some = set(gold.item_ids[:1])
    kept = ("record", "amended")
    assert [{k: row[k] for k in kept if k in row} for row in found.rows_on(some)] == [
        {k: row[k] for k in kept if k in row} for row in rows
        if row["record"]["item_id"] in some or "amended" in row
    ]  # fmt: skip


@given(golds())
def test_texts_of_gold_are_those_of_its_records(gold: GoldSet) -> None:
    for one, record in zip(gold_texts(gold), gold.records(), strict=True):
        assert one == GoldText.of(record)
        assert json.loads(one.shown) == record
        assert one.hashed == canonical(record)


def test_half_a_surrogate_pair_is_no_gold() -> None:
    gold = GoldSet.of_answers("gold", ["\ud800"], (("finch",),), np.asarray([-1], dtype=np.int8))
    with pytest.raises(InputError):
        gold_texts(gold)


SALT = "0f" * 32
RECORD = '{"answers":[[{"label":"jay"}]],"edge_case":-1,"item_id":"a"}'
LINE = f'{{"index":0,"record":{RECORD},"salt":"{SALT}"}}\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"index":0', '"index":01'), ('"edge_case":-1', '"edge_case":300'),
        ('"jay"', '"\x01"'), ("[[", "[[["), ("}\n", "\n"), ('"index":0', "0"), ("{", "[{"),
        (LINE, LINE + "\n\n" + LINE), (LINE, "3\n"), ('"answers":[[{"label":"jay"}]],', ""),
    ],
)  # fmt: skip
def test_other_lines_are_refused_as_lines_of_json_are(old: str, new: str) -> None:
    data = (LINE.replace('"a"', '"b"') + LINE.replace(old, new)).encode()
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError, OverflowError)):
        _ = SealedGold(data, SHAPE).gold


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"index":0', '"index":-0'), ('"index":0', '"index": 0'), ('"a"', '"\\u0061"'), ("0f", "0F"),
        ('"edge_case":-1,', '"edge_case":0,"edge_case":-1,'), ('"item_id":"a"', '"item_id":"a","more":1'),
        ("\n", ""), ("\n", "\r\n"), ('"index":0', '"index":0,"amended":[]'), ('"index":0', '"index":"0"'),
        ('"edge_case":-1', '"edge_case":-1.0'),
    ],
)  # fmt: skip
def test_lines_of_another_form_mean_what_json_means(old: str, new: str) -> None:
    data = LINE.replace(old, new, 1 if old != "0f" else -1).encode()
    (row,) = read_lines(data)
    (one,) = SealedGold(data, SHAPE).opened()
    assert (one.place, one.salt.hex()) == (0, "0f" * 32)
    assert one.record.hashed == canonical(row["record"])
    assert SealedGold(data, SHAPE).gold.records()[0]["item_id"] == "a"


@given(st.lists(st.tuples(TEXTS, st.one_of(st.none(), TEXTS)), max_size=6))
def test_columns_are_joined_as_lines_of_records(rows: list[tuple[str, str | None]]) -> None:
    names = ("label", "50 %s")
    columns = {name: text_column(Coded.from_text(row[k] for row in rows)) for k, name in enumerate(names)}
    assert joined(columns) == lines(dict(zip(names, row, strict=True)) for row in rows)
