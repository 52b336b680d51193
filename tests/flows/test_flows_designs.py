"""Designs against seeded gold, with the real command: sealed, verified, refused where they must be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.flows.test_flows_sample_audit import CONTRACT, FIXED, truth

AQL = '{ rule = "iso2859-1", aql = "1.0" }'
SEQUENTIAL = '{ rule = "sequential", alpha = 0.05, beta = 0.05, tolerated = "0.92" }'
N = 400


def labels(folder: Path, name: str, wrong: float, seed: int) -> Path:
    rng = random.Random(seed)
    rows = ["item_id,annotator_id,label"]
    for k in range(N):
        right = truth(f"img-{k}")
        other = "grosbeak" if right == "bunting" else "bunting"
        rows.append(f"img-{k},w,{other if rng.random() < wrong else right}")
    path = folder / name
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def gold(folder: Path, name: str, items: range) -> Path:
    path = folder / name
    path.write_text("item_id,label\n" + "".join(f"img-{k},{truth(f'img-{k}')}\n" for k in items), "utf-8")
    return path


@pytest.fixture
def prepared(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    cli("init")
    cli("vendor", "add", "acme")
    return cli


def with_rule(cli: Cli, decision: str) -> None:
    terms = CONTRACT.replace(SEQUENTIAL, decision)
    assert decision in terms
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("contract", "add", "contract.toml", env=FIXED)


def test_a_sequential_audit_of_gold_is_sealed_and_verified(prepared: Cli) -> None:
    cli = prepared
    with_rule(cli, SEQUENTIAL)
    cli("gold", "add", gold(cli.folder, "g.csv", range(200)), "--id", "g", "--contract", "birds", env=FIXED)
    root = cli("gold", "commit", "g", "--out", "r.json", "--json", env=FIXED).json["root"]
    cli("delivery", "add", labels(cli.folder, "d.csv", 0.2, 1), "--id", "d", "--contract", "birds", env=FIXED)
    words = ("audit", "run", "d", "--gold", "g", "--id", "a", "--gold-checked", "1/150", "--json")
    result = cli(*words, code=3, env=FIXED).json
    finding = result["findings"][0]
    assert finding["walk"]["walked"] < 200
    assert finding["with_allowance"] == "breached"
    cli("evidence", "export", "a", "--out", "b.zip", env=FIXED)
    assert cli("evidence", "verify", "b.zip", "--json").json["verdict"] == "breached"
    assert len(root) == 64
    bigger = gold(cli.folder, "g2.csv", range(300))
    cli("gold", "add", bigger, "--id", "g2", "--contract", "birds", env=FIXED)
    again = cli("audit", "run", "d", "--gold", "g2", "--id", "a2", "--json", code=4, env=FIXED).json
    assert again["findings"][0]["verdict"] == "not_run"
    assert "grows" in again["findings"][0]["reason"]
    cli("evidence", "export", "a2", "--out", "b2.zip", env=FIXED)
    assert cli("evidence", "verify", "b2.zip", "--json").json["verdict"] == "not_run"


def test_inspection_gets_tighter_after_two_refusals(prepared: Cli) -> None:
    cli = prepared
    with_rule(cli, AQL)
    cli("gold", "add", gold(cli.folder, "g.csv", range(N)), "--id", "g", "--contract", "birds", env=FIXED)
    cli("gold", "commit", "g", "--out", "r.json", env=FIXED)
    methods = []
    for number, wrong in enumerate((0.3, 0.3, 0.0)):
        path = labels(cli.folder, f"d{number}.csv", wrong, number)
        cli("delivery", "add", path, "--id", f"d{number}", "--contract", "birds", env=FIXED)
        words = ("audit", "run", f"d{number}", "--gold", "g", "--id", f"a{number}", "--json")
        now = {**FIXED, "VENDOREVAL_NOW": f"2026-03-0{number + 3}T09:00:00+00:00"}
        finding = cli(*words, code=3 if wrong else 0, env=now).json["findings"][0]
        methods.append(finding["method"].split(", ")[-1])
    assert methods == ["normal inspection", "normal inspection", "tightened inspection"]
    cli("report", "audit", "a2", "--out", "a.pdf", env=FIXED)
    cli("evidence", "export", "a2", "--out", "b.zip", env=FIXED)
    assert cli("evidence", "verify", "b.zip").code == 0
