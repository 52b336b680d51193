"""The table of inputs in docs/cost.md is that of the code. UPDATE_GOLDEN=1 writes it anew."""

from __future__ import annotations

import os
import re

from tests.conftest import ROOT
from vendoreval.costs.fields import FIELDS

PAGE = ROOT / "docs" / "cost.md"


def _table() -> str:
    rows = ["| input | meaning | default, and where it comes from |", "| --- | --- | --- |"]
    rows += [f"| `{one.name}` | {one.meaning} | {one.source or 'has to be given'} |" for one in FIELDS]
    return "\n".join(rows)


def test_the_page_lists_every_input() -> None:
    page = PAGE.read_text("utf-8")
    fresh = re.sub(
        r"(<!-- table: cost inputs -->\n).*?(<!-- end -->)",
        lambda m: f"{m.group(1)}{_table()}\n{m.group(2)}",
        page,
        flags=re.DOTALL,
    )
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(fresh, "utf-8")
    assert PAGE.read_text("utf-8") == fresh, "run ./run golden"
