"""A sample drawn by frozen scores: what was sealed before the seed, and in which order its items came.

The delivery's items lie in strata. The chances of the strata are set anew for every work list, from the sealed
design and the answers to the lists before; the stratum of each draw and the item inside it follow from the seed
(designs.active, sampling.draw). So whoever has the strata, the seed and the answers draws the same items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.designs.active import ActiveDesign, Answer, block_strata, shares
from vendoreval.sampling.draw import tickets

Shares = tuple[int, ...]  # chances of the strata in thousandths
Queues = Sequence[Sequence[str]]  # by stratum its items in the order of their tickets


@dataclass(frozen=True, eq=False)
class ActiveDraw:
    """What an audit is told of the draw of its items.

    `clause`: the one that they were drawn for. `order`: the audited items as they were drawn, each with its
    stratum from 0; `shares`: those of each work list. `source`: where the scores come from
    (contracts.rules.SCORES), `ranges` which of
    them each stratum holds; `strata_sha256` and `receipt` as what they were sealed. `units`: the answers
    that every item of the delivery holds. `lapsed` says why the strata do not count as frozen before the seed
    was known; empty where they do.
    """

    clause: str
    design: ActiveDesign
    order: tuple[tuple[str, int], ...]
    shares: tuple[Shares, ...]
    source: str
    ranges: tuple[str, ...]
    strata_sha256: str
    receipt: int
    units: int = 1
    lapsed: str = ""

    @property
    def uniform(self) -> bool:
        """Whether every item was as likely to be drawn as any other."""
        return len(self.design.sizes) == 1

    def to_json(self) -> dict[str, Any]:
        """The draw as plain JSON values."""
        return {
            **vars(self),
            "design": self.design.to_json(),
            "order": [list(one) for one in self.order],
            "shares": [list(one) for one in self.shares],
            "ranges": list(self.ranges),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ActiveDraw:
        """The inverse of `to_json`."""
        return cls(
            **{
                **record,
                "ranges": tuple(record["ranges"]),
                "design": ActiveDesign.from_json(record["design"]),
                "order": tuple((str(item), int(stratum)) for item, stratum in record["order"]),
                "shares": tuple(tuple(int(share) for share in one) for one in record["shares"]),
            }
        )


def queues(strata: Mapping[str, int], seed: str, count: int) -> Queues:
    """The items of each of `count` strata in the order of their tickets; `strata` is that of every item."""
    ranked = sorted((found.ticket, item) for found, item in zip(tickets(strata, seed), strata, strict=True))
    found: list[list[str]] = [[] for _ in range(count)]
    for _, item in ranked:
        found[strata[item]].append(item)
    return found


def next_list(
    design: ActiveDesign, answered: Sequence[Answer], seed: str, waiting: Queues
) -> tuple[list[tuple[str, int]], Shares]:
    """The items of the next work list with their strata, and its shares; none where no more may be drawn.

    `answered`: the strata and answers of all items drawn before, in their order: whole lists.
    """
    if len(answered) >= design.cap:
        return [], ()
    used = [0] * len(design.sizes)
    for stratum, _ in answered:
        used[stratum] += 1
    found = []
    for stratum in block_strata(design, answered, seed):
        found.append((waiting[stratum][used[stratum]], stratum))
        used[stratum] += 1
    return found, shares(design, answered)


def drawn_again(
    design: ActiveDesign, seed: str, waiting: Queues, wrong: Mapping[str, float]
) -> Iterator[tuple[list[tuple[str, int]], Shares]]:
    """The work lists to which the answers lead, up to the first item that has none.

    `wrong`: the share of wrong answers on each item.
    """
    answered: list[Answer] = []
    while True:
        items, chances = next_list(design, answered, seed, waiting)
        if not items:
            return
        yield items, chances
        if any(item not in wrong for item, _ in items):
            return
        answered += [(stratum, wrong[item]) for item, stratum in items]
