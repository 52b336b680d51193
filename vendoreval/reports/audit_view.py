"""The audit certificate: what was audited, what was found, how sure it is, and what was not looked at."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vendoreval.audits.records import NOT_RUN, VERDICTS, AuditResult
from vendoreval.contracts.joint import joint_sentence, risk_of
from vendoreval.contracts.terms import Contract
from vendoreval.reports import parts
from vendoreval.reports.active_parts import UNFAIR, drawn_by_scores
from vendoreval.reports.defect_parts import UnitsShown, absent_sides, defects_view, unit_rules
from vendoreval.reports.design_parts import designs
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import audit_answers, judged_by_chance
from vendoreval.reports.pattern_parts import pattern_view
from vendoreval.reports.provenance_parts import provenance_rows
from vendoreval.reports.report import Report, audit_files
from vendoreval.reports.sentences import answers_sentence, headline, method_sentences, rule_sentences
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import count, day, joined, plural


def audit_view(
    contract: Contract, result: AuditResult, facts: Facts, shown: UnitsShown = UnitsShown(),
    others: Mapping[str, Mapping[str, float | int | None]] = MappingProxyType({}),
) -> Report:  # fmt: skip
    """The certificate of one audit under `contract`; pure.

    `shown`: what it shows of single units. `others`: figures by the conventions of other tools, by tool.
    """
    files = audit_files(result, shown.lines)
    worst_first = sorted(result.findings, key=lambda finding: VERDICTS.index(finding.verdict))
    worded = parts.findings_table(worst_first[: parts.MOST_ROWS], contract)
    view = {
        "schema": "vendoreval/audit_report/1",
        **parts.head(f"Audit of delivery {result.delivery}", "Audit certificate", result.audit, facts),
        "verdict": parts.verdict(result.verdict),
        "headline": headline(result.findings),
        "figures": parts.key_figures(parts.main_finding(result.findings)),
        "answers": audit_answers(contract, result, facts),
        "parties": [*parties(contract, result, facts), *decision(facts)],
        "provenance": provenance_rows(facts.rests),
        "findings": parts.findings_table(result.findings, contract),
        "in_words": [row["sentences"] for row in worded],
        "forest": parts.forest(result.findings, "Measured values, intervals and the contract’s limits"),
        "method": method(contract, result),
        "designs": designs(contract, result),
        "by_scores": drawn_by_scores(contract, result),
        "unfair": UNFAIR if result.basis.get("by_scores") else "",
        "counts": counts(result, unit_word(contract.task)),
        "confusion": parts.confusion(result, contract.task.classes),
        "classes": parts.classes(result.by_class, absent_sides(result)),
        "unit_rules": unit_rules(result, contract),
        "conventions": [
            [
                f"{tool}, {name}",
                "–" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.4f}",
            ]
            for tool, figures in others.items()
            for name, value in figures.items()
        ],
        "quality": shown.quality,
        "defects": defects_view(shown),
        "annotators": parts.annotators(result.by_annotator, unit_word(contract.task)),
        "patterns": pattern_view(result.patterns, unit_word(contract.task)),
        "limits": limits(result),
        "integrity": parts.integrity(facts, files, shown.pictures),
        "record": result.to_json(),
    }
    return Report("audit", facts.printed, view, files, shown.pictures.addresses)


def parties(contract: Contract, result: AuditResult, facts: Facts) -> list[list[str]]:
    """Who, under which contract, about which delivery: pairs of name and value."""
    guideline = contract.task.guideline
    rows = [
        ["Buyer", facts.buyer or contract.buyer],
        ["Vendor", facts.vendor],
        ["Contract", f"{contract.id}, version {result.contract_version}: {contract.title}"],
        ["Delivery", result.delivery + (f", received {day(facts.delivered)}" if facts.delivered else "")],
        ["Task", ", ".join([contract.task.type, *_classes(contract)])],
        ["Guideline", f"{guideline.id} {guideline.version}" if guideline else ""],
        ["Gold", result.gold],
    ]
    return [row for row in rows if row[1]]


def _classes(contract: Contract) -> list[str]:
    return [count(len(classes), "class", "classes")] if (classes := contract.task.classes) else []


def decision(facts: Facts) -> list[list[str]]:
    """The row on what the buyer said of the delivery, where something is recorded."""
    return [["Buyer’s decision", facts.decided]] if facts.decided else []


def method(contract: Contract, result: AuditResult) -> list[str]:
    """How labels were compared, counted and judged, in plain words."""
    by_chance = judged_by_chance(result)
    joint = joint_sentence(risk_of(contract.clause(name) for name in by_chance))
    return [
        answers_sentence(contract),
        *method_sentences(result.findings, unit_word(contract.task)),
        *rule_sentences([clause for clause in contract.clauses if clause.id in by_chance]),
        *([joint] if joint else []),
        "No verdict hangs on a rounded number: counts are whole, and limits are the contract’s own text.",
    ]


def counts(result: AuditResult, unit: str = "label") -> list[list[str]]:
    """Every denominator, in the order of the record; outcomes that did not occur are left out.

    `unit`: what the contract counts.
    """
    units = plural(unit)
    words = {
        "items": "items in the delivery",
        "labels": "labels in the delivery",
        "sheets": "answers, of one person on one item each",
        "objects": f"{units} in the delivery",
        "sent_items": "items sent to the vendor",
        "gold_items": "gold items",
        "not_answered": "gold items without an answer",
        "missing": "gold items without an answer" if unit == "label" else f"missing {units}",
        "extra": f"extra {units}",
        "opportunities": f"{units} counted" if result.by_object else "units counted",
        "correct": "right",
        "wrong_label": "wrong label",
        "wrong_attribute": "wrong attributes",
        "empty_agreed": "rightly left empty",
        "unscorable": "could not be scored",
        "ties": "items with tied labels",
    }
    counted = dict(result.counts) | ({"opportunities": result.by_object.n} if result.by_object else {})
    always = ("items", "objects" if "objects" in result.counts else "labels", "gold_items", "opportunities",
              "correct")  # fmt: skip
    return [
        [words.get(key, key.replace("_", " ")), f"{n:,}"]
        for key, n in counted.items()
        if key in always or (n and not (key in ("labels", "words") and "objects" in result.counts))
    ]


def audited_items(counts: Mapping[str, int]) -> int:
    """Gold items that the delivery answers; where several units stand on an item, `missing` counts those."""
    return counts.get("gold_items", 0) - counts.get("not_answered", counts.get("missing", 0))


def limits(result: AuditResult) -> list[str]:
    """What this audit did not test."""
    seen = result.counts.get("items", 0)
    gold = audited_items(result.counts)
    said = []
    if seen > gold:
        said.append(
            f"{count(seen - gold, 'item')} of {seen:,} in the delivery have no gold answer. They were not "
            "looked at; the interval speaks about them only as far as the gold items are a fair draw of the "
            "delivery."
        )
    said += [f"Clause {f.clause} was not judged: {f.reason}" for f in result.findings if f.verdict == NOT_RUN]
    if result.counts.get("unscorable"):
        said.append(f"{count(result.counts['unscorable'], 'unit')} could not be scored and are in no figure.")
    said += result.notes
    if not result.patterns:
        said.append("Silent failure patterns (drift, copying, leaked gold) were not looked for in this audit.")
    untested = [one.name.replace("_", " ") for one in result.patterns if not one.evidence.get("tested", True)]
    if untested:
        words = f"Patterns not tested for want of data: {joined(untested)}"
        said.append(f"{words}; the section on patterns says what is missing.")
    if not result.counts.get("gold_adjudicated"):
        said.append(
            "Mistakes in the gold itself were not estimated. An answer that is right while gold is wrong "
            "counts as an error here."
        )
    if len(result.by_annotator) > 1:
        people = plural("annotator")
        said.append(f"Intervals of single {people} are not corrected for looking at many at once.")
    return said
