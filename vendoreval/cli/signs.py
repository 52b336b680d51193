"""vendoreval questionnaire: contact, signals, promises: how the vendor answers, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.answering import DEFAULT, Bank, Vendor
from vendoreval.cli.output import Json, emit, percent, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vendoreval.questionnaires.promises import Promise
    from vendoreval.questionnaires.relating import Relation, VendorSigns


class Contacted(StrEnum):
    """What happened between you and the vendor."""

    asked = "asked"
    evidence_requested = "evidence_requested"
    evidence_received = "evidence_received"
    evidence_refused = "evidence_refused"
    evidence_substituted = "evidence_substituted"
    clarification = "clarification"
    call_answered = "call_answered"
    call_looked_up = "call_looked_up"
    call_handed_over = "call_handed_over"
    call_took_away = "call_took_away"
    call_not_answered = "call_not_answered"
    vendor_comment = "vendor_comment"
    shortlisted = "shortlisted"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the noun's door."""
    for command in (contact, signals, promises):
        app.command()(command)


def contact(
    vendor: Vendor,
    kind: Annotated[Contacted, typer.Argument(help="What happened.")],
    question: Annotated[str, typer.Argument(help="The question it is about.")] = "",
    quote: Annotated[str, typer.Option(help="What was said, word for word.")] = "",
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="When, in UTC. Default: now."),
    ] = None,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Record an event with a vendor: a request, a refusal, a call, its comment on a flag, the shortlist."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires, signs

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    moment = at.replace(tzinfo=UTC) if at else None
    signs.record_contact(workspace, vendor, chosen, kind.value, question, quote, moment)
    if json:
        return emit(
            {"schema": "vendoreval/contact/1", "vendor": vendor, "kind": kind.value, "question": question}
        )
    return say(f"Recorded: {kind.value.replace('_', ' ')}{f', {question}' if question else ''}.")


def signals(
    vendor: Annotated[
        str, typer.Argument(help="The vendor; without it flags of all vendors are related to measured error.")
    ] = "",
    zone: Annotated[str, typer.Option(help="The vendor's time zone, for delays in working hours.")] = "UTC",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """List signs of hesitation with quotes; their weight in the score is 0."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires, signs

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if not vendor:
        return _related(*signs.relate_signals(workspace, chosen), json=json)
    found = signs.vendor_signals(workspace, vendor, chosen, zone)
    if json:
        return emit({"schema": "vendoreval/signals/1", "vendor": vendor,
                     "signals": [one.to_json() for one in found]})  # fmt: skip
    if not found:
        return say("No sign of hesitation was found.")
    table(
        ["severity", "question", "sign", "what", "quote"],
        [(s.severity, s.question_id, s.kind.replace("_", " "), s.what, s.quote) for s in found],
    )
    for question, comment in {s.question_id: s.comment for s in found if s.comment}.items():
        say(f"The vendor on {question}: “{comment}”")
    return say("They do not count in the score. Ask before you conclude: small teams, holidays and a second "
               "language explain much.")  # fmt: skip


def _related(vendors: Sequence[VendorSigns], relations: Sequence[Relation], *, json: bool) -> None:
    if json:
        return emit({"schema": "vendoreval/signals-related/1", "vendors": [vars(one) for one in vendors],
                     "relations": [one.to_json() for one in relations]})  # fmt: skip
    table(
        ["sign", "vendors with", "without", "error with", "without", "difference, 95 %", ""],
        [
            (r.kind.replace("_", " "), r.with_flag, r.without, percent(r.error_with), percent(r.error_without),
             "–" if r.low is None else f"{percent(r.low)} to {percent(r.high)}", r.says)
            for r in relations
        ],
    )  # fmt: skip
    return say(f"Over {len(vendors)} vendors with answers and audits; every vendor counts once.")


def _claimed(promise: Promise) -> str:
    """What was said, with its unit where the vendor left it out."""
    if not promise.said:
        return f"level {promise.level}"
    unit = "%" if promise.unit.startswith("%") else "" if "," in promise.unit else promise.unit
    return promise.said if unit in promise.said else f"{promise.said} {unit}"


def promises(vendor: Vendor, bank: Bank = DEFAULT, json: Json = False) -> None:
    """Show what is claimed, what evidence supports, what the contract holds and what was measured."""
    from vendoreval.reports.promise_parts import gap_words, value_words
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires
    from vendoreval.workflow.questionnaires.promises import vendor_promises

    workspace = workspaces.open_workspace()
    found = vendor_promises(workspace, vendor, questionnaires.bank_of(workspace, bank))
    if json:
        return emit({"schema": "vendoreval/promises/1", "vendor": vendor,
                     "promises": [one.to_json() for one in found]})  # fmt: skip
    shown = [one for one in found if one.said or one.measured or one.contract]
    if not shown:
        return say(f"{vendor} gave no figure that could be held against a measurement.")
    table(
        ["promise", "claimed", "shown", "measured", "gap", "standing"],
        [
            (f"{p.question_id} {p.title}", _claimed(p),
             f"level {p.evidenced_level}, {p.evidence}",
             value_words(p) if p.measured else None, gap_words(p), p.standing)
            for p in shown
        ],
    )  # fmt: skip
    return say("Intervals, sources and what the contract holds: --json, or the scorecard.")
