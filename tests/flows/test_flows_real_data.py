"""Whole commands on real deliveries: figures equal FACTS.json to the digits given.

FACTS.json counts every row. Where a person answered an item twice, one answer counts; figures are then counted
again by the function that gives those of FACTS.json on all rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import REWORK, YEAR, clause, contract_toml
from tests.counted_facts import counted, one_answer, rows_of

CASES = [
    ("bluebirds", None, ()),
    ("music_genre", None, ()),
    ("adultcontent2", None, ()),
    ("hitspam_copied_consensus", None, ()),
    ("zencrowd_two_vendors", ("by_vendor", "mturk_us"), ("--where", "vendor=mturk_us")),
    ("zencrowd_two_vendors", ("by_vendor", "mturk_india"), ("--where", "vendor=mturk_india")),
    ("weather_sentiment_two_vendors", ("by_vendor", "crowdflower"), ("--where", "vendor=crowdflower")),
    ("weather_sentiment_two_vendors", ("by_vendor", "mturk"), ("--where", "vendor=mturk")),
    ("dermxdb", ("diagnosis_round1",), ("--where", "round=1")),
]


def repeated_labels(answers: str, classes: Sequence[str]) -> str:
    """A contract under which the first of a person's labels on an item counts."""
    return contract_toml(
        f"c-{answers}", **YEAR, task={"classes": classes, "answers": answers, "repeats": "first"},
        price=("0.08", "label"), clauses=[clause(remedy=["rework"])], remedies=[REWORK],
    )  # fmt: skip


def _known(name: str, path: tuple[str, ...] | None) -> dict[str, Any]:
    found = facts(name)
    for key in path or ():
        found = found[key]
    return found


def _one_answer_each(name: str, known: dict[str, Any], where: tuple[str, ...]) -> dict[str, Any]:
    """The facts after each person's further answers on an item are left out."""
    repeats = "repeat_labels_same_annotator_same_item"
    if not known[repeats]:
        return known
    rows = rows_of(SHARED / "data" / name / "delivered.csv", dict(w.split("=") for w in where if "=" in w))
    gold = pd.read_csv(SHARED / "data" / name / "gold.csv", dtype=str, keep_default_na=False)
    every = counted(rows, gold)
    assert {key: every[key] for key in ("n_labels", "confusion_gold_rows")} == {
        key: known[key] for key in ("n_labels", "confusion_gold_rows")
    }
    settled = counted(one_answer(rows), gold)
    assert settled["n_labels"] == known["n_labels"] - known[repeats]
    return {**known, **settled}


def _other_items(data: Path, crosswalk: Path) -> tuple[str, ...]:
    """The facts know no id but as it is written: those that only case sets apart are said to be other items."""
    delivered, gold = (
        set(pd.read_csv(data / f"{name}.csv", dtype=str)["item_id"]) for name in ("delivered", "gold")
    )
    missing = {item.lower() for item in gold - delivered}
    near = sorted(item for item in delivered - gold if item.lower() in missing)
    crosswalk.write_text("delivered_id,item_id\n" + "".join(f"{item},\n" for item in near), "utf-8")
    return ("--ids", str(crosswalk)) if near else ()


@pytest.mark.parametrize(("name", "path", "where"), CASES)
def test_figures_equal_the_facts(
    cli: Cli, tmp_path: Path, name: str, path: tuple[str, ...] | None, where: tuple[str, ...]
) -> None:
    known = _one_answer_each(name, _known(name, path), where)
    classes = sorted({*known["label_counts_delivered"], *known["label_counts_gold"]})
    data = SHARED / "data" / name
    cli("init")
    cli("vendor", "add", "acme")
    words = (*where, *_other_items(data, tmp_path / "ids.csv"))
    results = {}
    for answers in ("each", "consensus"):
        terms = tmp_path / f"{answers}.toml"
        terms.write_text(repeated_labels(answers, classes), "utf-8")
        cli("contract", "add", terms)
    cli("gold", "add", data / "gold.csv", "--id", "g", "--contract", "c-each")
    delivered = cli(
        "delivery",
        "add",
        data / "delivered.csv",
        "--id",
        "d",
        "--contract",
        "c-each",
        *words,
        "--in-order",
        "--json",
    ).json["intake"]
    assert delivered["labels"] == known["n_labels"]
    assert delivered["items"] == known["n_items"]
    assert delivered["annotators"] == known["n_annotators"]
    assert delivered["repeated_labels"] == known["repeat_labels_same_annotator_same_item"]
    results["each"] = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    _check_single_labels(results["each"], known)
    _check_majority(cli, tmp_path, data, words, known)


def _check_single_labels(result: dict[str, Any], known: dict[str, Any]) -> None:
    finding, counts = result["findings"][0], result["counts"]
    assert round(finding["estimate"], 6) == known["accuracy_single_labels"]
    assert finding["n"] == known["n_labels_on_gold_items"]
    assert counts["correct"] == known["n_correct_single_labels"]
    assert counts["gold_items"] == known["n_gold_items"]
    assert counts["missing"] == known["n_gold_items"] - known["n_gold_items_with_labels"]
    figures = {row["class"]: row for row in result["by_class"]}
    assert figures.keys() == known["per_class"].keys()
    for name, expected in known["per_class"].items():
        row = figures[name]
        assert row["n"] == expected["gold_n"]
        assert row["delivered"] == expected["delivered_n"]
        for share in ("precision", "recall"):
            mine = None if row[share] is None else round(row[share], 6)
            assert mine == expected[share]
    assert result["confusion"] == known["confusion_gold_rows"]
    many = [row["estimate"] for row in result["by_annotator"] if row["n"] >= 10]
    spread = known["annotator_accuracy_min10gold"]
    assert len(many) == spread["n"]
    assert round(sum(many) / len(many), 6) == spread["mean"]
    assert round(min(many), 6) == spread["min"]
    assert round(max(many), 6) == spread["max"]


def _check_majority(
    cli: Cli, tmp_path: Path, data: Path, where: tuple[str, ...], known: dict[str, Any]
) -> None:
    # The same content may not be delivered twice, so the consensus contract gets a workspace of its own.
    other = Cli(tmp_path / "consensus")
    other.folder.mkdir()
    other("init")
    other("vendor", "add", "acme")
    other("contract", "add", tmp_path / "consensus.toml")
    other("gold", "add", data / "gold.csv", "--id", "g")
    other(
        "delivery",
        "add",
        data / "delivered.csv",
        "--id",
        "d",
        "--contract",
        "c-consensus",
        *where,
        "--in-order",
    )
    result = other("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    finding = result["findings"][0]
    assert round(finding["estimate"], 6) == known["majority_vote_accuracy_ties_to_smallest_label"]
    assert finding["n"] == known["majority_vote_n_items"]
    assert result["counts"]["ties"] >= known["majority_vote_ties"]
