"""Blind tasks in the form of a tool: nothing in them tells gold from other tasks, and answers find home."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.conftest import Cli
from tests.contracts import clause, contract_toml
from vendoreval.formats.writers.interface import Answer, Setting, Task
from vendoreval.formats.writers.known import writer
from vendoreval.labels.shapes import SHAPES

BOX = {"label": "car", "x_min": 2, "y_min": 3, "x_max": 20, "y_max": 21}
TERMS = clause(unit="object", threshold="0.9", decision={"rule": "point"})


def pictures(folder: Path, names: list[str], ending: str = ".png") -> None:
    folder.mkdir(exist_ok=True)
    for place, name in enumerate(names):
        Image.new("L", (40 + place % 3, 30), place).save(folder / f"{name}{ending}")


def workspace(cli: Cli, task: str = "boxes", **more: Any) -> None:
    terms = [TERMS] if task == "boxes" else [clause(threshold="0.9", decision={"rule": "point"})]
    text = contract_toml(task={"type": task, "classes": ["car", "van"], **more}, clauses=terms)
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")


def seeded(cli: Cli, form: str, out: str) -> Any:
    """Twelve tasks and four of gold, on pictures; the record of the seeding."""
    workspace(cli)
    gold, tasks = [f"g{n}" for n in range(4)], [f"t{n}" for n in range(12)]
    pictures(cli.folder / "all", gold + tasks)
    rows = "".join(f"{name}.png,car,2,3,20,21\n" for name in gold)
    (cli.folder / "gold.csv").write_text(f"item_id,label,x_min,y_min,x_max,y_max\n{rows}", "utf-8")
    (cli.folder / "tasks.csv").write_text("item_id\n" + "".join(f"{name}.png\n" for name in tasks), "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    words = ("--gold", "g", "--rate", "0.25", "--out", out, "--id", "s", "--format", form, "--images", "all")
    return cli("gold", "seed", "tasks.csv", *words, "--json").json


def answered(folder: Path, form: str, names: list[str], name: str) -> str:
    """The answers of a vendor on those tasks: the same box on each."""
    tasks = [Task(one, [Answer([BOX])], 40, 30) for one in names]
    with (folder / name).open("wb") as out:
        writer(form, "boxes").write(tasks, Setting(SHAPES["boxes"], ("car", "van")), out)
    return name


@pytest.mark.parametrize(
    ("form", "out"), [("coco", "send.json"), ("cvat", "send.xml"), ("label-studio", "send.json")]
)
def test_pictures_go_out_blind_and_answers_find_home(cli: Cli, form: str, out: str) -> None:
    made = seeded(cli, form, out)
    with (cli.folder / "send-list.csv").open(encoding="utf-8", newline="") as file:
        names = [row["task_id"] for row in csv.DictReader(file)]
    assert names == sorted(names)
    assert made["gold_items"] == 4
    sent = (cli.folder / out).read_bytes()
    assert not [
        item
        for item in (*(f"g{n}." for n in range(4)), *(f"t{n}." for n in range(12)))
        if item.encode() in sent
    ]
    assert [name for name in names if name.encode() in sent] == names
    with zipfile.ZipFile(cli.folder / "send-pictures.zip") as packed:
        assert packed.namelist() == names
        assert {(one.date_time, one.external_attr) for one in packed.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 0o644 << 16)
        }
        assert Image.open(io.BytesIO(packed.read(names[0]))).height == 30
    back = answered(cli.folder, "coco" if form == "label-studio" else form, names, f"back{Path(out).suffix}")
    intake = cli("delivery", "add", back, "--contract", "c", "--id", "d", "--seeding", "s", "--json").json[
        "intake"
    ]
    assert (intake["labels"], intake["missing_items"], intake["refused"]) == (16, 0, 0)
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json").json
    assert result["counts"]["correct"] == 4
    cli("evidence", "export", "a", "--out", "b.zip")
    cli("evidence", "verify", "b.zip", "--tasks", "send-list.csv", "--receipt", "send-receipt.json")


def test_every_task_of_label_studio_has_the_same_fields_and_no_answer(cli: Cli) -> None:
    seeded(cli, "label-studio", "send.json")
    tasks = json.loads((cli.folder / "send.json").read_text("utf-8"))
    assert {json.dumps([sorted(task), sorted(task["data"])]) for task in tasks} == {
        json.dumps([["data"], ["image", "task_id"]])
    }
    assert all(task["data"]["image"] == task["data"]["task_id"] for task in tasks)
    assert "RectangleLabels" in (cli.folder / "send-config.xml").read_text("utf-8")


def test_a_kind_of_picture_that_only_gold_has_is_refused(cli: Cli) -> None:
    workspace(cli)
    pictures(cli.folder / "all", ["g0"], ".bmp")
    pictures(cli.folder / "all", [f"t{n}" for n in range(3)])
    (cli.folder / "gold.csv").write_text("item_id,label,x_min,y_min,x_max,y_max\ng0,car,2,3,20,21\n", "utf-8")
    (cli.folder / "tasks.csv").write_text("item_id\nt0\nt1\nt2\n", "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    words = (
        "gold",
        "seed",
        "tasks.csv",
        "--gold",
        "g",
        "--rate",
        "0.25",
        "--format",
        "coco",
        "--out",
        "s.json",
    )
    assert "Only pictures of gold end in '.bmp'" in cli(*words, "--images", "all", code=2).err
    assert "--images DIR" in cli(*words, code=2).err
    assert not (cli.folder / "s.json").exists()


def test_experts_get_a_sample_in_the_form_of_their_tool(cli: Cli) -> None:
    workspace(cli)
    names = [f"i{n}" for n in range(8)]
    pictures(cli.folder / "all", names)
    rows = "".join(f"{name}.png,ann,car,2,3,20,21\n" for name in names)
    (cli.folder / "d.csv").write_text(f"item_id,annotator_id,label,x_min,y_min,x_max,y_max\n{rows}", "utf-8")
    cli("delivery", "add", "d.csv", "--contract", "c", "--id", "d")
    words = (
        "--items",
        "4",
        "--repeats",
        "1",
        "--format",
        "cvat",
        "--images",
        "all",
        "--out",
        "tasks.xml",
        "--id",
        "a",
    )
    made = cli("audit", "tasks", "d", *words, "--json").json
    assert made["beside"] == ["tasks-list.csv", "tasks-pictures.zip"]
    sent = (cli.folder / "tasks.xml").read_text("utf-8")
    assert "<box" not in sent
    assert "ann" not in sent.replace("annotations", "")
    with (cli.folder / "tasks-list.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["task_id"] for row in csv.DictReader(file)]
    assert len(ids) == 5
    back = answered(cli.folder, "cvat", ids, "back.xml")
    taken = cli("audit", "answers", "a", back, "--auditor", "eve", "--json").json
    assert (taken["taken"], taken["settled"], taken["repeats_agreed"]) == (5, 4, 1)
