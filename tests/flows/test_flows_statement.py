"""`report statement`: claims of a vendor from issue to settlement, as PDF, page, record and table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Cli, Ran
from tests.flows.dispute_story import opened, rebut

pytestmark = pytest.mark.usefixtures("later")


def rows(cli: Cli, vendor: str) -> list[dict[str, str]]:
    cli("report", "statement", vendor, "--out", "s.csv")
    with (cli.folder / "s.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_claims_way_is_seen_in_the_account(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    (claim, total) = rows(cli, "mturk")
    assert (claim["claim"], claim["stage"]) == ("claim-mturk", "awaiting answer")
    assert [claim[name] for name in ("asked", "open", "conceded")] == ["162.00", "162.00", "0.00"]
    assert claim["next_due"] == "2026-03-06"
    assert (total["claim"], total["currency"], total["open"]) == ("total", "USD", "162.00")

    rebut(cli, "claim-mturk", range(1, 47))
    words = ("--reason", "We looked again.")
    cli("claim", "rule", "claim-mturk", "--lines", "1-5", "--withdrawn", *words)
    told = cli("claim", "rule", "claim-mturk", "--lines", "6-46", "--upheld", *words, "--json").json
    asked = told["after"]["asked"].removeprefix("USD ")
    claim = rows(cli, "mturk")[0]
    assert (claim["version"], claim["open"], claim["conceded"]) == ("2", asked, asked)
    assert float(claim["fallen"]) == pytest.approx(162 - float(asked))

    cli("claim", "settle", "claim-mturk", "--amount", "100", "--reference", "=CN-17", "--note", "As agreed.")
    claim = rows(cli, "mturk")[0]
    assert (claim["stage"], claim["settled"], claim["open"], claim["how"]) == (
        "settled",
        "100.00",
        "0.00",
        "credit",
    )
    assert claim["reference"] == "'=CN-17"
    assert float(claim["waived"]) == pytest.approx(float(asked) - 100)

    assert rows(cli, "crowdflower")[0]["claim"] == "claim-crowdflower"
    cli("claim", "withdraw", "claim-crowdflower", *words)
    claim = rows(cli, "crowdflower")[0]
    assert (claim["stage"], claim["asked"], claim["open"]) == ("withdrawn", "0.00", "0.00")


def test_the_statement_is_a_report_like_the_others(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    made = cli("report", "statement", "mturk", "--json").json
    assert made["kind"] == "statement"
    assert (cli.folder / "statement-mturk.pdf").read_bytes().startswith(b"%PDF-1.7")
    cli("report", "statement", "mturk", "--out", "s.html")
    assert "USD 162.00" in (cli.folder / "s.html").read_text("utf-8")
    cli("report", "statement", "mturk", "--out", "s.json")
    view = Ran(0, (cli.folder / "s.json").read_text("utf-8"), "").json
    assert view["record"]["claims"][0]["sums"]["open"] == 16200
    assert "no vendor 'nobody'" in cli("report", "statement", "nobody", code=2).err
    assert "has no table" in cli("report", "scorecard", "mturk", "--out", "x.csv", code=2).err
    log = json.loads(cli("report", "statement", "mturk", "--out", "t.csv", "--json").out)
    assert log["file"] == "t.csv"
