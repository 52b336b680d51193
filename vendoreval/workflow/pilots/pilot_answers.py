"""What came back from a pilot: a delivery, judged block by block, and what becomes of the vendor's claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.audits.agreement_record import Alpha, alpha_of
from vendoreval.audits.records import BREACHED
from vendoreval.contracts.business_days import business_days_between
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.intake.delivery_rows import NOTHING_STATED
from vendoreval.formats.intake.escalation_rows import read_register
from vendoreval.gold.piloting import PARTS
from vendoreval.labels.escalations import Escalation
from vendoreval.labels.statements import Statements
from vendoreval.pilots.blocks import Answers, answers
from vendoreval.pilots.levels import MeasuredLevel, findings, measured_levels
from vendoreval.pilots.result import PilotResult, pilot_result
from vendoreval.pilots.words import block_sentences, claim_sentences, on_the_way
from vendoreval.questionnaires.bank import CORE_BANK, Bank
from vendoreval.questionnaires.promises import claimed_figures
from vendoreval.questionnaires.worth import judge_all
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.pilot_view import pilot_view
from vendoreval.reports.report import Report
from vendoreval.store.tables import CommitmentRow, DeliveryRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import gold_committed
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import contract_row
from vendoreval.workflow.deliveries.dates import Dates
from vendoreval.workflow.deliveries.deliveries import arrive, keep_delivery
from vendoreval.workflow.deliveries.escalations import keep_register, read_kept
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.deliveries.settling import refuse_open_answers
from vendoreval.workflow.gold.golds import load_gold
from vendoreval.workflow.pilots.pilots import Sent, judged_record, list_pilots, load_sent
from vendoreval.workflow.questionnaires.questionnaires import current_answers
from vendoreval.workflow.vendors.vendors import show_vendor


@dataclass(frozen=True, eq=False)
class Judged:
    """A pilot with its answers and what they showed."""

    sent: Sent
    delivery: DeliveryRow
    seen: Answers
    result: PilotResult
    agreement: Alpha | None
    handed_over: Mapping[int, datetime]


def take_answers(
    workspace: Workspace,
    pilot_id: str,
    files: Sequence[Path],
    bank: Bank,
    *,
    mapping: Sequence[str] = (),
    fmt: str | None = None,
    register: Path | None = None,
    unfinished: bool = False,
    received: datetime | None = None,
    handed_over: Sequence[str] = (),
    stated: Statements = NOTHING_STATED,
) -> dict[str, Any]:
    """Take a pilot's answers in as a delivery of its name, and judge every block.

    All files of the pilot come at once; `register` holds the vendor's questions. Tasks without an answer
    stop it, unless `unfinished` lets them count as misses. `handed_over` says when parts went to the vendor,
    as `3=2026-03-02T09:00`; `stated` is what the buyer says of the labels.
    Raises NotFound, InputError, Conflict; NotSettled where a block would be breached and labels are no classes.
    """
    sent, at = load_sent(workspace, pilot_id), now()
    when = _handed_over(handed_over)
    if sent.row.result_sha:
        raise Conflict(
            f"Pilot {pilot_id!r} is judged already.", remedy=f"See it with: vendoreval pilot show {pilot_id}"
        )
    if not files:
        raise InputError("No file of answers was named.", remedy="Name all files of the pilot that came back.")
    asked = None
    if register:  # read first, so that one that is refused leaves nothing behind
        units = {task.id: task.unit for task in sent.tasks}
        asked = read_register(
            register, items=set(units.values()), task_ids=units, since=sent.row.sent_at, until=at
        )
    arrived = arrive(
        workspace, files, at, contract_id=sent.contract.id, contract_version=sent.contract.version,
        delivery_id=pilot_id, mapping=mapping, fmt=fmt, seeding=pilot_id,
        dates=Dates(received=_received(sent.row.sent_at, received)), whole=not unfinished,
        stated=stated,
    )  # fmt: skip
    judged = judge(workspace, sent, arrived.row, asked.entries if asked else (), when)
    if judged.result.verdict == BREACHED:
        refuse_open_answers(pilot_id, [str(file) for file in files], arrived.report)
    record = pilot_record(workspace, judged, at)
    levels = levels_of(workspace, sent.contract.vendor, bank, record)
    record["levels"] = [level.to_json() for level in levels]
    record["sentences"]["claims"] = claim_sentences(levels)
    with workspace.write(actor(), at) as tx:
        keep_delivery(tx, arrived)
        if register and asked:
            record["register"] = keep_register(tx, workspace, pilot_id, asked, register, at)
        sha = workspace.objects.put_bytes(canonical(record))
        tx.update(tx.require(PilotRow, pilot_id, "pilot"), result_sha=sha, judged_at=at)
        tx.event("pilot.judged", pilot_id, {"result": sha, "verdict": record["verdict"]}, pilot_id)
    refused = [asdict(refusal) for refusal in asked.refusals] if asked else []
    notes = list(asked.notes) if asked else []
    return {**record, "intake": dict(arrived.report), "register_refused": refused, "register_notes": notes}


def _handed_over(written: Sequence[str]) -> dict[int, datetime]:
    """When parts went to the vendor; raises UsageError for what is none."""
    found = {}
    for text in written:
        part, _, when = text.partition("=")
        try:
            number, moment = int(part), datetime.fromisoformat(when)
        except ValueError:
            number, moment = 0, now()
        if number not in PARTS:
            raise UsageError(
                f"{text!r} does not say when a part was handed over.",
                remedy="Write a part's number and a time in UTC: --handed-over 3=2026-03-02T09:00",
            )
        found[number] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return found


def _received(sent_at: datetime, received: datetime | None) -> datetime | None:
    """A bare day that is the day of sending means: after the sending."""
    if received and received.date() == sent_at.date():
        return max(received, sent_at)
    return received


def show_pilot(workspace: Workspace, pilot_id: str) -> dict[str, Any] | None:
    """The record `vendoreval/pilot/1` of a judged pilot; None while it is under way; raises NotFound."""
    row = load_sent(workspace, pilot_id).row
    if row.result_sha is None:
        return None
    return judged_record(workspace, row)


def judge(
    workspace: Workspace, sent: Sent, delivery: DeliveryRow, register: Sequence[Escalation],
    handed_over: Mapping[int, datetime],
) -> Judged:  # fmt: skip
    """Hold the answers of a pilot against its gold; the same each time."""
    units = sorted({task.unit for task in sent.tasks})
    labels = labels_on_items(workspace.objects.path(delivery.table_sha), units)
    asked = frozenset(one.item_id for one in register if one.asked_by == "vendor")
    gold = load_gold(workspace, sent.row.gold_id, sent.row.judged_at)
    seen = answers(sent.contract.task, sent.tasks, labels, gold, asked)
    main = seen.of_main()
    alpha = alpha_of(main, sent.contract.task) if delivery.annotators > 1 and len(main) else None
    result = pilot_result(sent.plan, seen, handed_over)
    return Judged(sent, delivery, seen, result, alpha, handed_over)


def judged_again(workspace: Workspace, pilot_id: str) -> Judged:
    """A pilot that was judged, computed again from what it looked at; raises NotFound."""
    record, delivery = show_pilot(workspace, pilot_id), delivery_row(workspace, pilot_id)
    register = read_kept(workspace, record["register"]) if record and record["register"] else ()
    told = record.get("handed_over", {}) if record else {}
    when = {int(part): datetime.fromisoformat(text) for part, text in told.items()}
    return judge(workspace, load_sent(workspace, pilot_id), delivery, register, when)


def levels_of(
    workspace: Workspace, vendor: str, bank: Bank, record: Mapping[str, Any]
) -> tuple[MeasuredLevel, ...]:
    """What a pilot makes of the vendor's claims as they are now; none where it answered no questionnaire."""
    if bank.id != CORE_BANK:
        return ()
    given = current_answers(workspace, vendor, bank)
    claimed = {one.question.id: one.level for one in judge_all(bank.questions, given, {}) if one.level}
    return measured_levels(findings(record, claimed_figures(bank, given)), claimed)


