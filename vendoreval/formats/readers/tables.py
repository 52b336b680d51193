"""Files of rows with one answer each, opened as they are to be read: plain, mapped, or as platforms write them.

What another tool exported (COCO and the like) is no table: its reader says what stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.answer_file import is_row_file
from vendoreval.formats.readers.archives import members_of_file
from vendoreval.formats.readers.chosen import ROWS, Chosen, of_tables, values_of
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.formats.readers.known import PLATFORMS, reader
from vendoreval.formats.readers.members import Member, file_member
from vendoreval.formats.readers.row_files import RowFiles, opened_member, opened_rows
from vendoreval.formats.readers.rows import FORMATS, RowFile
from vendoreval.formats.readers.table_options import DATES, ROW_NAMES, WIDE, Table
from vendoreval.received import check_file

_HEADED = ("csv", "tsv", "xlsx")  # kinds of files whose columns are known without reading them
_PACKED = (".zip", ".tar", ".tgz", ".txz")


@dataclass(frozen=True)
class Tables:
    """Opened tables, and how they are read; `chosen` is None where files are taken as they stand."""

    tables: tuple[Table, ...]
    chosen: Chosen | None

    @property
    def files(self) -> list[RowFile]:
        """The files in order."""
        return [table.file for table in self.tables]

    @property
    def mapping(self) -> Mapping[str, str]:
        """Which column holds a role, in all of them."""
        return self.tables[0].mapping

    @property
    def where(self) -> tuple[RowFilter, ...]:
        """The rows that a platform's format means, where it holds others too."""
        return self.tables[0].where

    @property
    def dates(self) -> str:
        """The stated order of day and month."""
        return self.chosen.options.get(DATES.name, "") if self.chosen else ""


@contextmanager
def open_tables(
    files: Sequence[tuple[str, Path]],
    task_type: str,
    *,
    fmt: str = "",
    options: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    where: Sequence[str] = (),
    gold: bool = False,
) -> Iterator[Tables | None]:
    """The files as tables for as long as they are read; None where they are an export of another tool.

    `where` are the columns that rows are filtered by. Raises InputError for files that cannot be read,
    UsageError for options that their format does not have.
    """
    ours = fmt in (*FORMATS.values(), *PLATFORMS, ROWS)
    told = bool(mapping) or ours or of_tables(options)
    if (fmt and not ours) or not (told or all(is_row_file(path, fmt) for _, path in files)):
        yield None
        return
    with ExitStack() as kept:
        members = [(member, name) for name, path in files for member in _members(path, name)]
        guess = not mapping and not ours and _headed(members[0][0])
        first = _open(kept, members[0][0], None, parse_pairs(options, "--read")) if guess else None
        chosen = _chosen(fmt, first, mapping or {}, where, options)
        one = chosen.reader
        assert isinstance(one, RowFiles)
        opened = [_open(kept, member, one.fmt, chosen.options) for member, _ in members]
        tables = tuple(
            one.table(file, member.name, chosen.options, gold=gold, answers=task_type)
            for file, (member, _) in zip(opened, members, strict=True)
        )
        _same(tables)
        silent = type(one) is RowFiles and not chosen.to_json()["options"]
        yield Tables(tables, None if silent else chosen)


def _members(path: Path, name: str) -> list[Member]:
    """The file itself, or what is packed in it, which must be rows."""
    if path.suffix.lower() not in _PACKED and not path.name.lower().endswith((".tar.gz", ".tar.xz")):
        check_file(path, "rows")
        return [file_member(path, name)]
    found = [
        member for member in members_of_file(path, name)[0]
        if not any(part.startswith((".", "__MACOSX")) for part in member.name.split("/"))
    ]  # fmt: skip
    other = [member.name for member in found if member.suffix not in FORMATS]
    if other or not found:
        raise InputError(
            f"It holds {other[0]!r}, which is no file of rows." if other else "There is no file in it.",
            file=str(path), remedy="Name the files of rows by themselves.",
        )  # fmt: skip
    return sorted(found, key=lambda member: member.name)


def _headed(member: Member) -> bool:
    return FORMATS.get(PurePosixPath(member.name.removesuffix(".gz")).suffix.lower()) in _HEADED


def _open(kept: ExitStack, member: Member, fmt: str | None, options: Mapping[str, str]) -> RowFile:
    if member.path is not None:
        return opened_rows(member.path, fmt, options)
    return kept.enter_context(opened_member(member, fmt, options))


def _chosen(
    fmt: str, first: RowFile | None, mapping: Mapping[str, str], where: Sequence[str], options: Sequence[str]
) -> Chosen:
    """The reader of the tables: as said, else the platform whose columns they have, else rows as they are."""
    name, reason = fmt, "as --format says."
    shaped = any(text.partition("=")[0] in (WIDE.name, ROW_NAMES.name) for text in options)
    if first is not None and not shaped and not {"item_id", "label"} <= set(first.names):
        name, reason = _recognised(first)
    if name in PLATFORMS:
        found = reader(name)
        assert isinstance(found, RowFiles)
        one = found.with_columns(mapping, where)
        return Chosen(one, reason, values_of(one, options), name)
    rows = RowFiles(mapping, where, fmt if fmt and fmt != ROWS else None)
    return Chosen(rows, "it is said what its columns are.", values_of(rows, options), fmt or ROWS)


def _recognised(file: RowFile) -> tuple[str, str]:
    for name in PLATFORMS:
        found = reader(name)
        assert isinstance(found, RowFiles)
        if reason := found.fits(file.names):
            return name, f"{file.path.name} has {reason}."
    return "", ""


def _same(tables: Sequence[Table]) -> None:
    for table in tables[1:]:
        if table.mapping != tables[0].mapping:
            raise UsageError(
                f"{tables[0].file.path.name} and {table.file.path.name} have other columns.",
                remedy="Take them in one by one, or say with --map which columns hold what.",
            )
