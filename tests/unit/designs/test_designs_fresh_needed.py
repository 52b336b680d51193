"""What a rework's audit takes, against scipy's binomial distribution."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

from tests.contracts import clause, contract_toml, rule
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.designs.fresh_needed import fresh_needed


def contract(threshold: str, **decision: object) -> Contract:
    terms = clause(threshold=threshold, decision=rule(str(decision.pop("name", "claim")), **decision))
    return parse_contract(contract_toml("birds", task={"classes": ["a", "b"]}, clauses=[terms]))


def least(limit: Fraction) -> int:
    """The first n that catches twice the errors 9 times in 10 at a risk of 5 %, by scipy's binomial."""
    p = 1 - float(limit)
    sizes = np.arange(1, 2000)
    critical = binom.ppf(0.95, sizes, p)
    return int(sizes[binom.sf(critical, sizes, 2 * p) >= 0.9][0])


@pytest.mark.parametrize("threshold", ["0.95", "0.97", "0.98", "0.99"])
def test_the_fewest_units_that_can_show_it_kept_and_that_catch_twice_the_errors(threshold: str) -> None:
    (found,) = fresh_needed(contract(threshold, alpha=0.05, beta=0.05), 10_000, 10_000, 10_000)
    share = Fraction(threshold)
    assert found.twice == least(share)
    assert share**found.kept <= Fraction(1, 20) < share ** (found.kept - 1)


def test_it_counts_what_is_fresh_and_leaves_out_what_cannot_be_judged() -> None:
    (found,) = fresh_needed(contract("0.99", alpha=0.05, beta=0.05), 40, 100, 300)
    assert (found.kept, found.twice, found.fresh) == (299, least(Fraction("0.99")), 40)
    assert fresh_needed(contract("0.99", alpha=0.05, beta=0.05), 0, 100, 100) == ()
