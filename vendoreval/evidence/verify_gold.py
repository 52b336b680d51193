"""The gold of a bundle: that it was committed to, that none was left out, and that nobody chose the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vendoreval.audits.audit_input import missing_items
from vendoreval.audits.drawing import ANNOUNCED, CHOSEN, NONCES, ROOT, TICKETS, UNPROVEN, seed_in_words
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import PROOF
from vendoreval.evidence.canonical import hash_of, sha256_hex
from vendoreval.evidence.chain import Event
from vendoreval.evidence.commitments import Commitment, Opened, check_opened, gold_leaf, seeding_root
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.receipts import (
    SCHEMA,
    Receipt,
    check_numbers,
    check_receipts,
    committed_when,
    of_this_bundle,
)
from vendoreval.evidence.verify_log import heads, received_at
from vendoreval.sampling.draw import seed_from

Tasks = Mapping[str, str]  # the vendor's own list: task id -> hash of what it was shown


def check_commitment(bundle: OpenedBundle, held: tuple[Receipt, ...], found: Findings) -> None:
    """The receipts, and every gold record of the audit against the commitment to it; raises EvidenceError."""
    check_numbers(bundle.receipts, bundle.contract.id)
    mine, others = of_this_bundle(held, bundle.contract.id, datetime.fromisoformat(bundle.seal["made_at"]))
    for sentence in check_receipts(mine, bundle.receipts, heads(bundle)):
        found.fit(sentence)
    for number, sentence in enumerate(others):
        found.open(f"receipt_{number}", sentence)
    _check_events(bundle)
    _name_not_held(bundle, mine, found)
    receipt, told = bundle.gold_receipt, bundle.seen.gold_committed
    at = None if receipt is None else datetime.fromisoformat(receipt["committed_at"])
    if committed_when(at, received_at(bundle)) != (told or "never"):
        raise EvidenceError(f"By the log gold was not committed to {told or 'never'}, as the bundle says.")
    if told == "before":
        _check_order(bundle)
    if bundle.old:
        found.open("proofs", "that each gold answer was committed to: bundles of schema 1 hold no proofs")
    elif receipt is not None:
        _check_proofs(bundle, receipt, found)
    else:
        found.open("commitment", "that gold was not made to fit the labels: it was never committed to")


def _used(bundle: OpenedBundle) -> list[tuple[str, Receipt]]:
    """The receipts that the audit rests on, each with what it shows."""
    announced = bundle.draw.get("announced") if bundle.draw is not None else None
    seeding = bundle.receipt("seeding", "seeding", _seeding(bundle))
    seed = bundle.receipt("seed", "number", announced)
    scores = bundle.receipt("scores", "audit", bundle.result["audit"]) if bundle.seen.active else None
    found = [
        ("that gold stood before the labels came", bundle.gold_receipt),
        ("which tasks of your list were gold before it went out", seeding),
        ("that the seed's source was named before its value was known", seed),
        ("that the strata were frozen before the draw", scores),
    ]
    return [(what, one) for what, one in found if one is not None]


def _seeding(bundle: OpenedBundle) -> str:
    return str(bundle.seeding["seeding"]) if bundle.seeding is not None else ""


def _name_not_held(bundle: OpenedBundle, held: Sequence[Receipt], found: Findings) -> None:
    mine = {hash_of(dict(one)) for one in held}
    if bundle.gold_receipt is None and not held:
        found.open("receipt", "what receipts would show: give --receipt")
    for what, one in _used(bundle):
        if hash_of(dict(one)) not in mine:
            number = f" (its receipt {one['number']})" if one["schema"] == SCHEMA else ""
            found.open(f"receipt_{one.get('kind', 'gold')}", f"{what}{number}: give --receipt")


def _check_order(bundle: OpenedBundle) -> None:
    """Gold that was committed to before the delivery stands before it in the log as well."""
    (added,) = (one for one in bundle.events("delivery.added") if one.subject == bundle.result["delivery"])
    (made,) = (one for one in bundle.events("gold.committed") if one.subject == bundle.result["gold"])
    if made.seq > added.seq:
        raise EvidenceError("The log tells of the commitment to gold after the delivery, the bundle before it.")


def _check_events(bundle: OpenedBundle) -> None:
    """The log tells of each receipt that is used, as it is, at its time and place."""
    told = [one for one in bundle.events("gold.committed") if one.subject == bundle.result["gold"]]
    receipt = bundle.gold_receipt
    if receipt is None and told:
        raise EvidenceError("The log tells of a commitment to this gold, and the bundle lists none.")
    if receipt is not None and (
        len(told) != 1 or told[0].data.get("root") != receipt["root"] or told[0].at != receipt["committed_at"]
    ):
        raise EvidenceError("The log does not tell of the commitment to this gold as the receipt does.")
    for _, one in _used(bundle):
        if one["schema"] != SCHEMA:
            continue
        sha = hash_of(dict(one))
        events = [e for e in bundle.log if isinstance(e, Event) and e.data.get("receipt") == sha]
        if len(events) != 1 or (events[0].at, events[0].previous) != (one["committed_at"], one["log_head"]):
            raise EvidenceError(f"The log does not tell of receipt {one['number']} as it stands in the bundle.")


def _check_proofs(bundle: OpenedBundle, receipt: Receipt, found: Findings) -> None:
    proof = [bytes.fromhex(step) for step in bundle.record(PROOF) or ()]
    try:
        opened = bundle.sealed_gold.opened()
    except KeyError as error:
        raise EvidenceError(f"A gold item of the bundle has no {error} in the commitment.") from error
    count = check_opened(Commitment(receipt["root"], receipt["items"]), opened, proof)
    found.fit(f"all {count:,} gold items were committed to, and none is used twice")
    if count == receipt["items"]:
        found.fit("every committed gold item is in the audit: none was left out")
    elif bundle.seeding is None or not all("gold" in leaf for leaf in bundle.seeding["tasks"]):
        left = receipt["items"] - count
        found.open(
            "left_out",
            f"that none of the {left:,} further committed gold records was left out because it was right, or "
            "holds another answer to the same items: only committed gold seeded into your list can show that",
        )
    if bundle.seeding is not None:
        _check_answers_of_tasks(bundle.seeding["tasks"], bundle.sealed_gold.opened())


def _check_answers_of_tasks(leaves: Sequence[Mapping[str, str]], opened: Iterable[Opened]) -> None:
    """Each gold task was sent with this answer behind it, not with another that was committed to as well."""
    behind = {leaf["item_id"]: leaf["gold"] for leaf in leaves if "gold" in leaf}
    for one in opened:
        item = one.record.item
        if item in behind and behind[item] != gold_leaf(one):
            raise EvidenceError(f"The gold answer of {item!r} is not the one that its task was sent with.")


def check_seed(bundle: OpenedBundle, found: Findings) -> None:
    """Where the seed of the draw comes from, and who chose the items; raises EvidenceError."""
    if bundle.old:
        found.open("drawing", "who chose the audited items and the seed of their order")
        return
    source = bundle.seen.seed_from
    if source == ROOT:
        _check_root(bundle, found)
    elif source in (NONCES, ANNOUNCED):
        _check_draw(bundle, found)
    elif source == UNPROVEN:
        found.open("seed", f"the order of the draw: its seed is {seed_in_words(source)}")
    else:
        raise EvidenceError(f"The frame names no known source of the seed: {source!r}.")
    _check_choice(bundle, found)


def _check_root(bundle: OpenedBundle, found: Findings) -> None:
    seen, receipt = bundle.seen, bundle.gold_receipt
    if receipt is None or seen.seed != receipt["root"] or seen.gold_committed != "before":
        raise EvidenceError("The seed is not the root of gold that was committed to before.")
    if seen.drawn != CHOSEN:
        raise EvidenceError("The root of a commitment orders gold that was chosen, and draws nothing.")
    found.fit("the seed of the draw is the committed root")


def _check_choice(bundle: OpenedBundle, found: Findings) -> None:
    """Whether items were drawn or chosen, as the log and the other records tell."""
    seen = bundle.seen
    if seen.drawn == TICKETS:
        _check_sampled(bundle)
        found.open("drawn", "that the audited items have the smallest tickets: give --delivered and --tasks")
    elif seen.drawn != CHOSEN:
        raise EvidenceError(f"The frame does not say how items were drawn: {seen.drawn!r}.")
    elif seen.planned_items or bundle.draw is not None:
        raise EvidenceError("Gold was chosen, and yet a number of items was planned or drawn.")
    else:
        accepts = (
            "the contract accepts that"
            if bundle.contract.task.gold == CHOSEN
            else "a claim covers the defects found only"
        )
        found.open("chosen", f"that the audited items are a fair sample: the buyer chose them; {accepts}")


def _check_sampled(bundle: OpenedBundle) -> None:
    """The log tells of the draw: its seed, and how many items were planned."""
    draw, seen = bundle.draw, bundle.seen
    told = [one for one in bundle.events("audit.sampled") if one.subject == bundle.result["audit"]]
    if draw is None or len(told) != 1:
        raise EvidenceError("The bundle or its log does not tell of the draw.")
    planned = (told[0].data.get("seed"), told[0].data.get("items"))
    if planned != (seen.seed, seen.planned_items) or seen.planned_items != draw.get("items"):
        raise EvidenceError("Seed and number of the items drawn are not those that the log tells of.")


def _check_draw(bundle: OpenedBundle, found: Findings) -> None:
    draw = bundle.draw
    if draw is None:
        raise EvidenceError("The bundle does not say where the seed of its draw comes from.")
    if bundle.seen.seed_from == ANNOUNCED:
        receipt = bundle.receipt("seed", "number", draw.get("announced"))
        if receipt is None or datetime.fromisoformat(receipt["committed_at"]).date() >= _day(receipt["on"]):
            raise EvidenceError("No receipt named the source of the seed before its value was known.")
        if bundle.seen.seed != draw.get("typed"):
            raise EvidenceError("The seed is not the value that was announced.")
        source = f"{receipt['source']} of {receipt['on']}"
        found.open("seed_value", f"that {bundle.seen.seed!r} is the value of {source}: look it up")
        return
    nonces, promised = draw.get("nonces") or [], draw.get("commitments") or []
    if len(nonces) < 2 or [sha256_hex(one.encode()) for one in nonces] != promised:
        raise EvidenceError("The seed's nonces are not two or more, each as it was committed to.")
    if draw.get("typed") or seed_from(*nonces) != bundle.seen.seed:
        raise EvidenceError("The seed does not follow from the revealed nonces.")
    found.fit(
        f"the seed follows from {len(nonces)} nonces, each as committed; look for your own: {promised[1]}"
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def check_seeding(bundle: OpenedBundle, tasks: Tasks | None, found: Findings) -> None:
    """The tasks that were gold, against their commitment and the vendor's own list; raises EvidenceError."""
    missing = len(missing_items(bundle.seen))
    if bundle.seeding is not None:
        _check_opened_seeding(bundle, bundle.seeding, found)
    elif bundle.intake.get("seeding") and bundle.seen.drawn == CHOSEN:
        _check_closed_seeding(bundle, found)
    if tasks is not None:
        _check_own_list(bundle, tasks, found)
    elif missing and bundle.seen.sent_known:
        found.open("unanswered", f"that the {missing:,} unanswered gold items were sent to you: give --tasks")
    elif bundle.seeding is not None:
        found.open("tasks", "that these tasks stood in your list as they were committed to: give --tasks")


