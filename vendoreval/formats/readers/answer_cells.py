"""The cells of row files as the columns of a shape: numbers from text, rings from WKT, runs from RLE."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vendoreval.formats.readers.label_lists import list_column
from vendoreval.formats.readers.label_values import blank_to_null, pick, with_points
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.run_codecs import runs_from_coco
from vendoreval.labels.shapes import Field, Shape

_EFFECT = "The row is not counted; what it answers counts as missing."
# Columns that stand for others: what they are called, and what they give.
_INSTEAD = {"rings": ("polygon", "wkt"), "lines": ("line", "polyline", "wkt"), "runs": ("rle", "counts")}
_OTHER_NAMES = {("transcription", "label"): "text"}  # what people call the column of a field
_SIZES = {"x_min": ("x", None), "y_min": ("y", None), "x_max": ("x", "width"), "y_max": ("y", "height")}
_NUMBERS = ("fixed", "float", "int")
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_POINT = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})(?:\s+{_NUMBER})*\s*")


@dataclass(frozen=True)
class Values:
    """Arrow columns as a reader gives them, and by row why it cannot be read."""

    columns: Mapping[str, Any]
    refused: Mapping[int, str]


@dataclass(frozen=True)
class Cells:
    """From which columns of a file the fields of a shape are read."""

    shape: Shape
    source: Mapping[str, tuple[str, ...]]  # field -> one column, or two whose numbers are added
    constant: Mapping[str, str] = field(default_factory=dict)  # field -> what it is in every row

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(dict.fromkeys(name for names in self.source.values() for name in names))

    def read(self, columns: Mapping[str, Any], count: int, comma: bool = False) -> Values:
        """The fields of `count` rows; empty cells have no value. `comma`: numbers have a decimal comma."""
        import pyarrow as pa

        found: dict[str, Any] = {}
        refused: dict[int, str] = {}
        for name, sources in self.source.items():
            field = self.shape.field(name)
            parts = [
                _KINDS[field.kind](
                    _cells(columns.get(one), count, comma and field.kind in _NUMBERS), field, refused
                )
                for one in sources
            ]
            found[name] = parts[0] if len(parts) == 1 else _sum(parts)
        for name, text in self.constant.items():
            whole = pa.array([text] * count, pa.string())
            found[name] = _KINDS[self.shape.field(name).kind](whole, self.shape.field(name), refused)
        if "runs" in self.shape.names:
            found["runs"] = _masks(found, refused)
        return Values(found, refused)

    def refusal(self, file: str, line: int, why: str, item: str | None) -> Refusal:
        """The refusal of one row."""
        return Refusal(file, line, why, _EFFECT, item or None)


def cells_of(shape: Shape, names: Collection[str], mapping: Mapping[str, str]) -> Cells | None:
    """How the shape is read from a file with the columns `names`; None where a required field is not there."""
    source: dict[str, tuple[str, ...]] = {}
    constant = constants(mapping)
    for one in shape.fields:
        column = mapping.get(one.name, _called(shape, one.name, names))
        instead = next((name for name in _INSTEAD.get(one.kind, ()) if name in names), None)
        if one.name in constant:
            continue
        if column in names or (one.name == "label" and list_column(shape, names, mapping) in names):
            source[one.name] = (column,)
        elif instead:
            source[one.name] = (instead,)
        elif one.name in _SIZES and {"x", "y", "width", "height"} <= set(names):
            source[one.name] = tuple(name for name in _SIZES[one.name] if name)
        elif one.required:
            return None
    return Cells(shape, source, {name: text for name, text in constant.items() if name in shape.names})


def _called(shape: Shape, field: str, names: Collection[str]) -> str:
    """The column of a field: of its name, or as people call it."""
    other = _OTHER_NAMES.get((shape.name, field), field)
    return field if field in names or other not in names else other


def constants(mapping: Mapping[str, str]) -> dict[str, str]:
    """What `--map role==WORD` says of every row."""
    return {role: column[1:] for role, column in mapping.items() if column[:1] == "=" and len(column) > 1}


def _cells(column: Any, count: int, comma: bool) -> Any:
    """A column with null where there is nothing, and a decimal point where there is a decimal `comma`."""
    found = blank_to_null(pick(column, count))
    return with_points(found) if comma else found


def _text(column: Any, field: Field, refused: dict[int, str]) -> Any:
    return column


def _real(column: Any, field: Field, refused: dict[int, str]) -> Any:
    import pyarrow as pa

    return _distinct(column, float, pa.float64(), f"{field.name} is no number.", refused)


def _whole(column: Any, field: Field, refused: dict[int, str]) -> Any:
    import pyarrow as pa

    def read(text: str) -> int:
        number = float(text)
        if number != int(number) or abs(number) > 2**53:
            raise ValueError(text)
        return int(number)

    return _distinct(column, read, pa.int64(), f"{field.name} is no whole number.", refused)


def _rings(column: Any, field: Field, refused: dict[int, str]) -> Any:
    import pyarrow as pa

    kind = pa.list_(pa.list_(pa.list_(pa.float64())))
    return _distinct(column, rings_of, kind, "The outline is no WKT polygon and no list of x and y.", refused)


def _lines(column: Any, field: Field, refused: dict[int, str]) -> Any:
    import pyarrow as pa

    kind = pa.list_(pa.list_(pa.list_(pa.float64())))
    return _distinct(column, lines_of, kind, "The line is no WKT linestring and no list of x and y.", refused)


def _runs(column: Any, field: Field, refused: dict[int, str]) -> Any:
    return column  # read together with the size of the mask


_KINDS: Mapping[str, Callable[[Any, Field, dict[int, str]], Any]] = {
    "text": _text, "map": _text, "fixed": _real, "float": _real, "int": _whole, "rings": _rings,
    "lines": _lines, "runs": _runs,
}  # fmt: skip


def _distinct(column: Any, read: Callable[[str], Any], kind: Any, why: str, refused: dict[int, str]) -> Any:
    """Every distinct text read once; rows whose text cannot be read are refused."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    values, failed = [], []
    for text in coded.dictionary.to_pylist():
        try:
            value = read(text)
            bad = isinstance(value, float) and not np.isfinite(value)
        except (ValueError, OverflowError, RecursionError, TypeError):
            bad = True
        values.append(None if bad else value)
        failed.append(bad)
    if any(failed):
        rows = pa.array(failed, pa.bool_()).take(coded.indices).fill_null(False)
        for row in np.flatnonzero(np.asarray(rows)).tolist():
            refused.setdefault(row, why)
    return pa.array(values, kind).take(coded.indices)


