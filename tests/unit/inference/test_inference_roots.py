"""Roots held against scipy's, to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import betainc

from vendoreval.inference.bias import _joined
from vendoreval.inference.roots import crossing


@settings(max_examples=200, deadline=None)
@given(
    count=st.integers(0, 400), more=st.integers(1, 400), tail=st.floats(1e-9, 1 - 1e-9),
    within=st.sampled_from([1e-12, 1e-4]),
)  # fmt: skip
def test_a_root_is_that_of_scipy(count: int, more: int, tail: float, within: float) -> None:
    def over(share: float) -> float:
        return float(betainc(count + 1, more, share)) - tail

    assert crossing(over, 0.0, 1.0, within) == brentq(over, 0.0, 1.0, xtol=within)


def test_ends_kinks_and_jumps() -> None:
    for over in (
        lambda x: x,
        lambda x: x - 1,
        lambda x: x**3 - 0.5,
        lambda x: -1.0 if x < 0.3 else 2.0,
        lambda x: x - 0.5,
    ):
        assert crossing(over, 0.0, 1.0, 1e-12) == brentq(over, 0.0, 1.0, xtol=1e-12)


@settings(max_examples=100, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=10))
def test_classes_that_are_joined_bear_the_name_of_their_first(pairs: list[tuple[int, int]]) -> None:
    flow = np.zeros((9, 9), dtype=np.bool_)
    name = list(range(9))
    for one, other in pairs:
        flow[one, other] = flow[other, one] = True
        low, high = sorted((name[one], name[other]))
        name = [low if mine == high else mine for mine in name]
    assert _joined(flow).tolist() == name
