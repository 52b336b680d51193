"""The vendor scorecard: what was promised, what was measured, and what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vendoreval.audits.records import BREACHED, KEPT, AuditResult, Finding
from vendoreval.claims.rebuttals import NONE as NO_REBUTTALS
from vendoreval.claims.rebuttals import Rebuttals
from vendoreval.claims.records import Claim
from vendoreval.contracts.metrics import amount
from vendoreval.contracts.terms import Contract
from vendoreval.questionnaires.assessment import Assessment, SectionScore
from vendoreval.questionnaires.promises import Promise
from vendoreval.reports import parts
from vendoreval.reports.agreement_parts import agreement_view
from vendoreval.reports.charts.histogram import Histogram
from vendoreval.reports.charts.sections import SectionBar, Sections
from vendoreval.reports.charts.timeline import Timeline, TimelinePoint
from vendoreval.reports.defect_parts import absent_sides, unit_rules
from vendoreval.reports.delivery_parts import Received, delivery_rows
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import scorecard_answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.pattern_parts import deliveries_chart, pattern_view
from vendoreval.reports.pilot_view import block_rows, surge_rows
from vendoreval.reports.pilot_view import headline as pilot_headline
from vendoreval.reports.promise_parts import promise_rows, standings, tempered
from vendoreval.reports.report import Report, scorecard_files
from vendoreval.reports.scorecard_claims import Claimed, claim_row, rebuttals_view
from vendoreval.reports.sentences import headline, interval_words
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import (
    NBSP,
    count,
    day,
    is_share,
    joined,
    metric_limit,
    metric_value,
    metric_words,
)

Audited = tuple[AuditResult, datetime]


def scorecard_view(
    contract: Contract | None,
    assessment: Assessment | None,
    audits: Sequence[Audited],
    claims: Sequence[Claimed],
    facts: Facts,
    promises: Sequence[Promise] = (),
    trend: Mapping[str, Any] | None = None,
    deliveries: Sequence[Received] = (),
    pilot: Mapping[str, Any] | None = None,
    quality: Histogram | None = None,
    fared: Rebuttals = NO_REBUTTALS,
) -> Report:
    """The scorecard of one vendor; pure. `contract` words the clauses of the latest audited delivery.

    `deliveries` are in the order of their receipt.
    `trend`: the record `vendoreval/agreement_trend/1` of the vendor's deliveries.
    `pilot`: the record `vendoreval/pilot/1` of the vendor's latest one.
    `quality`: how well matches of the latest audited delivery fit. `fared`: how the vendor's rebuttals fared.
    """
    ordered = in_order(audits, deliveries)
    latest = ordered[-1][0] if ordered else None
    still = _still_open(ordered, claims, deliveries)
    files = scorecard_files(ordered, [(one.claim, one.entry) for one in claims], fared)
    view = {
        "schema": "vendoreval/scorecard_report/1",
        **parts.head(facts.vendor, "Vendor scorecard", "Scorecard", facts),
        "verdict": tempered(parts.verdict(latest.verdict), promises, still.counted()) if latest else None,
        "headline": _headline(ordered, pilot) + still.sentence(),
        "figures": _figures(assessment, ordered, claims),
        "answers": scorecard_answers([result for result, _ in ordered], claims, promises, facts.printed.date()),
        "assessment": _assessment(assessment),
        "promises": promise_rows(promises),
        "promised": standings(promises),
        "deliveries": delivery_rows(deliveries),
        "pilot": _pilot(pilot),
        "audits": [_audit(result, when) for result, when in ordered],
        "timeline": _timeline(ordered),
        "control": deliveries_chart([result for result, _ in ordered]),
        "agreement": agreement_view(trend, contract),
        "latest": _latest(contract, latest, quality),
        "claims": [claim_row(one) for one in claims],
        "rebuttals": rebuttals_view(fared),
        "integrity": parts.integrity(facts, files),
    }
    return Report("scorecard", facts.printed, view, files)


def in_order(audits: Sequence[Audited], deliveries: Sequence[Received]) -> list[Audited]:
    """Audits by when their delivery was received, then by when they ran: the last one is the latest."""
    places = {one.delivery: place for place, one in enumerate(deliveries)}
    return sorted(audits, key=lambda pair: (places.get(pair[0].delivery, -1), pair[1], pair[0].audit))


@dataclass(frozen=True)
class _Open:
    """What is open beside the latest verdict: deliveries that stay breached, and claims on any delivery."""

    breached: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()

    def counted(self) -> list[str]:
        """For the verdict."""
        said = [(self.breached, "breach", "breaches"), (self.claims, "claim", "claims")]
        return [f"{count(len(there), one, many)} open" for there, one, many in said if there]

    def sentence(self) -> str:
        """For the headline, after its own sentences."""
        named = [f"the breach of {name}" for name in self.breached]
        named += [f"claim {claim.id} on {claim.delivery}" for claim in self.claims]
        return f" Still open: {joined(named)}." if named else ""


def _still_open(ordered: Sequence[Audited], claims: Sequence[Claimed], deliveries: Sequence[Received]) -> _Open:
    """Each delivery counts by its last audit that decided; a breach that a rework replaced is open no more.

    A claim is open until it ends or falls, whatever came after it.
    What the latest verdict, when it is a breach, says of its own delivery is not said again.
    """
    if not ordered:
        return _Open()
    latest = ordered[-1][0]
    said = latest.delivery if latest.verdict == BREACHED else ""
    left_out = {said, *(one.rework_of for one in deliveries)}
    decided = {result.delivery: result.verdict for result, _ in ordered if result.verdict in (KEPT, BREACHED)}
    return _Open(
        tuple(name for name, verdict in decided.items() if verdict == BREACHED and name not in left_out),
        tuple(one.claim for one in claims if one.asks and one.claim.delivery != said),
    )


def _headline(audits: Sequence[Audited], pilot: Mapping[str, Any] | None) -> str:
    if not audits and pilot:
        return f"Not audited yet, only tried in pilot {pilot['pilot']}. {pilot_headline(pilot['blocks'])}"
    if not audits:
        return "No delivery of this vendor has been audited yet."
    latest, when = audits[-1]
    return f"Latest audited delivery, {latest.delivery}, audit of {day(when)}: {headline(latest.findings)}"


def _pilot(pilot: Mapping[str, Any] | None) -> Plain | None:
    if pilot is None:
        return None
    judged = day(datetime.fromisoformat(pilot["received_at"]))
    words = f"Pilot {pilot['pilot']}, answered on {judged}: {pilot['verdict']}."
    return {"words": words, "blocks": block_rows(pilot["blocks"]), "surge": surge_rows(pilot)}


def _figures(
    assessment: Assessment | None, audits: Sequence[Audited], claims: Sequence[Claimed]
) -> list[Plain]:
    main = parts.main_finding(audits[-1][0].findings) if audits else None
    figures = parts.key_figures(main)[:2]
    if audits:
        kept = sum(result.verdict == KEPT for result, _ in audits)
        breached = sum(result.verdict == BREACHED for result, _ in audits)
        note = f"{kept} kept, {breached} breached"
        figures.append({"label": "Audits", "value": f"{len(audits)}", "note": note})
    if assessment:
        note = f"claimed: {points(assessment.claimed)}"
        figures.append({"label": "Questionnaire", "value": points(assessment.evidenced), "note": note})
    elif claims:
        figures.append({"label": "Claims", "value": f"{len(claims)}", "note": "see below"})
    return figures


def points(score: float | None) -> str:
    """A score in per cent of all points, or a dash."""
    return "–" if score is None else f"{score:.0f}{NBSP}%"


def _assessment(assessment: Assessment | None) -> Plain | None:
    if assessment is None:
        return None
    scored = [section for section in assessment.sections if section.claimed is not None]
    return {
        "name": f"{assessment.bank} {assessment.version}, mode {assessment.mode}",
        "summary": _summary(assessment),
        "chart": Sections("Questionnaire scores by section", tuple(section_bar(section) for section in scored)),
        "knock_outs": [
            f"Question {failed}"
            + (
                f"; waived by {failed.waiver.person} until {day(failed.waiver.expires)}: {failed.waiver.reason}"
                if failed.waiver
                else "."
            )
            for failed in assessment.knock_outs
        ],
        "notes": list(assessment.notes),
        "flags": [
            f"{what} ({', '.join(questions)})" if questions else what
            for what, questions in assessment.flags_by_kind().items()
        ],
    }


def _summary(assessment: Assessment) -> str:
    return (
        f"The vendor claims {points(assessment.claimed)} of all points; {points(assessment.evidenced)} "
        f"are shown by evidence. {points(assessment.coverage)} of the questions’ weight were answered. "
        f"Status: {assessment.status}{'' if assessment.ranked else ', not ranked'}."
    )


def section_bar(section: SectionScore) -> SectionBar:
    """A section's pair of bars."""
    claimed, evidenced = section.claimed or 0.0, section.evidenced or 0.0
    return SectionBar(
        f"{section.id}  {section.title}", claimed / 100, evidenced / 100, f"{evidenced:.0f} of {claimed:.0f} %"
    )


