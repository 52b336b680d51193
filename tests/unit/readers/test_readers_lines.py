"""Open lines as tools write them, and as rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.span_corpus import Found, read
from vendoreval.formats.readers.answer_cells import lines_of
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.known import reader

CVAT = """<annotations><version>1.1</version><image id="0" name="a.png" width="40" height="30">
<polyline label="lane" source="manual" occluded="1" points="1.50,2.00;10.00,2.00;20.00,9.00"><attribute
 name="dashed">true</attribute></polyline>
<polyline label="lane" occluded="0" points="1,2;x,3"></polyline><polygon label="car" points="1,2;3,4;5,6"/>
</image></annotations>"""
LABELME = {
    "version": "5", "imagePath": "a.png", "imageHeight": 30, "imageWidth": 40, "imageData": None, "flags": {},
    "shapes": [
        {"label": "lane", "points": [[1.5, 2], [10, 2], [20, 9]], "shape_type": "linestrip", "flags": {}},
        {"label": "wire", "points": [[0, 0], [5, 5]], "shape_type": "line", "flags": {}},
        {"label": "wire", "points": [[0, 0], [5, 5], [6, 6]], "shape_type": "line", "flags": {}},
    ],
}  # fmt: skip
DATUMARO = {
    "categories": {"label": {"labels": [{"name": "lane"}]}},
    "items": [{"id": "a", "image": {"path": "a.png", "size": [30, 40]}, "annotations": [
        {"id": 1, "type": "polyline", "label_id": 0, "group": 0, "points": [1.5, 2, 10, 2, 20, 9]},
        {"id": 2, "type": "polyline", "label_id": 0, "group": 0, "points": [1.5, 2, 10], "attributes": {}},
    ]}],
}  # fmt: skip
LINE = [[[1.5, 2.0, 10.0, 2.0, 20.0, 9.0]]]


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content", "rows", "refused"),
    [("cvat", CVAT, 1, 1), ("labelme", LABELME, 2, 1), ("datumaro", DATUMARO, 1, 1)],
)
def test_tools_lines_are_read(tmp_path: Path, name: str, content: Any, rows: int, refused: int) -> None:
    one: Reader = reader(name)
    assert "polylines" in one.yields
    path = written(tmp_path, "a.xml" if name == "cvat" else "a.json", content)
    found = read(one, path, shape="polylines")
    assert found.rows[0]["rings"] == LINE
    assert found.rows[0]["label"] == "lane"
    assert (len(found.rows), len(found.refusals)) == (rows, refused)
    assert (found.sheets[0]["width"], found.sheets[0]["height"]) == (40, 30)
    assert read(one, path, shape="boxes").aside.total() >= 2


def vector(folder: Path, **value: Any) -> Found:
    whole = {"closed": False, "vectorlabels": ["lane"], **value}
    region = {"id": "r", "type": "vectorlabels", "from_name": "v", "to_name": "i", "original_width": 200,
              "original_height": 100, "image_rotation": 0, "value": whole}  # fmt: skip
    answer = {"id": 5, "completed_by": 2, "was_cancelled": False, "result": [region]}
    task = {"id": 1, "data": {"image": "/data/a.png"}, "annotations": [answer]}
    return read(reader("label-studio"), written(folder, "e.json", [task]), shape="polylines")


def test_vectors_of_label_studio_with_branches(tmp_path: Path) -> None:
    points = [{"id": "a", "x": 0, "y": 10}, {"id": "b", "x": 50, "y": 10, "prevPointId": "a"},
              {"id": "c", "x": 100, "y": 50, "prevPointId": "b"}]  # fmt: skip
    (row,) = vector(tmp_path, vertices=points).rows
    assert row["rings"] == [[[0, 10, 100, 10, 200, 50]]]
    assert row["label"] == "lane"
    branch = [*points, {"id": "d", "x": 50, "y": 90, "prevPointId": "b"}]
    assert vector(tmp_path, vertices=branch).rows[0]["rings"][1] == [[100, 10, 100, 90]]
    closed = vector(tmp_path, vertices=points, closed=True).rows[0]["rings"]
    assert closed == [[[0, 10, 100, 10, 200, 50, 0, 10]]]
    curved = vector(tmp_path, vertices=[points[0], {**points[1], "isBezier": True}])
    assert "it is a curve" in curved.refusals[0].reason
    assert "has no vertices" in vector(tmp_path, vertices=[]).refusals[0].reason


def rows(folder: Path, text: str) -> Found:
    return read(reader("rows"), written(folder, "a.csv", text), shape="polylines")


def test_rows_hold_lines_as_wkt_or_lists(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        'item_id,label,line\na,lane,"LINESTRING (1.5 2, 10 2, 20 9)"\nb,lane,"[[1.5,2],[10,2],[20,9]]"\n'
        'c,lane,"[0,0,5,5,0,0]"\nd,lane,"MULTILINESTRING((0 0, 1 1), (2 2, 3 3))"\ne,lane,POINT (1 1)\nf,,\n',
    )
    assert [row["rings"] for row in found.rows] == [
        LINE, LINE, [[[0, 0, 5, 5, 0, 0]]], [[[0, 0, 1, 1]], [[2, 2, 3, 3]]],
    ]  # fmt: skip
    assert [one.reason for one in found.refusals] == ["The line is no WKT linestring and no list of x and y."]
    assert [sheet["item_id"] for sheet in found.sheets] == ["f"]


@pytest.mark.parametrize(
    "text", ["LINESTRING", "LINESTRING ()", "POLYGON ((0 0, 1 1))", "[1]", "[]", "{}", "(1 2)"]
)
def test_what_is_no_line_is_none(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        lines_of(text)
