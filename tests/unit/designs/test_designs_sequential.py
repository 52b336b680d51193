"""The sequential audit against SHANGRLA and confseq vectors, Meeker (1975), the tables of STATISTICS §c,
exact fractions and enumeration."""

import json
import math
from fractions import Fraction
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from vendoreval.designs.dynamic import Boundaries, OperatingRow, operating_rows, operating_rows_binomial
from vendoreval.designs.sequential import (
    SequentialDesign,
    boundaries,
    e_values,
    operating_characteristic,
    sequential_design,
)
from vendoreval.designs.sequential_priors import (
    Bets,
    Priors,
    default_priors,
    sprt_priors,
    two_sprt_priors,
)
from vendoreval.errors import InputError

ORACLES = Path(__file__).parents[3].parent / "shared" / "oracles"
VECTORS: dict[str, Any] = json.loads((ORACLES / "vectors.json").read_text())
ACCURACIES = [
    Fraction(a, 1000) for a in (900, 920, 940, 950, 960, 965, 970, 975, 980, 985, 990)
]  # columns of the tables
AT_97, AT_95 = 6, 3


def rounded(rows: tuple[OperatingRow, ...]) -> list[int]:
    return [round(row.expected_items) for row in rows]


def zone(population: int, cap: int | None = None, calibrated: bool = False) -> SequentialDesign:
    return sequential_design(
        population, Fraction("0.97"), Fraction("0.95"), cap=cap or min(population, 6000), calibrated=calibrated
    )


def betting(design: SequentialDesign, priors: Priors) -> SequentialDesign:
    return SequentialDesign(
        design.population, design.allowed, design.intolerable, design.alpha, design.beta, design.cap,
        design.calibrated, priors,
    )  # fmt: skip


def test_likelihood_ratio_equals_shangrla() -> None:
    vector = VECTORS["wor_lr"]
    design = SequentialDesign(vector["N"], vector["K0"], vector["K1"], 0.05, 0.05, 200)
    design = betting(design, sprt_priors(vector["K0"], vector["K1"]))
    for n, expected in vector["LR_at"].items():
        errors = sum(position <= int(n) for position in vector["error_positions"])
        found = e_values(design, int(n), errors)
        assert found.breached == pytest.approx(expected, rel=1e-11)
        assert found.kept == pytest.approx(1 / expected, rel=1e-11)
        assert found.p_breached == pytest.approx(1 / expected, rel=1e-11)


def meeker_design() -> SequentialDesign:
    """Wald's limits (1 - beta) / alpha and beta / (1 - alpha) as thresholds."""
    vector = VECTORS["meeker1975"]
    upper, lower = vector["log_bounds"]
    return SequentialDesign(
        vector["N"], vector["K0"], vector["K1"], math.exp(-upper), math.exp(lower), 100,
        priors=sprt_priors(vector["K0"], vector["K1"]),
    )  # fmt: skip


def test_meeker_limits_and_sample_numbers() -> None:
    vector = VECTORS["meeker1975"]
    limits = boundaries(meeker_design())
    assert limits.accept_at[32] == vector["at_n32"]["accept_le"]
    assert limits.reject_at[32] == vector["at_n32"]["reject_ge"]
    rows = operating_rows(limits, 100, [1 - Fraction(int(k), 100) for k in vector["ASN"]])
    for row, expected in zip(rows, vector["ASN"].values(), strict=True):
        assert row.expected_items == pytest.approx(expected, abs=5e-5)


UNCALIBRATED = {
    1000: ([76, 118, 214, 317, 448, 445, 373, 293, 229, 180, 141], 0.028, 0.040),
    10_000: ([87, 144, 303, 534, 891, 822, 594, 409, 292, 213, 158], 0.030, 0.041),
    100_000: ([88, 147, 317, 578, 1000, 909, 637, 428, 300, 217, 160], 0.030, 0.041),
    1_000_000: ([88, 147, 319, 583, 1013, 919, 642, 430, 301, 218, 160], 0.030, 0.041),
}


