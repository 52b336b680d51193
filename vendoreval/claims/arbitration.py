"""Blind arbitration: cases in random order, both answers in random order, and what each decision comes to.

    the arbiter says        the line
    gold's side is right    upheld, for good
    the vendor's side is    withdrawn; gold is wrong
    both are acceptable     withdrawn; the delivered answer is right beside gold's
    neither is right        upheld; gold's answer is doubtful as well
    cannot tell             withdrawn: the doubt is the vendor's

Which side is which is sealed when a sheet goes out (a SHA-256 for each case), and opened with the decision, so
that both sides can check that it was applied as it was sealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import rfc8785

from vendoreval.claims.moves import UPHELD, WITHDRAWN, Move, Ruling

Letter = Literal["A", "B"]
KEY = "vendoreval/arbiter-key/1"
A, B = "A is right", "B is right"
BOTH, NEITHER, UNSURE = "both are acceptable", "neither is right", "cannot tell"
DECISIONS = (A, B, BOTH, NEITHER, UNSURE)


@dataclass(frozen=True)
class Case:
    """One case of an arbiter's sheet: which line it is, and which letter gold's answer has."""

    number: int
    line: int
    gold: Letter
    salt: str

    def to_json(self) -> dict[str, Any]:
        """The case as it is sealed and opened."""
        return {"case": self.number, "line": self.line, "gold": self.gold, "salt": self.salt}

    @property
    def seal(self) -> str:
        """What is told of the case when the sheet goes out."""
        return sha256(rfc8785.dumps(self.to_json())).hexdigest()


def shuffled(lines: Sequence[int], chance: bytes) -> tuple[Case, ...]:
    """A case for each line, in an order and with letters that only `chance`, random bytes, decides."""
    order = sorted(lines, key=lambda line: _hash(chance, "order", line))
    return tuple(
        Case(
            number, line, "A" if _hash(chance, "side", line)[0] < 128 else "B",
            _hash(chance, "salt", line).hex(),
        )
        for number, line in enumerate(order, start=1)
    )  # fmt: skip


def _hash(chance: bytes, what: str, line: int) -> bytes:
    return sha256(b"\0".join((chance, what.encode(), str(line).encode()))).digest()


def key_record(sheet: str, cases: Sequence[Case]) -> dict[str, Any]:
    """The key of a sheet, which stays with the buyer until the arbiter has decided."""
    return {"schema": KEY, "sheet": sheet, "cases": [case.to_json() for case in cases]}


def key_cases(record: Mapping[str, Any]) -> dict[int, Case]:
    """The cases of a key by their number; raises KeyError or ValueError for another record."""
    if record["schema"] != KEY:
        raise ValueError(f"no key of an arbiter's sheet: {record['schema']}")
    cases = (Case(one["case"], one["line"], one["gold"], one["salt"]) for one in record["cases"])
    return {case.number: case for case in cases}


@dataclass(frozen=True)
class Decision:
    """What the arbiter said of a case, and why."""

    case: int
    decision: str
    reason: str = ""


def ruling_on(case: Case, said: Decision, by: str) -> Ruling:
    """What a decision comes to."""
    word, code, what = _outcome(case.gold, said.decision)
    return Ruling(case.line, word, f"{what} {said.reason}".strip(), by, code)


def _outcome(gold: Letter, decision: str) -> tuple[str, str, str]:
    if decision == BOTH:
        return WITHDRAWN, "acceptable_alternative", "The arbiter finds both answers acceptable."
    if decision == NEITHER:
        return UPHELD, "", "The arbiter finds neither answer right."
    if decision == UNSURE:
        return WITHDRAWN, "guideline_ambiguous", "The arbiter cannot tell; the doubt is the vendor's."
    if decision == (A if gold == "A" else B):
        return UPHELD, "", "The arbiter finds the gold answer right."
    return WITHDRAWN, "gold_wrong", "The arbiter finds the delivered answer right."


def opened(case: Case, said: Decision) -> dict[str, Any]:
    """What is told of a decided case: its seal opened, and the decision."""
    return {**case.to_json(), "decision": said.decision}


def misapplied(sent: Move, back: Move) -> tuple[str, ...]:
    """What does not fit between the sheet that went out and the decisions that were applied; empty: all does.

    `sent` is the move `to_arbiter`, `back` the move `arbitrated` on the same sheet.
    """
    seals = {one["case"]: one["sealed"] for one in sent.told["cases"]}
    rulings = {one.line: one for one in back.rulings}
    found = []
    for told in back.told["opened"]:
        case = Case(told["case"], told["line"], told["gold"], told["salt"])
        ruling = rulings.pop(case.line, None)
        word, code, _ = _outcome(case.gold, told["decision"])
        if seals.get(case.number) != case.seal:
            found.append(f"Case {case.number} is opened otherwise than it was sealed.")
        elif ruling is None or (ruling.ruling, ruling.code) != (word, code):
            found.append(f"Line {case.line} was not ruled as case {case.number} was decided.")
    return (*found, *(f"Line {line} was ruled on without a case." for line in rulings))
