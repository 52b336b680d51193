"""Run lengths of masks; pycocotools, plain pixels and the tools' own files are the oracles."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from pycocotools import mask as coco

from vendoreval.labels.run_codecs import coco_counts, runs_from_coco, runs_from_cvat, runs_from_labelstudio
from vendoreval.labels.runs import (
    area_of,
    box_of,
    checked_runs,
    intersection_of,
    pixels_of,
    runs_from_crop,
    runs_from_pixels,
)

FORMATS = Path(__file__).parents[3].parent / "shared" / "formats"
Pixels = NDArray[np.bool_]
images = array_shapes(min_dims=2, max_dims=2, max_side=12).flatmap(lambda shape: arrays(np.bool_, shape))


def encoded(pixels: Pixels) -> dict[str, object]:
    found: dict[str, object] = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))
    return found


def truth(object_id: str) -> Pixels:
    objects = json.loads((FORMATS / "truth" / "vision.json").read_text())["objects"]
    (rows,) = (one["mask_rows"] for one in objects if one["id"] == object_id)
    return np.asarray([[cell == "1" for cell in row] for row in rows])


@given(images)
def test_pixels_and_back(pixels: Pixels) -> None:
    runs = runs_from_pixels(pixels)
    assert (pixels_of(runs, *pixels.shape) == pixels).all()
    assert runs.tolist() == checked_runs(runs, *pixels.shape).tolist()
    assert (runs[1:] > 0).all()


@given(images)
def test_the_compressed_text_is_that_of_pycocotools(pixels: Pixels) -> None:
    counts = encoded(pixels)["counts"]
    assert isinstance(counts, bytes)
    runs = runs_from_pixels(pixels)
    assert coco_counts(runs) == counts.decode()
    assert runs_from_coco(counts, *pixels.shape).tolist() == runs.tolist()
    assert runs_from_coco(counts.decode(), *pixels.shape).tolist() == runs.tolist()
    assert runs_from_coco(runs.tolist(), *pixels.shape).tolist() == runs.tolist()


@given(images)
def test_area_and_box_are_those_of_pycocotools(pixels: Pixels) -> None:
    x, y, width, height = coco.toBbox(encoded(pixels)).tolist()
    runs = runs_from_pixels(pixels)
    assert area_of(runs) == int(pixels.sum()) == int(coco.area(encoded(pixels)))
    assert box_of(runs, pixels.shape[0]) == (x, y, x + width, y + height)


@given(array_shapes(min_dims=2, max_dims=2, max_side=9).flatmap(
    lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape))))  # fmt: skip
def test_intersections_are_counts_of_pixels(pair: tuple[Pixels, Pixels]) -> None:
    first, second = map(runs_from_pixels, pair)
    assert intersection_of(first, second) == int((pair[0] & pair[1]).sum())
    assert intersection_of(first, second) == intersection_of(second, first)


@given(images, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_crop_stands_where_it_was_cut(pixels: Pixels, left: int, top: int, right: int, below: int) -> None:
    whole = np.pad(pixels, ((top, below), (left, right)))
    height, width = whole.shape
    runs = runs_from_crop(pixels, left, top, width, height)
    assert runs.tolist() == runs_from_pixels(whole).tolist()
    flat = np.concatenate([[False], pixels.ravel()])
    edges = np.flatnonzero(np.diff(flat)).tolist()
    rows = np.diff([0, *edges, pixels.size]).tolist()
    text = ", ".join(map(str, rows))
    columns, lines = pixels.shape[1], pixels.shape[0]
    assert runs_from_cvat(text, left, top, columns, lines, width, height).tolist() == runs.tolist()


def test_masks_of_cvat_are_those_drawn() -> None:
    tree = ElementTree.parse(FORMATS / "files" / "cvat" / "cvat_images.xml")
    found = {}
    for image in tree.iter("image"):
        for mask in image.iter("mask"):
            told = {name: int(mask.attrib[name]) for name in ("left", "top", "width", "height")}
            size = int(image.attrib["width"]), int(image.attrib["height"])
            found[image.attrib["name"]] = runs_from_cvat(mask.attrib["rle"], **told, image_width=size[0],
                                                         image_height=size[1])  # fmt: skip
    assert found["b_crowd.png"].tolist() == runs_from_pixels(truth("b9")).tolist()
    assert found["sub dir/f.mask v2.png"].tolist() == runs_from_pixels(truth("f1")).tolist()


def test_brushes_of_label_studio_are_those_drawn() -> None:
    tasks = json.loads((FORMATS / "files" / "labelstudio" / "images_two_annotators.json").read_text())
    found = [
        runs_from_labelstudio(region["value"]["rle"], region["original_width"], region["original_height"])
        for task in tasks
        for annotation in task["annotations"]
        for region in annotation["result"]
        if region["type"] == "brushlabels"
    ]
    assert [runs.tolist() for runs in found] == [
        runs_from_pixels(truth(name)).tolist() for name in ("b9", "f1")
    ]


def test_words_that_are_not_repeated_are_read_one_by_one() -> None:
    bits = f"{4 * 2 * 1:032b}" + f"{7:05b}" + "0010" * 4  # 8 values of 8 bits; lengths of 3 bits
    bits += "0" + "00" + "111" + "".join(f"{value:08b}" for value in (9, 9, 9, 0, 0, 0, 0, 1))
    bits += "0" * (-len(bits) % 8)
    packed = bytes(int(bits[place : place + 8], 2) for place in range(0, len(bits), 8))
    assert pixels_of(runs_from_labelstudio(packed, 2, 1), 1, 2).tolist() == [[False, True]]
    with pytest.raises(ValueError, match="break off"):
        runs_from_labelstudio(packed[:-3], 2, 1)
    with pytest.raises(ValueError, match="8 values"):
        runs_from_labelstudio(packed, 2, 2)


def test_masks_by_rows_and_by_columns_are_told_apart_by_their_box() -> None:
    """encord's run lengths by rows decode as COCO's without a word: IoU .086 (SURPRISES)."""
    pixels = truth("f1")
    by_rows = runs_from_pixels(pixels.T)
    read = runs_from_coco(by_rows.tolist(), *pixels.shape)
    assert box_of(read, pixels.shape[0]) != box_of(runs_from_pixels(pixels), pixels.shape[0])


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ([3, 3], "cover 6 of"),
        ([10, -1], "negative"),
        ([9, 10**30], "longer"),
        ([1.5, 7.5], "no whole number"),
        ([True, 8], "no whole number"),
        ("9 ", "does not belong"),
        ("é", "does not belong"),
        ("9P", "break off"),
        ("", "break off"),
        ("P" * 40 + "0", "too long"),
    ],
)
def test_what_is_no_mask_is_refused(counts: str | list[int], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        runs_from_coco(counts, 3, 3)


@pytest.mark.parametrize(
    ("rle", "word"), [("a", "no whole number"), ("4, 4", "cover 8 of"), ("0, 9" + "9" * 30, "longer")]
)
def test_what_is_no_mask_of_cvat_is_refused(rle: str, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        runs_from_cvat(rle, 0, 0, 3, 3, 5, 5)


def test_sizes_are_checked_before_anything_is_spread_out() -> None:
    with pytest.raises(ValueError, match="lie outside"):
        runs_from_cvat("0, 9", 3, 0, 3, 3, 5, 5)
    with pytest.raises(ValueError, match="at most"):
        runs_from_cvat(str(10**10), 0, 0, 10**5, 10**5, 10**5, 10**5)
    with pytest.raises(ValueError, match="at most"):
        runs_from_labelstudio([0], 10**5, 10**5)
    with pytest.raises(ValueError, match="0 x 5"):
        runs_from_coco([], 5, 0)
    with pytest.raises(ValueError, match="no list of bytes"):
        runs_from_labelstudio([300], 1, 1)
    large = runs_from_coco([10**12 - 7, 7], 10**6, 10**6)  # never spread out
    assert area_of(large) == 7
    assert intersection_of(large, large) == 7
