"""What commands print: data to stdout, messages and progress to stderr, tables at 80 columns."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vendoreval.safe_text import visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print one JSON record instead of text.")]

SYMBOLS = {"kept": "✔", "breached": "✘", "inconclusive": "?", "not_run": "–"}
COLOURS = {"kept": "green", "breached": "red", "inconclusive": "yellow", "not_run": "dim"}
NOTHING = "–"  # a cell without a value
_GAP = 2  # columns of the screen between two columns of a table
# A sign belongs to its word and a unit to its number, so that a line ends neither between them nor within.
_WORDS = re.compile(r"(?:\W )?\S+(?: %)?")


def emit(record: Any) -> None:
    """Print one JSON record on stdout; hidden characters in its texts stand there as JSON's escapes."""
    sys.stdout.write(visible_json(json.dumps(record, ensure_ascii=False, indent=2)) + "\n")


def console() -> Console:
    """Stdout for people; 80 columns when it is not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 80
    return Console(highlight=False, width=width)


def say(*lines: str) -> None:
    """Lines for people on stdout; whatever a vendor's text hides in one of them is shown as escapes."""
    from rich.text import Text

    for line in lines:
        console().print(Text(visible(line)))


def exactly(line: str) -> None:
    """A line that is to be copied, such as a command: never wrapped."""
    typer.echo(visible(line))


def note(*lines: str) -> None:
    """A message on stderr, beside the data, in which nothing is hidden either."""
    for line in lines:
        typer.echo(visible(line), err=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A plain table; columns named in `right` are aligned to the right.

    No word and no number is broken: where the columns are too narrow for that, each row is printed as a
    list of its cells by name.
    """
    from rich import box
    from rich.table import Table

    shown = [[_cell(cell) for cell in row] for row in rows]
    if not shown:
        return say("None yet.")
    widths = _widths(columns, shown, right, console().width)
    if widths is None:
        return _stacked(columns, shown)
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["right", "left"] = "right" if column in right else "left"
        made.add_column(column, justify=justify, width=width, overflow="fold")
    for row in shown:
        made.add_row(*row)
    return console().print(made)


def _stacked(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> None:
    for number, row in enumerate(rows):
        if number:
            say("")
        facts((name, cell) for name, cell in zip(columns, row, strict=True) if cell.plain != NOTHING)


def _widths(
    columns: Sequence[str], rows: Sequence[Sequence[Text]], right: Sequence[str], room: int
) -> list[int] | None:
    """The width of each column, cut where texts can wrap; None where a word would have to break."""
    from rich.cells import cell_len

    wanted, least = [], []
    for place, name in enumerate(columns):
        texts = [row[place].plain for row in rows]
        wanted.append(max(map(cell_len, (name, *texts))))
        whole = [name.split(), texts] if name in right else [name.split(), *map(_WORDS.findall, texts)]
        least.append(max((cell_len(word) for words in whole for word in words), default=1))
    over = sum(wanted) + _GAP * (len(columns) - 1) - room
    while over > 0:
        widest = max(range(len(wanted)), key=lambda place: (wanted[place] > least[place], wanted[place]))
        if wanted[widest] <= least[widest]:
            return None
        wanted[widest] -= 1
        over -= 1
    return wanted


def facts(pairs: Iterable[tuple[str, Any]]) -> None:
    """Name and value, one pair a line; the parts of a tuple stand below each other."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE, show_header=False, pad_edge=False, show_edge=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        parts = value if isinstance(value, tuple) else (value,)
        made.add_row(name, Text("\n").join(map(_cell, parts)))
    console().print(made)


def verdict(word: str) -> Any:
    """A verdict by symbol, word and colour."""
    from rich.text import Text

    return Text(f"{SYMBOLS.get(word, ' ')} {word.replace('_', ' ')}", style=COLOURS.get(word, ""))


def counted(n: int, noun: str) -> str:
    """`1 answer`, `2 answers`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def moment(at: str | None) -> str | None:
    """`2026-03-01 14:05` (UTC), of a time as records hold it."""
    return at and at[:16].replace("T", " ")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as per cent, or a dash."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _cell(value: Any) -> Text:
    """A value as it is shown; a vendor's text with nothing hidden in it."""
    from rich.text import Text

    if isinstance(value, Text):
        return value
    return Text(NOTHING if value is None else f"{value:,}" if isinstance(value, int) else visible(str(value)))
