"""The worked examples of the pages on polygons, masks and keypoints are what the code judges and draws.

UPDATE_GOLDEN=1 draws their pictures anew.
"""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np
import pytest
import shapely

from tests.conftest import ROOT
from tests.unit.tasks.box_samples import Row, delivery_of, gold_of
from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.segment_samples import drawn
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.formats.readers.answer_cells import lines_of
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.labels.shapes import SHAPES
from vendoreval.reports.pictures.item_picture import ItemPicture
from vendoreval.reports.pictures.pairs import marks, sheet_pairs
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes

TYPES = ("polygons", "polylines", "masks", "panoptic", "keypoints")
CLASSES = {
    "polygons": ("car", "dog"), "polylines": ("lane", "wire"), "masks": ("road", "sky"),
    "panoptic": ("car", "dog", "road"), "keypoints": ("person",),
}  # fmt: skip
SIZES = {
    "polygons": (100, 100), "polylines": (100, 80), "masks": (12, 6), "panoptic": (8, 5),
    "keypoints": (100, 70),
}  # fmt: skip


def polygon_rows(side: str) -> list[Row]:
    rows = []
    for row in table("polygons", side):
        shape = shapely.from_wkt(row["polygon"], on_invalid="fix")
        rings = [ring.coords[:-1] for ring in (shape.exterior, *shape.interiors)]
        flat = [[round(1000 * number) for point in ring for number in point] for ring in rings]
        rows.append({"label": row["label"], "rings": [flat]})
    return rows


def line_rows(side: str) -> list[Row]:
    return [
        {"label": row["label"],
         "rings": [[[round(1000 * n) for n in chain] for chain in part] for part in lines_of(row["line"])]}
        for row in table("polylines", side)
    ]  # fmt: skip


def mask_rows(side: str) -> list[Row]:
    found = re.search(r"<!-- example: image -->\n```text\n(.*?)```", page("masks"), re.DOTALL)
    assert found is not None
    letters = np.asarray([list(line) for line in found[1].split()])
    shown = {"gold": "gb", "delivered": "db"}[side]
    rows = []
    for label, change in (("road", str.upper), ("sky", str.lower)):
        pixels = np.isin(letters, [change(letter) for letter in shown])
        height, width = pixels.shape
        runs = runs_from_pixels(pixels).tolist()
        rows += [{"label": label, "width": width, "height": height, "runs": runs}] if pixels.any() else []
    return rows


def segment_rows(side: str) -> list[Row]:
    found = re.search(r"<!-- example: images -->\n```text\n(.*?)```", page("panoptic"), re.DOTALL)
    assert found is not None
    lines = [line.split()[side == "delivered"] for line in found[1].splitlines()]
    names = {"c": "car", "d": "car", "g": "dog", "r": "road", "v": "dog"}
    if side == "delivered":  # its lower car is another one
        lines[3] = lines[3].replace("c", "e")
        names["e"] = "car"
    image = drawn("\n".join(lines), names, "v" if side == "gold" else "")
    return image.rows()


def keypoint_rows(side: str) -> list[Row]:
    return [
        {"object_id": row["object_id"], "label": "person", "keypoint": row["keypoint"],
         "x": 1000 * int(row["x"]), "y": 1000 * int(row["y"]), "visible": int(row["visible"])}
        for row in table("keypoints", side)
    ]  # fmt: skip


def rows_of(kind: str, side: str) -> list[Row]:
    return {
        "polygons": polygon_rows,
        "polylines": line_rows,
        "masks": mask_rows,
        "panoptic": segment_rows,
        "keypoints": keypoint_rows,
    }[kind](side)


def judged(kind: str, **matching: Any) -> tuple[Outcomes, ItemPicture]:
    shape = SHAPES[kind]
    gold, labels = (
        gold_of({"a": rows_of(kind, "gold")}, shape),
        delivery_of({("a", "p"): rows_of(kind, "delivered")}, shape),
    )
    if kind == "panoptic":
        matching["stuff"] = ["road"]
    found = task_type(kind).compare(gold, labels, Task(kind, CLASSES[kind], matching=matching))
    pairs = sheet_pairs(found, range(len(found)), {})
    shown = marks(gold, labels, "a", pairs)
    return found, ItemPicture(f"Example of {kind}", "Gold and the delivery.", shown, SIZES[kind])


def told(found: Outcomes, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Rows as the pages write them: an empty cell for nothing."""
    rows = []
    for row in found.rows():
        row |= {"IoU": f"{row['score']:.9g}", "similarity": f"{row['score']:.9g}"}
        row |= {"score": f"{row['score']:.9g}"}
        row |= {"class": row["expected"] or row["delivered"]}
        rows.append(tuple("" if row[name] is None else str(row[name]) for name in names))
    return rows


@pytest.mark.parametrize("kind", ["polygons", "polylines", "panoptic", "keypoints"])
def test_the_example_is_judged_as_the_page_says(kind: str) -> None:
    listed = table(kind, "outcomes")
    found, _ = judged(kind)
    assert told(found, tuple(listed[0])) == [tuple(row.values()) for row in listed]


@pytest.mark.parametrize("regions", ["instance", "semantic"])
def test_the_example_of_masks_is_judged_as_the_page_says(regions: str) -> None:
    listed = [row for row in table("masks", "outcomes") if row.pop("regions") == regions]
    found, _ = judged("masks", regions=regions)
    assert told(found, tuple(listed[0])) == [tuple(row.values()) for row in listed]


@pytest.mark.parametrize("kind", TYPES)
def test_the_picture_of_the_page_is_what_a_report_draws(kind: str) -> None:
    path = ROOT / f"docs/types/{kind}.svg"
    drawn = f"{judged(kind)[1].svg()}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, "utf-8")
    assert path.read_text("utf-8") == drawn


@pytest.mark.parametrize("kind", TYPES)
def test_every_key_of_the_matching_rule_is_on_the_page(kind: str) -> None:
    text = page(kind)
    for key in TASK_TYPES[kind].matching:
        assert f"| `{key.name}` |" in text
        assert all(f"`{choice}`" in text for choice in key.choices if choice not in ("none", "one"))
