"""Clauses on agreement from contract to verified bundle, on real labels."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import REWORK, YEAR, Terms, clause, contract_toml

CREDIT = {"id": "credit", "kind": "credit", "justification": "What a wrong label costs."}


def agreed(
    name: str, metric: str = "alpha", *, scope: str = "delivery", threshold: str = "0.8",
    decided: str = "claim", remedy: str = "rework",
) -> Terms:  # fmt: skip
    decision = {"rule": decided}
    return clause(
        name, metric=metric, scope=scope, threshold=threshold, decision=decision, remedy=[remedy]
    )  # fmt: skip


def terms(*clauses: Terms) -> str:
    task = {"classes": list("01234"), "guideline": {"id": "g", "version": "1"}}
    return contract_toml(
        **YEAR, task=task, price=("0.08", "label"), clauses=clauses, remedies=[REWORK, CREDIT]
    )  # fmt: skip


def prepare(cli: Cli, *clauses: Terms) -> str:
    data = SHARED / "data" / "weather_sentiment_two_vendors"
    (cli.folder / "c.toml").write_text(terms(*clauses), "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    said = cli("contract", "check", "c.toml").out
    cli("contract", "add", "c.toml")
    cli("gold", "add", data / "gold.csv", "--id", "g")
    cli("delivery", "add", data / "delivered.csv", "--id", "d", "--contract", "c", "--where", "vendor=mturk")
    return " ".join(said.split())


def test_clauses_are_judged_sealed_and_verified(cli: Cli, tmp_path: Path) -> None:
    clauses = [
        agreed("too-low"), agreed("enough", threshold="0.45"), agreed("close", threshold="0.53"),
        agreed("fleiss", "kappa", threshold="0.52", decided="point"), agreed("gwet", "ac1", threshold="0.4"),
        agreed("strict", "ac1", threshold="0.9", decided="acceptance"),
        agreed("each", scope="class", threshold="0.3"),
    ]  # fmt: skip
    prepare(cli, *clauses)
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    found = {(f["clause"], f["group"]): f for f in result["findings"]}
    verdicts = {key[0]: f["verdict"] for key, f in found.items() if key[1] is None}
    assert verdicts == {"too-low": "breached", "enough": "kept", "close": "inconclusive", "fleiss": "kept",
                        "gwet": "kept", "strict": "breached"}  # fmt: skip
    alpha = facts("weather_sentiment_two_vendors")["by_vendor"]["mturk"]["krippendorff_alpha_nominal"]
    assert round(found["too-low", None]["estimate"], 6) == alpha
    assert found["close", None]["more_items"] > 0
    classes = {group: f["verdict"] for (name, group), f in found.items() if name == "each"}
    assert classes == {"0": "kept", "1": "kept", "2": "kept", "3": "kept", "4": "breached"}
    shown = cli("audit", "show", "a").out
    assert "0.521" in shown
    assert "52.1 %" not in shown  # a coefficient is no percentage
    cli("evidence", "export", "a", "--out", "bundle.zip")
    cli("evidence", "verify", "bundle.zip")
    changed = _with_other_tally(tmp_path / "bundle.zip", tmp_path / "changed.zip")
    assert "agreement.jsonl was changed" in cli("evidence", "verify", changed, code=5).err


def _with_other_tally(bundle: Path, out: Path) -> Path:
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'"items":1,', b'"items":2,', 1) if "agreement" in name else data)
    return out


def test_without_such_a_clause_nothing_is_tallied(cli: Cli, tmp_path: Path) -> None:
    prepare(cli, agreed("accuracy", "accuracy"))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("evidence", "export", "a", "--out", "bundle.zip")
    assert "agreement.jsonl" not in zipfile.ZipFile(tmp_path / "bundle.zip").namelist()


def test_a_claim_on_agreement_names_no_wrong_label(cli: Cli) -> None:
    said = prepare(cli, agreed("agree"), agreed("paid", "kappa", remedy="credit"))
    assert "paid is about agreement, which counts no wrong units" in said
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    claim = cli("claim", "draft", "a", "--id", "k", "--json").json
    assert claim["lines"] == []
    assert claim["extrapolations"] == []
    assert any("agreement with each other: agree, paid" in text for text in claim["notes"])
    assert [demand["kind"] for demand in claim["demands"]] == ["rework", "credit"]
    cli("report", "audit", "a", "--out", "a.html", "--format", "html")
    cli("report", "claim", "k", "--out", "k.html", "--format", "html")


@pytest.mark.parametrize("rule", ["sequential", "zero_defect"])
def test_other_rules_do_not_judge_agreement(cli: Cli, rule: str) -> None:
    (cli.folder / "c.toml").write_text(terms(agreed("agree", decided=rule)), "utf-8")
    assert f"agreement is not decided by {rule}" in cli("contract", "check", "c.toml", code=2).err
