"""The items' own texts, as the buyer gives them for a report: what was asked, and the answers to choose from.

A row file of the columns item_id and text, and a column named as a class for the text of each answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.reports.wording import count

COLUMNS = ("item_id", "text")


@dataclass(frozen=True)
class ItemTexts:
    """Texts by item, answers by item and class, and remarks on what lacks."""

    texts: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def texts_of(path: Path, items: Sequence[str], classes: Collection[str] = ()) -> ItemTexts:
    """The texts of each of `items` that the file has, and a remark where it lacks some.

    Raises InputError for other columns, a row that cannot be read, an item with two texts, and a file that has
    none of the items.
    """
    file = open_rows(path)
    named = [name for name in file.names if name in classes and name not in COLUMNS]
    require(file, {name: name for name in (COLUMNS[:1] if named else COLUMNS)}, option="--texts")
    if strange := [name for name in file.names if name not in COLUMNS and name not in named]:
        raise InputError(
            f"The column {strange[0]!r} is neither item_id nor text, and no class of the contract.",
            file=str(path), remedy="Leave it out, so that nothing is printed by mistake.",
        )  # fmt: skip
    wanted, found = set(items), dict[str, dict[str, str]]()
    columns = [name for name in ("text", *named) if name in file.names]
    for batch in file.batches(("item_id", *columns)):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=str(path), line=refusal.line)
        cells = zip(*(batch.columns[name].to_pylist() for name in columns), strict=True)
        for line, item, row in zip(batch.lines, batch.columns["item_id"].to_pylist(), cells, strict=True):
            said = {name: text for name, text in zip(columns, row, strict=True) if text}
            if item in wanted and said and found.setdefault(item, said) != said:
                raise InputError(f"The item {item!r} has two texts.", file=str(path), line=int(line))
    missing = list(dict.fromkeys(item for item in items if item not in found))
    if items and not found:
        raise InputError(
            "The file has the text of no item that is shown.", file=str(path),
            remedy=f"Its column item_id has ids such as {missing[0]!r}.",
        )  # fmt: skip
    told = f"For {count(len(missing), 'item')} of the lines that show their items no text was given"
    return ItemTexts(
        {item: said["text"] for item, said in found.items() if "text" in said},
        {item: {name: text for name, text in said.items() if name != "text"} for item, said in found.items()},
        (f"{told}, such as {missing[0]}.",) if missing else (),
    )
