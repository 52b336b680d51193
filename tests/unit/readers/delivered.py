"""For tests of readers: files of the conformance corpus, and what a reader makes of a file in plain values."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import SHARED
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.sources import Source, open_source
from vendoreval.labels.shapes import SHAPES

CORPUS = SHARED / "formats"


@dataclass
class Delivered:
    """All that a reader says of a source, in its order."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def said(self, words: str) -> bool:
        """Whether a note says so."""
        return any(words in note for note in self.notes)


def read(
    reader: Reader, paths: Path | Sequence[Path], shape: str, *, images: Path | None = None, **options: Any
) -> Delivered:
    """The whole source, with the reader's own defaults where no option is given."""
    return read_source(
        reader, open_source([paths] if isinstance(paths, Path) else paths, images), shape, **options
    )


def read_source(reader: Reader, source: Source, shape: str, **options: Any) -> Delivered:
    """The same of an opened source."""
    given = {option.name: option.default for option in reader.options}
    assert options.keys() <= given.keys()
    found = Delivered()
    for part in reader.read(source, SHAPES[shape], given | options):
        found.rows += _plain(part.rows)
        found.places += list(part.places)
        found.sheets += _plain(part.sheets)
        found.refusals += [refusal.reason for refusal in part.refusals]
        found.aside.update(part.set_aside)
        found.notes += part.notes
    return found


def _plain(columns: Any) -> list[dict[str, Any]]:
    lists = {name: column.to_pylist() for name, column in columns.items()}
    rows = zip(*lists.values(), strict=True) if lists else ()
    return [{n: v for n, v in zip(lists, row, strict=True) if v is not None} for row in rows]


def manifest(kind: str) -> list[dict[str, str]]:
    """The corpus' rows of one format."""
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["format"] == kind]


def expected(row: dict[str, str]) -> Any:
    """What the corpus' own reader got out of a file."""
    return json.loads((CORPUS / row["expected"]).read_text(encoding="utf-8"))


def corners(bbox: Sequence[float]) -> tuple[float, float, float, float]:
    """x, y, width, height as corners."""
    x, y, width, height = bbox
    return x, y, x + width, y + height


def boxes(rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Image, label and corners of box rows."""
    return [
        (row["item_id"], row["label"], *(row[name] for name in ("x_min", "y_min", "x_max", "y_max")))
        for row in rows
    ]
