"""The surge of a pilot: hand-counted figures, scipy's binomial, and how often a word about it is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.unit.pilots.pilot_samples import gold, plan, seen, tasks
from vendoreval.pilots.blocks import Answers
from vendoreval.pilots.result import pilot_result
from vendoreval.pilots.surge import FELL, HELD, OPEN, Surge
from vendoreval.pilots.words import surge_sentences

START = np.datetime64("2026-03-02T08:00:00", "us")
HOUR = np.timedelta64(3600, "s")


def answered(
    calm_wrong: set[int], surge_wrong: set[int], *, calm: int = 20, surge: int = 20, people: int = 1
) -> Answers:
    """`calm` items of part 2 and `surge` ones of part 3; the same items are wrong for everybody."""
    names = [f"c{number}" for number in range(calm)] + [f"s{number}" for number in range(surge)]
    wrong = {f"c{number}" for number in calm_wrong} | {f"s{number}" for number in surge_wrong}
    sent = tasks(main=[f"{name}@2" for name in names[:calm]], surge=[f"{name}@3" for name in names[calm:]])
    rows = [(name, f"w{who}", "b" if name in wrong else "a") for name in names for who in range(people)]
    return seen(sent, gold(**dict.fromkeys(names, "a")), rows)


def surged(made: Answers, hours: list[float] | None = None, **handed_over: datetime) -> Surge:
    if hours is not None:
        times = START + (np.asarray(hours) * 3600).astype("timedelta64[s]")
        made = replace(made, labels=replace(made.labels, labelled_at=times.astype("datetime64[us]")))
    told = {int(part.removeprefix("part_")): when for part, when in handed_over.items()}
    found = pilot_result(plan(), made, told).surge
    assert found
    return found


def test_accuracy_is_held_against_the_calm_part_with_its_interval() -> None:
    found = surged(answered({0}, set(range(8)), calm=40, surge=40)).accuracy
    assert found
    calm = binomtest(39, 40).proportion_ci(0.95, "exact")
    assert (found.calm, found.surge) == (39 / 40, 32 / 40)
    assert found.difference == pytest.approx(-7 / 40)
    assert found.calm_low == pytest.approx(calm.low)
    assert found.calm_high == pytest.approx(calm.high)
    assert found.low < found.difference < found.high < 0
    assert found.standing == FELL


@pytest.mark.parametrize(("wrong", "verdict"), [(0, OPEN), (2, OPEN), (12, FELL)])
def test_few_answers_leave_it_open(wrong: int, verdict: str) -> None:
    found = surged(answered({0}, set(range(wrong)))).accuracy
    assert found
    assert found.standing == verdict


def test_many_answers_show_that_it_held() -> None:
    found = surged(answered(set(range(40)), set(range(78)), calm=1000, surge=2000))
    assert found.accuracy
    assert found.accuracy.standing == HELD
    assert found.agreement is None  # one person


def test_turnaround_is_held_against_twice_the_work_in_half_the_time() -> None:
    """10 tasks took 20 hours, so that the pace leaves 10 hours for 20."""
    made = answered(set(), set(), calm=10, surge=20)
    calm, surge = [2.0 * (k + 1) for k in range(10)], [40.0 + 0.5 * k for k in range(20)]
    found = surged(made, calm + surge, part_2=datetime(2026, 3, 2, 8, tzinfo=UTC),
                   part_3=datetime(2026, 3, 3, 23, 30, tzinfo=UTC)).turnaround  # fmt: skip
    assert found
    assert (found.calm_hours, found.surge_hours, found.allowed_hours) == (20.0, 10.0, 10.0)
    assert (found.in_time, found.standing) == (1.0, HELD)
    late = surged(made, [*calm, *[40.0 + 1.5 * k for k in range(20)]],
                  part_2=datetime(2026, 3, 2, 8, tzinfo=UTC)).turnaround  # fmt: skip
    assert late
    assert (late.n, late.in_time, late.standing) == (
        20,
        7 / 20,
        FELL,
    )  # the 7 of up to 9 hours
    assert late.low == pytest.approx(binomtest(7, 20).proportion_ci(0.95, "exact").low)


def test_the_first_answer_stands_for_a_hand_over_that_is_not_told() -> None:
    made = answered(set(), set(), calm=10, surge=20)
    found = surged(made, [float(k) for k in range(10)] + [50.0 + k / 10 for k in range(20)]).turnaround
    assert found
    assert found.calm_hours == 9.0
    assert found.surge_hours == pytest.approx(1.9)
    times = np.full(30, START)
    times[3] = np.datetime64("NaT")
    labels = replace(made.labels, labelled_at=times)
    assert pilot_result(plan(), replace(made, labels=labels)).surge.turnaround is None  # type: ignore[union-attr]


def test_the_agreement_of_people_is_held_against_that_of_the_calm_part() -> None:
    """Two people who agree on all calm items, and by chance in the surge."""
    names = [f"c{k}" for k in range(60)] + [f"s{k}" for k in range(60)]
    sent = tasks(main=[f"{name}@2" for name in names[:60]], surge=[f"{name}@3" for name in names[60:]])
    rows = [(name, "ann", "ab"[k % 2]) for k, name in enumerate(names)]
    rows += [(name, "bob", "ab"[k % 2 if k < 60 else k // 2 % 2]) for k, name in enumerate(names)]
    found = surged(seen(sent, gold(**dict.fromkeys(names, "a|b")), rows)).agreement
    assert found
    assert found.calm == 1.0
    assert abs(found.surge) < 0.1
    assert found.low <= found.difference == found.surge - found.calm <= found.high < 0
    assert found.standing == FELL
    assert "it fell, and chance does not explain that" in " ".join(surge_sentences(surged(
        seen(sent, gold(**dict.fromkeys(names, "a|b")), rows))))  # fmt: skip


@pytest.mark.parametrize(("fall", "wrong"), [(0.0, FELL), (0.05, HELD)])
def test_wrong_words_are_rare(fall: float, wrong: str) -> None:
    """No fall is called one, and a fall of the margin is called held, in 5 % of pilots at most."""
    rng, said, pilots = np.random.default_rng(5), 0, 120
    for _ in range(pilots):
        bad = [set(np.flatnonzero(rng.random(n) < p).tolist()) for n, p in ((60, 0.1), (120, 0.1 + fall))]
        found = surged(answered(*bad, calm=60, surge=120)).accuracy
        said += found is not None and found.standing == wrong
    assert said / pilots <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / pilots)
