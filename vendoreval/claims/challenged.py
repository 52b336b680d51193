"""How gold fared where it was challenged: answers that rebuttals and arbiters tested, and those that fell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.moves import WITHDRAWN

WRONG = "gold_wrong"


@dataclass(frozen=True)
class Challenged:
    """Items whose gold answer was challenged and decided on, and those of them where gold was wrong."""

    items: frozenset[str] = frozenset()
    overturned: frozenset[str] = frozenset()


def challenged(disputes: Iterable[Dispute], amended: Iterable[str] = ()) -> Challenged:
    """What the disputes on audits with one gold set tell of it; `amended`: items whose answer was amended.

    An answer is challenged where a rebuttal says `gold_wrong` and is ruled on, or where an arbiter decided
    without knowing the sides. It is overturned where the line fell for that reason, or gold was amended.
    """
    tried: set[str] = set(amended)
    fell: set[str] = set(amended)
    for dispute in disputes:
        items = {line.number: line.item for line in dispute.claim.lines}
        for line in dispute.lines.values():
            if line.ruling is None or line.open:
                continue
            said = line.position is not None and line.position.reason == WRONG
            wrong = line.ruling.ruling == WITHDRAWN and line.ruling.code == WRONG
            if said or line.final or wrong:
                tried.add(items[line.number])
            if wrong:
                fell.add(items[line.number])
    return Challenged(frozenset(tried), frozenset(fell))
