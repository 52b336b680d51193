"""Declared quality levels: checks made for claims, where the vendor's word stands until contradicted.

Acceptance plans share the risk between both sides; a claim needs the other question: is this sample
explainable if the declaration is true? The idea is that of ISO 2859-4; the numbers are computed exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import p_breach, p_kept, smallest

_LIMITING_RISK = 0.10


@dataclass(frozen=True)
class DeclaredLevel:
    """A check of a declared quality: more than `critical` errors among `n` units contradict it.

    `risk`: the chance to contradict a declaration that is just true. `limiting_wrong`: the fewest wrong
    units of the delivery that escape contradiction with a chance of at most 10 %; None where even a
    delivery without a right unit may escape.
    """

    n: int
    critical: int
    risk: float
    limiting_wrong: int | None

    def contradicts(self, errors: int) -> bool:
        """Whether `errors` contradict the declaration. False never says that it is proven."""
        return errors > self.critical


def declared_level(population: int, declared_wrong: int, n: int, alpha: float = 0.05) -> DeclaredLevel:
    """The check of "at most `declared_wrong` wrong units of `population`" with a sample of `n`.

    Its risk to contradict a true declaration is at most `alpha`, exact without replacement.
    """
    if not 0 <= declared_wrong < population or not 1 <= n <= population:
        raise InputError(f"{n} units cannot check {declared_wrong} wrong units of {population}.")
    critical = smallest(lambda c: p_breach(population, declared_wrong, n, c + 1) <= alpha, 0, n)
    limiting = smallest(
        lambda k: k > population or p_kept(population, k - 1, n, critical) <= _LIMITING_RISK,
        declared_wrong + 1,
        population + 1,
    )
    risk = p_breach(population, declared_wrong, n, critical + 1)
    return DeclaredLevel(n, critical, risk, limiting if limiting <= population else None)
