"""AQL plans against the R package AQLSchemes (768 single and 356 double cells) and known lots."""

import csv
from pathlib import Path

import pytest

from vendoreval.contracts.rules import AQLS, LEVELS
from vendoreval.errors import InputError
from vendoreval.sampling.aql import (
    LETTERS,
    Inspection,
    code_letter,
    double_plan,
    plan_for,
    single_plan,
)
from vendoreval.sampling.plans import Plan, Stage

ORACLE = Path(__file__).parents[3].parent / "shared" / "oracles" / "aqlschemes_dump.csv"
INSPECTIONS: tuple[Inspection, ...] = ("normal", "tightened", "reduced")


def oracle(kind: str) -> dict[tuple[str, str, str], list[Stage]]:
    cells: dict[tuple[str, str, str], list[Stage]] = {}
    with ORACLE.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == kind and row["aql"] in AQLS:
                stage = Stage(int(row["n"]), int(row["ac"]), int(row["re"]))
                cells.setdefault((row["type"], row["letter"], row["aql"]), []).append(stage)
    return cells


def test_all_single_cells() -> None:
    cells = oracle("single")
    assert len(cells) == 768
    for inspection in INSPECTIONS:
        for letter in LETTERS:
            for aql in AQLS:
                assert single_plan(letter, aql, inspection).stages == tuple(cells[inspection, letter, aql])


def test_all_double_cells() -> None:
    cells = oracle("double")
    assert len(cells) == 356
    for inspection in INSPECTIONS:
        for letter in LETTERS:
            for aql in AQLS:
                plan = double_plan(letter, aql, inspection)
                if (inspection, letter, aql) in cells:
                    assert plan.stages == tuple(cells[inspection, letter, aql])
                else:
                    assert plan == single_plan(letter, aql, inspection)


@pytest.mark.parametrize(
    ("lots", "letters"),  # from 2 up to …, letters at S-1, S-2, S-3, S-4, I, II, III
    [
        ((2, 8), "AAAAAAB"), ((9, 15), "AAAAABC"), ((16, 25), "AABBBCD"), ((26, 50), "ABBCCDE"),
        ((51, 90), "BBCCCEF"), ((91, 150), "BBCDDFG"), ((151, 280), "BCDEEGH"), ((281, 500), "BCDEFHJ"),
        ((501, 1200), "CCEFGJK"), ((1201, 3200), "CDEGHKL"), ((3201, 10_000), "CDFGJLM"),
        ((10_001, 35_000), "CDFHKMN"), ((35_001, 150_000), "DEGJLNP"), ((150_001, 500_000), "DEGJMPQ"),
        ((500_001, 10**9), "DEHKNQR"),
    ],
)  # fmt: skip
def test_code_letters(lots: tuple[int, int], letters: str) -> None:
    for lot in lots:
        assert "".join(code_letter(lot, level) for level in LEVELS) == letters


@pytest.mark.parametrize(
    ("lot", "aql", "n", "accept"),
    [
        (2400, "2.5", 125, 7),
        (400, "0.65", 80, 1),
        (200, "0.65", 20, 0),
        (10_000, "2.5", 200, 10),
        (8, "0.65", 8, 0),
    ],
)
def test_plans_of_known_lots(lot: int, aql: str, n: int, accept: int) -> None:
    assert plan_for(lot, aql) == Plan((Stage(n, accept, accept + 1),))


def test_a_plan_judges_its_samples() -> None:
    double = double_plan("K", "2.5")
    assert double.stages == (Stage(80, 3, 7), Stage(80, 8, 9))
    assert double.most_items == 160
    assert double.judge([3]) == "accepted"
    assert double.judge([4]) == "undecided"
    assert double.judge([7]) == "refused"
    assert double.judge([4, 4]) == "accepted"
    assert double.judge([4, 5]) == "refused"
    reduced = single_plan("K", "2.5", "reduced")
    assert [reduced.judge([errors]) for errors in (3, 4, 6)] == ["accepted", "accepted_with_doubt", "refused"]
    with pytest.raises(InputError, match="has 1 samples"):
        reduced.judge([1, 1])
    with pytest.raises(InputError, match="cannot be 81"):
        double.judge([81])


def test_unknown_words_are_refused() -> None:
    with pytest.raises(InputError, match="code letter 'I'"):
        single_plan("I", "2.5")
    with pytest.raises(InputError, match="AQL of '2'"):
        single_plan("K", "2")
    with pytest.raises(InputError, match="inspection level"):
        code_letter(100, "IV")
    with pytest.raises(InputError, match="fewer than 2"):
        code_letter(1)
