"""COCO: every file of the corpus gives what its manifest says, and the traps of real tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from pycocotools import mask as pycoco

from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.coco import READER
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.runs import pixels_of

# pycocotools
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
ROWS = {row["file"]: row for row in manifest("coco")}
PLAIN = [
    name
    for name, row in ROWS.items()
    if row["variant"] != "results" and row["variant"] != "panoptic" and "pycocotools" not in name
]


def _item(name: str) -> str:
    """Label Studio puts 8 characters before names, and `_` for blanks; the corpus' reader undoes it."""
    return name.partition("-")[2].replace("_v2", " v2") if len(name.partition("-")[0]) == 8 else name


def _decoded(segmentation: dict[str, Any]) -> Any:
    """pycocotools' pixels of an RLE."""
    height, width = segmentation["size"]
    counts = segmentation["counts"]
    packed = pycoco.frPyObjects(segmentation, height, width) if isinstance(counts, list) else segmentation
    return pycoco.decode(packed).astype(bool)


@pytest.mark.parametrize("name", PLAIN)
def test_boxes_of_the_corpus(name: str) -> None:
    found = read(READER, CORPUS / name, "boxes")
    wanted = [entry for entry in expected(ROWS[name]) if entry["bbox"]]
    assert [(_item(item), *rest) for item, *rest in boxes(found.rows)] == [
        (entry["image"], entry["label"], *corners(entry["bbox"])) for entry in wanted
    ]
    assert [bool(row.get("ignored")) for row in found.rows] == [entry["crowd"] for entry in wanted]
    assert [row.get("label_id") for row in found.rows] == [str(entry["id"]) for entry in wanted]
    assert not found.refusals


@pytest.mark.parametrize("name", PLAIN)
def test_polygons_of_the_corpus(name: str) -> None:
    found = read(READER, CORPUS / name, "polygons")
    wanted = [entry for entry in expected(ROWS[name]) if entry["kind"] == "polygon"]
    assert [(_item(row["item_id"]), row["label"]) for row in found.rows] == [
        (entry["image"], entry["label"]) for entry in wanted
    ]
    assert [[ring for (ring,) in row["rings"]] for row in found.rows] == [e["segmentation"] for e in wanted]
    kinds = [entry["kind"] for entry in expected(ROWS[name])]
    assert sum(found.aside.values()) == len(kinds) - len(wanted)
    assert found.aside["mask"] == kinds.count("mask")


@pytest.mark.parametrize("name", PLAIN)
def test_masks_of_the_corpus(name: str) -> None:
    found = read(READER, CORPUS / name, "masks", crowd="object")
    wanted = [entry for entry in expected(ROWS[name]) if entry["kind"] == "mask"]
    assert len(found.rows) == len(wanted)
    for row, entry in zip(found.rows, wanted, strict=True):
        assert (row["item_id"], row["label"]) == (entry["image"], entry["label"])
        assert_array_equal(pixels_of(row["runs"], row["height"], row["width"]), _decoded(entry["segmentation"]))
    assert not any(row.get("ignored") for row in found.rows)
    assert not found.said("do not fill")


def test_keypoints_of_the_corpus() -> None:
    name = "files/coco/datumaro_keypoints/annotations/person_keypoints_train.json"
    found = read(READER, CORPUS / name, "keypoints")
    (entry,) = expected(ROWS[name])
    points = [(row["x"], row["y"], row["visible"]) for row in found.rows]
    assert [value for point in points for value in point] == entry["keypoints"]
    assert [row["keypoint"] for row in found.rows] == ["head", "hip", "foot"]
    assert {(row["item_id"], row["label"], row["area"]) for row in found.rows} == {
        ("sub dir/f.mask v2.png", "person", 680.0)
    }
    assert len({row["object_id"] for row in found.rows}) == 1
    assert not found.said("num_keypoints")


def test_compressed_masks_of_pycocotools() -> None:
    name = "files/coco/pycocotools/instances_rle.json"
    found = read(READER, CORPUS / name, "masks")
    for row, entry in zip(found.rows, expected(ROWS[name]), strict=True):
        assert_array_equal(pixels_of(row["runs"], row["height"], row["width"]), _decoded(entry["segmentation"]))
    assert [bool(row.get("ignored")) for row in found.rows] == [True, False]
    assert len(found.sheets) == 6


