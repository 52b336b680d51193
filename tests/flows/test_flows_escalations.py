"""Escalated items, answer times, orders and reworks, from files to the promises they are held against."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.conftest import ROOT, SHARED, Cli
from tests.flows.state import state

DATA = SHARED / "data" / "weather_sentiment_two_vendors"
FILE = DATA / "delivered.csv"
TERMS = ROOT / "samples/contracts/weather-sentiment.toml"
CONTRACT = ("--contract", "weather-sentiment-2026")


def at(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T12:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


@pytest.fixture
def delivered(cli: Cli) -> Cli:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", TERMS, env=at("2026-03-02"))
    cli("gold", "add", DATA / "gold.csv", "--id", "gold-1", *CONTRACT, env=at("2026-03-02"))
    words = ("--id", "batch-1", *CONTRACT, "--ordered", "2026-02-23", "--received", "2026-03-02T10:00")
    cli("delivery", "add", FILE, *words, "--where", "vendor=crowdflower", env=at("2026-03-03"))
    return cli


def promises(cli: Cli, day: str) -> dict[str, dict[str, Any]]:
    found = cli("questionnaire", "promises", "crowdflower", "--json", env=at(day)).json["promises"]
    return {one["name"]: one for one in found}


def test_cannot_tell_is_counted_by_item(delivered: Cli) -> None:
    labels = pd.read_csv(DATA / "delivered.csv", dtype=str)
    mine = labels[labels.vendor == "crowdflower"]
    expected = mine[mine.label == "4"].item_id.nunique()
    found = delivered("delivery", "escalations", "batch-1", "--json").json["escalated"]
    assert (found["items"], found["flagged"], found["registered"]) == (300, expected, 0)
    rate = promises(delivered, "2026-03-10")["escalation_rate"]
    assert rate["measured"]["value"] == pytest.approx(100 * expected / 300)
    assert rate["standing"] == "measured"


def test_answers_are_held_against_the_time_promised(delivered: Cli) -> None:
    first = pd.read_csv(DATA / "gold.csv", dtype=str).item_id[0]
    (delivered.folder / "register.csv").write_text(
        "item_id,asked_by,asked_at,answered_at,decision,guideline_version\n"
        f"{first},vendor,2026-02-25T10:00Z,2026-02-26T09:00Z,class 1,1.1\n"
        f"{first},buyer,2026-02-26T10:00Z,2026-02-27T18:00Z,,\n"
        f"{first},buyer,2026-02-27T10:00Z,2026-03-03T08:00Z,,\n"
        "nowhere,vendor,2026-02-25,,,\n"
    )
    ran = delivered("delivery", "escalations", "batch-1", "register.csv", env=at("2026-03-10"))
    assert "The delivery has no item" in ran.out
    record = delivered("delivery", "escalations", "batch-1", "--json", env=at("2026-03-10")).json
    assert record["times"] == [
        {"answered_by": "vendor", "asked": 2, "open": 0, "median": 1.5, "longest": 2},
        {"answered_by": "buyer", "asked": 1, "open": 0, "median": 1.0, "longest": 1},
    ]
    assert (record["questions"], record["decided"], record["guideline_versions"]) == (3, 1, {"1.1": 1})
    for claimed, stands in (("2", "kept"), ("1", "missed")):
        delivered("questionnaire", "answer", "crowdflower", "E3", "--level", "3", "--value", claimed)
        found = promises(delivered, "2026-03-10")["turnaround"]
        assert (found["measured"]["value"], found["measured"]["n"], found["standing"]) == (2.0, 2, stands)


def test_orders_and_reworks_are_timed(delivered: Cli) -> None:
    shown = delivered("delivery", "show", "batch-1", "--json").json
    assert (shown["ordered"], shown["received_at"]) == ("2026-02-23", "2026-03-02T10:00:00+00:00")
    listed = delivered("delivery", "list", "--json").json
    assert listed[0]["business_days"] == 5
    delivered("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", code=3, env=at("2026-03-04"))
    delivered("claim", "draft", "audit-1", "--id", "claim-1", env=at("2026-03-04"))
    delivered("claim", "issue", "claim-1", env=at("2026-03-04"))
    words = ("--id", "batch-2", *CONTRACT, "--rework-of", "batch-1")
    delivered("delivery", "add", FILE, *words, "--where", "vendor=mturk", env=at("2026-03-12"))
    assert delivered("delivery", "show", "batch-2", "--json").json["ordered"] == "2026-03-04"
    delivered("questionnaire", "answer", "crowdflower", "C3", "--level", "4", "--value", "5")
    found = promises(delivered, "2026-03-13")["rework"]
    assert (found["measured"]["value"], found["gap"], found["standing"]) == (6.0, 1.0, "missed")


def test_evidence_of_a_promise_is_named(delivered: Cli) -> None:
    (delivered.folder / "report.pdf").write_bytes(b"agreement")
    delivered("questionnaire", "answer", "crowdflower", "A1", "--level", "3", "--value", "0.9", "--evidence",
              "document=report.pdf")  # fmt: skip
    assert promises(delivered, "2026-03-10")["agreement"]["pieces"] == ["report.pdf"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--ordered", "2026-03-09"), "ordered on 2026-03-09 and received on 2026-03-03"),
        (("--received", "2026-03-09"), "received in the future"),
        (("--rework-of", "batch-9"), "no delivery 'batch-9'"),
    ],
)
def test_impossible_dates_change_nothing(delivered: Cli, words: tuple[str, ...], says: str) -> None:
    before = state(delivered.folder)
    ran = delivered("delivery", "add", FILE, *CONTRACT, "--where", "vendor=mturk", *words,
                    env=at("2026-03-03"), code=2)  # fmt: skip
    assert says in ran.err
    assert state(delivered.folder) == before


def test_flags_stand_for_cannot_tell(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", TERMS)
    head = "item_id,annotator_id,label,flagged\na,x,0,no\nb,x,,yes\n"
    (cli.folder / "flags.csv").write_text(f"{head}c,x,1,TRUE\nd,x,2,?\n")
    intake = cli("delivery", "add", "flags.csv", *CONTRACT, "--json").json["intake"]
    assert (intake["labels"], intake["refused"]) == (4, 0)
    assert "1 values of flagged are neither true nor false; they count as false." in intake["notes"]
    assert cli("delivery", "escalations", "flags", "--json").json["escalated"]["escalated"] == 2
    terms = TERMS.read_text("utf-8").replace('unsure = ["4"]', "").replace("weather-sentiment-2026", "other")
    (cli.folder / "other.toml").write_text(terms)
    cli("contract", "add", "other.toml")
    (cli.folder / "more.csv").write_text(head)
    refused = cli("delivery", "check", "more.csv", "--contract", "other", "--json").json["intake"]["refusals"]
    assert refused[0]["reason"].startswith("The row is flagged and has no label")
