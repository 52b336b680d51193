"""Speakers of recordings: gold as rows, names of nobody in RTTM, der, claim, report and evidence."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml, rule
from tests.flows.evidence_story import CAME, SENT, at
from tests.flows.forging import Forgery

CONTRACT = contract_toml(
    task={"type": "segments", "classes": ["ada", "bo"], "gold": "chosen",
          "matching": {"labels": "mapped", "collar": "0.25"}},
    price=("0.10", "item"), remedies=[REWORK],
    clauses=[
        clause(id="time", metric="der", unit="time", threshold="0.05", remedy=["rework"],
               decision=rule("claim")),
        clause(id="turns", unit="span", threshold="0.90", remedy=["rework"], decision=rule("claim")),
    ],
)  # fmt: skip
OWN = ("--receipt", "receipt.json", "--contract", "c.toml", "--delivered", "turns")


def recordings(folder: Path, calls: int, gold_calls: int) -> None:
    """Turns of two people, as gold and, with a third of the turns of every other call missing, as delivered."""
    rng = random.Random(3)
    rows = ["item_id,start_s,end_s,label"]
    (folder / "turns").mkdir()
    for call in range(calls):
        time, lines = 0.0, []
        for turn in range(6):
            start, end = round(time + rng.random(), 3), round(time + 2 + 4 * rng.random(), 3)
            speaker, time = ("ada", "bo")[turn % 2], end
            if call < gold_calls:
                rows.append(f"call{call:02},{start},{end},{speaker}")
            if call % 2 or turn % 3:
                name = f"SPEAKER_0{(turn + call) % 2}"
                lines.append(f"SPEAKER call{call:02} 1 {start} {end - start:.3f} <NA> <NA> {name} <NA> <NA>")
        (folder / f"turns/call{call:02}.rttm").write_text("\n".join(lines) + "\n")
    (folder / "gold.csv").write_text("\n".join(rows) + "\n")
    (folder / "c.toml").write_text(CONTRACT)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A claim and its evidence, made once."""
    cli = Cli(tmp_path_factory.mktemp("told"))
    recordings(cli.folder, 40, 30)
    cli("init", env=at(SENT))
    cli("vendor", "add", "acme", env=at(SENT))
    cli("contract", "add", "c.toml", env=at(SENT))
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c", env=at(SENT))
    cli("gold", "commit", "g", "--out", "receipt.json", env=at(SENT))
    cli("delivery", "add", "turns", "--id", "d", "--contract", "c", env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("claim", "draft", "a", "--id", "claim", env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    return cli


def test_a_claim_on_time_is_told_drawn_and_proven(told: Cli) -> None:
    shown = told("audit", "show", "a", "--json").json
    time, turns = shown["findings"]
    assert (time["verdict"], turns["verdict"]) == ("breached", "breached")
    assert "of gold on 30 items (missed" in time["reason"]
    claim = told("claim", "show", "claim", "--json").json
    assert {line["level"] for line in claim["lines"]} == {"object", "time"}
    assert all(line["outcome"] == "missing" for line in claim["lines"])
    told("report", "claim", "claim", "--format", "html", "--out", "claim.html")
    page = (told.folder / "claim.html").read_text("utf-8")
    assert "0.25 s before and as much after each end of a gold segment" in page
    assert "wrong time" in page
    said = told("evidence", "verify", "b.zip", *OWN).out
    assert "the delivery's totals follow from your files" in said


@pytest.mark.parametrize("both", [False, True])
def test_a_shorter_longest_recording_is_named(told: Cli, both: bool) -> None:
    """How long recordings may be bounds what may be right in those that nobody audited."""
    made = Forgery(told.folder / "b.zip")
    made.change("frame.json", most_time=1)
    if both:
        made.change("intake.json", sheets={**made.record("intake.json")["sheets"], "most_time": 1})
    made.recompute()
    made.relog()
    file = made.write(told.folder / "forged.zip")
    said = " ".join(told("evidence", "verify", file, *OWN, code=5).err.split())
    assert ("How many answers" if both else "counts 1 most_time") in said


def test_the_first_page_tells_of_turns_and_the_command_of_seconds(told: Cli) -> None:
    told("report", "claim", "claim", "--format", "html", "--out", "first.html")
    page = (told.folder / "first.html").read_text("utf-8")
    assert re.search(r"sure of at least \d+\swrong units among", page)  # turns come before time
    shown = told("claim", "show", "claim").out
    assert " s wrong of " in shown


def test_rework_does_not_tell_where_golds_time_ends(cli: Cli) -> None:
    (cli.folder / "gold.csv").write_text("item_id,start_s,end_s,label\na,3,4.9,ada\n")
    (cli.folder / "d.csv").write_text("item_id,annotator_id,start_s,end_s,label\na,bo,3,6,ada\n")
    time = clause(metric="der", unit="time", threshold="0.1", remedy=["rework"], decision=rule("point"))
    cli("init")
    cli("vendor", "add", "acme")
    (cli.folder / "c.toml").write_text(
        contract_toml(task={"type": "segments", "classes": ["ada"]}, clauses=[time], remedies=[REWORK])
    )
    cli("contract", "add", "c.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("claim", "draft", "a", "--id", "claim")
    cli("claim", "issue", "claim")
    cli("claim", "tasks", "claim", "--out", "rework.csv")
    told = (cli.folder / "rework-reasons.csv").read_text("utf-8")
    assert "segment 3 s to 6 s" in told
    assert "4.9" not in told + (cli.folder / "rework.csv").read_text("utf-8")
