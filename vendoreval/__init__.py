"""vendoreval: score annotation vendors, audit their deliveries, prove what is owed.

What the commands do is a handful of functions, imported when they are first used:

    from vendoreval import open_workspace, run_audit
    result = run_audit(open_workspace(), "batch-1", "gold-1", "audit-1")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from vendoreval.workflow.audits.audits import run_audit
    from vendoreval.workflow.audits.frames import findings_frame, outcomes_frame
    from vendoreval.workflow.audits.stored_audit import load_audit
    from vendoreval.workflow.claims.claims import draft_claim, issue_claim
    from vendoreval.workflow.contracts.checking import check_contract
    from vendoreval.workflow.contracts.contracts import add_contract, amend_contract
    from vendoreval.workflow.deliveries.agreement import agreement, agreement_trend
    from vendoreval.workflow.deliveries.annotators import annotators
    from vendoreval.workflow.deliveries.deliveries import add_delivery
    from vendoreval.workflow.evidence.evidence import export_bundle
    from vendoreval.workflow.evidence.verifying import verify_file
    from vendoreval.workflow.gold.adding import add_gold
    from vendoreval.workflow.gold.golds import commit_gold
    from vendoreval.workflow.questionnaires.forms import import_form, make_form
    from vendoreval.workflow.questionnaires.questionnaires import score_vendor
    from vendoreval.workflow.reports.reports import (
        audit_report,
        claim_report,
        scorecard_report,
        statement_report,
        write_report,
    )
    from vendoreval.workflow.vendors.vendors import add_vendor
    from vendoreval.workflow.workspaces import init_workspace, open_workspace

_HOMES = {
    "add_contract": "contracts.contracts",
    "add_delivery": "deliveries.deliveries",
    "add_gold": "gold.adding",
    "add_vendor": "vendors.vendors",
    "agreement": "deliveries.agreement",
    "agreement_trend": "deliveries.agreement",
    "amend_contract": "contracts.contracts",
    "annotators": "deliveries.annotators",
    "audit_report": "reports.reports",
    "check_contract": "contracts.checking",
    "claim_report": "reports.reports",
    "commit_gold": "gold.golds",
    "draft_claim": "claims.claims",
    "export_bundle": "evidence.evidence",
    "findings_frame": "audits.frames",
    "import_form": "questionnaires.forms",
    "init_workspace": "workspaces",
    "issue_claim": "claims.claims",
    "load_audit": "audits.stored_audit",
    "make_form": "questionnaires.forms",
    "open_workspace": "workspaces",
    "outcomes_frame": "audits.frames",
    "run_audit": "audits.audits",
    "score_vendor": "questionnaires.questionnaires",
    "scorecard_report": "reports.reports",
    "statement_report": "reports.reports",
    "verify_file": "evidence.verifying",
    "write_report": "reports.reports",
}

__all__ = [
    "__version__", "add_contract", "add_delivery", "add_gold", "add_vendor", "agreement", "agreement_trend",
    "amend_contract", "annotators", "audit_report",
    "check_contract", "claim_report", "commit_gold", "draft_claim", "export_bundle", "findings_frame",
    "import_form", "init_workspace", "issue_claim", "load_audit", "make_form", "open_workspace",
    "outcomes_frame", "run_audit", "score_vendor", "scorecard_report", "statement_report",
    "verify_file", "write_report",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a function when it is first asked for, so that `vendoreval --help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'vendoreval' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"vendoreval.workflow.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """What there is to call, for `dir(vendoreval)` and completion, imported or not."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
