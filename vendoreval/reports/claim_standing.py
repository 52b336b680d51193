"""Where a claim stands: its versions, what changed, what each side said, and when nothing is asked any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from vendoreval.audits.records import BREACHED
from vendoreval.claims.disputes import RAISED, LineState
from vendoreval.claims.moves import REBUTTED, Move
from vendoreval.claims.records import Claim, Demand, Struck
from vendoreval.claims.sums import total
from vendoreval.money import Money
from vendoreval.reports.claim_words import kind_words, lines_in_words
from vendoreval.reports.parts import Plain
from vendoreval.reports.wording import VERDICT_WORDS, count, day

MOST_STRUCK = 40  # lines told one by one; the record holds all
MOST_SAID = 100


@dataclass(frozen=True)
class Standing:
    """What a claim's document tells beside its version.

    `first` is version 1 and `before` the version whose place this one takes (None for version 1 itself);
    `newest` is the number of the newest. Of the newest alone: `lines`, what each side said, `turns`, who must
    act until when, and `end`, the move after which nothing follows. `replaced_by`: the claim on the same
    defects that took its place.
    """

    first: Claim | None = None
    before: Claim | None = None
    newest: int = 1
    lines: Mapping[int, LineState] = field(default_factory=dict)
    turns: tuple[tuple[date, str, str], ...] = ()
    end: Move | None = None
    replaced_by: str = ""


def fell(claim: Claim) -> bool:
    """Whether rulings left nothing of the breach."""
    return claim.version > 1 and claim.verdict != BREACHED


def stamp(claim: Claim, standing: Standing) -> str:
    """What stands at the head of every page; empty for a version that asks."""
    if claim.version < standing.newest:
        return f"Replaced by version {standing.newest}"
    return {"draft": "Draft, not issued", "superseded": "Superseded", "withdrawn": "Withdrawn",
            "settled": "Settled"}.get(claim.state, "")  # fmt: skip


def nothing_asked(claim: Claim, standing: Standing) -> str:
    """Why this version asks for nothing any more; empty where it asks."""
    if claim.version < standing.newest:
        return (
            f"Version {standing.newest} takes the place of this version, which stays on file as it was; "
            "what is asked stands there."
        )
    if claim.state == "superseded":
        other = f"Claim {standing.replaced_by}" if standing.replaced_by else "A later claim"
        return f"{other} on the same defects takes the place of this one. Nothing is asked by this claim."
    if standing.end is not None and claim.state == "withdrawn":
        why = str(standing.end.told.get("reason") or "").rstrip(".")
        return (
            f"The buyer took this claim back on {day(standing.end.at)}"
            f"{f': {why}' if why else ''}. Nothing is asked any more."
        )
    if standing.end is not None and claim.state == "settled":
        return _settlement(standing.end)
    if fell(claim):
        return "The breach is not shown any more. Nothing is asked any more."
    return ""


def _settlement(end: Move) -> str:
    """As it was recorded, and no more."""
    told = end.told
    agreed = Money(int(told["minor"]), str(told["currency"]))
    how, reference = (str(told.get(key) or "") for key in ("how", "reference"))
    said = f"Recorded as settled on {day(end.at)}: {agreed}"
    said += f", by {how}" if how and how != "waived" else ", waived" if how else ""
    said += f", reference {reference}" if reference else ""
    return f"{said}. Nothing is asked beyond that."


def changes(claim: Claim, standing: Standing) -> Plain | None:
    """What this version has otherwise than the one before it; None for version 1."""
    before, first = standing.before, standing.first
    if before is None or first is None:
        return None
    new = _newly_struck(claim, before)
    return {
        "title": f"What changed since version {before.version}",
        "said": changed_in_words(claim, before),
        "sums": _sums(before, claim),
        "struck": [_struck_row(one, first) for one in new[:MOST_STRUCK]],
        "earlier": _earlier(claim, new),
        "graver": _lighter(claim, before),
    }


def changed_in_words(claim: Claim, before: Claim) -> str:
    """The change in a sentence or three, for the first page."""
    new = _newly_struck(claim, before)
    said = f"This version takes the place of version {before.version}; earlier ones stay on file as they were."
    if new:
        struck = "is struck out" if len(new) == 1 else "are struck out"
        numbers = lines_in_words([one.number for one in new], 8)
        said += f" {numbers[0].upper()}{numbers[1:]} {struck}; {count(len(claim.lines), 'line')} still stand."
    lighter = len(_downgraded(claim, before))
    if lighter:
        said += f" {count(lighter, 'line')} {'weighs' if lighter == 1 else 'weigh'} less than before."
    if claim.failed_reworks > before.failed_reworks:
        said += f" {count(claim.failed_reworks, 'round')} of rework failed."
    old, now = total(before.asked_now), total(claim.asked_now)
    if old != now:
        said += f" The sum asked for: {_sum(now)} instead of {_sum(old)}."
    if claim.verdict != before.verdict:
        said += f" The clauses claimed on: {_verdict(claim.verdict)} instead of {_verdict(before.verdict)}."
    return said


def _newly_struck(claim: Claim, before: Claim) -> list[Struck]:
    known = {one.number for one in before.struck}
    return [one for one in claim.struck if one.number not in known]


def _struck_row(one: Struck, first: Claim) -> Plain:
    line = {line.number: line for line in first.lines}[one.number]
    return {
        "number": f"{one.number}", "item": line.shown, "where": line.where or "",
        "expected": line.expected or "–", "delivered": line.delivered or "nothing",
        "why": one.why or "–", "by": one.by or "–",
    }  # fmt: skip


def _earlier(claim: Claim, new: list[Struck]) -> str:
    names = {one.number for one in new}
    old = [one.number for one in claim.struck if one.number not in names]
    said = f"Struck out by earlier versions: {lines_in_words(old)}. " if old else ""
    if len(new) > MOST_STRUCK:
        said += f"The first {MOST_STRUCK} of {len(new):,} lines are printed; claim.json holds all. "
    return said.rstrip()


def _downgraded(claim: Claim, before: Claim) -> list[tuple[int, str, str]]:
    """The lines that weigh otherwise: number, severity before, severity now."""
    was = {line.number: line.severity for line in before.lines}
    return [
        (line.number, was[line.number], line.severity)
        for line in claim.lines
        if was.get(line.number, line.severity) != line.severity
    ]


def _lighter(claim: Claim, before: Claim) -> str:
    """`Weigh less than before: lines 15 and 16, from critical to minor.`"""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, old, now in _downgraded(claim, before):
        groups.setdefault((old, now), []).append(number)
    told = [
        f"{lines_in_words(lines, MOST_STRUCK)}, from {old} to {now}" for (old, now), lines in groups.items()
    ]
    return f"Less grave than before: {'; '.join(told)}." if told else ""


def _sums(before: Claim, claim: Claim) -> list[list[str]]:
    """One row a step that either version has: its name, what it was, what it is."""
    old, now = ({one.remedy: one for one in version.demands} for version in (before, claim))
    rows = [
        [kind_words(now.get(name) or old[name]).capitalize(), _step(old.get(name)), _step(now.get(name))]
        for name in dict.fromkeys((*old, *now))
    ]
    return [
        *rows,
        [
            "In total, without the conditional steps",
            _sum(total(before.asked_now)),
            _sum(total(claim.asked_now)),
        ],
    ]


def _step(one: Demand | None) -> str:
    if one is None:
        return "not asked for"
    said = str(one.amount) if one.amount else "asked for"
    if not one.after_rework:
        return said
    return f"{said}, if {'a rework fails' if one.after_rework == 1 else f'{one.after_rework} reworks fail'}"


def _sum(money: Money | None) -> str:
    return "no sum" if money is None else str(money)


def _verdict(name: str) -> str:
    return VERDICT_WORDS.get(name, name).lower()


def said_on_lines(claim: Claim, standing: Standing) -> Plain | None:
    """One row a line that somebody answered or ruled on; None where nobody did."""
    known = {line.number: line for line in (standing.first or claim).lines}
    told = [line for line in standing.lines.values() if line.state != RAISED and line.number in known]
    if not told:
        return None
    counted = {state: sum(line.state == state for line in standing.lines.values()) for state in _STATES}
    note = "; ".join(f"{n:,} {_STATES[state]}" for state, n in counted.items() if n)
    if len(told) > MOST_SAID:
        note += f". The first {MOST_SAID} of {len(told):,} lines are printed"
    return {
        "note": f"{note}.",
        "rows": [
            {"number": f"{line.number}", "item": known[line.number].shown, "state": state_words(line),
             "said": line_said(line)}
            for line in told[:MOST_SAID]
        ],
    }  # fmt: skip


_STATES = {
    "raised": "not answered", "accepted": "accepted", "rebutted": "rebutted and not ruled on",
    "upheld": "upheld", "downgraded": "downgraded", "withdrawn": "struck out", "escalated": "with the arbiter",
}  # fmt: skip


def state_words(line: LineState) -> str:
    """`accepted by silence`, `upheld by the arbiter`."""
    state = "rebutted" if line.state == REBUTTED else _STATES[line.state]
    return state + (" by silence" if line.silent else "") + (" by the arbiter" if line.final else "")


def line_said(line: LineState) -> list[str]:
    """What either side said on the line, a sentence each."""
    said = []
    if line.position is not None:
        one = line.position
        parts = [one.position, one.reason, f"“{one.text}”" if one.text else ""]
        parts += [f"guideline {one.guideline}" if one.guideline else "", *one.evidence]
        said.append(f"Vendor: {', '.join(part for part in parts if part)}.")
    if line.silent:
        said.append("Not answered in time; by the contract it counts as accepted.")
    if line.ruling is not None:
        ruling = line.ruling
        by = f" by {ruling.by}" if ruling.by else ""
        lighter = f", now {line.severity}" if line.severity and line.state == "downgraded" else ""
        said.append(f"Ruled{by}: {ruling.ruling}{lighter}. {ruling.why}".rstrip())
    return said