def test_a_results_array_needs_the_file_it_belongs_to() -> None:
    folder = CORPUS / "files/coco/pycocotools"
    results, truth = folder / "results.json", folder / "instances_rle.json"
    with pytest.raises(InputError, match="array of results") as error:
        read(READER, results, "boxes")
    assert "companion" in error.value.remedy
    beside = read(READER, [results, truth], "boxes")
    named = read(READER, results, "boxes", companion=str(truth))
    assert beside.rows == named.rows
    assert boxes(beside.rows) == [("a_plain.png", "car", 10, 8, 40, 28)]
    assert beside.aside == {"mask": 2}
    assert len(beside.sheets) == 6  # of which five are answered with nothing
    assert beside.said("score")
    masks = read(READER, [results, truth], "masks")
    assert [row["item_id"] for row in masks.rows] == ["b_crowd.png", "sub dir/f.mask v2.png"]


def test_panoptic_segments_have_the_pixels_of_the_pictures() -> None:
    folder = CORPUS / "files/coco/datumaro_panoptic"
    found = read(READER, folder, "masks", crowd="object")
    assert len(found.rows) == 2
    for row, picture in zip(found.rows, ("b_crowd.png", "sub dir/f.mask v2.png"), strict=True):
        with Image.open(folder / "annotations/panoptic_train" / picture) as image:
            assert image.mode in ("RGB", "P", "L")
            pixels = np.asarray(image.convert("RGB"))[:, :, 0] == 1
        assert row["item_id"] == picture
        assert_array_equal(pixels_of(row["runs"], row["height"], row["width"]), pixels)
    segments = read(READER, folder, "panoptic", crowd="object")
    assert segments.rows == found.rows
    assert [row.get("ignored") for row in read(READER, folder, "panoptic").rows] == [True, None]
    rle = read(READER, CORPUS / "files/coco/pycocotools/instances_rle.json", "masks")
    assert [row["runs"] for row in found.rows] == [row["runs"] for row in rle.rows]
    assert boxes(read(READER, folder, "boxes").rows) == boxes(
        read(READER, CORPUS / "files/coco/pycocotools/instances_rle.json", "boxes").rows
    )
    with pytest.raises(InputError, match="PNG"):
        read(READER, folder / "annotations/panoptic_train.json", "masks")


def test_every_row_of_the_manifest_is_tested() -> None:
    tested = {*PLAIN, "files/coco/datumaro_panoptic/"}
    assert ROWS.keys() - tested == {
        "files/coco/pycocotools/instances_rle.json", "files/coco/pycocotools/results.json",
    }  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_recognised_with_a_reason(name: str) -> None:
    confidence = READER.recognises(open_source([CORPUS / name]))
    assert confidence.level >= (1 if "results" in name else 2)
    assert confidence.reason


def test_attributes_of_datumaro_and_those_that_fiftyone_writes_as_fields() -> None:
    files = ("datumaro_instances/annotations/instances_train.json", "fiftyone_detections/labels.json")
    for file in files:
        found = read(READER, CORPUS / "files/coco" / file, "boxes")
        told = [json.loads(row["attributes"]) for row in found.rows if row.get("attributes")]
        assert told == [
            {"occluded": True, "truncated": False, "color": "red", "doors": 4},
            {"occluded": False, "truncated": True, "color": "green & <amber>", "doors": 0},
        ]


def test_several_annotators_repeat_the_image() -> None:
    found = read(READER, CORPUS / "files/coco/labelstudio_brush_to_coco", "boxes")
    mine = [row for row in found.rows if row["item_id"].endswith("a_plain.png")]
    assert [(row["sheet_id"], row["annotator_id"]) for row in mine] == [("0", "2")] * 2 + [("1", "1")] * 2
    assert {row["sheet_id"] for row in found.rows if "sheet_id" in row} == {"0", "1"}
    sheets = [(sheet["item_id"], sheet["annotator_id"]) for sheet in found.sheets]
    assert len(sheets) == len(set(sheets)) == 6
    assert found.said("listed several times")


