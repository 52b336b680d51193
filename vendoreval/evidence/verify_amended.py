"""Gold that was amended: answers are those of the amendments in the log, and what follows is reckoned again.

The record of each amendment of a judged item is opened (it holds a salt, so that its hash in the log tells
nothing). An amended answer counts beside the committed ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.audits.auditing import audit
from vendoreval.audits.judging_again import held_against
from vendoreval.audits.records import AuditResult
from vendoreval.claims.amended_lines import right_lines
from vendoreval.claims.disputes import Dispute, open_dispute
from vendoreval.claims.moves import Move
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import AMENDMENTS, REVISED
from vendoreval.evidence.canonical import canonical, hash_of, sha256_hex
from vendoreval.evidence.chain import Event
from vendoreval.evidence.json_lines import read_lines
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.same_record import differing
from vendoreval.gold.amending import amended, not_there

Record = Mapping[str, Any]


def check_amendments(bundle: OpenedBundle, found: Findings) -> tuple[Record, ...]:
    """The opened amendments, each as the log tells of it; raises EvidenceError for another.

    The answers that stand beside the committed ones in gold.jsonl are those of the amendments made before the
    audit was judged.
    """
    records = tuple(read_lines(bundle.files[AMENDMENTS])) if AMENDMENTS in bundle.files else ()
    told = {
        one.data.get("number"): one
        for one in bundle.events("gold.amended")
        if one.subject == bundle.result["gold"]
    }
    judged = set(bundle.seen.units.item.values)
    for one in records:
        event = told.pop(one["number"], None)
        if event is None or event.data.get("record") != hash_of(one):
            raise EvidenceError(f"Amendment {one['number']} of gold is not the one that the log tells of.")
        if one["item_id"] not in judged:
            raise EvidenceError(f"Amendment {one['number']} of gold is of an item that was not judged here.")
    if records:
        found.fit(f"the log tells of the same {len(records):,} amendments of gold")
    if told:
        found.open("amendments", f"that {len(told):,} further amendments of this gold concern other items")
    if not bundle.old:
        _check_answers(bundle, [one for one in records if one["number"] <= _rests_on(bundle)])
    return records


def _rests_on(bundle: OpenedBundle) -> int:
    """How many amendments of its gold set the sealed judgement rests on: the first so many."""
    sealed = sha256_hex(bundle.files["result.json"])
    for one in _revisions(bundle):
        if one.data.get("result") == sealed:
            return int(one.data["amendments"])
    (ran,) = (one for one in bundle.events("audit.run") if one.subject == bundle.result["audit"])
    before = [one for one in bundle.events("gold.amended") if one.seq < ran.seq]
    return sum(one.subject == bundle.result["gold"] for one in before)


def _revisions(bundle: OpenedBundle) -> list[Event]:
    return [one for one in bundle.events("audit.revised") if one.subject == bundle.result["audit"]]


def _check_answers(bundle: OpenedBundle, records: Sequence[Record]) -> None:
    further = _further(records)
    for row in bundle.sealed_gold.rows_on(further.keys()):
        item = row["record"]["item_id"]
        added = further.get(item, [])
        if canonical(not_there(row["record"], added)) != canonical(row.get("amended", [])):
            raise EvidenceError(f"The amended answers of gold item {item!r} are not those of its amendments.")


def check_revised(bundle: OpenedBundle, records: Sequence[Record], found: Findings) -> AuditResult | None:
    """The newest judgement where gold was amended after the sealed one, reckoned again; else None.

    Raises EvidenceError where it is not what the amended gold gives.
    """
    sealed = bundle.record(REVISED)
    told = _revisions(bundle)
    if not told or told[-1].data.get("result") == sha256_hex(bundle.files["result.json"]):
        if sealed is not None:
            raise EvidenceError(f"{REVISED}: the log does not tell that the audit was judged again.")
        return None
    if sealed is None:
        raise EvidenceError(f"{REVISED} is missing: the log tells that the audit was judged again.")
    if told[-1].data.get("result") != sha256_hex(bundle.files[REVISED]):
        raise EvidenceError(f"{REVISED} is not the result that the log tells of.")
    seen = bundle.seen
    assert seen.gold is not None
    made = [one for one in records if one["number"] <= told[-1].data["amendments"]]
    fresh = audit(
        bundle.contract, held_against(seen, amended(seen.gold, _further(made)), bundle.contract.task),
        audit_id=bundle.result["audit"], delivery=bundle.result["delivery"], gold=bundle.result["gold"],
    )  # fmt: skip
    differ = differing(fresh.to_json(), sealed, exact=bundle.exact)
    if differ:
        raise EvidenceError(f"{REVISED}: {differ[0]} is not what the amended gold gives.")
    found.fit(f"judged again with amended gold, the verdict is {fresh.verdict}")
    return fresh


def check_fallen(
    bundle: OpenedBundle, again: AuditResult, dispute: Dispute, records: Sequence[Record], found: Findings
) -> None:
    """Each move after an amendment strikes exactly the lines that are right with it; raises EvidenceError."""
    for number, move in enumerate(dispute.moves):
        if move.kind != "gold_amended":
            continue
        before = open_dispute(dispute.claim, bundle.contract, dispute.moves[:number], move.at.date())
        right = _right(bundle, again, before, move, records)
        if sorted(right) != sorted(move.lines):
            wrong = sorted(set(right) ^ set(move.lines))[0]
            says = "falls" if wrong in move.lines else "stays"
            raise EvidenceError(
                f"Move {move.number} (gold_amended): that line {wrong} {says} is not what amended gold gives."
            )
    if any(move.kind == "gold_amended" for move in dispute.moves):
        found.fit("lines that fell because gold was amended are right with it, and no others are")


def _right(
    bundle: OpenedBundle, again: AuditResult, before: Dispute, move: Move, records: Sequence[Record]
) -> tuple[int, ...]:
    item, last = move.told["item"], move.told["amendment"]
    made = [one for one in records if one["item_id"] == item and one["number"] <= last]
    if not made or made[-1]["number"] != last:
        raise EvidenceError(f"Move {move.number} names amendment {last} of gold, which is not in the bundle.")
    seen = bundle.seen
    assert seen.gold is not None
    held = held_against(seen, amended(seen.gold, _further(made)), bundle.contract.task)
    standing = [line for line in before.claim.lines if before.lines[line.number].stands]
    return right_lines(standing, {item}, again, held, bundle.contract.task)


def _further(records: Sequence[Record]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in records:
        found.setdefault(one["item_id"], []).extend(one["answers"])
    return found
