"""The lines of a WebAnno TSV 3 file: a token a row, with the annotations of each layer in columns of its own.

    #T_SP=custom.Span|value|certainty       the columns of a layer of spans
    #T_RL=custom.Relation|kind|BT_custom.Span    … of relations; the last names the row that they come from
    1-7  28-38  University  ORG[2]|LOC[3]   *[2]|*[3]

`|` parts annotations that are stacked, `[n]` tells them apart and joins the rows of one; `_` is none and `*` a
feature without a value. A relation stands in the row of its target; `1-2[2_3]` says that it comes from the
annotation 2 that begins in row 1-2, and leads to the annotation 3 (0: the only one in its row).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vendoreval.formats.readers.uima_layers import Document, Features, Link, Mark

_ROW = re.compile(r"([0-9]+-[0-9]+(?:\.[0-9]+)?)\t([0-9]{1,18})-([0-9]{1,18})\t")
_PIECE = re.compile(r"(?:[^\\|]|\\.)+", re.DOTALL)
_NUMBERED = re.compile(r"(.*?)(?<!\\)\[([0-9]+)\]", re.DOTALL)
_SOURCE = re.compile(r"([0-9]+-[0-9]+(?:\.[0-9]+)?)(?:\[([0-9]+)_([0-9]+)\])?")
_ESCAPED = re.compile(r"\\(->|.)", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
SLOT = "slot link"


@dataclass(frozen=True)
class Layer:
    """The columns of a layer by name; those of links in slots are None."""

    kind: str  # SP, RL or CH
    name: str
    columns: tuple[str | None, ...]
    base: str = ""  # of relations: the layer that they link

    @classmethod
    def of(cls, line: str) -> Layer:
        """From a line `#T_SP=…`."""
        kind, _, said = line[3:].partition("=")
        name, *columns = said.split("|")
        slots = {
            at + step for at, column in enumerate(columns) if column.startswith("ROLE_") for step in (0, 1)
        }
        base = columns.pop()[3:] if kind == "RL" and columns else ""
        return cls(kind, name, tuple(None if at in slots else one for at, one in enumerate(columns)), base)

    @property
    def features(self) -> tuple[str, ...]:
        """Its features that hold values."""
        return tuple(name for name in self.columns if name)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.columns) + bool(self.base)


def layers_of(head: str) -> list[Layer]:
    """The layers that a file's first lines tell."""
    return [Layer.of(line) for line in head.splitlines() if re.match(r"#T_(SP|RL|CH)=", line)]


