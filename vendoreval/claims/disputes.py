"""A dispute: an issued claim and its moves say where each line stands, whose turn it is, and until when.

    line     raised → accepted | rebutted → upheld | downgraded | withdrawn | escalated
    escalated → by the arbiter, final: upheld | downgraded | withdrawn

The buyer may withdraw or downgrade any line at any time; nothing brings a withdrawn line back, so a ruling can
only help the vendor. A line that nobody answered by the deadline is accepted only if the contract says so.
A claim that is superseded, withdrawn or settled takes no further move.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from vendoreval.claims.moves import (
    ACCEPTED,
    DOWNGRADED,
    ESCALATED,
    REBUTTED,
    UPHELD,
    WITHDRAWN,
    Move,
    Position,
    Ruling,
)
from vendoreval.claims.records import Claim
from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, UsageError
from vendoreval.tasks.outcomes import SEVERITIES

RAISED = "raised"
BUYER, VENDOR, ARBITER = "buyer", "vendor", "arbiter"
# What a ruling may follow. An escalated line is the arbiter's, but the buyer may always give in.
_AFTER = {
    UPHELD: (REBUTTED,),
    DOWNGRADED: (RAISED, ACCEPTED, REBUTTED, UPHELD),
    WITHDRAWN: (RAISED, ACCEPTED, REBUTTED, UPHELD, DOWNGRADED, ESCALATED),
    ESCALATED: (REBUTTED, UPHELD, DOWNGRADED),
}


@dataclass(frozen=True)
class LineState:
    """Where a line stands. `final`: an arbiter decided; `silent`: accepted by the contract's rule."""

    number: int
    state: str = RAISED
    position: Position | None = None
    ruling: Ruling | None = None
    final: bool = False
    silent: bool = False
    severity: str = ""  # after a downgrade

    @property
    def open(self) -> bool:
        """Whether somebody still has to act on the line."""
        return self.state in (RAISED, REBUTTED, ESCALATED)

    @property
    def stands(self) -> bool:
        """Whether the line counts as a defect."""
        return self.state != WITHDRAWN


@dataclass(frozen=True)
class Dispute:
    """An issued claim (version 1), the moves so far, and what they come to on the day `today`."""

    claim: Claim
    moves: tuple[Move, ...] = ()
    lines: dict[int, LineState] = field(default_factory=dict)
    state: str = "issued"  # issued, superseded, withdrawn or settled
    answer_by: date | None = None
    ruling_by: date | None = None
    arbiter_by: date | None = None
    failed_reworks: int = 0

    def numbers(self, *states: str) -> tuple[int, ...]:
        """The lines in one of the states, in order."""
        return tuple(number for number, line in self.lines.items() if line.state in states)

    @property
    def struck(self) -> tuple[int, ...]:
        """The lines that were struck out."""
        return self.numbers(WITHDRAWN)

    @property
    def stage(self) -> str:
        """issued claims: awaiting answer, awaiting ruling, with the arbiter or decided; else the state."""
        if self.state != "issued":
            return self.state
        for state, stage in (
            (ESCALATED, "with the arbiter"), (REBUTTED, "awaiting ruling"), (RAISED, "awaiting answer"),
        ):  # fmt: skip
            if self.numbers(state):
                return stage
        return "decided"

    @property
    def turns(self) -> tuple[tuple[date, str, str], ...]:
        """Who must act next and until when, with what to do; earliest first."""
        if self.state != "issued":
            return ()
        wanted = (
            (RAISED, self.answer_by, VENDOR, "Answer {} of the claim."),
            (REBUTTED, self.ruling_by, BUYER, "Rule on {} that the vendor rebutted."),
            (ESCALATED, self.arbiter_by, ARBITER, "Decide {} of the claim."),
        )
        found = []
        for state, due, who, text in wanted:
            count = len(self.numbers(state))
            if count and due:
                found.append((due, who, text.format("1 line" if count == 1 else f"{count:,} lines")))
        return tuple(sorted(found))


def open_dispute(claim: Claim, contract: Contract, moves: Iterable[Move], today: date) -> Dispute:
    """Follow the moves from the issued version 1 of a claim; raises Conflict for one that may not be."""
    (last,) = deque(stations(claim, contract, moves), maxlen=1)
    return _silence(last, contract, today)


