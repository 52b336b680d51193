"""A delivery's answers as the people behind it gave them, in working order, and what each should have been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.copying import known_rows
from vendoreval.inference.tally import Codes as Rows
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.limits import allowed, beyond

Codes = NDArray[np.int64]
NAME_THEM = "If the files tell it, add the delivery again under another id with --map annotator_id=COLUMN."


@dataclass(frozen=True, eq=False)
class People:
    """A delivery's rows as codes, in working order; `gold` is each row's right answer, -1 without gold."""

    table: LabelTable
    item: Codes
    annotator: Codes
    label: Codes
    gold: Codes
    item_gold: Codes
    by_model: NDArray[np.bool_]
    classes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return self.table.annotator.values

    @property
    def columns(self) -> tuple[Codes, Codes, Codes, Codes]:
        return self.item, self.annotator, self.label, self.gold

    @cached_property
    def judged(self) -> tuple[Rows, Rows, Rows, Rows]:
        """The columns of the rows on gold, one a person and item (inference.copying)."""
        return known_rows(*self.columns)


def people_of(table: LabelTable, classes: Sequence[str], gold: GoldSet | None, delivery: str) -> People:
    """The people of a delivery of one answer an item; raises InputError where none is named."""
    if table.labelled_at is not None:
        table = table.take(np.argsort(table.labelled_at, kind="stable"))
    label = table.answers["label"]
    if not isinstance(label, Coded) or not label.values:
        raise InputError(f"Delivery {delivery!r} has no column of labels that could be compared.")
    accepted = gold.accepted if gold else ()
    known = tuple(sorted({*label.values, *classes, *(answer for answers in accepted for answer in answers)}))
    codes = label.recode(known).codes.astype(np.int64)
    item = table.item.codes.astype(np.int64)
    by_model = np.zeros(len(table), dtype=np.bool_)
    if table.source is not None:
        by_model = table.source.recode(("auto",)).codes == 0
    annotator = np.where(by_model, -1, table.annotator.codes).astype(np.int64)
    if not (annotator >= 0).any():
        raise InputError(f"Delivery {delivery!r} does not say who gave which label.", remedy=NAME_THEM)
    by_item, by_row = _gold_codes(table.item.values, item, codes, known, gold)
    return People(table, item, annotator, codes, by_row, by_item, by_model, known)


def refuse_too_large(people: People, delivery: str) -> None:
    """The models hold a number for each item and class, and one for each person and two classes."""
    classes, persons = len(people.classes), int(people.annotator.max()) + 1
    size = 8 * classes * (int(people.item.max()) + 1 + persons * classes)
    if size > allowed().memory:
        raise beyond("memory", f"The models of {classes:,} classes take more than", file=delivery, found=size)


def _gold_codes(
    names: Sequence[str], item: Codes, label: Codes, classes: Sequence[str], gold: GoldSet | None
) -> tuple[Codes, Codes]:
    """Gold by item and by row; a row with an accepted answer has that answer as gold."""
    by_item = np.full(len(names), -1, dtype=np.int64)
    if gold is None:
        return by_item, np.full(len(item), -1, dtype=np.int64)
    place = {name: code for code, name in enumerate(names)}
    code = {name: k for k, name in enumerate(classes)}
    also: list[int] = []
    for name, answers in zip(gold.item_ids, gold.accepted, strict=True):
        if name in place:
            by_item[place[name]] = code[answers[0]]
            also += [place[name] * len(classes) + code[answer] for answer in answers[1:]]
    by_row = by_item[item]
    accepted = (label >= 0) & np.isin(item * len(classes) + label, np.asarray(also, dtype=np.int64))
    return by_item, np.where(accepted, label, by_row)
