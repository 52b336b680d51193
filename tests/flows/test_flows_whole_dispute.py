"""A whole dispute on real tweets of two vendors: from a breach to settlement, as both sides would run it.

One rebuttal succeeds, one fails, one shows that gold was wrong, one goes to an arbiter; the first rework mends
only what was named, the second all; documents are signed and counter-signed; each side verifies what it holds.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import ROOT, Cli

DATA = ROOT.parent / "shared" / "data" / "weather_sentiment_two_vendors"
TERMS = ROOT / "samples" / "contracts" / "weather-sentiment.toml"
VENDORS = ("mturk", "crowdflower")
SETS = {"1": slice(0, 150), "2": slice(150, 225), "3": slice(225, 300)}


def on(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"2026-{day}T09:00:00+00:00", "VENDOREVAL_ACTOR": "ann"}


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def write(path: Path, header: tuple[str, ...], found: Any) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([row[name] for name in header] for row in found)


def delivery(folder: Path, vendor: str, number: int, mended: Collection[str] = ()) -> str:
    """A vendor's file; on the items of `mended` everybody now gives the gold answer."""
    right = {row["item_id"]: row["label"] for row in rows("gold")}
    found = [
        {**row, "label": right[row["item_id"]] if row["item_id"] in mended else row["label"]}
        for row in rows("delivered") if row["vendor"] == vendor
    ]  # fmt: skip
    name = f"{vendor}-{number}.csv"
    write(folder / name, ("item_id", "annotator_id", "label"), found)
    return name


def contract(vendor: str) -> str:
    """The sample's terms: 95 %, one accuracy clause, silence accepts, credit only once a rework failed."""
    text = TERMS.read_text("utf-8").replace("weather-sentiment-2026", f"weather-{vendor}")
    text = text.replace('vendor = "crowdflower"', f'vendor = "{vendor}"').replace('"0.88"', '"0.95"')
    kept = text[: text.index("# A floor for every class")] + text[text.index("# Every tweet must") :]
    kept = kept.replace('kind = "credit"\n', 'kind = "credit"\nafter_rework = 1\n')
    return kept.replace("[[clause]]", '[dispute]\nsilence = "accepted"\n\n[[clause]]', 1)


@pytest.fixture
def claimed(cli: Cli) -> Cli:
    """Both vendors delivered; both are in breach, and claims are issued on 10 March."""
    cli("init", env=on("03-02"))
    for part, where in SETS.items():
        write(cli.folder / f"gold-{part}.csv", ("item_id", "label"), rows("gold")[where])
    for vendor in VENDORS:
        (cli.folder / f"{vendor}.toml").write_text(contract(vendor), "utf-8")
        cli("vendor", "add", vendor, "--name", vendor.title(), env=on("03-02"))
        cli("contract", "add", f"{vendor}.toml", env=on("03-02"))
        for part in SETS:
            gold = ("--id", f"{vendor}-{part}", "--contract", f"weather-{vendor}")
            cli("gold", "add", f"gold-{part}.csv", *gold, env=on("03-02"))
            cli("gold", "commit", f"{vendor}-{part}", "--out", f"receipt-{vendor}-{part}.json", env=on("03-02"))
        deliver(cli, vendor, "03-09", delivery(cli.folder, vendor, 1), 1)
        cli("audit", "run", f"{vendor}-b1", "--gold", f"{vendor}-1", "--id", f"{vendor}-a1", code=3,
            env=on("03-09"))  # fmt: skip
        cli("claim", "draft", f"{vendor}-a1", "--id", f"{vendor}-c", env=on("03-10"))
        cli("claim", "issue", f"{vendor}-c", env=on("03-10"))
    return cli


def deliver(cli: Cli, vendor: str, day: str, file: str, number: int) -> dict[str, Any]:
    again = ("--rework-of", f"{vendor}-b{number - 1}") if number > 1 else ()
    words = ("--id", f"{vendor}-b{number}", "--contract", f"weather-{vendor}", *again, "--json")
    record: dict[str, Any] = cli("delivery", "add", file, *words, env=on(day)).json
    return record


