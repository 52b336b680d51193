"""A draw by frozen scores: what was sealed before the seed, and the draw repeated from it.

The strata of all items, the seed and the answers give the work lists again, item by item. So nobody can skip an
item, put answers into another order, or choose strata or chances once the draw is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from vendoreval.audits.active import wrong_shares
from vendoreval.audits.active_draw import ActiveDraw, drawn_again, queues
from vendoreval.audits.audit_input import AuditInput, counting_of
from vendoreval.audits.drawing import TICKETS
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.evidence.chain import Event
from vendoreval.evidence.frozen_scores import KIND, SEALED, STRATA, given_up, lapsed, others, read_strata
from vendoreval.evidence.json_lines import lines, read_lines
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle
from vendoreval.evidence.receipts import Receipt
from vendoreval.evidence.sealed_input import GOLD, read_input

_SHOWN = ("clause", "source", "units", "design", "ranges")


def check_scores(bundle: OpenedBundle, found: Findings) -> None:
    """Scores, strata, draw and order of a sample drawn by scores; raises EvidenceError."""
    receipt = bundle.receipt(KIND, "audit", bundle.result["audit"])
    made = None if bundle.old else bundle.seen.active
    if made is None:
        if receipt is not None:
            raise EvidenceError(
                "Scores were frozen for this audit, and the bundle does not tell of a draw by them."
            )
        return
    if receipt is None:
        raise EvidenceError("No receipt of the bundle tells that the scores of this audit were frozen.")
    sealed, strata = _sealed(bundle, receipt, made)
    _check_order(bundle, receipt, made, found)
    _check_strata(bundle.seen, made, strata)
    _check_draw(bundle, made, strata, found)
    found.fit(
        f"strata ({len(strata):,} items, SHA-256 {receipt['strata'][:16]}…) and design are those sealed as "
        f"receipt {receipt['number']}"
    )
    _name_source(sealed, found)


def _sealed(
    bundle: OpenedBundle, receipt: Receipt, made: ActiveDraw
) -> tuple[Mapping[str, Any], dict[str, int]]:
    for name, field in ((SEALED, "sealed"), (STRATA, "strata")):
        if name not in bundle.files:
            raise EvidenceError(f"{name} is missing from the bundle.")
        if sha256_hex(bundle.files[name]) != receipt[field]:
            raise EvidenceError(
                f"{name} is not what was frozen: its SHA-256 is not that of receipt {receipt['number']}."
            )
    sealed = bundle.record(SEALED)
    told = made.to_json()
    for name in _SHOWN:
        if canonical(sealed[name]) != canonical(told[name]):
            raise EvidenceError(f"The draw's {name} is not the one that was sealed with the scores.")
    for name in ("audit", "delivery", "clause", "source", "strata"):
        if sealed[name] != receipt[name]:
            raise EvidenceError(f"{SEALED} and receipt {receipt['number']} tell of another {name}.")
    if (made.strata_sha256, made.receipt) != (receipt["strata"], receipt["number"]):
        raise EvidenceError("The draw names other strata than those that were frozen.")
    if receipt["delivery"] != bundle.result["delivery"]:
        raise EvidenceError("The scores were frozen for another delivery.")
    return sealed, read_strata(bundle.files[STRATA])


def _check_order(bundle: OpenedBundle, receipt: Receipt, made: ActiveDraw, found: Findings) -> None:
    """The log tells of the freeze before the draw; whether it came before the seed is as the bundle says."""
    if bundle.draw is None or bundle.seen.drawn != TICKETS:
        raise EvidenceError("The items were drawn by scores, and the bundle does not tell of the draw.")
    scored, drawn = (_once(bundle, kind) for kind in ("audit.scored", "audit.sampled"))
    if scored.seq > drawn.seq or bundle.draw.get("scores") != receipt["number"]:
        raise EvidenceError("The log tells of the draw before the scores were frozen, or of other scores.")
    why = lapsed(receipt, bundle.draw, bundle.receipts)
    if why != made.lapsed:
        raise EvidenceError(why or "The strata count as frozen in time, and the bundle says that they do not.")
    if why:
        found.open("frozen", f"that the strata were fixed before the seed was known. {why}")
        return
    found.fit("the strata were frozen before the seed came into being")
    _check_others(bundle, receipt, made, found)


def _check_others(bundle: OpenedBundle, receipt: Receipt, made: ActiveDraw, found: Findings) -> None:
    """Draws that were given up count as looks; other freezes that came to no result are named."""
    seen = bundle.seen
    told = {one["audit"] for one in seen.earlier_audits if one["verdict"] != "open"}
    left = given_up(receipt, bundle.receipts, told)
    if seen.looks_before.get(made.clause, 0) < len(left):
        raise EvidenceError(
            f"The draw of audit {left[0]!r} was given up when its seed was known, and does not count as a look."
        )
    frozen = [one["audit"] for one in others(receipt, bundle.receipts)]
    if frozen:
        found.fit(f"note: scores of this delivery were frozen for other audits, too: {', '.join(frozen)}")
    ran = {one.subject for one in bundle.events("audit.run")}
    silent = [one for one in frozen if one not in ran]
    if silent:
        found.open(
            "given_up", f"that nobody knew an answer of the audits that came to nothing: {', '.join(silent)}"
        )


def _once(bundle: OpenedBundle, kind: str) -> Event:
    told = [one for one in bundle.events(kind) if one.subject == bundle.result["audit"]]
    if len(told) != 1:
        raise EvidenceError(f"The log tells {len(told)} times of {kind} of this audit; it should once.")
    return told[0]


def _check_strata(seen: AuditInput, made: ActiveDraw, strata: Mapping[str, int]) -> None:
    sizes = [0] * len(made.design.sizes)
    for stratum in strata.values():
        if not 0 <= stratum < len(sizes):
            raise EvidenceError(f"{STRATA} names a stratum {stratum}, and the design has {len(sizes)}.")
        sizes[stratum] += 1
    told = [seen.stratum_sizes.get(str(h)) for h in range(len(sizes))]
    if tuple(sizes) != made.design.sizes or told != sizes:
        raise EvidenceError("The sizes of the strata are not those of the sealed design.")
    if dict(seen.strata) != {item: str(stratum) for item, stratum in made.order}:
        raise EvidenceError("The strata of the audited items are told in two ways.")


def _check_draw(bundle: OpenedBundle, made: ActiveDraw, strata: Mapping[str, int], found: Findings) -> None:
    """Seed, strata and answers give the same items in the same order, by the same shares."""
    seen = _as_answered(bundle)
    if made.clause not in {clause.id for clause in bundle.contract.clauses}:
        raise EvidenceError(f"The contract has no clause {made.clause!r}.")
    clause = bundle.contract.clause(made.clause)
    wrong = wrong_shares(clause, seen.units, counting_of(clause, bundle.contract.task, seen))
    by_sealed = {normalize("NFC", seen.task_ids.get(item, item)): share for item, share in wrong.items()}
    order = [(normalize("NFC", seen.task_ids.get(item, item)), stratum) for item, stratum in made.order]
    if {item for item, _ in order} != by_sealed.keys():
        raise EvidenceError("The items of the draw are not those that were judged.")
    place = 0
    for number, (items, chances) in enumerate(
        drawn_again(made.design, seen.seed, queues(strata, seen.seed, len(made.design.sizes)), by_sealed)
    ):
        mine = order[place : place + len(items)]
        if not mine:
            break
        if number >= len(made.shares) or made.shares[number] != chances:
            raise EvidenceError(
                f"The chances of work list {number + 1} are not those that the answers before it give."
            )
        if mine != items[: len(mine)]:
            raise EvidenceError(
                f"Work list {number + 1} does not hold the items that the seed draws: an item was left out, or "
                "another order was made up."
            )
        place += len(mine)
        if len(mine) < len(items):
            break
    if place != len(order):
        raise EvidenceError(f"{len(order) - place:,} audited items were not drawn by the seed.")
    found.fit(f"seed, strata and answers draw the same {len(order):,} items again, in the same order")


def _as_answered(bundle: OpenedBundle) -> AuditInput:
    """What was judged with gold as it was when the lists were drawn: without what was amended later."""
    gold = bundle.seen.gold
    if gold is None or not gold.amended:
        return bundle.seen
    rows = read_lines(bundle.files[GOLD])
    first = lines({name: value for name, value in row.items() if name != "amended"} for row in rows)
    return read_input({**bundle.files, GOLD: first}, bundle.contract)[0]


def _name_source(sealed: Mapping[str, Any], found: Findings) -> None:
    """What the strata rest on, where the bundle cannot show it."""
    if sealed["source"] == "file":
        judge = f", {sealed['judge']}" if sealed["judge"] else ""
        found.open(
            "scores",
            f"how the buyer's scores came about (their file has the SHA-256 "
            f"{sealed['scores_sha256']}{judge}): the verdict holds whatever they are worth",
        )
    elif sealed["source"] != "none":
        found.open("scores", "that the strata follow from your files: give --delivered")
