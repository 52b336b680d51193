"""Signs of hesitation by the commands: from what was recorded to flags, and to measured error."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import ROOT, Cli

SAMPLES = ROOT / "samples"


def _at(moment: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": moment, "VENDOREVAL_ACTOR": "tester"}


def test_flags_with_quotes_and_no_weight(cli: Cli) -> None:
    monday = _at("2026-03-02T09:00:00+00:00")
    cli("init")
    cli("vendor", "add", "acme")
    cli("questionnaire", "form", "acme", "--out", "form.xlsx", env=monday)
    answer = ("questionnaire", "answer", "acme")
    for question in ("G1", "G2", "G3", "E1"):
        cli(*answer, question, "--level", "3", env=_at("2026-03-02T11:00:00+00:00"))
    late = _at("2026-03-12T11:00:00+00:00")
    cli(*answer, "G4", "--level", "4", "--text", "Typically we do, up to a point.", env=late)
    cli(*answer, "C1", "--level", "4", "--value", "99 %", "--commitment", "no", env=late)
    cli(*answer, "R3", "--level", "3", "--value", "4 %", env=late)
    contact = ("questionnaire", "contact", "acme")
    cli(*contact, "evidence_refused", "G3", "--quote", "that is confidential", env=late)
    cli(*contact, "shortlisted", "--at", "2026-03-12", env=late)
    cli(*contact, "call_not_answered", "A1", "--quote", "next slide, please", env=late)
    cli(*contact, "call_not_answered", "A3", env=late)
    cli(*contact, "call_answered", "A3", env=late)  # asked again, it was answered
    cli(*contact, "vendor_comment", "G3", "--quote", "our client forbids it", env=late)
    cli(*answer, "G1", "--level", "1", "--channel", "call", env=_at("2026-03-13T09:00:00+00:00"))
    assert "concerns a question" in cli(*contact, "clarification", code=2).err
    assert "in the future" in cli(*contact, "shortlisted", "--at", "2026-04-01", code=2, env=late).err
    before = cli("questionnaire", "score", "acme", "--json", env=late).json
    found = cli("questionnaire", "signals", "acme", "--json", env=late).json["signals"]
    assert {(one["kind"], one["question"], one["severity"]) for one in found} == {
        ("contradiction", "C1", "high"),  # 99 + 4 is more than 100
        ("commitment_gap", "C1", "high"),
        ("evidence", "G3", "high"),
        ("revision", "G1", "high"),
        ("delay", "G4", "low"),
        ("hedges", "G4", "low"),
        ("call", "A1", "medium"),
    }
    comments = {one["question"]: one["comment"] for one in found}
    assert {question for question, comment in comments.items() if comment} == {"G3"}
    quotes = {one["kind"]: one["quote"] for one in found}
    assert quotes["evidence"] == "that is confidential"
    assert quotes["revision"] == "level 3 → level 1"
    assert {one["weight"] for one in found} == {0}
    assert cli("questionnaire", "score", "acme", "--json", env=late).json == before
    assert "no time zone" in cli("questionnaire", "signals", "acme", "--zone", "Mars/Base", code=2).err
    assert "do not count" in cli("questionnaire", "signals", "acme", env=late).out


def test_flags_are_related_to_measured_error(cli: Cli) -> None:
    cli("init")
    terms = (SAMPLES / "contracts/weather-sentiment.toml").read_text("utf-8")
    data = SAMPLES / "weather_sentiment"
    for vendor in ("crowdflower", "mturk"):
        cli("vendor", "add", vendor)
        text = terms.replace('id = "weather-sentiment-2026"', f'id = "{vendor}-1"')
        Path(cli.folder / "contract.toml").write_text(
            text.replace('vendor = "crowdflower"', f'vendor = "{vendor}"')
        )
        cli("contract", "add", "contract.toml")
        cli("gold", "add", data / "gold.csv", "--id", f"gold-{vendor}", "--contract", f"{vendor}-1")
        cli("delivery", "add", data / "delivered.csv", "--id", vendor, "--contract", f"{vendor}-1",
            "--where", f"vendor={vendor}")  # fmt: skip
        cli("questionnaire", "answer", vendor, "G1", "--level", "3", "--text", "usually")
    audits = {}
    for vendor in ("crowdflower", "mturk"):
        shown = cli("audit", "run", vendor, "--gold", f"gold-{vendor}", "--json", code=3).json
        audits[vendor] = shown["counts"]["opportunities"] - shown["counts"]["correct"]
    related = cli("questionnaire", "signals", "--json").json
    assert [one["vendor"] for one in related["vendors"]] == ["crowdflower", "mturk"]
    for one in related["vendors"]:
        assert round(one["error"] * one["units"]) == audits[one["vendor"]]
    hedges = next(one for one in related["relations"] if one["kind"] == "hedges")
    assert (hedges["with_flag"], hedges["without"], hedges["difference"]) == (2, 0, None)
    assert hedges["says"] == "Too few vendors: 2 with this flag, 0 without."
    assert "Over 2 vendors" in cli("questionnaire", "signals").out


def test_promises_stand_beside_what_was_measured(cli: Cli) -> None:
    day = _at("2026-03-02T09:00:00+00:00")
    data = SAMPLES / "weather_sentiment"
    contract = ("--contract", "weather-sentiment-2026")
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", SAMPLES / "contracts/weather-sentiment.toml", env=day)
    cli("gold", "add", data / "gold.csv", "--id", "gold-1", *contract, env=day)
    cli(
        "delivery",
        "add",
        data / "delivered.csv",
        "--id",
        "b1",
        *contract,
        "--where",
        "vendor=crowdflower",
        env=day,
    )
    answer = ("questionnaire", "answer", "crowdflower")
    cli(
        *answer, "C1", "--level", "4", "--value", "99 %", "--commitment", "yes", "--seen", "document=x", env=day
    )
    cli(*answer, "A1", "--level", "3", "--value", "0.80", env=day)
    audit = cli("audit", "run", "b1", "--gold", "gold-1", "--json", code=3, env=day).json
    agreed = cli("agreement", "show", "b1", "--json", env=day).json["alpha"]
    words = ("questionnaire", "promises", "crowdflower")
    found = {one["name"]: one for one in cli(*words, "--json", env=day).json["promises"]}
    accuracy, main = found["accuracy"], audit["findings"][0]
    assert accuracy["measured"]["value"] == 100 * main["estimate"]
    assert (accuracy["measured"]["low"], accuracy["measured"]["high"]) == (
        100 * main["low"],
        100 * main["high"],
    )
    assert accuracy["gap"] == round(100 * main["estimate"] - 99, 9)
    assert (accuracy["standing"], accuracy["evidence"]) == ("missed", "document")
    assert found["agreement"]["measured"]["value"] == agreed["estimate"]
    assert found["first_pass_acceptance"]["measured"]["value"] == 100.0
    assert found["capacity"]["measured"]["value"] == 300
    assert "missed" in cli(*words, env=day).out
    assert "no measured level" in cli(*answer, "C1", "--measured", "audit=5", code=2).err
    assert "There is no audit 'none'" in cli(*answer, "C1", "--measured", "none=1", code=2).err
    cli(*answer, "C1", "--measured", f"{audit['audit']}=2", env=day)
    scored = cli("questionnaire", "score", "crowdflower", "--json", env=day).json["questions"]
    told = next(one for one in scored if one["question"] == "C1")
    assert (told["level"], told["evidenced_level"], told["evidence"], told["strength"]) == (
        4,
        2,
        "measured",
        1.0,
    )
