"""Reports on objects and spans, made from real boxes and from a small text."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from PIL import Image

from tests.conftest import ROOT
from tests.unit.reports.picture_samples import TEXT, delivered_of, gold_of, span
from tests.unit.reports.report_samples import facts
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
from vendoreval.reports.defect_parts import pictures_of, units_shown
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view
from vendoreval.tasks.judged import judge

CELLS = ROOT / "samples" / "asthma_cells"
EDGES = ("x_min", "y_min", "x_max", "y_max")


def rows(name: str) -> list[dict[str, str]]:
    with (CELLS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _box(row: Mapping[str, str]) -> dict[str, Any]:
    return {"label": row["label"], **{edge: int(row[edge]) * 1000 for edge in EDGES}}


def cells() -> tuple[Contract, GoldSet, LabelTable]:
    """The sample's first delivery, with the sizes of its images."""
    sizes = {row["item_id"]: (int(row["width"]), int(row["height"])) for row in rows("items.csv")}
    boxes = defaultdict(list)
    for row in rows("gold.csv"):
        boxes[row["item_id"]].append(_box(row))
    gold = gold_of("boxes", {item: boxes[item] for item in sizes})
    sheets = gold.labels.sheets
    assert sheets is not None
    sized = gold_of("boxes", {item: boxes[item] for item in sizes}, width=1, height=1).labels.sheets
    assert sized is not None
    assert sized.width is not None
    assert sized.height is not None
    for place, item in enumerate(gold.item_ids):
        sized.width[place], sized.height[place] = sizes[item]
    given = defaultdict(list)
    for row in rows("delivered-1.csv"):
        given[row["item_id"], row["annotator_id"]].append(_box(row))
    terms = parse_contract((ROOT / "samples/contracts/asthma-cells.toml").read_bytes(), "asthma-cells.toml")
    return terms, replace(gold, labels=replace(gold.labels, sheets=sized)), delivered_of("boxes", given)


def names() -> tuple[Contract, GoldSet, LabelTable]:
    """A text with nested spans, answered by two people."""
    gold = gold_of(
        "spans",
        {"t1": [span("Angela Merkel", "PER"), span("President of the Bank of England", "PER"),
                span("Bank of England", "ORG"), span("England", "LOC")]},
        text=TEXT,
    )  # fmt: skip
    delivered = delivered_of(
        "spans",
        {
            ("t1", "w1"): [span("Angela Merkel", "PER"), span("Bank of England", "LOC"), span("Monday", "LOC")],
            ("t1", "w2"): [span("Angela", "PER"), span("England", "LOC"), span("London", "LOC")],
        },
    )
    terms, _, _ = cells()
    text = (ROOT / "samples/contracts/asthma-cells.toml").read_text("utf-8")
    text = text.replace('type = "boxes"', 'type = "spans"').replace('iou = "0.5"', 'mode = "strict"')
    text = text.replace(str(list(terms.task.classes)).replace("'", '"'), '["PER", "ORG", "LOC"]')
    text = text.replace('Mastzellen = "critical"\nEosinophile = "critical"', 'ORG = "critical"')
    text = text.replace('unit = "object"', 'unit = "span"')
    return parse_contract(text.encode(), "names.toml"), gold, delivered


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
    Image.effect_noise((int(parts[-2]), int(parts[-1])), 40).convert("RGB").save(out, "PNG")
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
        return claim_view(contract, claim, result, known, pictures_of(claim.lines, seen, looked))
    return scorecard_view(contract, None, [(result, known.printed)], [claim], known)
