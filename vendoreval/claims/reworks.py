"""The judgement of a rework (record `vendoreval/rework/1`): what was named, what else broke, and the rest.

    passed      fresh items keep every clause that was claimed
    failed      a clause is breached on fresh items
    undecided   fresh items do not decide, or were not audited yet

Where the claim asks for the listed defects (scope "defects", and wherever the sample does not speak for the
whole delivery), each of them counts as well: one that is left and not argued about fails, one that is argued
about leaves it undecided. Where the whole is to be labelled again, the agreed share decides and no single line:
of real boxes that were labelled again far better than agreed, one named defect in seven was still wrong. What
is left is told all the same.

Whoever mends what was named and nothing else mends every line; only fresh items show it. What was right before
and is wrong now is told and decides nothing: whoever labels all of it again errs now and then, as agreed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, AuditResult
from vendoreval.claims.disputes import RAISED, Dispute
from vendoreval.claims.moves import ESCALATED, REBUTTED
from vendoreval.claims.pairing import MENDED, Unit
from vendoreval.claims.records import Claim, ClaimLine
from vendoreval.contracts.terms import Contract

SCHEMA = "vendoreval/rework/1"
PASSED, FAILED, UNDECIDED = OUTCOMES = ("passed", "failed", "undecided")
NONE_LEFT = "none_left"  # the rework holds only items that were named or audited: there is nothing fresh in it


@dataclass(frozen=True)
class Reworked:
    """What became of a claim's defects, and what the rework is judged as.

    `states`: of each line that stands, by its number (claims.pairing). `disputed` lines are argued about or may
    still be answered. `broken`: units that were right and are wrong now. `fresh` is the verdict on fresh items
    under the clauses that were claimed, of the audit `audit`; `round` counts reworks, the contract allows
    `rounds` (0: it says nothing). `each`: the claim asks for every listed defect, not for the whole again.
    """

    claim: str
    version: int
    delivery: str
    audit: str
    fresh: str
    states: Mapping[int, str]
    lines: Mapping[int, ClaimLine]
    disputed: frozenset[int]
    broken: tuple[Unit, ...]
    round: int
    rounds: int
    due: date | None
    received: date
    each: bool

    @property
    def mended(self) -> tuple[int, ...]:
        """The lines that are right now."""
        return tuple(number for number, state in self.states.items() if state == MENDED)

    @property
    def left(self) -> tuple[int, ...]:
        """The lines that are not mended and that nobody argues about."""
        return tuple(
            number for number, state in self.states.items() if state != MENDED and number not in self.disputed
        )

    @property
    def open(self) -> tuple[int, ...]:
        """The lines that are not mended and that are argued about."""
        return tuple(n for n, state in self.states.items() if state != MENDED and n in self.disputed)

    @property
    def outcome(self) -> str:
        """passed, failed or undecided."""
        if self.fresh == BREACHED or (self.each and self.left):
            return FAILED
        if self.each and (self.open or (self.fresh == NONE_LEFT and self.broken)):
            return UNDECIDED
        return PASSED if self.fresh == KEPT or (self.each and self.fresh == NONE_LEFT) else UNDECIDED

    def sentences(self) -> list[str]:
        """What was found, in plain words."""
        said = [f"{len(self.mended):,} of {len(self.states):,} defects of the claim are mended."]
        if not self.states:
            said = [
                "The claim has no line that stands, so there is nothing of which to say that it was mended."
            ]
        if self.left:
            counts = "" if self.each else " They alone do not fail it, for the whole was to be labelled again."
            said.append(f"Not mended: {_numbers(self.left)}.{counts}")
        if self.open:
            said.append(f"Not mended, and still open in the dispute: {_numbers(self.open)}.")
        if self.broken:
            units = "1 unit that was" if len(self.broken) == 1 else f"{len(self.broken):,} units that were"
            said.append(f"{units} right before {'is' if len(self.broken) == 1 else 'are'} wrong now.")
        return [*said, _FRESH[self.fresh].format(audit=self.audit), *self._timeliness(), *self._round()]

    def _timeliness(self) -> list[str]:
        if self.due is None:
            return []
        late = "after" if self.received > self.due else "by"
        return [f"It was received on {self.received}, {late} the day that the claim names, {self.due}."]

    def _round(self) -> list[str]:
        if not self.rounds:
            return [f"This is round {self.round} of the rework."]
        over = "" if self.round <= self.rounds else " That is more than the contract allows."
        return [f"This is round {self.round} of the {self.rounds} that the contract allows.{over}"]

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values. It does not tell gold answers that the claim did not show."""
        return {
            "schema": SCHEMA,
            "claim": self.claim,
            "version": self.version,
            "delivery": self.delivery,
            "audit": self.audit or None,
            "outcome": self.outcome,
            "fresh": self.fresh,
            "round": self.round,
            "rounds_allowed": self.rounds or None,
            "each_defect_counts": self.each,
            "due": self.due.isoformat() if self.due else None,
            "received": self.received.isoformat(),
            "lines": [
                {"line": number, "item": self.lines[number].shown, "state": state,
                 "disputed": number in self.disputed}
                for number, state in self.states.items()
            ],
            "broken": [
                {"item": one.item, "annotator": one.annotator or None, "delivered": one.delivered,
                 "outcome": one.outcome, "where": one.where if one.delivered else None}
                for one in self.broken
            ],
            "mended": list(self.mended),
            "left": list(self.left),
            "open": list(self.open),
            "sentences": self.sentences(),
        }  # fmt: skip