@pytest.mark.parametrize("population", list(UNCALIBRATED))
def test_mixture_with_zone_as_tabled(population: int) -> None:
    expected, breached, kept = UNCALIBRATED[population]
    rows = operating_characteristic(zone(population), ACCURACIES)
    off = np.abs(np.array(rounded(rows)) - expected).max()
    assert off <= (0 if population <= 10_000 else 1)
    assert rows[AT_97].p_breached == pytest.approx(breached, abs=5e-4)
    assert rows[AT_95].p_kept == pytest.approx(kept, abs=6e-4)


@pytest.mark.parametrize(
    ("population", "expected", "breached", "kept"),
    [
        (1000, [85, 120, 202, 294, 412, 410, 347, 281, 232, 197, 170], 0.035, 0.048),
        (10_000, [97, 144, 273, 465, 780, 720, 527, 377, 286, 229, 191], 0.040, 0.047),
    ],
)
def test_sprt_as_tabled(population: int, expected: list[int], breached: float, kept: float) -> None:
    design = zone(population)
    rows = operating_characteristic(
        betting(design, sprt_priors(design.allowed, design.intolerable)), ACCURACIES
    )
    assert np.abs(np.array([row.expected_items for row in rows]) - expected).max() < 0.6
    assert rows[AT_97].p_breached == pytest.approx(breached, abs=5e-4)
    assert rows[AT_95].p_kept == pytest.approx(kept, abs=6e-4)


@pytest.mark.parametrize(
    ("population", "expected", "breached"),
    [
        (1000, [69, 111, 218, 342, 590, 777, 944, 784, 557, 384, 268], 0.027),
        (10_000, [81, 140, 329, 648, 1891, 4262, 9326, 3764, 1471, 721, 411], 0.036),
    ],
)
def test_mixture_without_zone_as_tabled(population: int, expected: list[int], breached: float) -> None:
    rows = operating_characteristic(sequential_design(population, Fraction("0.97"), cap=population), ACCURACIES)
    assert rounded(rows) == expected
    assert rows[AT_97].p_breached == pytest.approx(breached, abs=6e-4)
    assert all(row.p_inconclusive < 1e-9 for row in rows)  # a census decides


CALIBRATED = {
    ("mixture", 1000): [65, 102, 186, 277, 394, 399, 343, 272, 214, 168, 132],
    ("sprt", 1000): [77, 110, 186, 271, 385, 389, 337, 275, 228, 193, 167],
    ("2-sprt", 1000): [103, 141, 221, 301, 396, 405, 371, 321, 277, 244, 217],
    ("mixture", 10_000): [75, 123, 258, 449, 738, 706, 535, 377, 270, 199, 148],
    ("sprt", 10_000): [90, 133, 254, 429, 710, 672, 507, 368, 280, 225, 187],
    ("2-sprt", 10_000): [127, 181, 314, 474, 667, 656, 554, 439, 354, 295, 254],
    ("mixture", 100_000): [76, 126, 269, 482, 817, 773, 572, 393, 278, 202, 149],
}


@pytest.mark.parametrize(("bets", "population"), list(CALIBRATED))
def test_calibrated_designs_as_tabled(bets: str, population: int) -> None:
    design = sequential_design(population, Fraction("0.97"), Fraction("0.95"), calibrated=True)
    assert design.cap == {1000: 1000, 10_000: 2337, 100_000: 2530}[population]
    make = {"mixture": None, "sprt": sprt_priors, "2-sprt": two_sprt_priors}[bets]
    if make is not None:
        design = betting(design, make(design.allowed, design.intolerable))
    rows = operating_characteristic(design, ACCURACIES)
    assert np.abs(np.array(rounded(rows)) - CALIBRATED[bets, population]).max() <= 1
    assert 0.0494 < rows[AT_97].p_breached <= 0.05
    assert 0.0494 < rows[AT_95].p_kept <= 0.05


