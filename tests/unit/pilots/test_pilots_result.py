"""Judging pilots: hand-counted blocks, scipy's binomial, symmetries, and error rates by simulation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from tests.unit.pilots.pilot_samples import TASK, block, gold, plan, seen, share, simulated, tasks
from vendoreval.gold.piloting import AMBIGUOUS, CHANGE, EDGE, MAIN, REPEATS
from vendoreval.labels.columns import Coded
from vendoreval.pilots.blocks import Answers, totals
from vendoreval.pilots.result import PilotResult, main_totals, pilot_result
from vendoreval.pilots.words import block_sentences, on_the_way

CONSENSUS = replace(TASK, answers="consensus")
SENT = tasks(main=["m1", "m2", "m3@2"], edge_cases=["e1"], ambiguous=["x1", "x2@2", "x3"],
             guideline_change=["c1@3"], repeats=["m1@2", "m2@3"])  # fmt: skip
RIGHT = gold(m1="a", m2="b", m3="a|b", e1="a", x1="?", x2="?", x3="?", c1="b")
ROWS = [
    ("m1", "ann", "a"), ("m1", "bob", "a"), ("m2", "ann", "a"), ("m3", "ann", "b"), ("e1", "bob", "b"),
    ("x1", "ann", "?"), ("x1", "bob", "a"), ("x2", "ann", "a"), ("x3", "ann", "b"), ("c1", "ann", "b"),
    ("m1 (again)", "ann", "b"), ("m1 (again)", "bob", "a"), ("m2 (again)", "cid", "b"),
]  # fmt: skip
FLAGGED = [None] * 7 + ["true"] + [None] * 5


def pairs(seen: Answers, name: str) -> list[tuple[int, int]]:
    y, x = totals(seen, name)
    return list(zip(y.tolist(), x.tolist(), strict=True))


def test_single_labels_counted_by_hand() -> None:
    made = seen(SENT, RIGHT, ROWS, flagged=FLAGGED, asked=frozenset({"x3"}))
    assert pairs(made, MAIN) == [(2, 2), (0, 1), (1, 1)]
    assert pairs(made, EDGE) == [(0, 1)]
    assert pairs(made, CHANGE) == [(1, 1)]
    assert pairs(made, AMBIGUOUS) == [(1, 2), (1, 1), (1, 1)]  # a class, a flag, the register
    # ann changed her mind on m1, bob did not; nobody answered m2 twice, and cid says what was not said.
    assert pairs(made, REPEATS) == [(1, 2), (0, 1)]


def test_an_answer_that_is_given_again_counts_once() -> None:
    """Whoever repeats the answers that it is sure of gains nothing."""
    sent, right = tasks(main=["m1", "m2"]), gold(m1="a", m2="a")
    rows = [("m1", "ann", "a"), ("m2", "ann", "b"), ("m1", "bob", "a")]
    again = [*rows, *[("m1", "ann", "a")] * 9]
    assert pairs(seen(sent, right, again), MAIN) == pairs(seen(sent, right, rows), MAIN) == [(2, 2), (0, 1)]
    nobody = [("m1", None, "a"), ("m1", None, "a")]  # may be two people
    assert pairs(seen(sent, right, nobody), MAIN)[0] == (2, 2)


def test_a_consensus_counted_by_hand() -> None:
    made = seen(SENT, RIGHT, ROWS, task=CONSENSUS, flagged=FLAGGED)
    assert pairs(made, MAIN) == [(1, 1), (0, 1), (1, 1)]
    assert pairs(made, AMBIGUOUS) == [(1, 1), (1, 1), (0, 1)]  # x1 is tied: the smallest label, "?"
    assert pairs(made, REPEATS) == [(1, 1), (0, 1)]


def test_two_right_answers_agree_and_what_is_missing_is_a_miss() -> None:
    sent = tasks(main=["m1", "m2"], repeats=["m1@2", "m2@2"], ambiguous=["x1"])
    right = gold(m1="a|b", m2="a", x1="?")
    made = seen(sent, right, [("m1", "ann", "a"), ("m1 (again)", "ann", "b"), ("m2", "ann", "a")])
    assert pairs(made, REPEATS) == [(1, 1), (0, 1)]
    assert pairs(made, AMBIGUOUS) == [(0, 1)]
    result = pilot_result(plan(), made)
    assert result.unanswered == {"before the guideline change": 1, "after it": 1}
    assert "2 of 5 tasks were not answered" in " ".join(on_the_way(result))


def test_gold_against_itself_is_right_everywhere() -> None:
    made = plan()
    result = pilot_result(made, simulated(made, {}, seed=1))
    assert {one.estimate for one in result.blocks} == {1.0}
    assert {one.verdict for one in result.blocks} == {"kept"}
    assert result.verdict == "kept"


def test_numbers_are_those_of_scipy() -> None:
    made = plan("0.90")
    result = pilot_result(made, simulated(made, {MAIN: 0.15, EDGE: 0.1, AMBIGUOUS: 0.6}, seed=3))
    for one in result.blocks:
        wanted = block(made, one.name)
        assert one.n == wanted.tasks
        ends = binomtest(one.n - one.misses, one.n).proportion_ci(0.95, "exact")
        assert (one.low, one.high) == pytest.approx((ends.low, ends.high))
        assert one.p_breach == pytest.approx(binom.sf(one.misses - 1, one.n, float(share(wanted))))
        worse = min(wanted.factor * float(share(wanted)), 1)
        assert one.p_kept == pytest.approx(binom.cdf(one.misses, one.n, worse), rel=1e-4)


def test_order_of_rows_and_names_of_people_never_matter() -> None:
    rows, flags = list(ROWS), list(FLAGGED)
    expected = pilot_result(plan(), seen(SENT, RIGHT, rows, flagged=flags)).to_json()
    mixed = list(range(len(rows)))
    for number in range(10):
        random.Random(number).shuffle(mixed)
        again = seen(SENT, RIGHT, [rows[k] for k in mixed], flagged=[flags[k] for k in mixed])
        assert pilot_result(plan(), again).to_json() == expected
    renamed = [(unit, f"p-{who}", label) for unit, who, label in rows]
    found = pilot_result(plan(), seen(SENT, RIGHT, renamed, flagged=flags)).to_json()
    assert found["blocks"] == expected["blocks"]


def test_what_changes_on_the_way_is_compared() -> None:
    names = [f"i{number}" for number in range(80)]
    parts = [1] * 40 + [2] * 20
    sent = tasks(main=[f"{name}@{part}" for name, part in zip(names, parts, strict=False)],
                 surge=[f"{name}@3" for name in names[60:]])  # fmt: skip
    wrong = set(names[36:40]) | set(names[40:60])  # one in ten before, all of part 2, none of part 3
    rows = [(name, "w", "b" if name in wrong else "a") for name in names]
    result = pilot_result(plan(), seen(sent, gold(**dict.fromkeys(names, "a")), rows))
    after, surge = result.after_change, result.surge
    assert after
    assert (after.errors, after.n, after.rest_errors, after.rest_n) == (20, 20, 4, 40)
    assert result.block(MAIN).n == 60  # haste counts nowhere
    assert surge
    assert surge.accuracy
    assert (surge.accuracy.surge, surge.accuracy.calm) == (1.0, 0.0)
    said = " ".join(on_the_way(result))
    assert "errors rose" in said
    assert "In the surge 100.0 % were right, in the calm part 0.0 % (" in said
    assert "Not every answer has a time" in said


def test_blocks_without_items_are_not_judged() -> None:
    made = seen(tasks(main=["m1"]), gold(m1="a"), [("m1", None, "a")])
    result = pilot_result(plan(), made)
    assert [one.verdict for one in result.blocks[1:]] == ["not_run"] * 4
    assert result.verdict == "inconclusive"  # one item decides nothing
    assert "names no annotators" in " ".join(on_the_way(result))
    assert "100 % was reached" not in " ".join(block_sentences(result))


def doubtful(answers_: dict[str, str], flags: bool = False) -> PilotResult:
    """Twelve ambiguous items and sixty main ones, with the answer to each kind."""
    main, doubt = [f"m{number}" for number in range(60)], [f"x{number}" for number in range(12)]
    right = gold(**dict.fromkeys(main, "a"), **dict.fromkeys(doubt, "b"))
    rows = [(name, "w", answers_["main"]) for name in main] + [(name, "w", answers_["doubt"]) for name in doubt]
    marks: list[str | None] | None = ["true"] * len(rows) if flags else None
    return pilot_result(plan(), seen(tasks(main=main, ambiguous=doubt), right, rows, flagged=marks))


def test_asking_about_everything_shows_nothing() -> None:
    asked = doubtful({"main": "a", "doubt": "?"})
    assert asked.block(AMBIGUOUS).verdict == "kept"
    everywhere = doubtful({"main": "a", "doubt": "a"}, flags=True)
    found = everywhere.block(AMBIGUOUS)
    assert (found.verdict, found.misses) == ("inconclusive", 0)
    assert found.reason == "12 of 12 asked about, and 100 % of the main ones: that tells nothing apart."
    assert everywhere.escalated == 1.0


def test_a_lucky_guess_is_a_guess() -> None:
    found = doubtful({"main": "a", "doubt": "b"}).block(AMBIGUOUS)  # what gold says of them
    assert (found.misses, found.n, found.verdict) == (12, 12, "breached")


def test_columns_count_when_nearly_every_label_fills_them() -> None:
    sent = tasks(main=[f"m{number}" for number in range(50)], surge=[f"s{number}@3" for number in range(50)])
    right = gold(**{task.item: "a" for task in sent})
    rows = [(task.item, "w", "a") for task in sent]
    base = seen(sent, right, rows)

    def columns(**texts: Sequence[str | None]) -> PilotResult:
        made = {name: Coded.from_text(column) for name, column in texts.items()}
        return pilot_result(plan(), replace(base, labels=replace(base.labels, **made)))  # type: ignore[arg-type]

    assert columns().columns == ("annotator_id",)
    assert "source" in columns(source=["human"] * 99 + [None]).columns
    assert "source" not in columns(source=["human"] * 98 + [None] * 2).columns
    assert "source" not in columns(source=[None] * 100).columns
    assert columns(guideline_version=["1"] * 50 + ["2"] * 50).versions == ("1", "2")
    assert columns(guideline_version=["1"] * 99 + ["2"]).versions == ("1", "1")
    unnamed = columns(annotator=["w"] + [None] * 99)
    assert unnamed.columns == ()


def test_ties_do_not_agree_with_each_other() -> None:
    sent, right = tasks(main=["m"], repeats=["m@2"]), gold(m="a")
    rows = [("m", "p", "a"), ("m", "q", "b"), ("m (again)", "p", "a"), ("m (again)", "q", "?")]
    made = seen(sent, right, rows, task=replace(CONSENSUS, ties="wrong"))
    assert pairs(made, REPEATS) == [(0, 1)]


def test_vendors_are_compared_by_main_items() -> None:
    made = main_totals("p", seen(SENT, RIGHT, ROWS))
    assert made.items == ("m1", "m2", "m3")
    assert (made.y.tolist(), made.x.tolist()) == ([2, 0, 1], [2, 1, 1])
    assert made.expected == (frozenset("a"), frozenset("b"), frozenset("ab"))


def verdicts(rates: dict[str, float], name: str, times: int, threshold: str) -> dict[str, float]:
    made = plan(threshold)
    found = [pilot_result(made, simulated(made, rates, seed=seed)).block(name).verdict for seed in range(times)]
    return {verdict: found.count(verdict) / times for verdict in ("kept", "breached", "inconclusive")}


@pytest.mark.slow
@pytest.mark.parametrize("name", [MAIN, EDGE, CHANGE, AMBIGUOUS, REPEATS])
def test_blame_is_as_rare_and_discovery_as_sure_as_planned(name: str) -> None:
    times, made = 200, block(plan("0.85"), name)
    allowed = float(share(made))
    slack = 3 * np.sqrt(0.05 * 0.95 / times)
    at_limit = verdicts({name: allowed}, name, times, "0.85")
    assert at_limit["breached"] <= 0.05 + slack
    worse = verdicts({name: made.factor * allowed}, name, times, "0.85")
    assert worse["breached"] >= made.power - 3 * np.sqrt(0.25 / times)
    assert worse["kept"] <= 0.1 + slack
    better = verdicts({name: allowed / 4}, name, times, "0.85")
    assert better["breached"] == 0


def test_fewer_misses_never_make_a_verdict_worse() -> None:
    made, rank = plan("0.90"), {"breached": 0, "inconclusive": 1, "kept": 2}
    size = block(made, MAIN).tasks
    names = [f"i{number}" for number in range(size)]
    right, sent = gold(**dict.fromkeys(names, "a")), tasks(main=names)
    found = []
    for misses in range(0, size, 3):
        rows = [(name, "w", "b" if number < misses else "a") for number, name in enumerate(names)]
        found.append(rank[pilot_result(made, seen(sent, right, rows)).block(MAIN).verdict])
    assert found == sorted(found, reverse=True)
    assert set(found) == {0, 1, 2}
