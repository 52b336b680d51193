"""Contracts drafted from answers, exported, imported, by whole commands."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import yaml

from tests.conftest import ROOT, Cli, Ran

SAMPLE = ROOT / "samples" / "contracts" / "weather-sentiment.toml"


def test_from_answers_to_a_contract(cli: Cli, tmp_path: Path) -> None:
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme Labels")
    assert "answered no questionnaire" in cli("contract", "draft", "--from", "acme", code=2).err
    cli("questionnaire", "answer", "acme", "C1", "--level", "4", "--value", "97", "--commitment", "yes")
    words = (
        "contract",
        "draft",
        "--from",
        "acme",
        "--classes",
        "cat, dog",
        "--price",
        "0.08",
        "--out",
        "c.toml",
    )
    made = cli(*words, "--json").json
    assert made["schema"] == "vendoreval/contract-draft/1"
    assert {"accuracy", "class-floor", "completeness"} <= set(made["clauses"])
    checked = cli("contract", "check", "c.toml", "--json").json
    terms = tomllib.loads((tmp_path / "c.toml").read_text("utf-8"))
    assert terms["clause"][0]["decision"]["items"] == checked["power"][0]["needed"]
    assert "there already" in cli(*words, code=2).err
    assert cli("contract", "add", "c.toml", "--json").json["contract"] == made["contract"]


def test_a_draft_that_is_not_settled_is_printed_as_a_draft(cli: Cli, tmp_path: Path) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    cli("questionnaire", "answer", "acme", "C1", "--level", "4", "--value", "97", "--commitment", "yes")
    made = cli("contract", "draft", "--from", "acme", "--classes", "cat, dog", "--unsure", "cannot tell",
               "--out", "c.toml", "--json").json  # fmt: skip
    terms = tomllib.loads((tmp_path / "c.toml").read_text("utf-8"))
    assert terms["task"] == {"type": "classification", "classes": ["cat", "dog", "cannot tell"],
                             "unsure": ["cannot tell"]}  # fmt: skip
    assert not any("unsure" in point for point in made["open"])
    cli("contract", "add", "c.toml")
    cli("contract", "annex", made["contract"], "--out", "annex.json")
    view = Ran(0, (tmp_path / "annex.json").read_text("utf-8"), "").json
    assert view["to_settle"] == made["open"]
    assert view["verdict"]["word"] == "Draft"
    assert view["headline"].startswith("Not to be signed yet: ")
    cli("contract", "export", made["contract"], "--out", "c.yaml")
    cli("contract", "import", "c.yaml", "--out", "back.toml")
    assert yaml.safe_load((tmp_path / "c.yaml").read_text("utf-8"))["status"] == "draft"
    draft = (tmp_path / "c.toml").read_text("utf-8")
    points = [line for line in draft.splitlines() if line.startswith("# to settle: ")]
    assert [
        line for line in (tmp_path / "back.toml").read_text("utf-8").splitlines() if line in points
    ] == points
    assert "changes nothing" in cli("contract", "amend", "c.toml", code=2).err
    settled = "\n".join(line for line in draft.splitlines() if line not in points)
    (tmp_path / "c.toml").write_text(settled, "utf-8")
    cli("contract", "amend", "c.toml")
    cli("contract", "annex", made["contract"], "--out", "annex.json")
    assert Ran(0, (tmp_path / "annex.json").read_text("utf-8"), "").json["verdict"] is None
    refused = cli("contract", "annex", made["contract"], "--out", "annex.txt", code=2).err
    assert "'annex.txt' ends like none of them" in refused
    assert not (tmp_path / "annex.txt").exists()


def test_odcs_there_and_back(cli: Cli, tmp_path: Path) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", SAMPLE)
    before = cli("contract", "check", SAMPLE, "--json").json
    for name in ("c.odcs.yaml", "c.odcs.json"):
        words = ("contract", "export", "weather-sentiment-2026", "--format", "odcs", "--out", name)
        assert cli(*words, "--json").json["format"] == "odcs"
        written = yaml.safe_load((tmp_path / name).read_text("utf-8"))
        assert (written["apiVersion"], written["price"]["priceAmount"]) == ("v3.1.0", 1.2)
        back = tmp_path / f"{name}.toml"
        made = cli("contract", "import", name, "--out", back, "--json").json
        assert made["contract"] == "weather-sentiment-2026"
        assert cli("contract", "check", back, "--json").json == before
    (tmp_path / "bad.yaml").write_text("kind: [", "utf-8")
    assert "bad.yaml, line 1" in cli("contract", "import", "bad.yaml", "--out", "x.toml", code=2).err


def test_the_annex_in_every_form(cli: Cli, tmp_path: Path) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower", "--name", "CrowdFlower Inc")
    cli("contract", "add", SAMPLE)
    for name in ("annex.pdf", "annex.html", "annex.json"):
        made = cli("contract", "annex", "weather-sentiment-2026", "--out", name, "--json").json
        assert (made["kind"], made["file"]) == ("annex", name)
    assert (tmp_path / "annex.pdf").read_bytes().startswith(b"%PDF")
    view = Ran(0, (tmp_path / "annex.json").read_text("utf-8"), "").json
    assert view["terms_hash"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert "no contract 'x'" in cli("contract", "annex", "x", "--out", "x.pdf", code=2).err


def test_a_pilot_for_a_contract(cli: Cli) -> None:
    made = cli("audit", "plan", "--pilot", "--contract", SAMPLE, "--items", "300", "--json").json
    assert made["schema"] == "vendoreval/pilot-plan/1"
    assert {block["name"] for block in made["blocks"]} >= {"main", "edge cases", "repeats", "ambiguous"}
    shown = cli(
        "audit", "plan", "--pilot", "--contract", SAMPLE, "--items", "300", "--cost-per-item", "0.45"
    ).out
    assert "costs USD" in shown
    assert max(map(len, shown.splitlines())) <= 80
