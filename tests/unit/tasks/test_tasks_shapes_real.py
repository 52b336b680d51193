"""Outlines and landmarks of three published sets: the figures of their FACTS.json, by other programs."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.keypoint_objects import distance2
from vendoreval.tasks.keypoints import TYPE as KEYPOINTS
from vendoreval.tasks.outcomes import CODE, ONE
from vendoreval.tasks.outlines import Outlines, iou, outlines
from vendoreval.tasks.polygons import TYPE as POLYGONS

DATA = Path(__file__).parents[3].parent / "shared" / "data"
Rings = list[list[list[int]]]
Key = tuple[str, int, str, str]  # item, round, label, annotator
PERCENTILES = {"p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "min": 0, "max": 100}


def facts(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / folder / "FACTS.json").read_text("utf-8"))
    return found


def agrees(values: NDArray[np.float64], said: dict[str, float], within: float = 2e-6) -> None:
    """Number, mean, deviation and percentiles are those said, which are rounded to millionths."""
    assert len(values) == said["n"]
    found = {name: float(np.percentile(values, place)) for name, place in PERCENTILES.items()}
    found |= {"mean": float(values.mean()), "sd": float(values.std(ddof=1))}
    assert found == pytest.approx({name: said[name] for name in found}, abs=within)


def pairs_of(drawn: Outlines, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    first, second = np.asarray(pairs, dtype=np.int64).T
    return iou(drawn, first, drawn, second)


@pytest.fixture(scope="module")
def skin() -> tuple[list[Key], Outlines]:
    """The outlines of each characteristic by image, round and person: rings by the even-odd rule, as parts."""
    drawn: dict[Key, Rings] = defaultdict(list)
    for row in pq.read_table(DATA / "dermxdb" / "polygons.parquet").to_pylist():
        key = (row["item_id"], row["round"], row["label"], row["annotator_id"])
        drawn[key] += even_odd(json.loads(row["rings_json"]))
    keys = list(drawn)
    return keys, outlines(Nested.from_lists([drawn[key] for key in keys], 3))


def even_odd(rings: list[list[list[float]]]) -> Rings:
    """Parts with holes, in thousandths of a pixel, by shapely's symmetric difference."""
    shape = shapely.Polygon()
    for ring in rings:
        polygon = shapely.Polygon(ring)
        shape = shape ^ (polygon if polygon.is_valid else shapely.make_valid(polygon))
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return [[_flat(ring.coords[:-1]) for ring in (part.exterior, *part.interiors)] for part in parts]


def _flat(points: Sequence[Sequence[float]]) -> list[int]:
    return [round(1000 * number) for point in points for number in point]


def test_dice_of_dermatologists(skin: tuple[list[Key], Outlines]) -> None:
    keys, drawn = skin
    said = facts("dermxdb")["polygons"]
    assert not drawn.faults
    by_image: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (item, turn, label, _) in enumerate(keys):
        if turn == 1:
            by_image[item, label].append(place)
    pairs = [pair for places in by_image.values() for pair in combinations(places, 2)]
    dice = _dice(pairs_of(drawn, pairs))
    agrees(dice, said["pairwise_dice_between_annotators_same_image_same_characteristic"])
    names = np.asarray([keys[first][2] for first, _ in pairs])
    for name, figures in said["by_characteristic"].items():
        agrees(dice[names == name], figures)


def test_dice_of_a_second_reading(skin: tuple[list[Key], Outlines]) -> None:
    keys, drawn = skin
    place = {key: number for number, key in enumerate(keys)}
    again = [(place[key], place[key[0], 2, key[2], key[3]]) for key in keys
             if key[1] == 1 and (key[0], 2, key[2], key[3]) in place]  # fmt: skip
    agrees(_dice(pairs_of(drawn, again)), facts("dermxdb")["polygons"]["retest_dice_same_annotator"])


def _dice(overlap: NDArray[np.float64]) -> NDArray[np.float64]:
    return 2 * overlap / (1 + overlap)


def vehicles() -> Iterator[tuple[str, str, str, bool, list[int]]]:
    """Item, annotator, label, deleted and ring of each object in the raw XML."""
    for file in sorted((DATA / "labelme_vehicle_polygons" / "labelme_xml").rglob("*.xml")):
        for thing in ElementTree.parse(file).iter("object"):
            points = [n for pt in thing.iter("pt") for n in (pt.findtext("x"), pt.findtext("y"))]
            deleted = thing.findtext("deleted") == "1"
            yield (
                file.stem,
                file.parent.name,
                thing.findtext("name") or "",
                deleted,
                [1000 * int(n or 0) for n in points],
            )


def test_outlines_of_vehicles() -> None:
    said, listed = facts("labelme_vehicle_polygons"), list(vehicles())
    assert len(listed) == said["n_polygons"]
    assert sum(deleted for _, _, _, deleted, _ in listed) == said["n_deleted_flag"]
    drawn = outlines(Nested.from_lists([[[ring]] for *_, ring in listed], 3), "structure")
    largest: dict[tuple[str, str], int] = {}
    for place, (item, who, _, deleted, _) in enumerate(listed):
        best = largest.get((item, who))
        if not deleted and (best is None or drawn.areas[place] > drawn.areas[best]):
            largest[item, who] = place
    items = sorted({item for item, _ in largest})
    pairs = [
        pair for item in items for pair in combinations((p for (i, _), p in largest.items() if i == item), 2)
    ]
    overlap = pairs_of(drawn, pairs)
    agrees(overlap, said["pairwise_iou_largest_polygon"])
    for who, mean in said["mean_pairwise_iou_by_annotator"].items():
        mine = [who in (listed[first][1], listed[second][1]) for first, second in pairs]
        assert float(overlap[np.asarray(mine)].mean()) == pytest.approx(mean, abs=2e-6)
    names = [[re.sub(r"[_0-9]+$", "", listed[place][2]) for place in pair] for pair in pairs]
    assert (
        np.mean([one == other for one, other in names]) == said["pairwise_same_label_ignoring_trailing_digits"]
    )


