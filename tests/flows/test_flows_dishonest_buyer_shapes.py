"""The dishonest buyer of boxes: sheets, sizes and totals are bound as labels are, and verify names each lie."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.conftest import Cli
from tests.flows.evidence_story import CAME, SENT, at
from tests.flows.forging import Forgery
from tests.flows.shapes_story import CLASSES, CONTRACT, OWN, SIZE, claimed, delivered, drawn, gold_set, spoilt

Lie = Callable[[Forgery], None]
MINE = (*OWN, "--delivered", "d.json")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an honest claim, made once."""
    return claimed(Cli(tmp_path_factory.mktemp("honest"))).folder


@pytest.fixture
def told(cli: Cli, honest: Path) -> Cli:
    for name in ("b.zip", "d.json", "c.toml", "receipt.json"):
        shutil.copy(honest / name, cli.folder / name)
    return cli


def every(file: str, change: Callable[[dict[str, Any]], Any]) -> Lie:
    """Change each row of a file."""

    def lie(made: Forgery) -> None:
        rows = made.rows(file)
        for row in rows:
            change(row)
        made.set_rows(file, rows)

    return lie


def pair(row: dict[str, Any]) -> tuple[str, str]:
    return row["item_id"], row["annotator_id"]


def answers_with_nothing_left_out(made: Forgery) -> None:
    """They agree with gold, so that the share of wrong items grows."""
    drew = set(map(pair, made.rows("labels.jsonl")))
    made.set_rows("sheets.jsonl", [row for row in made.rows("sheets.jsonl") if pair(row) in drew])


def answer_emptied(made: Forgery) -> None:
    """All boxes of an answer disappear; the answer stays."""
    rows = made.rows("labels.jsonl")
    made.set_rows("labels.jsonl", [row for row in rows if pair(row) != pair(rows[0])])


def empty_answer_added(made: Forgery) -> None:
    rows = made.rows("sheets.jsonl")
    made.set_rows("sheets.jsonl", [*rows, {**rows[-1], "annotator_id": "7"}])


def sheet_twice(made: Forgery) -> None:
    rows = made.rows("sheets.jsonl")
    made.set_rows("sheets.jsonl", [*rows, rows[-1]])


def boxes_twice(made: Forgery) -> None:
    rows = made.rows("labels.jsonl")
    made.set_rows("labels.jsonl", [*rows, *rows[:9]])


def people_swapped(made: Forgery) -> None:
    for file in ("labels.jsonl", "sheets.jsonl"):
        every(file, lambda row: row.update(annotator_id={"1": "2", "2": "1"}[row["annotator_id"]]))(made)


def totals(frame: str, intake: str, value: int) -> Lie:
    """A total of the delivery, in the frame and in the intake report."""

    def lie(made: Forgery) -> None:
        made.change("frame.json", **{frame: value})
        made.change("intake.json", sheets={**made.record("intake.json")["sheets"], intake: value})

    return lie


def listed(made: Forgery) -> None:
    """Answers that the buyer's list alone would tell of."""
    made.change("intake.json", sheets={**made.record("intake.json")["sheets"], "listed": [["i", "1"]]})


LIES: dict[str, tuple[Lie, str]] = {
    "images wider": (every("sheets.jsonl", lambda row: row.update(width=260)), "The width of the item"),
    "no sizes": (every("sheets.jsonl", lambda row: row.pop("height", None)), "The height of the item"),
    "answers with nothing left out": (answers_with_nothing_left_out, "Whether '1' answered"),
    "an answer emptied": (answer_emptied, "in the files but not in the bundle"),
    "an empty answer added": (empty_answer_added, "Whether '7' answered"),
    "a sheet twice": (sheet_twice, "judged more than once"),
    "boxes twice": (boxes_twice, "in the bundle but not in the files"),
    "classes changed": (every("labels.jsonl", lambda row: row["answer"].update(label="van")), "in the files"),
    "edges moved": (every("labels.jsonl", lambda row: row["answer"].update(y_min=0)), "in the files"),
    "times changed": (every("labels.jsonl", lambda row: row.update(labelled_at=None)), "in the files"),
    "people swapped": (people_swapped, "in the files but not in the bundle"),
    "gold sizes": (every("gold.jsonl", lambda row: row["record"].update(sheet={"width": 260})), "proof fails"),
    "gold ignored": (
        every("gold.jsonl", lambda row: [box.update(ignored=True) for box in row["record"]["answers"][0][:1]]),
        "proof fails",
    ),
    "another gold answer": (
        every("gold.jsonl", lambda row: row["record"]["answers"].insert(0, [])), "proof fails",
    ),
    "another limit": (lambda made: made.contract('iou = "0.5"', 'iou = "0.95"'), "contract"),
    "more answers": (totals("sheets", "answered", 999), "How many answers"),
    "more objects": (totals("objects", "objects", 99_999), "How many answers"),
    "more people": (totals("most_sheets", "most_of_an_item", 9), "How many answers"),
    "people of the frame": (lambda made: made.change("frame.json", most_sheets=9), "9 most_sheets"),
    "answers listed": (listed, "How many answers"),
}  # fmt: skip


def test_what_the_vendor_holds_fits(told: Cli) -> None:
    said = told("evidence", "verify", "b.zip", *MINE).out
    assert "answers judged are exactly those in the delivered files" in said
    assert "size or text" not in said


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_from_what_the_vendor_holds(told: Cli, name: str) -> None:
    lie, said = LIES[name]
    made = Forgery(told.folder / "b.zip")
    lie(made)
    made.recompute()
    made.relog()
    file = made.write(told.folder / "forged.zip")
    assert said in " ".join(told("evidence", "verify", file, *MINE, code=5).err.split())