def _check_closed_seeding(bundle: OpenedBundle, found: Findings) -> None:
    """Why the seeding is not opened: an earlier version made it, other gold was audited, or this is a part."""
    receipt = bundle.receipt("seeding", "seeding", bundle.intake["seeding"])
    if receipt is None:
        found.open("seeding", "that all gold of your task list was used: that seeding was not committed to")
    elif receipt.get("gold") != bundle.result["gold"]:
        found.open("seeding", "why other gold was audited than was mixed into your task list")
    elif bundle.intake.get("part_of_seeding"):
        found.open("seeding", "that all gold of this part of your list was used: other parts are still to come")
    else:
        raise EvidenceError("The gold of your task list was committed to, and the bundle does not open it.")


def _check_opened_seeding(bundle: OpenedBundle, seeding: Mapping[str, Any], found: Findings) -> None:
    name, leaves = seeding["seeding"], seeding["tasks"]
    receipt = bundle.receipt("seeding", "seeding", name)
    if receipt is None or bundle.intake.get("seeding") != name:
        raise EvidenceError(f"No receipt of the bundle commits to the seeding {name!r} of this delivery.")
    if seeding_root(leaves, receipt["tasks"], bytes.fromhex(seeding["key"])) != receipt["root"]:
        raise EvidenceError("The gold tasks are not those that were committed to before the tasks went out.")
    sent_as = {leaf["item_id"]: leaf["task_id"] for leaf in leaves}
    used = set(bundle.seen.units.item.values)
    left = sorted(sent_as.keys() - used)
    burnt = len(left) if bundle.seen.left_out.get("gold") == len(left) else 0  # of a rework: verify_rework
    audited = {item: task for item, task in sent_as.items() if item in used} if burnt else sent_as
    if audited != dict(bundle.seen.task_ids):
        raise EvidenceError("The task ids of the bundle are not those of the seeding.")
    if left and not burnt:
        raise EvidenceError(f"Task {sent_as[left[0]]!r} was gold and was left out of the audit.")
    other = sorted(used - sent_as.keys())
    if other:
        raise EvidenceError(f"The audited item {other[0]!r} was no gold task of the seeding.")
    but = f", but for {burnt:,} left out of a rework" if burnt else ""
    found.fit(
        f"all {len(leaves):,} gold tasks of your list, committed to before it went out, are in the audit{but}"
    )


