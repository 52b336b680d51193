"""Pascal VOC: every folder of the corpus gives what its manifest says, and the traps of real tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from tests.unit.readers.delivered import CORPUS, Delivered, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.voc import READER
from vendoreval.formats.readers.voc_masks import palette
from vendoreval.labels.runs import pixels_of

BASE_1: dict[str, Any] = {"voc-base": "1"}
ROWS = {row["file"]: row for row in manifest("voc")}


def _item(name: str) -> str:
    """Label Studio puts 8 characters before names, and `_` for blanks; the corpus' reader undoes it."""
    return name.partition("-")[2].replace("_v2", " v2") if len(name.partition("-")[0]) == 8 else name


@pytest.mark.parametrize("name", ROWS)
def test_boxes_of_the_corpus(name: str) -> None:
    found = read(READER, CORPUS / name, "boxes")
    wanted = expected(ROWS[name])
    assert [(_item(item), *rest) for item, *rest in boxes(found.rows)] == [
        (entry["image"], entry["label"], *corners(entry["bbox"])) for entry in wanted
    ]
    assert [json.loads(row.get("attributes", "{}")) for row in found.rows] == [e["attributes"] for e in wanted]
    assert not found.refusals
    assert len(found.sheets) == len(list((CORPUS / name).rglob("*.xml")))
    assert all(sheet["width"] and sheet["height"] for sheet in found.sheets)
    assert READER.recognises(open_source([CORPUS / name])).level == 2


def test_a_file_without_objects_is_answered_with_nothing() -> None:
    found = read(READER, CORPUS / "files/voc/pascal_voc_writer", "boxes")
    assert "c_empty.png" in {sheet["item_id"] for sheet in found.sheets}
    assert "c_empty.png" not in {row["item_id"] for row in found.rows}


def test_label_studio_says_what_its_export_lacks() -> None:
    found = read(READER, CORPUS / "files/voc/labelstudio_voc", "boxes")
    assert found.said("ask for its JSON")
    assert found.aside == {"image without an annotation file, taken as not done": 1}  # c_empty
    assert {row["annotator_id"] for row in found.rows} == {"1"}


# What tools get wrong (files written here)


