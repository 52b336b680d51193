"""Bundles of schema 1: what an earlier version judged is held against what its outcomes count.

Their outcomes are held against their answers (outcomes_follow). Rules have been mended since, so a verdict, a
bound or an amount may come out otherwise today: that is named and is no misfit, for nobody changed it. Figures
that only count must be the same, and every line that is claimed must be a wrong unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import BREACHED, NOT_RUN, AuditResult
from vendoreval.claims.defects import claim_lines
from vendoreval.contracts.terms import Contract
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.opened_bundle import Findings

_COUNTED = ("by_class", "by_annotator", "confusion")
_COUNTS = ("items", "labels", "gold_items", "correct", "wrong_label", "missing", "ties")
_NUMBERS = ("metric", "scope", "threshold", "n", "errors", "clusters")
Record = Mapping[str, Any]


def compare_result(fresh: Record, sealed: Record, found: Findings) -> None:
    """Hold a sealed result against this version's; raises EvidenceError for figures that only count."""
    for name in _COUNTED:
        if canonical(fresh[name]) != canonical(sealed[name]):
            raise EvidenceError(f"result.json: {name} is not what the sealed outcomes give.")
    for name in _COUNTS:
        if fresh["counts"][name] != sealed["counts"][name]:
            raise EvidenceError(f"result.json: the count of {name} is not what the sealed outcomes give.")
    otherwise = _compare_findings(fresh, sealed)
    if fresh["verdict"] != sealed["verdict"]:
        otherwise.append(f"the whole ({sealed['verdict']}, now {fresh['verdict']})")
    found.fit("the sealed result counts what the sealed outcomes give")
    if otherwise:
        found.open(
            "older_verdicts", f"verdicts that this version's rules give otherwise: {', '.join(otherwise)}"
        )
    found.open("older_result", "bounds and wording of the result: an earlier version computed them")


def _compare_findings(fresh: Record, sealed: Record) -> list[str]:
    """Findings that are judged otherwise today; raises EvidenceError where one counts otherwise."""
    mine = {(one["clause"], one["group"]): one for one in fresh["findings"]}
    otherwise = []
    told = {(one["clause"], one["group"]) for one in sealed["findings"]}
    for clause, group in mine:
        if (clause, group) not in told:
            raise EvidenceError(f"result.json: it has no finding on {clause}{f' ({group})' if group else ''}.")
    for then in sealed["findings"]:
        named = then["clause"] + (f" ({then['group']})" if then["group"] else "")
        now = mine.get((then["clause"], then["group"]))
        if now is None:
            if then["verdict"] != NOT_RUN:
                _check_class(then, sealed["by_class"], named)
            otherwise.append(f"{named} ({then['verdict']}, now not judged)")
            continue
        if now["n"] and then["n"]:
            for name in _NUMBERS:
                if now[name] != then[name]:
                    raise EvidenceError(
                        f"result.json: the {name} of {named} is {then[name]!r}; outcomes give {now[name]!r}."
                    )
        if now["verdict"] != then["verdict"]:
            otherwise.append(f"{named} ({then['verdict']}, now {now['verdict']})")
    return otherwise


def _check_class(then: Record, classes: Sequence[Record], named: str) -> None:
    """A finding on a class that is not judged today counts what the class's own figures say."""
    for one in classes:
        if one["class"] == then["group"] and (then["n"], then["errors"]) == (
            one["n"],
            one["n"] - one["correct"],
        ):
            return
    raise EvidenceError(
        f"result.json: {named} is {then['verdict']!r}, and no figure of the result bears it out."
    )


def compare_claim(
    claim: Record, contract: Contract, again: AuditResult, seen: AuditInput, found: Findings
) -> None:
    """Every line of a sealed claim is a wrong unit under the contract; raises EvidenceError for another.

    Where the same clauses are breached today, the lines are those of today's claim.
    """
    breached = [finding for finding in again.findings if finding.verdict == BREACHED]
    told = {(one["clause"], one["group"]) for one in claim["extrapolations"]}
    if told == {(finding.clause, finding.group) for finding in breached}:
        lines = [line.to_json() for line in claim_lines(tuple(breached), seen, contract.task)]
        if canonical(lines) != canonical(claim["lines"]):
            raise EvidenceError("claim.json: lines do not follow from the result and the contract.")
    clauses = {clause.id for clause in contract.clauses}
    wrong: set[tuple[Any, ...]] = set()
    for outcomes in (seen.units, seen.by_label):
        bad = np.flatnonzero(outcomes.wrong)
        wrong |= {
            (row["item_id"], row["unit_id"], row["expected"], row["delivered"], row["severity"])
            for row in outcomes.take(bad).rows()
        }
    for line in claim["lines"]:
        key = (line["item"], line["unit"], line["expected"], line["delivered"], line["severity"])
        if key not in wrong or line["clause"] not in clauses:
            raise EvidenceError(f"claim.json: line {line['number']} is no wrong unit of the sealed outcomes.")
    if len({(line["item"], line["unit"], line["annotator"]) for line in claim["lines"]}) != len(claim["lines"]):
        raise EvidenceError("claim.json: a defect is claimed twice.")
    found.fit(f"the {len(claim['lines']):,} lines of the claim are wrong units of the sealed outcomes")
    found.open("older_claim", "bounds, amounts and deadlines of the claim: an earlier version computed them")