def _audit(result: AuditResult, when: datetime) -> Plain:
    main = parts.main_finding(result.findings)
    return {
        "audit": result.audit,
        "delivery": result.delivery,
        "day": day(when),
        "verdict": parts.verdict(result.verdict),
        "metric": metric_words(main.metric) if main else "–",
        "value": metric_value(main.metric, main.estimate, main.threshold) if main else "–",
        "interval": interval_words(main) if main else "–",
        "limit": metric_limit(main.metric, main.threshold) if main else "–",
        "n": amount(main.n, main.unit) if main else "–",
    }


def _timeline(audits: Sequence[Audited]) -> Timeline | None:
    """The latest audit's main clause over all audits that judged its metric; None for fewer than two."""
    main = parts.main_finding(audits[-1][0].findings) if audits else None
    if main is None or not is_share(main.metric):
        return None
    key = (main.metric, main.scope, main.group)
    points = [
        point
        for result, when in audits
        for finding in result.findings
        if (finding.metric, finding.scope, finding.group) == key
        and (point := _point(result.delivery, when, finding)) is not None
    ]
    title = f"{metric_words(main.metric).capitalize()} over time"
    return Timeline(title, tuple(points)) if len(points) > 1 else None


def _point(delivery: str, when: datetime, finding: Finding) -> TimelinePoint | None:
    f = finding
    if f.estimate is None or f.low is None or f.high is None:
        return None
    value, limit = metric_value(f.metric, f.estimate, f.threshold), metric_limit(f.metric, f.threshold)
    text = f"{value}, {f.verdict.replace('_', ' ')}, limit {limit}"
    day_text = f"{when:%d %b %y}"
    return TimelinePoint(delivery, day_text, f.estimate, f.low, f.high, float(f.threshold), f.verdict, text)


