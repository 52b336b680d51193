"""Reports: gather the facts, build the view, write PDF, HTML or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from vendoreval import __version__
from vendoreval.claims.deadlines import deadlines
from vendoreval.claims.rebuttals import rebuttals
from vendoreval.claims.records import Claim
from vendoreval.errors import Conflict, InputError, MissingPart, UsageError
from vendoreval.labels.shapes import SHAPES
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.promises import Promise
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_standing import Standing
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.defect_parts import UnitsShown, by_gravity, quality, units_shown
from vendoreval.reports.delivery_parts import Received, decided_words
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.pictures.line_pictures import MOST_SHOWN, lines_shown
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_claims import Claimed
from vendoreval.reports.scorecard_view import in_order, scorecard_view
from vendoreval.reports.statement_view import statement_view
from vendoreval.store.tables import AuditRow, ClaimRow, CommitmentRow, DeliveryRow, ReportRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import list_audits
from vendoreval.workflow.audits.other_figures import by_conventions
from vendoreval.workflow.audits.provenance import rests_on
from vendoreval.workflow.audits.stored_audit import StoredAudit, load_audit
from vendoreval.workflow.claims.accounts import entry_on, vendor_account, vendor_disputes
from vendoreval.workflow.claims.claims import list_claims, load_claim
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.claims.rework_record import rework_outcomes
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import contract_row
from vendoreval.workflow.deliveries.agreement import agreement_trend
from vendoreval.workflow.deliveries.decisions import standing_of
from vendoreval.workflow.deliveries.escalations import escalations_of
from vendoreval.workflow.deliveries.listing import business_days
from vendoreval.workflow.evidence.checkpoints import note_head, read_head
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.pilots.pilots import judged_record, latest_judged
from vendoreval.workflow.questionnaires.promises import vendor_promises
from vendoreval.workflow.questionnaires.questionnaires import bank_of, current_answers, score_vendor
from vendoreval.workflow.reports.image_folder import ImageFolder
from vendoreval.workflow.reports.item_texts import ItemTexts, texts_of
from vendoreval.workflow.reports.letterheads import letterhead_for
from vendoreval.workflow.reports.measured import track
from vendoreval.workflow.vendors.vendors import show_vendor

if TYPE_CHECKING:
    from vendoreval.reports.pdf import Paper
    from vendoreval.workflow.evidence.signing import How

Format = Literal["pdf", "docx", "html", "json", "csv"]


def audit_report(
    workspace: Workspace, audit_id: str, remarks: tuple[str, ...] = (), images: Path | None = None,
    conventions: Sequence[str] = (),
) -> Report:  # fmt: skip
    """The certificate of an audit, with the pictures in the folder `images`; raises NotFound, InputError.

    `conventions` names other tools, whose figures stand beside.
    """
    stored = load_audit(workspace, audit_id)
    known = ImageFolder(images) if images else None
    shown = (
        units_shown(stored.seen, stored.result, stored.contract.task, known) if _drawn(stored) else UnitsShown()
    )
    others = by_conventions(stored, conventions)
    return audit_view(stored.contract, stored.result, audit_facts(workspace, stored, remarks), shown, others)


def _drawn(stored: StoredAudit) -> bool:
    """Whether answers are parts that a report draws; only then it looks at more than the stored result."""
    return SHAPES[stored.contract.task.type].many


def claim_report(
    workspace: Workspace, claim_id: str, remarks: tuple[str, ...] = (), images: Path | None = None,
    version: int = 0, texts: Path | None = None,
) -> Report:  # fmt: skip
    """A version of a claim (0: the newest) with the pictures in `images`; raises NotFound, InputError.

    `texts`: a row file with the columns item_id and text, the items' own texts, and a column for each answer
    that people chose from.
    """
    claim, stored = load_claim(workspace, claim_id, version)
    standing, state = claim_standing(workspace, claim)
    known = ImageFolder(images) if images else None
    lines = by_gravity(claim.lines)
    found = ItemTexts()
    if texts:
        found = texts_of(texts, [line.item for line in lines[:MOST_SHOWN]], stored.contract.task.classes)
    seen = stored.seen if _drawn(stored) else None
    pictures = lines_shown(lines, seen, known, found.texts, found.answers)
    remarks = (*remarks, *found.remarks)
    return claim_view(
        stored.contract, replace(claim, state=state), stored.result, audit_facts(workspace, stored, remarks),
        pictures, standing,
    )  # fmt: skip


def claim_standing(workspace: Workspace, claim: Claim) -> tuple[Standing, str]:
    """What came before a version and what became of the claim, with its state today."""
    if claim.issued is None:
        return Standing(), claim.state
    found = load_dispute(workspace, claim.id)
    dispute, number = found.dispute, claim.version
    with workspace.read() as reader:
        rows = [row.id for row in reader.all(ClaimRow, audit_id=found.audit.row.id) if row.id != claim.id]
    others = [load_claim(workspace, name)[0] for name in dict.fromkeys(rows)]
    newest = number == len(found.versions)
    ended = dispute.moves[-1] if dispute.moves and dispute.state in ("withdrawn", "settled") else None
    return Standing(
        found.versions[0],
        found.versions[number - 2] if number > 1 else None,
        len(found.versions),
        dispute.lines if newest and dispute.moves else {},
        dispute.turns if newest else (),
        ended,
        next((one.id for one in others if one.issued and claim.id in one.supersedes), ""),
    ), dispute.state


def scorecard_report(workspace: Workspace, vendor_id: str, remarks: tuple[str, ...] = ()) -> Report:
    """The scorecard of a vendor: answers, audits over time, claims; raises NotFound."""
    vendor = show_vendor(workspace, vendor_id)
    names = {audit for audit, _ in vendor.audits}
    stored = [load_audit(workspace, row.id) for row in list_audits(workspace) if row.id in names]
    disputes = vendor_disputes(workspace, vendor_id)
    entries = {one.newest.id: entry_on(one) for one in disputes}
    rows = [row.id for row in list_claims(workspace) if row.audit_id in names]
    claims = [Claimed(load_claim(workspace, name)[0], entries.get(name)) for name in rows]
    audits = [(audit.result, audit.row.ran_at) for audit in stored]
    received = _received(workspace, vendor_id)
    name = in_order(audits, received)[-1][0].audit if audits else ""
    latest = next((one for one in stored if one.row.id == name), None)
    contract = latest.contract if latest else None
    told, promised, why = _questionnaire(workspace, vendor_id)
    trend, unmeasured = _agreement(workspace, vendor_id)
    again = tuple(f"{one.row.id}: {one.note}" for one in stored if one.note)
    pilot = latest_judged(workspace, vendor_id)
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=vendor.name,
        buyer=contract.buyer if contract else "", hashes=Hashes(log_head=workspace.verify_log()),
        remarks=(*again, *remarks, *why, *unmeasured),
    )  # fmt: skip
    return scorecard_view(
        contract,
        told,
        audits,
        claims,
        facts,
        promised,
        trend,
        received,
        judged_record(workspace, pilot) if pilot else None,
        quality(latest.seen.by_label, latest.contract.task) if latest and _drawn(latest) else None,
        rebuttals(one.dispute for one in disputes),
    )


def statement_report(workspace: Workspace, vendor_id: str, remarks: tuple[str, ...] = ()) -> Report:
    """The statement of account of a vendor: its claims, what was settled, what is open; raises NotFound."""
    known = vendor_account(workspace, vendor_id)
    buyers = dict.fromkeys(load_claim(workspace, entry.claim)[0].buyer for entry in known.entries)
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=show_vendor(workspace, vendor_id).name,
        buyer=", ".join(filter(None, buyers)), hashes=Hashes(log_head=workspace.verify_log()),
        remarks=remarks, letterhead=letterhead_for(workspace, vendor_id),
    )  # fmt: skip
    return statement_view(known, facts)


def _received(workspace: Workspace, vendor_id: str) -> tuple[Received, ...]:
    seen, fared = track(workspace, vendor_id), rework_outcomes(workspace)
    trials = {row.id for row in seen.trials}
    found = []
    for row in sorted((*seen.deliveries, *seen.trials), key=lambda row: (row.received_at, row.id)):
        asked = escalations_of(workspace, row)
        longest = {times.answered_by: times.longest for times in asked.times}
        kind = "pilot" if row.id in trials else f"rework of {row.rework_of}" if row.rework_of else ""
        kind += f", {fared[row.id]}" if row.id in fared else ""
        found.append(
            Received(
                row.id, kind, row.ordered, row.received_at.date(), business_days(workspace, row), row.items,
                asked.counted.share if asked.counted else None, (longest["vendor"], longest["buyer"]),
                row.rework_of or "", None if row.id in trials else standing_of(workspace, row),
            )
        )  # fmt: skip
    return tuple(found)


def _agreement(workspace: Workspace, vendor_id: str) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The trend of agreement, or a remark that says why there is none."""
    try:
        return agreement_trend(workspace, vendor_id), ()
    except InputError as error:  # labels that do not fit the contract's scale
        return None, (f"Agreement is left out. {error}",)