# What tools get wrong (one file for each, written here)


def coco(tmp_path: Path, annotations: list[Any], **other: Any) -> Path:
    """A file of one image of 100 x 50 pixels and two categories."""
    image = {"id": 0, "file_name": "a.png", "width": 100, "height": 50}
    categories = [{"id": 0, "name": "car"}, {"id": 7, "name": "person", "keypoints": ["nose", "tail"]}]
    path = tmp_path / "coco.json"
    base = {"images": [image], "categories": categories, "annotations": annotations}
    path.write_text(json.dumps({**base, **other}), encoding="utf-8")
    return path


def note(**fields: Any) -> dict[str, Any]:
    """An annotation of image 0 and category 0."""
    return {"id": 0, "image_id": 0, "category_id": 0, "bbox": [1, 2, 3, 4], **fields}


def test_ids_of_zero_and_ids_given_twice_are_all_kept(tmp_path: Path) -> None:
    found = read(READER, coco(tmp_path, [note(), note(bbox=[5, 5, 5, 5]), note(id=None)]), "boxes")
    assert len(found.rows) == 3
    assert [row.get("label_id") for row in found.rows] == ["0", "0", None]
    assert found.said("Ids that stand for several annotations, all of which are kept: 1 (0)")
    points = [note(category_id=7, keypoints=[1, 1, 2, 2, 2, 2])] * 2
    rows = read(READER, coco(tmp_path, points), "keypoints").rows
    assert [row["object_id"] for row in rows] == ["1", "1", "2", "2"]


def test_missing_fields_are_tolerated_or_computed(tmp_path: Path) -> None:
    points = [note(category_id=7, keypoints=[1, 1, 2, 2, 2, 0])]
    found = read(READER, coco(tmp_path, points), "keypoints")
    assert [row["area"] for row in found.rows] == [12.0, 12.0]
    assert found.said("Annotations without an area")
    told = read(READER, coco(tmp_path, [points[0] | {"num_keypoints": 2}]), "keypoints")
    assert told.said("num_keypoints")
    assert not read(READER, coco(tmp_path, [points[0] | {"num_keypoints": 1}]), "keypoints").said(
        "num_keypoints"
    )
    bare = read(READER, coco(tmp_path, [note()], images=[{"id": 0, "file_name": "a.png"}]), "boxes")
    assert bare.sheets == [{"item_id": "a.png"}]


def test_crowds_and_ignored_annotations_are_options(tmp_path: Path) -> None:
    path = coco(tmp_path, [note(), note(iscrowd=1), note(ignore=1), note(ignore=1, iscrowd=1)])
    asked = read(READER, path, "boxes")
    assert [row["ignored"] for row in asked.rows] == [False, True, True, True]
    assert asked.said("crowd=object): 2")
    assert asked.said("`ignore: 1`, so that what falls on them is not judged: 1")
    objects = read(READER, path, "boxes", crowd="object", ignore="object")
    assert not any(row.get("ignored") for row in objects.rows)


def test_masks_as_bare_lists_and_masks_along_the_rows(tmp_path: Path) -> None:
    pixels = np.zeros((50, 100), dtype=bool)
    pixels[10:30, 20:80] = True
    down = [1010 + 0, *([20, 30] * 59), 20, 5000 - 1010 - 59 * 50 - 20]
    along = [1020, *([60, 40] * 19), 60, 5000 - 1020 - 19 * 100 - 60]
    box = [20, 10, 60, 20]
    fits = note(bbox=box, segmentation=down)
    found = read(READER, coco(tmp_path, [fits]), "masks")
    assert_array_equal(pixels_of(found.rows[0]["runs"], 50, 100), pixels)
    assert not found.said("do not fill")
    encord = note(bbox=box, segmentation={"counts": along, "size": [50, 100]})
    wrong = read(READER, coco(tmp_path, [encord]), "masks")
    assert wrong.said("do not fill the boxes")
    assert wrong.said("--read rle=rows")
    right = read(READER, coco(tmp_path, [encord]), "masks", rle="rows")
    assert_array_equal(pixels_of(right.rows[0]["runs"], 50, 100), pixels)
    assert not right.said("do not fill")
    flat = read(READER, coco(tmp_path, [note(segmentation=[1, 1, 9, 1, 9, 9])]), "masks")
    assert flat.refusals == [
        "Its mask cannot be read: a bare list of numbers, which are no run lengths, "
        "for they do not fill the image."
    ]


