"""Measured levels: claims confirmed or cut by hand-made results, and never raised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pilots.pilot_samples import plan, simulated
from vendoreval.gold.piloting import AMBIGUOUS, CHANGE, MAIN, REPEATS
from vendoreval.pilots.levels import CEILINGS, MeasuredLevel, findings, measured_levels, stricter
from vendoreval.pilots.result import PilotResult, pilot_result
from vendoreval.pilots.words import claim_sentences
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.resources import resource

ALL_FOUR = dict.fromkeys(CEILINGS, 4)


def result(rates: dict[str, float] | None = None, **changed: object) -> PilotResult:
    made = plan()
    found = pilot_result(made, simulated(made, rates or {}, seed=2))
    columns = ("annotator_id", "labelled_at", "guideline_version", "source")
    return replace(found, columns=columns, versions=("1.0", "1.1"), **changed)  # type: ignore[arg-type]


Alpha = dict[str, float] | None


def alpha(low: float, high: float) -> Alpha:
    return {"estimate": (low + high) / 2, "low": low, "high": high, "items": 10}


def said(found: PilotResult, figures: dict[str, float] | None = None, agreement: Alpha = None,
         claimed: dict[str, int] = ALL_FOUR) -> tuple[MeasuredLevel, ...]:  # fmt: skip
    record = {"pilot": "p", "received_at": "2026-03-02T10:00:00+00:00", "alpha": agreement, **found.to_json()}
    return measured_levels(findings(record, figures or {}), claimed)


def levels(found: PilotResult, figures: dict[str, float] | None = None, agreement: Alpha = None,
           claimed: dict[str, int] = ALL_FOUR) -> dict[str, int | None]:  # fmt: skip
    return {one.question: one.level for one in said(found, figures, agreement, claimed)}


def test_ceilings_are_questions_of_the_bank() -> None:
    text = (resource("questionnaires") / "annotation-core.toml").read_text("utf-8")
    assert set(CEILINGS) <= {question.id for question in parse_bank(text, "core").questions}


def test_a_good_pilot_confirms_what_was_claimed() -> None:
    found = levels(result(), {"C1": 95.0, "R3": 5.0, "A1": 0.7}, alpha(0.75, 0.85))
    assert found == {**ALL_FOUR, "A5": None, "E5": None}  # these can only be contradicted


def test_a_bad_pilot_cuts_each_claim_to_its_ceiling() -> None:
    bad = result(
        {MAIN: 0.4, AMBIGUOUS: 1.0, CHANGE: 0.6, REPEATS: 0.6},
    )
    bad = replace(bad, columns=())
    found = levels(bad, {"C1": 97.0, "R3": 2.0, "A1": 0.9}, alpha(0.4, 0.6))
    assert found == CEILINGS
    told = " ".join(claim_sentences(said(bad, {"C1": 97.0})))
    assert "C1: level 4 was claimed, level 1 is measured. 97 % is guaranteed; between" in told
    assert "A4: level 4 was claimed, level 3 is measured. The delivered file has no annotator_id" in told


@pytest.mark.parametrize(
    ("figures", "agreement", "question", "level"),
    [
        ({"C1": 99.9}, None, "C1", None),  # its interval holds the figure
        ({"C1": 95.0}, None, "C1", 4),
        ({"R3": 0.0}, None, "R3", None),  # between 0 and something: cannot be told
        ({}, alpha(0.1, 0.2), "A1", None),  # no figure to hold it against
        ({"A1": 0.8}, None, "A1", None),
        ({"A1": 0.8}, alpha(0.7, 0.9), "A1", None),
    ],
)
def test_what_cannot_be_told_leaves_the_claim(
    figures: dict[str, float], agreement: Alpha, question: str, level: int | None
) -> None:
    assert levels(result(), figures, agreement)[question] == level


def test_the_figure_decides_and_not_the_contracts_limit() -> None:
    made = plan("0.97")
    found = pilot_result(made, simulated(made, {MAIN: 0.06}, seed=5))
    assert found.block(MAIN).verdict == "breached"
    low, high = (100 * (found.block(MAIN).low or 0), 100 * (found.block(MAIN).high or 0))
    # A figure below the contract's limit bears nothing out, however surely it is reached.
    for figure, level in ((low - 1, None), ((low + high) / 2, None), (high + 1, 1)):
        assert levels(found, {"C1": figure}, claimed={"C1": 4})["C1"] == level
    assert levels(found, {}, claimed={"C1": 4})["C1"] == 1  # without a figure the limit decides


def test_a_trivial_figure_bears_nothing_out_and_a_lowered_one_evades_nothing() -> None:
    good = result()
    limit = 100 * good.block(MAIN).limit
    assert levels(good, {"C1": limit - 1}, claimed={"C1": 4})["C1"] is None
    assert levels(good, {"A1": 0.1}, alpha(0.5, 0.6), claimed={"A1": 4})["A1"] is None
    assert levels(good, {"A1": 0.7}, alpha(0.75, 0.8), claimed={"A1": 4})["A1"] == 4
    assert stricter({"C1": 97.0, "R3": 2.0, "A1": 0.9}, {"C1": 60.0, "R3": 5.0, "A1": -1.0}) == {
        "C1": 97.0, "R3": 2.0, "A1": 0.9,
    }  # fmt: skip
    assert stricter({}, {"C1": 99.0}) == stricter({"C1": 99.0}, {}) == {"C1": 99.0}


def test_one_guideline_version_is_no_version_tied_to_labels() -> None:
    assert levels(result(), {})["G3"] == 4
    assert levels(replace(result(), versions=("1.0",)))["G3"] == 3
    assert levels(replace(result(), versions=("1.0", "1.0")))["G3"] == 3


@given(claimed=st.fixed_dictionaries({question: st.integers(0, 4) for question in CEILINGS}))
def test_no_claim_is_raised_and_higher_claims_never_measure_lower(claimed: dict[str, int]) -> None:
    for found in (GOOD, BAD):
        measured = levels(found, {}, None, claimed)
        for question, level in measured.items():
            assert level is None or level <= claimed[question]
            higher = levels(found, {}, None, {question: min(claimed[question] + 1, 4)})[question]
            assert level is None or higher is None or higher >= level


GOOD, BAD = result(), replace(result({MAIN: 0.5, AMBIGUOUS: 1.0, CHANGE: 0.9, REPEATS: 0.9}), columns=())
