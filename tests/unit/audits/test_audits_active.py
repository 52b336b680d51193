"""The rule active on made units: what is judged, what is refused, and which chances struck answers keep."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.audits.active_units import clause_active, drawn_input, wrong_items
from vendoreval.audits.active import METHOD, edges, judge_active, laid_out, unfair_draw
from vendoreval.audits.active_draw import ActiveDraw, drawn_again, next_list, queues
from vendoreval.audits.units import Counting
from vendoreval.contracts.terms import Clause, Decision
from vendoreval.designs.active import follow
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of
from vendoreval.evidence.frozen_scores import given_up, lapsed, nonce_after, read_strata, strata_bytes

CLAUSE = clause_active()


def test_edges_are_those_of_the_uniform_rule_and_rounded_for_shares() -> None:
    assert edges(CLAUSE, 200) == (6, 10)
    assert edges(CLAUSE, 333, units=3) == (10, 16)  # 9.99 up, 16.65 down: neither side gains by rounding
    assert edges(CLAUSE, 333) == (9, 17)
    without = Clause("a", "error_rate", "item", "delivery", "0.03", Decision("active"))
    assert edges(without, 200) == (6, 7)


def test_the_first_list_is_drawn_by_strata_and_tickets() -> None:
    strata = {f"i{k:03d}": int(k % 10 == 0) for k in range(200)}
    design = laid_out(CLAUSE, (180, 20), None)
    waiting = queues(strata, "seed", 2)
    assert [len(one) for one in waiting] == [180, 20]
    items, shares = next_list(design, (), "seed", waiting)
    assert len(items) == design.block == 50
    assert sum(shares) == 1000
    for stratum in (0, 1):
        mine = [item for item, own in items if own == stratum]
        assert mine == list(waiting[stratum][: len(mine)])
    lists = list(drawn_again(design, "seed", waiting, dict.fromkeys(strata, 0.0)))
    assert lists[0] == (items, shares)
    drawn = [item for one, _ in lists for item, _ in one]
    assert len(drawn) == len(set(drawn)) == design.cap


def test_a_finding_tells_strata_money_and_the_weighed_share() -> None:
    seen = drawn_input(wrong=0.2)
    finding = judge_active(CLAUSE, seen, Counting("item"), 200)
    assert (finding.verdict, finding.method) == ("breached", METHOD)
    walk = finding.walk
    assert walk is not None
    assert walk.drawn is not None
    assert seen.active is not None
    wrong = wrong_items(0.2)
    path = follow(seen.active.design, [(h, float(item in wrong)) for item, h in seen.active.order])
    assert (walk.walked, finding.errors) == (path.n, path.errors)
    assert finding.low is not None
    assert finding.high is not None
    assert finding.low <= (finding.estimate or 0) <= finding.high
    assert finding.high < 1 - finding.errors / 200 + 1e-9


@pytest.mark.parametrize(
    ("wrong", "verdict", "limit"), [(0.06, "breached", "the limit"), (0.01, "kept", "the tolerated share")]
)
def test_a_finding_says_when_its_interval_reaches_what_the_verdict_excludes(
    wrong: float, verdict: str, limit: str
) -> None:
    finding = judge_active(CLAUSE, drawn_input(wrong), Counting("item"), 200)
    assert finding.verdict == verdict
    assert finding.low is not None
    assert finding.high is not None
    assert finding.high >= 0.97 if verdict == "breached" else finding.low <= 0.95
    assert f"The interval still reaches {limit}: " in finding.reason


def test_struck_answers_are_judged_by_the_chances_they_were_drawn_with() -> None:
    """An error of the first list that was none: the second list stays as it was drawn."""
    seen = drawn_input(wrong=0.06)
    assert seen.active is not None
    first = [item for item, _ in seen.active.order[:50] if item in wrong_items(0.06)]
    mended = drawn_input(wrong=0.06, right=first[:1])
    mended = replace(mended, active=seen.active)
    finding = judge_active(CLAUSE, mended, Counting("item"), 200)
    walk = finding.walk
    assert walk is not None
    assert walk.drawn is not None
    lists = -(-walk.walked // 50)
    assert walk.drawn["shares"] == [list(one) for one in seen.active.shares[:lists]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clause": "other"}, "drawn for the clause other"),
        ({"lapsed": "The strata were frozen late."}, "can steer it"),
    ],
)
def test_what_does_not_fit_is_not_run(change: dict[str, object], said: str) -> None:
    seen = drawn_input(wrong=0.2)
    assert seen.active is not None
    odd = replace(seen, active=replace(seen.active, **change))  # type: ignore[arg-type]
    finding = judge_active(CLAUSE, odd, Counting("item"), 200)
    assert finding.verdict == "not_run"
    assert said in finding.reason


def test_other_terms_are_not_run() -> None:
    seen = drawn_input(wrong=0.2)
    stricter = replace(CLAUSE, threshold="0.98")
    assert judge_active(stricter, seen, Counting("item"), 200).verdict == "not_run"
    assert judge_active(CLAUSE, seen, Counting("item"), 201).verdict == "not_run"
    assert judge_active(CLAUSE, replace(seen, active=None), Counting("item"), 200).verdict == "not_run"
    later = replace(CLAUSE, decision=replace(CLAUSE.decision, alpha=Decimal("0.0001")))
    assert judge_active(later, seen, Counting("item"), 200).verdict != "not_run"  # a further look, at less risk


def _sealed(**change: object) -> ActiveDraw:
    """A draw whose sealed design holds something else than the rule gives."""
    made = drawn_input(wrong=0.05).active
    assert made is not None
    bets = made.design.alternatives
    for name in change.keys() & vars(bets).keys():
        bets = replace(bets, **{name: change.pop(name)})  # type: ignore[arg-type]
    return replace(made, design=replace(made.design, alternatives=bets, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "field", ["weights", "rates", "strengths", "drawing", "allocation", "floor", "block", "cap", "single"]
)
def test_a_design_that_the_contract_does_not_give_is_not_run(field: str) -> None:
    """Sealed in time, but with money to start with, other bets, or chances below the agreed floor."""
    seen = drawn_input(wrong=0.05)
    assert seen.active is not None
    design = seen.active.design
    values = {"floor": 0.01, "block": 10, "cap": design.cap - 1, "single": False}
    value = values[field] if field in values else getattr(design.alternatives, field) * 1.5
    odd = replace(seen, active=_sealed(**{field: value}))
    finding = judge_active(CLAUSE, odd, Counting("item"), 200)
    assert finding.verdict == "not_run"
    assert "sealed bets or chances" in finding.reason
    last_digits = replace(seen, active=_sealed(rates=design.alternatives.rates * (1 + 1e-13)))
    assert judge_active(CLAUSE, last_digits, Counting("item"), 200).verdict != "not_run"


def test_a_draw_comes_back_from_its_record() -> None:
    made = drawn_input(wrong=0.1).active
    assert made is not None
    again = ActiveDraw.from_json(made.to_json())
    assert again.to_json() == made.to_json()
    assert again.order == made.order


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.integers(0, 4), min_size=1, max_size=12))
def test_strata_are_sealed_in_one_way(strata: dict[str, int]) -> None:
    data = strata_bytes(strata)
    found = read_strata(data)
    assert strata_bytes(found) == data
    assert strata_bytes(dict(reversed(strata.items()))) == data or len(found) < len(strata)


def test_odd_files_of_strata_are_refused() -> None:
    for text in ("", "item,stratum\na,0\n", "item_id,stratum\nb,0\na,0\n", "item_id,stratum\na,0\na,1\n"):
        with pytest.raises(EvidenceError):
            read_strata(text.encode())


def _receipt(number: int, on: str, **more: object) -> dict[str, object]:
    return {"kind": "scores", "number": number, "delivery": "d", "committed_at": f"{on}T09:00:00Z", **more}


def test_what_counts_as_frozen_before_the_seed() -> None:
    frozen = _receipt(1, "2026-03-03")
    name = hash_of(frozen)
    seed = {"kind": "seed", "number": 2, "scores": name, "on": "2026-03-05"}
    assert lapsed(frozen, {"announced": 2}, [frozen, seed]) == ""
    assert lapsed(frozen, {}, [frozen]) == ""  # a seed that nobody can check is judged elsewhere
    assert "not announced" in lapsed(frozen, {"announced": 2}, [frozen, {**seed, "scores": "ab"}])
    second = {**seed, "number": 3}
    assert "another announcement" in lapsed(frozen, {"announced": 3}, [frozen, seed, second])
    again = _receipt(3, "2026-03-04", audit="b")
    assert "Other strata" in lapsed(frozen, {"announced": 2}, [frozen, seed, again])
    after = _receipt(3, "2026-03-05", audit="b")  # when the value was known: another audit's business
    assert lapsed(frozen, {"announced": 2}, [frozen, seed, after]) == ""
    assert lapsed(frozen, {"announced": 2}, [frozen, seed, {**again, "delivery": "e"}]) == ""
    nonces = [nonce_after("a", frozen), nonce_after("b", frozen)]
    assert lapsed(frozen, {"nonces": nonces}, [frozen]) == ""
    assert "nonces" in lapsed(frozen, {"nonces": [nonces[0], "b"]}, [frozen])


def test_a_draw_that_was_given_up_once_its_seed_was_known_is_a_look() -> None:
    first = _receipt(1, "2026-03-03", audit="a")
    seed = {"kind": "seed", "number": 2, "scores": hash_of(first), "on": "2026-03-05"}
    second = _receipt(3, "2026-03-05", audit="b")
    assert given_up(second, [first, seed, second], ()) == ["a"]
    assert given_up(second, [first, seed, second], {"a"}) == []
    assert given_up(second, [first, second], ()) == []  # never announced: there was no draw
    early = _receipt(3, "2026-03-04", audit="b")  # the value was still to come, and the first freeze lapsed
    assert given_up(early, [first, seed, early], ()) == []
    assert given_up(first, [first, seed, second], ()) == []


def test_strata_that_came_too_late_serve_no_rule() -> None:
    seen = drawn_input(wrong=0.2)
    assert seen.active is not None
    walk = replace(CLAUSE, decision=replace(CLAUSE.decision, rule="sequential"))
    assert unfair_draw(walk, seen) == ""
    late = replace(seen, active=replace(seen.active, lapsed="The strata were frozen late."))
    assert unfair_draw(walk, late) == "The strata were frozen late."