def fill(path: Path, answers: dict[int, tuple[str, str, str]]) -> None:
    """The vendor types position, code and text into the rows of lines."""
    book = openpyxl.load_workbook(path)
    sheet = next(one for one in book.worksheets if "position" in [cell.value for cell in one[1]])
    names = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        said = answers.get(int(str(sheet.cell(row, names.index("line") + 1).value)))
        for name, text in zip(("position", "reason code", "text"), said or (), strict=False):
            sheet.cell(row, names.index(name) + 1).value = text
    book.save(path)


def decide(path: Path, word: str) -> None:
    """The arbiter says the same of every case."""
    book = openpyxl.load_workbook(path)
    sheet = book["Sheet"]
    names = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, names.index("decision") + 1).value = word
        sheet.cell(row, names.index("reason") + 1).value = "Read twice."
    book.save(path)


def shown(cli: Cli, day: str, claim: str = "mturk-c") -> dict[str, Any]:
    record: dict[str, Any] = cli("claim", "show", claim, "--json", env=on(day)).json
    return record


def asked(record: dict[str, Any]) -> list[str]:
    return [one["asked"]["text"] for one in record["dispute"]["versions"]]


def test_from_breach_to_settlement(claimed: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    cli, keys = claimed, tmp_path_factory.mktemp("keys")
    cli("delivery", "reject", "mturk-b1", "--reason", "Clause 4.2 is breached.", env=on("03-10"))
    for side in ("buyer", "vendor"):
        cli("evidence", "keygen", side, "--out", keys / side, "--person", side, env=on("03-02"))
    cli("report", "claim", "mturk-c", "--out", "claim.pdf", "--sign", keys / "buyer", env=on("03-10"))

    # The vendor answers: four rebuttals, fifteen lines accepted; on the rest it is silent.
    cli("claim", "sheet", "mturk-c", "--out", "answers.xlsx", env=on("03-10"))
    fill(cli.folder / "answers.xlsx", {
        1: ("rebutted", "gold_wrong", "Plainly neutral."),
        2: ("rebutted", "guideline_ambiguous", "The guideline is silent."),
        3: ("rebutted", "acceptable_alternative", "Both are right."),
        4: ("rebutted", "duplicate_count", "Counted twice."),
        **dict.fromkeys(range(5, 20), ("accepted", "", "")),
    })  # fmt: skip
    cli("claim", "respond", "mturk-c", "answers.xlsx", "--by", "Quinn", env=on("03-12"))
    first = shown(cli, "03-12")
    assert first["dispute"]["stage"] == "awaiting ruling"
    assert len(first["lines"]) == 25

    # The buyer rules, an arbiter decides, gold is amended: each takes lines away, none adds any.
    cli("claim", "rule", "mturk-c", "--line", "2", "--upheld", "--reason", "Guideline 3.1.", env=on("03-13"))
    cli("claim", "rule", "mturk-c", "--line", "4", "--withdrawn", "--reason", "So it was.", env=on("03-13"))
    cli("claim", "rule", "mturk-c", "--line", "3", "--escalated", "--reason", "An expert.", env=on("03-13"))
    cli("claim", "arbitrate", "mturk-c", "--out", "cases.xlsx", env=on("03-13"))
    decide(cli.folder / "cases.xlsx", "both are acceptable")
    cli("claim", "arbitrate", "mturk-c", "--answers", "cases.xlsx", "--by", "Dr. X", env=on("03-16"))
    wrong = ("--claim", "mturk-c", "--line", "1", "--delivered", "--reason", "Neutral.")
    cli("gold", "amend", "mturk-1", *wrong, env=on("03-16"))
    ruled = shown(cli, "03-18")
    assert [one["number"] for one in ruled["struck"]] == [1, 3, 4]
    assert {line["state"] for line in ruled["dispute"]["lines"]} == {"accepted", "upheld", "withdrawn"}
    assert sum(line["silent"] for line in ruled["dispute"]["lines"]) == 6  # by the contract, since 18 March
    assert ruled["dispute"]["stage"] == "decided"
    assert asked(ruled) == ["USD 75.00"] * ruled["version"]  # credit waits for a rework that fails
    revised = cli("audit", "show", "mturk-a1", "--json", env=on("03-18")).json
    assert revised["counts"]["correct"] == 126

    # A rework that mends only what was named is caught on fresh items; the credit falls due.
    named = {line["item"] for line in ruled["lines"]}
    deliver(cli, "mturk", "03-17", delivery(cli.folder, "mturk", 2, named), 2)
    cli("audit", "run", "mturk-b2", "--gold", "mturk-1", code=2, env=on("03-18"))  # all of it is burnt
    cli("audit", "run", "mturk-b2", "--gold", "mturk-2", "--id", "mturk-a2", code=3, env=on("03-18"))
    failed = cli("claim", "rework", "mturk-c", "mturk-b2", "--json", env=on("03-18")).json
    assert (len(failed["mended"]), failed["outcome"]) == (len(named), "failed")
    after = shown(cli, "03-18")
    assert asked(after)[-1] == "USD 97.80"
    assert after["dispute"]["versions"][-1]["conditional"]["minor"] == 0

    # The second rework is done in earnest.
    deliver(cli, "mturk", "03-24", delivery(cli.folder, "mturk", 3, {r["item_id"] for r in rows("gold")}), 3)
    cli("audit", "run", "mturk-b3", "--gold", "mturk-3", "--id", "mturk-a3", env=on("03-25"), code=4)
    done = cli("claim", "rework", "mturk-c", "mturk-b3", "--json", env=on("03-25")).json
    assert (done["outcome"], done["fresh"]) == ("passed", "kept")
    assert {line["state"] for line in done["lines"]} == {"mended"}

    # They settle below what is asked; the account says what became of every cent.
    agreed = ("--amount", "90.00", "--how", "credit", "--reference", "CN-17")
    cli("claim", "settle", "mturk-c", *agreed, env=on("03-26"))
    cli("claim", "rule", "mturk-c", "--line", "5", "--withdrawn", "--reason", "x", code=2, env=on("03-27"))
    cli("delivery", "accept", "mturk-b1", "--reason", "Reworked and settled.", env=on("03-26"))
    account = cli("report", "statement", "mturk", "--out", "account.json", "--json", env=on("03-26")).json
    assert account["file"] == "account.json"
    for name in ("account.csv", "account.pdf", "scorecard.pdf"):
        kind = "statement" if "account" in name else "scorecard"
        cli("report", kind, "mturk", "--out", name, env=on("03-26"))
    with (cli.folder / "account.csv").open(newline="", encoding="utf-8") as file:
        (claim,) = [row for row in csv.DictReader(file) if row["claim"] == "mturk-c"]
    assert (claim["settled"], claim["open"], claim["reference"]) == ("90.00", "0.00", "CN-17")
    assert not [one for one in cli("due", "--json", env=on("03-26")).json["due"] if one["subject"] == "mturk-c"]

    # Each side verifies what it holds.
    cli("evidence", "sign", "claim.pdf", "--key", keys / "vendor", "--as", "vendor", env=on("03-26"))
    signers = [f"--signer={keys / side / side}.public.json" for side in ("buyer", "vendor")]
    cli("evidence", "verify", "claim.pdf", *signers, env=on("03-26"))
    cli("evidence", "export", "mturk-c", "--out", "bundle.zip", env=on("03-26"))
    cli("evidence", "sign", "bundle.zip", "--key", keys / "buyer", env=on("03-26"))
    own = ("--receipt", "receipt-mturk-1.json", "--contract", "mturk.toml", "--delivered", "mturk-1.csv")
    sent = ("--claim", "claim.pdf", "--answers", "answers.xlsx", signers[0])
    found = cli("evidence", "verify", "bundle.zip", *own, *sent, "--json", env=on("03-27")).json
    assert found["verdict"] == "breached"
    assert cli("status", "--verify", "--key", keys / "buyer", env=on("03-27")).code == 0
    assert shown(cli, "03-27", "crowdflower-c")["dispute"]["stage"] == "decided"  # silence accepted it
