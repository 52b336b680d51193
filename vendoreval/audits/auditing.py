"""The audit: contract clauses × outcomes → findings, and the figures beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from vendoreval.audits.agreeing import judge_agreement
from vendoreval.audits.allowing import double_notes, lowered, revision, touched
from vendoreval.audits.audit_input import AuditInput, counted, missing_by_word
from vendoreval.audits.deciding import RULES_HERE, Frame, decide, not_run
from vendoreval.audits.drawing import STATED, TICKETS, UNPROVEN, can_walk, seed_in_words, speaks_for_all
from vendoreval.audits.figures import by_annotator, by_class, confusion
from vendoreval.audits.joining import Trial, judge_all
from vendoreval.audits.looking import at_risk_left, look_notes, refusal
from vendoreval.audits.measures import MEASURED, measure
from vendoreval.audits.patterns.judging import patterns
from vendoreval.audits.records import BREACHED, AuditResult, Finding, worst
from vendoreval.audits.walking import walk_clause
from vendoreval.contracts.rules import METRICS
from vendoreval.contracts.terms import Clause, Contract, Task
from vendoreval.designs.designs import DESIGNED
from vendoreval.inference.drawn import Hidden
from vendoreval.labels.settled import apart_sentences
from vendoreval.tasks.outcomes import Outcomes

NEEDS_CLASS = ("recall", "precision", "f1")


def audit(contract: Contract, seen: AuditInput, *, audit_id: str, delivery: str, gold: str) -> AuditResult:
    """Judge every clause of `contract`; pure, and the same for the same input in any row order."""
    words = f"{delivery} --id {audit_id[:58]}-fresh --items {seen.gold_items} --out fresh.csv"
    judge = partial(_judge, contract, seen, f"vendoreval audit tasks {words}")
    clauses = [at_risk_left(clause, seen.looks_before) for clause in contract.clauses]
    by_word = len({pair.ours for pair in missing_by_word(seen)})
    allowed = (_allowed(*judged, seen) for judged in judge_all(clauses, judge))
    findings = tuple(_on_word(finding, by_word, seen) for finding in allowed)
    return AuditResult(
        audit=audit_id,
        delivery=delivery,
        contract=contract.id,
        contract_version=contract.version,
        vendor=contract.vendor,
        gold=gold,
        verdict=worst(tuple(finding.verdict for finding in findings)),
        counts=_counts(seen),
        findings=findings,
        by_class=by_class(seen.units),
        by_annotator=by_annotator(seen.by_label),
        confusion=confusion(seen.units),
        patterns=patterns(contract, seen, findings),
        notes=_notes(contract, seen),
        earlier_audits=seen.earlier_audits,
        basis=_basis(contract, seen),
    )


def _allowed(clause: Clause, trial: Trial, finding: Finding, seen: AuditInput) -> Finding:
    """The finding; where gold was checked, a breach with the verdict that an allowance for it leaves."""
    checked = revision(seen.gold_checked)
    on_gold = METRICS[clause.metric].kind in ("share", "mean")
    if checked is None or not on_gold or finding.verdict != BREACHED:
        return finding
    if _all_adjudicated(seen):
        return replace(finding, with_allowance=finding.verdict)
    share = touched(clause, counted(seen, clause.metric), checked.at_most)
    if share is None:
        return finding
    return replace(finding, with_allowance=trial(lowered(clause, share)).verdict)


def _on_word(finding: Finding, items: int, seen: AuditInput) -> Finding:
    """The finding; a breach that counts `items` which miss by the buyer's word alone says so."""
    counts_missing = finding.metric == "completeness" or seen.sent_known
    if not items or finding.verdict != BREACHED or not counts_missing:
        return finding
    what = "a missing item is" if items == 1 else f"{items:,} missing items are"
    said = f"This rests on the buyer's word that {what} not what was delivered under a near id."
    return replace(finding, reason=f"{finding.reason} {said}")


def _all_adjudicated(seen: AuditInput) -> bool:
    wrong = np.unique(seen.units.item.codes[~seen.units.right])
    return all(seen.units.item.values[code] in seen.adjudicated for code in wrong.tolist())


