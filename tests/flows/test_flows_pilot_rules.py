"""What a pilot must not be fooled by: late answers, new terms, met items, other deliveries, odd registers."""

from __future__ import annotations

from tests.conftest import Cli
from tests.flows.pilot_story import DATA, answer, at, flag_blank, prepare, questionnaire, send, table


def test_answers_after_the_pilot_are_held_against_it_as_those_before(cli: Cli) -> None:
    prepare(cli, "mturk")
    send(cli, "mturk")
    judged = cli("pilot", "answers", "pilot-mturk", *answer(cli, "mturk"), "--json", env=at("2026-03-06")).json
    assert judged["levels"] == []
    questionnaire(cli, "mturk", "99 %")
    scored = cli("questionnaire", "score", "mturk", "--json", env=at("2026-03-09")).json
    shown = {q["question"]: q["evidenced_level"] for q in scored["questions"]}
    assert (shown["C1"], shown["E1"]) == (1, 1)
    knocked = {one["question"]: one["because"] for one in scored["knock_outs"]}
    assert knocked["E1"] == "level 4 is claimed, pilot pilot-mturk showed less"
    # A year later nothing else has been shown.
    again = cli("questionnaire", "score", "mturk", "--json", env=at("2028-03-09")).json
    assert {"C1", "E1"} <= {one["question"] for one in again["knock_outs"]}
    # Saying less, or taking it back, does not pass the knock-out either.
    for words in (("--commitment", "no"), ("--level", "1"), ("--state", "declined")):
        cli("questionnaire", "answer", "mturk", "C1", *words, env=at("2026-03-10"))
        scored = cli("questionnaire", "score", "mturk", "--json", env=at("2026-03-10")).json
        assert "C1" in {one["question"] for one in scored["knock_outs"]}


def test_a_pilot_is_judged_by_the_contract_that_it_was_sent_under(cli: Cli) -> None:
    prepare(cli, "mturk")
    send(cli, "mturk")
    terms = (cli.folder / "mturk.toml").read_text("utf-8").replace('unsure = ["4"]', "")
    (cli.folder / "later.toml").write_text(terms, "utf-8")
    cli("contract", "amend", "later.toml", env=at("2026-03-04"))
    files = answer(cli, "mturk")
    flag_blank(cli.folder / files[0])
    made = cli("pilot", "answers", "pilot-mturk", *files, "--json", env=at("2026-03-06")).json
    assert made["intake"]["refusals"] == []  # version 1 has a class for "flagged, without a label"
    assert cli("pilot", "show", "pilot-mturk", "--json").json["contract_version"] == 1


def test_items_are_met_once_and_the_lists_are_kept(cli: Cli) -> None:
    prepare(cli, "mturk")
    first = send(cli, "mturk", "--items", "120")
    assert first["items"] == 120
    kept = cli("pilot", "show", "pilot-mturk", "--out", "again", env=at("2026-03-03"))
    assert "again/pilot-mturk-part-1.csv" in kept.err
    for file in (cli.folder / "to-mturk").iterdir():
        assert (cli.folder / "again" / file.name).read_bytes() == file.read_bytes()
    before = {row["item_id"] for file in (cli.folder / "to-mturk").iterdir() for row in table(file)}
    further = ("pilot", "send", "w-mturk", "--gold", "g-mturk", "--json", "--out")
    second = cli(*further, "second", "--id", "p-2", "--items", "100", env=at("2026-03-04")).json
    after = {row["item_id"] for file in (cli.folder / "second").iterdir() for row in table(file)}
    assert not before & after
    notes = " ".join(second["notes"])
    assert "This is pilot 2 of mturk" in notes
    assert "120 gold items that mturk met before stay at home" in notes
    third = cli(*further, "x", "--id", "p-3", "--items", "200", env=at("2026-03-04")).json
    assert "items were asked for; the gold has" in " ".join(third["notes"])
    assert "has met every main item" in cli(*further, "x", "--id", "p-4", code=2).err


def test_a_pilot_is_no_delivery_and_no_delivery_is_a_pilot(cli: Cli) -> None:
    prepare(cli, "crowdflower")
    only = ("--contract", "w-crowdflower", "--where", "vendor=crowdflower")
    add = ("delivery", "add", DATA / "delivered.csv", *only)
    cli(*add, "--id", "taken", env=at("2026-03-02"))
    sending = ("pilot", "send", "w-crowdflower", "--gold", "g-crowdflower", "--out", "x", "--id", "taken")
    assert "or a delivery" in cli(*sending, code=2, env=at("2026-03-02")).err
    send(cli, "crowdflower")
    for words in (("--id", "pilot-crowdflower"), ("--id", "d", "--seeding", "pilot-crowdflower")):
        assert "'pilot-crowdflower' is a pilot" in cli(*add, *words, code=2, env=at("2026-03-03")).err
    cli("pilot", "answers", "pilot-crowdflower", *answer(cli, "crowdflower"), env=at("2026-03-06"))
    for words in (
        ("run", "pilot-crowdflower", "--gold", "g-crowdflower"),
        ("tasks", "pilot-crowdflower", "--out", "t.csv"),
    ):
        assert "was judged block by block" in cli("audit", *words, code=2, env=at("2026-03-07")).err


def test_what_was_asked_about_a_repeat_counts_and_the_future_does_not(cli: Cli) -> None:
    prepare(cli, "mturk")
    send(cli, "mturk")
    files = answer(cli, "mturk")
    lists = [table(file) for file in sorted((cli.folder / "to-mturk").iterdir())]
    first = {row["item_id"] for row in lists[0]}
    again = next(row["task_id"] for row in lists[1] if row["item_id"] in first)
    rows = [f"{again},2026-03-03T10:00Z", f"{again},2026-03-03T10:00Z", f"{again},2026-04-03T10:00Z",
            f"{again},2026-01-03T10:00Z"]  # fmt: skip
    (cli.folder / "register.csv").write_text("\n".join(["item_id,asked_at", *rows, ""]), "utf-8")
    made = cli("pilot", "answers", "pilot-mturk", *files, "--register", "register.csv", "--json",
               env=at("2026-03-06")).json  # fmt: skip
    reasons = [one["reason"] for one in made["register_refused"]]
    assert reasons == ["It lies in the future.", "It lies before the work began."]
    assert "1 rows say what an earlier one said" in made["register_notes"][0]


def test_no_block_is_breached_while_labels_are_no_classes(cli: Cli) -> None:
    prepare(cli, "mturk")
    send(cli, "mturk")
    files = answer(cli, "mturk")
    for name in files:
        path = cli.folder / name
        path.write_text(path.read_text("utf-8").replace(",0,2026", ",zero,2026"), "utf-8")
    words = ("pilot", "answers", "pilot-mturk", *files)
    refused = cli(*words, env=at("2026-03-06"), code=2)
    assert "must be settled first: a block would be breached" in refused.err
    assert "vendoreval pilot answers pilot-mturk" in refused.err
    assert cli("pilot", "show", "pilot-mturk", "--json").json.get("judged_at") is None
    judged = cli(*words, "--labels", "zero=0", "--json", env=at("2026-03-06")).json
    assert judged["intake"]["unsettled"] == []
    assert [one["buyers_word"] for one in judged["intake"]["label_map"]] == [True]