def _latest(contract: Contract | None, result: AuditResult | None, quality: Histogram | None) -> Plain | None:
    if result is None:
        return None
    own = contract if contract is not None and contract.id == result.contract else None
    unit = unit_word(own.task) if own else "label"
    if result.basis.get("by_scores"):  # drawn where errors are likely: plain counts tell nothing of the vendor
        result = replace(result, by_class=(), by_annotator=(), confusion={}, unit_rules=())
    return {
        "delivery": result.delivery,
        "audit": result.audit,
        "findings": parts.findings_table(result.findings, own),
        "in_words": _in_words(result, own),
        "forest": parts.forest(result.findings, "Clauses of the latest audit"),
        "confusion": parts.confusion(result, own.task.classes if own else ()),
        "classes": parts.classes(result.by_class, absent_sides(result)),
        "unit_rules": unit_rules(result, own),
        "quality": quality,
        "annotators": parts.annotators(result.by_annotator, unit),
        "patterns": pattern_view(result.patterns, unit),
        "notes": list(result.notes),
    }


def _in_words(result: AuditResult, contract: Contract | None) -> list[str]:
    """Sentences about the whole delivery; classes and annotators have their row in the table."""
    whole = [finding for finding in result.findings if finding.group is None]
    return [row["sentences"] for row in parts.findings_table(whole, contract)]
