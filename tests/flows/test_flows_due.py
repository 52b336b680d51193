"""What is due, as commands list it."""

from __future__ import annotations

from typing import Any

from tests.conftest import ROOT, Cli

DATA = ROOT / "samples" / "weather_sentiment"


def _at(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


def _due(cli: Cli, day: str, days: int = 30) -> list[tuple[str, str, str, str]]:
    found: list[dict[str, Any]] = cli("due", "--days", str(days), "--json", env=_at(day)).json["due"]
    return [(one["due"], one["state"], one["kind"], one["subject"]) for one in found]


def test_forms_evidence_and_waivers_fall_due(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    first = _at("2026-03-02")
    assert "Nothing is due" in cli("due", env=first).out
    cli("questionnaire", "form", "acme", "--out", "form.xlsx", "--due", "2026-03-20", env=first)
    (cli.folder / "iso.pdf").write_bytes(b"certificate")
    cli("questionnaire", "answer", "acme", "S1", "--level", "4", "--evidence", "independent=iso.pdf",
        "--expires", "2026-03-31", env=first)  # fmt: skip
    cli("questionnaire", "waive", "acme", "A1", "--reason", "new", "--expires", "2026-06-01", env=first)
    assert _due(cli, "2026-03-02") == [
        ("2026-03-20", "ahead", "form", "acme"),
        ("2026-03-31", "ahead", "evidence", "acme"),
    ]
    assert _due(cli, "2026-03-20", days=0) == [("2026-03-20", "today", "form", "acme")]
    assert _due(cli, "2026-04-01", days=0)[0] == ("2026-03-20", "overdue", "form", "acme")
    assert _due(cli, "2026-05-15")[-1] == ("2026-06-01", "ahead", "waiver", "acme")
    cli("questionnaire", "import", "acme", "form.xlsx", env=_at("2026-03-10"))
    assert [one[2] for one in _due(cli, "2026-03-20")] == ["form", "evidence"]  # it came back untouched
    said = cli("due", "--json", env=_at("2026-03-20")).json["due"][0]["text"]
    assert said.startswith("Answer what is open in the full questionnaire annotation-core")
    assert said.endswith("G1, G2, G3, G4, G5, A1 and 38 more.")
    cli("questionnaire", "form", "acme", "--out", "short.xlsx", "--mode", "short", env=_at("2026-03-20"))
    for question in ("G1", "A1", "R1", "E1", "C1"):
        cli("questionnaire", "answer", "acme", question, "--level", "3", env=_at("2026-03-20"))
    assert [one[2] for one in _due(cli, "2026-03-20")] == ["form", "evidence"]  # the full one is still open
    cli("questionnaire", "form", "acme", "--out", "again.xlsx", "--due", "2026-04-02", env=_at("2026-03-20"))
    assert [one[2] for one in _due(cli, "2026-03-20")] == ["evidence", "form"]
    text = cli("due", env=_at("2026-04-10")).out
    assert "overdue" in text
    assert "iso.pdf" in " ".join(text.split())


def test_evidence_is_chased_until_it_came_or_was_renewed(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    day, later = _at("2026-03-02"), _at("2026-03-20")
    cli("questionnaire", "form", "acme", "--out", "full.xlsx", "--due", "2026-03-16", env=day)
    cli(
        "questionnaire",
        "form",
        "acme",
        "--out",
        "short.xlsx",
        "--mode",
        "short",
        "--due",
        "2026-03-30",
        env=day,
    )
    for question in ("G1", "A1", "R1", "E1", "C1"):
        cli("questionnaire", "answer", "acme", question, "--level", "3", "--channel", "call", env=day)
    texts = [one["text"] for one in cli("due", "--json", env=day).json["due"]]
    assert texts == ["Send back the full questionnaire annotation-core 1.1.0, sent 2026-03-02."]
    assert "due 2026-03-16" in " ".join(cli("vendor", "show", "acme").out.split())  # a call is no form
    (cli.folder / "iso.pdf").write_bytes(b"old")
    (cli.folder / "iso-2027.pdf").write_bytes(b"new")
    words = ("questionnaire", "answer", "acme", "S1", "--level", "4", "--evidence")
    cli(*words, "independent=iso.pdf", "--expires", "2026-03-10", env=day)
    assert "overdue" in cli("due", env=later).out
    assert ("2026-03-10", "overdue", "evidence", "acme") in _due(cli, "2026-03-20")
    cli(*words, "independent=iso-2027.pdf", "--expires", "2027-03-10", env=later)
    assert [one[2] for one in _due(cli, "2026-03-20")] == ["form"]
    scored = cli("questionnaire", "score", "acme", "--json", env=later).json
    assert "outdated" not in {flag["kind"] for flag in scored["flags"]}
    cli("questionnaire", "contact", "acme", "evidence_requested", "G3", "--at", "2026-03-05", env=later)
    assert ("2026-03-19", "overdue", "evidence", "acme") in _due(cli, "2026-03-20")
    cli("questionnaire", "contact", "acme", "evidence_refused", "G3", env=later)
    assert [one[2] for one in _due(cli, "2026-03-20")] == ["form"]


def test_a_rejected_piece_counts_as_none_until_it_is_accepted(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    day = _at("2026-03-02")
    (cli.folder / "page.pdf").write_bytes(b"brochure")
    cli("questionnaire", "answer", "acme", "G1", "--level", "3", "--evidence", "independent=page.pdf", env=day)

    def kind() -> str:
        scored = cli("questionnaire", "score", "acme", "--json", env=day).json
        found: str = next(one["evidence"] for one in scored["questions"] if one["question"] == "G1")
        return found

    assert kind() == "independent"
    words = ("questionnaire", "evidence", "acme", "--reject")
    assert "needs a reason" in cli(*words, "page.pdf", code=2).err
    assert "no piece of evidence 'x'" in cli(*words, "x", "--reason", "y", code=2).err
    assert "rejected" in cli(*words, "page.pdf", "--reason", "it is a brochure", env=day).out
    assert kind() == "none"
    scored = cli("questionnaire", "score", "acme", "--json", env=day).json
    assert "'page.pdf' was not accepted: it is a brochure" in {flag["what"] for flag in scored["flags"]}
    cli("questionnaire", "evidence", "acme", "--accept", "page.pdf", env=day)
    assert kind() == "independent"


def test_deliveries_and_claims_fall_due(cli: Cli) -> None:
    day = _at("2026-03-02")
    contract = ("--contract", "weather-sentiment-2026")
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml", env=day)
    cli("gold", "add", DATA / "gold.csv", "--id", "gold-1", *contract, env=day)
    words = ("--id", "batch-1", *contract, "--where", "vendor=crowdflower")
    cli("delivery", "add", DATA / "delivered.csv", *words, env=day)
    accept = ("2026-03-16", "ahead", "acceptance", "batch-1")
    assert _due(cli, "2026-03-02") == [accept]
    cli("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", code=3, env=day)
    assert _due(cli, "2026-03-02") == [accept]  # a breach must still be claimed in time
    cli("claim", "draft", "audit-1", "--id", "claim-1", env=day)
    cli("claim", "issue", "claim-1", env=day)
    found = _due(cli, "2026-03-02")
    assert ("2026-03-09", "ahead", "claim", "claim-1") in found  # the vendor's answer
    assert accept in found  # a claim is no rejection
    cli("delivery", "reject", "batch-1", "--reason", "Clause 4.2 is breached.", env=day)
    assert {one[2] for one in _due(cli, "2026-03-02")} == {"claim"}
    assert "vendoreval delivery accept" not in cli("due", env=day).out