_FRESH = {
    KEPT: "On fresh items (audit {audit}) every clause that was claimed is kept.",
    BREACHED: "On fresh items (audit {audit}) a clause is breached: the rest was not labelled as agreed.",
    INCONCLUSIVE: "Fresh items (audit {audit}) do not decide yet.",
    NOT_RUN: "The rest is not judged yet: no audit on fresh items was run.",
    NONE_LEFT: "The rework holds only items that were named or audited before, so there is no rest to judge.",
}


@dataclass(frozen=True)
class Demanded:
    """The rework that a claim asks for: until when, in how many rounds (0: not said), and of what.

    `each`: of the listed defects, where the other scopes are of all labels of a class or delivery.
    """

    due: date | None
    rounds: int
    each: bool


def demanded(claim: Claim, contract: Contract, *, beyond: bool) -> Demanded:
    """The rework that a claim asks for. `beyond`: its sample speaks for the whole delivery."""
    asked = [demand for demand in claim.demands if demand.kind == "rework"]
    remedies = [contract.remedy(demand.remedy) for demand in asked]
    days = [demand.due for demand in asked if demand.due]
    return Demanded(
        min(days, default=None),
        max((remedy.rounds for remedy in remedies), default=0),
        not beyond or any(remedy.scope == "defects" for remedy in remedies),
    )


def argued_about(dispute: Dispute, today: date) -> frozenset[int]:
    """The lines on which the vendor's word is open: rebutted, with the arbiter, or still to be answered."""
    waiting = dispute.answer_by is not None and today <= dispute.answer_by
    return frozenset(dispute.numbers(REBUTTED, ESCALATED, *((RAISED,) if waiting else ())))


def fresh_verdict(first: AuditResult, again: AuditResult) -> str:
    """What an audit of fresh items says of the clauses that `first` found breached; any breach counts.

    A person or class of `first` that the rework no longer has is no longer judged.
    """
    if any(finding.verdict == BREACHED for finding in again.findings):
        return BREACHED
    claimed = {(f.clause, f.group) for f in first.findings if f.verdict == BREACHED}
    found = {(f.clause, f.group): f.verdict for f in again.findings}
    clauses = {clause for clause, _ in found}
    verdicts = [
        found.get(pair, KEPT if pair[0] in clauses and pair[1] is not None else NOT_RUN) for pair in claimed
    ]
    return KEPT if verdicts and all(verdict == KEPT for verdict in verdicts) else INCONCLUSIVE


def _numbers(lines: Collection[int], most: int = 12) -> str:
    shown = ", ".join(str(number) for number in sorted(lines)[:most])
    more = f" and {len(lines) - most:,} more" if len(lines) > most else ""
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}{more}"


def first_rounds(before: Mapping[str, str], outcomes: Mapping[str, str]) -> str:
    """How many of the judged reworks of original deliveries passed, and the most rounds, in words.

    `before` names the delivery that each replaces (empty for none), `outcomes` what reworks were judged as.
    Empty text where no rework is decided.
    """
    first = [
        outcomes[name] for name, of in before.items()
        if of and not before.get(of) and outcomes.get(name) in (PASSED, FAILED)
    ]  # fmt: skip
    if not first:
        return ""
    rounds = max(_rounds(name, before) for name in before)
    passed = sum(outcome == PASSED for outcome in first)
    return f"{passed:,} of {len(first):,} judged passed the first time, at most {rounds} rounds"


def _rounds(name: str, before: Mapping[str, str]) -> int:
    seen = {name}
    while (name := before.get(name, "")) and name not in seen:
        seen.add(name)
    return len(seen) - 1