@dataclass
class _Reading:
    """One file on its way in."""

    layers: list[Layer]
    found: Document = field(default_factory=Document)
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)  # by layer and [n], or row
    rows: dict[str, tuple[int, int]] = field(default_factory=dict)
    sources: list[tuple[Layer, Features, str, str, int]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)  # relations by layer and [n]

    def take(self, place: int, line: str) -> str:
        """One row; why it cannot be read, or nothing."""
        told = _ROW.match(line)
        if not told:
            return "The line is no row of tokens and annotations."
        values = line[told.end() :].split("\t")[1:]
        if len(values) < sum(layer.width for layer in self.layers):
            return "The row has fewer columns than its layers."
        row, begin, end = told[1], int(told[2]), int(told[3])
        self.rows[row] = begin, end
        at = 0
        for layer in self.layers:
            self._layer(layer, values[at : at + layer.width], (row, begin, end), place)
            at += layer.width
        return ""

    def _layer(self, layer: Layer, values: list[str], where: tuple[str, int, int], place: int) -> None:
        if all(value == "_" for value in values):
            return
        if layer.kind == "CH":
            self.found.aside["link of a chain"] += 1
            return
        row, begin, end = where
        source = values.pop() if layer.base else ""
        slots = [value for name, value in zip(layer.columns, values, strict=True) if name is None]
        self.found.aside.update({SLOT: any(value not in ("_", "*") for value in slots)})
        for number, features in _stacked(layer, values, source):
            if layer.kind == "RL":
                self._relation(layer, number, features, source, row, place)
                continue
            mark = self.marks.get((layer.name, f"[{number}]")) if number else None
            if mark is None:
                mark = Mark(layer.name, begin, end, features, place)
                self.found.marks.append(mark)
                self.marks[layer.name, f"[{number}]"] = mark
                self.marks.setdefault((layer.name, row), mark)
            mark.end = max(mark.end, end)

    def _relation(
        self, layer: Layer, number: str, features: Features, source: str, row: str, place: int
    ) -> None:  # fmt: skip
        if number and (layer.name, number) in self.seen:
            return
        self.seen.add((layer.name, number))
        self.sources.append((layer, features, features.pop("") or source, row, place))

    def finished(self) -> Document:
        """The document with its relations, once all rows are known."""
        self.found.aside = +self.found.aside
        for layer, features, source, row, place in self.sources:
            told = _SOURCE.fullmatch(source)
            if not told:
                self.found.wrong.append((place, f"The relation comes from {source[:40]!r}, which is no row."))
                continue
            head = self._end(layer.base, told[1], told[2] or "0")
            tail = self._end(layer.base, row, told[3] or "0")
            self.found.links.append(Link(layer.name, head, tail, features, place))
        return self.found

    def _end(self, base: str, row: str, number: str) -> Mark | None:
        """The annotation that a relation links; the token itself where the layer is not in the file."""
        key = row if number == "0" else f"[{number}]"
        if (base, key) in self.marks or any(layer.name == base for layer in self.layers):
            return self.marks.get((base, key))
        return Mark(base, *self.rows[row], {}, 0) if row in self.rows else None


def _stacked(layer: Layer, values: list[str], source: str) -> Iterator[tuple[str, Features]]:
    """The annotations of a layer in one row, by number and features; "": the row that a relation comes from."""
    columns = [_PIECE.findall(value) for name, value in zip(layer.columns, values, strict=True) if name]
    sources = _PIECE.findall(source)
    for at in range(max(map(len, [*columns, sources]), default=0)):
        number, features = "", Features()
        for name, pieces in zip(layer.features, columns, strict=True):
            piece = pieces[at] if at < len(pieces) else "*"
            if told := _NUMBERED.fullmatch(piece):
                piece, number = told[1], told[2]
            features[name] = None if piece in ("*", "_") else plain(piece)
        yield number, features | ({"": sources[at] if at < len(sources) else ""} if layer.base else {})


def plain(text: str) -> str:
    """Text without its escapes."""
    return _ESCAPED.sub(lambda found: _CONTROLS.get(found[1], found[1]), text)


def document_of(text: str, between: str) -> Document:
    """The document that a file holds; `between` stands for what is between sentences, which no file tells."""
    reading = _Reading(layers_of(text))
    sentences: list[_Sentence] = []
    said: list[str] = []
    for place, line in enumerate(re.split("\r\n|\n|\r", text), start=1):
        if line.startswith("#Text="):
            said.append(plain(line[6:]))
        elif line and not line.startswith("#"):
            if said and (told := _ROW.match(line)):
                sentences.append(
                    _Sentence("\n".join(said), int(told[2]), line[told.end() :].partition("\t")[0])
                )
                said = []
            if reason := reading.take(place, line):
                reading.found.wrong.append((place, reason))
    found = reading.finished()
    found.text = _joined(sentences, between)
    return found


@dataclass(frozen=True)
class _Sentence:
    text: str
    begin: int  # of its first token
    token: str

    @property
    def start(self) -> int:
        """Where it begins, in UTF-16 units; its first token may stand behind a blank."""
        return self.begin - _units(self.text[: max(self.text.find(self.token), 0)])


def _joined(sentences: list[_Sentence], between: str) -> str | None:
    """The text; None where sentences overlap."""
    parts, length = [], 0
    for sentence in sentences:
        gap = sentence.start - length
        if not 0 <= gap <= len(sentence.text) + 10_000:
            return None
        parts += [between * gap, sentence.text]
        length += gap + _units(sentence.text)
    return "".join(parts)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
