"""What another tool exported, as a file of rows: classes are taken in by the path that row files take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.formats.readers.chosen import Chosen
from vendoreval.formats.readers.known import READERS
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.rows import FORMATS, RowFile
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import SHAPES, Shape

_EXPORTS = (".json", ".manifest", ".xml", ".zip", ".tar", ".tgz")
_OURS = ("sheet_id",)  # told for answers of several rows only


@dataclass(frozen=True)
class AnswerFile(RowFile):
    """A source as one row file; `set_aside` and `remarks` are what its reader had to say."""

    chosen: Chosen
    source: Source
    shape: Shape
    set_aside: Mapping[str, int]
    remarks: tuple[str, ...]

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """All rows in file order, with the columns `wanted`, as text."""
        for answers in self.chosen.batches(self.source, self.shape):
            columns = {name: _text(column) for name, column in answers.rows.items() if name in wanted}
            yield Batch(columns, answers.places, answers.refusals)


def answer_file(chosen: Chosen, source: Source, shape: Shape = SHAPES["classification"]) -> AnswerFile:
    """The source as a row file; it is read once, for its columns and for what its reader sets aside."""
    names: dict[str, None] = {}
    aside: Counter[str] = Counter()
    remarks: dict[str, None] = {}
    for answers in chosen.batches(source, shape):
        names.update(dict.fromkeys(name for name in answers.rows if name not in _OURS))
        aside.update(answers.set_aside)
        remarks.update(dict.fromkeys(answers.notes))
    return AnswerFile(
        Path(source.name), chosen.name, tuple(names), chosen, source, shape, dict(aside), tuple(remarks)
    )  # fmt: skip


def is_row_file(path: Path, fmt: str) -> bool:
    """Whether a file of classes is read as rows: by its format, else unless it ends as tools' exports do."""
    if fmt:
        return fmt in FORMATS.values() or fmt not in {entry.name for entry in READERS}
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return not suffixes or suffixes[-1] not in _EXPORTS


def _text(column: Any) -> Any:
    import pyarrow as pa

    return column if pa.types.is_string(column.type) else column.cast(pa.string())