@pytest.mark.parametrize("counts", [[1, 2], [5000, 1], [-1, 5001], "", "~~~", [10**30], ["a"], 5])
def test_masks_that_do_not_fill_their_image_are_refused(tmp_path: Path, counts: Any) -> None:
    rle = note(segmentation={"counts": counts, "size": [50, 100]})
    found = read(READER, coco(tmp_path, [rle, note()]), "masks")
    assert len(found.refusals) == 1
    assert not found.rows
    assert found.aside == {"box": 1}
    other = note(segmentation={"counts": [5000], "size": [100, 50]})
    assert "50 x 100 pixels, its image 100 x 50" in read(READER, coco(tmp_path, [other]), "masks").refusals[0]


def test_polygons_are_drawn_as_masks_only_if_asked(tmp_path: Path) -> None:
    path = coco(tmp_path, [note(segmentation=[[10, 10, 20, 10, 20, 20, 10, 20]], bbox=[10, 10, 10, 10])])
    assert read(READER, path, "masks").aside == {"polygon": 1}
    drawn = read(READER, path, "masks", polygons="drawn")
    pixels = np.zeros((50, 100), dtype=bool)
    pixels[10:20, 10:20] = True
    assert_array_equal(pixels_of(drawn.rows[0]["runs"], 50, 100), pixels)
    assert drawn.said("centre lies inside")


def test_names_of_categories_and_images(tmp_path: Path) -> None:
    images = [
        {"id": 1, "file_name": "x/a.png"}, {"id": 2, "file_name": "y/a.png"}, {"id": 3, "file_name": "x/a.jpg"},
    ]  # fmt: skip
    categories = [
        {"id": 0, "name": "car"},
        {"id": 5, "name": "car"},
        {"id": 9, "name": "a"},
        {"id": 9, "name": "b"},
    ]
    notes = [
        note(image_id=1),
        note(image_id=2, category_id=5),
        note(image_id=3, category_id=9),
        note(image_id=4),
    ]
    found = read(READER, coco(tmp_path, notes, images=images, categories=categories), "boxes")
    assert [(row["item_id"], row["label"]) for row in found.rows] == [("x/a.png", "car"), ("y/a.png", "car")]
    assert found.refusals == [
        "Its category_id 9 stands for several in the file.", "Its image_id 4 is not among the file's.",
    ]  # fmt: skip
    assert found.said("Images that differ from another in folder or ending only: 2 (x/a.png and y/a.png")
    assert found.said("Category names that stand under several ids")
    assert len(found.sheets) == 3


def test_images_without_annotations_are_answered_or_not_done(tmp_path: Path) -> None:
    images = [{"id": n, "file_name": f"{n}.png", "width": 9, "height": 9} for n in range(3)]
    path = coco(tmp_path, [note(), note(image_id=2, bbox=None)], images=images)
    assert [sheet["item_id"] for sheet in read(READER, path, "boxes").sheets] == ["0.png", "1.png", "2.png"]
    left = read(READER, path, "boxes", empty="not_done")
    assert [sheet["item_id"] for sheet in left.sheets] == ["0.png", "2.png"]
    assert left.aside == {"annotation without a shape": 1, "image without annotations, taken as not done": 1}


def test_rotation_and_boxes_without_an_area(tmp_path: Path) -> None:
    path = coco(tmp_path, [
        note(attributes={"rotation": 30.5, "occluded": False}), note(attributes={"rotation": 0.0}),
        note(bbox=[5, 5, 0, 3]), note(bbox=[5, 5, -2, 3]), note(bbox=[1, 2, 3]), note(bbox="x"),
    ])  # fmt: skip
    found = read(READER, path, "boxes")
    assert [row.get("angle") for row in found.rows] == [30.5, None, None, None]
    assert [row.get("attributes") for row in found.rows] == ['{"occluded":false}', None, None, None]
    assert found.rows[3]["x_max"] == 3
    assert found.said("Boxes without an area, or with a negative side: 2 (annotation 0 of a.png")
    assert found.refusals == [
        "Its bbox has 3 numbers; 4 are a box.",
        "It cannot be read: Expected `array | null`, got `str` at `bbox`.",
    ]


