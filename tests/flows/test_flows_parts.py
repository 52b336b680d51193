"""Boxes, polygons, masks, keypoints and spans through the commands: taken in, audited, sealed, written back."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli
from tests.contracts import clause, contract_toml

CLASSES = ["car", "person"]
ROWS = {
    "boxes": (
        "item_id,annotator_id,label,x_min,y_min,x_max,y_max,attributes\n"
        'i1,ann,car,10,10,60.5,40,"{""color"":""red""}"\ni1,ann,person,70,10,80,40.125,\ni2,ann,car,0,0,5,5,\n'
    ),
    "polygons": (
        "item_id,annotator_id,label,polygon\n"
        'i1,ann,car,"POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 4 2, 4 4, 2 4, 2 2))"\n'
        'i1,ann,person,"MULTIPOLYGON (((20 20, 30 20, 30 30, 20 20)), ((40.5 40, 50 40, 50 50, 40.5 40)))"\n'
        'i2,ann,car,"[0, 0, 9, 0, 9, 9]"\n'
    ),
    "masks": (
        "item_id,annotator_id,label,width,height,rle\n"
        'i1,ann,car,4,3,"[2, 5, 5]"\ni1,ann,person,4,3,"[8, 4]"\ni2,ann,car,4,3,"[0, 12]"\n'
    ),
    "panoptic": (
        "item_id,annotator_id,label,width,height,rle\n"
        'i1,ann,car,4,3,"[2, 5, 5]"\ni1,ann,person,4,3,"[8, 4]"\ni2,ann,car,4,3,"[0, 12]"\n'
    ),
    "keypoints": (
        "item_id,annotator_id,object_id,label,keypoint,x,y,visible\n"
        "i1,ann,o1,person,head,10,10,2\ni1,ann,o1,person,foot,14,50.5,1\ni2,ann,o1,person,head,5,5,2\n"
        "i2,ann,o1,person,foot,8,9,2\n"
    ),
    "polylines": (
        "item_id,annotator_id,label,line\n"
        'i1,ann,car,"LINESTRING (0 0, 10 10.5, 20 0)"\ni1,ann,person,"[5, 5, 40, 41, 5, 5]"\n'
        'i2,ann,car,"MULTILINESTRING ((0 0, 5 5), (9 9, 20 9))"\n'
    ),
    "cuboids": (
        "item_id,annotator_id,label,x,y,z,long,wide,high,yaw\n"
        "i1,ann,car,1.25,2,0.75,4.2,1.8,1.5,90\ni1,ann,person,9,-2,0.9,0.6,0.6,1.8,-17.5\n"
        "i2,ann,car,0,0,1,4,2,2,180\n"
    ),
    "spans": (
        "item_id,annotator_id,start,end,label\n"
        "i1,ann,0,4,car\ni1,ann,2,9,person\ni2,ann,3,5,car\n"
    ),
    "relations": (
        "item_id,annotator_id,label,head_start,head_end,head_label,tail_start,tail_end,tail_label\n"
        "i1,ann,car,0,4,PER,7,9,LOC\ni1,ann,person,7,9,LOC,0,4,PER\ni2,ann,car,3,5,,8,9,\n"
    ),
    "segments": (
        "item_id,annotator_id,start_s,end_s,label\n"
        "i1,ann,0,4.125,car\ni1,ann,2,9,person\ni2,ann,3,5,car\n"
    ),
}  # fmt: skip
EMPTY = {kind: text.splitlines()[0].count(",") - 1 for kind, text in ROWS.items()}


def workspace(cli: Cli, kind: str, tmp_path: Path, **task: Any) -> Path:
    """A workspace with a contract of the task type, and a file of answers, of i3 with nothing."""
    unit = {"spans": "span", "segments": "span", "relations": "relation"}.get(kind, "object")
    terms = clause(unit=unit, threshold="0.9", decision={"rule": "point"})
    text = contract_toml(task={"type": kind, "classes": CLASSES, **task}, clauses=[terms])
    (tmp_path / "contract.toml").write_text(text)
    rows = tmp_path / "rows.csv"
    rows.write_text(ROWS[kind] + "i3,ann" + "," * EMPTY[kind] + "\n")
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme")
    cli("contract", "add", tmp_path / "contract.toml")
    return rows


@pytest.mark.parametrize("kind", ROWS)
def test_a_file_against_itself_is_right_everywhere(cli: Cli, tmp_path: Path, kind: str) -> None:
    rows = workspace(cli, kind, tmp_path)
    cli("gold", "add", rows, "--id", "gold")
    cli("gold", "commit", "gold", "--out", "receipt.json")
    intake = cli("delivery", "add", rows, "--id", "own", "--contract", "c", "--json").json["intake"]
    assert intake["rows_read"] == intake["labels"] + intake["refused"] + intake["left_out"]
    assert intake["sheets"]["answered"] == 3
    assert intake["sheets"]["with_nothing"] == 1
    result = cli("audit", "run", "own", "--gold", "gold", "--id", "a", "--json").json
    counts = result["counts"]
    assert counts["correct"] == counts["opportunities"] - counts["empty_agreed"] > 0
    assert counts["empty_agreed"] == 1
    assert [finding["estimate"] for finding in result["findings"]] == [1.0]
    cli("evidence", "export", "a", "--out", "b.zip")
    said = cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", rows)
    assert "judged are exactly those in the delivered files" in said.out


@pytest.mark.parametrize("fmt", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("kind", ROWS)
def test_a_delivery_written_back_is_the_same_delivery(cli: Cli, tmp_path: Path, kind: str, fmt: str) -> None:
    rows = workspace(cli, kind, tmp_path)
    first = cli("delivery", "add", rows, "--id", "first", "--contract", "c", "--json").json
    out = tmp_path / f"back.{fmt}"
    cli("delivery", "export", "first", "--out", out)
    again = cli("delivery", "add", out, "--id", "again", "--contract", "c", "--json").json
    assert again["labels_sha256"] == first["labels_sha256"]
    assert again["intake"]["sheets"] == first["intake"]["sheets"]


@pytest.mark.parametrize("kind", ROWS)
def test_the_order_of_rows_and_of_files_changes_nothing(cli: Cli, tmp_path: Path, kind: str) -> None:
    rows = workspace(cli, kind, tmp_path)
    head, *lines = rows.read_text().splitlines()
    cli("gold", "add", rows, "--id", "gold")
    for name, order in (("one", lines), ("two", lines[::-1])):
        for part in (0, 1):
            (tmp_path / f"{name}{part}.csv").write_text("\n".join([head, *order[part::2]]) + "\n")
        files = [tmp_path / f"{name}{part}.csv" for part in (0, 1)]
        cli("delivery", "add", *files, "--id", name, "--contract", "c")
    results = [
        cli("audit", "run", name, "--gold", "gold", "--id", f"a-{name}", "--json").json
        for name in ("one", "two")
    ]
    for result in results:
        del result["audit"], result["delivery"], result["earlier_audits"]
    one, two = (json.dumps(result["findings"], sort_keys=True) for result in results)
    assert one == two
    assert results[0]["counts"] == results[1]["counts"]


def test_items_without_an_answer_are_named_by_an_items_file(cli: Cli, tmp_path: Path) -> None:
    workspace(cli, "boxes", tmp_path)
    bare = tmp_path / "bare.csv"
    bare.write_text(ROWS["boxes"])
    (tmp_path / "items.csv").write_text("item_id,width,height\ni1,100,50\ni2,100,50\ni3,100,50\n")
    cli("gold", "add", bare, "--id", "gold", "--items", tmp_path / "items.csv")
    words = ("--items", tmp_path / "items.csv", "--json")
    intake = cli("delivery", "add", bare, "--id", "d", "--contract", "c", *words).json["intake"]
    assert intake["sheets"]["with_nothing"] == 1
    assert intake["items"] == 3
    result = cli("audit", "run", "d", "--gold", "gold", "--id", "a", "--json").json
    assert result["counts"]["empty_agreed"] == 1
    cli("evidence", "export", "a", "--out", "b.zip")
    cli("evidence", "verify", "b.zip", "--delivered", bare)


def test_rows_that_cannot_stand_are_refused_with_their_line(cli: Cli, tmp_path: Path) -> None:
    workspace(cli, "boxes", tmp_path)
    bad = tmp_path / "bad.csv"
    bad.write_text(
        "item_id,annotator_id,label,x_min,y_min,x_max,y_max\n"
        "i1,ann,car,10,10,60,40\ni1,ann,car,60,10,10,40\ni1,ann,car,x,1,2,3\ni1,ann,,1,1,2,3\n,ann,car,1,1,2,3\n"
        "i1,ann,car,nan,1,2,3\n"
    )
    intake = cli("delivery", "add", bad, "--id", "d", "--contract", "c", "--json").json["intake"]
    assert (intake["rows_read"], intake["labels"], intake["refused"]) == (6, 1, 5)
    why = {refusal["line"]: refusal["reason"] for refusal in intake["refusals"]}
    assert why == {
        3: "x_max is less than x_min.", 4: "x_min is no number.", 5: "The label is empty.",
        6: "The item id is empty.", 7: "x_min is no number.",
    }  # fmt: skip


def test_experts_answer_a_sample_of_boxes(cli: Cli, tmp_path: Path) -> None:
    rows = workspace(cli, "boxes", tmp_path)
    cli("delivery", "add", rows, "--id", "d", "--contract", "c")
    cli("audit", "tasks", "d", "--id", "s", "--items", "3", "--out", "tasks.csv")
    with (tmp_path / "tasks.csv").open(newline="") as file:
        tasks = {row["item_id"]: row["task_id"] for row in csv.DictReader(file)}
    boxes = "i1,car,10,10,60,40\ni1,person,70,10,80,40\ni2,person,0,0,5,5\n"
    for item, task in tasks.items():
        boxes = boxes.replace(item, task)
    (tmp_path / "experts.csv").write_text(f"task_id,label,x_min,y_min,x_max,y_max\n{boxes}")
    (tmp_path / "done.csv").write_text("\n".join(["task_id", *tasks.values()]) + "\n")
    words = ("--auditor", "eva", "--items", "done.csv", "--json")
    stranger = boxes.replace(tasks["i1"], "nobody")
    (tmp_path / "named.csv").write_text(f"item_id,label,x_min,y_min,x_max,y_max\n{stranger}")
    assert "'nobody'" in cli("audit", "answers", "s", "named.csv", *words[:2], code=2).err
    boxes = boxes.replace(tasks["i1"], "i1")  # by the item's own name, as a tool would
    (tmp_path / "experts.csv").write_text(f"task_id,label,x_min,y_min,x_max,y_max\n{boxes}")
    record = cli("audit", "answers", "s", "experts.csv", *words, code=3).json
    assert (record["taken"], record["finished"], record["verdict"]) == (3, True, "breached")
    shown = cli("audit", "show", "s", "--json").json
    assert shown["counts"]["correct"] == 2
    assert shown["counts"]["wrong_label"] == 1
    assert shown["counts"]["empty_agreed"] == 1
    cli("evidence", "export", "s", "--out", "b.zip")
    cli("evidence", "verify", "b.zip", "--delivered", rows)


def test_gold_boxes_go_out_blind_among_tasks(cli: Cli, tmp_path: Path) -> None:
    rows = workspace(cli, "boxes", tmp_path)
    gold = tmp_path / "gold.csv"
    lines = rows.read_text().splitlines()
    shown = {"i1": "one.png", "i2": "two.png", "i3": "three.png"}
    gold.write_text(
        "\n".join([f"{lines[0]},image", *(f"{line},{shown[line[:2]]}" for line in lines[1:])]) + "\n"
    )
    cli("gold", "add", gold, "--id", "gold")
    cli("gold", "commit", "gold", "--out", "receipt.json")
    (tmp_path / "tasks.csv").write_text("item_id,image\n" + "".join(f"t{n},pic{n}.png\n" for n in range(9)))
    cli("gold", "lint", "gold")
    words = ("--gold", "gold", "--rate", "0.25", "--out", "blind.csv", "--id", "seed")
    cli("gold", "seed", "tasks.csv", *words)
    sent = [line.split(",") for line in (tmp_path / "blind.csv").read_text().splitlines()[1:]]
    items = {picture: item for item, picture in shown.items()}
    answers = [lines[0]]
    for task, picture in sent:
        mine = [line for line in lines[1:] if line[:2] == items.get(picture)]
        answers += [task + line[2:] for line in mine] or [f"{task},ann" + "," * 6]
    back = tmp_path / "back.csv"
    back.write_text("\n".join(answers) + "\n")
    cli("delivery", "add", back, "--id", "d", "--contract", "c", "--seeding", "seed")
    result = cli("audit", "run", "d", "--gold", "gold", "--id", "a", "--json").json
    assert [finding["estimate"] for finding in result["findings"]] == [1.0]
    cli("evidence", "export", "a", "--out", "b.zip")
    held = ("--receipt", "receipt.json", "--delivered", "back.csv", "--tasks", "blind.csv")
    cli("evidence", "verify", "b.zip", *held)


def test_classes_come_from_what_tools_export_too(cli: Cli, tmp_path: Path) -> None:
    export = SHARED / "formats" / "files" / "doccano" / "classification_jsonl"
    text = contract_toml(task={"type": "classification", "classes": ["science", "space"]})
    (tmp_path / "contract.toml").write_text(text)
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme")
    cli("contract", "add", tmp_path / "contract.toml")
    files = sorted(export.glob("*.jsonl"))
    words = ("--id", "d", "--contract", "c", "--format", "doccano", "--json")
    intake = cli("delivery", "add", *files, *words).json["intake"]
    assert intake["read"]["format"] == "doccano"
    assert intake["annotators"] >= 1
    assert intake["labels"] > 0


@pytest.mark.parametrize(("kind", "tools"), [("boxes", ("cvat", "coco", "labelbox")), ("spans", ("seqeval",))])
def test_other_tools_figures_stand_beside_ours(
    cli: Cli, tmp_path: Path, kind: str, tools: tuple[str, ...]
) -> None:
    rows = workspace(cli, kind, tmp_path)
    cli("gold", "add", rows, "--id", "gold")
    cli("delivery", "add", rows, "--id", "d", "--contract", "c")
    cli("audit", "run", "d", "--gold", "gold", "--id", "a")
    words = [word for tool in tools for word in ("--convention", tool)]
    shown = cli("audit", "show", "a", *words, "--json").json["conventions"]
    assert set(shown) == set(tools)
    assert {value for figures in shown.values() for value in figures.values()} == {1.0}
    assert "By the convention of" in cli("audit", "show", "a", *words).out
    cli("report", "audit", "a", *words, "--out", "a.html")
    assert "By the conventions of other tools" in (tmp_path / "a.html").read_text()
    assert "no convention" in cli("audit", "show", "a", "--convention", "none", code=2).err


def test_only_gold_says_what_is_left_out(cli: Cli, tmp_path: Path) -> None:
    rows = workspace(cli, "boxes", tmp_path)
    head, *lines = rows.read_text().splitlines()
    marked = "\n".join([f"{head},ignored", *(f"{line},{'true' if 'person' in line else ''}" for line in lines)])
    (tmp_path / "gold.csv").write_text(marked + "\n")
    wrong = "\n".join([f"{head},ignored", *(f"{line.replace('car', 'person')},true" for line in lines)])
    (tmp_path / "hidden.csv").write_text(wrong + "\n")
    assert "1 of 3 rows are left out" in cli("gold", "add", "gold.csv", "--id", "gold").out.replace("\n", " ")
    intake = cli("delivery", "add", "hidden.csv", "--id", "h", "--contract", "c", "--json").json["intake"]
    assert any("only gold says what is left out" in note for note in intake["notes"])
    counts = cli("audit", "run", "h", "--gold", "gold", "--id", "a", "--json", code=3).json["counts"]
    assert (counts["wrong_label"], counts["unscorable"], counts["correct"]) == (2, 1, 0)
    cli("delivery", "add", rows, "--id", "honest", "--contract", "c")
    result = cli("audit", "run", "honest", "--gold", "gold", "--id", "b", "--json").json
    assert (result["verdict"], result["counts"]["unscorable"]) == ("kept", 1)


def test_an_empty_cell_names_no_annotator(cli: Cli, tmp_path: Path) -> None:
    workspace(cli, "boxes", tmp_path)
    rows = "item_id,annotator_id,label,x_min,y_min,x_max,y_max\ni1,,car,10,10,60,40\ni2,,,,,,\n"
    (tmp_path / "nobody.csv").write_text(rows)
    intake = cli("delivery", "check", "nobody.csv", "--contract", "c", "--json").json["intake"]
    assert (intake["annotators"], intake["sheets"]["answered"], intake["sheets"]["with_nothing"]) == (0, 2, 1)


@pytest.mark.parametrize("kind", ROWS)
def test_rows_that_are_the_same_in_every_column_count_once(cli: Cli, tmp_path: Path, kind: str) -> None:
    rows = workspace(cli, kind, tmp_path)
    head, first, *others = rows.read_text().splitlines()
    twice = tmp_path / "twice.csv"
    twice.write_text("\n".join([head, first, first, *others, first]) + "\n")
    cli("gold", "add", rows, "--id", "gold")
    said = cli("gold", "add", twice, "--id", "again").out.replace("\n", " ")
    assert "2 rows are the same as others" in said
    once = cli("delivery", "add", rows, "--id", "once", "--contract", "c", "--json").json["intake"]
    intake = cli("delivery", "add", twice, "--id", "twice", "--contract", "c", "--json").json["intake"]
    assert intake["repeats"]["copies"] == 2
    assert (intake["labels"], intake["sheets"]) == (once["labels"], once["sheets"])
    for gold in ("gold", "again"):
        result = cli("audit", "run", "twice", "--gold", gold, "--id", f"a-{gold}", "--json").json
        assert [finding["estimate"] for finding in result["findings"]] == [1.0]
    cli("evidence", "export", "a-gold", "--out", "b.zip")
    cli("evidence", "verify", "b.zip", "--delivered", twice)


def test_annotations_with_ids_of_their_own_are_no_copies(cli: Cli, tmp_path: Path) -> None:
    rows = workspace(cli, "boxes", tmp_path)
    head, first, *others = rows.read_text().splitlines()
    drawn = tmp_path / "drawn.csv"
    lines = [f"{line},id{number}" for number, line in enumerate((first, first, *others))]
    drawn.write_text("\n".join([f"{head},label_id", *lines]) + "\n")
    cli("gold", "add", rows, "--id", "gold")
    cli("delivery", "add", drawn, "--id", "d", "--contract", "c")
    counts = cli("audit", "run", "d", "--gold", "gold", "--id", "a", "--json", code=3).json["counts"]
    assert counts["extra"] == 1


def test_files_of_the_buyers_are_named_and_never_opened_by_the_vendor(cli: Cli, tmp_path: Path) -> None:
    workspace(cli, "boxes", tmp_path)
    yolo, beside = tmp_path / "yolo", tmp_path / "private"
    (yolo / "labels" / "train").mkdir(parents=True)
    beside.mkdir()
    (yolo / "data.yaml").write_text("train: images/train\nnames:\n  0: car\n  1: person\n")
    (yolo / "labels" / "train" / "i1.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (beside / "sizes.csv").write_text("image,width,height\ni1,100,100\n")
    read = ("--read", f"sizes={beside / 'sizes.csv'}")
    intake = cli("delivery", "add", yolo, "--id", "d", "--contract", "c", *read, "--json").json["intake"]
    assert intake["read"]["options"]["sizes"] == "sizes.csv"
    assert str(beside) not in json.dumps(intake)
    cli("gold", "add", yolo, "--id", "gold", *read)
    cli("audit", "run", "d", "--gold", "gold", "--id", "a")
    cli("evidence", "export", "a", "--out", "b.zip")
    said = cli("evidence", "verify", "b.zip", "--delivered", yolo).out.replace("\n", " ")
    assert "the buyer read them with sizes sizes.csv" in said
