"""The table of what is written is that of the code, and names what each format does not hold."""

from __future__ import annotations

import os
import re

from tests.conftest import ROOT
from vendoreval.formats.writers.known import WRITERS
from vendoreval.labels.shapes import SHAPES

PAGE = ROOT / "docs" / "formats" / "README.md"
TABLE = re.compile(r"(<!-- table: written -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    lines = ["| format | file | task types | not held |", "| --- | --- | --- | --- |"]
    for entry in WRITERS:
        types = "all" if entry.yields == frozenset(SHAPES) else ", ".join(sorted(entry.yields))
        lines.append(f"| {entry.name} | {entry.ending} | {types} | {entry.loses} |")
    return "\n".join(lines)


def test_the_table_of_what_is_written_is_that_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    filled = TABLE.sub(lambda found: f"{found[1]}{table()}\n{found[2]}", text)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(filled, "utf-8")
    assert PAGE.read_text("utf-8") == filled, "run ./run golden"


def test_entries_say_what_their_writers_say() -> None:
    for entry in WRITERS:
        writer = entry.writer()
        assert (writer.name, writer.ending, writer.yields) == (entry.name, entry.ending, entry.yields)
