"""The report of one vendor's questionnaire: everything known of its answers, gathered."""

from __future__ import annotations

from vendoreval import __version__
from vendoreval.questionnaires.bank import Bank, Mode
from vendoreval.questionnaires.reviews import level_agreement
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.questionnaire_view import Told, questionnaire_view
from vendoreval.reports.report import Report
from vendoreval.store.questionnaire_tables import FormRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now
from vendoreval.workflow.questionnaires.answer_evidence import pieces
from vendoreval.workflow.questionnaires.answer_log import returned_forms
from vendoreval.workflow.questionnaires.promises import vendor_promises
from vendoreval.workflow.questionnaires.questionnaires import require_answers, score_vendor
from vendoreval.workflow.questionnaires.review_rounds import last_round
from vendoreval.workflow.questionnaires.signs import vendor_signals
from vendoreval.workflow.vendors.vendors import show_vendor


def questionnaire_report(
    workspace: Workspace, vendor: str, bank: Bank, mode: Mode | None = None, remarks: tuple[str, ...] = ()
) -> Report:
    """The report of a vendor's answers; raises NotFound, Conflict where nothing was answered."""
    answers = require_answers(workspace, vendor, bank)
    found = last_round(workspace, vendor, bank, closed=True)
    told = Told(
        bank, answers, score_vendor(workspace, vendor, bank, mode), pieces(workspace, vendor, bank),
        vendor_promises(workspace, vendor, bank), vendor_signals(workspace, vendor, bank),
        tuple(found.consensus().values()) if found else (),
        level_agreement(found.reviews) if found else None,
        _dates(workspace, vendor, bank),
    )  # fmt: skip
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=show_vendor(workspace, vendor).name,
        hashes=Hashes(log_head=workspace.verify_log()), remarks=remarks,
    )  # fmt: skip
    return questionnaire_view(told, facts)


def _dates(workspace: Workspace, vendor: str, bank: Bank) -> tuple[str, ...]:
    with workspace.read() as reader:
        sent = reader.all(FormRow, vendor_id=vendor, questionnaire_id=bank.id)
        back = [form for form in returned_forms(reader, vendor) if form.bank == bank.id]
    told = [f"A form was sent on {row.sent_at:%Y-%m-%d}, due on {row.due}." for row in sent[-1:]]
    return (*told, *(f"The last form came back on {form.at:%Y-%m-%d}." for form in back[-1:]))
