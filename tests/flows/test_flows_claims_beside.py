"""Claims on several audits of the same labels: no wrong label is paid for twice, no struck line comes back."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows import rework_story as story
from tests.flows.rework_story import GOLD, ITEMS, day, write_gold

WRONG = frozenset(ITEMS[::10])  # 60 of 600, evenly: in breach of 95 % on each gold set
NOTE = "Claim {} was issued on another audit of the same labels. No wrong label is paid for under both.{}"


@pytest.fixture
def claimed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """claim-1 on gold-1, which asks for its credit now; gold-2 holds other items."""
    remedies = [story.REMEDIES[0], {k: v for k, v in story.REMEDIES[1].items() if k != "after_rework"}]
    monkeypatch.setattr(story, "REMEDIES", remedies)
    story.claimed(cli, WRONG)
    return cli


def audited(cli: Cli, gold: str, name: str) -> None:
    cli("audit", "run", "batch-1", "--gold", gold, "--id", f"audit-{name}", env=day(4), code=3)


def drafted(cli: Cli, name: str, code: int = 0) -> Any:
    return cli("claim", "draft", f"audit-{name}", "--id", f"claim-{name}", env=day(4), code=code)


def issued(cli: Cli, name: str) -> Any:
    drafted(cli, name)
    return cli("claim", "issue", f"claim-{name}", "--json", env=day(4)).json


def withdraw_line(cli: Cli) -> None:
    cli("claim", "rule", "claim-1", "--line", "1", "--withdrawn", "--reason", "Right.", env=day(4))


def test_an_audit_that_is_run_again_leads_to_no_claim_of_its_own(claimed: Cli) -> None:
    """Under another id of audit or gold: the claim that is argued stands with its strike-outs."""
    withdraw_line(claimed)
    write_gold(claimed, "again.csv", ITEMS[:GOLD])
    claimed("gold", "add", "again.csv", "--id", "gold-again", "--contract", "birds", env=day(4))
    for gold in ("gold-1", "gold-again"):
        audited(claimed, gold, f"of-{gold}")
        said = drafted(claimed, f"of-{gold}", code=2).err
        assert "Claim 'claim-1' on the same defects is argued already" in said
    claimed("claim", "show", "claim-1", env=day(4))  # the remedy


def test_a_claim_that_nobody_argued_gives_way(claimed: Cli) -> None:
    audited(claimed, "gold-1", "2")
    made = issued(claimed, "2")
    assert made["supersedes"] == ["claim-1"]
    assert "follows" not in made
    assert claimed("claim", "show", "claim-1", "--json", env=day(4)).json["state"] == "superseded"
    for audit in ("audit-1", "audit-2"):
        claimed("evidence", "export", audit, "--out", f"{audit}.zip", env=day(4))
        claimed("evidence", "verify", f"{audit}.zip")


@pytest.mark.parametrize("end", ["withdraw", "settle"])
def test_an_ended_claim_is_not_begun_again(claimed: Cli, end: str) -> None:
    words = {"withdraw": ("--reason", "No."), "settle": ("--amount", "0", "--note", "Agreed.")}[end]
    claimed("claim", end, "claim-1", *words, env=day(4))
    audited(claimed, "gold-1", "2")
    was = {"withdraw": "was taken back", "settle": "is settled"}[end]
    assert f"on the same defects {was}" in drafted(claimed, "2", code=2).err


def test_a_claim_on_other_items_asks_for_no_sum_that_is_asked_already(claimed: Cli) -> None:
    audited(claimed, "gold-2", "2")
    made = issued(claimed, "2")
    assert made["follows"] == [{"claim": "claim-1", "delivery": "batch-1", "asks": ["credit"]}]
    assert [one["remedy"] for one in made["demands"]] == ["rework"]
    assert NOTE.format("claim-1", " credit: asked for there and not here.") in made["notes"]
    claimed("evidence", "export", "audit-2", "--out", "b.zip", env=day(4))
    assert "drafted again, has the same lines" in claimed("evidence", "verify", "b.zip").out


def test_a_struck_item_does_not_come_back_among_others(claimed: Cli) -> None:
    withdraw_line(claimed)
    take = ("--id", "audit-2", "--seed", "4711", "--items", "400", "--out", "experts.csv")
    claimed("audit", "tasks", "batch-1", *take, env=day(4))
    with (claimed.folder / "experts.csv").open(newline="", encoding="utf-8") as file:
        drawn = list(csv.DictReader(file))
    rows = [f"{one['task_id']},{story.truth(one['item_id'])}" for one in drawn]
    (claimed.folder / "answers.csv").write_text("task_id,answer\n" + "\n".join(rows) + "\n", "utf-8")
    claimed("audit", "answers", "audit-2", "answers.csv", "--auditor", "eve", code=3, env=day(4))
    said = drafted(claimed, "2", code=2).err
    assert f"Item {ITEMS[10]!r} was struck out of claim 'claim-1' (line 1)" in " ".join(said.split())


def test_what_waits_for_a_failed_rework_comes_due_in_one_claim(cli: Cli) -> None:
    story.claimed(cli, WRONG)
    audited(cli, "gold-2", "2")
    assert [one["remedy"] for one in issued(cli, "2")["demands"]] == ["rework", "credit"]
    write_gold(cli, "third.csv", ITEMS[2 * GOLD :])
    cli("gold", "add", "third.csv", "--id", "gold-3", "--contract", "birds", env=day(4))
    story.reworked(cli, WRONG)
    cli("audit", "run", "batch-2", "--gold", "gold-3", "--id", "again", env=day(11), code=3)
    due = []
    for name in ("claim-1", "claim-2"):
        cli("claim", "rework", name, "batch-2", env=day(12))
        newest = cli("claim", "show", name, "--json", env=day(12)).json
        due += [name for one in newest["demands"] if one["remedy"] == "credit" and not one.get("after_rework")]
    assert due == ["claim-1"]
    assert "credit: asked for in claim claim-1, and not here." in newest["notes"]
    assert cli("status", "--verify", env=day(12)).code == 0
