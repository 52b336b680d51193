"""The golden path of the README, on the samples, with the real command and a real database."""

from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli, Process

DATA = ROOT / "samples" / "weather_sentiment"
FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


def test_the_readmes_commands_work_as_printed_in_an_empty_folder(cli: Cli) -> None:
    block = (ROOT / "README.md").read_text("utf-8").split("## With your own files")[1].split("```")[1]
    truth = [(n, "cat" if n % 2 else "dog") for n in range(200)]
    gold = "".join(f"i{n},{label}\n" for n, label in truth)
    delivered = "".join(f"i{n},p{n % 4},{'cat' if n % 5 == 0 else label}\n" for n, label in truth)
    (cli.folder / "gold.csv").write_text("item_id,label\n" + gold, "utf-8")
    (cli.folder / "delivered.csv").write_text("item_id,annotator_id,label\n" + delivered, "utf-8")
    commands = [shlex.split(line, comments=True) for line in block.strip().splitlines()]
    assert len(commands) > 12
    for program, *words in commands:
        assert program == "vendoreval"
        cli(*words, code=3 if words[:2] == ["audit", "run"] else 0, env=FIXED)
    assert (cli.folder / "claim.pdf").exists()


@pytest.fixture
def audited(cli: Cli) -> Cli:
    """A workspace with one breached audit."""
    cli("init")
    cli("vendor", "add", "crowdflower", "--name", "CrowdFlower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml", env=FIXED)
    cli("gold", "add", DATA / "gold.csv", "--id", "gold-1", "--contract", "weather-sentiment-2026", env=FIXED)
    cli("gold", "commit", "gold-1", "--out", "receipt.json", env=FIXED)
    words = ("--id", "batch-1", "--contract", "weather-sentiment-2026", "--where", "vendor=crowdflower")
    cli("delivery", "add", DATA / "delivered.csv", *words, env=FIXED)
    cli("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", "--json", code=3, env=FIXED)
    return cli


def test_from_audit_to_verified_bundle(audited: Cli) -> None:
    drafted = audited("claim", "draft", "audit-1", "--id", "claim-1", "--json", env=FIXED).json
    assert drafted["state"] == "draft"
    assert len(drafted["lines"]) == drafted["extrapolations"][0]["found"]
    issued = audited("claim", "issue", "claim-1", "--json", env=FIXED).json
    assert issued["state"] == "issued"
    assert issued["answer_by"] == "2026-03-09"
    shown = audited("claim", "show", "claim-1", "--json", env=FIXED).json
    assert shown.pop("dispute")["stage"] == "awaiting answer"
    assert shown == issued
    audited("claim", "issue", "claim-1", code=2)
    for kind, subject in (("scorecard", "crowdflower"), ("audit", "audit-1"), ("claim", "claim-1")):
        audited("report", kind, subject, "--out", f"{kind}.pdf", env=FIXED)
        assert (audited.folder / f"{kind}.pdf").read_bytes().startswith(b"%PDF-1.7")
        audited("report", kind, subject, "--out", f"{kind}.html", env=FIXED)
        audited("report", kind, subject, "--out", f"{kind}.json", env=FIXED)
        assert json.loads((audited.folder / f"{kind}.json").read_text("utf-8"))
    audited("evidence", "export", "audit-1", "--out", "bundle.zip", env=FIXED)
    checks = audited("evidence", "verify", "bundle.zip", "--json").json["checks"]
    assert len(checks) == 9


def test_the_vendors_own_figure_is_held_against_ours(audited: Cli) -> None:
    shown = audited("audit", "show", "audit-1", "--vendor-says", "0.98")
    assert "The vendor reports 98.0 % right labels; we found 270 of 300" in shown.out
    said = audited("audit", "show", "audit-1", "--vendor-says", "0.98", "--json").json["vendor_says"]
    assert said["p"] < 1e-6
    assert audited("audit", "show", "audit-1", "--vendor-says", "98 %").out.count("98.0 %") == 1
    assert "'0.98'" in audited("audit", "show", "audit-1", "--vendor-says", "0,98", code=2).err


def test_receipt_and_list_outputs_hold_no_gold(audited: Cli) -> None:
    receipt = (audited.folder / "receipt.json").read_text("utf-8")
    assert "79185673" not in receipt
    assert len(json.loads(receipt)["root"]) == 64
    shown = audited("gold", "show", "gold-1", "--json").json
    assert shown["items"] == 300
    assert shown["exposures"] == 1


def test_same_input_gives_the_same_result(audited: Cli) -> None:
    audited("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-2", code=3, env=FIXED)
    first = audited("audit", "show", "audit-1", "--json").json
    second = audited("audit", "show", "audit-2", "--json").json
    assert {**first, "audit": ""} == {**second, "audit": ""}


@pytest.mark.parametrize("name", ["result.json", "gold.jsonl", "labels.jsonl", "contract.toml", "log.jsonl"])
def test_a_changed_bundle_does_not_verify(audited: Cli, name: str) -> None:
    audited("evidence", "export", "audit-1", "--out", "bundle.zip")
    changed = audited.folder / "changed.zip"
    with zipfile.ZipFile(audited.folder / "bundle.zip") as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, data.replace(b"3", b"4", 1) if entry == name else data)
    said = audited("evidence", "verify", "changed.zip", code=5).err
    assert name in said


def test_resealed_but_wrong_result_is_found(audited: Cli) -> None:
    from vendoreval.evidence.canonical import canonical, sha256_hex

    audited("evidence", "export", "audit-1", "--out", "bundle.zip")
    with zipfile.ZipFile(audited.folder / "bundle.zip") as old:
        files = {entry: old.read(entry) for entry in old.namelist()}
    result = json.loads(files["result.json"])
    result["findings"][0]["errors"] += 1
    files["result.json"] = canonical(result)
    seal = json.loads(files["bundle.json"])
    for entry in seal["files"]:
        entry["sha256"] = sha256_hex(files[entry["name"]])
    files["bundle.json"] = canonical(seal)
    with zipfile.ZipFile(audited.folder / "forged.zip", "w") as forged:
        for entry, data in files.items():
            forged.writestr(entry, data)
    assert "the result" in audited("evidence", "verify", "forged.zip", code=5).err


def test_demo_tells_the_whole_story(process: Process) -> None:
    made = process("demo", "shown", "--json").json
    assert set(made["verdicts"]) == {"crowdflower", "mturk"}
    assert all((process.folder / file).stat().st_size > 1000 for file in made["files"])
    assert process("evidence", "verify", Path("shown") / "bundle-mturk.zip").code == 0
    process("demo", "shown", code=2)
