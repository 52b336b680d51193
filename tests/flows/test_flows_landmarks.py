"""Landmarks of tissue by two experts, without gold: the figures of FACTS.json through the commands."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli
from tests.contracts import clause, contract_toml

DATA = SHARED / "data/histology_landmarks"
FACTS: dict[str, Any] = json.loads((DATA / "FACTS.json").read_text("utf-8"))
MAPS = ("--map", "label==tissue", "--map", "object_id==1")
LIMIT = 20


def workspace(cli: Cli, **matching: str) -> None:
    terms = clause(unit="point", metric="pck", threshold="0.9", decision={"rule": "point"})
    task = {"type": "keypoints", "classes": ["tissue"], "matching": {"pck_pixels": str(LIMIT), **matching}}
    (cli.folder / "c.toml").write_text(contract_toml(task=task, clauses=[terms]), "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")


def points() -> dict[tuple[str, str], dict[str, tuple[float, float]]]:
    """By image and person, the place of each landmark."""
    found: dict[tuple[str, str], dict[str, tuple[float, float]]] = {}
    with (DATA / "delivered.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = found.setdefault((row["item_id"], row["annotator_id"]), {})
            place[row["keypoint"]] = float(row["x"]), float(row["y"])
    return found


def test_distances_between_two_experts(cli: Cli) -> None:
    workspace(cli)
    words = ("delivery", "add", DATA / "delivered.csv", "--id", "d", "--contract", "c", *MAPS, "--json")
    intake = cli(*words).json["intake"]
    assert intake["labels"] == FACTS["n_points"]
    assert (intake["items"], intake["annotators"]) == (FACTS["n_images"], FACTS["n_annotators"])
    record = cli("agreement", "show", "d", "--by", "point", "--json").json
    said = FACTS["distance_px_between_the_two"]
    assert {name: record["points"][name] for name in said} == pytest.approx(said, abs=2e-6)
    assert [one["group"] for one in record["by_item"]] == sorted(FACTS["images_with_two_annotators"])
    for one in record["by_item"]:
        wanted = FACTS["by_image"][one["group"]]
        assert {name: one[name] for name in wanted} == pytest.approx(wanted, abs=2e-6)
    shown = cli("agreement", "show", "d", "--by", "point").out
    assert "1164.7" in shown
    assert "no further apart than the contract allows" in shown


def test_one_expert_held_against_the_other(cli: Cli) -> None:
    workspace(cli)
    known = points()
    people = sorted({person for _, person in known})
    both = [item for item, person in known if person == people[1] and (item, people[0]) in known]
    for name, person in (("gold", people[0]), ("given", people[1])):
        write(cli.folder / f"{name}.csv", {(item, person): known[item, person] for item in both})
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c", *MAPS)
    cli("delivery", "add", "given.csv", "--id", "d", "--contract", "c", *MAPS)
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    pairs = [
        (known[item, people[0]][name], place)
        for item in both
        for name, place in known[item, people[1]].items()
        if name in known[item, people[0]]
    ]
    near = sum(math.dist(*pair) <= LIMIT for pair in pairs)
    names = [{*known[item, people[0]], *known[item, people[1]]} for item in both]
    (finding,) = result["findings"]
    assert len(pairs) == FACTS["n_points_with_two_annotators"]
    assert finding["n"] == sum(map(len, names))  # what one of them lacks is missing or extra
    assert finding["estimate"] == pytest.approx(near / finding["n"])


def write(path: Path, answers: dict[tuple[str, str], dict[str, tuple[float, float]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["item_id", "annotator_id", "keypoint", "x", "y"])
        for (item, person), places in answers.items():
            rows.writerows([item, person, name, x, y] for name, (x, y) in places.items())


def test_only_keypoints_have_points(cli: Cli) -> None:
    text = contract_toml(task={"type": "classification", "classes": ["a", "b"]})
    (cli.folder / "c.toml").write_text(text, "utf-8")
    (cli.folder / "d.csv").write_text("item_id,annotator_id,label\n1,x,a\n1,y,b\n", "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    assert "have no points" in cli("agreement", "show", "d", "--by", "point", code=2).err
