"""Areas, boxes and shared pixels of many masks; plain pixels are the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pycocotools import mask as coco

from vendoreval.labels.nested import Nested
from vendoreval.labels.runs import box_of, runs_from_pixels
from vendoreval.tasks import pixels

Images = list[NDArray[np.bool_]]
images = st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda shape: st.lists(arrays(np.bool_, shape), min_size=1, max_size=5)
)


def column(drawn: Images) -> Nested:
    return Nested.from_lists([runs_from_pixels(one).tolist() for one in drawn], 1)


@given(images)
def test_areas_and_boxes_of_many_are_those_of_each(drawn: Images) -> None:
    runs, height = column(drawn), drawn[0].shape[0]
    assert pixels.areas(runs).tolist() == [int(one.sum()) for one in drawn]
    boxes = pixels.pixel_boxes(runs, np.full(len(drawn), height))
    assert [tuple(box) for box in boxes.tolist()] == [box_of(runs_from_pixels(one), height) for one in drawn]


@given(images, st.integers(1, 8))
def test_shared_pixels_of_all_pairs(drawn: Images, block: int) -> None:
    runs = column(drawn)
    a, b = (index.ravel() for index in np.indices((len(drawn), len(drawn))))
    expected = [int((drawn[i] & drawn[j]).sum()) for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pixels, "_BLOCK", block)
        assert pixels.shared_pixels(runs, a, runs, b).tolist() == expected


def test_the_iou_is_that_of_pycocotools() -> None:
    rng = np.random.default_rng(10)
    drawn = [rng.random((23, 31)) < share for share in (0.1, 0.5, 0.9)]
    runs, whole = column(drawn), [coco.encode(np.asfortranarray(one.astype(np.uint8))) for one in drawn]
    a, b = (index.ravel() for index in np.indices((3, 3)))
    shared, area = pixels.shared_pixels(runs, a, runs, b), pixels.areas(runs)
    iou = shared / (area[a] + area[b] - shared)
    assert np.allclose(iou, coco.iou(whole, whole, [0, 0, 0]).ravel(), rtol=0, atol=1e-15)


def test_no_masks_share_nothing() -> None:
    none = Nested.from_lists([], 1)
    nothing = np.empty(0, dtype=np.int64)
    assert pixels.shared_pixels(none, nothing, none, nothing).tolist() == []
    assert pixels.areas(none).tolist() == []
    assert pixels.pixel_boxes(none, nothing).tolist() == []
