"""The reader that files are read by, with a value for each of its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.formats.readers.interface import Answers, Reader
from vendoreval.formats.readers.known import reader, recognise
from vendoreval.formats.readers.row_files import RowFiles
from vendoreval.formats.readers.rows import FORMATS
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.table_options import NONE, TABLES
from vendoreval.labels.shapes import Shape

ROWS = "rows"


@dataclass(frozen=True)
class Chosen:
    """A reader, why it is this one, and the options with which it reads."""

    reader: Reader
    reason: str
    options: Mapping[str, str]
    name: str  # what --format would call it

    def batches(self, source: Source, shape: Shape) -> Iterator[Answers]:
        """The answers of that shape in the source."""
        return self.reader.read(source, shape, self.options)

    def with_raw(self, columns: Sequence[str]) -> Chosen:
        """A reader of rows that hands these columns on, too."""
        if not isinstance(self.reader, RowFiles):
            return self
        return replace(self, reader=replace(self.reader, raw=(*self.reader.raw, *columns)))

    def to_json(self) -> dict[str, Any]:
        """How the files are read, as it stands in the intake report under `read`; of files the names alone."""
        files = {option.name for option in self.reader.options if option.file}
        told = {name: Path(v).name if name in files and v else v for name, v in self.options.items()}
        if isinstance(self.reader, RowFiles):  # of which nothing needs to be said
            told = {name: value for name, value in told.items() if value not in ("", NONE)}
        return {"format": self.name, "options": told}

    @property
    def sentence(self) -> str:
        """How the files are read, for people."""
        said = ", ".join(f"{name}={value}" for name, value in self.to_json()["options"].items())
        return f"Read as {self.name}: {self.reason}{f' Options: {said}.' if said else ''}"


def chosen_reader(
    source: Source,
    task_type: str,
    *,
    fmt: str = "",
    options: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    raw: Sequence[str] = (),
) -> Chosen:
    """The reader named by `fmt`, else the one that recognises the source.

    `mapping` and `raw` are for files of rows. Raises InputError where no reader fits, UsageError for options
    that the format does not have.
    """
    if fmt in FORMATS.values() or (not fmt and (mapping or of_tables(options))):
        one: Reader = RowFiles(mapping or {}, raw, fmt or None)
        reason = "as --format says." if fmt else "it is said what its columns are."
        return Chosen(one, reason, values_of(one, options), fmt or ROWS)
    if fmt:
        found, reason = reader(fmt), "as --format says."
    else:
        found, confidence = recognise(source, task_type)
        reason = confidence.reason
    if task_type not in found.yields:
        raise UsageError(
            f"The format {found.name} holds no {task_type}.",
            remedy=f"It holds {', '.join(sorted(found.yields))}.",
        )
    if isinstance(found, RowFiles):
        found = found.with_columns(mapping or {}, raw)
    elif mapping:
        raise UsageError(f"--map is for files of rows, and this is {found.name}.", remedy="Leave --map out.")
    return Chosen(found, reason, values_of(found, options), found.name)


def of_tables(options: Sequence[str]) -> bool:
    """Whether one of the options is of files of rows only."""
    return any(text.partition("=")[0] in {one.name for one in TABLES} for text in options)


def values_of(one: Reader, given: Sequence[str]) -> dict[str, str]:
    """A value for each option of the format: as given, else its default."""
    said = parse_pairs(given, "--read")
    known = {option.name: option for option in one.options}
    for name, value in said.items():
        if name not in known:
            listed = ", ".join(known) or "none"
            raise UsageError(f"The format {one.name} has no option {name!r}.", remedy=f"It has: {listed}.")
        if known[name].choices and value not in known[name].choices:
            raise UsageError(
                f"--read {name}={value} is not known.", remedy=f"Write {' or '.join(known[name].choices)}."
            )
    return {name: said.get(name, option.default) for name, option in known.items()}
