"""`annotators show` on real deliveries: quality with and without gold, tricks, and the consensus file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED, Cli, facts
from tests.counted_facts import counted, one_answer, rows_of
from tests.flows.test_flows_agreement import contract
from vendoreval import annotators, open_workspace


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process."""
    return Cli(tmp_path)


def prepared(cli: Cli, data: str, classes: list[str], *words: str) -> None:
    folder = SHARED / "data" / data
    contract(cli, "c", classes)
    cli("gold", "add", folder / "gold.csv", "--id", "g", "--contract", "c")
    cli("delivery", "add", folder / "delivered.csv", "--id", "d", "--contract", "c", *words)


def consensus(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["item_id"]: row for row in csv.DictReader(file)}


def right(found: dict[str, dict[str, str]], data: str) -> float:
    with (SHARED / "data" / data / "gold.csv").open(encoding="utf-8", newline="") as file:
        gold = {row["item_id"]: row["label"] for row in csv.DictReader(file) if row["item_id"] in found}
    return sum(found[item]["label"] == label for item, label in gold.items()) / len(gold)


def test_copied_consensus(cli: Cli) -> None:
    prepared(cli, "hitspam_copied_consensus", ["No", "Yes"])
    record = cli("annotators", "show", "d", "--gold", "g", "--json").json
    assert record["schema"] == "vendoreval/annotators/1"
    assert record["tricks"]["same_errors"]["flag"]
    assert "copies of one answer" in record["sentences"][0]
    known = facts("hitspam_copied_consensus")
    data = SHARED / "data" / "hitspam_copied_consensus"
    once = counted(one_answer(rows_of(data / "delivered.csv", {})), pd.read_csv(data / "gold.csv", dtype=str))
    assert sum(one["gold_right"] for one in record["annotators"]) == once["n_correct_single_labels"]
    assert len(record["annotators"]) == known["n_annotators"]
    blind = cli("annotators", "show", "d").out
    assert "name a set with" in blind
    assert "copies of one answer" not in blind
    assert "ranks and estimates are withheld" in " ".join(blind.split())
    unranked = cli("annotators", "show", "d", "--json").json
    assert {(one["rank"], one["estimated_accuracy"]) for one in unranked["annotators"]} == {(None, None)}
    assert "withheld" in unranked["withheld"]


def test_quality_and_consensus_of_bluebirds(cli: Cli) -> None:
    prepared(cli, "bluebirds", ["false", "true"])
    known, out = facts("bluebirds"), cli.folder / "consensus.csv"
    ran = cli("annotators", "show", "d", "--gold", "g", "--method", "majority", "--consensus", out, "--json")
    record = ran.json
    accuracies = [one["gold_accuracy"] for one in record["annotators"]]
    assert sum(accuracies) / 39 == pytest.approx(known["annotator_accuracy_min10gold"]["mean"], abs=1e-6)
    assert [one["rank"] for one in record["annotators"]] == sorted(one["rank"] for one in record["annotators"])
    assert not record["tricks"]["same_errors"]["flag"]
    assert record["tricks"]["copies"] == []
    expected = known["majority_vote_accuracy_ties_to_smallest_label"]
    assert right(consensus(out), "bluebirds") == pytest.approx(expected, abs=1e-6)
    cli("annotators", "show", "d", "--consensus", out)
    assert right(consensus(out), "bluebirds") == pytest.approx(0.8981, abs=1e-4)
    cli("annotators", "show", "d", "--gold", "g", "--consensus", out)
    assert right(consensus(out), "bluebirds") == 1.0  # gold is held fixed
    refused = cli("annotators", "show", "d", "--method", "guess", code=2)
    assert "Take one of: dawid-skene, one-coin, majority" in refused.err


def test_one_answer_for_everything_and_haste(cli: Cli) -> None:
    prepared(cli, "weather_sentiment_two_vendors", ["0", "1", "2", "3", "4"], "--map", "seconds=duration_s")
    shown = cli("annotators", "show", "d", "--gold", "g", env={"COLUMNS": "80"}).out
    assert "106 × '2' of 107" in shown
    assert "have the items done again" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_three_seconds_an_item_from_python(cli: Cli) -> None:
    prepared(cli, "zencrowd_two_vendors", ["0", "1"], "--map", "seconds=duration_s")
    record: dict[str, Any] = cli("annotators", "show", "d", "--gold", "g", "--json").json
    assert annotators(open_workspace(cli.folder), "d", gold_id="g") == record
    [fast] = record["tricks"]["too_fast"]
    [same] = record["tricks"]["same_seconds"]
    assert fast["annotator"] == same["annotator"]
    rows = rows_of(SHARED / "data" / "zencrowd_two_vendors" / "delivered.csv", {})
    rows = rows.drop_duplicates()
    pair = ["item_id", "annotator_id"]
    differ = rows.groupby(pair).label.transform("nunique") > 1  # the contract has no rule, so all of them stay
    once = rows[differ | ~rows.duplicated(pair)]
    threes = once[(once.annotator_id == same["annotator"]) & (once.duration_s == "3")]
    assert (same["value"], same["same"]) == (3.0, len(threes))
    flagged = [one for one in record["annotators"] if one["flags"]]
    assert len(flagged) == 1
    assert len(flagged[0]["flags"]) == 2


