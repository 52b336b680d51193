"""The list of types names each one that is judged, with a page that tells its columns."""

from __future__ import annotations

import re

from tests.conftest import ROOT
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.known import judged_types

FOLDER = ROOT / "docs/types"
OTHERWISE = ("rings", "lines", "runs")  # in rows these have other names: polygon, polyline, rle
LISTED = dict(
    re.findall(r"^\| `(\w+)` \|.*\[\w+\]\(([\w./]+)\) \|$", (FOLDER / "README.md").read_text("utf-8"), re.M)
)


def test_each_judged_type_is_listed_and_no_other() -> None:
    assert list(LISTED) == [name for name in LISTED if name in judged_types()]
    assert set(LISTED) == set(judged_types()) == {one.name for one in TASK_TYPES.values() if one.available}


def test_each_page_tells_the_columns_of_its_type() -> None:
    for name, page in LISTED.items():
        text = (FOLDER / page).read_text("utf-8")
        for field in SHAPES[name].fields:
            if field.required and field.kind not in OTHERWISE:
                assert f"`{field.name}" in text or f", {field.name}" in text, f"{page}: {field.name}"
