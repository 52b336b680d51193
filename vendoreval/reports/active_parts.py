"""A draw by frozen scores in words and pictures: strata, chances, how the money grew, and what it saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vendoreval.audits.records import AuditResult, Finding, Walk
from vendoreval.contracts.rules import SCORES
from vendoreval.contracts.terms import Contract
from vendoreval.reports.charts.curves import Axis, Curves, Line
from vendoreval.reports.sentences import clause_name
from vendoreval.reports.wording import count, percent

UNFAIR = (
    "Of the audited items only, which were drawn on purpose where scores expect errors: no figure here speaks "
    "for the delivery."
)
_LEAST_MONEY = 1e-3  # of 1; less than that is drawn there


def drawn_by_scores(contract: Contract, result: AuditResult) -> list[dict[str, Any]]:
    """For each finding on such a draw: its name, sentences, the strata's table and the money's path."""
    clauses = {clause.id: clause for clause in contract.clauses}
    shown = []
    for finding in result.findings:
        walk = finding.walk
        if walk is None or walk.drawn is None:
            continue
        decision = clauses[finding.clause].decision
        shown.append(
            {
                "name": clause_name(finding),
                "sentences": sentences(finding),
                "strata": _strata(walk.drawn),
                "path": _path(walk.drawn, 1 / float(decision.alpha), 1 / float(decision.beta)),
            }
        )
    return shown


def sentences(finding: Finding) -> list[str]:
    """How the items were drawn, and what that saved."""
    walk = finding.walk
    if walk is None or walk.drawn is None:
        return []
    drawn = walk.drawn
    strata, lists = len(drawn["strata"]), len(drawn["shares"])
    said = [
        f"Scores, {SCORES[drawn['source']]}, divide the delivery into {count(strata, 'stratum', 'strata')}. "
        f"They were "
        f"frozen before the seed of the draw was known (receipt {drawn['receipt']}, SHA-256 of the strata "
        f"{drawn['strata_sha256']}). Items were drawn on {count(lists, 'work list')}; no stratum with less "
        f"than "
        f"{percent(drawn['floor'], digits=0)} of its share of the items. The experts saw no score.",
        _saved(walk, drawn),
    ]
    return [sentence for sentence in said if sentence]


def _saved(walk: Walk, drawn: Mapping[str, Any]) -> str:
    uniform = drawn["uniform"]
    if uniform is None:
        return f"{count(walk.walked, 'item')} of the draw were used."
    return (
        f"The audit used {count(walk.walked, 'item')}. A uniform draw with the same risks takes "
        f"{uniform['expected_items']:,} on average for a delivery like this, and one in twenty takes "
        f"{uniform['p95_items']:,} or more."
    )


def _strata(drawn: Mapping[str, Any]) -> list[list[str]]:
    """Header and rows: items, predicted errors, least and greatest chance, items drawn, wrong ones."""
    total = sum(one["items"] for one in drawn["strata"])
    rows = [["Stratum", "Items", "Share", "Score", "Chance to be drawn", "Drawn", "Wrong"]]
    for number, one in enumerate(drawn["strata"]):
        chances = [shares[number] / 10 for shares in drawn["shares"]]
        least, most = f"{min(chances):.1f}", f"{max(chances):.1f}"
        rows.append(
            [
                str(number),
                f"{one['items']:,}",
                percent(one["items"] / total),
                one["scores"],
                f"{least} %" if least == most else f"{least}–{most} %",
                f"{one['drawn']:,}",
                f"{one['wrong']:g}",
            ]
        )
    return rows


def _path(drawn: Mapping[str, Any], breached: float, kept: float) -> Curves:
    """The evidence for both words along the draw, in powers of ten, with what each needs."""
    steps = drawn["steps"]
    xs = tuple(float(k) for k in range(len(steps) + 1))
    against, for_ = (
        (0.0, *(math.log10(max(step[column], _LEAST_MONEY)) for step in steps)) for column in (2, 3)
    )
    ends = (xs[0], xs[-1])
    lines = (
        Line("for breached", xs, against, tone="bad"),
        Line("for kept", xs, for_, tone="good"),
        Line("breached from", ends, (math.log10(breached),) * 2, "dashed", "bad"),
        Line("kept from", ends, (math.log10(kept),) * 2, "dotted", "good"),
    )
    return Curves(
        "Evidence along the draw, in powers of ten",
        f"After {len(steps):,} items the evidence was {steps[-1][2]:.3g} for breached and "
        f"{steps[-1][3]:.3g} for "
        "kept.",
        Axis("items audited"),
        Axis("evidence, log10"),
        lines,
    )
