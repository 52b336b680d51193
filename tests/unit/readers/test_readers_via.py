"""VIA: the corpus, and the shapes of its files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.via import READER

ROWS = manifest("via")
OLD_PROJECT = {"a.png1": {"filename": "a.png", "size": 1, "regions": {"0": {
    "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
    "region_attributes": {"label": "car"}}}}}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_the_corpus(row: dict[str, str]) -> None:
    path, wanted = CORPUS / row["file"], expected(row)
    found = read(READER, path, "boxes")
    told = [(e["image"], e["label"], *corners(e["bbox"])) for e in wanted if e["kind"] == "box"]
    assert boxes(found.rows) == told
    assert not found.refusals
    assert len(found.sheets) == 6
    assert found.aside.total() == len(wanted) - len(told)
    polygons = read(READER, path, "polygons")
    assert [(r["item_id"], r["label"], *_around(r)) for r in polygons.rows] == [
        (e["image"], e["label"], *corners(e["bbox"])) for e in wanted if e["kind"] == "polygon"
    ]
    assert READER.recognises(open_source([path])).level == 2


def _around(row: dict[str, Any]) -> tuple[float, ...]:
    flat = row["rings"][0][0]
    return min(flat[::2]), min(flat[1::2]), max(flat[::2]), max(flat[1::2])


def test_attributes_points_and_ellipses_of_the_corpus() -> None:
    path = CORPUS / "files/via/via2/via_region_data.json"
    told = [json.loads(row["attributes"]) for row in read(READER, path, "boxes").rows if "attributes" in row]
    assert told == [
        {"color": "red", "occluded": "yes"},
        {"color": "green & <amber>"},
    ]  # a ticked box is its name
    points = read(READER, path, "keypoints", keypoint="part")
    assert [(r["object_id"], r["keypoint"], r["x"], r["y"]) for r in points.rows] == [
        ("person", "head", 40, 6), ("person", "hip", 40.5, 20),
    ]  # fmt: skip
    assert read(READER, path, "keypoints").aside["point"] == 2
    (ellipse,) = [e for e in expected(ROWS[-1]) if e["kind"] == "ellipse"]
    drawn = read(READER, path, "polygons", ellipses="drawn").rows[0]
    assert _around(drawn) == pytest.approx(corners(ellipse["bbox"]), abs=0.05)
    assert read(READER, path, "classification", label="done").rows == [
        {"item_id": "c_empty.png", "label": "yes"}
    ]


def written(tmp_path: Path, content: Any, name: str = "via.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_regions_of_via_1_are_numbered(tmp_path: Path) -> None:
    assert boxes(read(READER, written(tmp_path, OLD_PROJECT), "boxes").rows) == [("a.png", "car", 1, 2, 4, 6)]


def test_csv_rows_of_an_image_are_one_answer(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
        'a.png,9,"{}",2,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":3,""height"":4}","{""type"":""car""}"\n'
        'a.png,9,"{}",2,1,"{""name"":""circle"",""cx"":5,""cy"":5,""r"":2}","{""type"":""car""}"\n'
        'b.png,9,"{}",0,0,"{}","{}"\n,9,"{}",0,0,"{}","{}"\nc.png,9,"{}",0,0,"{x","{}"\n',
        "via.csv",
    )
    assert READER.recognises(open_source([path])).level == 2
    found = read(READER, path, "boxes")
    assert boxes(found.rows) == [("a.png", "car", 1, 2, 4, 6)]
    assert [sheet["item_id"] for sheet in found.sheets] == ["a.png", "b.png"]
    assert found.aside == {"circle": 1}
    assert found.refusals == ["The row names no file.", "The attributes of the row are no JSON."]
    (circle,) = read(READER, path, "polygons", ellipses="drawn").rows
    points = zip(circle["rings"][0][0][::2], circle["rings"][0][0][1::2], strict=True)
    assert {round(math.dist(point, (5, 5)), 9) for point in points} == {2}
    assert read(READER, path, "boxes", empty="not_done").aside["image without regions, taken as not done"] == 1


@pytest.mark.parametrize(("shape", "told", "why"), [
    ({"name": "rect", "x": 1, "y": 2, "width": 3}, {"label": "car"}, "its height is no number"),
    ({"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, {"label": ""}, "has no label"),
    ({"name": "rect", "x": True, "y": 2, "width": 3, "height": 4}, {"label": "car"}, "its x is no number"),
])  # fmt: skip
def test_regions_that_cannot_be_read_are_refused(tmp_path: Path, shape: Any, told: Any, why: str) -> None:
    broken = {"shape_attributes": shape, "region_attributes": told}
    path = written(tmp_path, {"a": {"filename": "a.png", "regions": [broken]}, "b": {"regions": []}})
    found = read(READER, path, "boxes")
    assert not found.rows
    assert why in found.refusals[0]
    assert found.refusals[1] == "The image 'b' has no filename."


def test_the_class_must_be_told_where_nothing_names_it(tmp_path: Path) -> None:
    region = {
        "shape_attributes": {"name": "point", "cx": 1, "cy": 1},
        "region_attributes": {"one": "a", "two": "b"},
    }
    path = written(tmp_path, {"a": {"filename": "a.png", "regions": [region]}})
    with pytest.raises(InputError, match="nothing tells which of them is the class"):
        read(READER, path, "boxes")
    with pytest.raises(InputError, match="No region attribute is called 'three'"):
        read(READER, path, "boxes", label="three")


def test_projects_of_via_3_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="VIA 3"):
        read(READER, written(tmp_path, {"project": {}, "metadata": {}, "file": {}}), "boxes")
