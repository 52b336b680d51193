"""Gold goes out blind under task ids, and comes back under its own."""

from __future__ import annotations

import csv

from tests.conftest import ROOT, Cli

HEAD = "item_id,label,url\n"


def test_seeded_delivery_is_audited_by_its_items(cli: Cli) -> None:
    folder = cli.folder
    (folder / "gold.csv").write_text(HEAD + "".join(f"g{n},{n % 2},u{n}\n" for n in range(20)), "utf-8")
    (folder / "tasks.csv").write_text("item_id,url\n" + "".join(f"t{n},v{n}\n" for n in range(80)), "utf-8")
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    cli("gold", "add", "gold.csv", "--id", "g")
    words = ("--gold", "g", "--rate", "0.2", "--out", "send.csv", "--id", "s")
    made = cli("gold", "seed", "tasks.csv", *words, "--json").json
    assert (made["tasks"], made["gold_items"]) == (100, 20)
    sent = (folder / "send.csv").read_text("utf-8")
    assert "label" not in sent
    rows = list(csv.DictReader(sent.splitlines()))
    urls = {f"u{n}": str(n % 2) for n in range(20)}
    answers = "".join(f"{row['task_id']},w,{urls.get(row['url'], '2')}\n" for row in rows)
    (folder / "back.csv").write_text("item_id,annotator_id,label\n" + answers + "ffff,w,1\n", "utf-8")
    terms = ("--contract", "weather-sentiment-2026", "--id", "d", "--seeding", "s")
    intake = cli("delivery", "add", "back.csv", *terms, "--json").json["intake"]
    assert (intake["labels"], intake["refused"], intake["missing_items"]) == (100, 1, 0)
    assert "No task 'ffff' was sent." in intake["refusals"][0]["reason"]
    result = cli("audit", "run", "d", "--gold", "g", "--json", code=4).json
    assert result["counts"]["correct"] == 20
    assert cli("gold", "show", "g", "--json").json["exposures"] == 2


def test_a_claim_names_items_as_the_vendor_knows_them(cli: Cli) -> None:
    folder = cli.folder
    (folder / "gold.csv").write_text("item_id,label\n" + "".join(f"g{n},{n % 2}\n" for n in range(40)), "utf-8")
    (folder / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(160)), "utf-8")
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    cli("gold", "add", "gold.csv", "--id", "g")
    cli("gold", "seed", "tasks.csv", "--gold", "g", "--rate", "0.2", "--out", "send.csv", "--id", "s")
    tasks = [row["task_id"] for row in csv.DictReader((folder / "send.csv").read_text("utf-8").splitlines())]
    (folder / "back.csv").write_text(
        "item_id,annotator_id,label\n" + "".join(f"{task},w,4\n" for task in tasks), "utf-8"
    )
    cli("delivery", "add", "back.csv", "--contract", "weather-sentiment-2026", "--id", "d", "--seeding", "s")
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    claim = cli("claim", "draft", "a", "--id", "c", "--json").json
    assert {line["task"] for line in claim["lines"]} < set(tasks)
    assert {line["item"] for line in claim["lines"]} == {f"g{n}" for n in range(40)}
    assert claim["lines"][0]["task"] in cli("claim", "show", "c").out
    cli("claim", "issue", "c")
    cli("evidence", "export", "a", "--out", "b.zip")
    cli("evidence", "verify", "b.zip")
