"""Sets of classes through the commands: lists, rows, tools; audited, claimed, proven; real agreement."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import REWORK, clause, contract_toml

SOUNDS = ["bark", "speech", "dog", "human", "music"]
TREE = {"bark": "dog", "speech": "human"}


def write(path: Path, head: str, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head.split(","), *rows])
    return path


def workspace(cli: Cli, **task: Any) -> None:
    clauses = [
        clause("exact", metric="exact_match", threshold="0.95", remedy=["rework"]),
        clause("jaccard", metric="jaccard", threshold="0.95"),
        clause("hamming", metric="hamming", threshold="0.2"),
        clause("f1", metric="f1", unit="tag", threshold="0.95"),
        clause("alpha", metric="alpha", threshold="0.1"),
    ]
    text = contract_toml(
        task={"type": "multilabel", "classes": SOUNDS, "gold": "chosen", **task}, price=("0.10", "tag"),
        clauses=clauses, remedies=[REWORK],
    )  # fmt: skip
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")


def heard(item: int) -> list[str]:
    rng = random.Random(item)
    return sorted(rng.sample(["bark", "speech", "music"], rng.randint(0, 2)))


@pytest.mark.parametrize("tree", [{}, {"parents": TREE}], ids=["flat", "tree"])
def test_a_delivery_of_sets_is_judged_claimed_and_proven(cli: Cli, tree: dict[str, Any]) -> None:
    workspace(cli, **({"matching": tree} if tree else {}))
    rng = random.Random(1)
    items = range(60)
    write(cli.folder / "gold.csv", "item_id,labels", ((f"i{k:02}", "|".join(heard(k))) for k in items))
    rows = [
        (f"i{k:02}", who, json.dumps([one for one in heard(k) if rng.random() < 0.7]))
        for k in items
        for who in ("ada", "bo")
    ]
    write(cli.folder / "d.csv", "item_id,annotator_id,labels", rows)
    said = cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c").out
    assert "60 items" in said
    cli("gold", "commit", "g", "--out", "receipt.json")
    sheets = cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c", "--json").json["intake"]["sheets"]
    assert sheets["answered"] == 120
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    found = {one["clause"]: one for one in result["findings"]}
    equal = sum(sorted(json.loads(labels)) == heard(int(item[1:])) for item, _, labels in rows)
    assert found["exact"]["estimate"] == pytest.approx(equal / 120)
    assert {name: one["verdict"] for name, one in found.items()} == {
        "exact": "breached", "jaccard": "breached", "hamming": "kept", "f1": "breached", "alpha": "kept",
    }  # fmt: skip
    cli("claim", "draft", "a", "--id", "x")
    lines = cli("claim", "show", "x", "--json").json["lines"]
    assert {line["outcome"] for line in lines} == {"missing"}
    for words in (("audit", "a"), ("claim", "x")):
        cli("report", *words, "--format", "pdf", "--out", f"{words[0]}.pdf")
        assert (cli.folder / f"{words[0]}.pdf").read_bytes().startswith(b"%PDF")
    cli("evidence", "export", "a", "--out", "b.zip")
    said = cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", "d.csv").out
    assert "its verdict is breached" in said
    assert "judged are exactly those in the delivered files" in said


def test_classes_under_themselves_are_named(cli: Cli) -> None:
    text = contract_toml(
        task={"type": "multilabel", "classes": ["a", "b"], "matching": {"parents": {"a": "b", "b": ["a", "x"]}}}
    )
    (cli.folder / "c.toml").write_text(text, "utf-8")
    said = cli("contract", "check", "c.toml", code=2).err
    assert "a: lies under itself" in said
    assert "'x' is no class of this task" in said


FORMS = {
    "lists.csv": "item_id,annotator_id,labels\ni1,ada,bark|music\ni2,ada,\n",
    "lists.jsonl": '{"item_id":"i1","annotator_id":"ada","labels":["bark","music"]}\n'
    '{"item_id":"i2","annotator_id":"ada","labels":[]}\n',
    "rows.csv": "item_id,annotator_id,label\ni1,ada,bark\ni1,ada,music\ni2,ada,\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_lists_and_rows_say_the_same(cli: Cli, name: str) -> None:
    workspace(cli)
    (cli.folder / name).write_text(FORMS[name], "utf-8")
    intake = cli("delivery", "add", name, "--id", "d", "--contract", "c", "--json").json["intake"]
    assert (intake["labels"], intake["sheets"]["answered"], intake["sheets"]["with_nothing"]) == (2, 2, 1)


def test_a_list_that_is_none_is_refused_and_a_second_answer_is_asked_about(cli: Cli) -> None:
    workspace(cli)
    rows = [
        ("i1", "ada", '["bark", {}]'),
        ("i2", "ada", "[bark"),
        ("i3", "ada", "bark"),
        ("i3", "ada", "music"),
    ]
    write(cli.folder / "odd.csv", "item_id,annotator_id,labels", rows)
    intake = cli("delivery", "add", "odd.csv", "--id", "d", "--contract", "c", "--json").json["intake"]
    assert [(one["line"], one["reason"]) for one in intake["refusals"]] == [
        (2, "Its labels are no list of classes."), (3, "Its labels are no list of classes."),
    ]  # fmt: skip
    assert [one["kind"] for one in intake["unsettled"]] == ["repeats"]


TOOLS: dict[str, tuple[str, str]] = {
    "cvat.xml": (
        '<annotations><version>1.1</version><image id="0" name="i1" width="9" height="9">'
        '<tag label="bark" source="manual"></tag><tag label="music" source="manual"></tag></image>'
        '<image id="1" name="i2" width="9" height="9"></image></annotations>',
        "",
    ),
    "datumaro.json": (
        json.dumps({
            "categories": {"label": {"labels": [{"name": "bark"}, {"name": "music"}]}},
            "items": [
                {"id": "i1", "annotations": [{"id": 1, "type": "label", "label_id": 0},
                                             {"id": 2, "type": "label", "label_id": 1}]},
                {"id": "i2", "annotations": []},
            ],
        }),
        "",
    ),
    "ada.jsonl": (
        '{"id": "i1", "text": "Woof, la", "label": ["bark", "music"], "Comments": []}\n'
        '{"id": "i2", "text": "…", "label": [], "Comments": []}\n',
        "empty=answered",
    ),
    "prodigy.jsonl": (
        '{"text":"Woof","meta":{"id":"i1"},"_view_id":"choice","_task_hash":1,"_input_hash":1,'
        '"accept":["bark","music"],"answer":"accept","_annotator_id":"ada"}\n'
        '{"text":"…","meta":{"id":"i2"},"_view_id":"choice","_task_hash":2,"_input_hash":2,'
        '"accept":[],"answer":"accept","_annotator_id":"ada"}\n',
        "",
    ),
    "label-studio.json": (
        json.dumps([
            {"id": 1, "data": {"sound": "i1"}, "annotations": [
                {"id": 1, "completed_by": 7, "result": [
                    {"id": "x", "type": "choices", "from_name": "what", "to_name": "s",
                     "value": {"choices": ["bark"]}},
                    {"id": "y", "type": "choices", "from_name": "what", "to_name": "s",
                     "value": {"choices": ["music"]}}]}]},
            {"id": 2, "data": {"sound": "i2"}, "annotations": [{"id": 2, "completed_by": 7, "result": []}]},
        ]),
        "item=sound",
    ),
    "taxonomy.json": (
        json.dumps([
            {"id": 1, "data": {"sound": "i1"}, "annotations": [
                {"id": 1, "completed_by": 7, "result": [
                    {"id": "x", "type": "taxonomy", "from_name": "what", "to_name": "s",
                     "value": {"taxonomy": [["dog", "bark"], ["music"]]}}]}]},
            {"id": 2, "data": {"sound": "i2"}, "annotations": [{"id": 2, "completed_by": 7, "result": []}]},
        ]),
        "item=sound",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOOLS)
def test_tools_that_hold_several_classes_of_an_item(cli: Cli, name: str) -> None:
    workspace(cli)
    text, option = TOOLS[name]
    (cli.folder / name).write_text(text, "utf-8")
    words = ("--read", option) if option else ()
    intake = cli("delivery", "add", name, "--id", "d", "--contract", "c", *words, "--json").json["intake"]
    assert (intake["labels"], intake["refused"]) == (2, 0)
    if name != "cvat.xml":  # an image without anything is not done there
        assert intake["sheets"]["with_nothing"] == 1


@pytest.mark.slow
def test_agreement_of_eight_dermatologists_equals_the_facts(cli: Cli) -> None:
    known = facts("dermxdb")
    (cli.folder / "c.toml").write_text(
        contract_toml(task={"type": "multilabel"}, clauses=[clause("alpha", metric="alpha", threshold="0.5")])
    )
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    path = SHARED / "data/dermxdb/characteristics_multilabel.csv"
    words = ("--map", "labels=tags", "--where", "round=1")
    cli("delivery", "add", path, "--id", "d", "--contract", "c", *words)
    shown = cli("agreement", "show", "d", "--by", "class", "--json").json
    assert round(shown["alpha"]["observed"], 5) == known["characteristics_mean_pairwise_jaccard"]
    assert round(shown["percent_agreement"]["estimate"], 6) == known["characteristics_exact_same_set_pairs"]
    alphas = {one["group"]: round(one["alpha"]["estimate"], 6) for one in shown["groups"]}
    assert alphas == {name: one["alpha_nominal"] for name, one in known["characteristics_round1"].items()}
