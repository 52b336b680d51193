"""The whole story on real labels: two vendors are scored, audited, and one is shown a claim.

Labels and gold are real (samples/weather_sentiment); contracts, prices and answers are invented, and
every report says so. The same for boxes stands in `demo_boxes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vendoreval.errors import Conflict
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.resources import resource
from vendoreval.store.workspace import Workspace
from vendoreval.workflow import demo_boxes
from vendoreval.workflow.audits import audits
from vendoreval.workflow.claims import claims
from vendoreval.workflow.contracts import contracts
from vendoreval.workflow.deliveries import deliveries
from vendoreval.workflow.evidence import evidence
from vendoreval.workflow.gold import adding, golds
from vendoreval.workflow.questionnaires import questionnaires
from vendoreval.workflow.questionnaires.questionnaire_report import questionnaire_report
from vendoreval.workflow.reports import reports
from vendoreval.workflow.vendors import comparisons
from vendoreval.workflow.vendors.vendors import add_vendor
from vendoreval.workflow.workspaces import init_workspace

REMARK = "Demonstration: labels and gold are real, contract, prices and questionnaire answers are invented."


@dataclass(frozen=True)
class DemoVendor:
    """A vendor of the demo; `levels` are its invented answers, question by question in turn, and `figures`
    what it promises."""

    id: str
    name: str
    levels: tuple[int, ...]
    evidence: str
    figures: tuple[tuple[str, str], ...]


VENDORS = (
    DemoVendor(
        "crowdflower", "CrowdFlower (demo)", (3, 4, 3, 2, 3), "document",
        (("C1", "90 %"), ("A1", "0.55 (alpha)"), ("R3", "10 %"), ("C5", "10")),
    ),
    DemoVendor(
        "mturk", "MTurk (demo)", (4, 3, 4, 4), "none",
        (("C1", "99 %"), ("A1", "0.90"), ("R3", "1 %"), ("C5", "5")),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class DemoResult:
    """What the demo made: verdicts by vendor or delivery, the files, and a word where they are not PDF."""

    workspace: Path
    verdicts: dict[str, str]
    files: tuple[Path, ...]
    remark: str
    note: str = ""


def run_demo(folder: Path, tell: Callable[[str], None], task: str = "classification") -> DemoResult:
    """Run the story of `task` in a new folder, telling each step; raises Conflict when the folder is in use."""
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty.", remedy="Name another folder, or remove this one.")
    tell("making a workspace")
    workspace = init_workspace(folder)
    if task == "boxes":
        verdicts, made = demo_boxes.run_boxes(workspace, folder, tell)
    else:
        verdicts, made = _run_labels(workspace, folder, tell)
    files = tuple(file for one in made for file, _ in one.files)
    note = next((one.note for one in made if one.note), "")
    return DemoResult(folder, verdicts, files, demo_boxes.REMARK if task == "boxes" else REMARK, note)


def _run_labels(
    workspace: Workspace, folder: Path, tell: Callable[[str], None]
) -> tuple[dict[str, str], list[reports.Made]]:
    made: list[reports.Made] = []
    verdicts = {}
    for vendor in VENDORS:
        tell(f"{vendor.name}: questionnaire, contract, gold, delivery")
        _prepare(workspace, folder, vendor)
        tell(f"{vendor.name}: audit against gold")
        audit = f"audit-{vendor.id}"
        result = audits.run_audit(workspace, f"batch-{vendor.id}", f"gold-{vendor.id}", audit)
        verdicts[vendor.id] = result.verdict
        tell(f"{vendor.name}: reports and evidence")
        made += _report(workspace, folder, vendor.id, audit, breached=result.verdict == "breached")
    tell("both vendors side by side")
    made.append(_compare(workspace, folder))
    return verdicts, made


def _prepare(workspace: Workspace, folder: Path, vendor: DemoVendor) -> None:
    samples = resource("samples")
    add_vendor(workspace, vendor.id, vendor.name)
    bank = questionnaires.load_bank()
    answers = [
        Answer(
            question.id,
            vendor.levels[number % len(vendor.levels)],
            value=dict(vendor.figures).get(question.id, ""),
            commitment="yes" if question.type == "commit" else None,
            text="Invented for the demonstration.",
            evidence=()
            if vendor.evidence == "none"
            else (EvidenceItem(vendor.evidence, "invented.pdf", seen_by="demo"),),
            channel="demo",
        )
        for number, question in enumerate(bank.questions)
    ]
    questionnaires.record_answers(workspace, vendor.id, bank, answers)
    terms = (samples / "contracts" / "weather-sentiment.toml").read_text("utf-8")
    terms = terms.replace('id = "weather-sentiment-2026"', f'id = "weather-{vendor.id}"')
    terms = terms.replace('vendor = "crowdflower"', f'vendor = "{vendor.id}"')
    written = folder / f"contract-{vendor.id}.toml"
    written.write_text(terms, "utf-8")
    contracts.add_contract(workspace, written)
    data = samples / "weather_sentiment"
    contract = f"weather-{vendor.id}"
    adding.add_gold(workspace, data / "gold.csv", gold_id=f"gold-{vendor.id}", contract_id=contract)
    golds.commit_gold(workspace, f"gold-{vendor.id}", folder / f"receipt-{vendor.id}.json")
    deliveries.add_delivery(
        workspace, [data / "delivered.csv"], contract_id=contract, delivery_id=f"batch-{vendor.id}",
        where=[f"vendor={vendor.id}"],
    )  # fmt: skip


def _report(
    workspace: Workspace, folder: Path, vendor: str, audit: str, *, breached: bool
) -> Iterator[reports.Made]:
    if breached:
        claim = claims.draft_claim(workspace, audit, f"claim-{vendor}")
        claims.issue_claim(workspace, claim.id)
    told = {"audit": reports.audit_report(workspace, audit, (REMARK,))}
    if breached:
        told["claim"] = reports.claim_report(workspace, f"claim-{vendor}", (REMARK,))
    told["scorecard"] = reports.scorecard_report(workspace, vendor, (REMARK,))
    bank = questionnaires.load_bank()
    told["questionnaire"] = questionnaire_report(workspace, vendor, bank, remarks=(REMARK,))
    for kind, report in told.items():
        yield reports.write_what_can_be(workspace, report, vendor, folder / f"{kind}-{vendor}.pdf")
    bundle = folder / f"bundle-{vendor}.zip"
    evidence.export_bundle(workspace, audit, bundle)
    yield reports.Made(((bundle, bundle.stat().st_size),))


def _compare(workspace: Workspace, folder: Path) -> reports.Made:
    made = comparisons.compare(workspace, [vendor.id for vendor in VENDORS])
    report = comparisons.comparison_report(workspace, made, (REMARK,))
    subject = "+".join(sorted(made.comparison.order))
    written = reports.write_what_can_be(workspace, report, subject, folder / "comparison.pdf")
    comparisons.record_comparison(workspace, made.comparison, written.files[0][0].name)
    return written
