"""The active rule against 64 exactly enumerated cases, a worked path, and the property that makes it valid:
under the null the money is expected never to grow, however errors lie among the strata."""

import ast
import hashlib
import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.designs.active import (
    ActiveDesign,
    active_design,
    block_strata,
    chances_along,
    follow,
    shares,
    uniform,
)
from vendoreval.designs.active_allocation import thousandths
from vendoreval.designs.active_alternatives import Alternatives
from vendoreval.designs.active_estimate import estimate
from vendoreval.designs.active_simulating import simulate
from vendoreval.designs.active_walk import Walks
from vendoreval.errors import InputError

EXACT = Path(__file__).parents[3].parent / "shared" / "lab" / "active" / "oracle_out.txt"


def small(sizes: tuple[int, ...], allowed: int, intolerable: int, floor: float, risk: float) -> ActiveDesign:
    """The design of the enumerated cases: four alternatives, chances set anew before every draw."""
    made = Alternatives(
        np.array([False, False, True, True]),
        np.array([[0.5, 0.5], [0.3, 0.9], [0.1, 0.1], [0.05, 0.3]]),
        np.full((4, 2), 10.0),
        np.full(4, 0.5),
        np.full(4, 0.5),
        np.array([[1 - v, v] for v in (0.5, 0.8, 0.5, 0.3)]),
    )
    return ActiveDesign(sizes, allowed, intolerable, None, risk, risk, sum(sizes), floor, 1, made)


def enumerated(
    design: ActiveDesign, wrong_by_stratum: tuple[int, ...], boosting: bool, rounded: bool = False
) -> dict[str, float]:
    """Chances of the verdicts, labels and final moneys (cut at the goal), over all orders of the draw."""
    found = dict.fromkeys(("breached", "kept", "labels", "EB", "EK"), 0.0)
    walks, weight, wrong = Walks.start(design), np.ones(1), np.array(wrong_by_stratum, dtype=float)
    goals = np.array([1 / design.alpha, 1 / design.beta])
    for n in range(1, sum(design.sizes) + 1):
        chances = walks.shares() / 1000 if rounded else walks.wanted()
        parts = []
        for stratum in range(len(design.sizes)):
            for answer in (0, 1):
                bad = wrong[stratum] - walks.wrong[:, stratum]
                left = walks.left[:, stratum]
                ways = bad if answer else left - bad
                rows = np.flatnonzero((left > 0) & (ways > 0))
                if not len(rows):
                    continue
                next_ = walks.take(rows)
                next_.observe(
                    chances[rows], np.full(len(rows), stratum), np.full(len(rows), float(answer)), boosting
                )
                share = weight[rows] * chances[rows, stratum] * ways[rows] / left[rows]
                verdict = next_.verdicts()
                ended = (verdict > 0) | (n == sum(design.sizes))
                money = np.minimum(next_.moneys(), goals) * share[:, None]
                found["breached"] += share[verdict == 1].sum()
                found["kept"] += share[verdict == 2].sum()
                found["labels"] += n * share[ended].sum()
                found["EB"] += money[ended, 0].sum()
                found["EK"] += money[ended, 1].sum()
                parts.append((next_.take(~ended), share[~ended]))
        weight = np.concatenate([share for _, share in parts])
        if not len(weight):
            break
        names = ("seen", "wrong", "money", "likelihood", "boosted", "multiplier")
        joined: dict[str, Any] = {name: np.concatenate([getattr(w, name) for w, _ in parts]) for name in names}
        walks = Walks(design, **joined)
    return found


def exact_cases() -> list[tuple[dict[str, Any], dict[str, float]]]:
    found = re.findall(r"^exact (\{.*?\}) (\{.*\})$", EXACT.read_text(), re.MULTILINE)
    return [(ast.literal_eval(case), ast.literal_eval(result)) for case, result in found]


def test_all_exact_cases() -> None:
    cases = exact_cases()
    assert len(cases) == 64
    for case, result in cases:
        design = small(tuple(case["N"]), case["K0"], case["K1"], 1 - case["lam"], case["risk"])
        assert enumerated(design, case["wrong"], case["boost"]) == pytest.approx(result, abs=1e-6), case


def test_worked_path() -> None:
    walk = Walks.start(small((8, 4), 2, 6, 0.5, 0.05))
    worked = [
        (1, 1, 0.429167, 2.486084, 0.390318),
        (0, 0, 0.444697, 1.570900, 0.658825),
        (1, 1, 0.452590, 5.572158, 0.372980),
        (1, 0, 0.452230, 5.572158, 0.470911),
        (0, 0, 0.318782, 5.572158, 0.893616),
    ]
    for stratum, answer, chance, breached, kept in worked:
        wanted = walk.wanted()
        walk.observe(wanted, np.array([stratum]), np.array([float(answer)]))
        assert wanted[0, 1] == pytest.approx(chance, abs=1e-6)
        assert walk.moneys()[0] == pytest.approx([breached, kept], abs=1e-6)


