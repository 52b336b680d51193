"""Rework goes back into the vendor's tool: what is wrong, what was delivered, and nothing of what gold says."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from typing import Any

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.evidence_story import CAME, at
from tests.flows.rework_story import ITEMS, claimed, day, errors, truth, write_labels
from tests.flows.shapes_story import claimed as boxes_claimed
from tests.flows.shapes_story import drawn, task


def rows_in(cli: Cli, name: str) -> list[dict[str, str]]:
    with (cli.folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines_of(cli: Cli, claim: str, day_of: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("claim", "show", claim, "--json", env=day_of).json["lines"]
    return found


@pytest.mark.slow
def test_boxes_go_back_into_label_studio_and_come_home_mended(cli: Cli) -> None:
    boxes_claimed(cli)
    lines = lines_of(cli, "claim", at(CAME))
    words = ("claim", "tasks", "claim", "--format", "label-studio", "--out", "rework.json", "--json")
    made = cli(*words, env=at(CAME)).json
    tasks = json.loads((cli.folder / "rework.json").read_text("utf-8"))
    by_item = defaultdict(set)
    for line in lines:
        by_item[line["item"]].add(line["annotator"])
    assert [one["data"]["item_id"] for one in tasks] == list(by_item)
    assert (made["tasks"], made["lines"]) == (len(by_item), len(lines))
    for one in tasks:
        people = {prediction["model_version"] for prediction in one["predictions"]}
        assert people == by_item[one["data"]["item_id"]]
        assert one["data"]["rework"].count("clause accuracy") >= 1
    assert made["beside"] == ["rework-config.xml", "rework-reasons.csv"]
    reasons = rows_in(cli, "rework-reasons.csv")
    assert [row["line"] for row in reasons] == [str(line["number"]) for line in lines]
    assert '<Text name="rework"' in (cli.folder / "rework-config.xml").read_text("utf-8")

    mended = [
        task(int(item[-7:-4]), {int(p): drawn(int(item[-7:-4])) for p in people})
        for item, people in by_item.items()
    ]
    (cli.folder / "mended.json").write_text(json.dumps(mended), "utf-8")
    cli("delivery", "add", "mended.json", "--id", "e", "--contract", "c", "--rework-of", "d", env=at(CAME))
    judged = cli("claim", "rework", "claim", "e", "--json", env=at(CAME)).json
    assert {line["state"] for line in judged["lines"]} == {"mended"}


@pytest.mark.slow
@pytest.mark.parametrize("form", ["label-studio", "coco", "cvat", "yolo", "csv"])
def test_what_is_missing_is_told_without_its_place(cli: Cli, form: str) -> None:
    boxes_claimed(cli)
    lines = lines_of(cli, "claim", at(CAME))
    hidden = [line["where"] for line in lines if line["outcome"] == "missing" and line["annotator"] == "1"]
    assert len(hidden) > 3
    words = ("--format", form, "--annotator", "1", "--out", "out/rework.x", "--json")
    assert cli("claim", "tasks", "claim", *words, env=at(CAME)).json["lines"] == sum(
        line["annotator"] == "1" for line in lines
    )
    written = b"".join(path.read_bytes() for path in (cli.folder / "out").iterdir())
    assert b"Something is missing." in written
    assert not [where for where in hidden if where.encode() in written]


def test_choices_go_back_with_what_was_delivered(cli: Cli) -> None:
    wrong = errors(0.12, 3)
    claimed(cli, wrong)
    cli("claim", "tasks", "claim-1", "--out", "rework.csv", env=day(4))
    rows = rows_in(cli, "rework.csv")
    named = {line["item"] for line in lines_of(cli, "claim-1", day(4))}
    assert {row["item_id"] for row in rows} == named < wrong
    assert all(row["label"] != truth(row["item_id"]) for row in rows)
    assert all(f"{row['label']}. The label is wrong." in row["rework"] for row in rows)
    cli("claim", "tasks", "claim-1", "--format", "label-studio", "--out", "rework.json", env=day(4))
    one = json.loads((cli.folder / "rework.json").read_text("utf-8"))[0]
    assert one["predictions"][0]["result"][0]["value"]["choices"] == [rows[0]["label"]]

    back = write_labels(cli, "back.csv", (), [item for item in ITEMS if item in named])
    cli("delivery", "add", back, "--id", "b2", "--contract", "birds", "--rework-of", "batch-1", env=day(5))
    judged = cli("claim", "rework", "claim-1", "b2", "--json", env=day(5)).json
    assert {line["state"] for line in judged["lines"]} == {"mended"}


def test_drafts_are_not_sent_and_nothing_is_left_of_nobody(cli: Cli) -> None:
    claimed(cli, errors(0.12, 3))
    said = cli("claim", "tasks", "claim-1", "--out", "r.csv", "--annotator", "nobody", env=day(4), code=2).err
    assert "No line of claim 'claim-1' is left for 'nobody'" in said
    assert "classification" in cli("claim", "tasks", "claim-1", "--out", "r.conll", env=day(4), code=2).err
    cli("claim", "draft", "audit-1", "--id", "second", env=day(4))
    assert "is a draft" in cli("claim", "tasks", "second", "--out", "r.csv", env=day(4), code=2).err


def test_items_are_called_as_the_vendor_knows_them(cli: Cli) -> None:
    folder = cli.folder
    (folder / "gold.csv").write_text("item_id,label,url\n" + "".join(f"g{n},{n % 2},u{n}\n" for n in range(40)))
    (folder / "tasks.csv").write_text("item_id,url\n" + "".join(f"t{n},v{n}\n" for n in range(160)))
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    cli("gold", "add", "gold.csv", "--id", "g")
    cli("gold", "seed", "tasks.csv", "--gold", "g", "--rate", "0.2", "--out", "send.csv", "--id", "s")
    sent = {row["task_id"]: row["url"] for row in rows_in(cli, "send.csv")}
    (folder / "back.csv").write_text("task_id,annotator_id,label\n" + "".join(f"{task},w,4\n" for task in sent))
    cli("delivery", "add", "back.csv", "--contract", "weather-sentiment-2026", "--id", "d", "--seeding", "s")
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("claim", "draft", "a", "--id", "c")
    cli("claim", "issue", "c")
    cli("claim", "tasks", "c", "--format", "label-studio", "--out", "r.json")
    tasks = json.loads((folder / "r.json").read_text("utf-8"))
    assert {one["data"]["task_id"]: one["data"]["url"] for one in tasks}.items() <= sent.items()
    assert len(tasks) == 40
    assert not any("item_id" in one["data"] for one in tasks)
