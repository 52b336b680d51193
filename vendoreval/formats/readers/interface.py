"""What a reader of files must do; gold and deliveries are read by the same ones.

A reader says what stands in the files and nothing else: no class is checked, no row is left out for its
content, no repeat is settled. That is the intake's work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from vendoreval.formats.readers.sources import Source
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import Shape

NO, MAYBE, SURE = 0, 1, 2


@dataclass(frozen=True)
class Confidence:
    """Whether files are of a format: NO, MAYBE (nothing speaks against it) or SURE, with a printed reason."""

    level: int
    reason: str


@dataclass(frozen=True)
class ReaderOption:
    """What a file of the format cannot tell: `--read NAME=VALUE`. An empty `choices` takes any text.

    `file`: the value names a file of the buyer's, which no bundle holds.
    """

    name: str
    meaning: str
    default: str
    choices: tuple[str, ...] = ()
    file: bool = False


@dataclass(frozen=True)
class Answers:
    """Some answers of one file, as Arrow arrays by canonical column.

    `rows`: item_id and the columns of the shape; where the format has them annotator_id, sheet_id, label_id,
    labelled_at, seconds, stage, guideline_version, source, flagged, ignored. Texts are strings; `map` is JSON
    text; labelled_at ISO text; seconds text or double; ignored bool; `int` int64; `fixed` float64 in whole
    pixels or degrees; `rings` list<list<list<double>>> (parts, rings, x and y in turn); `runs` list<int64>.
    `places` are 1-based lines, or numbers of objects in the file.

    `sheets`: item_id, and where known annotator_id, sheet_id, labelled_at, width, height, text. Every answered
    pair may stand here; those without a row must. `sheet_id` tells two answers of one person on one item, or
    of people the file does not name, apart.

    `raw`: text columns as the file has them, for filters. `joins`: rows without a sheet_id that stand in
    several files are one answer (as in files of rows), not several.

    `set_aside` counts what is in the file and is no answer of this shape, by a word for it ("polygon",
    "cancelled annotation"); nothing leaves without being counted there or refused.
    """

    file: str
    rows: Mapping[str, Any]
    places: Sequence[int]
    sheets: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    set_aside: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    joins: bool = False


class Reader(Protocol):
    """One format."""

    @property
    def name(self) -> str:
        """What `--format` calls it."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """File endings that it may have, in lower case with the dot."""

    @property
    def yields(self) -> frozenset[str]:
        """The task types whose answers it may hold."""

    @property
    def options(self) -> tuple[ReaderOption, ...]:
        """What must be known beside the files."""

    def recognises(self, source: Source) -> Confidence:
        """Whether the source is of this format, from its names and its first bytes."""

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; `options` holds a value for each option.

        Raises InputError with file and what to do where the files cannot be read.
        """