@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=3),
    st.data(),
    st.sampled_from((0.1, 0.2, 0.3)),
    st.sampled_from((0.2, 0.5, 1.0)),
)
@settings(max_examples=12)
def test_money_is_expected_not_to_grow_under_any_null(
    sizes: list[int], data: st.DataObject, risk: float, floor: float
) -> None:
    items = sum(sizes)
    allowed = data.draw(st.integers(0, max(0, items - 2)))
    intolerable = data.draw(st.integers(allowed + 1, items))
    predicted = [data.draw(st.floats(0.01, 0.9)) for _ in sizes]
    design = active_design(
        sizes, allowed, intolerable, predicted, alpha=risk, beta=risk, cap=items, floor=floor, block=1
    )
    wrong = tuple(data.draw(st.integers(0, size)) for size in sizes)
    found = enumerated(design, wrong, boosting=True, rounded=True)
    if sum(wrong) <= allowed:
        assert found["EB"] <= 1 + 1e-9
        assert found["breached"] <= risk + 1e-9
    if sum(wrong) >= intolerable:
        assert found["EK"] <= 1 + 1e-9
        assert found["kept"] <= risk + 1e-9


def design_of(sensitivity: float, specificity: float, wrong: int, items: int = 10_000, **settings_: Any):  # type: ignore[no-untyped-def]
    """A design for a judge's flags, and the wrong items of both strata."""
    hits, false_alarms = round(wrong * sensitivity), round((items - wrong) * (1 - specificity))
    flagged = hits + false_alarms
    design = active_design(
        (items - flagged, flagged), items * 3 // 100, items * 5 // 100, alpha=0.05, beta=0.05, **settings_
    )
    return design, (wrong - hits, hits)


def audited(design: ActiveDesign, wrong: tuple[int, ...], seed: str, labels: int) -> list[tuple[int, float]]:
    """So many answers, in blocks as an audit draws them."""
    rng = np.random.default_rng(len(seed))
    left, bad = np.array(design.sizes), np.array(wrong)
    answers: list[tuple[int, float]] = []
    while len(answers) < labels:
        for stratum in block_strata(design, answers, seed):
            answer = rng.random() < bad[stratum] / left[stratum]
            left[stratum], bad[stratum] = left[stratum] - 1, bad[stratum] - answer
            answers.append((stratum, float(answer)))
    return answers[:labels]


def test_what_was_found_does_not_depend_on_later_answers() -> None:
    design, wrong = design_of(0.8, 0.95, 400)
    answers = audited(design, wrong, "seed", 130)
    whole, part = follow(design, answers), follow(design, answers[:70])
    assert whole.steps[: part.n] == part.steps
    assert block_strata(design, answers[:50], "seed") == tuple(h for h, _ in answers[50:100])
    assert block_strata(design, answers[:70], "seed", 7) == tuple(h for h, _ in answers[70:77])
    assert whole.steps[0].shares == shares(design, [])
    chances = chances_along(design, answers)
    assert chances[60] == pytest.approx(np.array(whole.steps[60].shares) / 1000)
    assert chances[60] == pytest.approx(np.array(shares(design, answers[:50])) / 1000)


def test_a_sealed_design_bets_the_same() -> None:
    design, wrong = design_of(0.8, 0.95, 400)
    again = ActiveDesign.from_json(json.loads(json.dumps(design.to_json())))
    answers = audited(design, wrong, "seed", 60)
    assert follow(again, answers) == follow(design, answers)
    with pytest.raises(InputError):
        ActiveDesign.from_json({"schema": "vendoreval/active/1"})


def test_no_verdict_depends_on_the_order_of_the_strata() -> None:
    predicted, sizes = (0.02, 0.3, 0.08), (600, 100, 300)
    order = [2, 0, 1]
    design = active_design(sizes, 30, 50, predicted)
    other = active_design([sizes[h] for h in order], 30, 50, [predicted[h] for h in order])
    answers = audited(design, (10, 30, 10), "abc", 50)
    one = follow(design, answers)
    two = follow(other, [(order.index(h), wrong) for h, wrong in answers])
    assert (two.e_breached, two.e_kept) == pytest.approx((one.e_breached, one.e_kept), rel=1e-9)
    assert two.verdict == one.verdict


def test_draws_are_hashes() -> None:
    design = small((3, 2), 1, 3, 0.5, 0.2)
    first = block_strata(design, [], "s")[0]
    in_first = uniform("s", 0) / 2**256 < shares(design, [])[0] / 1000
    assert first == (0 if in_first else 1)
    assert uniform("s", 0) == int(hashlib.sha256(b"s\0stratum\0000").hexdigest(), 16)


