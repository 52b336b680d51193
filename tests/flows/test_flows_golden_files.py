"""The audits and claims of the demo, to the last byte, in tests/golden; UPDATE_GOLDEN=1 writes them anew.

The numbers in them have their own independent oracles; these files show what changes when something does.
"""

from __future__ import annotations

import json
import os

import pytest

from tests.conftest import ROOT, Cli

GOLDEN = ROOT / "tests" / "golden"
DATA = ROOT / "samples" / "weather_sentiment"
FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


@pytest.mark.parametrize("vendor", ["crowdflower", "mturk"])
def test_audit_and_claim_are_the_golden_ones(vendor: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    cli = Cli(tmp_path_factory.mktemp("golden"))
    terms = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
    (cli.folder / "terms.toml").write_text(terms.replace('"crowdflower"', f'"{vendor}"'), "utf-8")
    contract = ("--contract", "weather-sentiment-2026")
    cli("init")
    cli("vendor", "add", vendor, env=FIXED)
    cli("contract", "add", "terms.toml", env=FIXED)
    cli("gold", "add", DATA / "gold.csv", "--id", "gold", *contract, env=FIXED)
    words = ("--id", "batch", "--where", f"vendor={vendor}", *contract)
    cli("delivery", "add", DATA / "delivered.csv", *words, env=FIXED)
    made = {
        "audit": cli(
            "audit", "run", "batch", "--gold", "gold", "--id", "audit", "--json", code=3, env=FIXED
        ).json,
        "claim": cli("claim", "draft", "audit", "--id", "claim", "--json", env=FIXED).json,
    }
    for kind, record in made.items():
        file = GOLDEN / f"{kind}-{vendor}.json"
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        if os.environ.get("UPDATE_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        assert text == file.read_text("utf-8"), f"{file.name} differs: if that is meant, run ./run golden"
