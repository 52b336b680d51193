"""The surge of a pilot as a user meets it: twice the work in half the time, and what it showed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import YEAR, clause, contract_toml
from tests.flows.pilot_story import at, table

MAIN, MORE = 400, 600
TERMS = contract_toml("c-1", task={"classes": ["cat", "dog"]}, clauses=[clause(threshold="0.90")], **YEAR)
ANSWER = {k: "cat" if k % 2 else "dog" for k in range(MAIN + MORE)}
OTHER = {"cat": "dog", "dog": "cat"}


@pytest.fixture
def sent(cli: Cli) -> dict[str, Any]:
    """Gold of 400 main items, a payload of 1,000."""
    cli("init")
    cli("vendor", "add", "acme")
    (cli.folder / "contract.toml").write_text(TERMS, "utf-8")
    cli("contract", "add", "contract.toml", env=at("2026-03-02"))
    with (cli.folder / "gold.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("item_id", "label"), *((f"i{k:04d}", ANSWER[k]) for k in range(MAIN))])
    with (cli.folder / "items.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ("item_id", "image"),
                *((f"i{k:04d}", f"{sha256(b'%d' % k).hexdigest()[:12]}.png") for k in ANSWER),
            ]
        )
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c-1", env=at("2026-03-02"))
    cli("gold", "commit", "g", "--out", "r.json", env=at("2026-03-02"))
    found: dict[str, Any] = cli("pilot", "send", "c-1", "--gold", "g", "--payload", "items.csv", "--out", "to",
                                "--json", env=at("2026-03-02")).json  # fmt: skip
    return found


def given_back(cli: Cli, hours: dict[int, float], slips: dict[int, int]) -> None:
    """Two people answer each task; every so many-th item of a part is wrong; a part takes so many hours."""
    pictures = {row["image"]: int(row["item_id"][1:]) for row in table(cli.folder / "items.csv")}
    rows = []
    for part in hours:
        tasks = table(cli.folder / f"to/pilot-acme-part-{part}.csv")
        start = datetime(2026, 3, 2 + 2 * part, 8, tzinfo=UTC)
        for place, task in enumerate(tasks):
            item = pictures[task["image"]]
            for who in ("ann", "bob"):
                wrong = place % slips[part] == (0 if who == "ann" else 1)
                label = OTHER[ANSWER[item]] if wrong else ANSWER[item]
                when = start + timedelta(hours=hours[part] * (place + 1) / len(tasks))
                rows.append((task["task_id"], who, label, when.isoformat(timespec="seconds")))
    with (cli.folder / "back.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("item_id", "annotator_id", "label", "labelled_at"), *rows])


def test_a_surge_that_fell_is_shown_and_used(cli: Cli, sent: dict[str, Any]) -> None:
    parts = {part["part"]: part["tasks"] for part in sent["parts"]}
    assert parts[3] == 2 * parts[2]
    assert "50 % of the hours that part 2 took" in " ".join(sent["notes"])
    given_back(cli, {1: 10, 2: 10, 3: 20}, {1: 20, 2: 20, 3: 3})
    words = ("--handed-over", "2=2026-03-06T08:00", "--handed-over", "3=2026-03-08T08:00")
    found = cli("pilot", "answers", "pilot-acme", "back.csv", *words, "--json", env=at("2026-03-20")).json
    surge = found["surge"]
    assert surge["turnaround"]["allowed_hours"] == 5
    assert (surge["turnaround"]["surge_hours"], surge["turnaround"]["in_time"]) == (
        20,
        pytest.approx(0.25, abs=0.01),
    )
    assert [surge[key]["standing"] for key in ("accuracy", "agreement", "turnaround")] == ["fell"] * 3
    assert surge["accuracy"]["calm"] > 0.9 > 0.7 > surge["accuracy"]["surge"]
    shown = cli("pilot", "show", "pilot-acme").out
    assert "in the surge" in shown
    report = cli(
        "report", "pilot", "pilot-acme", "--out", "pilot.html", "--format", "html", env=at("2026-03-20")
    )
    assert report.code == 0
    assert "In the surge" in (cli.folder / "pilot.html").read_text("utf-8")
    cli("report", "scorecard", "acme", "--out", "card.html", "--format", "html", env=at("2026-03-20"))
    assert "at the pace of twice the work" in (cli.folder / "card.html").read_text("utf-8")


def test_bad_hand_overs_are_refused(cli: Cli, sent: dict[str, Any]) -> None:
    given_back(cli, {1: 1, 2: 1, 3: 1}, {1: 20, 2: 20, 3: 20})
    for word in ("4=2026-03-08T08:00", "3=soon", "3"):
        refused = cli("pilot", "answers", "pilot-acme", "back.csv", "--handed-over", word, code=2)
        assert "does not say when a part was handed over" in refused.err
