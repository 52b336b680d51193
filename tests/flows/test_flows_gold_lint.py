"""`gold lint` with the real command, and warnings when a vendor met gold before."""

from __future__ import annotations

import csv

import pytest

from tests.conftest import ROOT, SHARED, Cli

CONTRACT = "weather-sentiment-2026"


@pytest.fixture
def ready(cli: Cli) -> Cli:
    """A workspace with 300 gold items, which are also among the 600 tasks that can be sent."""
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    cli("gold", "add", SHARED / "data/weather_sentiment_two_vendors/gold.csv", "--id", "g")
    return cli


def test_clean_gold_ends_with_0_and_clues_with_4(ready: Cli) -> None:
    assert ready("gold", "lint", "g").out.strip() == "300 gold items: nothing gives them away."
    rows = "".join(f"sentiment-{n % 3}-{n},{n % 3}\n" for n in range(60))
    (ready.folder / "telling.csv").write_text(f"item_id,label\n{rows}", "utf-8")
    ready("gold", "add", "telling.csv")
    record = ready("gold", "lint", "telling", "--json", code=4).json
    assert record["schema"] == "vendoreval/gold-lint/1"
    assert {clue["kind"] for clue in record["clues"]} == {"answer_by_pattern", "order_by_id"}
    said = ready("gold", "lint", "telling", code=4).out
    assert "sentiment-0-0: 0" in said
    assert "gold seed" in said


def test_music_genre_is_caught(ready: Cli) -> None:
    terms = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
    classes = ", ".join(f'"{n}"' for n in range(1, 11))
    terms = terms.replace(CONTRACT, "music").replace(
        'classes = ["0", "1", "2", "3", "4"]', f"classes = [{classes}]"
    )
    (ready.folder / "music.toml").write_text(terms, "utf-8")
    ready("contract", "add", "music.toml")
    ready("gold", "add", SHARED / "data/music_genre/gold.csv", "--id", "songs", "--contract", "music")
    record = ready("gold", "lint", "songs", "--json", code=4).json
    assert any(clue["kind"] == "answer_by_pattern" for clue in record["clues"])


def test_tasks_and_earlier_seeding(ready: Cli) -> None:
    with (ready.folder / "tasks.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["item_id"], *([f"tweet-{n:07}"] for n in range(600))])
    record = ready("gold", "lint", "g", "--tasks", "tasks.csv", "--json", code=4).json
    assert {clue["kind"] for clue in record["clues"]} == {"gold_by_pattern", "gold_by_id"}
    words = ("gold", "seed", "tasks.csv", "--gold", "g", "--rate", "0.1", "--out", "send.csv")
    assert "warning" not in ready(*words).err
    said = ready(*words, "--id", "again").err
    assert "warning: 67 of 300 gold items were seeded before" in said
    record = ready("gold", "lint", "g", "--json", code=4).json
    assert [clue["kind"] for clue in record["clues"]] == ["seen_seeded"]
    ready("gold", "lint", "g", "--tasks", "nowhere.csv", code=2)


def test_audit_warns_of_gold_that_was_committed_to_after_the_delivery(ready: Cli) -> None:
    samples = ROOT / "samples/weather_sentiment/delivered.csv"
    for day, vendor in ((1, "crowdflower"), (9, "mturk")):
        now = {"VENDOREVAL_NOW": f"2026-03-0{day}T09:00:00+00:00"}
        terms = ("--contract", CONTRACT, "--where", f"vendor={vendor}", "--id", vendor)
        ready("delivery", "add", samples, *terms, env=now)
        if day == 1:
            noon = {"VENDOREVAL_NOW": "2026-03-05T12:00:00+00:00"}
            ready("gold", "commit", "g", "--out", "receipt.json", env=noon)
    late = ready("audit", "run", "crowdflower", "--gold", "g", "--json", code=3).json["notes"]
    assert any("committed to after the delivery was received" in text for text in late)
    early = ready("audit", "run", "mturk", "--gold", "g", "--json", code=3).json["notes"]
    assert not any("committed" in text for text in early)


def test_audit_warns_of_gold_that_was_used_before_the_delivery(ready: Cli) -> None:
    samples = ROOT / "samples/weather_sentiment/delivered.csv"
    for month, vendor in ((3, "crowdflower"), (4, "mturk")):
        received = {"VENDOREVAL_NOW": f"2026-0{month}-01T09:00:00+00:00"}
        terms = ("--contract", CONTRACT, "--where", f"vendor={vendor}", "--id", vendor)
        ready("delivery", "add", samples, *terms, env=received)
        audited = {"VENDOREVAL_NOW": f"2026-0{month}-02T09:00:00+00:00"}
        ran = ready("audit", "run", vendor, "--gold", "g", code=3, env=audited)
        assert ("300 of 300 gold items were audited before" in ran.err) is (month == 4)
        assert "Gold was never committed to" in ran.out
