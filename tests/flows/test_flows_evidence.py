"""The vendor's side: a bundle is held against its own rules, the receipt and the vendor's own files."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Cli
from vendoreval.evidence.canonical import canonical, sha256_hex

SAMPLES = ROOT / "samples"
HEAVY = ("sqlalchemy", "sqlmodel", "pydantic", "weasyprint", "jinja2", "pandas", "pyarrow", "typer", "rich")


@pytest.fixture
def bundled(cli: Cli) -> Cli:
    """A workspace with a breached audit of consensus answers and its bundle."""
    data = SAMPLES / "weather_sentiment"
    terms = (SAMPLES / "contracts/weather-sentiment.toml").read_text("utf-8")
    (cli.folder / "terms.toml").write_text(terms.replace('vendor = "crowdflower"', 'vendor = "mturk"'), "utf-8")
    cli("init")
    cli("vendor", "add", "mturk")
    cli("contract", "add", "terms.toml")
    cli("gold", "add", data / "gold.csv", "--id", "g", "--contract", "weather-sentiment-2026")
    cli("gold", "commit", "g", "--out", "receipt.json")
    (cli.folder / "delivered.csv").write_bytes((data / "delivered.csv").read_bytes())
    where = ("--where", "vendor=mturk")
    cli("delivery", "add", "delivered.csv", "--id", "d", "--contract", "weather-sentiment-2026", *where)
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("claim", "draft", "a", "--id", "c")
    cli("claim", "issue", "c")
    cli("evidence", "export", "a", "--out", "b.zip")
    return cli


def forged(folder: Path, name: str, change: Callable[[bytes], bytes]) -> str:
    """The bundle with one file changed and sealed again, as a dishonest buyer would."""
    with zipfile.ZipFile(folder / "b.zip") as old:
        files = {entry: old.read(entry) for entry in old.namelist()}
    files[name] = change(files[name])
    seal = json.loads(files["bundle.json"])
    for entry in seal["files"]:
        entry["sha256"] = sha256_hex(files[entry["name"]])
    files["bundle.json"] = canonical(seal)
    with zipfile.ZipFile(folder / "forged.zip", "w") as new:
        for entry, data in files.items():
            new.writestr(entry, data)
    return "forged.zip"


def first_row(change: Callable[[dict[str, Any]], None], outcome: str = "correct") -> Callable[[bytes], bytes]:
    """Change the first row with this outcome."""

    def changed(data: bytes) -> bytes:
        rows = [json.loads(line) for line in data.splitlines()]
        change(next(row for row in rows if row["outcome"] == outcome))
        return "".join(f"{json.dumps(row)}\n" for row in rows).encode()

    return changed


def test_the_vendor_can_check_receipt_and_own_files(bundled: Cli) -> None:
    words = ("--receipt", "receipt.json", "--delivered", "delivered.csv")
    checks = bundled("evidence", "verify", "b.zip", *words, "--json").json["checks"]
    assert "the gold commitment is the one in the receipt" in checks
    assert "the 6,025 labels judged are exactly those in the delivered files" in checks


def test_another_receipt_or_file_is_named(bundled: Cli) -> None:
    receipt = json.loads((bundled.folder / "receipt.json").read_text("utf-8"))
    (bundled.folder / "other.json").write_text(json.dumps({**receipt, "root": "00" * 32}), "utf-8")
    said = bundled("evidence", "verify", "b.zip", "--receipt", "other.json", code=5).err
    assert "root" in said
    text = (bundled.folder / "delivered.csv").read_text("utf-8")
    (bundled.folder / "other.csv").write_text(text + "\n", "utf-8")
    said = bundled("evidence", "verify", "b.zip", "--delivered", "other.csv", code=5).err
    assert "other.csv is not a file of the audited delivery" in said


def test_a_right_answer_cannot_be_called_wrong(bundled: Cli) -> None:
    name = forged(bundled.folder, "outcomes.jsonl", first_row(lambda row: row.update(outcome="wrong_label")))
    assert "outcome is not what its answers give" in bundled("evidence", "verify", name, code=5).err


def test_a_severity_cannot_be_raised(bundled: Cli) -> None:
    name = forged(bundled.folder, "outcomes.jsonl", first_row(lambda row: row.update(severity="critical")))
    assert "severity is not the contract's" in bundled("evidence", "verify", name, code=5).err


def test_the_consensus_must_be_that_of_the_labels(bundled: Cli) -> None:
    def swap(row: dict[str, Any]) -> None:
        row.update(delivered=next(name for name in "01234" if name != row["expected"]))
        row.update(outcome="wrong_label", score=0.0)

    name = forged(bundled.folder, "outcomes.jsonl", first_row(swap))
    assert "answer is not the consensus of its labels" in bundled("evidence", "verify", name, code=5).err


def test_labels_changed_together_are_found_in_the_vendors_files(bundled: Cli) -> None:
    def drop(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        kept = next(row for row, line in enumerate(lines) if json.loads(line)["outcome"] == "wrong_label")
        return b"".join(lines[:kept] + lines[kept + 1 :])

    name = forged(bundled.folder, "labels.jsonl", drop)
    said = bundled("evidence", "verify", name, "--delivered", "delivered.csv", code=5).err
    assert "in the files but not in the bundle" in said or "consensus" in said or "result.json" in said


def test_numpy_and_scipy_are_enough(bundled: Cli) -> None:
    block = f"import sys; sys.modules.update(dict.fromkeys({HEAVY!r})); "
    run = "import runpy; sys.argv = ['verify', 'b.zip', 'receipt.json']; "
    code = block + run + "runpy.run_module('vendoreval.evidence', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=bundled.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "its verdict is breached" in done.stdout
