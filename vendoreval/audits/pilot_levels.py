"""From a pilot's figures to measured levels: what was claimed is confirmed, or cut where it did not hold.

A pilot can confirm a claimed level or contradict it; it never raises one, since a level describes a way of
working of which a pilot sees the result only. What it could not decide leaves the claim, with the evidence
that it has. The ceilings are our own rule; docs/pilot.md gives the reason of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vendoreval.audits.pilot_result import BlockResult, PilotResult
from vendoreval.audits.records import BREACHED, KEPT
from vendoreval.gold.piloting import AMBIGUOUS, CHANGE, MAIN, REPEATS
from vendoreval.inference.agreement import Agreement

# The level that a contradicted claim keeps at most: its anchor is about words, not about a result.
CEILINGS = {"C1": 1, "R3": 1, "E1": 1, "E5": 1, "A5": 1, "G2": 2, "A1": 2, "A4": 3, "G3": 3, "P5": 3}


@dataclass(frozen=True)
class MeasuredLevel:
    """One question's claimed level, and what the pilot makes of it; `held` None: it could not tell."""

    question: str
    claimed: int
    held: bool | None
    because: str

    @property
    def level(self) -> int | None:
        """The measured level; None where nothing is measured."""
        if self.held is None:
            return None
        return self.claimed if self.held else min(self.claimed, CEILINGS[self.question])

    def to_json(self) -> dict[str, Any]:
        """The level as plain JSON values."""
        return {**vars(self), "measured": self.level}


def measured_levels(
    result: PilotResult,
    claimed: Mapping[str, int],
    figures: Mapping[str, float],
    agreement: Agreement | None = None,
) -> tuple[MeasuredLevel, ...]:
    """What the pilot says of each claimed level, question by question.

    `claimed` are the levels of answered questions, `figures` the figures in answers (C1 and R3 in per
    cent, A1 as a coefficient), `agreement` that on main items where several people labelled an item.
    """
    found = {
        "A1": _agreement(agreement, figures.get("A1")),
        "A4": _columns(result, ("annotator_id", "labelled_at")),
        "A5": _block(result.block(REPEATS)),
        "C1": _accuracy(result.block(MAIN), figures.get("C1")),
        "E1": _block(result.block(AMBIGUOUS)),
        "E5": _block(result.block(AMBIGUOUS)),
        "G2": _block(result.block(CHANGE)),
        "G3": _columns(result, ("guideline_version",)),
        "P5": _columns(result, ("source",)),
        "R3": _left_over(result.block(MAIN), figures.get("R3")),
    }
    return tuple(_level(question, claimed[question], *found[question]) for question in sorted(found)
                 if question in claimed)  # fmt: skip


def _level(question: str, claimed: int, held: bool | None, because: str) -> MeasuredLevel:
    """A level that claims no more than the ceiling is not contradicted."""
    if held is False and claimed <= CEILINGS[question]:
        return MeasuredLevel(question, claimed, None, f"{because} Level {claimed} does not say otherwise.")
    return MeasuredLevel(question, claimed, held, because)


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
    return _within(least, most, guaranteed), seen


def _left_over(block: BlockResult, said: float | None) -> _Held:
    """Errors left after review, against the rate that the vendor states."""
    if said is None or block.low is None or block.high is None:
        return _block(block)
    least, most = 100 * (1 - block.high), 100 * (1 - block.low)
    seen = f"{said:g} % of errors are said to be left; between {least:.1f} and {most:.1f} % were."
    return _within(-most, -least, -said), seen


def _within(low: float, high: float, said: float) -> bool | None:
    """Whether an interval lies above what was said (True), below it (False), or around it (None)."""
    low, high, said = (round(one, 9) for one in (low, high, said))
    return True if low >= said else False if high < said else None


def _agreement(found: Agreement | None, said: float | None) -> _Held:
    if found is None or found.low is None or found.high is None or said is None:
        return None, "No agreement was measured that could be held against a figure."
    seen = f"Agreement of {said:g} is claimed; alpha was between {found.low:.2f} and {found.high:.2f}."
    return _within(found.low, found.high, said), seen


def _columns(result: PilotResult, wanted: tuple[str, ...]) -> _Held:
    missing = [name for name in wanted if name not in result.columns]
    if missing:
        return False, f"The delivered file has no {' and no '.join(missing)}, or not for every label."
    if wanted == ("guideline_version",) and len(set(result.versions)) < 2:
        return False, "The guideline changed half-way, and most labels name the same version before and after."
    return True, f"The delivered file names {' and '.join(wanted)}."
