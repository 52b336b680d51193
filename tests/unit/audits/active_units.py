"""Two hundred items with a flag, some wrong, drawn by the rule active as far as its work lists go."""

from __future__ import annotations

import random
from collections.abc import Collection
from decimal import Decimal

import numpy as np

from tests.unit.audits.walking_samples import outcomes
from vendoreval.audits.active import laid_out
from vendoreval.audits.active_draw import ActiveDraw, drawn_again, queues
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.drawing import NONCES, TICKETS
from vendoreval.contracts.terms import Clause, Decision

ITEMS = 200


def clause_active(**options: object) -> Clause:
    """At most 3 % wrong, from 5 % on not kept, both risks 5 %."""
    decision = Decision("active", Decimal("0.05"), Decimal("0.05"), Decimal("0.95"), options=dict(options))
    return Clause("accuracy", "accuracy", "item", "delivery", "0.97", decision)


def wrong_items(share: float) -> frozenset[str]:
    """So many of the items, most of them flagged."""
    rng = random.Random(3)
    flagged = [f"item-{k}" for k in range(ITEMS) if k % 10 == 0]
    others = [f"item-{k}" for k in range(ITEMS) if k % 10]
    count = round(share * ITEMS)
    inside = min(count * 2 // 3, len(flagged))
    return frozenset([*rng.sample(flagged, inside), *rng.sample(others, count - inside)])


def drawn_input(wrong: float, right: Collection[str] = ()) -> AuditInput:
    """What an audit sees after all lists that the answers lead to; items among `right` are right since then."""
    spoiled = wrong_items(wrong)
    strata = {f"item-{k}": int(k % 10 == 0) for k in range(ITEMS)}
    design = laid_out(clause_active(), (180, 20), None)
    answers = {item: float(item in spoiled) for item in strata}
    order: list[tuple[str, int]] = []
    shares = []
    for items, chances in drawn_again(design, "seed", queues(strata, "seed", 2), answers):
        order += items
        shares.append(chances)
    seen = [item for item, _ in order]
    bad = np.asarray([item in spoiled and item not in right for item in seen])
    units = outcomes(range(len(seen)), bad, tuple(seen))
    made = ActiveDraw("accuracy", design, tuple(order), tuple(shares), "file", ("up to 0", "above 0"), "ab", 1)
    return AuditInput(
        units, units, len(seen), ITEMS, ITEMS, seed="seed", drawn=TICKETS, seed_from=NONCES, active=made,
        strata={item: str(stratum) for item, stratum in order}, stratum_sizes={"0": 180, "1": 20},
    )  # fmt: skip
