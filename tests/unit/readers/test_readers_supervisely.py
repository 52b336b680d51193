"""Supervisely: the corpus, and what its objects may be."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.supervisely import READER
from vendoreval.labels.runs import box_of, pixels_of

(ROW,) = manifest("supervisely")
FOLDER, WANTED = CORPUS / ROW["file"], expected(ROW)
TRUTH = json.loads((CORPUS / "truth/vision.json").read_text("utf-8"))


def test_the_corpus() -> None:
    found = read(READER, FOLDER, "boxes")
    told = [e for e in WANTED if e["kind"] == "box"]
    assert boxes(found.rows) == [(e["image"], e["label"], *corners(e["bbox"])) for e in told]
    assert [json.loads(row.get("attributes", "{}")) for row in found.rows] == [e["attributes"] for e in told]
    assert found.aside == {"bitmap": 1, "tag of an image": 1}
    assert len(found.sheets) == 4
    assert not found.refusals
    assert READER.recognises(open_source([FOLDER])).level == 2


def test_the_mask_of_the_corpus_is_that_of_the_truth() -> None:
    (row,) = read(READER, FOLDER, "masks").rows
    (truth,) = [one for one in TRUTH["objects"] if one["id"] == "b9"]
    wanted = np.asarray([[sign == "1" for sign in line] for line in truth["mask_rows"]])
    assert_array_equal(pixels_of(row["runs"], row["height"], row["width"]), wanted)
    (told,) = [e for e in WANTED if e["kind"] == "mask"]
    assert box_of(np.asarray(row["runs"]), row["height"]) == corners(told["bbox"])


def test_an_empty_image_may_not_be_done() -> None:
    found = read(READER, FOLDER, "boxes", empty="not_done")
    assert found.aside["image without objects, taken as not done"] == 1
    assert len(found.sheets) == 3


def test_corners_may_be_pixels() -> None:
    last = read(READER, FOLDER, "boxes", corners="pixels").rows[-1]
    assert boxes([last]) == [("d_attr.png", "car", 62, 10, 100, 40)]


def written(tmp_path: Path, *objects: Any, dataset: str = "ds", name: str = "a.png", **fields: Any) -> Path:
    path = tmp_path / dataset / "ann" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    size = {"height": 50, "width": 100}
    path.write_text(json.dumps({"size": size, "tags": [], "objects": objects, **fields}), encoding="utf-8")
    return tmp_path


def thing(kind: str, **fields: Any) -> dict[str, Any]:
    return {"classTitle": "car", "geometryType": kind, "tags": [], **fields}


def rectangle(*corner: list[Any], **fields: Any) -> dict[str, Any]:
    return thing("rectangle", points={"exterior": corner, "interior": []}, **fields)


def test_polygons_keep_their_holes_and_lines_are_lines(tmp_path: Path) -> None:
    ring, hole = [[0, 0], [9, 0], [9, 9]], [[5, 2], [7, 2], [7, 4]]
    line = thing("line", points={"exterior": [[1, 2], [3, 4]], "interior": []})
    path = written(tmp_path, thing("polygon", points={"exterior": ring, "interior": [hole]}), line)
    (row,) = read(READER, path, "polygons").rows
    assert row["rings"] == [[[0, 0, 9, 0, 9, 9], [5, 2, 7, 2, 7, 4]]]
    (row,) = read(READER, path, "polylines").rows
    assert row["rings"] == [[[1, 2, 3, 4]]]


def test_a_graph_is_an_object_of_keypoints(tmp_path: Path) -> None:
    nodes = {"n1": {"loc": [1, 2]}, "n2": {"loc": [3, 4], "disabled": True}}
    path = written(tmp_path, thing("graph", nodes=nodes), thing("point", points={"exterior": [[1, 1]]}))
    meta = {"classes": [{"title": "car", "geometry_config": {"nodes": {"n1": {"label": "wheel"}}}}]}
    (path / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    found = read(READER, path, "keypoints")
    assert [(r["object_id"], r["keypoint"], r["x"], r["y"], r["visible"]) for r in found.rows] == [
        ("1", "wheel", 1, 2, 2), ("1", "n2", 3, 4, 1),
    ]  # fmt: skip
    assert found.aside == {"point": 1}


def test_images_of_one_name_are_told_apart_by_their_dataset(tmp_path: Path) -> None:
    for dataset in ("one", "two"):
        written(tmp_path, rectangle([1, 2], [3, 4]), dataset=dataset)
    assert [row["item_id"] for row in read(READER, tmp_path, "boxes").rows] == ["one/a.png", "two/a.png"]


def test_one_persons_objects_are_theirs_and_several_peoples_nobodys(tmp_path: Path) -> None:
    written(tmp_path, rectangle([1, 2], [3, 4], labelerLogin="ann"), name="a.png")
    both = (rectangle([3, 4], [1, 2], labelerLogin=who) for who in ("ann", "bob"))
    written(tmp_path, *both, name="b.png")
    found = read(READER, tmp_path, "boxes")
    assert [sheet.get("annotator_id") for sheet in found.sheets] == ["ann", None]
    assert found.said(
        "Images whose objects are of several people, of whom nobody is taken for the annotator: 1"
    )
    assert {row[2:] for row in boxes(found.rows)} == {(1, 2, 3, 4)}
    assert all("annotator_id" not in row for row in read(READER, tmp_path, "boxes", annotator="unknown").rows)


def _packed(pixels: Any) -> str:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return base64.b64encode(zlib.compress(stream.getvalue())).decode()


def test_a_bitmap_is_what_is_not_see_through(tmp_path: Path) -> None:
    pixels = np.zeros((2, 3, 4), dtype=np.uint8)
    pixels[0, :, 3] = 255  # black, but seen
    path = written(tmp_path, thing("bitmap", bitmap={"origin": [10, 20], "data": _packed(pixels)}))
    (row,) = read(READER, path, "masks").rows
    assert box_of(np.asarray(row["runs"]), 50) == (10, 20, 13, 21)


BLOCK = np.full((2, 2), 255, dtype=np.uint8)


@pytest.mark.parametrize(("broken", "shape", "why"), [
    (rectangle([1, 2]), "boxes", "1 corners"),
    (rectangle([1, 2], [3, 4], classTitle=None), "boxes", "no classTitle"),
    (rectangle([1, 2], [3, "x"]), "boxes", "exterior is no number"),
    (thing("bitmap", bitmap={"origin": [99, 0], "data": _packed(BLOCK)}), "masks", "lie outside"),
    (thing("bitmap", bitmap={"origin": [0.5, 0], "data": _packed(BLOCK)}), "masks", "origin is no pixel"),
    (thing("bitmap", bitmap={"origin": [0, 0], "data": "***"}), "masks", "no base64"),
    (thing("graph", nodes={"a": {}}), "keypoints", "has no place"),
])  # fmt: skip
def test_objects_that_cannot_be_read_are_refused(tmp_path: Path, broken: Any, shape: str, why: str) -> None:
    found = read(READER, written(tmp_path, broken), shape)
    assert not found.rows
    assert why in found.refusals[0]


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"size": 1}', encoding="utf-8")
    with pytest.raises(InputError, match="no annotation of Supervisely"):
        read(READER, tmp_path, "boxes")
