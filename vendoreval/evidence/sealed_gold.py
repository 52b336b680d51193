"""The lines of gold.jsonl: each gold item used, as it was committed to, with its place and its salt.

    {"amended":…,"difficulty":…,"index":…,"record":{"answers":…,"edge_case":…,"item_id":…},"salt":…}

Place and salt are there where gold was committed to, `amended` and `difficulty` where there is such. Where
items have one answer, lines of this form are read many at a time, without a record each; such a line holds
the record as canonical JSON. A file with a line of any other form is read as JSON, line by line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from json.encoder import encode_basestring
from typing import Any

import numpy as np

from vendoreval.evidence.commitments import Opened
from vendoreval.evidence.gold_texts import GoldText, gold_texts
from vendoreval.evidence.json_lines import filled, lines, pieces, read_lines
from vendoreval.gold.amending import amended, with_amended
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import Shape

_CHARACTER = r'[^"\\\x00-\x1f]'  # stands for itself in JSON
_TEXT = f"{_CHARACTER}*"
_ANSWER = rf'\[\{{"label":"{_TEXT}"\}}\]'
_ANSWERS = rf"\[{_ANSWER}(?:,{_ANSWER})*\]"
_LINE = re.compile(
    rf'^\{{(?:"amended":({_ANSWERS}),)?(?:"difficulty":"({_CHARACTER}+)",)?(?:"index":(0|[1-9][0-9]{{0,14}}),)?'
    rf'"record":(\{{"answers":({_ANSWERS}),"edge_case":(-1|0|1),"item_id":"({_TEXT})"\}})'
    r'(?:,"salt":"((?:[0-9a-f]{2})+)")?\}$',
    re.MULTILINE,
)
Row = Mapping[str, Any]


def gold_lines(gold: GoldSet, places: Sequence[Opened] = ()) -> bytes:
    """The lines of `gold`; `places` are its records as they were committed to, where they were."""
    difficulty = gold.difficulty.text() if gold.difficulty is not None else [None] * len(gold)
    if gold.amended:
        return lines(_amended_rows(gold, places, difficulty))
    levels = ("" if one is None else f'"difficulty":{encode_basestring(one)},' for one in difficulty)
    if not places:
        return filled('{%s"record":%s}', zip(levels, (one.shown for one in gold_texts(gold)), strict=True))
    committed = zip(levels, places, strict=True)
    rows = ((level, one.place, one.record.shown, one.salt.hex()) for level, one in committed)
    return filled('{%s"index":%d,"record":%s,"salt":"%s"}', rows)


def _amended_rows(
    gold: GoldSet, places: Sequence[Opened], difficulty: Sequence[str | None]
) -> Iterator[dict[str, Any]]:
    rows: list[dict[str, Any]]
    if places:
        rows = [
            {"index": one.place, "salt": one.salt.hex(), "record": json.loads(one.record.shown)}
            for one in places
        ]
    else:
        rows = [{"record": record} for record in gold.records()]
    for row, level in zip(with_amended(rows, gold), difficulty, strict=True):
        yield row if level is None else {**row, "difficulty": level}


@dataclass(frozen=True, eq=False)
class _Columns:
    """The parts of all lines of the usual form; empty texts where a line does not have the part."""

    amended: tuple[str, ...]
    difficulty: tuple[str, ...]
    index: tuple[str, ...]
    record: tuple[str, ...]
    answers: tuple[str, ...]
    edge_case: tuple[str, ...]
    item: tuple[str, ...]
    salt: tuple[str, ...]


class SealedGold:
    """The gold of a bundle, read once: for what was judged, and for its proof."""

    def __init__(self, data: bytes, shape: Shape) -> None:
        """Read gold.jsonl; raises ValueError where a line is no record."""
        self._shape = shape
        self._columns = None if shape.many else _columns(data)
        self._rows = list(read_lines(data)) if self._columns is None else []

    @cached_property
    def gold(self) -> GoldSet:
        """The gold set with its amended answers; raises KeyError, TypeError or ValueError for other records."""
        told = self._columns
        if told is None:
            return _of_rows(self._rows, self._shape)
        labels = {text: _labels(text) for text in dict.fromkeys(told.answers)}
        levels = Coded.from_text(one or None for one in told.difficulty) if any(told.difficulty) else None
        edges = np.asarray(told.edge_case, dtype=np.int8)
        accepted = tuple(map(labels.__getitem__, told.answers))
        gold = GoldSet.of_answers("gold", told.item, accepted, edges, levels)
        further = zip(told.item, told.amended, strict=True)
        return amended(gold, {item: json.loads(answers) for item, answers in further if answers})

    def opened(self) -> Iterator[Opened]:
        """The records as they were committed to; raises KeyError where one has no place."""
        told = self._columns
        if told is None:
            opened = [(int(row["index"]), bytes.fromhex(row["salt"]), row["record"]) for row in self._rows]
            return (Opened(place, salt, GoldText.of(record)) for place, salt, record in opened)
        for name in ("index", "salt"):
            if not all(getattr(told, name)):
                raise KeyError(name)
        records = map(GoldText, told.item, told.record, map(str.encode, told.record))
        return map(Opened, map(int, told.index), map(bytes.fromhex, told.salt), records)

    def rows_on(self, items: Collection[str]) -> list[Row]:
        """The lines of these items, and every line with an amended answer."""
        told = self._columns
        if told is None:
            return [row for row in self._rows if row["record"]["item_id"] in items or "amended" in row]
        return [
            {"record": json.loads(record), **({"amended": json.loads(more)} if more else {})}
            for item, record, more in zip(told.item, told.record, told.amended, strict=True)
            if more or item in items
        ]


def _of_rows(rows: Sequence[Row], shape: Shape) -> GoldSet:
    further = {str(row["record"]["item_id"]): row["amended"] for row in rows if "amended" in row}
    levels = [row.get("difficulty") for row in rows]
    records = [row["record"] for row in rows]
    return amended(GoldSet.from_records("gold", records, levels if any(levels) else (), shape), further)


def _labels(answers: str) -> tuple[str, ...]:
    return tuple(row["label"] for (row,) in json.loads(answers))


def _columns(data: bytes) -> _Columns | None:
    """The parts of the lines; None where one has another form."""
    found: list[tuple[str, ...]] = []
    for piece in pieces(data):
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            return None
        rows = _LINE.findall(text)
        if len(rows) != text.count("\n") + 1:
            return None
        found += rows
    return _Columns(*zip(*found, strict=True)) if found else None
