"""The items' own texts, as the buyer gives them for a report: a row file of the columns item_id and text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.reports.wording import count

COLUMNS = ("item_id", "text")


def texts_of(path: Path, items: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The text of each of `items` that the file has, and a remark where it lacks some.

    Raises InputError for other columns, a row that cannot be read, an item with two texts, and a file that has
    none of the items.
    """
    file = open_rows(path)
    require(file, {name: name for name in COLUMNS}, option="--texts")
    if strange := [name for name in file.names if name not in COLUMNS]:
        raise InputError(
            f"The column {strange[0]!r} is neither item_id nor text.", file=str(path),
            remedy="Leave it out, so that nothing is printed by mistake.",
        )  # fmt: skip
    wanted, found = set(items), dict[str, str]()
    for batch in file.batches(COLUMNS):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=str(path), line=refusal.line)
        columns = (batch.columns[name].to_pylist() for name in COLUMNS)
        for line, item, text in zip(batch.lines, *columns, strict=True):
            if item in wanted and text and found.setdefault(item, text) != text:
                raise InputError(f"The item {item!r} has two texts.", file=str(path), line=int(line))
    missing = list(dict.fromkeys(item for item in items if item not in found))
    if items and not found:
        raise InputError(
            "The file has the text of no item that is shown.", file=str(path),
            remedy=f"Its column item_id has ids such as {missing[0]!r}.",
        )  # fmt: skip
    if not missing:
        return found, ()
    told = f"For {count(len(missing), 'item')} of the lines that show their items no text was given"
    return found, (f"{told}, such as {missing[0]}.",)
