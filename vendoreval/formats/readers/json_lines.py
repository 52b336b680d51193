"""JSON lines: one object a line; objects may lack fields or name them in any order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.row_batches import BATCH, CELLS, NOT_COUNTED, Batch, texts
from vendoreval.formats.readers.text_source import open_text
from vendoreval.jsonfile import values
from vendoreval.labels.refusals import Refusal
from vendoreval.limits import allowed, beyond


def column_names(path: Path) -> list[str]:
    """All fields that occur in the file, in order of appearance; reads the whole file.

    Raises InputError when no line is a JSON object.
    """
    names: dict[str, None] = {}
    seen, first, most = False, 0, allowed().columns
    for line, row in _rows(path):
        first = first or line
        if isinstance(row, dict):
            seen = True
            names.update(dict.fromkeys(row))
            if len(names) > most:
                raise beyond("columns", "The lines have more fields than", file=str(path), line=line)
    if not seen:
        raise InputError(
            "The line is not a JSON object." if first else "The file has no rows.",
            file=str(path), line=first,
            remedy="Write one object a line, for example with: jq -c '.[]'" if first else "",
        )  # fmt: skip
    return list(names)


def read_batches(path: Path, wanted: Collection[str]) -> Iterator[Batch]:
    """All objects with the fields `wanted`; a line that is no object is refused."""
    most = max(1, min(BATCH, CELLS // max(len(wanted), 1)))
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    refusals: list[Refusal] = []
    for line, row in _rows(path):
        if isinstance(row, dict):
            rows.append(row)
            lines.append(line)
        else:
            refusals.append(Refusal(path.name, line, row, NOT_COUNTED))
        if len(rows) + len(refusals) == most:
            yield _batch(rows, lines, refusals, wanted)
            rows, lines, refusals = [], [], []
    if rows or refusals:
        yield _batch(rows, lines, refusals, wanted)


def _batch(
    rows: list[dict[str, Any]], lines: list[int], refusals: list[Refusal], wanted: Collection[str]
) -> Batch:
    columns = {name: texts([plain(row.get(name)) for row in rows]) for name in wanted}
    return Batch(columns, lines, tuple(refusals))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each line that is not blank, as an object or as the reason why it is none."""
    with open_text(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, _object(line)


def _object(line: str) -> dict[str, Any] | str:
    try:
        row = values(line)
    except json.JSONDecodeError as error:
        return f"The line is not JSON: {error.msg}."
    except ValueError as error:
        return f"The line cannot be taken. {error}"
    return row if isinstance(row, dict) else "The line is not a JSON object."


def plain(value: Any) -> str | None:
    """The text of a JSON value: texts as they are, numbers and true/false as RFC 8785 writes them.

    So 3.0 becomes "3", which lets whole numbers meet although a tool stored them as fractions.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
