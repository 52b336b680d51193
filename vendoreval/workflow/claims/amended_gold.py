"""What follows when gold is amended: audits are judged again, and lines of claims that are right now fall.

Everything that is lacking is found from what is stored, so a command that was cut short is finished by the next
one, and one that is repeated changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.judging_again import held_against
from vendoreval.audits.records import AuditResult
from vendoreval.claims.amended_lines import right_lines
from vendoreval.claims.disputes import follow
from vendoreval.claims.moves import Move
from vendoreval.claims.records import Claim
from vendoreval.claims.versions import left_of
from vendoreval.errors import Conflict
from vendoreval.evidence.bundle import to_zip
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.sealed_input import input_files
from vendoreval.gold.amending import amended
from vendoreval.store.tables import AuditRevisionRow, AuditRow, ClaimRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import StoredAudit, load_audit
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute, make_move
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.gold.amendments import Amendment, count_amended, further_answers
from vendoreval.workflow.gold.burnt import judged_items


@dataclass(frozen=True, eq=False)
class AuditAgain:
    """An audit that the amended gold judges otherwise, or otherwise supported."""

    before: StoredAudit
    seen: AuditInput
    result: AuditResult

    @property
    def revision(self) -> int:
        """The number of this judgement after the first."""
        return (self.before.revision.number if self.before.revision else 0) + 1

    def to_json(self) -> dict[str, Any]:
        """Who is concerned, and the verdict before and after."""
        return {
            "audit": self.result.audit, "delivery": self.result.delivery, "vendor": self.result.vendor,
            "before": self.before.result.verdict, "after": self.result.verdict,
            "revision": self.revision,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClaimAgain:
    """A claim of which `lines` on one amended item fall, with the versions before and after."""

    move: Move
    before: Claim
    after: Claim

    def to_json(self) -> dict[str, Any]:
        """The lines that fall, and what the claim asks now, before and after, step by step."""
        return {
            "claim": self.move.claim, "vendor": self.before.vendor, "item_id": self.move.told["item"],
            "lines": list(self.move.lines), "versions": [self.before.version, self.after.version],
            "verdicts": [self.before.verdict, self.after.verdict],
            "asks": [asks(self.before), asks(self.after)],
        }  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """What amendments lead to; `left` says what they leave as it is, one sentence each."""

    audits: tuple[AuditAgain, ...] = ()
    claims: tuple[ClaimAgain, ...] = ()
    left: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.audits or self.claims)

    def to_json(self) -> dict[str, Any]:
        """What is concerned, for people and programs."""
        return {
            "audits": [one.to_json() for one in self.audits],
            "claims": [one.to_json() for one in self.claims],
            "left": list(self.left),
        }


def asks(claim: Claim) -> list[dict[str, Any]]:
    """What a version asks for now: each step with its amount, if it has one."""
    return [
        {"remedy": demand.remedy, "amount": None if demand.amount is None else str(demand.amount)}
        for demand in claim.asked_now
    ]


def effects(workspace: Workspace, gold_id: str, made: Sequence[Amendment]) -> Effects:
    """What the amendments `made` of a gold set still lead to; nothing is changed."""
    items = {one.item for one in made}
    with workspace.read() as reader:
        rows = reader.all(AuditRow, gold_id=gold_id)
    concerned = [row for row in rows if items & judged_items(workspace, row)]
    audits, claims, left = [], [], []
    for row in sorted(concerned, key=lambda row: (row.ran_at, row.id)):
        before = load_audit(workspace, row.id)
        if before.seen.gold is None:
            left.append(f"Audit {row.id} was run by an earlier version and is not judged again.")
            continue
        again = _again(before, made)
        audits += [again] if again else []
        moved, said = _claims(workspace, row.id, made)
        claims += moved
        left += said
    return Effects(tuple(audits), tuple(claims), (*left, *_pilots(workspace, gold_id)))


def carry_out(workspace: Workspace, gold_id: str, made: Sequence[Amendment]) -> Effects:
    """Store what the amendments of a gold set lead to: revisions of audits, then moves in claims.

    Each is a change of its own, so that whatever is there is whole; raises Conflict where somebody else changed
    an audit or a claim meanwhile.
    """
    found = effects(workspace, gold_id, made)
    for one in found.audits:
        _store(workspace, gold_id, one)
    for claim in found.claims:
        move = claim.move
        make_move(workspace, move.claim, "gold_amended", by=move.by, lines=move.lines, **move.told)
    return found


def _again(before: StoredAudit, made: Sequence[Amendment]) -> AuditAgain | None:
    """The audit judged with the amended gold; None where it has these answers already."""
    seen = _amended(before, made)
    if seen is before.seen:
        return None
    row = before.row
    result = audit(before.contract, seen, audit_id=row.id, delivery=row.delivery_id, gold=row.gold_id)
    return AuditAgain(before, seen, result)


def _amended(stored: StoredAudit, made: Sequence[Amendment]) -> AuditInput:
    if stored.seen.gold is None:
        return stored.seen
    gold = amended(stored.seen.gold, further_answers(made))
    same = gold is stored.seen.gold
    return stored.seen if same else held_against(stored.seen, gold, stored.contract.task)


def _store(workspace: Workspace, gold_id: str, one: AuditAgain) -> None:
    row, at, put = one.before.row, now(), workspace.objects.put_bytes
    number = one.revision
    files = input_files(one.seen, one.before.received.date().isoformat())
    with workspace.write(actor(), at) as tx:
        if len(tx.all(AuditRevisionRow, audit_id=row.id)) != number - 1:
            raise Conflict(
                f"Somebody else judged audit {row.id!r} again meanwhile.", remedy="Repeat the command."
            )
        added = AuditRevisionRow(
            audit_id=row.id, number=number, verdict=one.result.verdict,
            result_sha=put(canonical(one.result.to_json())), outcomes_sha=put(to_zip(files)),
            amendments=count_amended(tx, gold_id), at=at,
        )  # fmt: skip
        tx.add(added)
        told = {
            "number": number, "verdict": added.verdict, "result": added.result_sha,
            "outcomes": tx.sealed(added.outcomes_sha), "gold": gold_id, "amendments": added.amendments,
        }  # fmt: skip
        tx.event("audit.revised", row.id, told, row.delivery_id)


def _claims(
    workspace: Workspace, audit_id: str, made: Sequence[Amendment]
) -> tuple[list[ClaimAgain], list[str]]:
    """The claims on an audit of which lines fall, and what is said of the others."""
    with workspace.read() as reader:
        newest = {row.id: row for row in reader.all(ClaimRow, audit_id=audit_id)}
    moved: list[ClaimAgain] = []
    left: list[str] = []
    for name, row in newest.items():
        if row.state == "draft":
            left.append(f"Claim {name} is a draft; it is drafted again, with the amended gold, when issued.")
            continue
        stored = load_dispute(workspace, name)
        if row.state == "issued":
            moved += _moves(stored, made)
        elif any(line.item in {one.item for one in made} for line in stored.newest.lines):
            left.append(
                f"Claim {name} is {row.state} and stays as it is: it rests on the answer as it stood then."
            )
    return moved, left


def _moves(stored: StoredDispute, made: Sequence[Amendment]) -> Iterator[ClaimAgain]:
    """One move for each item of which lines fall, each upon the version that the one before it left."""
    base, dispute, before = stored.audit, stored.dispute, stored.newest
    seen = _amended(base, made)
    if seen is base.seen:
        return
    newest = {one.item: one for one in made}
    for item, cause in newest.items():
        standing = [line for line in dispute.claim.lines if dispute.lines[line.number].stands]
        lines = right_lines(standing, {item}, base.result, seen, stored.contract.task)
        if not lines:
            continue
        told = {"gold": cause.gold, "item": item, "amendment": cause.number}
        number = len(dispute.moves) + 1
        move = Move(
            dispute.claim.id, number, "gold_amended", now(), cause.by, "", lines=lines, told=told
        )  # fmt: skip
        dispute = follow(dispute, stored.contract, move)
        after = left_of(stored.contract, base.seen, base.result, before, dispute)
        yield ClaimAgain(move, before, after)
        before = after


def _pilots(workspace: Workspace, gold_id: str) -> list[str]:
    with workspace.read() as reader:
        rows = reader.all(PilotRow, gold_id=gold_id)
    return [f"Pilot {row.id} was judged with gold as it stood, and stays so." for row in rows if row.judged_at]
