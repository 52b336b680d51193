"""The rule active from contract to verified claim: real deliveries, scores that the delivery shows itself."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.contracts import clause, rule
from tests.flows.active_story import (
    DRAWN,
    FROZEN,
    WEATHER,
    ZENCROWD,
    Story,
    at,
    delivered,
    made_delivery,
    rows_of,
    three_labels,
)
from tests.flows.forging import Forgery
from tests.schemas import learn, validate

OWN = ("--receipt", "scores-receipt.json", "--receipt", "seed-receipt.json", "--contract", "contract.toml")
TERMS = rule("active", alpha=0.05, beta=0.05, tolerated="0.90")


@pytest.fixture(scope="module")
def breached(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One vendor's tweets, 87 % right where 93 % are promised: two work lists, a claim, a bundle."""
    ours = clause(threshold="0.93", decision=TERMS, remedy=["credit"])
    story = delivered(Cli(tmp_path_factory.mktemp("active")), WEATHER, "crowdflower", ours)
    story.claimed()
    return story


def test_from_contract_to_a_claim_that_the_vendor_repeats(breached: Story) -> None:
    cli = breached.cli
    finding = cli("audit", "show", "a", "--json").json["findings"][0]
    walk = finding["walk"]
    assert (finding["verdict"], walk["rule"], len(breached.lists)) == ("breached", "active", 2)
    drawn = walk["drawn"]
    assert sum(one["items"] for one in drawn["strata"]) == finding["population"] == 300
    assert sum(one["drawn"] for one in drawn["strata"]) == walk["walked"] == len(drawn["steps"])
    assert sum(one["wrong"] for one in drawn["strata"]) == finding["errors"] == len(walk["errors_at"])
    assert drawn["steps"][-1][2] >= 20 > drawn["steps"][-2][2]  # the money against "kept" at the verdict
    weighed = sum(one["items"] * one["wrong"] / one["drawn"] for one in drawn["strata"]) / 300
    assert 1 - finding["estimate"] == pytest.approx(weighed, abs=1e-6)
    assert finding["errors"] / finding["n"] > weighed + 0.03  # drawn on purpose where errors are likely
    (claim,) = (cli("claim", "show", "c", "--json").json,)
    (sums,) = claim["extrapolations"]
    assert sums["by_scores"]
    assert sums["at_least"] <= 39  # of the 300 are wrong
    assert len(claim["lines"]) == finding["errors"]
    found = cli("evidence", "verify", "b.zip", *OWN, "--delivered", "delivered.csv", "--json").json
    for said in (
        "the strata were frozen before the seed came into being",
        "seed, strata and answers draw the same 100 items again, in the same order",
        "the strata follow from your files (delivery)",
    ):
        assert said in found["checks"]
    assert "scores" not in [one["kind"] for one in found["not_shown"]]


def test_experts_see_nothing_of_the_strata(breached: Story) -> None:
    sealed = json.loads(_in_bundle(breached, "scores.json"))
    for record in (sealed, json.loads(_in_bundle(breached, "frame.json"))):
        if os.environ.get("UPDATE_GOLDEN"):
            learn(record)
        validate(record)
    with_strata = dict(csv.reader(_in_bundle(breached, "strata.csv").decode().splitlines()[1:]))
    order = json.loads(_in_bundle(breached, "frame.json"))["active"]["order"]
    for number, path in enumerate(breached.lists):
        tasks = rows_of(path)
        assert set(tasks[0]) == {"task_id", "item_id", "answer", "comment"}
        assert sealed["source"] not in path.read_text("utf-8")
        drawn = [item for item, _ in order[50 * number : 50 * (number + 1)]]
        listed = [task["item_id"] for task in tasks]
        assert sorted(listed) == sorted(drawn)
        assert listed != drawn
        strata = [int(with_strata[item]) for item in listed]
        assert strata != sorted(strata)


