"""What files of rows cannot tell of themselves, and the view of a file that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vendoreval.errors import UsageError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.row_views import chosen_columns, named, wide, with_paths
from vendoreval.formats.readers.rows import RowFile

PEOPLE, ITEMS = "annotator_id", "item_id"
NONE = "none"
DATES = ReaderOption(
    "dates", "the order of day and month in dates with slashes or dots; with none they count as unknown", NONE,
    (NONE, "dmy", "mdy"),
)  # fmt: skip
SHEET = ReaderOption("sheet", "the sheet of a workbook; empty: the only one with rows", "")
NAMED_BY = ReaderOption(
    "annotator-from", "file: each file is the answers of the person of its name", NONE, (NONE, "file")
)
WIDE = ReaderOption(
    "wide", "columns whose cells are an answer each: names, w-* or first..last; their names are annotators, "
    "behind item_id= items", "",
)  # fmt: skip
ROW_NAMES = ReaderOption(
    "row-names", "first: rows begin with a name that the header lacks, as R writes them", NONE, (NONE, "first")
)
TABLES = (WIDE, NAMED_BY, DATES, SHEET, ROW_NAMES)
NAMED = tuple(one.name for one in (WIDE, NAMED_BY, DATES, SHEET))  # options of the command line by themselves


@dataclass(frozen=True)
class Table:
    """A row file as it is to be read: which column holds a role, and (for gold) which rows are meant.

    `separator` stands between accepted answers.
    """

    file: RowFile
    mapping: Mapping[str, str] = field(default_factory=dict)
    where: tuple[RowFilter, ...] = ()
    separator: str = ""


def table_of(
    file: RowFile, name: str, mapping: Mapping[str, str], further: Sequence[str], options: Mapping[str, str]
) -> Table:
    """A file called `name` by what is said of it; `further` are columns that are asked for besides.

    Raises InputError for columns that are not there, UsageError for what cannot be.
    """
    if said := options.get(WIDE.name):
        role, mark, columns = said.partition("=")
        if not mark or role not in (PEOPLE, ITEMS):
            role, columns = PEOPLE, said
        if role in mapping:
            raise UsageError(
                f"--wide says that columns are called by {role}, and --map where it stands.",
                remedy=f"Leave --map {role} out, or say --wide item_id=COLUMNS.",
            )
        keys = {column: column for column in chosen_columns(file, columns)}
        what = "the annotators" if role == PEOPLE else "the items"
        file = wide(file, keys, role, f"Each cell of {len(keys):,} columns is an answer; they name {what}.")
    if options.get(NAMED_BY.name) == "file":
        person = PurePosixPath(name).name.removesuffix(".gz").rpartition(".")[0] or name
        file = named(file, PEOPLE, person, "Each file is named by its annotator.")
    asked = {**mapping, **{column: column for column in further}}
    return Table(with_paths(file, asked), mapping)