def _check_own_list(bundle: OpenedBundle, tasks: Tasks, found: Findings) -> None:
    seen = bundle.seen
    unanswered = set(missing_items(seen)) if seen.sent_known else set()
    walk = (bundle.intake.get("ids") or {}).get("crosswalk") or {}
    written = {mine: theirs for theirs, mine in walk.get("listed") or ()}
    for item in sorted(unanswered):
        if seen.task_ids.get(item, written.get(item, item)) not in tasks:
            raise EvidenceError(f"The item {item!r} counts as sent and not answered, and is not in your list.")
    if unanswered:
        found.fit(f"the {len(unanswered):,} unanswered gold items stand in your list")
    if seen.sent_items > len(tasks):
        raise EvidenceError(f"The bundle counts {seen.sent_items:,} items sent, your list has {len(tasks):,}.")
    if bundle.seeding is None:
        return
    receipt = bundle.receipt("seeding", "seeding", bundle.seeding["seeding"])
    if receipt is not None and receipt["tasks"] != len(tasks):
        raise EvidenceError(f"Your list has {len(tasks):,} tasks, the commitment {receipt['tasks']:,}.")
    for leaf in bundle.seeding["tasks"]:
        if leaf["task_id"] not in tasks:
            raise EvidenceError(f"The gold task {leaf['task_id']!r} does not stand in your list.")
        if tasks[leaf["task_id"]] != leaf["payload"]:
            raise EvidenceError(f"Task {leaf['task_id']!r} shows something else in your list.")
    found.fit("each gold task stands in your list as it was committed to")
