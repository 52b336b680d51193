"""The scorecard follows a dispute: what is asked and settled, rebuttals, deliveries accepted or not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Ran
from tests.flows.dispute_story import opened, rebut

pytestmark = pytest.mark.usefixtures("later")


def scorecard(cli: Cli) -> dict[str, Any]:
    """The scorecard's record, which keeps to its schema."""
    cli("report", "scorecard", "mturk", "--out", "s.json")
    found = Ran(0, (cli.folder / "s.json").read_text("utf-8"), "").json
    assert isinstance(found, dict)
    return json.loads(json.dumps(found).replace("\\u00a0", " "))  # type: ignore[no-any-return]


def total(cli: Cli) -> str:
    return str(dict(scorecard(cli)["answers"])["In total"])


def test_a_dispute_from_issue_to_settlement_on_the_scorecard(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    before = scorecard(cli)
    assert before["rebuttals"] is None
    assert (before["claims"][0]["state"], before["claims"][0]["amount"]) == ("awaiting answer", "USD 162.00")
    assert before["claims"][0]["turn"] == "vendor, until 6 March 2026"

    rebut(cli, "claim-mturk", range(1, 47))
    words = ("--reason", "We looked again.")
    cli("claim", "rule", "claim-mturk", "--lines", "1-5", "--withdrawn", *words)
    cli("claim", "rule", "claim-mturk", "--lines", "6-40", "--upheld", *words)
    cli("delivery", "reject", "batch-mturk", *words)
    found = scorecard(cli)
    assert found["rebuttals"]["rows"] == [["gold wrong", "5", "0", "35", "6"]]
    assert found["rebuttals"]["words"].startswith("Of 40 decided rebuttals, 5 succeeded: 12.5 % (95 % interval")
    assert found["claims"][0]["state"] == "awaiting ruling"
    assert found["deliveries"][-1]["stands"] == "rejected on 3 March 2026"
    asked = found["claims"][0]["amount"]
    assert cli("claim", "list", "--json").json  # the newest version of each claim, and not more of them
    assert cli("status", "--json").json["claims"] == 2
    assert f"{asked} open" in total(cli)

    cli("claim", "rule", "claim-mturk", "--lines", "41-46", "--upheld", *words)
    told = cli("claim", "settle", "claim-mturk", "--amount", "100", "--reference", "CN-17").out
    assert "CN-17" in told
    assert "settled: USD 100.00, credit, CN-17" in cli("claim", "show", "claim-mturk").out
    found = scorecard(cli)
    assert found["claims"][0]["settled"] == "USD 100.00, credit, CN-17, 3 March 2026"
    assert (found["claims"][0]["amount"], found["claims"][0]["turn"]) == ("–", "–")
    assert "claim-mturk" not in dict(found["answers"])["What is asked"]
    assert "USD 100.00 settled, USD 0.00 open" in total(cli)
