"""From a pilot's figures to the claims of a questionnaire: borne out, contradicted, or left open.

A pilot never raises a level, since a level describes a way of working of which a pilot sees the result only.
What it bears out lets the evidence there is count fully; what it contradicts is worth a ceiling at most. What
it could not decide leaves the claim as it was. The ceilings are our own rule; docs/pilot.md gives the reason
of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.audits.records import BREACHED, KEPT
from vendoreval.gold.piloting import AMBIGUOUS, CHANGE, MAIN, REPEATS
from vendoreval.pilots.result import BlockResult
from vendoreval.questionnaires.worth import PilotFinding

# By questions of the core bank; another bank means something else by the same ids.
# The level that a contradicted claim keeps at most: its anchor is about words, not about a result.
CEILINGS = {"C1": 1, "R3": 1, "E1": 1, "E5": 1, "A5": 1, "G2": 2, "A1": 2, "A4": 3, "G3": 3, "P5": 3}
LEAST_AGREEMENT = 2 / 3  # Krippendorff (2018): below it no conclusion rests on the labels
# Claims that a pilot can only contradict: who recognises a repeat answers it alike without watching for drift,
# and that people ask in a pilot does not say which share they flag in production.
_NEVER_BORNE_OUT = ("A5", "E5")


@dataclass(frozen=True)
class MeasuredLevel:
    """One question's claimed level, and what the pilot makes of it; `held` None: it could not tell."""

    question: str
    claimed: int
    held: bool | None
    because: str

    @property
    def level(self) -> int | None:
        """The level that is left; None where the pilot could not tell."""
        if self.held is None:
            return None
        return self.claimed if self.held else min(self.claimed, CEILINGS[self.question])

    def to_json(self) -> dict[str, Any]:
        """The level as plain JSON values."""
        return {**vars(self), "measured": self.level}


def findings(record: Mapping[str, Any], figures: Mapping[str, float]) -> dict[str, PilotFinding]:
    """What a judged pilot (record `vendoreval/pilot/1`) says of each question that it bears on.

    `figures` are the figures in the vendor's answers: C1 and R3 in per cent, A1 as a coefficient.
    """
    blocks = {block["name"]: BlockResult(**block) for block in record["blocks"]}
    found = {
        "A1": _agreement(record["alpha"], figures.get("A1")),
        "A4": _columns(record, ("annotator_id", "labelled_at")),
        "A5": _block(blocks[REPEATS]),
        "C1": _accuracy(blocks[MAIN], figures.get("C1")),
        "E1": _block(blocks[AMBIGUOUS]),
        "E5": _block(blocks[AMBIGUOUS]),
        "G2": _block(blocks[CHANGE]),
        "G3": _columns(record, ("guideline_version",)),
        "P5": _columns(record, ("source",)),
        "R3": _left_over(blocks[MAIN], figures.get("R3")),
    }
    source, day = f"pilot {record['pilot']}", datetime.fromisoformat(record["received_at"]).date()
    return {
        question: PilotFinding(
            source, None if held and question in _NEVER_BORNE_OUT else held, CEILINGS[question], why, day
        )
        for question, (held, why) in found.items()
    }


def stricter(then: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Of two sets of figures those that promise more: whoever lowers a figure afterwards evades nothing."""
    better = {"R3": min}
    return {
        question: better.get(question, max)(side[question] for side in (then, now) if question in side)
        for question in {*then, *now}
    }


def measured_levels(found: Mapping[str, PilotFinding], claimed: Mapping[str, int]) -> tuple[MeasuredLevel, ...]:
    """What becomes of the claimed levels; one that is no higher than its ceiling is not contradicted."""
    made = []
    for question, one in sorted(found.items()):
        if question in claimed:
            modest = one.held is False and claimed[question] <= one.ceiling
            because = one.because
            if modest:
                because += f" Level {claimed[question]} does not say otherwise."
            made.append(MeasuredLevel(question, claimed[question], None if modest else one.held, because))
    return tuple(made)


_Held = tuple[bool | None, str]


def _block(block: BlockResult) -> _Held:
    held = {KEPT: True, BREACHED: False}.get(block.verdict)
    return held, f"{block.name}: {block.reason}"


def _accuracy(block: BlockResult, guaranteed: float | None) -> _Held:
    """The figure that the vendor guarantees, else the contract's limit."""
    if guaranteed is None or block.low is None or block.high is None:
        return _block(block)
    least, most = 100 * block.low, 100 * block.high
    seen = f"{guaranteed:g} % is guaranteed; between {least:.1f} and {most:.1f} % were right."
    held = _within(least, most, guaranteed)
    return _if_asked(block, held, round(guaranteed - 100 * block.limit, 9) >= 0), seen


def _left_over(block: BlockResult, said: float | None) -> _Held:
    """Errors left after review, against the rate that the vendor states."""
    if said is None or block.low is None or block.high is None:
        return _block(block)
    least, most = 100 * (1 - block.high), 100 * (1 - block.low)
    seen = f"{said:g} % of errors are said to be left; between {least:.1f} and {most:.1f} % were."
    enough = round(100 * (1 - block.limit) - said, 9) >= 0
    return _if_asked(block, _within(-most, -least, -said), enough), seen


def _if_asked(block: BlockResult, held: bool | None, enough: bool) -> bool | None:
    """A figure that promises less than the contract asks for (not `enough`) bears nothing out."""
    return None if held and (block.verdict == BREACHED or not enough) else held


def _within(low: float, high: float, said: float) -> bool | None:
    """Whether an interval lies above what was said (True), below it (False), or around it (None)."""
    low, high, said = (round(one, 9) for one in (low, high, said))
    return True if low >= said else False if high < said else None


def _agreement(alpha: Mapping[str, Any] | None, said: float | None) -> _Held:
    if alpha is None or alpha["low"] is None or alpha["high"] is None or said is None:
        return None, "No agreement was measured that could be held against a figure."
    low, high = alpha["low"], alpha["high"]
    seen = f"Agreement of {said:g} is claimed; on main items alpha was between {low:.2f} and {high:.2f}."
    held = _within(low, high, said)
    return (None if held and said < LEAST_AGREEMENT else held), seen


def _columns(record: Mapping[str, Any], wanted: tuple[str, ...]) -> _Held:
    missing = [name for name in wanted if name not in record["columns"]]
    if missing:
        return False, f"The delivered file has no {' and no '.join(missing)}, or not for every label."
    if wanted == ("guideline_version",) and len(set(record["guideline_versions"])) < 2:
        return False, "The guideline changed half-way, and most labels name the same version before and after."
    return True, f"The delivered file names {' and '.join(wanted)}."
