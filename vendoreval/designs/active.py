"""The active rule: a sequential audit that looks more often where the side information expects errors.

Before the draw every item lies in a stratum. Draw t takes stratum h with a chance of Q_h, which depends on
sealed numbers and earlier answers only and is never less than `floor` times the stratum's share of the items
left; then the next smallest ticket inside the stratum. Money is bet against both nulls by
`vendoreval.inference.projection`, spread over sealed alternatives: a supermartingale under the null whatever
the side information is worth, so that it ever reaches 1 / risk with a chance of at most the risk (Ville
1939).

The chances are set anew every `block` draws, in thousandths: a work list of `block` items is known before it
begins. Where a stratum runs out within a block, the others are drawn in proportion to their thousandths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np

from vendoreval.designs.acceptance import find_plan
from vendoreval.designs.active_alternatives import Alternatives, default_alternatives
from vendoreval.designs.active_walk import VERDICTS, Ints, Walks
from vendoreval.designs.dynamic import INCONCLUSIVE
from vendoreval.errors import InputError
from vendoreval.inference.projection import Floats

BLOCK, FLOOR = 50, 0.5
_SCHEMA = "vendoreval/active/1"

Answer = tuple[int, float]  # stratum, and the share of the item's labels that are wrong


@dataclass(frozen=True, eq=False)
class ActiveDesign:
    """An active audit, fixed before the seed is known.

    `sizes` of the strata; *breached* rejects "at most `allowed` wrong", *kept* "at least `intolerable` wrong".
    `alpha` and `beta` bound the chances of a wrong *breached* and *kept*. `cap` is the most items looked at.
    `single`: an item holds one label, so it is right or wrong; only then overshoot can be used (`boost`).
    """

    sizes: tuple[int, ...]
    allowed: float
    intolerable: float
    predicted: tuple[float, ...] | None
    alpha: float
    beta: float
    cap: int
    floor: float
    block: int
    alternatives: Alternatives
    single: bool = True

    def __post_init__(self) -> None:
        items = sum(self.sizes)
        if not self.sizes or min(self.sizes) < 0 or not 0 <= self.allowed < self.intolerable <= items:
            raise InputError(
                f"{self.allowed} allowed and {self.intolerable} intolerable errors do not fit {items} items.",
                remedy="Use a threshold above 0, and a tolerated share that is below it.",
            )
        if not (0 < self.alpha < 1 and 0 < self.beta < 1 and 0 < self.floor <= 1):
            raise InputError("Risks lie between 0 and 1, and so does the floor of the draw's chances.")
        if not (1 <= self.cap <= items and self.block >= 1):
            raise InputError(
                f"An audit of up to {self.cap} items in lists of {self.block} does not fit {items} items.",
                remedy=f"Choose 1 to {items} items, and lists of at least 1.",
            )

    def to_json(self) -> dict[str, Any]:
        """All that is sealed before the draw; the numbers are the exact ones in use."""
        return {
            "schema": _SCHEMA,
            "sizes": list(self.sizes),
            "allowed": self.allowed,
            "intolerable": self.intolerable,
            "predicted": None if self.predicted is None else list(self.predicted),
            "alpha": self.alpha,
            "beta": self.beta,
            "cap": self.cap,
            "floor": self.floor,
            "block": self.block,
            "single": self.single,
            "alternatives": self.alternatives.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ActiveDesign:
        """The inverse of `to_json`; raises InputError for a record of another schema or without its keys."""
        try:
            if record["schema"] != _SCHEMA:
                raise InputError(f"A design of the schema {record['schema']!r} cannot be read here.")
            predicted = record["predicted"]
            return cls(
                tuple(record["sizes"]), record["allowed"], record["intolerable"],
                None if predicted is None else tuple(predicted),
                record["alpha"], record["beta"], record["cap"], record["floor"], record["block"],
                Alternatives.from_json(record["alternatives"]), record["single"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"This is no sealed design of an active audit: {error}.") from error


@dataclass(frozen=True)
class ActiveStep:
    """One answer: draw number from 0, the chances in thousandths, what was seen, and both moneys after it."""

    t: int
    shares: tuple[int, ...]
    stratum: int
    wrong: float
    e_breached: float
    e_kept: float


@dataclass(frozen=True)
class ActivePath:
    """The audit up to its first decision, or its last answer."""

    n: int
    errors: float
    verdict: str
    e_breached: float
    e_kept: float
    steps: tuple[ActiveStep, ...]


def active_design(
    sizes: Sequence[int], allowed: float, intolerable: float, predicted: Sequence[float] | None = None, *,
    alpha: float = 0.05, beta: float = 0.05, cap: int | None = None, floor: float = FLOOR, block: int = BLOCK,
    hedge: bool = True, single: bool = True,
) -> ActiveDesign:  # fmt: skip
    """The design with the default alternatives. `cap`: by default 2.5 times the fixed sample of the same risks.

    `predicted`: the rates of wrong items that the side information predicts by stratum; None for two strata
    of which the second is flagged, or one. `hedge`: lose little by useless or adversarial side information,
    for a part of the gain by good one. `single`: one label an item. Raises InputError where nothing can be
    decided.
    """
    items = sum(sizes)
    if len(sizes) > 1 and (len(predicted) if predicted is not None else 2) != len(sizes):
        raise InputError(f"{len(sizes)} strata need a predicted rate of wrong items each.")
    if cap is None:
        cap = min(5 * find_plan(items, int(allowed), int(np.ceil(intolerable)), alpha, beta).n // 2, items)
    expected = None if predicted is None else tuple(float(rate) for rate in predicted)
    made = default_alternatives(sizes, allowed, intolerable, expected, floor, hedge)
    return ActiveDesign(
        tuple(int(size) for size in sizes), allowed, intolerable, expected, alpha, beta, cap, floor, block,
        made, single,
    )  # fmt: skip


def shares(design: ActiveDesign, answered: Sequence[Answer]) -> tuple[int, ...]:
    """The chances of the strata, in thousandths, of a block that begins after these answers."""
    checked(design, answered)
    walk = Walks.start(design)
    for stratum, wrong in answered:
        walk.learn(np.array([stratum]), np.array([float(wrong)]))
    return tuple(walk.shares()[0].tolist())


def block_strata(
    design: ActiveDesign, answered: Sequence[Answer], seed: str, count: int | None = None
) -> tuple[int, ...]:
    """The strata of the next draws, up to the end of the block, or `count` of them if that is less.

    Nothing once the audit has looked at its most items. Draw t's stratum is the first whose thousandths,
    added up, exceed u_t = SHA-256(seed, 0, "stratum", 0, t) / 2^256 of the thousandths of all that have items
    left.
    """
    begin = len(answered) // design.block * design.block
    if len(answered) >= design.cap:
        return ()
    block = np.asarray(shares(design, answered[:begin]))
    left = np.asarray(design.sizes) - np.bincount([h for h, _ in answered], minlength=len(design.sizes))
    stop = min(begin + design.block, design.cap)
    if count is not None:
        stop = min(stop, len(answered) + count)
    found = []
    for t in range(len(answered), stop):
        open_ = np.where(left > 0, block, 0)
        place = uniform(seed, t) * int(open_.sum()) >> 256
        stratum = int(np.searchsorted(np.cumsum(open_), place, side="right"))
        left[stratum] -= 1
        found.append(stratum)
    return tuple(found)


def follow(
    design: ActiveDesign, answered: Sequence[Answer], drawn: Sequence[Sequence[int]] | None = None
) -> ActivePath:
    """The answers in order of the draw, up to the first decision.

    `drawn`: the shares of each block as they were drawn, where answers changed since; else they follow from the
    answers. What was found after some answers does not depend on later ones. Raises InputError for more answers
    than a stratum has items, or than the audit may have.
    """
    checked(design, answered)
    steps: list[ActiveStep] = []
    verdict, walk = INCONCLUSIVE, Walks.start(design)
    block = walk.shares()
    for t, (stratum, wrong) in enumerate(answered):
        if t % design.block == 0:
            block = walk.shares() if drawn is None else np.array([drawn[t // design.block]])
        walk.observe(chances(block, walk.left), np.array([stratum]), np.array([float(wrong)]), design.single)
        against, for_ = walk.moneys()[0].tolist()
        steps.append(ActiveStep(t, tuple(block[0].tolist()), stratum, float(wrong), against, for_))
        verdict = VERDICTS[int(walk.verdicts()[0])]
        if verdict != INCONCLUSIVE:
            break
    last = steps[-1] if steps else ActiveStep(-1, (), 0, 0.0, 1.0, 1.0)
    errors = float(walk.wrong.sum())
    return ActivePath(len(steps), errors, verdict, last.e_breached, last.e_kept, tuple(steps))


def chances_along(
    design: ActiveDesign, answered: Sequence[Answer], drawn: Sequence[Sequence[int]] | None = None
) -> Floats:
    """The chances with which the strata of these answers were drawn, by answer and stratum.

    `drawn`: the shares of each block as they were drawn, where answers changed since.
    """
    checked(design, answered)
    walk, found = Walks.start(design), np.zeros((len(answered), len(design.sizes)))
    block = walk.shares()
    for t, (stratum, wrong) in enumerate(answered):
        if t % design.block == 0:
            block = walk.shares() if drawn is None else np.array([drawn[t // design.block]])
        found[t] = chances(block, walk.left)[0]
        walk.learn(np.array([stratum]), np.array([float(wrong)]))
    return found


def chances(block: Ints, left: Floats) -> Floats:
    """The chances of a draw within a block: in proportion to the thousandths of the strata with items left."""
    open_ = np.where(left > 0, block, 0)
    return np.asarray(open_ / np.maximum(open_.sum(axis=-1, keepdims=True), 1))


def checked(design: ActiveDesign, answered: Sequence[Answer]) -> None:
    """Raises InputError for answers that cannot be of this audit."""
    strata = len(design.sizes)
    if not all(0 <= stratum < strata and 0 <= wrong <= 1 for stratum, wrong in answered):
        raise InputError(f"Every answer needs a stratum from 0 to {strata - 1}, and a share of wrong labels.")
    if design.single and not all(wrong in (0, 1) for _, wrong in answered):
        raise InputError("An item with one label is right or wrong, yet an answer lies between.")
    seen = np.bincount([stratum for stratum, _ in answered], minlength=strata)
    if len(answered) > design.cap or (seen > np.asarray(design.sizes)).any():
        raise InputError(f"{len(answered)} answers do not fit an audit of {design.cap} items at most.")


def uniform(seed: str, t: int) -> int:
    """SHA-256(seed, 0, "stratum", 0, t) as a number below 2^256: draw t's place among the strata."""
    text = f"{normalize('NFC', seed)}\0stratum\0{t}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