def stations(claim: Claim, contract: Contract, moves: Iterable[Move]) -> Iterator[Dispute]:
    """The dispute when the claim was issued, and behind each of the moves; raises as `open_dispute` does."""
    start = {line.number: LineState(line.number) for line in claim.lines}
    found = Dispute(
        claim, lines=start, state=claim.state, answer_by=claim.answer_by, failed_reworks=claim.failed_reworks
    )
    yield found
    for move in moves:
        found = follow(_silence(found, contract, move.at.date()), contract, move)
        yield found


def follow(before: Dispute, contract: Contract, move: Move) -> Dispute:
    """The dispute after one more move; raises Conflict for one that may not be, UsageError for a wrong line."""
    if before.state != "issued":
        raise Conflict(f"Claim {before.claim.id!r} is {before.state}; it takes no further move.")
    _in_time(before, move)
    after = _STEPS[move.kind](before, contract, move)
    return replace(after, moves=(*before.moves, move))


def _in_time(before: Dispute, move: Move) -> None:
    """No move lies before the one that it follows: a clock that was turned back would turn deadlines."""
    last = before.moves[-1].at if before.moves else None
    issued = before.claim.issued
    if (last and move.at < last) or (issued and move.at.date() < issued):
        raise Conflict(
            f"The clock says {move.at:%Y-%m-%d %H:%M}, before the last move in claim {before.claim.id!r}.",
            remedy="Set the clock right, and try again.",
        )


def _silence(before: Dispute, contract: Contract, today: date) -> Dispute:
    """Lines that nobody answered in time are accepted, where the contract says so."""
    late = before.answer_by is not None and today > before.answer_by
    if not late or contract.dispute.silence != "accepted" or before.state != "issued":
        return before
    return _with(
        before, (replace(before.lines[n], state=ACCEPTED, silent=True) for n in before.numbers(RAISED))
    )


def _answered(before: Dispute, contract: Contract, move: Move) -> Dispute:
    late = before.answer_by is not None and move.at.date() > before.answer_by
    if late and not move.late:
        raise Conflict(
            f"The time to answer claim {before.claim.id!r} ended on {before.answer_by}.",
            remedy="If you take the answer all the same, say so with --late; nothing was changed.",
        )
    _once(one.line for one in move.positions)
    changed = []
    for one in move.positions:
        line = _line(before, one.line)
        if line.ruling is not None or line.state == ESCALATED:
            raise Conflict(f"Line {one.line} was ruled on already; its answer stays as it was.")
        _check_position(one, contract)
        changed.append(replace(line, state=one.position, position=one, silent=False))
    after = _with(before, changed)
    due = add_business_days(move.at.date(), contract.dispute.ruling_days, contract.acceptance)
    return replace(after, ruling_by=due if after.numbers(REBUTTED) else before.ruling_by)


def _check_position(one: Position, contract: Contract) -> None:
    if one.position == REBUTTED and one.reason not in contract.dispute.reasons:
        raise UsageError(
            f"Line {one.line}: {one.reason!r} is no reason code of the contract.",
            remedy=f"Use one of: {', '.join(contract.dispute.reasons)}.",
        )
    if one.position not in (ACCEPTED, REBUTTED):
        raise UsageError(f"Line {one.line}: a position is accepted or rebutted, not {one.position!r}.")


def _ruled(before: Dispute, contract: Contract, move: Move) -> Dispute:
    _once(one.line for one in move.rulings)
    claimed = {line.number: line.severity for line in before.claim.lines}
    after = _with(
        before, [_ruling(_line(before, one.line), one, claimed.get(one.line, "")) for one in move.rulings]
    )
    if after.numbers(ESCALATED) and not before.numbers(ESCALATED):
        due = add_business_days(move.at.date(), contract.dispute.arbiter_days, contract.acceptance)
        return replace(after, arbiter_by=due)
    return after


def _ruling(line: LineState, one: Ruling, claimed: str) -> LineState:
    allowed = _AFTER.get(one.ruling)
    if allowed is None:
        raise UsageError(
            f"Line {one.line}: {one.ruling!r} is no ruling.", remedy=f"Known: {', '.join(_AFTER)}."
        )
    if line.final and one.ruling != WITHDRAWN:
        raise Conflict(f"Line {one.line} was decided by the arbiter; only withdrawing it is left.")
    if line.state not in allowed:
        raise Conflict(
            f"Line {one.line} is {line.state}; it cannot be {one.ruling}.",
            remedy=f"That may follow: {', '.join(allowed)}.",
        )
    return _decided(line, one, claimed)


