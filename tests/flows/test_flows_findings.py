"""What other tools do to valid files (the scripts in findings/) does not happen here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import krippendorff
import pytest

from tests.conftest import Cli
from tests.contracts import clause, contract_toml, rule
from vendoreval.formats.writers.task_sheets import read_answers

Rows = list[tuple[str, str, Any]]


def deliver(cli: Cli, classes: list[str], rows: Rows) -> dict[str, Any]:
    """A workspace with one delivery `d` of JSON lines; its intake report."""
    terms = contract_toml(task={"classes": classes}, clauses=[clause(threshold="0.90", decision=rule("point"))])
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml")
    names = ("item_id", "annotator_id", "label")
    lines = [json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows]
    (cli.folder / "d.jsonl").write_text("".join(lines), "utf-8")
    words = ("delivery", "add", "d.jsonl", "--id", "d", "--contract", "c", "--json")
    intake: dict[str, Any] = cli(*words).json["intake"]
    return intake


def alpha(cli: Cli, *words: str) -> float:
    estimate: float = cli("agreement", "show", "d", *words, "--json").json["alpha"]["estimate"]
    return round(estimate, 4)


def both(first: list[str], second: list[str]) -> Rows:
    pairs = enumerate(zip(first, second, strict=True))
    return [
        (f"i-{n}", who, label) for n, pair in pairs for who, label in zip(("ann", "bob"), pair, strict=True)
    ]


def test_a_class_named_nan_is_an_answer(cli: Cli) -> None:
    rows = both(["yue", "cmn", "nan", "nan", "cmn"], ["yue", "cmn", "nan", "cmn", "yue"])
    deliver(cli, ["yue", "cmn", "nan"], rows)
    assert alpha(cli) == 0.4545  # as of any other name for the third language


def test_repeated_and_missing_answers_leave_alpha_as_it_is(cli: Cli) -> None:
    rows = both(["x", "y", "x"], ["x", "y", "y"])
    twice = [rows[4], rows[4]]
    silent: Rows = [("i-0", "eve", None), ("i-2", "eve", None)]
    intake = deliver(cli, ["x", "y"], rows + twice + silent)
    assert (intake["rows_read"], intake["labels"], intake["refused"]) == (10, 6, 2)
    assert alpha(cli) == 0.4444


def test_whole_numbers_are_ordered_as_the_contract_orders_them(cli: Cli) -> None:
    ten = [str(number) for number in range(1, 11)]
    first, second = ["1", "9", "10", "10", "2", "5", "9"], ["1", "10", "9", "10", "3", "5", "10"]
    deliver(cli, ten, both(first, second))
    numbers = [[int(label) for label in labels] for labels in (first, second)]
    known = krippendorff.alpha(reliability_data=numbers, level_of_measurement="ordinal")
    assert alpha(cli, "--scale", "ordinal") == round(known, 4) > 0.7  # in the order 1, 10, 2 it would be .16


def test_ids_beyond_64_bits_stay_what_they_are(cli: Cli) -> None:
    ids = (123456789012345678901, 123456789012345678902)
    deliver(cli, ["cat", "dog"], [(number, "ann", ["cat"]) for number in ids])  # type: ignore[misc]
    (cli.folder / "gold.csv").write_text(
        "item_id,label\n" + "".join(f"{number},cat\n" for number in ids), "utf-8"
    )
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    [finding] = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json").json["findings"]
    assert (finding["n"], finding["errors"], finding["verdict"]) == (2, 0, "kept")


@pytest.mark.parametrize("name", ["label", "choice", "answer", "auditor", "comment", "task_id"])
def test_what_auditors_see_is_not_named_as_their_answers_are(cli: Cli, name: str) -> None:
    deliver(cli, ["cat", "dog"], both(["cat"] * 30, ["cat"] * 30))
    shown = "".join(f"i-{number},dog\n" for number in range(30))
    (cli.folder / "items.csv").write_text(f"item_id,{name}\n{shown}", "utf-8")
    tasks = ("audit", "tasks", "d", "--id", "a", "--items", "10", "--out", "t.json", "--payload", "items.csv")
    assert f"'{name}' is where the tasks' own ids and answers go" in " ".join(cli(*tasks, code=2).err.split())


def test_a_task_without_a_choice_has_no_answer(tmp_path: Path) -> None:
    """As Label Studio's JSON-MIN writes it: the fields of the task, and no field for the answer."""
    entry = {"task_id": "t1", "guess": "cat", "id": 101, "annotator": 7, "annotation_id": 1}
    path = tmp_path / "back.json"
    path.write_text(json.dumps([entry, {**entry, "task_id": "t2", "choice": "dog"}]), "utf-8")
    assert [(one.task, one.answer) for one in read_answers(path)] == [("t2", "dog")]
