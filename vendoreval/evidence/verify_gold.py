"""The gold of a bundle: that it was committed to, that none was left out, and that nobody chose the order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vendoreval.audits.drawing import ANNOUNCED, CHOSEN, NONCES, ROOT, TICKETS, UNPROVEN, seed_in_words
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import PROOF
from vendoreval.evidence.canonical import hash_of, sha256_hex
from vendoreval.evidence.commitments import Commitment, check_opened, seeding_root
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.receipts import SCHEMA, Receipt, check_numbers, check_receipts, committed_when
from vendoreval.evidence.sealed_input import opened_gold
from vendoreval.evidence.verify_log import heads, received_at
from vendoreval.sampling.draw import seed_from
from vendoreval.tasks.outcomes import CODE

Tasks = Mapping[str, str]  # the vendor's own list: task id -> hash of what it was shown


def payload_hash(row: Mapping[str, str]) -> str:
    """What a seeding commits to of a task: the hash of its columns as the vendor got them, without the id."""
    return hash_of({name: value for name, value in row.items() if name != "task_id"})


def check_commitment(bundle: OpenedBundle, held: tuple[Receipt, ...], found: Findings) -> None:
    """The receipts, and every gold record of the audit against the commitment to it; raises EvidenceError."""
    check_numbers(bundle.receipts, bundle.contract.id)
    _check_events(bundle)
    for sentence in check_receipts(held, bundle.receipts, heads(bundle)):
        found.fit(sentence)
    if not held:
        found.open("receipt", "that gold stood before the labels came: give --receipt")
    receipt, told = bundle.gold_receipt, bundle.seen.gold_committed
    at = None if receipt is None else datetime.fromisoformat(receipt["committed_at"])
    if committed_when(at, received_at(bundle)) != (told or "never"):
        raise EvidenceError(f"By the log gold was not committed to {told or 'never'}, as the bundle says.")
    if bundle.old:
        found.open("proofs", "that each gold answer was committed to: bundles of schema 1 hold no proofs")
    elif receipt is not None:
        _check_proofs(bundle, receipt, found)
    else:
        found.open("commitment", "that gold was not made to fit the labels: it was never committed to")


def _check_events(bundle: OpenedBundle) -> None:
    """The log tells of the gold's commitment, with this root, at this time."""
    receipt = bundle.gold_receipt
    told = [one for one in bundle.events("gold.committed") if one.subject == bundle.result["gold"]]
    if receipt is None:
        if told:
            raise EvidenceError("The log tells of a commitment to this gold, and the bundle lists none.")
        return
    if len(told) != 1 or told[0].data.get("root") != receipt["root"] or told[0].at != receipt["committed_at"]:
        raise EvidenceError("The log does not tell of the commitment to this gold as the receipt does.")
    if receipt["schema"] == SCHEMA and told[0].data.get("receipt") != hash_of(dict(receipt)):
        raise EvidenceError("The log names another receipt of this gold.")


def _check_proofs(bundle: OpenedBundle, receipt: Receipt, found: Findings) -> None:
    proof = [bytes.fromhex(step) for step in bundle.record(PROOF) or ()]
    try:
        opened = opened_gold(bundle.gold_rows)
    except KeyError as error:
        raise EvidenceError(f"A gold item of the bundle has no {error} in the commitment.") from error
    check_opened(Commitment(receipt["root"], receipt["items"]), opened, proof)
    found.fit(f"all {len(opened):,} gold items were committed to, and none is used twice")
    if len(opened) == receipt["items"]:
        found.fit("every committed gold item is in the audit: none was left out")
    elif bundle.seeding is None:
        left = receipt["items"] - len(opened)
        found.open(
            "left_out",
            f"that none of the {left:,} further committed gold items was left out because it was right: only "
            "gold seeded into your task list can show that",
        )