def _in_bundle(story: Story, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(story.cli.folder / "b.zip") as archive:
        return archive.read(name)


def test_the_report_says_how_items_were_drawn(breached: Story) -> None:
    cli = breached.cli
    cli("report", "audit", "a", "--out", "audit.html", env=at(DRAWN))
    text = (cli.folder / "audit.html").read_text("utf-8")
    receipt = json.loads((cli.folder / "scores-receipt.json").read_text("utf-8"))
    for said in (receipt["strata"], "no uniform sample", "A uniform draw with the same risks takes"):
        assert said in text, said


def test_a_next_list_waits_for_all_answers_and_then_closes_the_last(cli: Cli) -> None:
    risks = rule("active", alpha=0.01, beta=0.01, tolerated="0.86")
    story = delivered(cli, WEATHER, "crowdflower", clause(threshold="0.92", decision=risks))
    story.scored()
    story.drawn("--seed", "x", "--announced", str(story.announced()), "--repeats", "5")
    first = rows_of(story.lists[0])
    assert len(first) == 55
    assert story.drawn()["list"] == 1  # not answered yet: the same list once more
    assert rows_of(story.lists.pop()) == first
    wrong = story.filled(mistaken=[first[0]["item_id"]])
    words = ("audit", "answers", "a", wrong, "--auditor", "eve", "--next", "list-2.csv", "--json")
    said = cli(*words, env=at(DRAWN)).json
    assert (said["list_answered"], said["may_stop"], said["next"]["list"]) == (True, False, 2)
    refused = cli("audit", "tasks", "a", "--seed", "y", "--out", "z.csv", code=2, env=at(DRAWN)).err
    assert "is drawn already" in refused
    refused = cli("audit", "answers", "a", story.filled(), "--auditor", "eve", code=2, env=at(DRAWN)).err
    assert "later items were drawn because of it" in refused
    wrong = story.filled(mistaken=[first[0]["item_id"]])
    cli("audit", "answers", "a", wrong, "--auditor", "eve", env=at(DRAWN))  # the same again changes nothing
    ended = cli("audit", "answers", "a", "--finish", "--json", code=4, env=at(DRAWN)).json
    assert ended["findings"][0]["n"] == 50
    assert cli("status", "--verify").code == 0


def test_without_scores_the_rule_draws_uniformly(cli: Cli) -> None:
    """One answer an item: nobody can differ; with no scores the strata are one, and the draw is by tickets."""
    import hashlib

    story = made_delivery(cli, right=0.7)
    refused = cli("audit", "scores", "batch", "--id", "a", code=2, env=at(FROZEN)).err
    assert "one answer an item" in refused
    assert "--scores none" in refused
    made = story.scored("--scores", "none")
    assert [one["items"] for one in made["strata"]] == [400]
    story.audited()
    order = sorted(story.truth, key=lambda item: hashlib.sha256(f"4711\0{item}".encode()).hexdigest())
    shown = cli("audit", "show", "a", "--json").json
    assert set(order[:50]) == {task["item_id"] for task in rows_of(story.lists[0])}
    assert not any("no uniform sample" in note for note in shown["notes"])


def test_a_seed_known_before_the_freeze_judges_nothing(cli: Cli) -> None:
    story = made_delivery(cli, right=0.7, scores="file")
    named = ("--contract", "deal", "--source", "a beacon", "--on", FROZEN, "--out", "early.json")
    number = cli("audit", "announce", *named, "--json", env=at("2026-03-02", 10)).json["number"]
    story.scored("--scores", "scores.csv")
    said = cli(
        "audit", "tasks", "a", "--seed", "9", "--announced", str(number), "--out", "list-1.csv", env=at(DRAWN)
    )
    assert "will not be judged" in said.err
    story.lists.append(cli.folder / "list-1.csv")
    story.answered()
    story.answered("--finish", code=4)
    finding = cli("audit", "show", "a", "--json").json["findings"][0]
    assert finding["verdict"] == "not_run"
    assert "not announced for these strata" in finding["reason"]
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    found = cli("evidence", "verify", "b.zip", "--json").json["not_shown"]
    assert "frozen" in [one["kind"] for one in found]


def test_a_draw_given_up_in_silence_halves_the_risk_of_the_next(cli: Cli) -> None:
    """Frozen, announced, known, dropped: whoever freezes anew had a look, and verify sees that it counts."""
    story = made_delivery(cli, right=0.7, scores="file")
    story.audit = "dropped"
    words = ("--scores", "scores.csv", "--out", "first.json")
    cli("audit", "scores", "batch", "--id", "dropped", *words, env=at("2026-03-01", 12))
    story.announced(on="2026-03-02", day="2026-03-01")
    story.audit = "a"
    story.scored("--scores", "scores.csv", "--cuts", "0.5")
    assert story.audited()["verdict"] == "breached"
    shown = cli("audit", "show", "a", "--json").json
    assert shown["findings"][0]["confidence"] == 0.975
    assert any("1/2 of the agreed risks" in note for note in shown["notes"])
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    found = cli("evidence", "verify", "b.zip", "--json").json
    assert any("came to nothing: dropped" in one["what"] for one in found["not_shown"])
    made = Forgery(cli.folder / "b.zip")
    made.change("frame.json", looks_before={}, earlier_audits=[])
    made.recompute()
    made.relog()
    said = cli("evidence", "verify", made.write(cli.folder / "forged.zip"), code=5).err
    assert "does not count as a look" in " ".join(said.split())


def test_items_without_an_answer_lie_in_a_stratum_too(cli: Cli) -> None:
    """One item in ten was sent and not answered: the vendor's files and list give the same strata."""
    story = three_labels(cli, lost=10, answers="consensus", unit="item")
    assert [one["scores"] for one in story.scored()["strata"]][-1] == "no score"
    story.audited()
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    words = ("evidence", "verify", "b.zip", *OWN, "--delivered", "delivered.csv")
    assert "give --tasks, with all items" in " ".join(cli(*words).out.split())
    found = cli(*words, "--tasks", "sent.csv", "--json").json
    assert "the strata hold all 400 items of yours that could be drawn" in found["checks"]
    assert "the strata follow from your files (delivery)" in found["checks"]


def test_a_plan_by_scores_has_no_table_of_limits(breached: Story) -> None:
    words = ("audit", "plan", "--contract", "contract.toml", "--items", "300", "--boundaries", "annex.csv")
    assert "no table of limits" in breached.cli(*words, code=2).err
    assert not (breached.cli.folder / "annex.csv").exists()


def test_nonces_that_name_the_receipt_show_the_order(cli: Cli) -> None:
    story = made_delivery(cli, right=0.7, scores="file")
    story.scored("--scores", "scores.csv", "--judge", "judge-7b, prompt 1a2b")
    made = [cli("audit", "nonce", "--after", "scores-receipt.json", "--json").json for _ in range(2)]
    words = [word for one in made for word in ("--nonce", one["nonce"], "--commitment", one["commitment"])]
    story.drawn(*words)
    assert story.answered(code=3)["verdict"] == "breached"
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    found = cli("evidence", "verify", "b.zip", "--json").json
    assert "the strata were frozen before the seed came into being" in found["checks"]
    assert any("judge-7b, prompt 1a2b" in one["what"] for one in found["not_shown"])


def test_an_honest_vendor_at_the_limit_is_not_accused_by_other_clauses(cli: Cli) -> None:
    """Good scores, errors drawn on purpose: whatever takes the items for a fair sample is not run."""
    others = [
        clause("each", metric="recall", scope="class", threshold="0.95"),
        clause("people", scope="annotator", threshold="0.95"),
        clause(
            "wrong", metric="error_rate", threshold="0.05", decision=rule("acceptance", alpha=0.05, beta=0.05)
        ),
        clause("point", threshold="0.95", decision=rule("point")),
        clause("walk", threshold="0.95", decision=rule("sequential", tolerated="0.90")),
    ]
    story = made_delivery(cli, right=0.95, scores="file", others=others)
    story.scored("--scores", "scores.csv")
    story.audited(code=4)
    shown = cli("audit", "show", "a", "--json").json
    verdicts = {one["clause"]: one["verdict"] for one in shown["findings"]}
    assert verdicts["accuracy"] in ("kept", "inconclusive")
    assert set(verdicts.values()) <= {"kept", "inconclusive", "not_run"}
    assert [verdicts[name] for name in ("each", "people", "wrong", "point")] == ["not_run"] * 4
    raw = shown["counts"]["correct"] / shown["counts"]["opportunities"]
    assert raw < 0.92 < shown["findings"][0]["estimate"]
    assert not any(one["flag"] or one["evidence"]["tested"] for one in shown["patterns"])
    assert "weighs each item" in cli("audit", "show", "a", "--vendor-says", "0.95", code=2).err


def test_answers_on_items_that_scores_chose_are_no_gold_for_anything_else(cli: Cli) -> None:
    """An honest vendor at the limit, its doubtful items audited: the same answers once more accuse nobody."""
    others = [
        clause(
            "wrong", metric="error_rate", threshold="0.05", decision=rule("acceptance", alpha=0.05, beta=0.05)
        )
    ]
    story = made_delivery(cli, right=0.95, scores="file", others=others)
    story.scored("--scores", "scores.csv")
    story.audited(code=4)
    for words in (("audit", "run", "batch"), ("annotators", "show", "batch")):
        said = cli(*words, "--gold", "a-answers", code=2, env=at(DRAWN)).err
        assert "drawn where scores expect errors" in " ".join(said.split())
    listed = {task["task_id"]: task["item_id"] for path in story.lists for task in rows_of(path)}
    copied = "".join(f"{item},{story.truth[item]}\n" for item in listed.values())
    (cli.folder / "copy.csv").write_text("item_id,label\n" + copied, "utf-8")
    cli("gold", "add", "copy.csv", "--id", "copy", "--contract", "deal", env=at(DRAWN))
    said = cli("audit", "run", "batch", "--gold", "copy", "--json", code=4, env=at(DRAWN)).json
    assert {one["verdict"] for one in said["findings"]} == {"not_run"}


@pytest.mark.slow
@pytest.mark.parametrize(("vendor", "threshold", "tolerated", "ends"), [
    ("mturk_us", "0.91", "0.86", "breached"), ("mturk_us", "0.80", "0.76", "kept"),
    ("mturk_india", "0.88", "0.80", "breached"),
])  # fmt: skip
def test_real_deliveries_are_judged_as_gold_says(
    cli: Cli, vendor: str, threshold: str, tolerated: str, ends: str
) -> None:
    """ZenCrowd's consensus, judged against all gold, is above or below what is promised."""
    terms = rule("active", alpha=0.05, beta=0.05, tolerated=tolerated)
    story = delivered(
        cli, ZENCROWD, vendor, clause(threshold=threshold, decision=terms, remedy=["credit"]), repeats="last"
    )
    story.scored()
    said = story.audited(code=0 if ends == "kept" else 3)
    assert said["verdict"] == ends
    finding = said["findings"][0]
    assert finding["low"] <= finding["estimate"] <= finding["high"]
    assert finding["walk"]["walked"] < 700
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    assert cli("evidence", "verify", "b.zip", *OWN, "--delivered", "delivered.csv").code == 0


def test_scores_in_a_file_are_read_strictly(cli: Cli) -> None:
    made_delivery(cli, right=0.9, scores="file")
    path: Path = cli.folder / "odd.csv"
    for text, said in (
        ("item_id,score\ni-001,high\n", "is no score"),
        ("item_id,score\ni-001,inf\n", "is no score"),
        ("item_id,score\ni-001,0.5\ni-001,0.6\n", "two scores"),
        ("item_id,score\nnobody,0.5\n", "no score for any item"),
        ("item_id,doubt\ni-001,0.5\n", "score"),
    ):
        path.write_text(text, "utf-8")
        assert said in cli("audit", "scores", "batch", "--scores", "odd.csv", code=2, env=at(FROZEN)).err
    said = cli("audit", "scores", "batch", "--scores", "delivery", code=2, env=at(FROZEN)).err
    assert "By the contract the scores are a file" in said


@pytest.mark.slow
def test_rulings_and_amended_gold_are_judged_along_the_same_draw(cli: Cli) -> None:
    """A line struck out, another right by amended gold: the lists stay as they were drawn."""
    terms = clause(threshold="0.95", decision=TERMS, remedy=["credit"])
    story = delivered(cli, WEATHER, "crowdflower", terms)
    story.scored()
    story.audited("q")
    assert len(story.lists) == 2
    cli("claim", "draft", "a", "--id", "c", env=at(DRAWN))
    cli("claim", "issue", "c", env=at(DRAWN))
    lines = cli("claim", "show", "c", "--json").json["lines"]
    why = ("--reason", "The tweet says so.")
    cli("claim", "rule", "c", "--line", "1", "--withdrawn", *why, env=at("2026-03-07"))
    cli("gold", "amend", "a-answers", "--claim", "c", "--line", "2", "--delivered", *why, env=at("2026-03-09"))
    left = cli("claim", "show", "c", "--json").json
    assert (left["version"], len(left["lines"])) == (3, len(lines) - 2)
    assert left["extrapolations"][0]["at_least"] <= 39
    cli("evidence", "export", "a", "--out", "b.zip", env=at("2026-03-10"))
    found = cli("evidence", "verify", "b.zip", *OWN, "--delivered", "delivered.csv", "--json").json["checks"]
    assert "seed, strata and answers draw the same 100 items again, in the same order" in found
    assert any("versions 2 to 3" in check for check in found)


@pytest.mark.slow
def test_three_labels_an_item_count_by_their_share(cli: Cli) -> None:
    """Each label counts: an item's answers are wrong by thirds, and the claim speaks of labels."""
    story = three_labels(cli)
    story.scored()
    said = story.audited()
    finding = said["findings"][0]
    assert finding["n"] == 3 * finding["clusters"]
    assert {step[1] for step in finding["walk"]["drawn"]["steps"]} & {round(1 / 3, 9), round(2 / 3, 9)}
    claim = cli("claim", "draft", "a", "--id", "c", "--json", env=at(DRAWN)).json
    (sums,) = claim["extrapolations"]
    assert sums["population"] == 1200
    assert sums["found"] <= sums["at_least"] <= sums["estimate"]
    cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))
    assert cli("evidence", "verify", "b.zip", *OWN, "--delivered", "delivered.csv").code == 0