def _decided(line: LineState, one: Ruling, claimed: str) -> LineState:
    severity = line.severity
    if one.ruling == DOWNGRADED:
        severity = one.severity or SEVERITIES[0]
        if severity not in SEVERITIES:
            raise UsageError(
                f"Line {one.line}: {severity!r} is no severity.", remedy="Use minor, major or critical."
            )
        if SEVERITIES.index(severity) >= SEVERITIES.index(line.severity or claimed):
            raise Conflict(f"Line {one.line} is {line.severity or claimed}; {severity} is no downgrade.")
    return replace(line, state=one.ruling, ruling=one, severity=severity)


def _to_arbiter(before: Dispute, contract: Contract, move: Move) -> Dispute:
    for number in move.lines:
        if _line(before, number).state != ESCALATED:
            raise Conflict(f"Line {number} was not escalated.", remedy="Escalate it first.")
    due = add_business_days(move.at.date(), contract.dispute.arbiter_days, contract.acceptance)
    return replace(before, arbiter_by=due)


def _arbitrated(before: Dispute, contract: Contract, move: Move) -> Dispute:
    changed, claimed = [], {line.number: line.severity for line in before.claim.lines}
    for one in move.rulings:
        line = _line(before, one.line)
        if line.state != ESCALATED:
            raise Conflict(f"Line {one.line} is {line.state}, not with the arbiter.")
        if one.ruling not in (UPHELD, DOWNGRADED, WITHDRAWN):
            raise UsageError(f"Line {one.line}: an arbiter cannot decide {one.ruling!r}.")
        changed.append(replace(_decided(line, one, claimed[one.line]), final=True))
    return _with(before, changed)


def _gold_amended(before: Dispute, contract: Contract, move: Move) -> Dispute:
    why = "The gold answer was amended; the delivered answer is right."
    lines = [_line(before, number) for number in move.lines]
    changed = [
        replace(one, state=WITHDRAWN, ruling=Ruling(one.number, WITHDRAWN, why, move.by, "gold_wrong"))
        for one in lines
        if one.stands
    ]
    return _with(before, changed)


def _reworked(before: Dispute, contract: Contract, move: Move) -> Dispute:
    """A rework that passed has passed; one that failed can only be judged better, as when a line fell since."""
    told = {one.told.get("delivery"): one.told for one in before.moves if one.kind == "reworked"}
    delivery, now = move.told.get("delivery"), move.told.get("verdict")
    then = told.get(delivery, {}).get("verdict")
    if (then, now) == ("failed", "failed") or (then == "passed" and now != "passed"):
        raise Conflict(f"The rework {delivery!r} was judged already: it {then}.")
    told[delivery] = move.told
    failed = before.claim.failed_reworks + sum(bool(one.get("failed")) for one in told.values())
    return replace(before, failed_reworks=failed)


def _withdrawn(before: Dispute, contract: Contract, move: Move) -> Dispute:
    return replace(before, state="withdrawn")


def _settled(before: Dispute, contract: Contract, move: Move) -> Dispute:
    return replace(before, state="settled")


_STEPS = {
    "answered": _answered, "ruled": _ruled, "to_arbiter": _to_arbiter, "arbitrated": _arbitrated,
    "gold_amended": _gold_amended, "reworked": _reworked, "withdrawn": _withdrawn, "settled": _settled,
}  # fmt: skip


def _line(dispute: Dispute, number: int) -> LineState:
    found = dispute.lines.get(number)
    if found is None:
        raise UsageError(
            f"Claim {dispute.claim.id!r} has no line {number}.",
            remedy=f"It has {len(dispute.lines):,} lines.",
        )
    return found


def _once(lines: Iterable[int]) -> None:
    counts = Counter(lines)
    for line in [line for line, times in counts.items() if times > 1]:
        raise UsageError(f"Line {line} stands there twice.", remedy="Say one thing about each line.")


def _with(dispute: Dispute, changed: Iterable[LineState]) -> Dispute:
    return replace(dispute, lines={**dispute.lines, **{line.number: line for line in changed}})
