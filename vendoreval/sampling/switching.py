"""Switching between normal, tightened and reduced inspection over a vendor's deliveries.

AQL plans protect the buyer only together with these rules. Two editions are known: the rules of
MIL-STD-105E and those that ISO 2859-1 has used since 1999, as they are commonly taught; the standards'
own text decides in a dispute. Only deliveries on first inspection count, not resubmitted ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from vendoreval.contracts.rules import AQLS
from vendoreval.errors import InputError
from vendoreval.sampling.aql import Inspection, single_plan
from vendoreval.sampling.plans import Outcome

Edition = Literal["mil-std-105e", "iso2859-1"]

_WINDOW = 5  # deliveries that are looked back on
_REFUSALS_TO_TIGHTEN = 2
_ACCEPTED_TO_RELAX = 5
_ACCEPTED_TO_REDUCE = 10  # MIL-STD-105E
_SCORE_TO_REDUCE = 30  # ISO 2859-1
_TIGHTENED_TO_STOP = {"mil-std-105e": 10, "iso2859-1": 5}


@dataclass(frozen=True)
class Inspected:
    """How one delivery fared on first inspection.

    `accept` is the acceptance number of the plan in use; `within_tighter` says whether the delivery
    would have passed one AQL step tighter (needed by ISO 2859-1 where `accept` is 2 or more);
    `steady` is False when production was irregular.
    """

    outcome: Outcome
    accept: int
    within_tighter: bool = False
    steady: bool = True


@dataclass(frozen=True)
class Switching:
    """Where a vendor stands: the inspection of the next delivery and what led to it.

    `recent` holds the last deliveries on the present inspection, True for accepted. `stopped`: quality
    stayed so bad that sampling ends until the vendor has mended it.
    """

    edition: Edition
    inspection: Inspection = "normal"
    recent: tuple[bool, ...] = ()
    score: int = 0
    tightened: int = 0  # deliveries (MIL-STD-105E) or refused ones (ISO 2859-1) on tightened inspection
    stopped: bool = False

    def after(self, delivery: Inspected) -> Switching:
        """The state after one more delivery. Raises InputError once sampling has been stopped."""
        if self.stopped:
            raise InputError(
                "Inspection by samples was stopped after repeated refusals.",
                remedy="Start anew on tightened inspection once the vendor has mended the cause.",
            )
        step = {"normal": _after_normal, "tightened": _after_tightened, "reduced": _after_reduced}
        return step[self.inspection](self, delivery)

    def resumed(self) -> Switching:
        """Tightened inspection, as it starts anew after the vendor has mended the cause."""
        return Switching(self.edition, "tightened")


def within_tighter(letter: str, aql: str, errors: int, inspection: Inspection = "normal") -> bool:
    """Whether `errors` would be accepted by the single plan one AQL step tighter.

    The sample is that of the plan in use; only its acceptance number gets tighter. At the smallest AQL
    no tighter step exists, and only a sample without an error passes.
    """
    step = AQLS.index(aql) - 1
    if step < 0:
        return errors == 0
    (stage,) = single_plan(letter, AQLS[step], inspection).stages
    return errors <= stage.accept


def _after_normal(state: Switching, delivery: Inspected) -> Switching:
    accepted = delivery.outcome != "refused"
    recent = (*state.recent, accepted)
    score = _score(state.score, delivery)
    if recent[-_WINDOW:].count(False) >= _REFUSALS_TO_TIGHTEN:
        return Switching(state.edition, "tightened")
    if state.edition == "iso2859-1":
        reduced = score >= _SCORE_TO_REDUCE
    else:
        reduced = len(recent) >= _ACCEPTED_TO_REDUCE and all(recent[-_ACCEPTED_TO_REDUCE:])
    if reduced and delivery.steady:
        return Switching(state.edition, "reduced")
    return replace(state, recent=recent[-_ACCEPTED_TO_REDUCE:], score=score)


def _after_tightened(state: Switching, delivery: Inspected) -> Switching:
    accepted = delivery.outcome != "refused"
    recent = (*state.recent, accepted)[-_WINDOW:]
    if recent.count(True) >= _ACCEPTED_TO_RELAX:
        return Switching(state.edition, "normal")
    counts = state.edition == "mil-std-105e" or not accepted
    tightened = state.tightened + counts
    stopped = tightened >= _TIGHTENED_TO_STOP[state.edition]
    return replace(state, recent=recent, tightened=tightened, stopped=stopped)


def _after_reduced(state: Switching, delivery: Inspected) -> Switching:
    """Any doubt ends reduced inspection."""
    if delivery.outcome == "accepted" and delivery.steady:
        return state
    return Switching(state.edition, "normal")


def _score(score: int, delivery: Inspected) -> int:
    """The switching score of ISO 2859-1 for single plans."""
    if delivery.outcome != "accepted":
        return 0
    if delivery.accept >= 2:
        return score + 3 if delivery.within_tighter else 0
    return score + 2
