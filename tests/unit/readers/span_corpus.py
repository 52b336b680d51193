"""The conformance corpus of text tools, and what readers make of files, as plain values."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import SHARED
from vendoreval.formats.readers.interface import Answers, Reader
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import SHAPES

CORPUS = SHARED / "formats"
TRUTH = {one["id"]: one for one in json.loads((CORPUS / "truth/text.json").read_text("utf-8"))["documents"]}
FLAT = json.loads((CORPUS / "truth/text.json").read_text("utf-8"))["flat"]
Spans = list[tuple[int, int, str]]


@dataclass
class Found:
    """All batches of a reading together."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def spans(self, person: str | None = None) -> dict[str, Spans]:
        """By answered item, of one person."""
        found: dict[str, Spans] = {
            one["item_id"]: [] for one in self.sheets if one.get("annotator_id") == person
        }
        for row in self.rows:
            if row.get("annotator_id") == person:
                found[row["item_id"]].append((row["start"], row["end"], row["label"]))
        return found

    @property
    def texts(self) -> dict[str, str]:
        """By item."""
        return {one["item_id"]: one["text"] for one in self.sheets}


def manifest(name: str) -> list[dict[str, str]]:
    """The corpus' rows of a format."""
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["format"] == name]


def read(reader: Reader, *paths: Path, shape: str = "spans", **options: str) -> Found:
    """What the reader makes of the files, with its defaults but for `options`."""
    chosen = {option.name: option.default for option in reader.options} | options
    return together(reader.read(open_source(paths), SHAPES[shape], chosen))


def together(batches: Iterable[Answers]) -> Found:
    """The batches as one."""
    found = Found()
    for batch in batches:
        rows = _records(batch.rows)
        assert len(batch.places) == len(rows)
        found.rows += rows
        found.sheets += _records(batch.sheets)
        found.refusals += batch.refusals
        found.aside.update(batch.set_aside)
        found.notes += batch.notes
    return found


def _records(columns: Any) -> list[dict[str, Any]]:
    lists = {name: column.to_pylist() for name, column in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def truth(item: str, *, flat: bool = False) -> Spans:
    """The spans that the truth has on a document, in order."""
    chosen = FLAT[item] if flat else [one["id"] for one in TRUTH[item]["spans"]]
    return [(s["start"], s["end"], s["label"]) for s in TRUTH[item]["spans"] if s["id"] in chosen]
