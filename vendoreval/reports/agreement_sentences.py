"""What figures of agreement mean, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vendoreval.inference.agreement import Agreement
from vendoreval.inference.agreement_groups import Change
from vendoreval.reports.wording import count, percent

FIRM, TENTATIVE = 0.8, 0.667  # Krippendorff's customary limits
_MANY = 100  # as many items without a single difference ask for a look
_PARADOX = 0.2
_COPIED = (
    "Not one {} differs from another on any item. People seldom agree like this: check that these "
    "are single persons' own answers, not one answer copied to all of them."
)
NOT_ACCURACY = "Agreement is not accuracy: a mistake that everybody shares raises it."


def agreement_sentences(found: Mapping[str, Agreement], record: Mapping[str, Any]) -> list[str]:
    """The meaning of one delivery's coefficients, by name; `record` is that of its agreement."""
    alpha, equal = found["alpha"], found["percent_agreement"]
    if equal.estimate is None:
        return ["No item has labels by two people, so nothing can be said about agreement."]
    if "distance" in record:
        return _of_distances(alpha, equal, record["distance"])
    self_agreement = record["self_agreement"]["share"] if record["self_agreement"] else None
    said = [
        f"Two labels on the same item are equal in {percent(equal.estimate)} of the cases "
        f"({count(equal.items, 'item')} with two labels or more)."
    ]
    if alpha.estimate is None:
        return [
            *said,
            "Only one class was ever used. Without variation chance-corrected agreement is undefined.",
        ]
    said.append(f"{_beyond_chance(alpha)} {_level(alpha.estimate)}")
    if alpha.estimate == 1 and alpha.items >= _MANY:
        said.append(_COPIED.format("label"))
    ac1 = found.get("ac1")
    if (
        alpha.scale == "nominal"
        and ac1
        and ac1.estimate is not None
        and ac1.estimate - alpha.estimate > _PARADOX
    ):
        said.append(
            f"AC1 is {ac1.estimate:.3f}, much higher: one class outweighs the others, so that most agreement "
            "could be chance. Look at the rare classes (--by class)."
        )
    if self_agreement is not None:
        said.append(
            f"Asked twice about the same item, people gave the same label in {percent(self_agreement)}."
        )
    return [*said, NOT_ACCURACY]


def _of_distances(alpha: Agreement, equal: Agreement, distance: Mapping[str, Any]) -> list[str]:
    """The same where answers are held against each other by the distance of their type."""
    said = [
        f"Two answers on the same item are equal in {percent(equal.estimate or 0)} of the cases "
        f"({count(equal.items, 'item')} with two answers or more)."
    ]
    if alpha.estimate is None or alpha.observed is None or alpha.chance is None:
        return [*said, "All answers of the delivery are equal, so that agreement beyond chance is undefined."]
    said += [
        f"On average they lie {1 - alpha.observed:.3f} apart, any two answers of the delivery "
        f"{1 - alpha.chance:.3f}; the distance is {distance['words']}.",
        f"{_beyond_chance(alpha)} {_level(alpha.estimate, 'answer')}",
    ]
    if distance["drawn"]:
        said.append(
            f"What chance gives is estimated from {distance['pairs']:,} drawn pairs of answers, which adds a "
            f"standard error of {distance['error']:.5f} to alpha."
        )
    if equal.estimate == 1 and alpha.items >= _MANY:
        said.append(_COPIED.format("answer"))
    return [*said, NOT_ACCURACY]


def change_sentence(change: Change, confidence: float = 0.95) -> str:
    """How the last delivery's alpha compares with those before."""
    moved = "rose" if change.difference > 0 else "fell"
    start = f"Alpha {moved} from {change.before:.3f} (mean before) to {change.last:.3f} in the last delivery"
    bounds = f"by {abs(change.difference):.3f}, {percent(confidence, digits=0)} interval of the difference "
    bounds += f"{change.low:+.3f} to {change.high:+.3f}"
    if change.p < 1 - confidence:
        return f"{start}, {bounds}: more than chance explains (p = {change.p:.2g})."
    return f"{start}, {bounds}: chance explains it (p = {change.p:.2g})."


def _beyond_chance(alpha: Agreement) -> str:
    value = f"{alpha.estimate:.3f}"
    between = (
        f" ({percent(alpha.confidence, digits=0)} interval {alpha.low:.3f} to {alpha.high:.3f})"
        if alpha.low is not None and alpha.high is not None
        else ""
    )
    return f"Krippendorff's alpha is {value}{between}, where 1 is full agreement and 0 is chance."


def _level(alpha: float, given: str = "label") -> str:
    if alpha >= FIRM:
        return f"By custom {FIRM} or more is reliable."
    if alpha >= TENTATIVE:
        return f"By custom {TENTATIVE} to {FIRM} allows tentative conclusions only."
    return f"By custom less than {TENTATIVE} is unreliable: an item's {given} depends on who gave it."