def check_seed(bundle: OpenedBundle, found: Findings) -> None:
    """Where the seed of the draw comes from, and who chose the items; raises EvidenceError."""
    seen, source = bundle.seen, bundle.seen.seed_from
    receipt = bundle.gold_receipt
    if source == ROOT:
        if receipt is None or seen.seed != receipt["root"] or seen.gold_committed != "before":
            raise EvidenceError("The seed is not the root of gold that was committed to before.")
        found.fit("the seed of the draw is the committed root")
    elif source in (NONCES, ANNOUNCED):
        _check_draw(bundle, found)
    elif source == UNPROVEN:
        found.open("seed", f"the order of the draw: its seed is {seed_in_words(source)}")
    elif not bundle.old:
        raise EvidenceError(f"The frame names no known source of the seed: {source!r}.")
    if seen.drawn not in (TICKETS, CHOSEN) and not bundle.old:
        raise EvidenceError(f"The frame does not say how items were drawn: {seen.drawn!r}.")
    if seen.drawn == CHOSEN:
        accepts = (
            "the contract accepts that"
            if bundle.contract.task.gold == CHOSEN
            else "a claim covers the defects found only"
        )
        found.open("chosen", f"that the audited items are a fair sample: the buyer chose them; {accepts}")
    if bundle.old:
        found.open("drawing", "who chose the audited items and the seed of their order")


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
    typed = (draw["typed"],) if draw.get("typed") else ()
    if seed_from(*nonces, *typed) != bundle.seen.seed:
        raise EvidenceError("The seed does not follow from the revealed nonces.")
    found.fit(
        f"the seed follows from {len(nonces)} nonces, each as committed; look for your own: {promised[1]}"
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def check_seeding(bundle: OpenedBundle, tasks: Tasks | None, found: Findings) -> None:
    """The tasks that were gold, against their commitment and the vendor's own list; raises EvidenceError."""
    missing = int((bundle.seen.units.outcome == CODE["missing"]).sum())
    if bundle.seeding is not None:
        _check_opened_seeding(bundle, bundle.seeding, found)
    elif bundle.intake.get("seeding") and bundle.seen.drawn == CHOSEN:
        found.open("seeding", "that all gold of your task list was used: that seeding was not committed to")
    if tasks is not None:
        _check_own_list(bundle, tasks, found)
    elif missing and bundle.seen.sent_known:
        found.open("unanswered", f"that the {missing:,} unanswered gold items were sent to you: give --tasks")
    elif bundle.seeding is not None:
        found.open("tasks", "that these tasks stood in your list as they were committed to: give --tasks")


def _check_opened_seeding(bundle: OpenedBundle, seeding: Mapping[str, Any], found: Findings) -> None:
    name, leaves = seeding["seeding"], seeding["tasks"]
    receipt = bundle.receipt("seeding", "seeding", name)
    if receipt is None or bundle.intake.get("seeding") != name:
        raise EvidenceError(f"No receipt of the bundle commits to the seeding {name!r} of this delivery.")
    if seeding_root(leaves, receipt["tasks"], bytes.fromhex(seeding["key"])) != receipt["root"]:
        raise EvidenceError("The gold tasks are not those that were committed to before the tasks went out.")
    sent_as = {leaf["item_id"]: leaf["task_id"] for leaf in leaves}
    if sent_as != dict(bundle.seen.task_ids):
        raise EvidenceError("The task ids of the bundle are not those of the seeding.")
    used = set(bundle.seen.units.item.values)
    left = sorted(sent_as.keys() - used)
    if left:
        raise EvidenceError(f"Task {sent_as[left[0]]!r} was gold and was left out of the audit.")
    other = sorted(used - sent_as.keys())
    if other:
        raise EvidenceError(f"The audited item {other[0]!r} was no gold task of the seeding.")
    found.fit(f"all {len(leaves):,} gold tasks of your list, committed to before it went out, are in the audit")


def _check_own_list(bundle: OpenedBundle, tasks: Tasks, found: Findings) -> None:
    seen = bundle.seen
    gone = (seen.units.outcome == CODE["missing"]) & seen.sent_known
    unanswered = {seen.units.item.values[code] for code in seen.units.item.codes[gone].tolist()}
    for item in sorted(unanswered):
        task = seen.task_ids.get(item, item)
        if task not in tasks:
            raise EvidenceError(f"The item {item!r} counts as sent and not answered, and is not in your list.")
    if unanswered:
        found.fit(f"the {len(unanswered):,} unanswered gold items stand in your list")
    if seen.sent_items and seen.sent_items != len(tasks):
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