def _judge(contract: Contract, seen: AuditInput, again: str, clause: Clause) -> Iterable[Trial]:
    if METRICS[clause.metric].kind == "agreement":
        yield from judge_agreement(clause, contract.task, seen.agreement)
        return
    if clause.metric not in MEASURED:
        yield partial(not_run, reason=f"This version does not measure {clause.metric}.")
        return
    units = counted(seen, clause.metric)
    frame = _frame(clause, units, seen)
    refused = refusal(clause, seen, again, census=frame.census) or _unfit(clause, seen)
    if refused:
        yield partial(not_run, reason=refused)
        return
    if clause.decision.rule in DESIGNED:
        yield partial(
            walk_clause, units=units, items=_size(units, seen), seed=seen.seed, names=seen.task_ids,
            most_units=1 if clause.metric == "completeness" else seen.most_units,
            inspection=seen.inspections.get(clause.id, "normal"), strata=seen.strata, sizes=seen.stratum_sizes,
        )  # fmt: skip
        return
    if clause.decision.rule not in RULES_HERE:
        yield partial(not_run, reason=f"This version does not decide by the rule {clause.decision.rule}.")
        return
    if seen.strata and clause.scope == "delivery":
        yield partial(
            not_run, reason=f"The sample was drawn from strata, for which {clause.decision.rule} does not hold."
        )
        return
    if seen.planned_items > seen.gold_items:
        yield partial(not_run, reason=_growing(clause, seen))
        return
    classes = judged_classes(contract.task, units)
    for group, rows in _groups(clause, classes, units, seen):
        name = group if clause.scope == "class" else None
        yield partial(_decided, group, rows, name, classes, frame)


def _decided(
    group: str | None, rows: Outcomes, name: str | None, classes: tuple[str, ...], frame: Frame, clause: Clause
) -> Finding:
    """Totals of all groups together would not fit into memory: each trial takes its own again."""
    return decide(clause, group, measure(clause.metric, rows, name, classes), frame)


def _unfit(clause: Clause, seen: AuditInput) -> str:
    """Why the way in which items came into the audit cannot serve the clause; empty where it can."""
    if clause.metric == "completeness" and seen.drawn == TICKETS and not seen.sent_known:
        return (
            "The items were drawn from the delivery itself, so none of them can be missing. Take the delivery "
            "in with a list of the items sent (--items)."
        )
    if clause.decision.rule in DESIGNED and not can_walk(seen.seed_from):
        return (
            f"The rule {clause.decision.rule} follows a draw, and the seed of this draw is "
            f"{seed_in_words(UNPROVEN)}. Commit gold before the delivery comes, or draw with nonces of both "
            "sides or a value announced before."
        )
    return ""


def _growing(clause: Clause, seen: AuditInput) -> str:
    return (
        f"{seen.gold_items:,} of the {seen.planned_items:,} items planned are audited. The rule "
        f"{clause.decision.rule} is read once at the end: on a growing sample its chances do not hold."
    )


def _size(units: Outcomes, seen: AuditInput) -> int:
    """The items that the audited ones stand for: those sent, where it is known, else those delivered."""
    return max(seen.sent_items or seen.items, len(np.unique(units.item.codes)))


def _frame(clause: Clause, units: Outcomes, seen: AuditInput) -> Frame:
    """Without a list of the items sent nobody knows how many there are to be complete about."""
    complete = clause.metric == "completeness"
    drawn_from_sent = 0 < seen.sent_items <= seen.items  # then nobody counts those answered
    excess = None if drawn_from_sent else max(seen.labels - seen.items, 0)
    hidden = Hidden(1, 0) if complete else Hidden(max(seen.most_units, 1), excess)
    items = None if complete and not seen.sent_known else _size(units, seen)
    return Frame(items, len(np.unique(units.item.codes)), hidden)


def _groups(
    clause: Clause, classes: tuple[str, ...], units: Outcomes, seen: AuditInput
) -> Iterable[tuple[str | None, Outcomes]]:
    """The groups that the clause judges one by one, with the outcomes of each."""
    if clause.scope == "class" or clause.metric in NEEDS_CLASS:
        for name in (clause.group,) if clause.group else classes:
            yield name, units
    elif clause.scope == "annotator":
        for person in (clause.group,) if clause.group else sorted(seen.by_label.annotator.values):
            code = _code(seen.by_label.annotator.values, person)
            rows = seen.by_label.take(np.flatnonzero(seen.by_label.annotator.codes == code))
            if len(rows) or clause.group:
                yield person, rows
    elif clause.scope == "edge_case":
        marked = np.asarray([item in seen.edge_items for item in units.item.values] + [False])
        yield None, units.take(np.flatnonzero(marked[units.item.codes]))
    else:
        yield None, units


