"""A rework is audited on items that nobody named and no audit of the work before looked at."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.rework_story import GOLD, ITEMS, N, breached, claimed, day, errors, reworked, truth, write_gold

BAD = errors(0.15, 1)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process, in an empty folder."""
    return Cli(tmp_path)


def test_gold_that_was_used_before_is_left_out_and_said(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, BAD - set(ITEMS[:GOLD]))
    file = write_gold(cli, "both.csv", ITEMS[GOLD - 80 : 2 * GOLD])
    cli("gold", "add", file, "--id", "both", "--contract", "birds", env=day(10))
    result = cli(
        "audit", "run", "batch-2", "--gold", "both", "--id", "audit-2", "--json", env=day(11), code=3
    ).json
    assert result["counts"]["gold_items"] == GOLD
    assert result["basis"]["rework_of"] == "batch-1"
    assert result["basis"]["left_out"] == {"items": GOLD, "labels": GOLD, "gold": 80}
    assert result["findings"][0]["population"] == N - GOLD
    assert any("80 gold items were left out" in note for note in result["notes"])
    assert result["counts"]["wrong_label"] == len(BAD & set(ITEMS[GOLD : 2 * GOLD]))


def test_without_fresh_gold_nothing_is_judged(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, frozenset())
    ran = cli("audit", "run", "batch-2", "--gold", "gold-1", env=day(11), code=2)
    assert "No gold for the rework 'batch-2' is fresh" in ran.err
    assert "audit tasks batch-2" in " ".join(ran.err.split())


def test_a_sample_of_a_rework_is_drawn_from_the_others_and_verifies(cli: Cli) -> None:
    breached(cli, BAD)
    reworked(cli, BAD)
    words = (
        "audit",
        "tasks",
        "batch-2",
        "--id",
        "audit-2",
        "--out",
        "tasks.csv",
        "--items",
        "150",
        "--seed",
        "x",
    )
    record = cli(*words, "--json", env=day(11)).json
    assert (record["population"], record["left_out"]) == (N, GOLD)
    with (cli.folder / "tasks.csv").open(newline="") as file:
        tasks = list(csv.DictReader(file))
    assert not {task["item_id"] for task in tasks} & set(ITEMS[:GOLD])
    rows = [f"{task['task_id']},{truth(task['item_id'])}" for task in tasks]
    (cli.folder / "filled.csv").write_text("task_id,answer\n" + "\n".join(rows) + "\n", "utf-8")
    answered = ("audit", "answers", "audit-2", "filled.csv", "--auditor", "eve", "--finish")
    cli(*answered, env=day(12), code=3)
    result = cli("audit", "show", "audit-2", "--json").json
    assert result["findings"][0]["population"] == N - GOLD
    cli("evidence", "export", "audit-2", "--out", "bundle.zip", env=day(12))
    checked = cli("evidence", "verify", "bundle.zip", "--delivered", "batch-2.csv", "--json").json
    assert any("first of the draw from your 400" in one for one in checked["checks"])
    assert "left_out_of_rework" in {one["kind"] for one in checked["not_shown"]}


def test_of_a_rework_that_holds_only_what_was_audited_no_sample_can_be_drawn(cli: Cli) -> None:
    breached(cli, BAD)
    reworked(cli, frozenset(), items=ITEMS[:GOLD])
    ran = cli("audit", "tasks", "batch-2", "--out", "tasks.csv", env=day(11), code=2)
    assert "Nothing of the rework 'batch-2' is fresh" in ran.err


def test_the_bundle_of_a_rework_on_gold_verifies(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, BAD)
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=3)
    cli("evidence", "export", "audit-2", "--out", "bundle.zip", env=day(12))
    checked = cli("evidence", "verify", "bundle.zip", "--delivered", "batch-2.csv", "--json").json
    assert "left_out_of_rework" in {one["kind"] for one in checked["not_shown"]}


def answered(cli: Cli, tasks: str, name: str, wrong: float) -> str:
    """Every task answered 0, which is right for every gold item; a share `wrong` of them 1."""
    with (cli.folder / tasks).open(newline="") as file:
        listed = [row["task_id"] for row in csv.DictReader(file)]
    rng = random.Random(5)
    rows = [f"{task},ann,{int(rng.random() < wrong)}" for task in listed]
    (cli.folder / name).write_text("item_id,annotator_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    return name


def test_gold_seeded_into_a_rework_is_left_out_where_it_is_burnt_and_the_bundle_verifies(cli: Cli) -> None:
    folder = cli.folder
    (folder / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(160)), "utf-8")
    terms = ROOT / "samples/contracts/weather-sentiment.toml"
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", terms, env=day(1))
    for gold, first in (("g1", 0), ("g2", 30)):
        rows = "".join(f"g{n},0\n" for n in range(first, first + 40))
        (folder / f"{gold}.csv").write_text("item_id,label\n" + rows, "utf-8")
        cli("gold", "add", f"{gold}.csv", "--id", gold, "--contract", "weather-sentiment-2026", env=day(1))
        cli("gold", "commit", gold, "--out", f"{gold}.json", env=day(1))
        words = ("--gold", gold, "--rate", "0.2", "--out", f"send-{gold}.csv", "--id", f"s-{gold}")
        cli("gold", "seed", "tasks.csv", *words, env=day(2))
    under = ("--contract", "weather-sentiment-2026")
    first_file = answered(cli, "send-g1.csv", "one.csv", 0.4)
    cli("delivery", "add", first_file, "--id", "batch-1", "--seeding", "s-g1", *under, env=day(3))
    cli("audit", "run", "batch-1", "--gold", "g1", "--id", "audit-1", env=day(4), code=3)
    file = answered(cli, "send-g2.csv", "two.csv", 0.0)
    again = ("--id", "batch-2", "--seeding", "s-g2", "--rework-of", "batch-1")
    cli("delivery", "add", file, *again, *under, env=day(5))
    result = cli(
        "audit", "run", "batch-2", "--gold", "g2", "--id", "audit-2", "--json", env=day(6), code=4
    ).json
    assert result["counts"]["gold_items"] == 30
    assert result["basis"]["left_out"]["gold"] == 10
    cli("evidence", "export", "audit-2", "--out", "bundle.zip", env=day(7))
    own = ("--delivered", "two.csv", "--tasks", "send-g2.csv")
    checked = cli("evidence", "verify", "bundle.zip", *own, "--json").json
    assert any("are in the audit, but for 10 left out of a rework" in one for one in checked["checks"])