@pytest.mark.parametrize(
    ("population", "alpha", "cap", "calibrated", "expected"),
    [  # (accuracy: breached %, kept %, E[n]) of STATISTICS §c3
        (10_000, 0.05, 500, False, {"0.95": (44, 0, 390), "0.97": (2, 1, 489), "0.99": (0, 71, 361)}),
        (10_000, 0.05, 500, True, {"0.95": (59, 0, 332), "0.97": (5, 5, 466), "0.99": (0, 87, 273)}),
        (10_000, 0.05, 1000, False, {"0.95": (79, 0, 575), "0.97": (2, 2, 971), "0.99": (0, 99, 410)}),
        (10_000, 0.05, 2000, True, {"0.95": (100, 0, 534), "0.97": (5, 5, 1847), "0.98": (1, 81, 1132)}),
        (100_000, 0.05, 1000, True, {"0.95": (84, 0, 488), "0.97": (5, 5, 928), "0.99": (0, 99, 328)}),
        (100_000, 0.01, 2000, False, {"0.95": (92, 0, 994), "0.97": (0, 0, 1988), "0.985": (0, 90, 1126)}),
    ],
)
def test_budgeted_audits_as_tabled(
    population: int, alpha: float, cap: int, calibrated: bool, expected: dict[str, tuple[int, int, int]]
) -> None:
    design = sequential_design(
        population, Fraction("0.97"), alpha=alpha, beta=alpha, cap=cap, calibrated=calibrated
    )
    rows = operating_characteristic(design, [Fraction(a) for a in expected])
    for row, (breached, kept, items) in zip(rows, expected.values(), strict=True):
        assert 100 * row.p_breached == pytest.approx(breached, abs=1)
        assert 100 * row.p_kept == pytest.approx(kept, abs=1)
        assert row.expected_items == pytest.approx(items, abs=2)


