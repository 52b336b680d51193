"""Who passes as a rework: realised rates over seeded vendors, through audit() on fresh items.

A vendor that labels all of it again at just the agreed share may be called failed in 5 of 100 cases (the
clause's alpha); one that mends what was named and leaves the rest is to be caught.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.audits.walking_samples import clause, delivery
from tests.unit.designs.test_designs_planning import contract
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.claims.reworks import fresh_verdict

N, SAMPLE, VENDORS = 3_000, 300, 400
ALLOWED = 90  # of N, at 97 %
OF = clause("claim", alpha="0.05", beta="0.10")

Wrong = NDArray[np.bool_]


def audited(wrong: Wrong, items: NDArray[np.int64]) -> AuditResult:
    seen = delivery(wrong, items.tolist())
    return audit(contract(OF), seen, audit_id="a", delivery="d", gold="g")


def spread(rng: np.random.Generator, bad: int) -> Wrong:
    wrong = np.zeros(N, dtype=np.bool_)
    wrong[rng.permutation(N)[:bad]] = True
    return wrong


def verdicts(kind: str, seed: int) -> dict[str, float]:
    """Verdicts on fresh items of VENDORS reworks of deliveries that were found in breach at 10 % errors."""
    rng = np.random.default_rng(seed)
    said: dict[str, int] = {"kept": 0, "breached": 0, "inconclusive": 0}
    for _ in range(VENDORS):
        first, order = spread(rng, N // 10), rng.permutation(N)
        named, fresh = order[:SAMPLE], order[SAMPLE : 2 * SAMPLE]
        again = first.copy() if kind == "fake" else spread(rng, {"just": ALLOWED, "good": ALLOWED // 4}[kind])
        again[named] = False  # all of them mend what they were told
        if kind == "just":  # and just the agreed share of the rest is right
            rest = order[SAMPLE:]
            again[rest] = False
            again[rng.permutation(rest)[: ALLOWED * len(rest) // N]] = True
        found = audited(again, fresh)
        said[fresh_verdict(audited(first, named), found)] += 1
    return {word: count / VENDORS for word, count in said.items()}


def tolerance(p: float) -> float:
    return 4 * math.sqrt(p * (1 - p) / VENDORS)


@pytest.mark.slow
def test_an_honest_rework_is_rarely_called_failed_and_one_of_the_named_defects_alone_is_caught() -> None:
    just, good, fake = (verdicts(kind, seed) for seed, kind in enumerate(("just", "good", "fake")))
    assert just["breached"] <= 0.05 + tolerance(0.05)
    assert good["kept"] >= 0.8
    assert good["breached"] == 0
    assert fake["breached"] >= 0.95
    assert fake["kept"] == 0
