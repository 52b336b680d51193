"""How a vendor's rebuttals fared: of those that were decided, how many succeeded, overall and by reason code.

A rebuttal is decided when its line was ruled on and no arbiter is waited for. It succeeded when the line was
struck out, failed when the line was upheld, and was met halfway when it was downgraded. A claim that was
withdrawn, superseded or settled over open lines decides none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.moves import DOWNGRADED, REBUTTED, UPHELD, WITHDRAWN
from vendoreval.inference.binomial import clopper_pearson

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Fared:
    """Lines that were rebutted, and what became of them."""

    succeeded: int = 0
    downgraded: int = 0
    failed: int = 0
    open: int = 0

    def __add__(self, other: Fared) -> Fared:
        return Fared(
            self.succeeded + other.succeeded, self.downgraded + other.downgraded,
            self.failed + other.failed, self.open + other.open,
        )  # fmt: skip

    @property
    def decided(self) -> int:
        """The rebuttals that were ruled on."""
        return self.succeeded + self.downgraded + self.failed

    @property
    def interval(self) -> tuple[float, float]:
        """The exact two-sided interval of the share that succeeds (Clopper & Pearson 1934)."""
        return clopper_pearson(self.succeeded, self.decided, CONFIDENCE)

    def to_json(self) -> dict[str, Any]:
        """The counts, and the share with its interval where something was decided."""
        share = {"estimate": self.succeeded / self.decided, "low": self.interval[0], "high": self.interval[1],
                 "confidence": CONFIDENCE} if self.decided else None  # fmt: skip
        return {**vars(self), "share": share}


@dataclass(frozen=True)
class Rebuttals:
    """How rebuttals fared, by the reason code that the vendor gave."""

    by_code: dict[str, Fared] = field(default_factory=dict)

    @property
    def all(self) -> Fared:
        """All codes together."""
        return sum(self.by_code.values(), Fared())

    def to_json(self) -> dict[str, Any]:
        """The counts as plain JSON values."""
        codes = [{"code": code, **fared.to_json()} for code, fared in self.by_code.items()]
        return {"all": self.all.to_json(), "by_code": codes}


NONE = Rebuttals()
_FIELDS = {WITHDRAWN: "succeeded", DOWNGRADED: "downgraded", UPHELD: "failed"}


def rebuttals(disputes: Iterable[Dispute]) -> Rebuttals:
    """How the rebuttals in these disputes fared; a code that was never given has no entry."""
    counted: dict[str, Counter[str]] = {}
    for dispute in disputes:
        for line in dispute.lines.values():
            if line.position is not None and line.position.position == REBUTTED:
                found = counted.setdefault(line.position.reason, Counter())
                found[_FIELDS.get(line.state, "open")] += 1
    return Rebuttals({code: Fared(**counts) for code, counts in sorted(counted.items())})
