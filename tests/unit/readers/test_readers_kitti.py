"""KITTI: the corpus, classes with a blank, DontCare, and places in space."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image

from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.kitti import READER
from vendoreval.formats.readers.sources import open_source

ROWS = manifest("kitti")
CAR = "Car 0.25 1 -1.57 10 20 30 40 1.5 1.6 4.0 2.0 1.7 20.0 -1.2"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_the_corpus_without_the_line_that_a_blank_shifts(row: dict[str, str]) -> None:
    found = read(READER, CORPUS / row["file"], "boxes")
    wanted = [e for e in expected(row) if e["label"] != "traffic"]
    assert boxes(found.rows) == [
        (e["image"].removesuffix(".txt"), e["label"], *corners(e["bbox"])) for e in wanted
    ]
    (refusal,) = found.refusals
    assert "a class with a blank in its name shifts all of them" in refusal
    assert len(found.sheets) == (3 if "datumaro" in row["file"] else 6)
    assert READER.recognises(open_source([CORPUS / row["file"]])).level == 2
    with pytest.raises(InputError, match=f"None of its {len(wanted)} objects has a place in space"):
        read(READER, CORPUS / row["file"], "cuboids")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_a_class_with_a_blank_is_read_where_it_is_named(row: dict[str, str]) -> None:
    found = read(READER, CORPUS / row["file"], "boxes", names="bus, traffic light")
    assert not found.refusals
    (light,) = [one for one in boxes(found.rows) if one[1] == "traffic light"]
    assert light == ("d_attr", "traffic light", 0, 0, 10, 12)


def test_the_hidden_and_the_cut_off_are_attributes() -> None:
    found = read(READER, CORPUS / "files/kitti/datumaro_detection", "boxes")
    told = [json.loads(row["attributes"]) for row in found.rows if row["item_id"] == "d_attr"]
    assert told == [{"occluded": 1, "truncated": 0}, {"occluded": 0, "truncated": 0}]
    assert found.said("Lines with a score, which is not read: 12")


def written(tmp_path: Path, *lines: str, name: str = "label_2/000001.txt") -> Path:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_dont_care_is_no_object(tmp_path: Path) -> None:
    path = written(tmp_path, CAR, "DontCare -1 -1 -10 0 0 9 9 -1 -1 -1 -1000 -1000 -1000 -10")
    found = read(READER, path, "boxes")
    assert [(row["label"], row.get("ignored", False)) for row in found.rows] == [
        ("Car", False),
        ("DontCare", True),
    ]
    assert found.said("DontCare, on which nothing is judged: 1 (000001)")
    assert read(READER, path, "boxes", dontcare="aside").aside == {"DontCare": 1}
    assert "ignored" not in read(READER, path, "boxes", dontcare="object").rows[1]
    assert read(READER, path, "cuboids").aside == {"DontCare without a place in space": 1}
    written(tmp_path, CAR, CAR.replace("1.5 1.6 4.0", "-1 -1 -1"))
    assert read(READER, path, "cuboids").aside == {"box without a place in space": 1}


def test_items_have_their_pictures_ending_and_pictures_without_a_file_are_not_done(tmp_path: Path) -> None:
    path = written(tmp_path, CAR)
    (path / "image_2").mkdir()
    for name in ("000001", "000002"):
        Image.new("L", (64, 48)).save(path / "image_2" / f"{name}.png")
    found = read(READER, path, "boxes")
    assert [(s["item_id"], s["width"], s["height"]) for s in found.sheets] == [("000001.png", 64, 48)]
    assert found.aside == {"image without a label file, taken as not done": 1}


def test_a_cuboid_has_the_corners_that_the_benchmarks_devkit_gives_it(tmp_path: Path) -> None:
    """The devkit turns the corners (±l/2, 0 or -h, ±w/2) by rotation_y about the camera's y and moves them."""
    (row,) = read(READER, written(tmp_path, CAR), "cuboids").rows
    h, w, length, place, turn = 1.5, 1.6, 4.0, np.array([2.0, 1.7, 20.0]), -1.2
    rotation = np.array([[math.cos(turn), 0, math.sin(turn)], [0, 1, 0], [-math.sin(turn), 0, math.cos(turn)]])
    camera = [rotation @ [x * length / 2, -h * y, z * w / 2] + place
              for x in (1, -1) for y in (0, 1) for z in (1, -1)]  # fmt: skip
    theirs = sorted((z, -x, -y) for x, y, z in camera)
    yaw = math.radians(row["yaw"])
    along, across = np.array([math.cos(yaw), math.sin(yaw)]), np.array([-math.sin(yaw), math.cos(yaw)])
    ours = sorted(
        (*(np.array([row["x"], row["y"]]) + a * row["long"] / 2 * along + b * row["wide"] / 2 * across),
         row["z"] + c * row["high"] / 2)
        for a in (1, -1) for b in (1, -1) for c in (1, -1)
    )  # fmt: skip
    assert_allclose(np.asarray(ours), np.asarray(theirs), atol=1e-9)
    front = np.array([row["x"], row["y"]]) + along  # the devkit's arrow goes along +l
    ahead = rotation @ [1.0, 0, 0] + place
    assert_allclose(front, [ahead[2], -ahead[0]], atol=1e-9)


@pytest.mark.parametrize(
    "broken", ["Car 1 2 3", CAR.replace("20.0", "nan"), CAR + " 1 2", CAR.replace("4.0", "x")]
)
def test_lines_that_cannot_be_read_are_refused(tmp_path: Path, broken: str) -> None:
    found = read(READER, written(tmp_path, CAR, broken), "boxes")
    assert len(found.rows) == len(found.refusals) == 1


def test_an_empty_file_is_an_image_answered_with_nothing(tmp_path: Path) -> None:
    found = read(READER, written(tmp_path, ""), "boxes")
    assert [sheet["item_id"] for sheet in found.sheets] == ["000001"]