def judged_classes(task: Task, units: Outcomes) -> tuple[str, ...]:
    """The classes that clauses on classes judge: not those by which annotators ask instead of deciding.

    Where the contract names none, an answer of a usual name that gold uses is a class like others.
    """
    used = {units.expected.values[code] for code in np.unique(units.expected.codes).tolist() if code >= 0}
    asking = set(task.unsure) or set(task.ways_to_ask) - used
    return tuple(name for name in task.classes or units.expected.values if name not in asking)


def _code(values: tuple[str, ...], wanted: str) -> int:
    return values.index(wanted) if wanted in values else -2  # -2: nobody, -1 is taken by "no person"


def _counts(seen: AuditInput) -> dict[str, int]:
    """The denominators, all printed. `items` and `labels` are the whole delivery's; `opportunities` count."""
    return {
        "items": seen.items,
        **({"sent_items": seen.sent_items} if seen.sent_items else {}),
        "labels": seen.labels,
        "gold_items": seen.gold_items,
        "opportunities": len(counted(seen, "accuracy")),
        **seen.units.counts(),
        "ties": seen.ties,
        **({"gold_adjudicated": seen.gold_checked[1]} if seen.gold_checked[1] else {}),
    }


def _basis(contract: Contract, seen: AuditInput) -> dict[str, Any]:
    """What the result rests on, for the first page and for whoever checks it."""
    if seen.drawn == STATED:
        return {}
    apart = [
        {"item_id": one.ours, "delivered_id": one.delivered, "rules": list(one.rules)}
        for one in missing_by_word(seen)
    ]
    return {
        "drawn": seen.drawn,
        "seed_from": seen.seed_from,
        "gold_committed": seen.gold_committed,
        "speaks_for_all": speaks_for_all(seen.drawn, seen.seed_from, contract.task.gold),
        "settled": dict(seen.settled),
        **({"missing_by_word": apart} if apart else {}),
    }


_COMMITTED = {
    "after": ("Gold was committed to after the delivery was received: nothing proves that it stood before.",),
    "never": ("Gold was never committed to: nothing proves that it stood before the delivery.",),
}


def _notes(contract: Contract, seen: AuditInput) -> tuple[str, ...]:
    notes = []
    missing = seen.units.counts()["missing"]
    if missing and not seen.sent_known:
        notes.append(
            f"{missing:,} of {seen.gold_items:,} gold items have no answer in this delivery. No list of the "
            "items sent was given, so they count for completeness only, not as wrong answers."
        )
    elif missing:
        notes.append(f"{missing:,} gold items were sent and not answered; they count as wrong.")
    notes += [*apart_sentences(missing_by_word(seen)), *look_notes(seen)]
    notes += [*_COMMITTED.get(seen.gold_committed, ()), *_gold_notes(seen), *double_notes(*seen.answered_twice)]
    notes += [f"Still open, {one['kind']}: {one['text']}" for one in seen.settled.get("unsettled", ())]
    if seen.strata:
        notes.append(
            f"The sample was drawn from {len(seen.stratum_sizes):,} strata. Figures by class and by annotator "
            "count audited labels as they are, without weights."
        )
    if seen.ties:
        rule = contract.task.ties.replace("_", " ")
        notes.append(f"{seen.ties:,} items had tied labels; the contract decides them by: {rule}.")
    return tuple(notes)


def _gold_notes(seen: AuditInput) -> list[str]:
    """How far the gold itself was checked."""
    checked = revision(seen.gold_checked)
    if checked is None:
        return []
    said = (
        f"{checked.overturned:,} of {checked.adjudicated:,} adjudicated gold answers were overturned; at most "
        f"{100 * checked.at_most:.1f} % of the gold is wrong (95 %)."
    )
    if _all_adjudicated(seen):
        return [f"{said} Every counted error was adjudicated, so no allowance is made."]
    return [
        f"{said} Breached clauses on the whole delivery were held against their limit with an allowance for "
        "that share, too. How much of the gold of one class or person is wrong is not known from it: there "
        "only errors that were adjudicated are proven."
    ]