def test_vehicles_of_one_person_judged_against_anothers() -> None:
    """The score of each matched outline is its IoU; what is matched is decided at .9."""
    rows = [
        (item, who, {"label": re.sub(r"[_0-9]+$", "", name), "rings": [[ring]]})
        for item, who, name, deleted, ring in vehicles()
        if not deleted
    ]
    items = sorted({item for item, _, _ in rows})
    answers = {item: [row for i, who, row in rows if (i, who) == (item, "a1")] for item in items}
    gold = GoldSet.from_records("g", [
        {"item_id": item, "answers": [answers[item]], "edge_case": -1} for item in items
    ], shape=SHAPES["polygons"])  # fmt: skip
    others = [one for one in rows if one[1] != "a1"]
    sheets = sorted({(item, who) for item, who, _ in others})
    labels = LabelTable(
        Coded.from_text(one[0] for one in others), Coded.from_text(one[1] for one in others),
        answer_columns([one[2] for one in others], SHAPES["polygons"]),
        sheets=sheets_of([i for i, _ in sheets], [{}] * len(sheets), [who for _, who in sheets]),
    )  # fmt: skip
    task = Task("polygons", ("car",), matching={"iou": "0.9", "repair": "structure"})
    found = POLYGONS.compare(gold, labels, task)
    matched = found.outcome != CODE["missing"]
    matched &= found.outcome != CODE["extra"]
    assert (found.score[matched] >= 0.9 * ONE).all()
    counts = found.counts()
    units = sum(count for name, count in counts.items() if name != "extra")
    assert units == 3 * sum(who == "a1" for _, who, _ in rows)
    assert counts["correct"] > counts["missing"]


def test_landmarks_of_two_experts() -> None:
    said = facts("histology_landmarks")
    with (DATA / "histology_landmarks" / "delivered.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == said["n_points"]
    records = [
        {"object_id": "1", "label": "tissue", "keypoint": row["keypoint"],
         **{axis: round(1000 * float(row[axis])) for axis in ("x", "y")}}
        for row in rows
    ]  # fmt: skip
    labels = LabelTable(
        Coded.from_text(row["item_id"] for row in rows), Coded.from_text(row["annotator_id"] for row in rows),
        answer_columns(records, SHAPES["keypoints"]),
    )  # fmt: skip
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        places[row["item_id"], row["keypoint"]].append(number)
    twice = np.asarray([both for both in places.values() if len(both) == 2], dtype=np.int64)
    apart = np.sqrt(distance2(labels, twice[:, 0], labels, twice[:, 1])) / 1000
    agrees(apart, said["distance_px_between_the_two"], within=2e-3)
    image = np.asarray([rows[first]["item_id"] for first in twice[:, 0].tolist()])
    assert sorted(set(image.tolist())) == said["images_with_two_annotators"]
    for item, figures in said["by_image"].items():
        agrees(apart[image == item], figures, within=2e-3)


def test_a_copied_annotation_is_right_to_the_pixel_and_others_are_not() -> None:
    """The set's note: on one image the second expert's points equal the first's to within 1 pixel."""
    with (DATA / "histology_landmarks" / "delivered.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = facts("histology_landmarks")
    people = {item: sorted({row["annotator_id"] for row in rows if row["item_id"] == item})
              for item in said["images_with_two_annotators"]}  # fmt: skip

    def of(item: str, who: str) -> list[dict[str, Any]]:
        return [
            {"object_id": "1", "label": "tissue", "keypoint": row["keypoint"],
             "x": round(1000 * float(row["x"])), "y": round(1000 * float(row["y"]))}
            for row in rows if (row["item_id"], row["annotator_id"]) == (item, who)
        ]  # fmt: skip

    gold = GoldSet.from_records("g", [
        {"item_id": item, "answers": [of(item, first)], "edge_case": -1} for item, (first, _) in people.items()
    ], shape=SHAPES["keypoints"])  # fmt: skip
    delivered = [(item, row) for item, (_, second) in people.items() for row in of(item, second)]
    labels = LabelTable(
        Coded.from_text(item for item, _ in delivered), Coded.from_text("second" for _ in delivered),
        answer_columns([row for _, row in delivered], SHAPES["keypoints"]),
        sheets=sheets_of(list(people), [{}] * len(people), ["second"] * len(people)),
    )  # fmt: skip
    task = Task("keypoints", ("tissue",), matching={"oks": "0.1", "pck_pixels": "1"})
    found = KEYPOINTS.compare(gold, labels, task)
    both = (found.expected.codes >= 0) & (found.delivered.codes >= 0)
    points = found.take(found.at("point") & both)
    assert len(points) == said["n_points_with_two_annotators"]
    copied = points.item.codes == gold.item_ids.index("lung-lobes_3/29-040-U-35W-Izd1-1-HE")
    assert points.right[copied].all()
    assert points.right[~copied].mean() < 0.05
