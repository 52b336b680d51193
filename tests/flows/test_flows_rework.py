"""From a claim to the judgement of its rework: what was named, what else broke, and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.rework_story import GOLD, ITEMS, breached, claimed, day, errors, reworked, write_gold

BAD = errors(0.15, 1)
NAMED = BAD & frozenset(ITEMS[:GOLD])  # the errors that the first audit found
FEW = errors(0.01, 2)  # of a vendor that keeps the 95 % that were agreed


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process, in an empty folder."""
    return Cli(tmp_path)


def judged(cli: Cli, number: int = 2, on: int = 20, claim: str = "claim-1", *words: str) -> Any:
    return cli("claim", "rework", claim, f"batch-{number}", *words, "--json", env=day(on)).json


def credit(cli: Cli, claim: str = "claim-1") -> Any:
    demands = cli("claim", "show", claim, "--json").json["demands"]
    return next((one for one in demands if one["remedy"] == "credit"), None)


def test_a_rework_that_mends_only_what_was_named_fails_on_fresh_items(cli: Cli) -> None:
    claimed(cli, BAD)
    assert credit(cli)["after_rework"] == 1
    reworked(cli, BAD - NAMED)
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=3)
    record = judged(cli)
    assert (record["outcome"], record["fresh"], record["audit"]) == ("failed", "breached", "audit-2")
    assert len(record["mended"]) == len(NAMED)
    assert record["left"] == record["open"] == record["broken"] == []
    due = credit(cli)
    assert "after_rework" not in due
    assert due["due"] == "2026-04-03"  # ten business days after the 20th of March
    claim = cli("claim", "show", "claim-1", "--json").json
    assert (claim["version"], claim["failed_reworks"]) == (2, 1)
    cli("claim", "rework", "claim-1", "batch-2", env=day(20), code=2)  # it failed once, not twice
    assert cli("claim", "show", "claim-1", "--json").json["failed_reworks"] == 1
    cli("status", "--verify")


def test_a_full_rework_passes_and_leaves_the_claim_as_it_is(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, FEW - NAMED)
    assert judged(cli)["outcome"] == "undecided"  # nothing fresh was audited yet
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11))
    ran = cli("claim", "rework", "claim-1", "batch-2", env=day(20))
    assert "delivery accept batch-2" in ran.err
    assert "claim settle claim-1" in ran.err
    record = judged(cli)
    assert (record["outcome"], record["fresh"]) == ("passed", "kept")
    claim = cli("claim", "show", "claim-1", "--json").json
    assert claim["version"] == 1
    assert credit(cli)["after_rework"] == 1


def test_a_rework_that_breaks_others_says_which(cli: Cli) -> None:
    claimed(cli, BAD)
    broken = [item for item in ITEMS[:GOLD] if item not in BAD][:3]
    reworked(cli, (FEW - NAMED - set(ITEMS[:GOLD])) | set(broken))
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11))
    record = judged(cli)
    assert record["outcome"] == "passed"
    assert sorted(one["item"] for one in record["broken"]) == sorted(broken)
    assert not any("expected" in one for one in record["broken"])  # the claim did not show these answers


def test_defects_that_are_left_fail_once_nobody_argues_about_them(cli: Cli) -> None:
    claimed(cli, BAD, "defects")
    left = sorted(NAMED)[:2]
    reworked(cli, (FEW - NAMED) | set(left), on=5)
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(5))
    early = judged(cli, on=6)  # the vendor may still answer until the 10th
    assert (early["outcome"], len(early["open"]), early["left"]) == ("undecided", 2, [])
    late = judged(cli, on=20)
    assert (late["outcome"], len(late["left"]), late["open"]) == ("failed", 2, [])
    states = {one["item"]: one["state"] for one in late["lines"]}
    assert {item for item, state in states.items() if state != "mended"} == set(left)
    assert {states[item] for item in left} == {"still wrong"}


def test_where_the_whole_is_labelled_again_the_agreed_share_decides_and_no_single_line(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, (FEW - NAMED) | set(sorted(NAMED)[:2]))
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11))
    record = judged(cli)
    assert (record["outcome"], len(record["left"])) == ("passed", 2)
    assert "Not mended: lines" in " ".join(record["sentences"])


def test_items_that_are_not_delivered_again_are_not_mended(cli: Cli) -> None:
    claimed(cli, BAD, "defects")
    gone = sorted(NAMED)[:1]
    reworked(cli, FEW - NAMED, items=[item for item in ITEMS if item not in gone])
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11))
    record = judged(cli)
    assert record["outcome"] == "failed"
    assert [one["state"] for one in record["lines"] if one["item"] in gone] == ["not delivered"]


@pytest.mark.parametrize(("scope", "outcome"), [("defects", "passed"), ("delivery", "undecided")])
def test_a_rework_of_the_named_items_alone_has_no_rest(cli: Cli, scope: str, outcome: str) -> None:
    claimed(cli, BAD, scope)
    reworked(cli, frozenset(), items=sorted(NAMED))
    record = judged(cli)
    assert (record["outcome"], record["fresh"]) == (outcome, "none_left")


def test_a_second_round_is_judged_on_items_that_neither_audit_used(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, BAD - NAMED)
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=3)
    judged(cli, on=12)
    reworked(cli, FEW - NAMED, number=3, on=16)
    cli("audit", "run", "batch-3", "--gold", "gold-2", "--id", "again", env=day(17), code=2)
    file = write_gold(cli, "gold-3.csv", ITEMS[2 * GOLD :])
    cli("gold", "add", file, "--id", "gold-3", "--contract", "birds", env=day(17))
    cli("audit", "run", "batch-3", "--gold", "gold-3", "--id", "audit-3", env=day(17))
    record = judged(cli, number=3)
    assert (record["outcome"], record["round"], record["rounds_allowed"]) == ("passed", 2, 2)


def test_what_is_no_rework_of_the_claimed_delivery_is_refused(cli: Cli) -> None:
    claimed(cli, BAD)
    ran = cli("claim", "rework", "claim-1", "batch-1", env=day(5), code=2)
    assert "is no rework of 'batch-1'" in ran.err


def test_a_rework_that_nobody_claimed_is_audited_and_judged_by_no_claim(cli: Cli) -> None:
    breached(cli, BAD)
    record = reworked(cli, FEW)
    assert record["rework_of"] == "batch-1"
    cli("claim", "draft", "audit-1", "--id", "draft", env=day(11))
    ran = cli("claim", "rework", "draft", "batch-2", env=day(11), code=2)
    assert "is a draft" in ran.err


def test_an_audit_of_another_delivery_is_refused(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, FEW)
    ran = cli("claim", "rework", "claim-1", "batch-2", "--audit", "audit-1", env=day(11), code=2)
    assert "is not one of the rework" in ran.err