def written(tmp_path: Path, *objects: str, name: str = "a", head: str = "") -> Path:
    folder = tmp_path / "Annotations"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    size = "<size><width>100</width><height>50</height><depth>3</depth></size>"
    text = f"<annotation>{head or f'<filename>{name}.jpg</filename>'}{size}{''.join(objects)}</annotation>"
    (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return tmp_path


def thing(*numbers: Any, more: str = "", label: str = "car") -> str:
    names = ("xmin", "ymin", "xmax", "ymax")
    box = "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, numbers, strict=True))
    return f"<object><name>{label}</name>{more}<bndbox>{box}</bndbox></object>"


def one(tmp_path: Path, *objects: str, **options: Any) -> Delivered:
    return read(READER, written(tmp_path, *objects), "boxes", **options)


def test_the_base_is_an_option(tmp_path: Path) -> None:
    path = written(tmp_path, thing(1, 1, 10, 20), thing(5, 6, 100, 50))
    plain = read(READER, path, "boxes")
    assert boxes(plain.rows)[0][2:] == (1, 1, 10, 20)
    assert plain.said("--read voc-base=1")
    official = read(READER, path, "boxes", **BASE_1)
    assert boxes(official.rows)[0][2:] == (0, 0, 10, 20)  # pixels 1 to 10: ten pixels
    assert not official.said("voc-base")
    wrong = one(tmp_path, thing(0, 0, 10, 20), **BASE_1)
    assert wrong.said("Boxes that begin at 0")
    assert boxes(wrong.rows)[0][2:] == (-1, -1, 10, 20)
    assert not one(tmp_path, thing(0, 1, 10, 20)).said("voc-base")


def test_difficult_objects_are_an_option(tmp_path: Path) -> None:
    path = written(tmp_path, thing(1, 2, 3, 4, more="<difficult>1</difficult>"), thing(1, 2, 3, 4))
    asked = read(READER, path, "boxes")
    assert [row.get("ignored") for row in asked.rows] == [True, None]
    assert asked.said("Difficult objects, so that what falls on them is not judged")
    assert not any(row.get("ignored") for row in read(READER, path, "boxes", difficult="object").rows)


def test_swapped_corners_and_fractions(tmp_path: Path) -> None:
    found = one(tmp_path, thing(9.5, 8.25, 3, 2), thing(1, 1, 1, 5))
    assert [row[2:] for row in boxes(found.rows)] == [(3, 2, 9.5, 8.25), (1, 1, 1, 5)]
    assert found.said("Boxes whose corners stand in the wrong order, which is put right: 1 (a.jpg, line 1)")
    assert found.said("Boxes without an area: 1")


def test_attributes_of_cvat_and_labels_with_blanks(tmp_path: Path) -> None:
    attribute = "<attribute><name>colour</name><value>a &amp; b</value></attribute>"
    more = f"<pose>Left</pose><attributes>{attribute}</attributes>"
    (row,) = one(tmp_path, thing(1, 2, 3, 4, more=more, label=" traffic light ")).rows
    assert row["label"] == "traffic light"
    assert json.loads(row["attributes"]) == {"pose": "Left", "colour": "a & b"}


@pytest.mark.parametrize("box", [("a", 1, 2, 3), ("", 1, 2, 3), ("nan", 1, 2, 3), ("1,5", 1, 2, 3)])
def test_corners_that_are_no_numbers_are_refused(tmp_path: Path, box: tuple[Any, ...]) -> None:
    found = one(tmp_path, thing(*box), thing(1, 2, 3, 4, label=""), thing(1, 2, 3, 4))
    assert found.refusals == ["A corner of its bndbox is missing or no number.", "The object has no name."]
    assert len(found.rows) == 1


def test_shares_of_the_image_are_no_pixels(tmp_path: Path) -> None:
    found = one(tmp_path, thing(0.1, 0.2, 0.3, 0.4), thing(0, 0, 1, 1))
    assert len(found.rows) == len(found.refusals) == 1
    assert "shares of the image" in found.refusals[0]


def test_other_shapes_are_counted(tmp_path: Path) -> None:
    turned = "<object><name>car</name><robndbox><cx>1</cx></robndbox></object>"
    parts = "<object><name>person</name><part><name>head</name></part></object>"
    found = one(tmp_path, turned, parts)
    assert found.aside == {"turned box (robndbox)": 1, "object of parts": 1, "part of an object": 1}


def test_files_of_one_name_in_two_folders_are_two_items(tmp_path: Path) -> None:
    head = "<filename>same.jpg</filename>"
    for name in ("x/1", "y/1"):
        written(tmp_path, name=name, head=head)
    found = read(READER, tmp_path, "boxes")
    assert [sheet["item_id"] for sheet in found.sheets] == ["x/same.jpg", "y/same.jpg"]


def test_images_that_only_lists_or_pictures_name_are_not_done(tmp_path: Path) -> None:
    path = written(tmp_path, thing(1, 2, 3, 4))
    (path / "ImageSets/Main").mkdir(parents=True)
    (path / "ImageSets/Main/train.txt").write_text("a\nb\n", encoding="utf-8")
    (path / "JPEGImages").mkdir()
    Image.new("RGB", (5, 5)).save(path / "JPEGImages/c.jpg")
    found = read(READER, path, "boxes")
    assert found.aside == {"image without an annotation file, taken as not done": 2}
    assert [sheet["item_id"] for sheet in found.sheets] == ["a.jpg"]


def _colour(number: int) -> tuple[int, int, int]:
    value = palette(number)
    return value % 256, value // 256 % 256, value // 65536


def test_the_palette_is_that_of_the_devkit() -> None:
    # the first colours as the VOC devkit and its documentation give them
    assert [_colour(n) for n in range(6)] == [
        (0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0), (0, 0, 128), (128, 0, 128),
    ]  # fmt: skip
    assert _colour(20) == (0, 64, 128)


def _pictures(tmp_path: Path, classes: bool) -> tuple[Path, Any]:
    """Two objects on an image, of which the second is in two parts; void borders."""
    path = written(tmp_path, thing(1, 2, 3, 4, label="person"), thing(1, 2, 3, 4, label="car"))
    numbers = np.zeros((50, 100), dtype=np.uint8)
    numbers[5:10, 5:20] = 1
    numbers[30:40, 10:20] = numbers[30:40, 50:60] = 2
    rgb = np.array([_colour(n) for n in range(3)], dtype=np.uint8)[numbers]
    rgb[0, :] = (224, 224, 192)
    (path / "SegmentationObject").mkdir()
    Image.fromarray(rgb).save(path / "SegmentationObject/a.png")
    if classes:
        (path / "SegmentationClass").mkdir()
        Image.fromarray(rgb).save(path / "SegmentationClass/a.png")
        (path / "labelmap.txt").write_text(
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\nbus:128,0,0::\ntram:0,128,0::\n",
            encoding="utf-8",
        )
    return path, numbers


@pytest.mark.parametrize(("classes", "labels"), [(False, ["person", "car"]), (True, ["bus", "tram"])])
def test_masks_are_the_pixels_of_objects(tmp_path: Path, classes: bool, labels: list[str]) -> None:
    path, numbers = _pictures(tmp_path, classes)
    found = read(READER, path, "masks")
    assert [row["label"] for row in found.rows] == labels
    for number, row in enumerate(found.rows, start=1):
        assert_array_equal(pixels_of(row["runs"], 50, 100), numbers == number)
    assert [sheet["item_id"] for sheet in found.sheets] == ["a.jpg"]


def test_masks_need_pictures_and_the_colours_of_classes(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pictures of masks"):
        read(READER, CORPUS / "files/voc/globox", "masks")
    path, _ = _pictures(tmp_path, classes=True)
    (path / "labelmap.txt").rename(tmp_path / "other.txt")
    with pytest.raises(InputError, match="which class a colour is") as error:
        read(READER, path, "masks")
    assert "labelmap.txt" in error.value.remedy
    assert len(read(READER, path, "masks", labelmap=str(tmp_path / "other.txt")).rows) == 2


HOSTILE = {
    "entity": '<!DOCTYPE a [<!ENTITY e "x">]><annotation><filename>&e;</filename></annotation>',
    "outside": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><annotation>&e;</annotation>',
    "many": '<!DOCTYPE a [<!ENTITY a "xx"><!ENTITY b "&a;&a;">]><annotation>&b;</annotation>',
    "deep": f"<annotation>{'<a>' * 200}{'</a>' * 200}</annotation>",
    "ampersand": "<annotation><filename>a & b</filename></annotation>",
    "cut": "<annotation><filename>a",
    "empty": "",
    "other": "<annotations><image/></annotations>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_and_broken_files_are_refused_with_a_clear_word(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.xml").write_text(HOSTILE[kind], encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.xml"):
        read(READER, tmp_path, "boxes")
