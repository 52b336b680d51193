"""LabelMe: the corpus, the real outlines of vehicles, and the traps of real tools."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from tests.conftest import SHARED
from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.labelme import READER
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.runs import box_of, pixels_of

(ROW,) = manifest("labelme")
FOLDER = CORPUS / ROW["file"]
WANTED = [{**entry, "image": entry["image"].replace("\\", "/")} for entry in expected(ROW)]
VEHICLES = SHARED / "data/labelme_vehicle_polygons"


def test_boxes_of_the_corpus() -> None:
    found = read(READER, FOLDER, "boxes")
    upright = [row for row in found.rows if "angle" not in row]
    assert boxes(upright) == [
        (e["image"], e["label"], *corners(e["bbox"])) for e in WANTED if e["kind"] == "box"
    ]
    (turned,) = [row for row in found.rows if "angle" in row]
    assert turned["angle"] == pytest.approx(30)
    wide, high = turned["x_max"] - turned["x_min"], turned["y_max"] - turned["y_min"]
    assert (wide, high) == (pytest.approx(40), pytest.approx(10))
    told = [json.loads(row["attributes"]) for row in found.rows if row.get("attributes")]
    assert told == [e["attributes"] for e in WANTED if e["kind"] == "box" and e["attributes"]]
    assert found.aside == {"mask": 2, "polygon": 4, "point": 2}
    assert found.said("Shapes with a description, which is not read: 2")
    assert len(found.sheets) == 6
    assert not found.refusals


def test_polygons_of_the_corpus_fold_the_parts_of_a_group() -> None:
    found = read(READER, FOLDER, "polygons")
    parts = [ring for row in found.rows for (ring,) in row["rings"]]
    assert parts == [[n for point in e["points"] for n in point] for e in WANTED if e["kind"] == "polygon"]
    assert [(row["label"], len(row["rings"])) for row in found.rows] == [
        ("traffic light", 1), ("person", 1), ("car", 2),
    ]  # fmt: skip


def test_masks_of_the_corpus() -> None:
    found = read(READER, FOLDER, "masks")
    truth = read_masks()
    for row, (item, runs) in zip(found.rows, truth, strict=True):
        assert (row["item_id"], row["runs"]) == (item, runs)
    assert box_of(np.asarray(found.rows[1]["runs"]), 41) == (3, 5, 20, 36)
    assert read(READER, FOLDER, "masks", polygons="drawn").aside == {
        "rectangle": 14,
        "oriented_rectangle": 1,
        "point": 2,
    }


def read_masks() -> list[tuple[str, list[int]]]:
    """The same masks as Datumaro wrote them for COCO."""
    from vendoreval.formats.readers.coco import READER as COCO

    path = CORPUS / "files/coco/datumaro_instances/annotations/instances_train.json"
    return [(row["item_id"], row["runs"]) for row in read(COCO, path, "masks").rows]


def test_keypoints_of_the_corpus_are_points_of_a_group() -> None:
    found = read(READER, FOLDER, "keypoints")
    assert [(r["label"], r["keypoint"], r["x"], r["y"], r["visible"]) for r in found.rows] == [
        ("person", "head", 40, 6, 2), ("person", "hip", 40.5, 20, 1),
    ]  # fmt: skip
    assert {row["item_id"] for row in found.rows} == {"sub dir/f.mask v2.png"}
    assert {row["area"] for row in found.rows} == {20 * 34}
    assert len({row["object_id"] for row in found.rows}) == 1


def test_recognised_with_a_reason() -> None:
    for path in (FOLDER, VEHICLES / "labelme_xml"):
        assert READER.recognises(open_source([path])).level == 2
    assert READER.recognises(open_source([CORPUS / "files/voc/globox"])).level == 0
    assert READER.recognises(open_source([CORPUS / "files/coco/supervision"])).level == 0


def test_the_vehicles_of_the_web_tool() -> None:
    found = read(READER, VEHICLES / "labelme_xml", "polygons")
    with (VEHICLES / "delivered.csv").open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    facts = json.loads((VEHICLES / "FACTS.json").read_text(encoding="utf-8"))
    kept = [row for row in wanted if row["deleted"] == "False"]
    assert found.aside == {"deleted object": facts["n_deleted_flag"]}
    assert len(found.rows) + found.aside["deleted object"] == facts["n_polygons"]
    ours = {
        (r["item_id"].removesuffix(".jpg"), r["annotator_id"], r["label"], str(r["rings"][0][0]))
        for r in found.rows
    }
    assert ours == {
        (
            r["item_id"],
            r["annotator_id"],
            r["label"],
            str([n for point in json.loads(r["polygon"]) for n in point]),
        )
        for r in kept
    }
    assert {sheet["annotator_id"] for sheet in found.sheets} == {"a1", "a2", "a3", "a4"}
    assert {(sheet["width"], sheet["height"]) for sheet in found.sheets} == {(64, 64)}


# What tools get wrong (files written here)


def written(tmp_path: Path, *shapes: dict[str, Any], name: str = "a", **fields: Any) -> Path:
    path = tmp_path / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    base: dict[str, Any] = {
        "version": "5",
        "flags": {},
        "shapes": shapes,
        "imagePath": "a.jpg",
        "imageData": None,
    }
    path.write_text(json.dumps({**base, "imageHeight": 50, "imageWidth": 100, **fields}), encoding="utf-8")
    return path


def shape(*points: tuple[float, float], kind: str = "rectangle", **fields: Any) -> dict[str, Any]:
    return {"label": "car", "points": points, "shape_type": kind, "group_id": None, "flags": {}, **fields}


def test_rectangles_are_drawn_from_any_corner(tmp_path: Path) -> None:
    drawn = [((1, 2), (5, 9)), ((5, 9), (1, 2)), ((5, 2), (1, 9)), ((1, 9), (5, 2))]
    found = read(READER, written(tmp_path, *(shape(*points) for points in drawn)), "boxes")
    assert {row[2:] for row in boxes(found.rows)} == {(1, 2, 5, 9)}


def test_other_shapes_are_counted(tmp_path: Path) -> None:
    path = written(
        tmp_path, shape((1, 1), (2, 2), kind="circle"), shape((1, 1), (2, 2), kind="linestrip"),
        shape((1, 1), kind="point"),
    )  # fmt: skip
    assert read(READER, path, "boxes").aside == {"circle": 1, "linestrip": 1, "point": 1}
    assert read(READER, path, "keypoints").aside == {"circle": 1, "linestrip": 1, "point of no object": 1}


@pytest.mark.parametrize(("broken", "why"), [
    (shape((1, 1)), "1 points"), (shape((1, 1), (2, 2), label=None), "no label"),
    (shape((1, 1), (2, 2), label=" "), "no label"), ({"label": "car", "points": 5}, "`array"),
    (shape((1, 1), (2, 2), points=[[1], [2]]), "length 2"), (7, "`object`"),
])  # fmt: skip
def test_shapes_that_cannot_be_read_are_refused(tmp_path: Path, broken: Any, why: str) -> None:
    found = read(READER, written(tmp_path, broken, shape((1, 2), (3, 4))), "boxes")
    assert len(found.rows) == len(found.refusals) == 1
    assert why in found.refusals[0]


def _png(pixels: Any) -> str:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def test_masks_are_crops_between_two_points(tmp_path: Path) -> None:
    crop = np.zeros((4, 6), dtype=np.uint8)
    crop[1:, 2:] = 255
    found = read(READER, written(tmp_path, shape((10, 20), (15, 23), kind="mask", mask=_png(crop))), "masks")
    wanted = np.zeros((50, 100), dtype=bool)
    wanted[21:24, 12:16] = True
    assert_array_equal(pixels_of(found.rows[0]["runs"], 50, 100), wanted)


def test_masks_of_a_group_are_one_object(tmp_path: Path) -> None:
    full = np.full((2, 2), 255, dtype=np.uint8)
    parts = [shape((x, 0), (x + 1, 1), kind="mask", mask=_png(full), group_id=3) for x in (0, 10)]
    found = read(READER, written(tmp_path, *parts), "masks")
    assert len(found.rows) == 1
    assert pixels_of(found.rows[0]["runs"], 50, 100).sum() == 8


@pytest.mark.parametrize("broken", [
    shape((0, 0), (5, 5), kind="mask", mask="***"), shape((0, 0), (5, 5), kind="mask", mask=None),
    shape((0, 0), (5, 5), kind="mask", mask=_png(np.ones((2, 2), dtype=np.uint8))),
    shape((99, 0), (100, 1), kind="mask", mask=_png(np.ones((2, 2), dtype=np.uint8))),
    shape((0, 0), (1e30, 1), kind="mask", mask=_png(np.ones((2, 2), dtype=np.uint8))),
    shape((0, 0), (1, 1), kind="mask", mask=base64.b64encode(b"no picture").decode()),
])  # fmt: skip
def test_masks_that_cannot_be_read_are_refused(tmp_path: Path, broken: dict[str, Any]) -> None:
    found = read(READER, written(tmp_path, broken), "masks")
    assert len(found.refusals) == 1
    assert not found.rows


def test_images_of_one_name_in_two_folders_are_two_items(tmp_path: Path) -> None:
    for name in ("x/a", "y/a"):
        written(tmp_path, name=name, imagePath="..\\images\\a.jpg")
    assert [s["item_id"] for s in read(READER, tmp_path, "boxes").sheets] == [
        "x/images/a.jpg",
        "y/images/a.jpg",
    ]


def test_pictures_without_a_file_are_not_done(tmp_path: Path) -> None:
    written(tmp_path)
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (5, 5)).save(tmp_path / name)
    found = read(READER, tmp_path, "boxes")
    assert found.aside == {"image without a label file, taken as not done": 1}
    assert [sheet["item_id"] for sheet in found.sheets] == ["a.jpg"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"shapes": 5}', '{"a": 1}', '{"shapes": ' + "[" * 100_000, "\xff"]
)
def test_what_is_no_labelme_is_refused_with_a_clear_word(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"a\.json"):
        read(READER, tmp_path, "boxes")
