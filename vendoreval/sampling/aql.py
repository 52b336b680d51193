"""Acceptance plans by AQL, as in the master tables of MIL-STD-105E (public domain), by rule.

Code letter i (A = 0 … R = 15) and AQL j (0.010 = 0 … 10 = 15) meet on the diagonal d = i + j, and all
cells of one diagonal share their acceptance numbers. Cells without a plan of their own point along
their column to the next that has one. Only AQLs of up to 10 % are percentages of wrong units; the
higher ones count defects per hundred units and are not offered.

An AQL plan accepts deliveries worse than the AQL quite often: it is no proof of a share of right units.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Literal

from vendoreval.contracts.rules import AQLS, LEVELS
from vendoreval.errors import InputError
from vendoreval.sampling.plans import Plan, Stage

Inspection = Literal["normal", "tightened", "reduced"]

LETTERS = "ABCDEFGHJKLMNPQR"

_LOT_UP_TO = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_LETTERS_BY_LEVEL = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}

_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

_SINGLE: dict[str, dict[int, tuple[int, int]]] = {
    "normal": {14: (0, 1), 17: (1, 2), 18: (2, 3), 19: (3, 4), 20: (5, 6), 21: (7, 8), 22: (10, 11),
               23: (14, 15), 24: (21, 22)},
    "tightened": {15: (0, 1), 18: (1, 2), 19: (2, 3), 20: (3, 4), 21: (5, 6), 22: (8, 9), 23: (12, 13),
                  24: (18, 19)},
    "reduced": {14: (0, 1), 17: (0, 2), 18: (1, 3), 19: (1, 4), 20: (2, 5), 21: (3, 6), 22: (5, 8),
                23: (7, 10), 24: (10, 13)},
}  # fmt: skip
_DOUBLE: dict[str, dict[int, tuple[int, int, int, int]]] = {  # first Ac, Re; Ac, Re of both together
    "normal": {17: (0, 2, 1, 2), 18: (0, 3, 3, 4), 19: (1, 4, 4, 5), 20: (2, 5, 6, 7), 21: (3, 7, 8, 9),
               22: (5, 9, 12, 13), 23: (7, 11, 18, 19), 24: (11, 16, 26, 27)},
    "tightened": {18: (0, 2, 1, 2), 19: (0, 3, 3, 4), 20: (1, 4, 4, 5), 21: (2, 5, 6, 7),
                  22: (3, 7, 11, 12), 23: (6, 10, 15, 16), 24: (9, 14, 23, 24)},
    "reduced": {17: (0, 2, 0, 2), 18: (0, 3, 0, 4), 19: (0, 4, 1, 5), 20: (0, 4, 3, 6), 21: (1, 5, 4, 7),
                22: (2, 7, 6, 9), 23: (3, 8, 8, 12), 24: (5, 10, 12, 16)},
}  # fmt: skip


def code_letter(lot: int, level: str = "II") -> str:
    """The code letter of a delivery of `lot` units at an inspection level (general I to III, special S-1 …)."""
    if lot < 2:
        raise InputError("A delivery of fewer than 2 units has no sampling plan.", remedy="Check every unit.")
    if level not in _LETTERS_BY_LEVEL:
        raise InputError(f"There is no inspection level {level!r}.", remedy=f"Use one of {', '.join(LEVELS)}.")
    return _LETTERS_BY_LEVEL[level][bisect_left(_LOT_UP_TO, lot)]


def single_plan(letter: str, aql: str, inspection: Inspection = "normal") -> Plan:
    """The single plan of a cell of the master table, arrows followed. `aql` in per cent, as in AQLS."""
    letter_index, diagonal = _cell(letter, aql, inspection)
    accept, reject = _SINGLE[inspection][diagonal]
    return Plan((Stage(_sizes(inspection)[letter_index], accept, reject),))


def double_plan(letter: str, aql: str, inspection: Inspection = "normal") -> Plan:
    """The double plan of a cell; the single one where the tables have no double plan.

    Both samples have the size of the next smaller code letter. There is none where no error at all is
    accepted, and none for the smallest samples.
    """
    letter_index, diagonal = _cell(letter, aql, inspection)
    smallest = 3 if inspection == "reduced" else 1
    alone = diagonal not in _DOUBLE[inspection] or letter_index < smallest
    if alone or (letter, inspection) == ("A", "normal"):
        return single_plan(letter, aql, inspection)
    accept, reject, accept_both, reject_both = _DOUBLE[inspection][diagonal]
    n = _sizes(inspection)[letter_index - 1]
    return Plan((Stage(n, accept, reject), Stage(n, accept_both, reject_both)))


def plan_for(lot: int, aql: str, level: str = "II", inspection: Inspection = "normal") -> Plan:
    """The single plan of a delivery; where the sample reaches the delivery, every unit is looked at."""
    (stage,) = single_plan(code_letter(lot, level), aql, inspection).stages
    return Plan((Stage(min(stage.n, lot), stage.accept, stage.reject),))


def _sizes(inspection: Inspection) -> tuple[int, ...]:
    return _REDUCED_SIZES if inspection == "reduced" else _SIZES


def _cell(letter: str, aql: str, inspection: Inspection) -> tuple[int, int]:
    """Code letter index and diagonal of the cell that holds the plan."""
    if letter not in LETTERS or len(letter) != 1:
        raise InputError(f"There is no code letter {letter!r}.", remedy=f"Use one of {', '.join(LETTERS)}.")
    if aql not in AQLS:
        raise InputError(f"There is no AQL of {aql!r} %.", remedy=f"Use one of {', '.join(AQLS)}.")
    i, j = LETTERS.index(letter), AQLS.index(aql)
    zero, one = (15, 18) if inspection == "tightened" else (14, 17)
    diagonal = min(max(i + j, zero), 24)
    if zero < diagonal < one:
        upwards = diagonal == zero + 1 and inspection != "tightened"
        diagonal = zero if upwards else one
    if (i, i + j) == (0, 15):  # the corners, where the table leaves no cell to point to
        diagonal = one
    elif (i, i + j) == (15, 16):
        diagonal = zero
    return diagonal - j, diagonal
