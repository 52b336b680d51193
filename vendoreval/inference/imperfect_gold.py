"""What errors in the gold do to a measured share, and how far it can be corrected.

The corrections assume that gold and vendor err independently; `frechet_bound` assumes nothing. A
claim rests on adjudicated errors, never on a corrected share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from vendoreval.errors import InputError
from vendoreval.inference import hypergeometric
from vendoreval.inference.binomial import upper_bound


@dataclass(frozen=True)
class Corrected:
    """A corrected share: `raw` as the formula gives it, `share` cut to [0, 1].

    Where the two differ, the observed share cannot come from the assumed gold quality: say so.
    """

    raw: float

    @property
    def share(self) -> float:
        return min(max(self.raw, 0.0), 1.0)

    @property
    def possible(self) -> bool:
        return 0 <= self.raw <= 1


@dataclass(frozen=True)
class GoldRevision:
    """Gold answers overturned among those adjudicated: rate and exact one-sided upper bound."""

    overturned: int
    adjudicated: int
    rate: float
    at_most: float
    confidence: float


def rogan_gladen(apparent: float, sensitivity: float, specificity: float) -> Corrected:
    """True prevalence from an apparent one (Rogan & Gladen 1978): (AP + Sp - 1) / (Se + Sp - 1).

    It is linear in `apparent`: an interval's ends are corrected one by one. Raises InputError where the
    gold is no better than a coin.
    """
    skill = sensitivity + specificity - 1
    if skill <= 0:
        raise InputError(
            "Sensitivity and specificity of the gold add up to 1 or less.",
            remedy="Gold no better than chance corrects nothing; check the two numbers.",
        )
    return Corrected((apparent + specificity - 1) / skill)


def observed_agreement(accuracy: float, gold_accuracy: float, classes: int) -> float:
    """Share of units on which vendor and gold agree, both erring independently among `classes`.

    a g + (1 - a)(1 - g) / (k - 1): right together, or wrong alike.
    """
    return accuracy * gold_accuracy + (1 - accuracy) * (1 - gold_accuracy) * _alike(classes)


def accuracy_behind(agreement: float, gold_accuracy: float, classes: int) -> Corrected:
    """The accuracy that gives `agreement` with such gold: the inverse of `observed_agreement`."""
    by_chance = (1 - gold_accuracy) * _alike(classes)
    if gold_accuracy <= by_chance:
        raise InputError(
            f"Gold that is right on {gold_accuracy:.0%} of {classes} classes is no better than chance.",
            remedy="Check the gold's accuracy.",
        )
    return Corrected((agreement - by_chance) / (gold_accuracy - by_chance))


def frechet_bound(agreement: float, gold_accuracy: float) -> tuple[float, float]:
    """The accuracies possible under any dependence of the errors: |accuracy - agreement| <= 1 - g."""
    slack = 1 - gold_accuracy
    return max(agreement - slack, 0.0), min(agreement + slack, 1.0)


def adjudicated_error(
    accuracy: float, gold_accuracy: float, adjudicator_error: float, alike: float = 0.0
) -> float:
    """Measured error rate once every disagreement was adjudicated blindly.

    Errors upheld, right answers wrongly struck, and both wrong but not `alike` (share of joint errors
    that are the same). Agreements are not looked at again, which favours the vendor.
    """
    a, g, e = accuracy, gold_accuracy, adjudicator_error
    return (1 - a) * g * (1 - e) + a * (1 - g) * e + (1 - a) * (1 - g) * (1 - alike)


def false_breach(population: int, limit: Fraction, sample: int, critical: int, gold_error: Fraction) -> float:
    """The chance of a wrong breach when the vendor just keeps `limit` and the gold errs, unadjudicated.

    Breach is called with more than `critical` errors in `sample` of `population` units. Every gold error
    on a right answer counts as an error; their number is rounded up.
    """
    wrong = 1 - limit * (1 - gold_error)
    return hypergeometric.p_breach(population, math.ceil(population * wrong), sample, critical + 1)


def gold_revision(overturned: int, adjudicated: int, confidence: float) -> GoldRevision:
    """How often adjudication overturned the gold, with an exact upper bound at `confidence`."""
    if not 0 <= overturned <= adjudicated or adjudicated < 1:
        raise InputError(
            f"{overturned} overturned of {adjudicated} adjudicated gold answers is not a rate.",
            remedy="Count an answer as overturned only after it was adjudicated.",
        )
    at_most = upper_bound(overturned, adjudicated, confidence)
    return GoldRevision(overturned, adjudicated, overturned / adjudicated, at_most, confidence)


def auditor_error(differed: int, double: int) -> float:
    """One auditor's error rate e, from items that two auditors answered independently and alike well.

    They differ where exactly one errs (or both, differently, which is left out): 2 e (1 - e) = d. Both err
    alike on at most a share e² of the items on which they agree. Raises InputError where they differ on
    more than half of the items.
    """
    if not 0 <= differed <= double or double < 1:
        raise InputError(f"{differed} differences on {double} items answered twice are no rate.")
    gap = differed / double
    if gap > 0.5:
        raise InputError(
            "Two auditors differ on more than half of the items.",
            remedy="Such gold is no better than chance; clear up the guideline first.",
        )
    return (1 - math.sqrt(1 - 2 * gap)) / 2


def _alike(classes: int) -> float:
    """The chance that two wrong answers are the same, all wrong classes being equally likely."""
    if classes < 2:
        raise InputError(f"{classes} class leaves nothing to confuse.", remedy="Give at least 2 classes.")
    return 1 / (classes - 1)
