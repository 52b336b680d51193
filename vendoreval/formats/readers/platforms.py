"""Tables as annotation platforms write them: which columns hold what is known of them, not asked.

A platform is a reader of rows that finds the columns itself. `--map` goes before what it finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from vendoreval.errors import InputError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.interface import NO, SURE, Confidence, ReaderOption
from vendoreval.formats.readers.known_columns import as_option
from vendoreval.formats.readers.row_files import RowFiles, opened_member
from vendoreval.formats.readers.rows import FORMATS, RowFile
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.table_options import TABLES, Table, table_of

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")


@dataclass(frozen=True)
class Found:
    """A platform's table: the file, maybe as another view; the roles' columns; what is to be said of it.

    `where` and `separator` are for gold.
    """

    file: RowFile
    mapping: Mapping[str, str]
    notes: tuple[str, ...] = ()
    where: tuple[RowFilter, ...] = ()
    separator: str = ""


class Preset(Protocol):
    """What is known of one platform's tables."""

    def fits(self, names: Sequence[str]) -> str:
        """What in the columns' names is the platform's own; empty where it is none of its tables."""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """The table in the file; `mapping` is what the buyer says, which nothing must be found for.

        Raises InputError where the buyer has to say which column is meant.
        """


@dataclass(frozen=True)
class Platform(RowFiles):
    """The reader of a platform's tables."""

    suffixes: tuple[str, ...] = SUFFIXES
    preset: Preset = field(kw_only=True)

    def recognises(self, source: Source) -> Confidence:
        """By the columns of the first file."""
        member = source.members[0]
        if member.suffix not in FORMATS:
            return Confidence(NO, f"{member.name} is no table.")
        try:
            with opened_member(member, self.fmt) as file:
                reason = self.fits(file.names)
        except InputError as error:
            return Confidence(NO, str(error))
        return Confidence(SURE if reason else NO, f"{member.name} has {reason or 'other columns'}.")

    def fits(self, names: Sequence[str]) -> str:
        """What in the columns' names is the platform's own."""
        return self.preset.fits(names)

    def table(
        self, file: RowFile, name: str, options: Mapping[str, str], *, gold: bool = False, answers: str = ""
    ) -> Table:
        """The file with the columns that are known of the platform, and those that are said."""
        found = self.preset.find(file, self.mapping, options, gold)
        mapping = {**found.mapping, **self.mapping}
        if answers == "multilabel" and "label" in found.mapping and "label" not in self.mapping:
            mapping["labels"] = mapping.pop("label")  # all of an item's classes stand in one cell
        table = table_of(found.file, name, mapping, self.raw, options)
        read = ", ".join(f"{role}={column}" for role, column in mapping.items() if role != column)
        notes = (*([f"Columns: {read}."] if read else []), *found.notes, *table.file.notes)
        return replace(
            table, file=replace(table.file, notes=notes), where=found.where, separator=found.separator
        )


def the_one(file: RowFile, role: str, columns: Sequence[str], what: str) -> str:
    """The only column among those that hold `what`; raises InputError where there is none, or several."""
    if len(columns) == 1:
        return columns[0]
    said = f"{len(columns)} columns hold {what}s" if columns else f"No column holds {what}s"
    listed = f": {', '.join(columns[:8])}{', …' if len(columns) > 8 else ''}" if columns else ""
    raise InputError(
        f"{said}{listed}.", file=str(file.path),
        remedy=f"Say which one: {as_option(role, columns[0] if columns else 'COLUMN')}."
        + (" Each question is a delivery of its own." if columns and role == "label" else ""),
    )  # fmt: skip


def present(names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The roles whose columns are there."""
    return {role: column for role, column in wanted.items() if column in names}


def platform(name: str, preset: Preset, options: Sequence[ReaderOption] = (), **defaults: str) -> Platform:
    """A platform's reader, with its own options and its own defaults of those that all tables have."""
    common = tuple(replace(one, default=defaults.get(one.name, one.default)) for one in TABLES)
    return Platform(name=name, options=(*options, *common), preset=preset)
