"""Reports on objects and spans, made from real boxes and from a small text."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from PIL import Image

from tests.conftest import ROOT
from tests.contracts import clause, contract_toml
from tests.unit.reports.picture_samples import TEXT, delivered_of, gold_of, span
from tests.unit.reports.report_samples import claimed, facts
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.defect_parts import by_gravity, quality, units_shown
from vendoreval.reports.pictures.line_pictures import lines_shown
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view
from vendoreval.tasks.judged import judge

CELLS = ROOT / "samples" / "asthma_cells"
TERMS = ROOT / "samples" / "contracts" / "asthma-cells.toml"
EDGES = ("x_min", "y_min", "x_max", "y_max")


def rows(name: str) -> list[dict[str, str]]:
    with (CELLS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _box(row: Mapping[str, str]) -> dict[str, Any]:
    return {"label": row["label"], **{edge: int(row[edge]) * 1000 for edge in EDGES}}


def cells() -> tuple[Contract, GoldSet, LabelTable]:
    """The sample's first delivery, with the sizes of its images."""
    sizes = {row["item_id"]: {k: int(row[k]) for k in ("width", "height")} for row in rows("items.csv")}
    boxes, given = defaultdict(list), defaultdict(list)
    for row in (*rows("gold-1.csv"), *rows("gold-2.csv")):
        boxes[row["item_id"]].append(_box(row))
    for row in rows("delivered-1.csv"):
        given[row["item_id"], row["annotator_id"]].append(_box(row))
    gold = gold_of("boxes", {item: boxes[item] for item in sizes}, sizes)
    return parse_contract(TERMS.read_text("utf-8"), TERMS.name), gold, delivered_of("boxes", given)


def names() -> tuple[Contract, GoldSet, LabelTable]:
    """A text with nested spans, answered by two people."""
    merkel, england = span("Angela Merkel", "PER"), span("England", "LOC")
    president, bank = span("President of the Bank of England", "PER"), span("Bank of England", "ORG")
    gold = gold_of("spans", {"t1": [merkel, president, bank, england]}, text=TEXT)
    delivered = delivered_of(
        "spans",
        {
            ("t1", "w1"): [merkel, span("Bank of England", "LOC"), span("Monday", "LOC")],
            ("t1", "w2"): [span("Angela", "PER"), england, span("London", "LOC")],
        },
    )
    terms = contract_toml(
        "names", task={"type": "spans", "classes": ["PER", "ORG", "LOC"], "gold": "chosen"},
        clauses=[clause("spans", unit="span", threshold="0.90", remedy=["rework"])],
        remedies=[{"id": "rework", "kind": "rework"}],
    )  # fmt: skip
    return parse_contract(terms), gold, delivered


@cache
def judged(kind: str) -> tuple[Contract, AuditInput, AuditResult]:
    """Contract, what was looked at, and the result."""
    contract, gold, delivered = cells() if kind == "boxes" else names()
    found = judge(gold, delivered, contract.task)
    sheets = delivered.sheets
    assert sheets is not None
    seen = AuditInput(
        found.units, found.by_label, len(gold), len(gold), len(delivered), sent_known=True, gold=gold,
        delivered=delivered, sheets=len(sheets), most_sheets=3, most_units=90,
    )  # fmt: skip
    return contract, seen, audit(contract, seen, audit_id="audit-1", delivery="batch-1", gold="gold-1")


def image_of(item: str) -> tuple[str, bytes] | None:
    """A picture of the size that the item's name ends with; none for others."""
    parts = item.removesuffix(".png").split("_")
    if not item.endswith(".png"):
        return None
    out = io.BytesIO()
    Image.linear_gradient("L").resize((int(parts[-2]), int(parts[-1]))).convert("RGB").save(out, "PNG")
    return item, out.getvalue()


def made_of(kind: str, report: str, *, images: bool = False, **more: Any) -> Report:
    """`audit`, `claim` or `scorecard` on `boxes` or `spans`; `more` are facts."""
    contract, seen, result = judged(kind)
    known, looked = facts(**more), image_of if images else None
    if report == "audit":
        return audit_view(contract, result, known, units_shown(seen, result, contract.task, looked))
    claim = issue(draft_claim(contract, result, seen, claim_id="claim-1", today=date(2026, 1, 15)), contract,
                  date(2026, 1, 15))  # fmt: skip
    if report == "claim":
        return claim_view(contract, claim, result, known, lines_shown(by_gravity(claim.lines), seen, looked))
    fits = quality(seen.by_label, contract.task)
    return scorecard_view(contract, None, [(result, known.printed)], claimed(claim), known, quality=fits)
