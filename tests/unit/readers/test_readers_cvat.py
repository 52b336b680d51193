"""CVAT XML: every file of the corpus gives what its manifest says; options, refusals, hostile files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import box
from shapely.affinity import rotate

from tests.unit.readers.span_corpus import CORPUS, Found, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.cvat import READER
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.xml_stream import elements
from vendoreval.labels.runs import area_of, box_of, pixels_of
from vendoreval.limits import VARIABLE

ROWS = {row["file"]: row for row in manifest("cvat")}
READABLE = [name for name, row in ROWS.items() if row["expected"] and row["variant"] == "images"]
SHAPES_OF = {"boxes": ("box", "rbox"), "polygons": ("polygon",), "masks": ("mask",)}


def expected(name: str, shape: str) -> list[dict[str, Any]]:
    """The objects of a shape that a small separate reader got out of the file, in its order."""
    found = json.loads((CORPUS / ROWS[name]["expected"]).read_text("utf-8"))
    return [one for one in found if one["kind"] in SHAPES_OF[shape]]


def attributes(found: Any) -> Any:
    return json.loads(found) if found else {}


def hull(row: dict[str, Any]) -> list[float]:
    """x, y, width and height around a box that is turned clockwise about its centre, by shapely."""
    turned = rotate(
        box(row["x_min"], row["y_min"], row["x_max"], row["y_max"]), row.get("angle") or 0, "center"
    )
    x_min, y_min, x_max, y_max = turned.bounds
    return [x_min, y_min, x_max - x_min, y_max - y_min]


def pixels_by_hand(one: dict[str, Any], width: int, height: int) -> np.ndarray[Any, Any]:
    """The mask of a CVAT element, pixel by pixel."""
    raw = {name: int(one["raw"][name]) for name in ("left", "top", "width", "height")}
    image = np.zeros((height, width), dtype=bool)
    place, value = 0, False
    for length in map(int, one["rle"].split(",")):
        for pixel in range(place, place + length):
            row, column = divmod(pixel, raw["width"])
            image[raw["top"] + row, raw["left"] + column] = value
        place, value = place + length, not value
    return image


@pytest.mark.parametrize("name", READABLE)
def test_boxes_are_those_of_the_file(name: str) -> None:
    found = read(READER, CORPUS / name, shape="boxes")
    wanted = expected(name, "boxes")
    assert [(r["item_id"], r["label"]) for r in found.rows] == [(w["image"], w["label"]) for w in wanted]
    for row, one in zip(found.rows, wanted, strict=True):
        assert hull(row) == pytest.approx(one["bbox"], abs=1e-9)
        assert (row.get("angle") or 0) == one["rotation"]
        assert attributes(row.get("attributes")) == one["attributes"]
    assert not found.refusals
    assert [sheet["item_id"] for sheet in found.sheets] == [
        "a_plain.png", "b_crowd.png", "c_empty.png", "d_attr.png", "e_shapes.png", "sub dir/f.mask v2.png",
    ]  # fmt: skip
    assert [(sheet["width"], sheet["height"]) for sheet in found.sheets][:3] == [(80, 60), (120, 50), (50, 70)]


@pytest.mark.parametrize("name", READABLE)
def test_polygons_are_those_of_the_file(name: str) -> None:
    found = read(READER, CORPUS / name, shape="polygons", groups="apart")
    wanted = expected(name, "polygons")
    assert [[part[0] for part in row["rings"]] for row in found.rows] == [
        [[side for point in one["points"] for side in point]] for one in wanted
    ]
    assert [row["label"] for row in found.rows] == [one["label"] for one in wanted]


@pytest.mark.parametrize("name", READABLE)
def test_masks_are_those_of_the_file(name: str) -> None:
    found = read(READER, CORPUS / name, shape="masks")
    wanted = expected(name, "masks")
    assert [row["item_id"] for row in found.rows] == [one["image"] for one in wanted]
    for row, one in zip(found.rows, wanted, strict=True):
        width, height = row["width"], row["height"]
        assert (pixels_of(row["runs"], height, width) == pixels_by_hand(one, width, height)).all()


def test_masks_of_cvat_and_datumaro_are_the_same_and_those_of_the_truth() -> None:
    """One is cropped, the other is the whole image; the truth has a hole and two parts."""
    first, second = (
        read(READER, CORPUS / name, shape="masks").rows
        for name in ("files/cvat/cvat_images.xml", "files/cvat/datumaro_images/train.xml")
    )
    assert [row["runs"] for row in first] == [row["runs"] for row in second]
    areas = [area_of(np.asarray(row["runs"])) for row in first]
    assert areas == [48 * 30 - 6 * 6, 269]
    assert box_of(np.asarray(first[0]["runs"]), 50) == (62, 10, 110, 40)
    assert [row.get("source") for row in first] == ["model-assisted"] * 2


def test_groups_join_parts_of_one_label() -> None:
    """The two parts of e4 are one object by group_id."""
    found = read(READER, CORPUS / "files/cvat/cvat_images.xml", shape="polygons")
    assert [(row["label"], len(row["rings"])) for row in found.rows] == [
        ("traffic light", 1), ("person", 1), ("car", 2),
    ]  # fmt: skip
    assert found.notes == [
        "Shapes that are further parts of another shape, by label and group_id: 1 (e_shapes.png)."
    ]


def test_skeletons_say_which_points_are_not_there() -> None:
    found = read(READER, CORPUS / "files/cvat/cvat_images.xml", shape="keypoints")
    assert [(r["label"], r["keypoint"], r["x"], r["y"], r["visible"]) for r in found.rows] == [
        ("person", "head", 40.0, 6.0, 2), ("person", "hip", 40.5, 20.0, 1), ("person", "foot", 0.0, 0.0, 0),
    ]  # fmt: skip
    assert len({row["object_id"] for row in found.rows}) == 1
    plain = read(READER, CORPUS / "files/cvat/datumaro_images/train.xml", shape="keypoints")
    assert [(row["keypoint"], row["x"], row["y"]) for row in plain.rows] == [
        ("1", 40.0, 6.0), ("2", 40.5, 20.0), ("3", 0.0, 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize("name", READABLE)
def test_every_shape_of_the_file_is_read_or_counted(name: str) -> None:
    """Other readers drop some of four kinds of shapes without a word."""
    text = (CORPUS / name).read_text("utf-8")
    kinds = ("box", "polygon", "mask", "skeleton")
    for shape in ("boxes", "polygons", "masks", "keypoints"):
        found = read(READER, CORPUS / name, shape=shape, groups="apart")
        objects = {(row["sheet_id"], row.get("object_id") or n) for n, row in enumerate(found.rows)}
        loose = 0 if "<skeleton" in text else text.count("<points ")
        assert len(objects) + found.aside.total() == sum(text.count(f"<{kind} ") for kind in kinds) + loose


def test_xml_that_is_not_well_formed_is_refused_with_its_line() -> None:
    """FiftyOne's writer leaves & and < unescaped."""
    path = CORPUS / "files/cvat/fiftyone_images/labels.xml"
    assert "NOT WELL-FORMED" in ROWS["files/cvat/fiftyone_images/labels.xml"]["lost_or_changed"]
    with pytest.raises(
        InputError, match=r"labels.xml, line 35: This is not well-formed XML.*did not escape it"
    ):
        read(READER, path, shape="boxes")


