"""From a claim to the judgement of its rework: what was named, what else broke, and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.rework_story import GOLD, ITEMS, N, breached, claimed, day, errors, reworked, write_gold

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


def test_what_arrives_says_what_it_answers_and_what_its_audit_takes(cli: Cli) -> None:
    claimed(cli, BAD)
    told = reworked(cli, BAD - NAMED)["rework"]
    assert told["claims"] == [{"claim": "claim-1", "version": 1, "due": "2026-03-17", "in_time": True}]
    assert (told["round"], told["rounds_allowed"]) == (1, 2)
    assert told["compared"] == {"same": N - len(NAMED), "changed": len(NAMED), "new": 0, "gone": 0}
    assert told["gold"] == [
        {"gold": "gold-1", "burnt": GOLD, "fresh": 0}, {"gold": "gold-2", "burnt": 0, "fresh": GOLD},
    ]  # fmt: skip
    needed = {"clause": "accuracy", "unit": "item", "kept": 45, "twice": 233, "fresh": N - GOLD}
    assert told["needed"] == [needed]  # 0.95^45 < 0.10 < 0.95^44; 233: CONVENTIONS §5.4
    assert told["fresh_items"] == N - GOLD
    assert cli("delivery", "show", "batch-2", "--json").json["rework"] == told
    said = " ".join(told["sentences"])
    assert "to show it kept takes at least 45 fresh items with gold (11.2 % of them)" in said


def test_a_rework_in_which_nothing_was_done_says_so_and_a_late_one_is_late(cli: Cli) -> None:
    claimed(cli, BAD)
    told = reworked(cli, BAD, on=30)["rework"]
    assert told["compared"] == {"same": N, "changed": 0, "new": 0, "gone": 0}
    said = " ".join(told["sentences"])
    assert f"Nothing was done: all {N} items hold exactly the same answers as before." in said
    assert "It answers claim claim-1, late: rework was due on 2026-03-17." in said


def test_a_third_round_is_more_than_the_contract_allows_and_is_taken(cli: Cli) -> None:
    claimed(cli, BAD)
    for number in (2, 3, 4):
        told = reworked(cli, errors(0.1, number), number=number)["rework"]
    assert "round 3 of rework of the 2 that the contract allows. That is more" in " ".join(told["sentences"])
    assert "No open claim on batch-3 asked for it." in told["sentences"]


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


def failed_rework(cli: Cli) -> None:
    claimed(cli, BAD)
    reworked(cli, BAD - NAMED)
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=3)


def claim_on_rework(cli: Cli) -> Any:
    cli("claim", "draft", "audit-2", "--id", "claim-2", env=day(12))
    return cli("claim", "issue", "claim-2", "--json", env=day(12)).json


def test_what_the_first_claim_asks_for_the_claim_on_the_rework_does_not(cli: Cli) -> None:
    failed_rework(cli)
    judged(cli, on=12)
    claim = claim_on_rework(cli)
    assert claim["failed_reworks"] == 1
    assert claim["follows"] == [{"claim": "claim-1", "delivery": "batch-1", "asks": ["credit"]}]
    assert [one["remedy"] for one in claim["demands"]] == ["rework"]
    assert any("credit: asked for there and not here" in note for note in claim["notes"])
    assert credit(cli)["amount"]["minor"] > 0
    cli("evidence", "export", "audit-2", "--out", "bundle.zip", env=day(12))
    cli("evidence", "verify", "bundle.zip")


def test_the_bundle_of_the_first_audit_tells_of_the_failed_rework(cli: Cli) -> None:
    failed_rework(cli)
    claim_on_rework(cli)
    judged(cli)
    cli("evidence", "export", "audit-1", "--out", "bundle.zip", env=day(21))
    cli("evidence", "verify", "bundle.zip")
    notes = cli("claim", "show", "claim-1", "--json").json["notes"]
    assert "The rework batch-2 failed on 2026-03-20: steps that waited for that are asked for now." in notes


def test_what_the_claim_on_the_rework_asks_for_the_first_no_longer_does(cli: Cli) -> None:
    failed_rework(cli)
    claim = claim_on_rework(cli)
    assert claim["follows"] == [{"claim": "claim-1", "delivery": "batch-1", "asks": []}]
    assert [one["remedy"] for one in claim["demands"]] == ["rework", "credit"]
    assert judged(cli)["outcome"] == "failed"
    assert credit(cli) is None
    notes = cli("claim", "show", "claim-1", "--json").json["notes"]
    assert "credit: asked for in claim claim-2, and not here." in notes
    cli("status", "--verify")


def test_the_scorecard_says_how_reworks_fared(cli: Cli) -> None:
    failed_rework(cli)
    judged(cli, on=12)
    reworked(cli, FEW - NAMED, number=3, on=16)
    file = write_gold(cli, "gold-3.csv", ITEMS[2 * GOLD :])
    cli("gold", "add", file, "--id", "gold-3", "--contract", "birds", env=day(17))
    cli("audit", "run", "batch-3", "--gold", "gold-3", "--id", "audit-3", env=day(17))
    judged(cli, number=3)
    cli("report", "scorecard", "acme", "--out", "scorecard.html", env=day(21))
    page = (cli.folder / "scorecard.html").read_text("utf-8")
    assert "rework of batch-1, failed" in page
    assert "rework of batch-2, passed" in page


def test_what_the_first_delivery_is_audited_on_later_stays_fresh_for_a_rework_that_was_there(cli: Cli) -> None:
    failed_rework(cli)
    cli("audit", "run", "batch-1", "--gold", "gold-2", "--id", "late", env=day(13), code=3)
    record = judged(cli)
    assert (record["outcome"], record["audit"]) == ("failed", "audit-2")


def test_a_claim_on_the_same_files_read_again_is_answered_too(cli: Cli) -> None:
    """Files are often taken in twice, when something about them had to be settled first."""
    breached(cli, BAD)
    words = (
        "--again",
        "batch-1",
        "--id",
        "batch-1-2",
        "--contract",
        "birds",
        "--where",
        "annotator_id!=nobody",
    )
    cli("delivery", "add", *words, env=day(3))
    file = write_gold(cli, "gold-3.csv", ITEMS[2 * GOLD :])
    cli("gold", "add", file, "--id", "gold-3", "--contract", "birds", env=day(3))
    cli("audit", "run", "batch-1-2", "--gold", "gold-3", "--id", "audit-3", env=day(3), code=3)
    cli("claim", "draft", "audit-3", "--id", "claim-3", env=day(3))
    cli("claim", "issue", "claim-3", env=day(3))
    told = reworked(cli, FEW)["rework"]
    assert [one["claim"] for one in told["claims"]] == ["claim-3"]
    assert {one["gold"]: one["fresh"] for one in told["gold"]} == {"gold-1": 0, "gold-2": GOLD, "gold-3": 0}
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11))
    assert judged(cli, claim="claim-3")["fresh"] == "kept"
