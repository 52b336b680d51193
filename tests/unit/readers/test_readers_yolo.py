"""YOLO: every set of the corpus gives what its manifest says, and the traps of real tools."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.readers.delivered import CORPUS, Delivered, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.yolo import READER

ROWS = {row["file"]: row for row in manifest("yolo")}
TRUTH = json.loads((CORPUS / "truth/vision.json").read_text(encoding="utf-8"))
SEGMENTS = {name for name in ROWS if name.endswith("_segment/")}
NAMES = ["car", "person", "traffic light"]


@pytest.fixture
def helped(tmp_path: Path) -> dict[str, Any]:
    """Names of classes and sizes of images, which most of the sets lack."""
    names, sizes = tmp_path / "three.txt", tmp_path / "sizes.csv"
    names.write_text("\n".join(NAMES), encoding="utf-8")
    lines = [f"{one['name']},{one['width']},{one['height']}" for one in TRUTH["images"]]
    # Label Studio's own names of the uploads
    stems = [path.stem for path in (CORPUS / "files/yolo/labelstudio_detect/labels").iterdir()]
    for one in TRUTH["images"]:
        tail = one["name"].rpartition("/")[2].removesuffix(".png").replace(" ", "_")
        lines += [f"{stem}.png,{one['width']},{one['height']}" for stem in stems if stem.endswith(f"-{tail}")]
    sizes.write_text("\n".join(["image,width,height", *lines]), encoding="utf-8")
    return {"sizes": str(sizes), "names": str(names)}


def _options(name: str, helped: dict[str, Any]) -> dict[str, Any]:
    """What the manifest says is needed; FiftyOne's set has no names either, although it does not say so."""
    needed = "class names" in ROWS[name]["options_needed"] or name == "files/yolo/fiftyone_v5/"
    return dict(helped) if needed else {"sizes": helped["sizes"]}


def _item(name: str) -> str:
    """Label Studio puts 8 characters before names, and `_` for blanks; the corpus' reader undoes it."""
    return name.partition("-")[2].replace("_v2", " v2") if len(name.partition("-")[0]) == 8 else name


@pytest.mark.parametrize("name", sorted(ROWS.keys() - SEGMENTS))
def test_boxes_of_the_corpus(name: str, helped: dict[str, Any]) -> None:
    found = read(READER, CORPUS / name, "boxes", **_options(name, helped))
    wanted = [(e["image"], e["label"], *corners(e["bbox"])) for e in expected(ROWS[name])]
    ours = [(_item(item), *rest) for item, *rest in boxes(found.rows)]
    for mine, theirs in zip(sorted(ours), sorted(wanted), strict=True):
        assert mine[:2] == theirs[:2]
        assert mine[2:] == pytest.approx(theirs[2:], abs=1e-9)
    assert not found.refusals
    assert not found.aside.keys() - {"image without a label file, taken as not done"}
    assert len(found.sheets) == len([path for path in (CORPUS / name).rglob("*.txt") if _is_label(path)])
    assert all(sheet["width"] for sheet in found.sheets)


def _is_label(path: Path) -> bool:
    return path.name not in ("classes.txt", "train.txt", "val.txt")


@pytest.mark.parametrize("name", sorted(SEGMENTS))
def test_polygons_of_the_corpus(name: str, helped: dict[str, Any]) -> None:
    found = read(READER, CORPUS / name, "polygons", **_options(name, helped))
    wanted = [(e["image"], e["label"], [c for p in e["points"] for c in p]) for e in expected(ROWS[name])]
    ours = sorted((row["item_id"], row["label"], row["rings"][0][0]) for row in found.rows)
    for mine, theirs in zip(ours, sorted(wanted), strict=True):
        assert mine[:2] == theirs[:2]
        assert mine[2] == pytest.approx(theirs[2], abs=1e-9)
    assert not found.refusals
    if wanted:
        assert found.said("polygons have no holes, and parts of an object are objects")
        drawn = read(READER, CORPUS / name, "masks", polygons="drawn", **_options(name, helped))
        assert len(drawn.rows) == len(wanted)


