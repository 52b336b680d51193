"""What a vendor promised, held against what its deliveries and audits showed."""

from __future__ import annotations

from decimal import Decimal

from vendoreval.contracts.terms import Contract
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.promises import Promise, promises
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.questionnaires.answer_evidence import pieces
from vendoreval.workflow.questionnaires.questionnaires import current_answers, score_vendor
from vendoreval.workflow.reports.measured import measured, track


def vendor_promises(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Promise, ...]:
    """A vendor's promises side by side; raises NotFound, Conflict where the answers cannot be scored."""
    answers = current_answers(workspace, vendor, bank)
    found = score_vendor(workspace, vendor, bank, "full")  # promises stand beyond the form, too
    seen = track(workspace, vendor)
    newest = seen.contracts[-1] if seen.contracts else None
    terms = contract_words(load_contract(workspace, newest.id, newest.version)) if newest else {}
    shown: dict[str, list[str]] = {}
    for piece in pieces(workspace, vendor, bank):
        if piece.state in ("stored", "seen") and not piece.outdated:
            shown.setdefault(piece.question_id, []).append(piece.item.name)
    return promises(bank, answers, found, measured(workspace, seen), terms, shown)


def contract_words(contract: Contract) -> dict[str, str]:
    """What a contract says of each promise, in a few words; promises it is silent on are left out."""
    said = {}
    for name, metrics in (
        ("accuracy", ("accuracy",)),
        ("agreement", ("alpha", "kappa", "ac1", "fleiss_kappa")),
    ):
        clauses = [c for c in contract.clauses if c.metric in metrics and c.scope == "delivery"]
        if clauses:
            least = clauses[0].threshold
            if name == "accuracy":
                least = f"{(Decimal(least) * 100).normalize():f} %"
            said[name] = f"at least {least} {clauses[0].ref}".strip()
    if contract.acceptance:
        silence = "acceptance" if contract.acceptance.silence == "accepted" else "no acceptance"
        said["acceptance_window"] = f"{contract.acceptance.window_days} business days; silence is {silence}"
    kinds = {remedy.kind: remedy for remedy in reversed(contract.remedies)}
    if "rework" in kinds:
        rework = kinds["rework"]
        days = f"{rework.deadline_days} business days" if rework.deadline_days else "no deadline"
        said["rework"] = f"{rework.scope}, {days}, {rework.rounds or 'any number of'} rounds"
    paid = [kind for kind in ("credit", "refund", "audit_cost", "withhold", "termination") if kind in kinds]
    if paid:
        said["credit"] = ", ".join(paid).replace("_", " ")
    if contract.price:
        said["price_unit"] = f"{contract.price.per_unit} {contract.currency} per {contract.price.unit}"
    return said
