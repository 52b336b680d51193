"""The table of formats in the docs is that of the code; the examples of the pages are read as they say."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.unit.readers.span_corpus import read
from vendoreval.formats.readers.known import READERS, reader
from vendoreval.workflow.deliveries.known_formats import known_formats

PAGES = ROOT / "docs" / "formats"
TABLE = re.compile(r"(<!-- table: formats -->\n).*?(<!-- end -->)", re.DOTALL)
# An example: what it is read as, a file, what it gives.
EXAMPLE = re.compile(
    r"<!-- example: (?P<format>\S+) (?P<shape>\S+)(?P<options>( \S+=\S*)*) -->\n"
    r"```(?P<kind>\w+)\n(?P<text>.*?)```\n(?P<between>.*?)```json\n(?P<rows>.*?)```",
    re.DOTALL,
)
EXAMPLES = [
    (page.name, found)
    for page in sorted(PAGES.glob("*.md"))
    for found in EXAMPLE.finditer(page.read_text("utf-8"))
]


def table() -> str:
    lines = ["| format | files | task types | options |", "| --- | --- | --- | --- |"]
    for one in known_formats():
        page = (
            f"[{one['format']}]({one['format']}.md)"
            if (PAGES / f"{one['format']}.md").exists()
            else one["format"]
        )
        options = "<br>".join(
            f"`{o['name']}={o['default']}`: {o['meaning']}"
            + (f" ({', '.join(o['choices'])})" if o["choices"] else "")
            for o in one["options"]
        )
        lines.append(f"| {page} | {' '.join(one['suffixes'])} | {', '.join(one['task_types'])} | {options} |")
    return "\n".join(lines)


def test_the_table_of_formats_is_that_of_the_code() -> None:
    page = PAGES / "README.md"
    text = page.read_text("utf-8")
    filled = TABLE.sub(lambda found: f"{found[1]}{table()}\n{found[2]}", text)
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(filled, "utf-8")
    assert page.read_text("utf-8") == filled, "run ./run golden"


def written(folder: Path, kind: str, text: str) -> Path:
    """An example as a file; or as a folder of several, which are parted by lines such as `== labels/a.txt`."""
    if kind != "files":
        path = folder / f"example.{kind}"
        path.write_text(text, "utf-8")
        return path
    for part in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        name, _, content = part.partition("\n")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    return folder


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_examples_are_read_as_the_pages_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, example: re.Match[str]
) -> None:
    path = written(tmp_path, example["kind"], example["text"])
    monkeypatch.chdir(tmp_path)  # options may name files of the example
    options = dict(pair.split("=", 1) for pair in example["options"].split())
    found = read(reader(example["format"]), path, shape=example["shape"], **options)
    wanted: list[dict[str, Any]] = [json.loads(line) for line in example["rows"].splitlines()]
    assert len(found.rows) == len(wanted), page
    for row, one in zip(found.rows, wanted, strict=True):
        given = {
            name: json.loads(value) if name == "attributes" else value
            for name, value in row.items()
            if value is not None
        }
        assert {name: given.get(name) for name in one} == one


def test_every_option_of_a_format_is_explained_on_its_page() -> None:
    for entry in READERS:
        page = PAGES / f"{entry.name}.md"
        if page.exists():
            text = page.read_text("utf-8")
            for option in entry.reader().options:
                assert f"`{option.name}`" in text, f"{entry.name}: {option.name}"
