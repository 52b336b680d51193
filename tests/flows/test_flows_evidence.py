"""The vendor's side: a bundle is held against its own rules, the receipt and the vendor's own files."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.forging import Forgery
from tests.flows.verifying_alone import alone

SAMPLES = ROOT / "samples"


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


def test_the_vendor_can_check_receipt_and_own_files(bundled: Cli) -> None:
    words = ("--receipt", "receipt.json", "--delivered", "delivered.csv")
    checks = bundled("evidence", "verify", "b.zip", *words, "--json").json["checks"]
    assert any(check.startswith("receipt 1 (gold g") for check in checks)
    assert "all 300 gold items were committed to, and none is used twice" in checks
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


def test_numpy_and_scipy_are_enough(bundled: Cli) -> None:
    done = alone(bundled.folder, "b.zip", "receipt.json")
    assert done.returncode == 0, done.stderr
    assert "its verdict is breached" in done.stdout


FIXTURES = ROOT / "tests/fixtures/evidence"
OWN = ("--receipt", "receipt.json", "--delivered", "delivered.csv", "--contract", "contract.toml")


@pytest.mark.parametrize("version", sorted(path.name for path in FIXTURES.glob("v*")))
def test_bundles_of_every_version_verify(cli: Cli, version: str) -> None:
    """Bundles and receipts as they were given away once; what an older one cannot show is named."""
    shutil.copytree(FIXTURES / version, cli.folder, dirs_exist_ok=True)
    found = cli("evidence", "verify", "bundle.zip", *OWN, "--json").json
    assert found["verdict"] == "breached"
    kinds = {one["kind"] for one in found["not_shown"]}
    assert ({"proofs", "drawing"} <= kinds) is (version == "v1")
    assert ("dispute" in found and found["dispute"]["state"] == "settled") is (version == "v3")


def test_a_kept_dispute_verifies_with_all_that_the_vendor_holds(cli: Cli) -> None:
    shutil.copytree(FIXTURES / "v3", cli.folder, dirs_exist_ok=True)
    further = ("--receipt", "tasks-receipt.json", "--tasks", "tasks.csv")
    dispute = ("--claim", "claim.pdf", "--answers", "answers.csv")
    found = cli("evidence", "verify", "bundle.zip", *OWN, *further, *dispute, "--json").json
    assert not {"contract", "proofs", "answer_1"} & {one["kind"] for one in found["not_shown"]}
    assert any(check.startswith("versions 2 to") for check in found["checks"])
    assert "settled" in alone(cli.folder, "bundle.zip", "receipt.json", "contract.toml", "answers.csv").stdout


def test_an_older_bundle_may_tell_of_a_class_without_gold(cli: Cli) -> None:
    """It holds a clause on a class that was not run; today such a class has no finding."""
    shutil.copytree(FIXTURES / "v1", cli.folder, dirs_exist_ok=True)
    own = ("--receipt", "class_without_gold.json")
    assert cli("evidence", "verify", "class_without_gold.zip", *own, "--json").json["verdict"] == "breached"
    made = Forgery(cli.folder / "class_without_gold.zip")
    result = made.record("result.json")
    result["findings"] = [one for one in result["findings"] if one["group"] != "3"]  # a breach, left out
    made.set("result.json", result)
    made.relog()
    said = cli("evidence", "verify", made.write(cli.folder / "f.zip"), code=5).err
    assert "no finding on class-floor (3)" in said


def test_an_older_bundle_with_another_verdict_or_line_does_not_verify(cli: Cli) -> None:
    shutil.copytree(FIXTURES / "v1", cli.folder, dirs_exist_ok=True)
    for name in ("result.json", "claim.json"):
        made = Forgery(cli.folder / "bundle.zip")
        plain = made.record(name)
        plain.get("findings", [{}])[0]["errors"] = 23
        plain.get("lines", [None]).pop()
        made.set(name, plain)
        made.relog()
        assert name in cli("evidence", "verify", made.write(cli.folder / "f.zip"), code=5).err