def test_order_of_the_lists_and_pretty_printing_change_nothing(tmp_path: Path) -> None:
    path = CORPUS / "files/coco/datumaro_instances/annotations/instances_train.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    wanted = read(READER, path, "boxes").rows
    for indent in (None, 1, 4):
        for names in (value, reversed(value)):
            changed = tmp_path / "instances_train.json"
            text = json.dumps({name: value[name] for name in names}, indent=indent)
            changed.write_text("\ufeff" + text, encoding="utf-8")
            assert read(READER, changed, "boxes").rows == wanted


def test_lists_behind_the_annotations_are_found_wherever_they_stand(tmp_path: Path) -> None:
    inner = {"images": [1], "categories": [{"id": 9, "name": "no"}]}  # no lists of the file
    named = note(attributes=inner, caption='"categories": [{"id": 0, "name": "no"}]')
    for filler in (0, 3_000_000):  # near to the end, and not
        value = json.loads(coco(tmp_path, [named]).read_text(encoding="utf-8"))
        value["other"] = {"x": "y" * filler, **inner}
        names = ("annotations", "images", "categories", "other")
        path = tmp_path / "coco.json"
        path.write_text(json.dumps({name: value[name] for name in names}), encoding="utf-8")
        found = read(READER, path, "boxes")
        assert [(row["item_id"], row["label"]) for row in found.rows] == [("a.png", "car")]
        assert not found.refusals


def test_shares_of_the_image_are_no_pixels(tmp_path: Path) -> None:
    path = coco(
        tmp_path, [note(bbox=[0.1, 0.2, 0.3, 0.4]), note(bbox=[0, 0, 1, 1]), note(bbox=[0.5, 0, 1.5, 1])]
    )
    found = read(READER, path, "boxes")
    assert len(found.rows) == 2  # a pixel in the corner, and more than one
    assert found.refusals == [
        "Its box has numbers from 0 to 1: they are shares of the image, where pixels are meant."
    ]


def test_label_studio_says_what_its_export_lacks() -> None:
    found = read(READER, CORPUS / "files/coco/labelstudio_brush_to_coco", "boxes")
    assert found.said("leaves out whole images that have a brush")


def test_of_several_tasks_on_the_same_images_one_file_is_read(tmp_path: Path) -> None:
    for task, box in (("instances", [1, 1, 1, 1]), ("person_keypoints", [2, 2, 2, 2]), ("captions", None)):
        coco(tmp_path, [note(bbox=box)]).rename(tmp_path / f"{task}_train.json")
    coco(tmp_path, [note(bbox=[3, 3, 3, 3])]).rename(tmp_path / "instances_val.json")
    found = read(READER, tmp_path, "boxes")
    assert [row["x_min"] for row in found.rows] == [1, 3]
    assert [row["sheet_id"] for row in found.rows] == ["instances_train.json#0", "instances_val.json#0"]
    assert found.said("captions_train.json is not read")


DEEP = "[" * 100_000


@pytest.mark.parametrize("text", [
    "", "{", "[", "nothing", '{"images": [}', '{"images": [{"id": 1, "file_name": "a"}',
    '{"images": {}, "a": []}',
    '{"annotations": [NaN]}', '{"images": [], "images": []}', DEEP, '{"annotations": [' + DEEP,
    '{"annotations": [{"a": ' + DEEP + "]" * 100_000 + "}]}", '{"x": 1}', "[1, 2]", '{"annotations": [1,]}',
])  # fmt: skip
def test_what_is_no_coco_is_refused_with_a_clear_word(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.json"):
        read(READER, path, "boxes")


def test_one_element_may_not_be_endless(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="limit 'line'"):
        read(READER, coco(tmp_path, [note(x="y" * 20_000_000)]), "boxes")
