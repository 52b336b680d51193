"""Cells that hold all classes of an item: `a|b`, or a JSON list; an empty cell is an answer without classes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from vendoreval.formats.intake.accepted_answers import listed
from vendoreval.formats.readers.label_values import pick
from vendoreval.formats.readers.row_batches import NOT_COUNTED, Batch, texts
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import Shape

LIST = "labels"
SEPARATOR = "|"


def list_column(shape: Shape, names: Collection[str], mapping: Mapping[str, str]) -> str | None:
    """The column of such cells; None where each class has a row of its own."""
    if shape.name != "multilabel":
        return None
    if LIST in mapping:
        return mapping[LIST]
    return LIST if LIST in names and "label" not in mapping and "label" not in names else None


def a_row_a_class(batch: Batch, column: str, file: str) -> Batch:
    """The rows once for each of their classes, which stand in the column `label`; once without any.

    A cell that is no list of texts refuses its row.
    """
    count, places = len(batch.lines), batch.places
    read: dict[str, list[str] | None] = {}
    cells = pick(batch.columns.get(column), count).to_pylist()
    for cell in cells:
        if cell is not None and cell not in read:
            read[cell] = _classes(cell)
    lists = [[] if cell is None else read[cell] for cell in cells]
    bad = [row for row, found in enumerate(lists) if found is None]
    refusals = [
        Refusal(file, int(places[row]), f"Its {column} are no list of classes.", NOT_COUNTED) for row in bad
    ]
    rows, labels = _spread(lists)
    columns = {name: value.take(rows) for name, value in batch.columns.items()}
    return replace(
        batch, columns={**columns, "label": texts(labels)}, lines=places[rows].tolist(),
        refusals=(*batch.refusals, *refusals),
    )  # fmt: skip


def _spread(
    lists: Sequence[list[str] | None],
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], list[str | None]]:
    rows = [row for row, found in enumerate(lists) if found is not None for _ in found or (None,)]
    labels: list[str | None] = []
    for found in lists:
        if found is not None:
            labels += found or [None]
    return np.asarray(rows, dtype=np.int64), labels


def _classes(cell: str) -> list[str] | None:
    """The classes that a cell names; None for a list that cannot be read, or that holds what is no text."""
    word = cell.strip()
    if not word.startswith("["):
        return [part.strip() for part in word.split(SEPARATOR) if part.strip()]
    try:
        found = json.loads(word)
    except (ValueError, RecursionError):
        return None
    plain = [str(one) if isinstance(one, int | float) and not isinstance(one, bool) else one for one in found]
    return plain if all(isinstance(one, str) and one.strip() for one in plain) else None


def a_row_an_accepted_answer(batch: Batch, column: str, accepted: str) -> Batch:
    """The rows once for each answer that gold accepts: that of `column`, and those of the cell `accepted`.

    The columns `label` and `alternative` say which.
    """
    count = len(batch.lines)
    firsts, cells = (pick(batch.columns.get(name), count).to_pylist() for name in (column, accepted))
    lists = [
        list(dict.fromkeys([first, *(text for text in listed(cell) if text)]))
        for first, cell in zip(firsts, cells, strict=True)
    ]
    rows = np.repeat(np.arange(count), [len(found) for found in lists])
    places = [str(place) for found in lists for place in range(len(found))]
    columns = {name: value.take(rows) for name, value in batch.columns.items()}
    labels = texts([text for found in lists for text in found])
    return replace(
        batch, columns={**columns, "label": labels, "alternative": texts(places)},
        lines=batch.places[rows].tolist(),
    )  # fmt: skip
