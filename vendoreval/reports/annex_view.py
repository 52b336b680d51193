"""The Quality Annex of a contract: the terms that machines read, in words that people sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendoreval.contracts.explain import explain_parts, power_questions
from vendoreval.contracts.metrics import METRICS, SCOPES, UNITS
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.rules import RULES
from vendoreval.contracts.terms import Contract
from vendoreval.contracts.writing import to_settle
from vendoreval.designs.designs import Design
from vendoreval.designs.planning import limits_csv
from vendoreval.inference.power import PowerRow
from vendoreval.reports import parts
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.wording import NBSP, count, day, joined, metric_limit, metric_words, percent, plural

MOST_LIMITS = 40
VERDICTS = (
    ("Kept", "the audit shows that the clause is kept, with the risk that the clause names"),
    ("Breached", "the audit shows that the clause is not kept, with the risk that the clause names"),
    ("Inconclusive", "the sample cannot decide, and nothing follows from it"),
    ("Not run", "the clause could not be judged; the audit says why"),
)
# Only what the program does or prints by itself; what else the parties want belongs into the contract's text.
PROCEDURE = (
    "An audit says on its first page who made the reference labels (gold), how their items were drawn, and "
    "whether a commitment (a hash that fixes them) was made before the delivery came, after it, or never.",
    "Where an audit draws items from a delivery, which ones and in which order follows from a seed and the "
    "item ids alone (SHA-256), so that the vendor can repeat it. The audit says where the seed came from.",
    "It says which audits of the same delivery came before, which rows a filter left out, and what was settled "
    "about notation and ids before anything was counted.",
    "It prints every denominator: right, wrong, missing, extra and unscorable units.",
    "A claim lists every wrong unit of the breached clauses, and says how many may be struck out before a "
    "breach falls. A reworked delivery is audited as one of its own.",
    "The vendor answers a claim line by line on a sheet. The buyer rules on each rebuttal, or leaves the line "
    "to an arbiter, who sees both answers without being told whose they are. A line that is struck out counts "
    "as right and does not come back. After rulings, verdict and sums are reckoned again, and no sum rises. "
    "What changes is a new version; every version stays on file. Settlement or withdrawal ends the dispute.",
    "The evidence of an audit is one file. The other side can check it with the published program, without the "
    "buyer’s workspace; the check says what it cannot show.",
)


@dataclass(frozen=True, eq=False)
class AnnexClause:
    """What statistics say about one clause: its power table, and its design where a size is agreed."""

    clause: str
    needed: int = 0
    rows: tuple[PowerRow, ...] = ()
    design: Design | None = None


def annex_view(
    contract: Contract,
    source: bytes,
    clauses: Sequence[AnnexClause],
    factors: Sequence[float],
    facts: Facts,
) -> Report:
    """The annex; pure. `source` is the contract file, byte for byte, whose hash is signed."""
    files = (
        Attached("contract.toml", source, "The terms, machine-readable", "Source"),
        *(_limits_file(one.clause, one.design) for one in clauses if one.design),
    )
    said, left = explain_parts(contract), to_settle(source.decode("utf-8-sig"))
    number = f"Annex to {contract.id}, version {contract.version}"
    held = {one.clause: one for one in clauses}
    view = {
        "schema": "vendoreval/annex_report/1",
        **parts.head(contract.title, "Quality annex", number, facts),
        "verdict": {"key": "inconclusive", "symbol": "?", "word": "Draft"} if left else None,
        "headline": _headline(contract, len(left)),
        "to_settle": list(left),
        "figures": _figures(contract),
        "answers": _answers(contract, clauses, left),
        "parties": _parties(contract, facts),
        "definitions": _definitions(contract),
        "verdicts": [list(pair) for pair in VERDICTS],
        "task": [*said["task"], *said["price"]],
        "clauses": _clauses(contract),
        "in_words": said["clauses"],
        "rules": _rules(contract),
        "procedure": list(PROCEDURE),
        "power": [_power(one, factors, _units(contract)[one.clause]) for one in clauses if one.rows],
        "limits": [_limits(clause.id, found) for clause in contract.clauses
                   if (one := held.get(clause.id)) and (found := one.design)],
        "remedies": said["remedies"],
        "acceptance": [*said["acceptance"], *said["dispute"]],
        "rebuttals": [[code, REASONS[code]] for code in contract.dispute.reasons],
        "terms_hash": files[0].sha256,
        "integrity": parts.integrity(facts, files),
    }  # fmt: skip
    return Report("annex", facts.printed, view, files)


def _headline(contract: Contract, left: int) -> str:
    clauses = count(len(contract.clauses), "clause")
    verb = "says" if len(contract.clauses) == 1 else "say"
    start = f"Not to be signed yet: {count(left, 'point is', 'points are')} to be settled. " if left else ""
    return (
        f"{start}{clauses} {verb} what a delivery must keep, how that is measured, and what follows when it "
        "does not. This text is written from the same file that audits are run by."
    )


def _answers(contract: Contract, held: Sequence[AnnexClause], left: Sequence[str]) -> list[list[str]]:
    asked_of = power_questions(contract)
    sure = "The rules of the clauses say which risks they carry."
    if asked_of:
        alpha, beta = max(one.alpha for one in asked_of), max(one.beta for one in asked_of)
        sure = (
            f"Clause by clause, a breach is called wrongly with at most {percent(alpha, digits=0)} chance, "
            f"a clause kept wrongly with at most {percent(beta, digits=0)}."
        )
    most = max(held, key=lambda one: one.needed, default=None)
    if most and most.needed:
        units = plural(_units(contract)[most.clause])
        sure += f" {most.needed:,} audited {units} prove a breach 9 times in 10 (section 5)."
    asked = (
        f"Settle {count(len(left), 'point')}, then sign."
        if left
        else "The signatures of both sides (section 9)."
    )
    by = f"Before it takes effect on {day(contract.effective)}." if contract.effective else "No date is set."
    price = (
        f"{contract.currency} {contract.price.per_unit:f} for each {contract.price.unit}"
        if contract.price
        else ""
    )
    remedies = (
        f"{count(len(contract.clauses), 'clause')}, {count(len(contract.remedies), 'remedy', 'remedies')}"
    )
    return answers(sure, asked, by, f"{remedies}{f'; {price}' if price else ''}.")


def _figures(contract: Contract) -> list[Plain]:
    figures: list[Plain] = []
    first = contract.clauses[0]
    asked = metric_limit(first.metric, first.threshold)
    figures.append(
        {"label": metric_words(first.metric).capitalize(), "value": asked, "note": f"clause {first.id}"}
    )
    if contract.price:
        value = f"{contract.currency} {contract.price.per_unit:f}"
        figures.append({"label": "Price", "value": value, "note": f"for each {contract.price.unit}"})
    if contract.acceptance:
        days = count(contract.acceptance.window_days, "day")
        figures.append({"label": "Acceptance window", "value": days, "note": "business days"})
    return figures


def _parties(contract: Contract, facts: Facts) -> list[list[str]]:
    return [
        ["Vendor", facts.vendor],
        ["Buyer", contract.buyer or "–"],
        ["In force", f"from {day(contract.effective)} to {day(contract.ends)}"],
        ["Currency", contract.currency],
    ]


def _definitions(contract: Contract) -> list[list[str]]:
    """Every word that the clauses use, with its meaning."""
    metrics = dict.fromkeys(clause.metric for clause in contract.clauses)
    units = dict.fromkeys(clause.unit for clause in contract.clauses)
    scopes = dict.fromkeys(clause.scope for clause in contract.clauses)
    return [
        *([_name(metric_words(name)), METRICS[name].meaning] for name in metrics),
        *([_name(name), UNITS[name]] for name in units),
        *([f"By {name.replace('_', ' ')}", SCOPES[name].replace("`", "")] for name in scopes),
        ["Gold", "reference labels; every audit says who made them and when they were fixed"],
        ["Delivery", "a batch of labels as received, with a list of its files and their SHA-256"],
        ["Business day", "a day of the calendar that the acceptance names, holidays left out"],
    ]


def _name(words: str) -> str:
    return words[:1].upper() + words[1:]


def _clauses(contract: Contract) -> list[Plain]:
    return [
        {
            "clause": clause.id,
            "ref": clause.ref,
            "metric": metric_words(clause.metric),
            "unit": clause.unit,
            "scope": clause.scope.replace("_", " ") + (f", {clause.group}" if clause.group else ""),
            "limit": metric_limit(clause.metric, clause.threshold),
            "rule": clause.decision.rule,
            "remedy": joined(clause.remedy) or "none",
        }
        for clause in contract.clauses
    ]


def _rules(contract: Contract) -> list[str]:
    used = dict.fromkeys(clause.decision.rule for clause in contract.clauses)
    return [f"{name}: {RULES[name].meaning}." for name in used]


def _units(contract: Contract) -> dict[str, str]:
    return {clause.id: clause.unit for clause in contract.clauses}


def _power(one: AnnexClause, factors: Sequence[float], unit: str) -> Plain:
    """The chances for one clause, by the number of audited units."""
    shown = len(one.rows[0].power)
    return {
        "clause": one.clause,
        "units": plural(unit),
        "heads": [f"{factor:g} times" for factor in factors[:shown]],
        "rows": [
            {"n": f"{row.n:,}", "critical": f"{row.critical:,}", "cells": [_chance(p) for p in row.power]}
            for row in one.rows
        ],
        "needed": (
            f"{one.needed:,} {plural(unit)} prove a breach 9 times in 10 at {factors[shown - 1]:g} times the "
            "allowed errors."
        ),
    }


def _chance(share: float) -> str:
    return f"over 99.9{NBSP}%" if 0.9995 < share < 1 else percent(share, digits=0)


def _limits(clause: str, found: Design) -> Plain:
    """The stopping limits in short; the attached file has every number."""
    steps = found.limits.changes()
    every = -(-len(steps) // MOST_LIMITS) or 1
    shown = [step for number, step in enumerate(steps) if number % every == 0 or number == len(steps) - 1]
    return {
        "clause": clause,
        "said": (
            f"For a delivery of {found.population:,} items: {found.method}; at most {found.max_items:,} items "
            f"are audited. The file limits-{clause}.csv, attached, has the limits after every item and counts."
        ),
        "rows": [
            [f"{step.n:,}", "–" if step.accept is None else f"{step.accept:,}",
             "–" if step.reject is None else f"{step.reject:,}"]
            for step in shown
        ],
    }  # fmt: skip


def _limits_file(clause: str, found: Design) -> Attached:
    what = f"Stopping limits of clause {clause}, after every item"
    return Attached(f"limits-{clause}.csv", limits_csv(found.limits).encode(), what, "Data")