def pilot_record(workspace: Workspace, judged: Judged, at: datetime) -> dict[str, Any]:
    """The record `vendoreval/pilot/1`, without what becomes of the vendor's claims."""
    row, delivery, contract = judged.sent.row, judged.delivery, judged.sent.contract
    sent, received = row.sent_at.date(), delivery.received_at.date()
    earlier = [one.id for one in list_pilots(workspace, contract.vendor) if one.sent_at < row.sent_at]
    alpha = judged.agreement
    return {
        "schema": "vendoreval/pilot/1",
        "pilot": row.id,
        "vendor": contract.vendor,
        "contract": row.contract_id,
        "contract_version": row.contract_version,
        "gold": row.gold_id,
        "gold_committed": gold_committed(workspace, row.gold_id, delivery),
        "earlier_pilots": earlier,
        "shown": list(judged.sent.shown),
        "register": "",
        "clause": judged.sent.plan.clause,
        "sent_at": row.sent_at.isoformat(),
        "due": row.due.isoformat(),
        "received_at": delivery.received_at.isoformat(),
        "business_days": business_days_between(sent, received, contract.acceptance),
        "late": received > row.due,
        "handed_over": {str(part): when.isoformat() for part, when in sorted(judged.handed_over.items())},
        "judged_at": at.isoformat(),
        "verdict": judged.result.verdict,
        **judged.result.to_json(),
        "alpha": {"estimate": alpha.estimate, "low": alpha.low, "high": alpha.high, "items": alpha.items}
        if alpha
        else None,
        "sentences": {
            "blocks": block_sentences(judged.result),
            "on_the_way": on_the_way(judged.result),
        },
    }


def pilot_report(workspace: Workspace, pilot_id: str, bank: Bank, remarks: tuple[str, ...] = ()) -> Report:
    """The report of a judged pilot; raises NotFound, Conflict while it is under way."""
    record, sent = show_pilot(workspace, pilot_id), load_sent(workspace, pilot_id)
    if record is None:
        raise Conflict(
            f"Pilot {pilot_id!r} is not judged yet.", remedy=f"Use: vendoreval pilot answers {pilot_id} FILES"
        )
    with workspace.read() as reader:
        commitment = reader.get(CommitmentRow, sent.row.gold_id)
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", buyer=sent.contract.buyer,
        vendor=show_vendor(workspace, sent.contract.vendor).name,
        hashes=Hashes(
            contract=contract_row(workspace, sent.contract.id, sent.contract.version).source_sha,
            manifest=delivery_row(workspace, pilot_id).manifest_sha,
            gold_root=commitment.root if commitment else "",
            log_head=workspace.verify_log(),
        ),
        remarks=remarks,
    )  # fmt: skip
    return pilot_view(record, sent.contract, bank, facts)