def _sum(parts: list[Any]) -> Any:
    import pyarrow.compute as pc

    return pc.add(*parts)


def _masks(found: Mapping[str, Any], refused: dict[int, str]) -> Any:
    """Run lengths from what the cells hold: a list of counts, or COCO's text of them."""
    import pyarrow as pa

    sizes = zip(found["width"].to_pylist(), found["height"].to_pylist(), strict=True)
    runs: list[list[int] | None] = []
    for row, (text, (width, height)) in enumerate(zip(found["runs"].to_pylist(), sizes, strict=True)):
        try:
            counts = json.loads(text) if (text or "").lstrip().startswith(("[", "{")) else text
            if isinstance(counts, dict):
                counts = counts["counts"]
            given = None if text is None or width is None or height is None else counts
            runs.append(None if given is None else runs_from_coco(given, height, width).tolist())
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            runs.append(None)
            refused.setdefault(row, "The mask is no list of run lengths that fill its size.")
    return pa.array(runs, pa.list_(pa.int64()))


def rings_of(text: str) -> list[list[list[float]]]:
    """Parts of rings of x and y from WKT (POLYGON, MULTIPOLYGON), or from a JSON list of numbers or of lists.

    Lists of two numbers are the points of one part; longer ones are one part each. WKT's closing point is left
    out. Raises ValueError for anything else.
    """
    word = text.strip()
    if word.startswith("["):
        return [[_closed(ring)] for ring in _listed(json.loads(word))]
    kind, _, rest = word.partition("(")
    if kind.strip().upper() == "POLYGON":
        return [_ring_list(f"({rest}")]
    if kind.strip().upper() == "MULTIPOLYGON":
        inner = rest.rstrip()
        if not inner.endswith(")"):
            raise ValueError(text)
        return [_ring_list(part) for part in _bracketed(inner[:-1])]
    raise ValueError(text)


def lines_of(text: str) -> list[list[list[float]]]:
    """Parts of a line, each one list of x and y, from WKT (LINESTRING, MULTILINESTRING) or a JSON list.

    Lists of two numbers are the points of one line; longer ones are one part each. Raises ValueError for
    anything else.
    """
    word = text.strip()
    if word.startswith("["):
        return [[chain] for chain in _listed(json.loads(word))]
    kind, _, rest = word.partition("(")
    if kind.strip().upper() not in ("LINESTRING", "MULTILINESTRING"):
        raise ValueError(text)
    inner = f"({rest}" if kind.strip().upper() == "LINESTRING" else rest.rstrip().removesuffix(")")
    chains = [_numbers(chain) for chain in _bracketed(inner)]
    if not chains:
        raise ValueError(text)
    return [[chain] for chain in chains]


def _listed(value: Any) -> list[list[float]]:
    rings = [value] if value and (not isinstance(value[0], list) or _points(value)) else value
    if rings and isinstance(rings[0], list) and rings[0] and isinstance(rings[0][0], list):
        rings = [[number for point in ring for number in point] for ring in rings]
    if not rings or any(len(ring) % 2 or not all(isinstance(n, int | float) for n in ring) for ring in rings):
        raise ValueError("no list of x and y")
    return [[float(number) for number in ring] for ring in rings]


def _points(value: list[Any]) -> bool:
    """Whether these are the points of one ring: a part has at least three of them."""
    return all(isinstance(p, list) and len(p) == 2 and not isinstance(p[0], list) for p in value)


def _ring_list(text: str) -> list[list[float]]:
    """The rings of `((x y, …), (…))`."""
    word = text.strip()
    if not (word.startswith("(") and word.endswith(")")):
        raise ValueError(text)
    rings = [_closed(_numbers(ring)) for ring in _bracketed(word[1:-1])]
    if not rings:
        raise ValueError(text)
    return rings


def _numbers(text: str) -> list[float]:
    """The x and y of `(x y, …)`."""
    numbers: list[float] = []
    for point in text.strip()[1:-1].split(","):
        found = _POINT.fullmatch(point)
        if not found:
            raise ValueError(text)
        numbers += [float(found[1]), float(found[2])]
    return numbers


def _bracketed(text: str) -> list[str]:
    """The outermost bracketed pieces of `(…), (…)`; raises ValueError where there is something else."""
    pieces, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign == "(":
            start = place if depth == 0 else start
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                pieces.append(text[start : place + 1])
        elif depth == 0 and sign not in ", \t\r\n":
            raise ValueError(text)
        if depth < 0:
            raise ValueError(text)
    if depth:
        raise ValueError(text)
    return pieces


def _closed(ring: list[float]) -> list[float]:
    """A ring without its closing point."""
    return ring[:-2] if len(ring) > 6 and ring[:2] == ring[-2:] else ring