def _questionnaire(
    workspace: Workspace, vendor_id: str
) -> tuple[Assessment | None, tuple[Promise, ...], tuple[str, ...]]:
    """Scores and promises, or a remark that says why there are none yet."""
    bank = bank_of(workspace)
    if not current_answers(workspace, vendor_id, bank):
        return None, (), ()
    try:
        return score_vendor(workspace, vendor_id, bank), vendor_promises(workspace, vendor_id, bank), ()
    except Conflict as error:  # a moderation is needed, or the weights are not the frozen ones
        return None, (), (f"The questionnaire is left out. {error}",)


def audit_facts(workspace: Workspace, stored: StoredAudit, remarks: tuple[str, ...] = ()) -> Facts:
    """Names, times and hashes of a report about an audit or a claim on it."""
    row, contract = stored.row, stored.contract
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
        commitment = reader.get(CommitmentRow, row.gold_id)
    ends = {entry.name: entry.due for entry in deadlines(contract, received=stored.received.date())}
    return Facts(
        printed=now(),
        program=f"vendoreval {__version__}",
        vendor=show_vendor(workspace, contract.vendor).name,
        buyer=contract.buyer,
        delivered=stored.received.date(),
        notice_by=ends.get("acceptance"),
        hashes=Hashes(
            contract=contract_row(workspace, contract.id, contract.version).source_sha,
            manifest=delivery.manifest_sha,
            gold_root=commitment.root if commitment else "",
            result=stored.result_sha,
            log_head=workspace.verify_log(),
        ),
        remarks=(*([stored.note] if stored.note else []), *remarks),
        rests=rests_on(workspace, stored),
        decided=decided_words(standing_of(workspace, delivery)),
        letterhead=letterhead_for(workspace, contract.vendor),
    )


