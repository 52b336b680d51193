"""Other tools' figures for boxes, against the tools themselves."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.unit.tasks.box_samples import Row, box, delivery_of, gold_of
from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.conventions import convention

# As datumaro 1.13.12 and labelbox 7.17.0 computed them: findings/shape-conventions.sh.
VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "shape_conventions.json").read_text("utf-8")
)
TASK = Task("boxes", ("car", "dog"))


def vectors() -> tuple[GoldSet, LabelTable]:
    images = [[[box(b[4], *b[:4]) for b in side] for side in sides] for sides in VECTORS["images"]]
    names = [f"image {number:02}" for number in range(len(images))]
    gold = gold_of({name: sides[0] for name, sides in zip(names, images, strict=True)})
    return gold, delivery_of({(name, "p"): sides[1] for name, sides in zip(names, images, strict=True)})


@pytest.mark.parametrize("tool", ["datumaro", "labelbox"])
def test_figures_that_the_tools_themselves_computed(tool: str) -> None:
    assert convention(tool, *vectors(), TASK) == pytest.approx(VECTORS["figures"][tool], abs=1e-9)


def coco_document(images: list[list[list[Any]]], side: int) -> dict[str, Any]:
    listed = [(number, b) for number, sides in enumerate(images, 1) for b in sides[side]]
    return {
        "images": [{"id": number, "width": 64, "height": 64} for number in range(1, len(images) + 1)],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": place, "image_id": image, "category_id": TASK.classes.index(b[4]) + 1, "iscrowd": 0,
             "bbox": [b[0], b[1], b[2] - b[0], b[3] - b[1]], "area": (b[2] - b[0]) * (b[3] - b[1]), "score": 1}
            for place, (image, b) in enumerate(listed, 1)
        ],
    }  # fmt: skip


def test_coco_against_pycocotools() -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        gold = COCO()
        gold.dataset = coco_document(VECTORS["images"], 0)
        gold.createIndex()
        run = COCOeval(gold, gold.loadRes(coco_document(VECTORS["images"], 1)["annotations"]), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    whole = [found for found in run.evalImgs if found and found["aRng"] == [0, 1e10]]
    right = sum(int((found["dtMatches"][0] > 0).sum()) for found in whole)
    units, given = (sum(len(found[ids]) for found in whole) for ids in ("gtIds", "dtIds"))
    assert convention("coco", *vectors(), TASK) == pytest.approx({
        "precision": right / given,
        "recall": right / units,
        "f1": 2 * right / (units + given),
        "ar": run.stats[8],
    })  # fmt: skip


def test_fiftyone_matches_as_coco_does() -> None:
    coco = convention("coco", *vectors(), TASK)
    assert convention("fiftyone", *vectors(), TASK) == {
        name: coco[name] for name in ("precision", "recall", "f1")
    }


def figures(tool: str, gold: list[Row], given: list[Row]) -> dict[str, Any]:
    return convention(tool, gold_of({"a": gold}), delivery_of({("a", "p"): given}), TASK)


def test_cvat_counts_a_wrong_label_once_and_matches_from_two_fifths_on() -> None:
    """By its formulas: 1 right at IoU .4, 1 of another label, 1 missing, 1 extra."""
    gold = [box("car", 0, 0, 10, 10), box("car", 20, 0, 30, 10), box("dog", 40, 0, 50, 10)]
    given = [box("car", 0, 0, 10, 4), box("dog", 20, 0, 30, 10), box("dog", 40, 20, 50, 30)]
    assert figures("cvat", gold, given) == {"accuracy": 1 / 4, "precision": 1 / 3, "recall": 1 / 3}
    assert figures("cvat", [], []) == {"accuracy": None, "precision": None, "recall": None}


def test_a_wrong_label_is_a_miss_and_an_extra_within_classes() -> None:
    gold, given = [box("car", 0, 0, 10, 10)], [box("dog", 0, 0, 10, 10)]
    task = Task("boxes", TASK.classes, matching={"preset": "coco"})
    found = TYPE.compare(gold_of({"a": gold}), delivery_of({("a", "p"): given}), task)
    assert [row["outcome"] for row in found.rows()] == ["missing", "extra"]
    assert figures("coco", gold, given) == {"precision": 0, "recall": 0, "f1": 0, "ar": 0}


def test_taking_turns_loses_a_match_that_the_best_assignment_finds() -> None:
    """Gold 1 in turn takes the delivered box that gold 2 needs."""
    gold = [box("car", 0, 0, 10, 10), box("car", 3, 0, 13, 10)]
    given = [box("car", 1, 0, 11, 10), box("car", -3, 0, 7, 10)]
    assert figures("datumaro", gold, given) == {"match": 1, "mismatch": 0, "missing": 1, "extra": 1}
    assert TYPE.compare(gold_of({"a": gold}), delivery_of({("a", "p"): given}), TASK).counts()["correct"] == 2


def test_a_person_s_answers_are_an_image_each_and_a_missing_item_is_none() -> None:
    gold = gold_of({"a": [box("car", 0, 0, 10, 10)], "b": [box("car", 0, 0, 10, 10)]})
    labels = delivery_of({("a", "p"): [box("car", 0, 0, 10, 10)], ("a", "q"): []})
    assert convention("labelbox", gold, labels, TASK) == {"mean_iou": 0.5}
    assert convention("cvat", gold, labels, TASK) == {"accuracy": 0.5, "precision": 1.0, "recall": 0.5}
    assert convention("coco", gold, labels, TASK)["ar"] == 0.5


def test_an_unknown_convention() -> None:
    with pytest.raises(InputError, match="no convention"):
        figures("iaa-kit", [], [])
    for tool, kind in (("labelbox", "masks"), ("cvat", "spans")):
        with pytest.raises(InputError, match="no convention"):
            convention(tool, gold_of({}), delivery_of({}), Task(kind, ()))