def test_tracks_are_counted_and_give_no_sheets() -> None:
    found = read(READER, CORPUS / "files/cvat/fiftyone_video/labels/clip.xml", shape="boxes")
    assert (found.rows, found.sheets) == ([], [])
    assert found.aside == {"track": 2, "shape of a track": 13}


@pytest.mark.parametrize("name", ROWS)
def test_every_file_is_recognised(name: str) -> None:
    assert recognise(open_source([CORPUS / name]), "boxes")[0].name == "cvat"


IMAGE = '<image id="0" name="a.png" width="20" height="10">{}</image>'
BOX = '<box label="car" xtl="1" ytl="1" xbr="5" ybr="5"/>'


def written(folder: Path, *images: str, meta: str = "") -> Path:
    path = folder / "a.xml"
    path.write_text(
        f"<annotations><version>1.1</version>\n{meta}\n{chr(10).join(images)}\n</annotations>", "utf-8"
    )
    return path


def test_an_image_without_shapes_is_an_answer_or_not_done(tmp_path: Path) -> None:
    path = written(tmp_path, IMAGE.format(""), IMAGE.replace("a.png", "b.png").format(BOX))
    found = read(READER, path, shape="boxes")
    assert [sheet["item_id"] for sheet in found.sheets] == ["a.png", "b.png"]
    found = read(READER, path, shape="boxes", empty="not_done")
    assert [sheet["item_id"] for sheet in found.sheets] == ["b.png"]
    assert found.aside == {"image without shapes": 1}


def test_an_image_that_stands_twice_is_two_answers(tmp_path: Path) -> None:
    """Jobs overlap, and honeypots show the buyer's gold frames again."""
    found = read(READER, written(tmp_path, IMAGE.format(BOX), IMAGE.format("")), shape="boxes")
    assert len({sheet["sheet_id"] for sheet in found.sheets}) == 2
    assert "honeypots, which are the buyer's gold" in found.notes[0]


