"""Cuboids of nuScenes, Supervisely's point clouds and Datumaro: axes, sizes and headings."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial.transform import Rotation

from tests.unit.readers.delivered import read, read_source
from tests.unit.readers.mutations import source_of
from tests.unit.readers.test_readers_mutated import CLOUD, SCENE
from vendoreval.errors import InputError
from vendoreval.formats.readers.cuboid_places import of_angles, of_quaternion
from vendoreval.formats.readers.datumaro import READER as DATUMARO
from vendoreval.formats.readers.nuscenes import READER as NUSCENES
from vendoreval.formats.readers.sources import open_source
from vendoreval.formats.readers.supervisely import READER as SUPERVISELY

CAR = {"translation": [1, 2, 3], "size": [2, 4, 1.5], "rotation": [1, 0, 0, 0], "detection_name": "car"}
NAMES = ("x", "y", "z", "long", "wide", "high", "yaw")


def numbers(row: dict[str, Any]) -> tuple[float, ...]:
    return tuple(row[name] for name in NAMES)


def test_yaw_and_lean_are_those_of_scipys_rotations() -> None:
    stream = np.random.default_rng(4)
    for turn in Rotation.random(50, random_state=4):
        x, y, z, w = turn.as_quat()
        yaw, lean = of_quaternion(w, x, y, z)
        ahead, up = turn.apply([1, 0, 0]), turn.apply([0, 0, 1])
        assert yaw == pytest.approx(math.atan2(ahead[1], ahead[0]))
        assert lean == pytest.approx(math.acos(up[2]), abs=1e-6)
    roll, pitch, yaw = stream.uniform(-1, 1, 3)
    turn = Rotation.from_euler("xyz", [roll, pitch, yaw])
    ahead, up = turn.apply([1, 0, 0]), turn.apply([0, 0, 1])
    found, lean = of_angles(roll, pitch, yaw)
    assert found == pytest.approx(math.atan2(ahead[1], ahead[0]))
    assert lean == pytest.approx(math.acos(up[2]))
    with pytest.raises(ValueError, match="no quaternion"):
        of_quaternion(0, 0, 0, 0)


def test_the_tables_of_a_set() -> None:
    source = source_of(SCENE)
    assert NUSCENES.recognises(source).level == 2
    found = read_source(NUSCENES, source, "cuboids")
    (row,) = found.rows
    assert_allclose(numbers(row), (1, 2, 3, 4, 2, 1.5, 90), atol=1e-4)  # nuScenes has width, length, height
    assert (row["item_id"], row["label"], row["object_id"]) == ("s1", "vehicle.car", "i")
    assert json.loads(row["attributes"]) == {"attribute": "vehicle.parked", "num_lidar_pts": 5}
    assert [sheet["item_id"] for sheet in found.sheets] == ["s1", "s2"]
    left = read_source(NUSCENES, source, "cuboids", empty="not_done")
    assert left.aside == {"sample without cuboids, taken as not done": 1}


def results(tmp_path: Path, samples: Any) -> Path:
    path = tmp_path / "results.json"
    told = {name: [{"sample_token": name, **one} for one in cuboids] for name, cuboids in samples.items()}
    path.write_text(json.dumps({"meta": {}, "results": told}), encoding="utf-8")
    return path


def test_a_file_of_results(tmp_path: Path) -> None:
    lying = {**CAR, "rotation": [math.cos(0.5), math.sin(0.5), 0, 0], "attribute_name": "parked"}
    path = results(tmp_path, {"s1": [{**CAR, "detection_score": 0.5}, lying], "s2": []})
    assert NUSCENES.recognises(open_source([path])).level == 2
    found = read(NUSCENES, path, "cuboids")
    assert [numbers(row) for row in found.rows] == [(1, 2, 3, 4, 2, 1.5, 0)] * 2
    assert [sheet["item_id"] for sheet in found.sheets] == ["s1", "s2"]
    assert found.said("Cuboids that lean by more than 5 degrees, which are read as if they stood upright: 1")
    assert found.said("Cuboids with a score, which is not read: 1")


@pytest.mark.parametrize(("change", "why"), [
    ({"translation": [1, 2]}, "translation is no list of 3"), ({"size": [1, 2, None]}, "size is no number"),
    ({"rotation": [9, 9, 9, 9]}, "no quaternion"), ({"detection_name": ""}, "nothing names its class"),
])  # fmt: skip
def test_cuboids_that_cannot_be_read_are_refused(tmp_path: Path, change: Any, why: str) -> None:
    found = read(NUSCENES, results(tmp_path, {"s1": [CAR, CAR | change]}), "cuboids")
    assert len(found.rows) == len(found.refusals) == 1
    assert why in found.refusals[0]


def test_files_of_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sample_annotation.json"
    path.write_text('{"a": [1]}', encoding="utf-8")
    with pytest.raises(InputError, match="no list of annotations"):
        read(NUSCENES, path, "cuboids")
    path = tmp_path / "results.json"
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match="no file of results"):
        read(NUSCENES, path, "cuboids")


def test_figures_of_a_point_cloud() -> None:
    source = source_of(CLOUD)
    assert SUPERVISELY.recognises(source).level == 2
    found = read_source(SUPERVISELY, source, "cuboids")
    (row,) = found.rows
    assert_allclose(numbers(row), (1, 2, 3, 4, 2, 1.5, math.degrees(0.5)))
    assert (row["item_id"], row["label"], row["object_id"]) == ("1.pcd", "car", "o")
    assert read_source(SUPERVISELY, source, "boxes").aside == {"cuboid_3d": 1}


def test_cuboids_of_datumaro(tmp_path: Path) -> None:
    one = {
        "type": "cuboid_3d",
        "label_id": 0,
        "position": [1, 2, 3],
        "rotation": [0, 0, -0.5],
        "scale": [4, 2, 1.5],
    }
    document = {
        "categories": {"label": {"labels": [{"name": "car"}]}},
        "items": [{"id": "1", "annotations": [one, {"type": "cuboid_3d", "label_id": 0}]}],
    }
    path = tmp_path / "train.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read(DATUMARO, path, "cuboids")
    assert_allclose(numbers(found.rows[0]), (1, 2, 3, 4, 2, 1.5, math.degrees(-0.5)))
    assert found.refusals == ["It cannot be read: it has no position, rotation or scale."]
