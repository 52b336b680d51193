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


def spans(cli: Cli, given: list[tuple[int, int, str]], gold: list[tuple[int, int, str]]) -> dict[str, float]:
    """F1 of all spans and as mean of the two classes, of one person's spans on an item."""
    terms = [
        clause(metric, metric=metric, unit="span", threshold="0.9", decision=rule("point"))
        for metric in ("f1", "macro_f1")
    ]
    text = contract_toml(task={"type": "spans", "classes": ["organ", "sign"]}, clauses=terms)
    (cli.folder / "contract.toml").write_text(text, "utf-8")
    for name, rows in (("gold", gold), ("given", given)):
        lines = [f"i1,ann,{start},{end},{label}\n" for start, end, label in rows]
        (cli.folder / f"{name}.csv").write_text(
            "item_id,annotator_id,start,end,label\n" + "".join(lines), "utf-8"
        )
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    cli("delivery", "add", "given.csv", "--id", "d", "--contract", "c")
    found = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json["findings"]
    return {one["clause"]: round(one["estimate"], 4) for one in found}


ALL_SPANS = [(0, 4, "organ"), (9, 14, "organ"), (15, 19, "organ"), (34, 38, "sign")]


def test_spans_that_were_missed_cost_as_much_as_spans_that_were_invented(tmp_path: Path) -> None:
    missed, invented = Cli(tmp_path / "missed"), Cli(tmp_path / "invented")
    for cli in (missed, invented):
        cli.folder.mkdir()
    assert spans(missed, ALL_SPANS[:1], ALL_SPANS) == {"f1": 0.4, "macro_f1": 0.25}  # organ .5, sign 0
    assert spans(invented, ALL_SPANS, ALL_SPANS[:1])["f1"] == 0.4


def test_spans_that_only_touch_share_nothing(cli: Cli) -> None:
    assert spans(cli, [(0, 3, "organ")], [(3, 6, "organ")])["f1"] == 0


def test_grades_that_nobody_gave_leave_the_others_where_they_are(cli: Cli) -> None:
    first, second = list("1122551251"), list("1222521151")
    deliver(cli, list("12345"), both(first, second))
    numbers = [[int(label) for label in labels] for labels in (first, second)]
    known = krippendorff.alpha(reliability_data=numbers, level_of_measurement="interval")
    assert alpha(cli, "--scale", "interval") == round(known, 4)  # with 1, 2 and 3 it would be .76


def test_answers_of_one_class_are_right_against_themselves(cli: Cli) -> None:
    deliver(cli, ["cat", "dog"], both(["cat"] * 4, ["cat"] * 4))
    (cli.folder / "gold.csv").write_text("item_id,label\n" + "".join(f"i-{n},cat\n" for n in range(4)), "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    [finding] = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json").json["findings"]
    assert (finding["estimate"], finding["errors"]) == (1, 0)
    assert cli("agreement", "show", "d", "--json").json["alpha"]["estimate"] is None  # nothing to agree beyond
