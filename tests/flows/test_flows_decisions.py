"""Deliveries that are accepted, rejected, or left without an answer, as their commands tell it."""

from __future__ import annotations

import pytest

from tests.conftest import Cli
from tests.contracts import WINDOW, contract_toml

CAME, ENDS, LATE = "2026-03-02", "2026-03-16", "2026-03-17"


def at(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T09:00:00+00:00", "VENDOREVAL_ACTOR": "ann"}


@pytest.fixture(params=["accepted", "not_accepted"])
def silence(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def delivered(cli: Cli, silence: str = "not_accepted") -> None:
    terms = contract_toml(task={"classes": ["a", "b"]}, acceptance={**WINDOW, "silence": silence})
    (cli.folder / "c.toml").write_text(terms, "utf-8")
    (cli.folder / "d.csv").write_text("item_id,annotator_id,label\n1,x,a\n2,x,b\n", "utf-8")
    cli("init", env=at(CAME))
    cli("vendor", "add", "acme", env=at(CAME))
    cli("contract", "add", "c.toml", env=at(CAME))
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c", env=at(CAME))


def stands(cli: Cli, day: str) -> str:
    record = cli("delivery", "show", "d", "--json", env=at(day)).json
    (listed,) = cli("delivery", "list", "--json", env=at(day)).json
    assert listed["standing"] == record["standing"]["state"]
    return str(listed["standing"])


def test_silence_counts_as_the_contract_says(cli: Cli, silence: str) -> None:
    delivered(cli, silence)
    assert stands(cli, ENDS) == "open"
    assert stands(cli, LATE) == ("accepted_by_silence" if silence == "accepted" else "unanswered")
    due = cli("due", "--json", env=at(LATE)).json
    assert [one["kind"] for one in due["due"]] == ([] if silence == "accepted" else ["acceptance"])
    cli("delivery", "reject", "d", "--reason", "Wrong.", env=at(LATE))
    assert stands(cli, LATE) == ("accepted_by_silence" if silence == "accepted" else "rejected")
    assert "late" in cli("delivery", "show", "d", env=at(LATE)).out or silence == "not_accepted"


def test_a_decision_ends_the_window(cli: Cli) -> None:
    delivered(cli)
    words = ("--reason", "Clause 4.2 is breached.", "--by", "Ann", "--on", "2026-03-03", "--json")
    record = cli("delivery", "reject", "d", *words, env=at(ENDS)).json
    assert record["standing"]["timely"] is True
    assert record["decision"] == {
        "decision": "rejected", "decided": "2026-03-03", "reason": "Clause 4.2 is breached.", "person": "Ann",
        "recorded": ENDS,
    }  # fmt: skip
    assert cli("due", "--json", env=at(ENDS)).json["due"] == []
    assert "rejected" in cli("delivery", "list", env=at(ENDS)).out
    assert "already" in cli("delivery", "reject", "d", "--reason", "x", code=2, env=at(ENDS)).err
    cli("delivery", "accept", "d", "--reason", "Settled.", env=at("2026-04-01"))
    shown = cli("delivery", "show", "d", env=at("2026-04-01")).out
    assert "accepted on 2026-04-01 by ann, after the window that ended on 2026-03-16: Settled" in " ".join(
        shown.split()
    )
    assert "not taken back" in cli("delivery", "reject", "d", "--reason", "x", code=2, env=at("2026-04-02")).err
    assert cli("status", "--verify", env=at("2026-04-02")).code == 0


def test_days_and_reasons_that_cannot_be(cli: Cli) -> None:
    delivered(cli)
    for words in (("--on", "2026-03-01"), ("--on", "2026-03-20")):
        cli("delivery", "accept", "d", "--reason", "x", *words, code=2, env=at(ENDS))
    cli("delivery", "accept", "d", "--reason", " ", code=2, env=at(ENDS))
    cli("delivery", "accept", "e", "--reason", "x", code=2, env=at(ENDS))
    assert stands(cli, ENDS) == "open"
