"""Patterns through the commands: text, bundle, certificate; and gold that was audited before."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from tests.conftest import Cli
from tests.contracts import REWORK, YEAR, clause, contract_toml, rule
from tests.unit.audits.pattern_samples import Vendor
from vendoreval.audits.audit_input import AuditInput

CONTRACT = contract_toml(
    title="Animals", currency="EUR", **YEAR, task={"classes": ["cat", "dog", "emu", "fox"]},
    price=("0.08", "item"), remedies=[REWORK],
    clauses=[clause(threshold="0.99", decision=rule(alpha=0.05, beta=0.05), remedy=["rework"])],
)  # fmt: skip


def write(folder: Path, name: str, seen: AuditInput, only: range | None = None) -> None:
    """Gold and delivery files of an audit's input; gold holds the items of `only`."""
    rows = list(seen.by_label.rows())
    gold = {row["item_id"]: row["expected"] for row in rows}
    with (folder / f"gold-{name}.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["item_id", "label", "edge_case"])
        for item in sorted(gold):
            if only is None or int(item[1:]) in only:
                lines.writerow([item, gold[item], "true" if item in seen.edge_items else "false"])
    with (folder / f"d-{name}.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["item_id", "annotator_id", "label", "labelled_at"])
        lines.writerows([r["item_id"], r["annotator_id"], r["delivered"], r["labelled_at"]] for r in rows)


def ready(folder: Path) -> Cli:
    here = Cli(folder)
    here("init")
    here("vendor", "add", "acme")
    (folder / "c.toml").write_text(CONTRACT, "utf-8")
    here("contract", "add", "c.toml")
    return here


def named(result: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in result["patterns"] if one["pattern"] == name)
    return found


def test_a_drifting_delivery_from_file_to_certificate(tmp_path: Path) -> None:
    here = ready(tmp_path)
    write(tmp_path, "1", Vendor(drift_from=0.6).input(1))
    here("gold", "add", "gold-1.csv", "--id", "g")
    here("delivery", "add", "d-1.csv", "--id", "d", "--contract", "c")
    text = here("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    assert "Pattern drift:" in text.out
    assert "Pattern copying" not in text.out
    shown = here("audit", "show", "a", "--json").json
    assert named(shown, "drift")["flag"]
    assert named(shown, "drift")["evidence"]["chart"]
    here("evidence", "export", "a", "--out", "b.zip")
    here("evidence", "verify", "b.zip")
    here("report", "audit", "a", "--format", "html", "--out", "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "Silent failure patterns" in page
    assert "Control chart" in page


def test_gold_that_was_audited_before_is_held_against_fresh_gold(tmp_path: Path) -> None:
    here = ready(tmp_path)
    first = Vendor(rate=0.15, leaked=0.15).input(2)
    write(tmp_path, "1", first, range(200))
    write(tmp_path, "2", Vendor(rate=0.15, leaked=0.005).input(2))
    for name in ("1", "2"):
        day = {"VENDOREVAL_NOW": f"2026-03-0{name}T09:00:00+00:00"}
        here("gold", "add", f"gold-{name}.csv", "--id", f"g{name}", env=day)
        here("delivery", "add", f"d-{name}.csv", "--id", f"d{name}", "--contract", "c", env=day)
        here("audit", "run", f"d{name}", "--gold", f"g{name}", "--id", f"a{name}", code=3, env=day)
    before = named(here("audit", "show", "a1", "--json").json, "leakage")
    assert before["evidence"]["sentence"].startswith("Not tested. All gold items are fresh")
    after = named(here("audit", "show", "a2", "--json").json, "leakage")
    assert after["flag"]
    (sign,) = after["evidence"]["signs"]
    assert (sign["rest_n"], sign["n"]) == (400, 400)
    here("evidence", "export", "a2", "--out", "b.zip")
    here("evidence", "verify", "b.zip")
