"""The audit: contract clauses × outcomes → findings, and the figures beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from vendoreval.audits.active import RULE as ACTIVE
from vendoreval.audits.active import active_notes, judge_active, unfair_draw
from vendoreval.audits.agreeing import judge_agreement
from vendoreval.audits.allowing import double_notes, lowered, revision, touched
from vendoreval.audits.audit_input import AuditInput, counting_of, missing_by_word, missing_items
from vendoreval.audits.deciding import RULES_HERE, Frame, decide, not_run
from vendoreval.audits.drawing import STATED, TICKETS, UNPROVEN, can_walk, seed_in_words, speaks_for_all
from vendoreval.audits.figures import by_annotator, by_class, confusion, unit_rules
from vendoreval.audits.framing import frame_of, groups, judged_classes, size
from vendoreval.audits.joining import Trial, judge_all
from vendoreval.audits.looking import at_risk_left, look_notes, refusal
from vendoreval.audits.measures import MEASURED, measure
from vendoreval.audits.patterns.judging import patterns
from vendoreval.audits.reach import unbounded, units_in_all
from vendoreval.audits.records import BREACHED, AuditResult, Finding, worst
from vendoreval.audits.resubmitting import rework_notes
from vendoreval.audits.units import MAIN, Counting, counting, many
from vendoreval.audits.unscored import unscored, unscored_note, withheld
from vendoreval.audits.walking import WALKED, walk_clause
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Clause, Contract, Task
from vendoreval.designs.designs import DESIGNED
from vendoreval.labels.settled import apart_sentences
from vendoreval.tasks.outcomes import Outcomes

EXTRAPOLATED = ("accuracy", "error_rate")  # from a sample to the whole delivery


def audit(contract: Contract, seen: AuditInput, *, audit_id: str, delivery: str, gold: str) -> AuditResult:
    """Judge every clause of `contract`; pure, and the same for the same input in any row order."""
    found = judged(contract, seen, audit_id=audit_id, delivery=delivery, gold=gold)
    classed = TASK_TYPES[contract.task.type].classed
    return replace(
        found,
        by_class=by_class(seen.units) if classed else (),
        by_annotator=by_annotator(seen.by_label),
        confusion=confusion(seen.units) if classed else {},
        patterns=patterns(contract, seen, found.findings),
        notes=_notes(contract, seen),
        earlier_audits=seen.earlier_audits,
        basis=_basis(contract, seen),
        unit_rules=unit_rules(seen.units, counting(MAIN, contract.task, omissions=seen.sent_known)),
    )


def judged(contract: Contract, seen: AuditInput, *, audit_id: str, delivery: str, gold: str) -> AuditResult:
    """Verdicts and counts alone, without the figures and patterns beside them: a claim rests on these."""
    words = f"{delivery} --id {audit_id[:58]}-fresh --items {seen.gold_items} --out fresh.csv"
    judge = partial(_judge, contract, seen, f"vendoreval audit tasks {words}")
    clauses = [at_risk_left(clause, seen.looks_before) for clause in contract.clauses]
    by_word = len({pair.ours for pair in missing_by_word(seen)})
    allowed = (_allowed(contract.task, seen, *judged) for judged in judge_all(clauses, judge))
    lost = int(unscored(seen).sum())
    by_id = {clause.id: clause for clause in contract.clauses}
    findings = tuple(
        withheld(by_id[finding.clause], _on_word(finding, by_word, seen), lost) for finding in allowed
    )
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
    )


def _allowed(task: Task, seen: AuditInput, clause: Clause, trial: Trial, finding: Finding) -> Finding:
    """The finding; where gold was checked, a breach with the verdict that an allowance for it leaves."""
    checked = revision(seen.gold_checked)
    on_gold = METRICS[clause.metric].kind in ("share", "mean")
    if checked is None or not on_gold or finding.verdict != BREACHED:
        return finding
    if _all_adjudicated(seen):
        return replace(finding, with_allowance=finding.verdict)
    if seen.active is not None:  # a rate of all gold says nothing of items that scores chose
        return finding
    totals = measure(clause.metric, seen.units, None, (), counting_of(clause, task, seen))
    share = touched(clause, totals.xs[0].tolist() if totals.xs else (), checked.at_most)
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
    wrong = np.unique(seen.units.item.codes[seen.units.wrong])
    return all(seen.units.item.values[code] in seen.adjudicated for code in wrong.tolist())


def _judge(contract: Contract, seen: AuditInput, again: str, clause: Clause) -> Iterable[Trial]:
    if METRICS[clause.metric].kind == "agreement":
        yield from judge_agreement(clause, contract.task, seen.agreement)
        return
    if clause.metric not in MEASURED:
        yield partial(not_run, reason=f"This version does not measure {clause.metric}.")
        return
    how = counting_of(clause, contract.task, seen)
    frame = frame_of(clause, contract.task, seen, how)
    refused = refusal(clause, seen, again, census=frame.census) or _unfit(clause, seen)
    refused = refused or ("" if frame.census else unfair_draw(clause, seen))
    if refused:
        yield partial(not_run, reason=refused)
        return
    if clause.decision.rule == ACTIVE:
        yield partial(judge_active, seen=seen, how=how, items=size(seen, how))
        return
    if clause.decision.rule in DESIGNED:
        yield _walked(clause, seen, how, frame)
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
    classes = judged_classes(contract.task, seen.units)
    for group, rows in groups(clause, classes, seen):
        name = group if clause.scope == "class" else None
        yield partial(_decided, group, rows, name, classes, how, frame, seen)


def _walked(clause: Clause, seen: AuditInput, how: Counting, frame: Frame) -> Trial:
    """The trial of a rule that follows the draw; for items of many units it needs a bound."""
    most = frame.hidden.most
    if clause.metric in WALKED and many(seen.units) and not frame.hidden.singles:
        refused = unbounded(clause, seen, measure(clause.metric, seen.units, None, (), how).xs[0])
        if refused:
            return partial(not_run, reason=refused)
        most = frame.hidden.wrong or most
    walk = partial(
        walk_clause, units=seen.units, how=how, items=size(seen, how), seed=seen.seed, names=seen.task_ids,
        most_units=most, inspection=seen.inspections.get(clause.id, "normal"), strata=seen.strata,
        sizes=seen.stratum_sizes,
    )  # fmt: skip
    return partial(_walk, walk, seen, how, frame)


def _walk(walk: Trial, seen: AuditInput, how: Counting, frame: Frame, clause: Clause) -> Finding:
    """The finding of a walk; how many units there are in all is told by every audited item."""
    return _in_all(walk(clause), seen.units, how, frame, seen)


def _decided(
    group: str | None, rows: Outcomes, name: str | None, classes: tuple[str, ...], how: Counting, frame: Frame,
    seen: AuditInput, clause: Clause,
) -> Finding:  # fmt: skip
    """Totals of all groups together would not fit into memory: each trial takes its own again."""
    totals = measure(clause.metric, rows, name, classes, how)
    finding = decide(clause, group, totals, frame)
    return _in_all(finding, rows, how, frame, seen)


def _in_all(finding: Finding, units: Outcomes, how: Counting, frame: Frame, seen: AuditInput) -> Finding:
    """The finding with the units of the whole delivery, where they are not known and a claim needs them."""
    extrapolated = finding.scope == "delivery" and finding.metric in EXTRAPOLATED
    if not extrapolated or finding.verdict != BREACHED or frame.items is None or not many(units):
        return finding
    counted_units = measure(finding.metric, units, None, (), how).xs[0]
    found = units_in_all(seen, units, how, counted_units, frame.items, finding.confidence or 0.0)
    return replace(finding, units_in_all=found)


def _unfit(clause: Clause, seen: AuditInput) -> str:
    """Why the way in which items came into the audit cannot serve the clause; empty where it can."""
    if clause.metric == "completeness" and seen.drawn == TICKETS and not seen.sent_known:
        return (
            "The items were drawn from the delivery itself, so none of them can be missing. Take the delivery "
            "in with a list of the items sent (--items)."
        )
    if clause.decision.rule in (ACTIVE, *DESIGNED) and not can_walk(seen.seed_from):
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


def _counts(seen: AuditInput) -> dict[str, int]:
    """The denominators, all printed. `items` and `labels` are the whole delivery's; `opportunities` count."""
    units = seen.units
    several = many(units)
    if several:  # an object and its attributes are not one sum
        units = units.take(np.flatnonzero(units.at(MAIN) | units.at("item")))
    wrong_attribute = seen.units.counts()["wrong_attribute"]
    return {
        "items": seen.items,
        **({"sent_items": seen.sent_items} if seen.sent_items else {}),
        "labels": seen.labels,
        **({"sheets": seen.sheets, "objects": seen.objects or seen.labels} if several else {}),
        **({"words": seen.objects} if seen.most_characters else {}),
        "gold_items": seen.gold_items,
        **({"not_answered": len(missing_items(seen))} if several else {}),
        "opportunities": int((~units.unanswered).sum()) if not seen.sent_known else len(units),
        **units.counts(),
        **({"wrong_attribute": wrong_attribute} if several else {}),
        "ties": seen.ties,
        **{f"left_out_{what}": count for what, count in seen.left_out.items()},
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
        **({"rework_of": seen.rework_of, "left_out": dict(seen.left_out)} if seen.rework_of else {}),
        **({"by_scores": True} if seen.active is not None and not seen.active.uniform else {}),
    }


