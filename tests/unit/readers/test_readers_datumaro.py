"""Datumaro JSON: the corpus, and the traps of real tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from tests.unit.readers.test_readers_labelme import read_masks
from vendoreval.errors import InputError
from vendoreval.formats.readers.datumaro import READER
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.runs import pixels_of

(ROW,) = manifest("datumaro")
FILE = CORPUS / ROW["file"]
WANTED = expected(ROW)


def test_boxes_of_the_corpus() -> None:
    found = read(READER, FILE, "boxes")
    wanted = [entry for entry in WANTED if entry["kind"] == "box"]
    assert boxes(found.rows) == [(e["image"], e["label"], *corners(e["bbox"])) for e in wanted]
    assert [json.loads(row.get("attributes", "{}")) for row in found.rows] == [e["attributes"] for e in wanted]
    assert found.aside == {"mask": 2, "polygon": 4, "keypoints": 1}
    assert len(found.sheets) == 6
    assert found.sheets[0] == {"item_id": "a_plain", "width": 80, "height": 60}


def test_polygons_of_the_corpus_fold_the_parts_of_a_group() -> None:
    found = read(READER, FILE, "polygons")
    assert [(row["label"], len(row["rings"])) for row in found.rows] == [
        ("traffic light", 1), ("person", 1), ("car", 2),
    ]  # fmt: skip
    rings = [ring for row in found.rows for (ring,) in row["rings"]]
    boxes_of = [
        [min(r[::2]), min(r[1::2]), max(r[::2]) - min(r[::2]), max(r[1::2]) - min(r[1::2])] for r in rings
    ]
    assert boxes_of == [entry["bbox"] for entry in WANTED if entry["kind"] == "polygon"]


def test_masks_of_the_corpus() -> None:
    found = read(READER, FILE, "masks", items="picture")
    assert [row["runs"] for row in found.rows] == [runs for _, runs in read_masks()]
    assert [row["item_id"] for row in found.rows] == [item for item, _ in read_masks()]
    assert [row.get("ignored") for row in found.rows] == [True, None]
    assert found.said("Crowds")
    assert not any(row.get("ignored") for row in read(READER, FILE, "masks", crowd="object").rows)


def test_keypoints_of_the_corpus_take_their_area_from_the_group() -> None:
    found = read(READER, FILE, "keypoints")
    assert [(r["keypoint"], r["x"], r["y"], r["visible"]) for r in found.rows] == [
        ("head", 40, 6, 2), ("hip", 40.5, 20, 1), ("foot", 0, 0, 0),
    ]  # fmt: skip
    assert {(row["item_id"], row["label"], row["area"]) for row in found.rows} == {
        ("sub dir/f.mask v2", "person", 680)
    }


def test_recognised_with_a_reason() -> None:
    assert READER.recognises(open_source([FILE])).level == 2
    assert READER.recognises(open_source([CORPUS / "files/coco/supervision"])).level == 0


# What tools get wrong (files written here)


def written(tmp_path: Path, *annotations: Any, **fields: Any) -> Path:
    categories = {
        "label": {"labels": [{"name": "car"}, {"name": "person"}]},
        "points": {"items": [{"label_id": 1, "labels": ["nose", "tail"]}]},
    }
    items = [{"id": "a", "image": {"path": "a.jpg", "size": [50, 100]}, "annotations": annotations}]
    path = tmp_path / "default.json"
    path.write_text(json.dumps({"categories": categories, "items": items, **fields}), encoding="utf-8")
    return path


def note(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": 0, "type": kind, "label_id": 0, "group": 0, "attributes": {}, **fields}


def test_without_a_version_and_with_a_rotation(tmp_path: Path) -> None:
    box = note("bbox", bbox=[1, 2, 3, 4], attributes={"rotation": 45.0, "occluded": True})
    path = written(tmp_path, box)
    assert READER.recognises(open_source([path])).level == 2
    (row,) = read(READER, path, "boxes").rows
    assert row["angle"] == 45
    assert json.loads(row["attributes"]) == {"occluded": True}


def test_masks_of_a_group_are_one_and_their_outlines_are_set_aside(tmp_path: Path) -> None:
    rle = {"counts": [0, 50, 4950], "size": [50, 100]}
    other = {"counts": [4950, 50], "size": [50, 100]}
    outline = note("polygon", points=[0, 0, 9, 0, 9, 9], group=1)
    path = written(tmp_path, note("mask", rle=rle, group=1), note("mask", rle=other, group=1), outline)
    for option in ("aside", "drawn"):
        found = read(READER, path, "masks", polygons=option)
        pixels = np.zeros((50, 100), dtype=bool)
        pixels[:, [0, 99]] = True
        assert_array_equal(pixels_of(found.rows[0]["runs"], 50, 100), pixels)
        assert len(found.rows) == 1
        assert found.aside == {"polygon": 1}


@pytest.mark.parametrize(("broken", "shape", "why"), [
    (note("bbox", bbox=[1, 2, 3]), "boxes", "length 4"), (note("bbox"), "boxes", "no bbox"),
    (note("bbox", bbox=[1, 2, 3, 4], label_id=9), "boxes", "label_id 9"),
    (note("bbox", bbox=[1, 2, 3, 4], label_id=None), "boxes", "no label"),
    (note("polygon", points=[1, 2, 3]), "polygons", "belong together"),
    (note("mask", rle={"counts": [5], "size": [50, 100]}), "masks", "cover"), (note("mask"), "masks", "no rle"),
    (note("mask", rle={"counts": [5000], "size": [100, 50]}), "masks", "its image"),
    (note("points", points=[1, 2], label_id=1), "keypoints", "1 points for the 2"),
    (note("points", points=[1, 2, 3, 4], label_id=1, visibility=[7, 1]), "keypoints", "visibility"),
])  # fmt: skip
def test_annotations_that_cannot_be_read_are_refused(tmp_path: Path, broken: Any, shape: str, why: str) -> None:
    found = read(READER, written(tmp_path, broken), shape)
    assert not found.rows
    assert len(found.refusals) == 1
    assert why in found.refusals[0]
    assert len(found.sheets) == 1


def test_other_types_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path, note("label"), note("caption", caption="x"), note("polyline", points=[1, 2]))
    assert read(READER, path, "boxes").aside == {"label of the whole image": 1, "caption": 1, "polyline": 1}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"items": []}', '{"categories": 5, "items": []}', "[" * 100_000]
)
def test_what_is_no_datumaro_is_refused_with_a_clear_word(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json"):
        read(READER, tmp_path, "boxes")