def test_people_without_names_are_refused(cli: Cli) -> None:
    contract(cli, "c", ["a", "b"])
    (cli.folder / "plain.csv").write_text("item_id,label\n1,a\n2,b\n", "utf-8")
    cli("delivery", "add", "plain.csv", "--id", "d", "--contract", "c")
    assert "does not say who gave which label" in cli("annotators", "show", "d", code=2).err


def test_model_answers_handed_in_as_a_persons(cli: Cli) -> None:
    """Person p1 hands in what the model said, p2 to p4 answer for themselves; the source column tells."""
    contract(cli, "c", ["a", "b"])
    rows, gold = ["item_id,annotator_id,label,source"], ["item_id,label"]
    for i in range(400):
        truth = "ab"[i * 7 % 2]
        other = "ba"[i * 7 % 2]
        model = other if i % 4 == 0 else truth
        gold.append(f"i{i:03d},{truth}")
        rows += [f"i{i:03d},m,{model},auto", f"i{i:03d},p1,{model},human"]
        rows += [f"i{i:03d},p{k},{other if (i * k) % 11 < 2 else truth},human" for k in (2, 3, 4)]
    (cli.folder / "d.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (cli.folder / "g.csv").write_text("\n".join(gold) + "\n", "utf-8")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    cli("gold", "add", "g.csv", "--id", "g", "--contract", "c")
    record = cli("annotators", "show", "d", "--gold", "g", "--json").json
    assert [pair["first"] for pair in record["tricks"]["model_copies"]] == ["p1"]
    assert [one["annotator"] for one in record["annotators"] if one["flags"]] == ["p1"]
    assert "Pay them as such" in " ".join(record["sentences"])


def test_the_last_items_may_be_answered_by_a_model_alone(cli: Cli) -> None:
    contract(cli, "c", ["a", "b"])
    people = [f"i{i},p{k},{'ab'[i % 2]},human" for i in range(6) for k in (1, 2)]
    rows = ["item_id,annotator_id,label,source", *people, "i7,m,a,auto", "i8,m,b,auto"]
    (cli.folder / "d.csv").write_text("\n".join(rows) + "\n", "utf-8")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    record = cli("annotators", "show", "d", "--json").json
    assert {one["annotator"]: one["labels"] for one in record["annotators"]} == {"p1": 6, "p2": 6}


def test_gold_that_was_audited_before_is_answered_better(cli: Cli) -> None:
    """The vendor learnt the answers of an audit: all right on those items, three of four on the others."""
    contract(cli, "c", ["a", "b"])
    truth = {f"i{i:03d}": "ab"[i % 2] for i in range(200)}
    first, second = ["item_id,annotator_id,label"], ["item_id,annotator_id,label"]
    for i, (item, label) in enumerate(truth.items()):
        guess = label if i % 4 else "ba"[i % 2]
        first.append(f"{item},p{i % 3},{guess}")
        second.append(f"{item},p{i % 3},{label if i < 100 else guess}")
    rows = [f"{item},{label}" for item, label in truth.items()]
    files = {"old": rows[:100], "all": rows}
    for name, lines in files.items():
        (cli.folder / f"{name}.csv").write_text("\n".join(["item_id,label", *lines]) + "\n", "utf-8")
        cli("gold", "add", f"{name}.csv", "--id", name, "--contract", "c")
    (cli.folder / "first.csv").write_text("\n".join(first) + "\n", "utf-8")
    (cli.folder / "second.csv").write_text("\n".join(second) + "\n", "utf-8")
    for day, words, code in (
        (2, ("delivery", "add", "first.csv", "--id", "d1", "--contract", "c"), 0),
        (3, ("audit", "run", "d1", "--gold", "old", "--id", "a1"), 3),
        (4, ("delivery", "add", "second.csv", "--id", "d2", "--contract", "c"), 0),
    ):
        cli(*words, code=code, env={"VENDOREVAL_NOW": f"2026-03-0{day}T09:00:00+00:00"})
    found = cli("annotators", "show", "d2", "--gold", "all", "--json").json["tricks"]["known_gold"]
    sides = [found[key] for key in ("known_n", "known_right", "blind_n", "blind_right")]
    assert sides == [100, 100, 100, 75]
    assert found["flag"]
    assert cli("annotators", "show", "d1", "--gold", "all", "--json").json["tricks"]["known_gold"] is None
