"""Does the ranking by answers hang on the section weights? Answered exactly, without random draws.

Every section weight moves on its own, evenly between half and one and a half times itself. Vendor A leads
where sum of w_s d_s > 0, with d_s the difference of the sections' scores; the share of weightings in which
it leads is the volume that a plane cuts from a box (inclusion-exclusion over the box's corners).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import factorial, prod

from vendoreval.questionnaires.assessment import Assessment

SWING = Fraction(1, 2)
MOST_SECTIONS = 12  # the corners of the box are counted: 2 to this power


def lead(one: Assessment, two: Assessment) -> Fraction | None:
    """The share of weightings in which `one` has the higher evidenced score; ties count half.

    Only sections that both answered are compared. None where they share none or more than 12.
    """
    theirs = {section.id: section.evidenced for section in two.sections}
    gaps = [
        section.weight * (_exact(section.evidenced) - _exact(other))
        for section in one.sections
        if section.evidenced is not None and (other := theirs.get(section.id)) is not None
    ]
    if not gaps or len(gaps) > MOST_SECTIONS:
        return None
    return share_above(gaps)


def share_above(gaps: list[Fraction]) -> Fraction:
    """P(sum of g_s (1 - SWING + 2 SWING u_s) > 0) for independent u_s, uniform on 0 to 1; ties half."""
    moved = [gap for gap in gaps if gap]
    if not moved:
        return Fraction(1, 2)
    # With u replaced by 1 - u where a gap is negative: sum of a_s u_s > limit, all a_s positive.
    limit = -sum((gap * (1 - SWING if gap > 0 else 1 + SWING) for gap in moved), Fraction(0))
    widths = [abs(gap) * 2 * SWING for gap in moved]
    below = Fraction(0)
    for corner in product((0, 1), repeat=len(widths)):
        rest = limit - sum((w for w, at in zip(widths, corner, strict=True) if at), Fraction(0))
        if rest > 0:
            below += (-1) ** sum(corner) * rest ** len(widths)
    return 1 - min(below / (factorial(len(widths)) * prod(widths)), Fraction(1))


def reweighed(assessment: Assessment, weights: Mapping[str, int]) -> float:
    """The evidenced score under other section weights, in per cent; sections not named count 0."""
    parts = [
        (Fraction(weights[section.id]), _exact(section.evidenced))
        for section in assessment.sections
        if section.evidenced is not None and weights.get(section.id)
    ]
    total = sum((weight for weight, _ in parts), Fraction(0))
    return float(sum((weight * score for weight, score in parts), Fraction(0)) / total) if total else 0.0


def _exact(score: float | None) -> Fraction:
    """A section's score as the fraction that it was computed from."""
    return Fraction(score or 0.0).limit_denominator(10**9)
