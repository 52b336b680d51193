"""A pilot's result in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vendoreval.audits.records import BREACHED
from vendoreval.designs.planning import chance
from vendoreval.inference.comparing import Comparison
from vendoreval.pilots.levels import MeasuredLevel
from vendoreval.pilots.pilot import ALPHA
from vendoreval.pilots.result import PilotResult
from vendoreval.pilots.surge import FELL, HELD, OPEN, Surge, Turnaround

SIGN = 0.05  # one-sided p at which a rise of the error share is called one


def block_sentences(result: PilotResult) -> list[str]:
    """What each block found."""
    said = [f"{block.name.capitalize()}: {block.reason}" for block in result.blocks]
    if any(block.verdict == BREACHED for block in result.blocks):
        said.append(
            "Each block and each comparison of parts keeps its own risk: a vendor that just reaches a limit is "
            f"blamed with a chance of at most {100 * ALPHA:g} %, for one of several therefore more often."
        )
    return said


def on_the_way(result: PilotResult) -> list[str]:
    """What changed during the pilot, what was left open, and who worked."""
    said = _rise("After the guideline changed", "before", result.after_change)
    said += surge_sentences(result.surge)
    left = sum(result.unanswered.values())
    if left:
        where = ", ".join(f"{count:,} {part}" for part, count in result.unanswered.items())
        said.append(f"{left:,} of {result.tasks:,} tasks were not answered ({where}); they count as misses.")
    asked = f"Somebody asked about {100 * result.escalated:.1f} % of the items"
    if result.asking:
        asked += (
            f"; {100 * result.asking.share:.0f} % of the answers on ambiguous items ask, and "
            f"{100 * result.asking.rest_share:.1f} % of those on main ones"
        )
    said.append(f"{asked}.")
    if result.people:
        who = "One person" if len(result.people) == 1 else f"{len(result.people):,} people"
        said.append(
            f"{who} worked on it, and the figures speak of them. Later deliveries show how much of the work is "
            "theirs."
        )
    else:
        said.append("The file names no annotators: whether production has the same team cannot be seen.")
    return said


def surge_sentences(found: Surge | None) -> list[str]:
    """How accuracy, agreement and turnaround held under the surge."""
    if found is None:
        return []
    said = []
    if one := found.accuracy:
        said.append(
            f"In the surge {_share(one.surge)} were right, in the calm part {_share(one.calm)} "
            f"({_share(one.calm_low)} to {_share(one.calm_high)}): {_SURGED[one.standing]}."
        )
    if one := found.agreement:
        said.append(
            f"Alpha was {one.surge:.2f} in the surge and {one.calm:.2f} in the calm part "
            f"({one.calm_low:.2f} to {one.calm_high:.2f}): {_SURGED[one.standing]}."
        )
    if found.turnaround is None:
        return [*said, "Not every answer has a time, so the surge's turnaround cannot be seen."]
    return [*said, _turnaround(found.turnaround)]


_SURGED = {
    HELD: "it held",
    FELL: "it fell, and chance does not explain that",
    OPEN: "the answers are too few to tell whether it held",
}


def _turnaround(one: Turnaround) -> str:
    calm = one.calm_tasks / one.calm_hours
    pace = one.surge_tasks / one.surge_hours / calm if one.surge_hours else math.inf
    return (
        f"The surge's {one.surge_tasks:,} tasks took {one.surge_hours:.1f} hours, where the pace of twice the "
        f"work in half the time leaves {one.allowed_hours:.1f}: {pace:.1f} times the calm pace, and "
        f"{_share(one.in_time)} of the answers in time."
    )


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"


def claim_sentences(levels: Sequence[MeasuredLevel]) -> list[str]:
    """What became of the claimed levels."""
    held = [one.question for one in levels if one.held]
    said = [f"Claims that held: {', '.join(held)}."] if held else []
    return said + [
        f"{one.question}: level {one.claimed} was claimed, level {one.level} is measured. {one.because}"
        for one in levels
        if one.held is False
    ]


def _rise(when: str, before: str, found: Comparison | None) -> list[str]:
    if found is None:
        return []
    shares = f"{_of(found.errors, found.n)} were wrong, {before} {_of(found.rest_errors, found.rest_n)}"
    if found.p > SIGN:
        return [f"{when} {shares}: chance may explain the difference."]
    return [f"{when} {shares}: errors rose. Chance alone would do that in {chance(found.p)} of pilots."]


def _of(errors: int, n: int) -> str:
    return f"{100 * errors / n:.1f} % ({errors:,} of {n:,})"
