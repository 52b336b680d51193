"""Signs of hesitation of a vendor, the contacts they rest on, and whether they go with measured error."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vendoreval.errors import NotFound, UsageError
from vendoreval.questionnaires.bank import Bank, mode_of
from vendoreval.questionnaires.business_hours import BusinessHours
from vendoreval.questionnaires.relating import Relation, VendorSigns, relate
from vendoreval.questionnaires.signals import KINDS, Contact, Signal, signals
from vendoreval.store.questionnaire_tables import ContactRow, FormRow
from vendoreval.store.tables import AuditRow, ContractRow, DeliveryRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.questionnaires.questionnaires import answer_events
from vendoreval.workflow.questionnaires.review_rounds import last_round


def record_contact(
    workspace: Workspace, vendor: str, bank: Bank, kind: str, question: str = "", quote: str = "",
    at: datetime | None = None,
) -> None:  # fmt: skip
    """Record a dated event with a vendor, now or at a moment that has passed.

    Raises NotFound, UsageError for a kind that needs a question, or a moment to come.
    """
    known = tuple(q.id for q in bank.questions)
    if question and question not in known:
        raise NotFound("question", question, known)
    if not question and kind != "shortlisted":
        raise UsageError(f"{kind} concerns a question.", remedy="Name it, such as G1.")
    written = now()
    if at and at > written:
        raise UsageError("The event lies in the future.", remedy="Check --at.")
    row = ContactRow(
        vendor_id=vendor, questionnaire_id=bank.id, kind=kind, question_id=question, quote=quote.strip(),
        actor=actor(), at=at or written,
    )  # fmt: skip
    with workspace.write(actor(), written) as tx:
        tx.require(VendorRow, vendor, "vendor")
        tx.add(row)
        tx.event("questionnaire.contact", vendor, {"kind": kind, "question": question})


def contacts(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Contact, ...]:
    """All events with a vendor, oldest first; a form that was sent asked each of its questions."""
    with workspace.read() as reader:
        rows = reader.all(ContactRow, vendor_id=vendor, questionnaire_id=bank.id)
        forms = reader.all(FormRow, vendor_id=vendor, questionnaire_id=bank.id)
    found = [Contact(row.kind, row.question_id, row.at, row.quote) for row in rows]
    found += [Contact("asked", q.id, form.sent_at) for form in forms for q in bank.asked(mode_of(form.mode))]
    return tuple(sorted(found, key=lambda one: one.at))


def vendor_signals(workspace: Workspace, vendor: str, bank: Bank, zone: str = "UTC") -> tuple[Signal, ...]:
    """The vendor's flags, the most severe first; `zone` is where it works, Monday to Friday, 9 to 17.

    Raises NotFound, UsageError for an unknown time zone.
    """
    found = last_round(workspace, vendor, bank, closed=True)  # an open round is nobody's to see
    reviews = found.reviews if found else ()
    events = answer_events(workspace, vendor, bank)
    return signals(bank, events, contacts(workspace, vendor, bank), reviews, BusinessHours(zone=_zone(zone)))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"There is no time zone {name!r}.", remedy="Write it like Europe/Berlin.") from error


def relate_signals(workspace: Workspace, bank: Bank) -> tuple[tuple[VendorSigns, ...], tuple[Relation, ...]]:
    """Vendors with answers and audits, and for each kind of flag its relation to their measured error."""
    with workspace.read() as reader:
        owner = {row.id: row.vendor_id for row in reader.all(ContractRow)}
        again = {row.id for row in reader.all(DeliveryRow) if row.rework_of}
        audits = as_revised(reader, reader.all(AuditRow))
    # Each delivery counts once, by its latest audit; work that was done again is not what was first delivered.
    last = {row.delivery_id: row for row in sorted(audits, key=lambda row: (row.ran_at, row.id))}
    wrong: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for row in (row for delivery, row in last.items() if delivery not in again):
        counts = json.loads(workspace.objects.read(row.result_sha))["counts"]
        judged = counts["opportunities"] - counts.get("unscorable", 0)
        units[owner[row.contract_id]] += judged
        wrong[owner[row.contract_id]] += judged - counts["correct"] - counts.get("empty_agreed", 0)
    found = tuple(
        VendorSigns(vendor, dict(Counter(one.kind for one in flags)), wrong[vendor] / n, n)
        for vendor, n in sorted(units.items())
        if n and answer_events(workspace, vendor, bank)
        for flags in (vendor_signals(workspace, vendor, bank),)
    )
    return found, relate(found, KINDS)
