"""The story of one vendor that boxes cells: a delivery is breached and claimed, its rework is audited again.

Boxes and gold are real (samples/asthma_cells); vendor, contract and prices are invented, and every report
says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from vendoreval.resources import resource
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import audits
from vendoreval.workflow.claims import claims
from vendoreval.workflow.contracts import contracts
from vendoreval.workflow.deliveries import deliveries
from vendoreval.workflow.deliveries.dates import Dates
from vendoreval.workflow.evidence import evidence
from vendoreval.workflow.gold import adding, golds
from vendoreval.workflow.reports import reports
from vendoreval.workflow.vendors.vendors import add_vendor

REMARK = "Demonstration: boxes and gold are real; vendor, contract and prices are invented."
VENDOR, CONTRACT = "cytolab", "asthma-cells-2026"


def run_boxes(
    workspace: Workspace, folder: Path, tell: Callable[[str], None]
) -> tuple[dict[str, str], list[reports.Made]]:
    """Tell the story in an empty workspace; returns verdicts by delivery, and what was written."""
    samples = resource("samples")
    data = samples / "asthma_cells"
    tell("contract and gold")
    add_vendor(workspace, VENDOR, "CytoLab (demo)")
    contracts.add_contract(workspace, samples / "contracts" / "asthma-cells.toml")
    for number in (1, 2):  # a claim shows the gold it rests on, so the rework is held against other gold
        gold = f"gold-{number}"
        adding.add_gold(workspace, data / f"{gold}.csv", gold_id=gold, contract_id=CONTRACT)
        golds.commit_gold(workspace, gold, folder / f"receipt-{number}.json")
    verdicts: dict[str, str] = {}
    made: list[reports.Made] = []
    for number in (1, 2):
        delivery, audit = f"batch-{number}", f"audit-{number}"
        tell(f"{delivery}: taken in and audited")
        deliveries.add_delivery(
            workspace, [data / f"delivered-{number}.csv"], contract_id=CONTRACT, delivery_id=delivery,
            items=data / "items.csv",
            dates=Dates(rework_of="batch-1") if number == 2 else None,
        )  # fmt: skip
        verdicts[delivery] = audits.run_audit(workspace, delivery, f"gold-{number}", audit).verdict
        tell(f"{delivery}: reports and evidence")
        made += _report(workspace, folder, number, breached=verdicts[delivery] == "breached")
    scorecard = reports.scorecard_report(workspace, VENDOR, (REMARK,))
    made.append(reports.write_what_can_be(workspace, scorecard, VENDOR, folder / "scorecard.pdf"))
    return verdicts, made


def _report(workspace: Workspace, folder: Path, number: int, *, breached: bool) -> Iterator[reports.Made]:
    audit, claim = f"audit-{number}", f"claim-{number}"
    told = {audit: reports.audit_report(workspace, audit, (REMARK,))}
    if breached:
        claims.draft_claim(workspace, audit, claim)
        claims.issue_claim(workspace, claim)
        told[claim] = reports.claim_report(workspace, claim, (REMARK,))
    for subject, report in told.items():
        yield reports.write_what_can_be(workspace, report, subject, folder / f"{subject}.pdf")
    bundle = folder / f"bundle-{number}.zip"
    evidence.export_bundle(workspace, audit, bundle)
    yield reports.Made(((bundle, bundle.stat().st_size),))
