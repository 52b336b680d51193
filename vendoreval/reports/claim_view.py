"""The rework claim: the blocks that let the other side check it, answer it, or pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vendoreval.audits.records import BREACHED, AuditResult, Finding
from vendoreval.claims.records import Claim, ClaimLine, Demand, Extrapolation
from vendoreval.contracts.metrics import amount
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.terms import Contract
from vendoreval.reports import parts
from vendoreval.reports.audit_view import audited_items, decision, limits, method, parties
from vendoreval.reports.claim_first_page import claim_answers, figures, headline
from vendoreval.reports.claim_standing import (
    Standing,
    changes,
    line_said,
    nothing_asked,
    said_on_lines,
    stamp,
)
from vendoreval.reports.claim_words import answer_rules
from vendoreval.reports.defect_parts import by_gravity, line_rows, unit_rules
from vendoreval.reports.facts import Facts
from vendoreval.reports.line_words import what_is_wrong
from vendoreval.reports.parts import Plain
from vendoreval.reports.pictures.line_pictures import LinesShown
from vendoreval.reports.provenance_parts import provenance_rows
from vendoreval.reports.report import Report, claim_files
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import count, day, joined, metric_limit, metric_words, percent

LINES_SHOWN = 200
GROUPS_SHOWN = 10
_NOT_YET = "once the claim is issued"


def claim_view(
    contract: Contract,
    claim: Claim,
    result: AuditResult,
    facts: Facts,
    shown: LinesShown = LinesShown(),
    standing: Standing = Standing(),
) -> Report:
    """A version of a claim as a document; pure. Shows at most LINES_SHOWN lines, and carries all as files.

    `result` is the audit that version 1 rests on; `shown` has the pictures of single lines.
    """
    files = claim_files(claim)
    breached = [finding for finding in result.findings if finding.verdict == BREACHED]
    kicker = f"Rework claim{f', version {claim.version}' if claim.version > 1 else ''}"
    marked, over = stamp(claim, standing), nothing_asked(claim, standing)
    view = {
        "schema": "vendoreval/claim_report/1",
        **parts.head(
            f"Rework claim for delivery {claim.delivery}", kicker, f"{claim.id} v{claim.version}", facts, marked
        ),
        "verdict": _verdict(claim, standing),
        "headline": headline(claim, standing),
        "figures": figures(claim, standing),
        "answers": claim_answers(contract, claim, facts, standing),
        "changes": changes(claim, standing),
        "parties": parties(contract, result, facts),
        "clauses": _clauses(contract, breached),
        "timeliness": _timeliness(claim, facts, bool(over)),
        "demands_title": "What this version asked for" if over else "What we ask for",
        "demands": [_demand(number, demand, bool(over)) for number, demand in enumerate(claim.demands, 1)],
        "population": _population(result, unit_word(contract.task)),
        "reference": _reference(result, facts),
        "provenance": provenance_rows(facts.rests),
        "findings": parts.findings_table(breached, contract),
        "as_run": _as_run(claim),
        "forest": parts.forest(breached, "Breached clauses: measured values, intervals and limits"),
        "unit_rules": unit_rules(result, contract),
        "method": method(contract, result),
        "extrapolated": "The wrong units found"
        if all(row.population == row.sample for row in claim.extrapolations)
        else "From the sample to the delivery",
        "extrapolations": [_extrapolation(row) for row in claim.extrapolations],
        "break_even": _break_even(claim),
        "lines": _lines(claim.lines, shown, standing),
        "said": said_on_lines(claim, standing),
        "answer_by": "" if over else f"until {day(claim.answer_by)}" if claim.answer_by else _NOT_YET,
        "answer": [over] if over else answer_rules(contract.dispute),
        "rebuttals": [] if over else [[code, REASONS[code]] for code in contract.dispute.reasons],
        "limits": [*claim.notes, *limits(result)],
        "integrity": parts.integrity(facts, files, shown),
        "record": claim.to_json(),
    }
    return Report("claim", facts.printed, view, files, shown.addresses)


def _verdict(claim: Claim, standing: Standing) -> dict[str, str] | None:
    """The verdict, or what became of a version that asks for nothing: that accuses nobody any more."""
    marked = stamp(claim, standing)
    if nothing_asked(claim, standing) and marked:
        return {"key": "not_run", "symbol": "–", "word": marked}
    return parts.verdict(claim.verdict)


def _as_run(claim: Claim) -> str:
    if claim.version == 1:
        return ""
    said = "These are the figures of the audit as it was run."
    if not claim.extrapolations:
        return f"{said} Once the lines that were struck out count as right, no breach is left of them."
    return f"{said} Section 7 has what is left of them once the lines that were struck out count as right."


def _clauses(contract: Contract, breached: Sequence[Finding]) -> list[list[str]]:
    named = {finding.clause for finding in breached}
    return [
        [
            f"{clause.id} {clause.ref}".strip(),
            f"{metric_words(clause.metric)} {metric_limit(clause.metric, clause.threshold)}, by {clause.unit}",
            joined(name.replace("_", " ") for name in clause.remedy) or "–",
        ]
        for clause in contract.clauses
        if clause.id in named
    ]


def _timeliness(claim: Claim, facts: Facts, over: bool) -> list[list[str]]:
    rows = [
        ["Delivery received", day(facts.delivered)],
        ["Acceptance window ends", day(facts.notice_by)],
        *decision(facts),
        ["Claim drafted", day(claim.drafted)],
        ["Issued on", day(claim.issued) if claim.issued else "not yet: this is a draft"],
        ["Answer due", "–" if over else day(claim.answer_by)],
    ]
    if facts.notice_by and claim.issued:
        late = claim.issued > facts.notice_by
        rows[-2][1] += f", {'after the acceptance window ended' if late else 'within the acceptance window'}"
    return [row for row in rows if row[1] != "–"]


def _demand(number: int, demand: Demand, over: bool) -> Plain:
    return {
        "number": number,
        "kind": demand.kind.replace("_", " ").capitalize(),
        "ref": demand.ref,
        "text": demand.text,
        "amount": str(demand.amount) if demand.amount else "–",
        "on_estimate": str(demand.amount_on_estimate) if demand.amount_on_estimate else "–",
        "due": "" if over else day(demand.due),
        "when": "no longer" if over else _when(demand),
        "justification": demand.justification,
    }


def _when(demand: Demand) -> str:
    if not demand.after_rework:
        return "now"
    return f"if {'a rework fails' if demand.after_rework == 1 else f'{demand.after_rework} reworks fail'}"


def _population(result: AuditResult, unit: str) -> str:
    counts = result.counts
    labels, judged = counts.get("objects", counts.get("labels", 0)), result.by_object
    units = count(judged.n, unit) if judged else count(counts.get("opportunities", 0), "unit")
    return (
        f"The claim is about delivery {result.delivery} with {count(counts.get('items', 0), 'item')}"
        + (f" and {count(labels, unit)}" if labels else "")
        + f". {count(audited_items(counts), 'item')} of it have a gold answer and were audited; "
        f"{units} count."
    )


def _reference(result: AuditResult, facts: Facts) -> str:
    said = f"The reference is gold set {result.gold}."
    if facts.hashes.gold_root:
        said += " The root below fixes every gold answer, and a single answer can be revealed with a proof."
    return said


def _extrapolation(row: Extrapolation) -> Plain:
    return {
        "clause": row.clause + (f", {row.group}" if row.group else ""),
        "found": f"{amount(row.found, row.unit)} of {amount(row.sample, row.unit)}",
        **{name: amount(getattr(row, name), row.unit) for name in ("population", "at_least", "estimate")},
        "allowed": amount(row.allowed, row.unit) if row.by_count else "–",
        "strikeouts": "–" if row.by_scores or not row.by_count else f"{row.strikeouts:,}",
    }


AGAIN = "The audit drew items by scores: after each ruling it is judged again, along the same draw."


def _break_even(claim: Claim) -> str:
    counted = [row for row in claim.extrapolations if row.by_count]
    if not counted:
        return ""
    weakest = min(counted, key=lambda row: row.strikeouts)
    if weakest.by_scores:
        return AGAIN
    if not weakest.strikeouts:
        return f"The breach of clause {weakest.clause} falls if a single error is struck out."
    return (
        f"The breach of clause {weakest.clause} still stands if up to {weakest.strikeouts:,} of the "
        f"{weakest.found:,} errors found are struck out."
    )


def _lines(lines: Sequence[ClaimLine], shown: LinesShown, standing: Standing) -> Plain:
    told = by_gravity(lines)[:LINES_SHOWN]
    note = ""
    if len(lines) > len(told):
        note = (
            f"The {len(told)} gravest of {len(lines):,} lines are printed. claim.csv and claim.json, attached "
            "to the PDF, hold every line; their SHA-256 stands in the integrity block."
        )
    rows = line_rows(told)
    pictured = [
        {**row, "picture": shown.of(line.number), "said": _said(standing, line.number)}
        for row, line in zip(rows, told, strict=True)
        if shown.of(line.number)
    ]
    named = {row["number"] for row in pictured}
    return {
        "note": note,
        "shown": {"note": shown.note, "rows": pictured} if pictured else None,
        "rows": [row for row in rows if row["number"] not in named],
        "totals": [_totals(title, tally) for title, tally in _tallies(lines).items() if len(tally) > 1],
    }


def _said(standing: Standing, number: int) -> list[str]:
    return line_said(standing.lines[number]) if number in standing.lines else []


def _tallies(lines: Sequence[ClaimLine]) -> dict[str, Counter[str]]:
    return {
        "By severity": Counter(line.severity for line in lines),
        "By outcome": Counter(what_is_wrong(line) for line in lines),
        "By gold answer": Counter(line.expected or _nothing(line) for line in lines),
        "By annotator": Counter(line.annotator or "–" for line in lines),
    }


def _nothing(line: ClaimLine) -> str:
    return "nothing (extra)" if line.outcome == "extra" else "–"


def _totals(title: str, tally: Counter[str]) -> Plain:
    ordered = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))
    total = tally.total()
    rest = ordered[GROUPS_SHOWN:]
    rows = [[name, f"{n:,}", percent(n / total)] for name, n in ordered[:GROUPS_SHOWN]]
    if rest:
        left = sum(n for _, n in rest)
        rows.append([f"{len(rest):,} more", f"{left:,}", percent(left / total)])
    return {"title": title, "rows": rows}
