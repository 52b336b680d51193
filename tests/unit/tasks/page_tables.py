"""The worked examples of the pages on types of answers."""

from __future__ import annotations

import re

from tests.conftest import ROOT


def page(kind: str) -> str:
    """The page of a type."""
    return (ROOT / f"docs/types/{kind}.md").read_text("utf-8")


def table(kind: str, name: str) -> list[dict[str, str]]:
    """The table that stands below the mark of an example on the page of a type, a row a line."""
    found = re.search(rf"<!-- example: {name} -->\n((?:\|.*\n)+)", page(kind))
    assert found is not None
    head, _, *lines = (
        [cell.strip() for cell in line.strip("|\n").split("|")] for line in found[1].splitlines()
    )
    return [dict(zip(head, line, strict=True)) for line in lines]
