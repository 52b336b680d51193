"""Copying and leakage: answers that were not given independently, and gold that was known."""

from __future__ import annotations

from vendoreval.audits.pattern_signs import Labels, Looked, Sign, of, plain_p, rounded
from vendoreval.inference.reviews import Tier, review_tiers

DO_COPYING = (
    "Count copied labels once, not as several opinions, and refuse to pay for them as such. Ask the vendor how "
    "the labels came about, hide other people’s answers from annotators and reviewers, and have a fresh "
    "sample labelled independently."
)
DO_LEAKAGE = (
    "Take these gold items out of use, draw a blind sample of other delivered items, have experts label it, "
    "and hold it against the gold items: if gold looks better than the sample, judge by the sample."
)
FEWEST_REACHED = 5


def copying(labels: Labels) -> Looked:
    """Reviewers who pass on what they got."""
    signs, untested = [], []
    tiers = _tiers(labels)
    stamps = [tier for tier in tiers if tier.reached >= FEWEST_REACHED]
    if stamps:
        signs.append(_stamp(stamps))
    else:
        untested.append("The labels do not carry review stages in which errors could be found.")
    further = {"review_tiers": [_plain(tier) for tier in tiers]} if tiers else {}
    return Looked("copying", DO_COPYING, tuple(signs), tuple(untested), further)


def leakage(labels: Labels) -> Looked:
    """Needs labels by experts on items that were not gold."""
    why = "No blind sample of other items was labelled by experts, so that gold has nothing to be held against."
    return Looked("leakage", DO_LEAKAGE, (), (why,))


def _tiers(labels: Labels) -> tuple[Tier, ...]:
    stage = labels.context.get("stage")
    if stage is None:
        return ()
    return review_tiers(labels.item.codes, stage.codes, stage.values, labels.delivered.codes, labels.wrong)


def _stamp(tiers: list[Tier]) -> Sign:
    """The tier that surely finds the least of what reaches it."""
    worst = min(tiers, key=lambda tier: (plain_p(tier.p_rubber_stamp), tier.tier))
    sentence = (
        f"The tier {worst.tier} left {of(worst.left, worst.reached)} of the errors that reached it and "
        f"changed {worst.changed:,} of {worst.items:,} answers."
    )
    numbers = {
        "tier": worst.tier, "n": worst.reached, "errors": worst.left, "estimate": worst.escape,
        "low": worst.low, "high": worst.high, "items": worst.items, "changed": worst.changed,
    }  # fmt: skip
    method = "exact binomial test that a tier finds at least half of the errors; Clopper–Pearson interval"
    return Sign(
        "review that passes on errors",
        min(1.0, len(tiers) * worst.p_rubber_stamp),
        True,
        sentence,
        numbers,
        method,
    )


def _plain(tier: Tier) -> dict[str, object]:
    record = {key: value for key, value in vars(tier).items() if key != "same_error"}
    if tier.same_error is not None:
        record["wrong_after_wrong"] = tier.same_error.share
        record["wrong_after_right"] = tier.same_error.rest_share
        record["p_dependent"] = tier.same_error.p
    found: dict[str, object] = rounded(record)
    return found
