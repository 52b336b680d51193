"""What every first page answers beside what happened: how sure that is, what is asked, by when, in total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, VERDICTS, AuditResult, Finding
from vendoreval.claims.remedies import delivery_price
from vendoreval.contracts.joint import risk_of
from vendoreval.contracts.terms import Contract
from vendoreval.inference.proportions import CENSUS
from vendoreval.money import Money
from vendoreval.questionnaires.promises import Promise
from vendoreval.reports.facts import Facts
from vendoreval.reports.promise_parts import missed
from vendoreval.reports.scorecard_claims import Claimed, asked, next_date, sums_in_words
from vendoreval.reports.sentences import clause_name, interval_words
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import chance, count, day, joined, percent

QUESTIONS = ("How sure", "What is asked", "By when", "In total")


def answers(*said: str) -> list[list[str]]:
    """One row a question of QUESTIONS, in its order."""
    return [[name, text] for name, text in zip(QUESTIONS, said, strict=True)]


def sureness(findings: Sequence[Finding]) -> str:
    """How sure the worst verdict is: of the whole delivery where that has a number."""
    measured = [f for f in findings if f.estimate is not None and f.verdict != NOT_RUN]
    if not measured:
        return "Nothing was measured, so nothing is known."
    f = min(measured, key=lambda one: (VERDICTS.index(one.verdict), one.group is not None))
    if f.method == CENSUS:
        return (
            "Every unit was audited, so nothing is left to chance; mistakes in gold itself are not ruled out."
        )
    sure = percent(f.confidence or 0.95, digits=0)
    said = f"{clause_name(f)}: {interval_words(f)} with {sure} confidence"
    p, just = (f.p_breach, "keeps") if f.verdict == BREACHED else (f.p_kept, "breaks")
    if p is None or f.verdict == INCONCLUSIVE:
        return f"{said}."
    return f"{said}; a delivery that just {just} it looks like this with a chance of {chance(p)}."


def judged_by_chance(result: AuditResult) -> list[str]:
    """The clause of each finding that a sample decided; a clause with several findings stands several times."""
    return [f.clause for f in result.findings if f.verdict != NOT_RUN and f.method != CENSUS]


def _together(contract: Contract, result: AuditResult) -> str:
    """What the chance of one finding leaves out: that there are many of them."""
    risk = risk_of(contract.clause(name) for name in judged_by_chance(result))
    if result.verdict != BREACHED or len(risk.risks) < 2:
        return ""
    return (
        f" All {risk.findings:,} findings together: a delivery just at every limit is called breached "
        f"somewhere with a chance of up to {percent(risk.at_most, digits=0)}."
    )


def _by_word(result: AuditResult) -> str:
    """That a breach counts items which miss by the buyer's word alone."""
    near = {pair["item_id"] for pair in result.basis.get("missing_by_word", ())}
    if result.verdict != BREACHED or not near:
        return ""
    return (
        f" By the buyer’s word alone, {count(len(near), 'item')} counted as missing came under no near id "
        "(see Settled)."
    )


def audit_answers(contract: Contract, result: AuditResult, facts: Facts) -> list[list[str]]:
    """The certificate's answers."""
    until = f"Notice of defects by {day(facts.notice_by)}, when the acceptance window ends."
    return answers(
        sureness(result.findings) + _together(contract, result) + _by_word(result),
        _asked_of_audit(contract, result),
        until if facts.notice_by else "The contract sets no acceptance window.",
        _counted(contract, result),
    )


def _asked_of_audit(contract: Contract, result: AuditResult) -> str:
    """What follows from the verdicts, the worst first."""
    by_verdict: dict[str, list[str]] = {name: [] for name in VERDICTS}
    for finding in result.findings:
        if finding.clause not in by_verdict[finding.verdict]:
            by_verdict[finding.verdict].append(finding.clause)
    said = []
    if by_verdict[BREACHED]:
        named = {
            name for clause in contract.clauses if clause.id in by_verdict[BREACHED] for name in clause.remedy
        }
        remedies = [one.id.replace("_", " ") for one in contract.remedies if one.id in named]
        leads = f" The breached clauses lead to {joined(remedies)}." if remedies else ""
        said.append(f"This certificate asks for nothing; a claim does.{leads}")
    if by_verdict[INCONCLUSIVE]:
        said.append(f"Further evidence on {joined(by_verdict[INCONCLUSIVE])}; the plain words say how much.")
    if by_verdict[NOT_RUN]:
        said.append(f"Not judged: {joined(by_verdict[NOT_RUN])}; the reasons stand below.")
    return " ".join(said) or "Nothing: no clause stands against accepting the delivery."


def _counted(contract: Contract, result: AuditResult) -> str:
    counts, judged, unit = result.counts, result.by_object, "unit"
    units = counts.get("opportunities", 0)
    wrong = units - counts.get("correct", 0)
    if judged:
        units, wrong, unit = judged.n, judged.errors, unit_word(contract.task)
    gold = count(counts.get("gold_items", 0), "gold item")
    said = f"{wrong:,} of {count(units, f'audited {unit}')} wrong, on {gold}"
    whole = f"{count(counts.get('items', 0), 'item')} delivered"
    price = delivery_price(contract, counts) if {"items", "labels"} <= counts.keys() else None
    worth = f", priced {Money.of(price, contract.currency)}" if price is not None else ""
    return f"{said}; {whole}{worth}."


def scorecard_answers(
    audits: Sequence[AuditResult], claims: Sequence[Claimed], promises: Sequence[Promise], today: date
) -> list[list[str]]:
    """The scorecard's answers; `audits` are in the order of time."""
    late = missed(promises)
    wanted = asked(claims)
    if late:
        wanted.append(f"Ask about {count(len(late), 'missed promise')}: {joined(one.title for one in late)}.")
    return answers(
        sureness(audits[-1].findings) if audits else "Nothing was audited; answers and pilots show less.",
        " ".join(wanted) or "Nothing is open.",
        next_date(claims, today),
        _scorecard_total(audits, claims, late, today),
    )


def _scorecard_total(
    audits: Sequence[AuditResult], claims: Sequence[Claimed], late: Sequence[Promise], today: date
) -> str:
    tally: Mapping[str, int] = {name: sum(a.verdict == name for a in audits) for name in (KEPT, BREACHED)}
    issued = sum(one.entry is not None for one in claims)
    said = f"{count(len(audits), 'audit')}: {tally[KEPT]} kept, {tally[BREACHED]} breached; "
    said += f"{count(len(late), 'promise')} missed; {count(issued, 'claim')} issued"
    sums = sums_in_words(claims, today)
    return f"{said}: {sums}" if sums else f"{said}."
