"""Gold that was wrong: the right answer is put beside the one that was committed to, and never in its place.

Whoever is judged by an amended item is right with either answer. So an amendment can take an error away and
never add one, whoever makes it and whenever: what a vendor is accused of rests on the committed answers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.records import answer_records, order_of
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import LabelTable

Answer = Sequence[Mapping[str, Any]]  # an answer's rows, as in GoldSet.records
Further = Mapping[str, Sequence[Answer]]  # by item


def amended(gold: GoldSet, further: Further) -> GoldSet:
    """The gold set with `further` answers that count as right; one that an item has already changes nothing."""
    records = gold.records() if further else []
    new = {
        record["item_id"]: added
        for record in records
        if (added := not_there(record, further.get(record["item_id"], ())))
    }
    if not new:
        return gold
    made = GoldSet.from_records(
        gold.id,
        [{**one, "answers": [*one["answers"], *new.get(one["item_id"], ())]} for one in records],
        gold.difficulty.text() if gold.difficulty is not None else (),
        gold.shape,
    )
    before = {one["item_id"]: len(one["answers"]) for one in records if one["item_id"] in new}
    return replace(made, provenance=gold.provenance, amended={**before, **gold.amended})


def not_there(record: Mapping[str, Any], answers: Iterable[Answer]) -> list[Answer]:
    """Those of `answers` that a gold record does not hold, each once."""
    found: list[Answer] = []
    for answer in answers:
        if answer not in (*record["answers"], *found):
            found.append(answer)
    return found


def with_amended(rows: Iterable[dict[str, Any]], gold: GoldSet) -> list[dict[str, Any]]:
    """`rows`, each with a gold record of `gold` in its order, told apart into what was there and `amended`."""
    if not gold.amended:
        return list(rows)
    found = []
    for row, record in zip(rows, gold.records(), strict=True):
        before = gold.amended.get(record["item_id"])
        if before is None:
            found.append(row)
            continue
        there = row["record"]
        if "answers" in there:  # a record of receipts of schema 1 holds what was committed to anyway
            there = {**there, "answers": there["answers"][:before]}
        found.append({**row, "record": there, "amended": record["answers"][before:]})
    return found


def delivered_answer(labels: LabelTable, shape: Shape, item: str, person: str | None) -> Answer | None:
    """All rows that a person gave on an item, as a gold answer; without a `person`, of the one who answered it.

    None where nobody did, or several people. For types whose answers are any number of rows.
    """
    sheets = labels.sheets
    if sheets is None:
        return None
    pairs = zip(sheets.item.text(), sheets.annotator.text(), strict=True)
    people = {who for one, who in pairs if one == item and person in (None, who)}
    if len(people) != 1:
        return None
    rows = zip(labels.item.text(), labels.annotator.text(), strict=True)
    mine = [row for row, (one, who) in enumerate(rows) if one == item and who in people]
    return sorted(answer_records(labels.take(np.asarray(mine, dtype=np.int64)), shape), key=order_of)