def write_report(
    workspace: Workspace, report: Report, subject: str, out: Path, fmt: Format = "pdf", paper: Paper = "A4",
    how: How | None = None,
) -> int:  # fmt: skip
    """Write a report whole or not at all, log it, and return its size in bytes.

    `how`: who signs the PDF, where it is signed; the log's head is noted in the signer's key folder. Raises
    MissingPart for PDF where Pango is absent; HTML and JSON always work (`write_what_can_be`).
    """
    data = _signed(report, how, paper) if how else _rendered(report, fmt, paper)
    at = now()
    with workspace.write(actor(), at) as tx:
        write_whole(out, data)  # killed now, it can be repeated
        sha = workspace.objects.put_bytes(data)
        tx.add(ReportRow(kind=report.kind, subject=subject, sha=sha, name=out.name, made_at=at))
        told = {"kind": report.kind, "sha256": sha, "name": out.name}
        tx.event("report.made", subject, told, _delivery_of(tx, report.kind, subject))
    if how:
        note_head(how.signer.folder, read_head(workspace))
    return len(data)


def _delivery_of(reader: Reader, kind: str, subject: str) -> str:
    """The delivery that a report is about; empty for reports on vendors, contracts and the like."""
    if kind == "pilot":
        return subject
    if kind in ("claim", "letter"):
        claims = reader.all(ClaimRow, id=subject)
        kind, subject = "audit", claims[-1].audit_id if claims else ""
    audit = reader.get(AuditRow, subject) if kind == "audit" else None
    return audit.delivery_id if audit else ""


@dataclass(frozen=True)
class Made:
    """What was written for a report: its files and their sizes in bytes, the one to read first, and a word."""

    files: tuple[tuple[Path, int], ...]
    note: str = ""


def write_what_can_be(
    workspace: Workspace, report: Report, subject: str, out: Path, fmt: Format = "pdf", paper: Paper = "A4",
    how: How | None = None,
) -> Made:  # fmt: skip
    """Write a report as `write_report` does; where PDF cannot be made here, as HTML and JSON instead.

    Raises UsageError for a report that is to be signed and is no PDF.
    """
    if how and fmt != "pdf":
        raise UsageError(
            "Only a PDF is signed within the file.", remedy="Sign others with: evidence sign FILE."
        )
    try:
        return Made(((out, write_report(workspace, report, subject, out, fmt, paper, how)),))
    except MissingPart as error:
        if fmt != "pdf" or how:
            raise
        others: tuple[tuple[Format, Path], ...] = (
            ("html", out.with_suffix(".html")), ("json", out.with_suffix(".report.json")),
        )  # fmt: skip
        written = ((file, write_report(workspace, report, subject, file, form)) for form, file in others)
        return Made(
            tuple(written), f"HTML and JSON instead of PDF. {error.what} `vendoreval doctor` tells more."
        )


def _signed(report: Report, how: How, paper: Paper) -> bytes:
    """The PDF with the panel that names its signer, signed."""
    from vendoreval.reports.pdf import to_pdf
    from vendoreval.reports.signature_panel import with_panel
    from vendoreval.workflow.evidence.signing import sign_pdf_now

    return sign_pdf_now(to_pdf(with_panel(report, how.signer.public, how.side, bool(how.tsa)), paper), how)


def _rendered(report: Report, fmt: Format, paper: Paper) -> bytes:
    from vendoreval.reports.render import to_html, to_json

    if fmt == "html":
        return to_html(report).encode()
    if fmt == "json":
        return to_json(report).encode()
    if fmt == "csv":
        return _table(report)
    if fmt == "docx":
        from vendoreval.reports.docx_writer import to_docx

        return to_docx(report, paper)
    from vendoreval.reports.pdf import to_pdf

    return to_pdf(report, paper)


def _table(report: Report) -> bytes:
    """The rows that a report carries; raises InputError for one that carries none."""
    for file in report.files:
        if file.name.endswith(".csv"):
            return file.data
    raise InputError(
        f"A report of the kind {report.kind} has no table.", remedy="Name a .pdf, .docx, .html or .json file."
    )