def test_a_folder_of_many_files_some_of_them_equal(cli: Cli) -> None:
    """Images without boxes have equal label files, and sizes come from the pictures."""
    gold_set(cli)
    labels, pictures, rng = cli.folder / "labels/data", cli.folder / "pictures/data", random.Random(1)
    for folder in (labels, pictures):
        folder.mkdir(parents=True)
    for item in range(60):
        Image.new("L", SIZE).save(pictures / f"i{item:03d}.png")
        boxes = spoilt(drawn(item), rng)
        shares = [
            (CLASSES.index(label), (x + w / 2) / SIZE[0], (y + h / 2) / SIZE[1], w / SIZE[0], h / SIZE[1])
            for label, x, y, w, h in boxes
        ]
        lines = [" ".join(map(str, one)) for one in shares]
        (labels / f"i{item:03d}.txt").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (cli.folder / "labels/classes.txt").write_text("car\nvan\n", "utf-8")
    words = ("delivery", "add", "labels", "--id", "d", "--contract", "c", "--images", "pictures")
    cli(*words, env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    mine = (*OWN, "--delivered", "labels")
    assert "totals follow" in cli("evidence", "verify", "b.zip", *mine, "--images", "pictures").out
    assert "--images" in cli("evidence", "verify", "b.zip", *mine, code=5).err
    (labels / "i000.txt").unlink()
    said = cli("evidence", "verify", "b.zip", *mine, "--images", "pictures", code=5).err
    assert "has a further file" in said


def test_answers_that_the_buyer_alone_tells_of_are_named(cli: Cli) -> None:
    """Rows do not say which images were answered with nothing, nor their sizes: the buyer's list does."""
    gold_set(cli)
    rng, rows, items = random.Random(2), ["item_id,label,x_min,y_min,x_max,y_max"], ["item_id,width,height"]
    for item in range(60):
        name = f"data/i{item:03d}.png"
        items.append(f"{name},{SIZE[0]},{SIZE[1]}")
        rows += [f"{name},{label},{x},{y},{x + w},{y + h}" for label, x, y, w, h in spoilt(drawn(item), rng)]
    (cli.folder / "d.csv").write_text("\n".join(rows), "utf-8")
    (cli.folder / "items.csv").write_text("\n".join(items), "utf-8")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c", "--items", "items.csv", env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    found = cli("evidence", "verify", "b.zip", *OWN, "--delivered", "d.csv", "--json").json["not_shown"]
    kinds = {one["kind"]: one["what"] for one in found}
    assert "the buyer's list alone tells it" in kinds["nothing"]
    assert kinds["sheets"].startswith("size or text of")


def test_listed_answers_of_opaque_tasks_are_read_again(cli: Cli) -> None:
    """The intake report lists items of ours, where the vendor's files and the buyer's list name tasks."""
    (cli.folder / "c.toml").write_text(CONTRACT, "utf-8")
    head, box = "label,x_min,y_min,x_max,y_max", "car,0,0,50,50"
    gold = [f"item_id,url,{head}", *(f"r{k},u{k},{box if k % 3 else ',,,,'}" for k in range(20))]
    (cli.folder / "g.csv").write_text("\n".join(gold), "utf-8")
    todo = ["item_id,url", *(f"i{k},u{100 + k}" for k in range(30))]
    (cli.folder / "todo.csv").write_text("\n".join(todo), "utf-8")
    for words in (
        ("init",), ("vendor", "add", "acme"), ("contract", "add", "c.toml"),
        ("gold", "add", "g.csv", "--id", "g", "--contract", "c"),
        ("gold", "commit", "g", "--out", "receipt.json"),
        ("gold", "seed", "todo.csv", "--gold", "g", "--rate", "0.4", "--out", "tasks.csv", "--id", "s"),
    ):  # fmt: skip
        cli(*words, env=at(SENT))
    with (cli.folder / "tasks.csv").open(newline="", encoding="utf-8") as file:
        tasks = list(csv.DictReader(file))
    drew = [f"{one['task_id']},{box}" for one in tasks if int(one["url"][1:]) % 3]
    (cli.folder / "d.csv").write_text("\n".join([f"task_id,{head}", *drew]), "utf-8")
    (cli.folder / "items.csv").write_text("\n".join(["task_id", *(one["task_id"] for one in tasks)]), "utf-8")
    taken = ("delivery", "add", "d.csv", "--id", "d", "--contract", "c", "--seeding", "s")
    cli(*taken, "--items", "items.csv", env=at(CAME))
    ran = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", env=at(CAME), code=4)
    counts = ran.json["counts"]
    assert counts["empty_agreed"] > 0
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    said = cli("evidence", "verify", "b.zip", *OWN, "--delivered", "d.csv", "--tasks", "tasks.csv").out
    assert "totals follow from your files" in said


def test_how_the_buyer_had_the_files_read_is_named(cli: Cli) -> None:
    """No file tells which time of an answer counts."""
    gold_set(cli)
    delivered(cli.folder / "d.json", people=1)
    words = ("delivery", "add", "d.json", "--id", "d", "--contract", "c", "--read", "time=updated")
    cli(*words, env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    found = cli("evidence", "verify", "b.zip", *OWN, "--delivered", "d.json", "--json").json["not_shown"]
    assert [one["what"] for one in found if one["kind"] == "read"] == [
        "that your files mean what the buyer read them as: time=updated"
    ]