def test_images_without_a_label_file_are_not_done_or_empty(helped: dict[str, Any]) -> None:
    path = CORPUS / "files/yolo/ultralytics_detect"
    left = read(READER, path, "boxes", **helped)
    assert left.aside == {"image without a label file, taken as not done": 1 + 6}  # c_empty, and other names
    assert "c_empty.png" not in {sheet["item_id"] for sheet in left.sheets}
    pictures = CORPUS / "files/yolo/datumaro_ultralytics_detect/images"
    done = read(READER, path, "boxes", images=pictures, missing="empty", names=helped["names"])
    assert {sheet["item_id"] for sheet in done.sheets} == {one["name"] for one in TRUTH["images"]}
    assert not done.aside


def test_a_set_needs_names_of_classes(helped: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="nothing here names the classes") as error:
        read(READER, CORPUS / "files/yolo/globox_v5", "boxes", sizes=helped["sizes"])
    assert "--read names=FILE" in error.value.remedy


def test_a_set_needs_sizes_of_images(helped: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"size of a_plain is not known .* shares of the image") as error:
        read(READER, CORPUS / "files/yolo/globox_v5", "boxes", names=helped["names"])
    assert "--images DIR" in error.value.remedy
    assert "--read sizes=FILE" in error.value.remedy


def test_pictures_in_the_set_or_of_the_buyer_tell_the_sizes(helped: dict[str, Any]) -> None:
    path = CORPUS / "files/yolo/datumaro_ultralytics_detect"
    assert read(READER, path, "boxes").rows == read(READER, path, "boxes", sizes=helped["sizes"]).rows
    other = CORPUS / "files/yolo/labelformat_v8"
    with_pictures = read(READER, other, "boxes", images=path / "images")
    assert with_pictures.rows == read(READER, other, "boxes", sizes=helped["sizes"]).rows


def test_label_studio_says_what_its_export_lacks(helped: dict[str, Any]) -> None:
    found = read(READER, CORPUS / "files/yolo/labelstudio_detect", "boxes", sizes=helped["sizes"])
    assert found.said("ask for its JSON export")
    assert not found.said("Classes without any object")


@pytest.mark.parametrize("name", ROWS)
def test_recognised_with_a_reason(name: str) -> None:
    confidence = READER.recognises(open_source([CORPUS / name]))
    assert confidence.reason
    assert confidence.level >= 1


# What tools get wrong (sets written here)


def yolo(tmp_path: Path, files: dict[str, str], **settings: Any) -> Path:
    """A set of images of 100 x 50 pixels."""
    names = {"names": NAMES, **settings}
    (tmp_path / "set").mkdir()
    (tmp_path / "set/data.yaml").write_text(json.dumps(names), encoding="utf-8")
    for name, text in files.items():
        path = tmp_path / "set/labels" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        picture = tmp_path / "set/images" / f"{name}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (100, 50)).save(picture)
    return tmp_path / "set"


def one(tmp_path: Path, text: str, shape: str = "boxes", settings: Any = None, **options: Any) -> Delivered:
    return read(READER, yolo(tmp_path, {"a": text}, **(settings or {})), shape, **options)


def test_repeated_lines_are_kept_and_named(tmp_path: Path) -> None:
    found = one(tmp_path, "0 .5 .5 .2 .2\n0 .5 .5 .2 .2\n")
    assert len(found.rows) == 2
    assert found.places == [1, 2]
    assert found.said("more than once, all of which are kept: 1 (a.jpg)")
    assert found.said("Classes without any object: 2 (person, traffic light)")


@pytest.mark.parametrize(("text", "why"), [
    ("0 .5 .5 .2", "4 columns"), ("0 400 300 20 30", "shares of the image"),
    ("9 .5 .5 .2 .2", "no name belongs"),
    ("0.5 .5 .5 .2 .2", "whole number"), ("car .5 .5 .2 .2", "no number"), ("0 nan .5 .2 .2", "not finite"),
    ("-1 .5 .5 .2 .2", "whole number"), ("0 .1 .1 .2 .1 .2 .2", "7 columns"),
])  # fmt: skip
def test_lines_that_cannot_be_read_are_refused(tmp_path: Path, text: str, why: str) -> None:
    found = one(tmp_path, f"0 .5 .5 .2 .2\n\n{text}\n", kind="detect")
    assert len(found.rows) == 1
    assert len(found.refusals) == 1
    assert why in found.refusals[0]