def test_an_exhausted_stratum_leaves_its_chances_to_the_others() -> None:
    design = active_design((40, 2), 2, 6, (0.02, 0.5), cap=42)
    drawn = block_strata(design, [], "x")
    assert len(drawn) == 42
    assert drawn.count(1) == 2
    answers = [(h, 0.0) for h in drawn]
    after = max(t for t, h in enumerate(drawn) if h == 1) + 1
    assert chances_along(design, answers[: after + 1])[after] == pytest.approx([1, 0])


@given(
    st.lists(st.integers(0, 5_000), min_size=1, max_size=6).filter(sum),
    st.sampled_from((0.2, 0.5, 0.9)),
    st.data(),
)
@settings(max_examples=40)
def test_thousandths_never_fall_below_the_floor(left: list[int], floor: float, data: st.DataObject) -> None:
    raw = np.array([data.draw(st.floats(0, 1)) for _ in left]) * (np.array(left) > 0) + 1e-12
    found = thousandths(np.array([left], dtype=float), floor, (raw / raw.sum())[None])[0]
    assert found.sum() == 1000
    for mine, share in zip(left, found.tolist(), strict=True):
        assert (share == 0) if not mine else share >= max(1, 1000 * floor * mine / sum(left) - 1e-6)


def test_shares_of_wrong_labels_are_bet_on_without_a_boost() -> None:
    design, _ = design_of(0.8, 0.95, 400, single=False)
    halves = follow(design, [(1, 0.5), (0, 0.5)])
    assert halves.errors == 1
    assert halves.verdict == "inconclusive"
    walk = Walks.start(design)
    made = walk.bets(walk.shares() / 1000, walk.beliefs())
    weights, mine = design.alternatives.weights, ~design.alternatives.kept
    mean = ((made.right + made.wrong) / 2)[1, 0]
    assert halves.steps[0].e_breached == pytest.approx((mean * weights)[mine].sum())


def test_money_too_small_for_a_float_stays_lost() -> None:
    design, _ = design_of(0.8, 0.95, 400)
    walk = Walks.start(design)
    walk.money[:] = -2_000.0
    walk.observe(walk.shares() / 1000, np.array([1]), np.array([1.0]))
    assert np.isfinite(walk.money).all()
    assert walk.boosted.tolist() == [[0, 0]]
    assert walk.moneys().tolist() == [[0, 0]]


def test_simulation_agrees_with_enumeration() -> None:
    design = active_design((6, 3), 1, 4, alpha=0.2, beta=0.2, cap=9, block=1)
    exact = enumerated(design, (2, 2), boosting=True, rounded=True)
    drawn = simulate(design, (2, 2), 1_500, 5)
    assert drawn.share("breached") == pytest.approx(exact["breached"], abs=0.04)
    assert drawn.mean == pytest.approx(exact["labels"], abs=0.15)


def test_bounds_hold_and_close_around_the_estimate() -> None:
    design, wrong = design_of(0.8, 0.95, 100, items=1_000, cap=1_000)
    answers = audited(design, wrong, "bound", 400)
    found = estimate(design, answers, 0.05)
    assert found.fewest < 100 < found.most
    assert found.fewest <= found.wrong <= found.most
    whole = estimate(design, audited(design, wrong, "bound", 1_000), 0.05)
    assert (whole.fewest, whole.wrong, whole.most) == pytest.approx((100, 100, 100))
    assert whole.share == pytest.approx(0.9)


def test_bounds_hold_in_every_order_of_the_draw() -> None:
    """Exact: of all draws of three items, for every number and place of the wrong ones."""
    design = active_design((3, 2), 1, 3, block=1, cap=5)
    risk, missed = 0.5, dict.fromkeys(product(range(4), range(3)), 0.0)
    for path in product(product((0, 1), (0.0, 1.0)), repeat=3):
        if sum(stratum for stratum, _ in path) > 2:
            continue  # the second stratum holds two items
        found, chances = estimate(design, path, risk), chances_along(design, path)
        for wrong in missed:
            chance, left, bad = 1.0, [3, 2], list(wrong)
            for t, (stratum, answer) in enumerate(path):
                ways = bad[stratum] if answer else left[stratum] - bad[stratum]
                chance *= chances[t, stratum] * max(ways, 0) / left[stratum]
                left[stratum], bad[stratum] = left[stratum] - 1, bad[stratum] - int(answer)
            missed[wrong] += chance * (not found.fewest <= sum(wrong) <= found.most)
    assert 0 < max(missed.values()) <= risk


def test_designs_that_cannot_decide_are_refused() -> None:
    with pytest.raises(InputError):
        active_design((10, 10), 5, 5)
    with pytest.raises(InputError):
        active_design((10, 10, 10), 1, 5)
    design = active_design((10, 10), 1, 5)
    with pytest.raises(InputError):
        follow(design, [(2, 0.0)])
    with pytest.raises(InputError):
        follow(design, [(0, 0.0)] * 11)
    with pytest.raises(InputError):
        follow(design, [(0, 0.5)])
