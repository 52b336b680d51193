"""Gold that was wrong: audits are judged again, lines fall, and evidence verifies before and after."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT, Cli
from vendoreval.store.tables import AuditRevisionRow
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.gold.golds import committed_gold, load_gold
from vendoreval.workflow.workspaces import open_workspace

NOW = {"VENDOREVAL_NOW": "2026-03-01T09:00:00+00:00", "VENDOREVAL_ACTOR": "ana"}
WHY = ("--reason", "two experts read it otherwise")


@pytest.fixture
def weather(cli: Cli) -> Cli:
    cli("demo", "there", env=NOW)
    return Cli(cli.folder / "there")


@pytest.fixture
def boxes(cli: Cli) -> Cli:
    cli("demo", "there", "--task", "boxes", env=NOW)
    return Cli(cli.folder / "there")


def test_one_line_falls_and_everything_verifies_before_and_after(weather: Cli) -> None:
    line = ("--claim", "claim-mturk", "--line", "1", "--delivered", *WHY)
    weather("evidence", "export", "audit-mturk", "--out", "before.zip", env=NOW)
    planned = weather("gold", "amend", "gold-mturk", *line, "--dry-run", "--json", env=NOW).json
    assert weather("gold", "list", "--json", env=NOW).code == 0
    space = open_workspace(weather.folder)
    assert load_gold(space, "gold-mturk").amended == {}

    done = weather("gold", "amend", "gold-mturk", *line, "--json", env=NOW).json
    assert {**done, "dry_run": True} == planned
    (claim,) = done["claims"]
    assert (claim["lines"], claim["versions"]) == ([1], [1, 2])
    assert claim["asks"][0] != claim["asks"][1]  # one unit of 46 less is credited: 12.00 becomes 10.80
    assert [one["amount"] for one in claim["asks"][1] if one["remedy"] == "credit"] == ["USD 10.80"]

    stored = load_dispute(space, "claim-mturk")
    assert stored.dispute.struck == (1,)
    assert {line.number for line in stored.newest.lines} == set(range(2, 47))
    item = done["item_id"]
    assert (
        committed_gold(space, "gold-mturk").right_answers[item]
        < load_gold(space, "gold-mturk").right_answers[item]
    )
    shown = weather("audit", "show", "audit-mturk", "--json", env=NOW).json
    assert shown["counts"]["correct"] == 255  # 254 of 300 before
    weather("evidence", "export", "audit-mturk", "--out", "after.zip", env=NOW)
    for bundle in ("before.zip", "after.zip"):
        found = weather("evidence", "verify", bundle, "--json", env=NOW).json
        assert found["verdict"] == "breached"
    weather("status", "--verify", env=NOW)
    again = weather("gold", "amend", "gold-mturk", *line, code=2, env=NOW)
    assert "is a right answer" in again.err


def test_a_claim_on_the_audit_judged_again_is_sealed_with_it(cli: Cli) -> None:
    """Gold is amended before anybody claims: the claim rests on the audit as it was judged again."""
    data = ROOT / "samples" / "weather_sentiment"
    terms = (ROOT / "samples" / "contracts" / "weather-sentiment.toml").read_text("utf-8")
    (cli.folder / "c.toml").write_text(terms.replace('vendor = "crowdflower"', 'vendor = "mturk"'), "utf-8")
    cli("init", env=NOW)
    cli("vendor", "add", "mturk", env=NOW)
    cli("contract", "add", "c.toml", env=NOW)
    cli("gold", "add", data / "gold.csv", "--id", "g", env=NOW)
    cli("gold", "commit", "g", "--out", "receipt.json", env=NOW)
    taken = ("--id", "d", "--where", "vendor=mturk", "--contract", "weather-sentiment-2026")
    cli("delivery", "add", data / "delivered.csv", *taken, env=NOW)
    for audit in ("first", "second"):
        cli("audit", "run", "d", "--gold", "g", "--id", audit, code=3, env=NOW)
    amend = ("gold", "amend", "g", "--item", "80056720", "--answer", "1", *WHY, "--json")
    assert {one["audit"] for one in cli(*amend, env=NOW).json["audits"]} == {"first", "second"}
    cli("claim", "draft", "second", "--id", "late", env=NOW)
    cli("claim", "issue", "late", env=NOW)
    late = load_dispute(open_workspace(cli.folder), "late")
    assert late.audit.revision is not None
    assert "80056720" not in {line.item for line in late.dispute.claim.lines}
    cli("evidence", "export", "second", "--out", "late.zip", env=NOW)
    found = cli("evidence", "verify", "late.zip", "--json", env=NOW).json
    assert any("judged again" in one for one in found["checks"])
    assert any("amendments of gold" in one for one in found["checks"])

    both = cli(
        "gold", "amend", "g", "--claim", "late", "--line", "1", "--delivered", *WHY, "--json", env=NOW
    ).json
    assert {one["claim"] for one in both["claims"]} == {"late"}
    cli("evidence", "export", "second", "--out", "later.zip", env=NOW)
    cli("evidence", "verify", "later.zip", env=NOW)
    cli("status", "--verify", env=NOW)


def test_what_is_cut_short_is_finished_by_the_same_command(
    weather: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("--claim", "claim-mturk", "--line", "1", "--delivered", *WHY)
    from vendoreval.workflow.claims import amended_gold

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(amended_gold, "make_move", killed)
        weather("gold", "amend", "gold-mturk", *line, code=130, env=NOW)
    weather("status", "--verify", env=NOW)
    done = weather("gold", "amend", "gold-mturk", *line, "--json", env=NOW).json
    assert [one["lines"] for one in done["claims"]] == [[1]]
    with open_workspace(weather.folder).read() as reader:
        assert len(reader.all(AuditRevisionRow)) == 1


def test_what_may_not_be_amended_is_refused_with_its_reason(weather: Cli) -> None:
    def refused(*words: str) -> str:
        return weather("gold", "amend", "gold-mturk", *words, code=2, env=NOW).err

    item = ("--item", load_gold(open_workspace(weather.folder), "gold-mturk").item_ids[0])
    assert "Why was the answer wrong?" in refused(*item, "--answer", "1")
    assert "no gold item" in refused("--item", "nowhere", "--answer", "1", *WHY).lower()
    assert "knows no class" in refused(*item, "--answer", "fog", *WHY)
    assert "in one way" in refused(*item, *WHY)
    assert "Delivered where?" in refused(*item, "--delivered", *WHY)
    assert "no line 99" in refused("--claim", "claim-mturk", "--line", "99", "--delivered", *WHY)


def test_boxes_that_were_delivered_are_right_and_their_lines_fall(boxes: Cli) -> None:
    space = open_workspace(boxes.folder)
    before = load_dispute(space, "claim-1")
    gold = before.audit.row.gold_id
    words = ("--claim", "claim-1", "--line", "1", "--delivered", *WHY)
    done = boxes("gold", "amend", gold, *words, "--json", env=NOW).json
    (claim,) = done["claims"]
    mine = {line.number for line in before.dispute.claim.lines if line.item == done["item_id"]}
    fallen = set(claim["lines"])
    assert {1} <= fallen <= mine  # lines of other people on the same picture may stay
    left = {line.number for line in load_dispute(space, "claim-1").newest.lines}
    assert left == {line.number for line in before.dispute.claim.lines} - fallen
    boxes("evidence", "export", before.dispute.claim.audit, "--out", "b.zip", env=NOW)
    boxes("evidence", "verify", "b.zip", env=NOW)
    boxes("status", "--verify", env=NOW)


def test_an_audit_judged_again_tells_both_verdicts_and_shows_either(weather: Cli) -> None:
    assert "udged again" not in weather("audit", "show", "audit-mturk", env=NOW).out
    first = weather("audit", "show", "audit-mturk", "--json", env=NOW).json
    for line, day in (("1", "2026-03-04"), ("2", "2026-03-05")):
        words = ("--claim", "claim-mturk", "--line", line, "--delivered", *WHY)
        weather("gold", "amend", "gold-mturk", *words, env={**NOW, "VENDOREVAL_NOW": f"{day}T09:00:00+00:00"})
    said = weather("audit", "show", "audit-mturk", env=NOW).out
    for day in ("2026-03-04", "2026-03-05"):
        assert f"Judged again on {day} after gold was amended: breached still." in said
    old = weather("audit", "show", "audit-mturk", "--revision", "0", env=NOW)
    assert "This is judgement 0 of 2; the last one counts." in old.out
    for number, right in ((0, 254), (1, 255), (2, 256)):
        shown = weather("audit", "show", "audit-mturk", "--revision", str(number), "--json", env=NOW).json
        assert shown["counts"]["correct"] == right
        assert [one["revision"] for one in shown.pop("judged_again")] == [1, 2]
        assert number or shown == first
    weather("audit", "show", "audit-mturk", "--revision", "3", code=2, env=NOW)
    assert "Audit audit-mturk was judged again on 2026-03-05" in " ".join(
        weather("audit", "list", env=NOW).out.split()
    )
    listed = weather("audit", "list", "--json", env=NOW).json
    assert {one["audit"]: len(one["judged_again"]) for one in listed}["audit-mturk"] == 2