def test_the_kind_is_decided_for_the_whole_set(tmp_path: Path) -> None:
    mixed = yolo(tmp_path, {"a": "0 .5 .5 .2 .2", "b": "0 .1 .1 .2 .1 .2 .2"})  # a triangle beside a box
    with pytest.raises(InputError, match="1 with 5, 1 with 7") as error:
        read(READER, mixed, "polygons")
    assert "--read kind=segment" in error.value.remedy
    told = read(READER, mixed, "polygons", kind="segment")
    assert [row["item_id"] for row in told.rows] == ["b.jpg"]
    assert told.refusals == ["It has 5 columns, which are no line of the kind segment."]


def test_a_confidence_is_left_out_only_if_asked(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"a": "0 .5 .5 .2 .2 .9"})
    with pytest.raises(InputError, match="6 columns") as error:
        read(READER, path, "boxes")
    assert "confidence=last" in error.value.remedy
    assert boxes(read(READER, path, "boxes", confidence="last").rows) == [("a.jpg", "car", 40, 20, 60, 30)]


@pytest.mark.parametrize("angle", [0.0, 30.0, -75.0, 45.0, 179.0])
def test_turned_boxes_are_turned_in_pixels(tmp_path: Path, angle: float) -> None:
    turn = math.radians(angle)
    offsets = [(-15, -5), (15, -5), (15, 5), (-15, 5)]
    points = [
        (50 + x * math.cos(turn) - y * math.sin(turn), 25 + x * math.sin(turn) + y * math.cos(turn))
        for x, y in offsets
    ]
    line = "1 " + " ".join(f"{x / 100:.9f} {y / 50:.9f}" for x, y in points)
    found = one(tmp_path, line)
    (row,) = found.rows
    assert [row[k] for k in ("x_min", "y_min", "x_max", "y_max")] == pytest.approx([35, 20, 65, 30], abs=1e-5)
    assert row["angle"] == pytest.approx(angle, abs=1e-5)
    assert not found.said("no rectangle")


def test_corners_that_are_no_rectangle_are_named(tmp_path: Path) -> None:
    found = one(tmp_path, "0 .1 .1 .5 .1 .9 .9 .1 .9")
    assert found.said("Turned boxes whose corners are no rectangle: 1 (a.jpg, line 1)")


def test_four_points_are_a_polygon_where_polygons_are_asked_for(tmp_path: Path) -> None:
    found = one(tmp_path, "0 .1 .1 .5 .1 .9 .9 .1 .9", "polygons")
    np.testing.assert_allclose(found.rows[0]["rings"], [[[10, 5, 50, 5, 90, 45, 10, 45]]])


POSE = "1 .5 .5 .2 .2 .4 .4 2 .6 .6 0"


def test_keypoints_need_their_names(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"a": POSE}, kpt_shape=[2, 3])
    with pytest.raises(InputError, match="names the keypoints"):
        read(READER, path, "keypoints")
    found = read(READER, path, "keypoints", keypoints="head, tail")
    assert [(row["keypoint"], row["x"], row["y"], row["visible"]) for row in found.rows] == [
        ("head", 40, 20, 2), ("tail", 60, 30, 0),
    ]  # fmt: skip
    assert [row["area"] for row in found.rows] == pytest.approx([200, 200])
    assert boxes(read(READER, path, "boxes", keypoints="head, tail").rows) == [
        ("a.jpg", "person", 40, 20, 60, 30)
    ]
    with pytest.raises(InputError, match="3 keypoints are named"):
        read(READER, path, "keypoints", keypoints="a,b,c")