_COMMITTED = {
    "after": ("Gold was committed to after the delivery was received: nothing proves that it stood before.",),
    "never": ("Gold was never committed to: nothing proves that it stood before the delivery.",),
}


def _notes(contract: Contract, seen: AuditInput) -> tuple[str, ...]:
    notes = []
    missing = len(missing_items(seen))
    if missing and not seen.sent_known:
        notes.append(
            f"{missing:,} of {seen.gold_items:,} gold items have no answer in this delivery. No list of the "
            "items sent was given, so they count for completeness only, not as wrong answers."
        )
    elif missing:
        notes.append(f"{missing:,} gold items were sent and not answered; they count as wrong.")
    notes += [
        *rework_notes(seen),
        *unscored_note(seen),
        *apart_sentences(missing_by_word(seen)),
        *look_notes(seen),
    ]
    notes += [*_COMMITTED.get(seen.gold_committed, ()), *_gold_notes(seen), *double_notes(*seen.answered_twice)]
    notes += [f"Still open, {one['kind']}: {one['text']}" for one in seen.settled.get("unsettled", ())]
    notes += active_notes(seen)
    if seen.strata and seen.active is None:
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
    notes, checked = _amended_notes(seen), revision(seen.gold_checked)
    if checked is None:
        return notes
    said = (
        f"{checked.overturned:,} of {checked.adjudicated:,} adjudicated gold answers were overturned; at most "
        f"{100 * checked.at_most:.1f} % of the gold is wrong (95 %)."
    )
    if _all_adjudicated(seen):
        return [*notes, f"{said} Every counted error was adjudicated, so no allowance is made."]
    if seen.active is not None:
        return [*notes, f"{said} That is no rate of items that scores chose: errors adjudicated are proven."]
    return [
        *notes,
        f"{said} Breached clauses on the whole delivery were held against their limit with an allowance for "
        "that share, too. How much of the gold of one class or person is wrong is not known from it: there "
        "only errors that were adjudicated are proven.",
    ]


def _amended_notes(seen: AuditInput) -> list[str]:
    """That gold was found wrong since it was added."""
    count = len(seen.gold.amended) if seen.gold is not None else 0
    if not count:
        return []
    what = "A gold answer was" if count == 1 else f"{count:,} gold answers were"
    return [
        f"{what} found wrong and amended: what was right before counts as right still, and the new answer too."
    ]
