"""Earlier looks at a delivery: which further sample may be judged, and at what risk.

Whoever looks again until a sample says *breached* finds one: nineteen looks at a growing sample call an
honest vendor breached in 17 of 100 deliveries instead of 5. So

- a sample with items of another audited sample is not judged, for nobody can say how its items were chosen;
- a sample without such items, or one drawn afresh from the whole delivery, is judged, each at half the risk
  of the one before: over all samples of a delivery, however many, a wrong word has less than twice the risk
  agreed for one (a + a/2 + a/4 + …, Bonferroni);
- the same items again are the same look, unless scores chose them, and where every item is audited nothing is
  left to chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import INCONCLUSIVE, NOT_RUN
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.designs.designs import READ_ONCE

ONE_SAMPLE = ("zero_defect", "iso2859-1", "iso2859-2")  # their numbers do not follow from a risk
_CHANCELESS = "point"


@dataclass(frozen=True)
class Look:
    """An audit of the delivery, or a sample of it that is being answered (`verdict` open).

    `items` are those of the delivery that it looked at; `judged` the clauses that it judged by chance.
    `delivery` names another delivery of the same files; `labels` is the hash of its labels where they differ,
    as those that another filter leaves. `by_scores`: its items were drawn where scores expect errors, so that
    they are no sample for anything else.
    """

    audit: str
    gold: str
    verdict: str
    items: frozenset[str]
    judged: frozenset[str]
    delivery: str = ""
    labels: str = ""
    by_scores: bool = False

    @property
    def sample(self) -> tuple[str, frozenset[str]]:
        """What was looked at: the same items with the same labels are the same look."""
        return self.labels, self.items


@dataclass(frozen=True)
class Looked:
    """What earlier looks mean for a sample.

    `shared`: the most items that another sample has in common with it, 0 where it was drawn afresh.
    `before`: by clause, how many other samples were judged earlier. `audits` names every earlier look, but
    for those at the same items of this delivery with the same gold, which are this very audit.
    """

    shared: int
    before: Mapping[str, int]
    audits: tuple[Mapping[str, Any], ...]


def judged_by_chance(findings: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The clauses that stored `findings` judged; a sample that its rule has not read yet is no look."""
    return frozenset(f["clause"] for f in findings if f["verdict"] != NOT_RUN and not _unread(f))


def _unread(finding: Mapping[str, Any]) -> bool:
    walk = finding.get("walk")
    waits = walk is not None and walk["rule"] in READ_ONCE and walk["walked"] < walk["max_items"]
    return bool(waits) and finding["verdict"] == INCONCLUSIVE


def looked(earlier: Sequence[Look], items: frozenset[str], *, gold: str = "", drawn: bool = False) -> Looked:
    """What the `earlier` looks, oldest first, mean for a sample of `items`; `drawn`: by tickets, afresh."""
    others = list(takewhile(lambda look: look.by_scores or look.sample != ("", items), earlier))
    by_sample: dict[tuple[str, frozenset[str]], set[str]] = {}
    for look in others:
        by_sample.setdefault(look.sample, set()).update(look.judged)
    before: dict[str, int] = {}
    for clauses in by_sample.values():
        for clause in sorted(clauses):
            before[clause] = before.get(clause, 0) + 1
    shared = 0 if drawn else max((len(look.items & items) for look in others), default=0)
    named = tuple(
        _record(look, items) for look in earlier if look.delivery or (look.items, look.gold) != (items, gold)
    )
    return Looked(shared, before, named)


def _record(look: Look, items: frozenset[str]) -> dict[str, Any]:
    other = {"delivery": look.delivery} if look.delivery else {}
    return {
        "audit": look.audit, "gold": look.gold, "verdict": look.verdict, "items": len(look.items),
        "shared": len(look.items & items), **other,
    }  # fmt: skip


def at_risk_left(clause: Clause, before: Mapping[str, int]) -> Clause:
    """`clause` with the risks that are left for it after the samples judged `before`."""
    times = before.get(clause.id, 0)
    if not times or _without_sample(clause):
        return clause
    decision = clause.decision
    left = replace(decision, alpha=decision.alpha / 2**times, beta=decision.beta / 2**times)
    return replace(clause, decision=left)


def refusal(clause: Clause, seen: AuditInput, again: str, *, census: bool) -> str:
    """Why the sample cannot be judged under `clause` after earlier looks; empty where it can.

    `again` is a command that draws a sample which can be judged.
    """
    if _without_sample(clause) or census:
        return ""
    if seen.earlier_items:
        return (
            f"Another audit of this delivery or its files looked at {seen.earlier_items:,} of these "
            f"{seen.gold_items:,} items. A sample that grows from look to look, or is chosen after "
            "one, finds a breach by chance sooner or later. Audit items that no audit has seen, or draw "
            f"afresh: `{again}`."
        )
    if seen.looks_before.get(clause.id) and clause.decision.rule in ONE_SAMPLE:
        return (
            f"The rule {clause.decision.rule} is agreed for one sample of a delivery, and an earlier audit "
            "judged one: that verdict stands."
        )
    return ""


def look_notes(seen: AuditInput) -> list[str]:
    """Which audits came before, and what they leave to this one."""
    if not seen.earlier_audits:
        return []
    named = "; ".join(_named(one) for one in seen.earlier_audits)
    notes = [f"This delivery was looked at before: {named}."]
    times = max(seen.looks_before.values(), default=0)
    if times and not seen.earlier_items:
        others = "One other sample was" if times == 1 else f"{times:,} other samples were"
        notes.append(
            f"{others} judged before, so this one is judged at 1/{2**times:,} of the agreed risks: over all "
            "samples together, however many, a wrong word has less than twice the risk agreed for one."
        )
    return notes


def _named(one: Mapping[str, Any]) -> str:
    gold = f" on {one['gold']}" if one["gold"] else ""
    gold += f" of {one['delivery']}, which has the same files" if one.get("delivery") else ""
    same = f", {one['shared']:,} of them here again" if one["shared"] else ""
    return f"{one['audit']}{gold} ({one['items']:,} items{same}; {str(one['verdict']).replace('_', ' ')})"


def _without_sample(clause: Clause) -> bool:
    """Whether no chance of a sample takes part: the point rule, or agreement among all labels."""
    return clause.decision.rule == _CHANCELESS or METRICS[clause.metric].kind == "agreement"