def test_keypoints_named_in_the_settings(tmp_path: Path) -> None:
    settings = {"kpt_shape": [2, 2], "kpt_names": {0: ["head", "tail"]}}
    found = one(tmp_path, "1 .5 .5 .2 .2 .4 .4 .6 .6", "keypoints", settings)
    assert [row["keypoint"] for row in found.rows] == ["head", "tail"]
    assert "visible" not in found.rows[0]


def test_images_of_one_name_in_two_splits_are_two_items(tmp_path: Path) -> None:
    files = {"train/a": "0 .5 .5 .2 .2", "val/a": "", "val/b": ""}
    found = read(READER, yolo(tmp_path, files), "boxes")
    assert [sheet["item_id"] for sheet in found.sheets] == ["train/a.jpg", "val/a.jpg", "b.jpg"]


def test_no_label_file_hides_another(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"train/a": "0 .5 .5 .2 .2"})
    (path / "train/labels").mkdir(parents=True)
    (path / "train/labels/a.txt").write_text("1 .5 .5 .2 .2", encoding="utf-8")
    found = read(READER, path, "boxes")
    assert [row["label"] for row in found.rows] == ["car"]
    assert len(found.refusals) == 1
    assert "The size of its image is not known" in found.refusals[0]


def test_darknet_with_lists(tmp_path: Path) -> None:
    files = {
        "obj.data": "classes = 3\nnames = data/obj.names\ntrain = data/train.txt\n",
        "obj.names": "\n".join(NAMES),
        "train.txt": "data/obj_train_data/sub/a.jpg\ndata/obj_train_data/b.jpg\n",
        "obj_train_data/sub/a.txt": "2 .5 .5 .2 .2\n",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_text(text, encoding="utf-8")
    sizes = tmp_path / "sizes.csv"
    sizes.write_text("image,width,height\nsub/a.jpg,100,50\n", encoding="utf-8")
    found = read(READER, tmp_path / "set", "boxes", sizes=str(sizes))
    assert boxes(found.rows) == [("sub/a.jpg", "traffic light", 40, 20, 60, 30)]
    assert found.aside == {"image without a label file, taken as not done": 1}


def test_roboflow_has_the_splits_above_the_labels(tmp_path: Path) -> None:
    for split in ("train", "valid"):
        for folder, name in (("labels", "a.txt"), ("images", "a.jpg")):
            (tmp_path / "set" / split / folder).mkdir(parents=True)
            path = tmp_path / "set" / split / folder / name
            if folder == "labels":
                path.write_text("0 .5 .5 .2 .2", encoding="utf-8")
            else:
                Image.new("RGB", (100, 50)).save(path)
    (tmp_path / "set/data.yaml").write_text("names: [car]\ntrain: ../train/images\n", encoding="utf-8")
    found = read(READER, tmp_path / "set", "boxes")
    assert [row["item_id"] for row in found.rows] == ["train/a.jpg", "valid/a.jpg"]


def test_a_picture_that_is_shown_turned(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"a": "0 .5 .5 .2 .2"})
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (100, 50)).save(path / "images/a.jpg", exif=exif)
    shown = read(READER, path, "boxes")
    assert boxes(shown.rows) == [("a.jpg", "car", 20, 40, 30, 60)]
    assert (shown.sheets[0]["width"], shown.sheets[0]["height"]) == (50, 100)
    assert boxes(read(READER, path, "boxes", exif="stored").rows) == [("a.jpg", "car", 40, 20, 60, 30)]


def test_other_shapes_are_counted(tmp_path: Path) -> None:
    path = yolo(tmp_path, {"a": "0 .5 .5 .2 .2\n1 .5 .5 .2 .2"})
    assert read(READER, path, "polygons").aside == {"box": 2}
    assert read(READER, path, "keypoints").aside == {"box": 2}


@pytest.mark.parametrize(
    "settings", ["names: 3", "names: [yes]", "names: {a: b}", "names: [", "- a", "names: []"]
)
def test_settings_that_name_no_classes_are_refused(tmp_path: Path, settings: str) -> None:
    path = yolo(tmp_path, {"a": "0 .5 .5 .2 .2"})
    (path / "data.yaml").write_text(settings, encoding="utf-8")
    with pytest.raises(InputError):
        read(READER, path, "boxes")