@pytest.mark.parametrize(
    ("meta", "person"),
    [
        ("<meta><job><id>7</id><assignee><username>ann</username></assignee></job></meta>", "ann"),
        ("<meta><job><id>7</id><assignee>ann</assignee></job></meta>", "ann"),
        ("<meta><task><assignee><username>ann</username></assignee></task></meta>", "ann"),
        ("<meta><task><segments><segment/><segment/></segments><assignee><username>boss</username></assignee>"
         "</task></meta>", None),
        ("<meta><task><assignee></assignee></task></meta>", None),
    ],
)  # fmt: skip
def test_the_person_of_a_job_is_the_annotator(tmp_path: Path, meta: str, person: str | None) -> None:
    path = written(tmp_path, IMAGE.format(BOX), meta=meta)
    assert read(READER, path, shape="boxes").rows[0].get("annotator_id") == person
    assert read(READER, path, shape="boxes", annotator="unknown").rows[0].get("annotator_id") is None


def test_tags_are_answers_of_classification(tmp_path: Path) -> None:
    tagged = IMAGE.format('<tag label="dog" source="auto"/>' + BOX)
    found = read(READER, written(tmp_path, tagged, IMAGE.format("")), shape="classification")
    assert [(row["item_id"], row["label"], row["source"]) for row in found.rows] == [("a.png", "dog", "auto")]
    assert found.aside == {"box": 1, "image without a tag": 1}


@pytest.mark.parametrize(
    ("shape", "element", "reason"),
    [
        ("boxes", '<box label="car" xtl="1" ytl="1" xbr="nan" ybr="5"/>', "'nan' is no number"),
        ("boxes", '<box label="car" xtl="1_0" ytl="1" xbr="1e999" ybr="5"/>', "'1_0' is no number"),
        ("boxes", '<box label="car" xtl="1" ytl="1" xbr="5"/>', "the <box> has no ybr"),
        ("boxes", '<box xtl="1" ytl="1" xbr="5" ybr="5"/>', "the <box> has no label"),
        ("polygons", '<polygon label="car" points="1,1;2"/>', "'2' is no point"),
        (
            "masks",
            '<mask label="car" rle="0,5" left="0" top="0" width="2" height="2"/>',
            "cover 5 of 2 x 2|longer",
        ),
        ("masks", '<mask label="car" rle="0,4" left="19" top="0" width="2" height="2"/>', "outside of 20 x 10"),
        (
            "masks",
            '<mask label="car" rle="0,4" left="0" top="0" width="99999999" height="99999999"/>',
            "a mask of",
        ),
        ("keypoints", '<skeleton label="car"></skeleton>', "the skeleton has no points"),
        ("keypoints", '<skeleton label="c"><points label="a" points="1,1;2,2"/></skeleton>', "has 2 places"),
    ],
)
def test_what_cannot_be_read_is_refused_where_it_stands(
    tmp_path: Path, shape: str, element: str, reason: str
) -> None:
    found = read(READER, written(tmp_path, IMAGE.format(element)), shape=shape)
    (refusal,) = found.refusals
    assert refusal.line == 3
    assert refusal.item_id == "a.png"
    assert re.search(reason, refusal.reason)
    assert not found.rows
    assert len(found.sheets) == 1


def test_hostile_xml_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xml"
    laughs = '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>'
    outside = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>'
    for text, reason in (
        (laughs, "DOCTYPE"),
        (outside, "DOCTYPE"),
        ("<annotations>&c;</annotations>", "undefined entity"),
        ("<annotations>" + "<a>" * 150, "nested more deeply"),
        ("<annotations><image>", "not well-formed XML: no element found"),
        ("<annotation/>", "root is <annotation>, not <annotations>"),
        ('<?xml version="1.0" encoding="klingon"?><annotations/>', "line 1|cannot be read"),
        ("", "no element found"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError, match=reason):
            read(READER, path, shape="boxes")
    monkeypatch.setenv(VARIABLE, "line=100KB")
    for text in (f'<annotations><image name="{"a" * 400_000}"', f"<annotations><image>{'<a/>' * 100_000}"):
        path.write_text(text, "utf-8")
        with pytest.raises(InputError, match="One element of it is longer than 100 KB"):
            read(READER, path, shape="boxes")


def test_a_large_file_is_read_element_by_element(tmp_path: Path) -> None:
    """No more than a chunk and its elements are held."""
    path = written(tmp_path, *(IMAGE.replace("a.png", f"{n}.png").format(BOX) for n in range(5_000)))
    (member,) = open_source([path]).members
    stream = elements(member, "annotations")
    assert [next(stream).tag for _ in range(3)] == ["version", "image", "image"]
    found: Found = read(READER, path, shape="boxes")
    assert len(found.rows) == len(found.sheets) == 5_000
    assert [row["item_id"] for row in found.rows[:2]] == ["0.png", "1.png"]
