"""A paid pilot with two real vendors: sent, answered, judged, and what becomes of the claims."""

from __future__ import annotations

import pytest

from tests.conftest import Cli, Ran
from tests.flows.pilot_story import (
    DATA,
    LABELS,
    RIGHT,
    answer,
    at,
    majority,
    prepare,
    questionnaire,
    send,
    sent_items,
)
from tests.flows.state import state


def test_two_vendors_are_piloted_on_the_same_items_and_compared(cli: Cli) -> None:
    prepare(cli, "crowdflower", "mturk")
    for vendor, claimed in (("crowdflower", "90 %"), ("mturk", "99 %")):
        questionnaire(cli, vendor, claimed)
        sent = send(cli, vendor, "--items", "300")
        assert sum(part["tasks"] for part in sent["parts"]) == sent["tasks"]
        made = cli(
            "pilot", "answers", f"pilot-{vendor}", *answer(cli, vendor), "--json", env=at("2026-03-06")
        ).json
        main = made["blocks"][0]
        right, n = majority(vendor, sent_items(cli, vendor, "main"))
        assert (main["n"] - main["misses"], main["n"]) == (right, n)
        assert (made["business_days"], made["late"], made["gold_committed"]) == (4, False, "before")
    assert sent_items(cli, "crowdflower", "main") == sent_items(cli, "mturk", "main")
    levels = {one["question"]: one["measured"] for one in made["levels"]}
    assert levels == {"C1": 1, "E1": 1, "P5": 3}  # mturk guaranteed 99 % and guessed what cannot be told
    scored = cli("questionnaire", "score", "mturk", "--json", env=at("2026-03-06")).json
    shown = {q["question"]: q for q in scored["questions"]}
    assert {question: shown[question]["pilot"]["held"] for question in levels} == dict.fromkeys(levels, False)
    assert {question: shown[question]["evidenced_level"] for question in levels} == {"C1": 1, "E1": 1, "P5": 2}
    assert {one["question"] for one in scored["knock_outs"]} >= {"C1", "E1"}
    compared = cli("vendor", "compare", "mturk", "crowdflower", "--json", env=at("2026-03-06")).json
    assert compared["order"][0] == "crowdflower"
    assert [row["source"] for row in compared["vendors"]] == ["pilot", "pilot"]
    (pair,) = compared["pairs"]
    gap = [majority(v, sent_items(cli, v, "main"))[0] / n for v in ("crowdflower", "mturk")]
    assert pair["paired"]["items"] == n
    assert pair["paired"]["difference"] == pytest.approx(gap[0] - gap[1])
    promised = cli("questionnaire", "promises", "mturk", "--json", env=at("2026-03-06")).json["promises"]
    accuracy = next(one for one in promised if one["name"] == "accuracy")
    assert (accuracy["measured"]["source"], accuracy["standing"]) == ("pilot pilot-mturk", "missed")
    missing = cli("cost", "--audit", "pilot-mturk", code=2).err
    assert "labels.units" in missing
    (cli.folder / "costs.toml").write_text(
        'schema = "vendoreval/cost-inputs/1"\n[labels]\nunits = 1000\n', "utf-8"
    )
    spent = cli("cost", "costs.toml", "--audit", "pilot-mturk", "--json").json
    measured = compared["vendors"][1]
    inputs = {one["name"]: one["value"] for one in spent["cost"]["inputs"]}
    assert inputs["labels.accuracy"] == pytest.approx(measured["accuracy"])
    for ending in ("pdf", "html", "json"):
        cli("report", "pilot", "pilot-mturk", "--out", f"pilot.{ending}", env=at("2026-03-06"))
    report = Ran(0, (cli.folder / "pilot.json").read_text("utf-8"), "").json
    assert "surely missed: ambiguous" in report["headline"]
    cli("report", "scorecard", "mturk", "--out", "card.json", env=at("2026-03-06"))
    card = Ran(0, (cli.folder / "card.json").read_text("utf-8"), "").json
    assert card["pilot"]["blocks"] == report["blocks"]
    assert "only tried in pilot pilot-mturk" in card["headline"]
    cli("report", "comparison", "mturk", "crowdflower", "--out", "both.html", env=at("2026-03-06"))
    assert "What the pilots found" in (cli.folder / "both.html").read_text("utf-8")


