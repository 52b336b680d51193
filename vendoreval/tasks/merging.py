"""Outcomes of several levels, judged one after the other, as one table by item."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import Outcomes


def merged(found: Outcomes, *added: Outcomes) -> Outcomes:
    """All of them, by item, in this order; the units of an item are numbered on.

    A column is there in all of them or in none; values that only some of them have come last.
    """
    every = (found, *added)
    item = np.concatenate([one.item.codes for one in every])
    order = np.argsort(item, kind="stable")
    columns: dict[str, Any] = {}
    for part in fields(Outcomes):
        parts = [getattr(one, part.name) for one in every]
        if isinstance(parts[0], Coded):
            columns[part.name] = _joined(parts).take(order)
        elif isinstance(parts[0], np.ndarray):
            columns[part.name] = np.concatenate(parts)[order]
    context = {name: _joined([one.context[name] for one in every]).take(order) for name in found.context}
    start = np.searchsorted(item[order], item[order])
    unit = (np.arange(len(order)) - start).astype(np.int32)
    return replace(found, **(columns | {"context": context, "unit": unit}))


def _joined(parts: list[Coded]) -> Coded:
    values = parts[0].values
    if any(part.values != values for part in parts[1:]):
        values = tuple(dict.fromkeys(value for part in parts for value in part.values))
    return Coded(np.concatenate([part.recode(values).codes for part in parts]), values)
