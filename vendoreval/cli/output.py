"""What commands print: data to stdout, messages and progress to stderr, tables at 80 columns."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON record instead of text.")]

SYMBOLS = {"kept": "✔", "breached": "✘", "inconclusive": "?", "not_run": "–"}
COLOURS = {"kept": "green", "breached": "red", "inconclusive": "yellow", "not_run": "dim"}


def emit(record: Any) -> None:
    """Print one JSON record on stdout."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def console() -> Console:
    """Stdout for people; 80 columns when it is not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS") else 80
    return Console(highlight=False, width=width)


def say(text: str) -> None:
    """A line for people on stdout."""
    from rich.markup import escape

    console().print(escape(text))


def note(text: str) -> None:
    """A message on stderr, beside the data."""
    typer.echo(text, err=True)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = ()) -> None:
    """A plain table; columns named in `right` are aligned to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else Text(_text(cell)) for cell in row))
    console().print(made)
    if not made.row_count:
        say("None yet.")


def facts(pairs: Iterable[tuple[str, Any]]) -> None:
    """Name and value, one pair a line."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE, show_header=False, pad_edge=False, show_edge=False)
    made.add_column(style="bold", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in pairs:
        made.add_row(name, value if isinstance(value, Text) else Text(_text(value)))
    console().print(made)


def verdict(word: str) -> Any:
    """A verdict by symbol, word and colour."""
    from rich.text import Text

    return Text(f"{SYMBOLS.get(word, ' ')} {word.replace('_', ' ')}", style=COLOURS.get(word, ""))


def counted(n: int, noun: str) -> str:
    """`1 answer`, `2 answers`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share as per cent, or a dash."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _text(cell: Any) -> str:
    return "–" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell)