@pytest.mark.parametrize(
    ("population", "every", "expected"),
    [(1000, 1, 0.336), (1000, 100, 0.168), (10_000, 1, 0.315), (10_000, 100, 0.181)],
)
def test_peeking_with_a_fixed_p_value_breaks_it(population: int, every: int, expected: float) -> None:
    """Why the program refuses it: a 5 % p-value looked at again and again accuses far too often."""
    cap = min(population, 2000)
    n = np.arange(cap + 1)
    looked = (n > 0) & (n % every == 0)
    critical = np.asarray(hypergeom.isf(0.05, population, population * 3 // 100, n), dtype=int) + 1
    limits = Boundaries(np.where(looked, np.minimum(critical, n + 1), n + 1), np.full(cap + 1, -1))
    (row,) = operating_rows(limits, population, [Fraction("0.97")])
    assert row.p_breached == pytest.approx(expected, abs=6e-4)


def exact_e(population: int, null: int, bets: Bets, n: int, errors: int) -> float:
    """The mixture of likelihood ratios in whole numbers; infinite and 0 where the null is impossible."""

    def ways(wrong: int) -> int:
        return comb(wrong, errors) * comb(population - wrong, n - errors)

    top = sum(w * ways(int(k)) for k, w in zip(bets.wrong, bets.weights, strict=True))
    if ways(null):
        return float(top) / ways(null)
    more = errors > null
    return math.inf if more == bool(bets.wrong.min() > null) else 0.0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_tables_equal_the_pointwise_comparison(data: st.DataObject) -> None:
    population = data.draw(st.integers(2, 70))
    allowed = data.draw(st.integers(0, population - 1))
    intolerable = data.draw(st.integers(allowed + 1, population))
    alpha, beta = data.draw(st.sampled_from([(0.05, 0.1), (0.2, 0.3), (0.013, 0.4)]))
    cap = data.draw(st.integers(1, population))
    design = SequentialDesign(population, allowed, intolerable, alpha, beta, cap)
    limits = boundaries(design)
    bets = default_priors(population, allowed, intolerable)
    for n in range(1, cap + 1):
        for errors in range(n + 1):
            against = exact_e(population, allowed, bets.breached, n, errors)
            for_ = exact_e(population, intolerable, bets.kept, n, errors)
            found = e_values(design, n, errors)
            assert found.breached == pytest.approx(against, rel=1e-9)
            assert found.kept == pytest.approx(for_, rel=1e-9)
            if not math.isclose(against * alpha, 1, rel_tol=1e-9):
                assert (errors >= limits.reject_at[n]) == (against * alpha >= 1)
            if not math.isclose(for_ * beta, 1, rel_tol=1e-9):
                assert (errors <= limits.accept_at[n]) == (for_ * beta >= 1)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_evidence_is_not_expected_to_grow_under_its_null(data: st.DataObject) -> None:
    """Exact: for every K of the null the next unit leaves E, on average, no higher."""
    population = data.draw(st.integers(3, 60))
    allowed = data.draw(st.integers(0, population - 2))
    intolerable = data.draw(st.integers(allowed + 1, population - 1))
    design = SequentialDesign(population, allowed, intolerable, 0.05, 0.05, population)
    n = data.draw(st.integers(0, population - 1))
    errors = data.draw(st.integers(0, n))
    now = e_values(design, n, errors)
    right, wrong = e_values(design, n + 1, errors), e_values(design, n + 1, errors + 1)

    def next_mean(k: int, right_e: float, wrong_e: float) -> float:
        chance = (k - errors) / (population - n)
        return (chance * wrong_e if chance else 0.0) + ((1 - chance) * right_e if chance < 1 else 0.0)

    for k in range(errors, population - (n - errors) + 1):
        if k <= allowed:
            assert next_mean(k, right.breached, wrong.breached) <= now.breached * (1 + 1e-9) + 1e-300
        if k >= intolerable:
            assert next_mean(k, right.kept, wrong.kept) <= now.kept * (1 + 1e-9) + 1e-300


@pytest.mark.parametrize("calibrated", [False, True])
def test_error_rates_hold_over_the_whole_nulls(calibrated: bool) -> None:
    design = SequentialDesign(400, 12, 28, 0.05, 0.10, 300, calibrated)
    rows = operating_characteristic(design, [1 - Fraction(k, 400) for k in range(0, 401, 4)])
    for row in rows:
        wrong = round(400 * (1 - row.accuracy))
        assert row.p_breached <= 0.05 or wrong > 12
        assert row.p_kept <= 0.10 or wrong < 28
        assert row.p_breached + row.p_kept + row.p_inconclusive == pytest.approx(1, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.data())
def test_the_programme_equals_the_enumeration_of_all_orders(population: int, data: st.DataObject) -> None:
    cap = data.draw(st.integers(1, population))
    integers = st.lists(st.integers(-1, population), min_size=cap + 1, max_size=cap + 1)
    accept = np.array(data.draw(integers))
    reject = np.maximum(np.array(data.draw(integers)), accept + 1)
    limits = Boundaries(reject, accept)
    wrong = data.draw(st.integers(0, population))
    stops = [
        limits.follow([i in places for i in range(cap)]) for places in combinations(range(population), wrong)
    ]
    (row,) = operating_rows(limits, population, [1 - Fraction(wrong, population)])
    assert row.expected_items == pytest.approx(np.mean([stop.n for stop in stops]))
    assert row.p_breached == pytest.approx(np.mean([stop.verdict == "breached" for stop in stops]))
    assert row.p_kept == pytest.approx(np.mean([stop.verdict == "kept" for stop in stops]))
    lengths = sorted(stop.n for stop in stops)
    late = [sum(length > n for length in lengths) / len(lengths) for n in range(cap)]
    if all(abs(share - 0.05) > 1e-9 for share in late):
        assert row.p95_items == sum(share > 0.05 for share in late)


def test_independent_units_are_the_limit_of_large_deliveries() -> None:
    limits = boundaries(zone(1_000_000, cap=2000))
    accuracies = [Fraction("0.94"), Fraction("0.97"), Fraction("0.99")]
    pairs = zip(
        operating_rows(limits, 10**9, accuracies), operating_rows_binomial(limits, accuracies), strict=True
    )
    for finite, infinite in pairs:
        assert finite.expected_items == pytest.approx(infinite.expected_items, rel=1e-5)
        assert finite.p_breached == pytest.approx(infinite.p_breached, abs=1e-5)


def test_decide_and_follow_agree() -> None:
    limits = boundaries(zone(1000))
    assert limits.decide(0, 0) == "inconclusive"
    stop = limits.follow([True, False] * 20)
    assert stop.verdict == "breached"
    assert limits.decide(stop.n, stop.errors) == "breached"
    assert limits.decide(stop.n - 1, stop.errors - 1) == "inconclusive"
    all_right = limits.follow([False] * 300)
    assert all_right.verdict == "kept"
    assert limits.accept_at[all_right.n] == 0
    assert limits.accept_at[all_right.n - 1] == -1
    assert limits.follow([False] * 10).verdict == "inconclusive"


def test_more_items_and_strikeouts() -> None:
    limits = boundaries(zone(10_000))
    assert limits.decide(200, 4) == "inconclusive"
    more = limits.more_items(200, 4)
    assert more is not None
    assert limits.decide(200 + more, -(-4 * (200 + more) // 200)) == "kept"
    assert limits.decide(199 + more, -(-4 * (199 + more) // 200)) == "inconclusive"
    more = limits.more_items(100, 7)
    assert more is not None
    assert limits.decide(100 + more, 7 * (100 + more) // 100) == "breached"
    assert limits.more_items(100, 20) == 0
    assert limits.strikeouts(100, 20) == 20 - int(limits.reject_at[100])
    assert limits.decide(100, 20 - limits.strikeouts(100, 20)) == "breached"
    assert limits.strikeouts(200, 4) == 0
    assert boundaries(zone(10_000, cap=100)).more_items(50, 2) is None
    assert limits.more_items(0, 0) is not None


def test_an_annex_tells_the_whole_tables() -> None:
    limits = boundaries(zone(10_000, cap=900))
    rows = limits.changes()
    assert len(rows) < 100
    starts = [row.n for row in rows]
    for n in range(901):
        at = [row for row in rows if row.n <= n]
        accept = at[-1].accept if at else None
        reject = at[-1].reject if at else None
        assert (-1 if accept is None else accept) == limits.accept_at[n]
        assert reject == (limits.reject_at[n] if limits.reject_at[n] <= n else None)
    assert starts == sorted(set(starts))


def test_what_cannot_be_planned_is_refused() -> None:
    with pytest.raises(InputError, match="does not fit a delivery"):
        sequential_design(100, Fraction("0.9"), cap=101)
    with pytest.raises(InputError, match="above the threshold"):
        sequential_design(100, Fraction("0.9"), Fraction("0.95"))
    with pytest.raises(InputError, match="do not fit"):
        sequential_design(100, Fraction(0))
    with pytest.raises(InputError, match="between 0 and 1"):
        SequentialDesign(100, 3, 5, 0.0, 0.05, 100)
    limits = boundaries(zone(1000, cap=50))
    with pytest.raises(InputError, match="ends after 50"):
        limits.decide(51, 0)
    with pytest.raises(InputError, match="cannot be 3 errors"):
        limits.decide(2, 3)
    with pytest.raises(InputError, match="does not fit"):
        operating_rows(limits, 40, [Fraction("0.97")])


def test_one_error_ends_an_audit_that_allows_none() -> None:
    limits = boundaries(sequential_design(50, Fraction("0.99"), cap=50))
    assert limits.reject_at[1] == 1
    assert limits.decide(50, 0) == "kept"