def test_a_pilot_is_due_until_it_is_judged_and_its_team_is_known_later(cli: Cli) -> None:
    prepare(cli, "crowdflower")
    send(cli, "crowdflower", "--due", "2026-03-12")
    due = cli("due", "--json", env=at("2026-03-10")).json["due"]
    assert [(one["kind"], one["due"], one["remind"]) for one in due] == [("pilot", "2026-03-12", True)]
    assert "Remind now: pilot-crowdflower." in cli("due", env=at("2026-03-10")).out
    shown = cli("pilot", "show", "pilot-crowdflower").out
    assert "due on 2026-03-12" in " ".join(shown.split())
    cli("pilot", "answers", "pilot-crowdflower", *answer(cli, "crowdflower"), "--received", "2026-03-13",
        env=at("2026-03-13"))  # fmt: skip
    record = cli("pilot", "show", "pilot-crowdflower", "--json").json
    assert (record["late"], record["business_days"]) == (True, 9)
    assert cli("due", "--json", env=at("2026-03-13")).json["due"] == []  # a pilot is no delivery to accept
    cli("delivery", "add", DATA / "delivered.csv", "--id", "b", "--contract", "w-crowdflower", "--where",
        "vendor=crowdflower", env=at("2026-03-20"))  # fmt: skip
    cli("questionnaire", "answer", "crowdflower", "M4", "--level", "4", "--commitment", "yes")
    promised = cli("questionnaire", "promises", "crowdflower", "--json", env=at("2026-03-20")).json["promises"]
    team = next(one for one in promised if one["name"] == "pilot")["measured"]
    mine = LABELS[LABELS.vendor == "crowdflower"]
    share = 100 * mine.annotator_id.isin(record["people"]).mean()
    assert (team["n"], team["value"]) == (len(mine), pytest.approx(share))


def test_questions_in_the_register_count_as_asked(cli: Cli) -> None:
    prepare(cli, "mturk")
    send(cli, "mturk")
    files = answer(cli, "mturk")
    asked = sorted(sent_items(cli, "mturk", "ambiguous"))
    rows = "".join(f"{item},2026-03-03T10:00Z\n" for item in asked)
    (cli.folder / "register.csv").write_text(f"item_id,asked_at\n{rows}nowhere,2026-03-03\n", "utf-8")
    made = cli("pilot", "answers", "pilot-mturk", *files, "--register", "register.csv", "--json",
               env=at("2026-03-06")).json  # fmt: skip
    ambiguous = next(block for block in made["blocks"] if block["name"] == "ambiguous")
    assert (ambiguous["n"], ambiguous["misses"], ambiguous["verdict"]) == (len(asked), 0, "kept")
    assert made["register_refused"][0]["reason"] == "The delivery has no item 'nowhere'."
    assert made["levels"] == []  # nothing was claimed


def test_bad_input_changes_nothing(cli: Cli) -> None:
    prepare(cli, "crowdflower", "mturk")
    send(cli, "crowdflower")
    files = answer(cli, "crowdflower", leave=30)
    (cli.folder / "bad.csv").write_text("item_id,asked_at\nnowhere,2026-03-03\n", "utf-8")
    (cli.folder / "answers.csv").write_text(
        "item_id,text,hint\n" + "".join(f"{item},t,{label}\n" for item, label in RIGHT.items()), "utf-8"
    )
    answers_ = ("pilot", "answers", "pilot-crowdflower")
    send_ = ("pilot", "send", "w-mturk", "--out", "x", "--gold")
    before = state(cli.folder)
    for words, says in (
        ((*answers_, *files), "have no answer yet; nothing was taken in"),
        ((*answers_, *files, "--unfinished", "--register", "bad.csv"), "The delivery has no item 'nowhere'"),
        (answers_, "No file of answers was named"),
        (("pilot", "answers", "pilot-x", *files), "no pilot 'pilot-x'"),
        ((*send_, "g-crowdflower"), "belongs to the contract 'w-crowdflower'"),
        ((*send_, "g-mturk", "--payload", "answers.csv"), "The column 'hint' tells the answers of gold"),
        ((*send_, "g-mturk", "--id", "pilot-crowdflower"), "There is a pilot 'pilot-crowdflower' already"),
        ((*send_, "g-mturk", "--due", "2026-01-01"), "would have been due on 2026-01-01"),
        (("report", "pilot", "pilot-crowdflower", "--out", "p.html"), "is not judged yet"),
        (("vendor", "compare", "mturk", "crowdflower", "--audit", "pilot-crowdflower"), "is not judged yet"),
        (("vendor", "compare", "mturk", "crowdflower", "--audit", "x"), "no audit or pilot 'x'"),
    ):
        assert says in " ".join(cli(*words, code=2, env=at("2026-03-06")).err.split())
        assert state(cli.folder) == before
    cli(*answers_, *files, "--unfinished", env=at("2026-03-06"))
    assert "is judged already" in cli(*answers_, *files, code=2, env=at("2026-03-07")).err
