"""Copying and leakage: answers that were not given independently, and gold that was known."""

from __future__ import annotations

import numpy as np

from vendoreval.audits.patterns.signs import (
    LEAST_GAP,
    LEAST_RATIO,
    MOST_CLASSES,
    TOO_MANY_CLASSES,
    Labels,
    Looked,
    Sign,
    plain_p,
    rounded,
)
from vendoreval.inference.copying import Copies, SameErrors, copied_pairs, same_errors
from vendoreval.inference.copying_in_turn import Copiers, copiers
from vendoreval.inference.leakage import known_gold
from vendoreval.inference.reviews import Tier, review_tiers
from vendoreval.numerals import of

DO_COPYING = (
    "Count copied labels once, not as several opinions, and refuse to pay for them as such. Ask the vendor how "
    "the labels came about, hide other people’s answers from annotators and reviewers, and have a fresh "
    "sample labelled independently."
)
DO_LEAKAGE = (
    "Judge the vendor by the fresh items only, take the known ones out of use, and do not reveal gold "
    "before it is retired. Ask who saw it."
)

FEWEST_REACHED = 5
MOST_PEOPLE = 3_000  # pairs grow with the square
MOST_NAMED = 10


def copying(labels: Labels) -> Looked:
    """Errors that people share, and reviewers who pass on what they got.

    Where answers are any number of units, `labels` are whole answers (patterns.whole_answers).
    """
    if len(labels.expected.values) > MOST_CLASSES:
        return Looked("copying", DO_COPYING, (), (TOO_MANY_CLASSES,))
    signs, untested = [], []
    further: dict[str, object] = {}
    columns = (labels.item.codes, labels.annotator.codes, labels.delivered.codes, labels.expected.codes)
    together = same_errors(*columns) if labels.named else None
    if together is None:
        untested.append("The labels name no annotators.")
    elif not together.wrong:
        untested.append("No item that two people labelled has an error.")
    else:
        numbers = {
            "n": together.wrong, "errors": together.same, "estimate": together.same / together.wrong,
            **({} if labels.by_unit else {"expected": together.expected}),
            "items": together.items, "labels": together.labels,
        }  # fmt: skip
        method = (
            "at most 5 % of the items mislead everybody, else 10 % depart from an error; exact binomial bound"
        )
        seen = _seen_whole(together) if labels.by_unit else together.seen
        signs.append(Sign("everybody makes the same error", together.p, True, seen, numbers, method))
        if len(labels.annotator.values) <= MOST_PEOPLE:
            signs.append(_pairs(labels, copied_pairs(*columns)))
        if not labels.by_unit:
            signs.append(_in_turn(labels, copiers(*columns)))
    if labels.by_unit:
        untested.append("Answers taken in turn and review stages are looked at for single labels only.")
        return Looked("copying", DO_COPYING, tuple(signs), tuple(untested))
    tiers = _tiers(labels)
    stamps = [tier for tier in tiers if tier.reached >= FEWEST_REACHED]
    if stamps:
        signs.append(_stamp(stamps))
    else:
        untested.append("The labels do not carry review stages in which errors could be found.")
    if tiers:
        further["review_tiers"] = [_plain(tier) for tier in tiers]
    return Looked("copying", DO_COPYING, tuple(signs), tuple(untested), further)


def _seen_whole(found: SameErrors) -> str:
    return (
        f"On {found.same:,} of the {found.wrong:,} items with an error that several people answered, all gave "
        "one and the same wrong answer, to the last digit."
    )


def _pairs(labels: Labels, found: Copies) -> Sign:
    """Pairs of people who share errors (Holm over pairs, so that no p-value stands for those not found)."""
    name = labels.annotator.values
    p = min((pair.q for pair in found.pairs), default=1.0)
    numbers: dict[str, object] = {
        "n": sum(pair.wrong for pair in found.pairs),
        "errors": sum(pair.same for pair in found.pairs),
        "pairs_tested": found.tested,
        "pairs": [
            {
                "annotators": [name[pair.first], name[pair.second]], "items": pair.items, "wrong": pair.wrong,
                "same": pair.same, "allowed": pair.allowed, "p": plain_p(pair.q),
            }
            for pair in found.pairs[:MOST_NAMED]
        ],
        "groups": [[name[code] for code in group] for group in found.groups[:MOST_NAMED]],
    }  # fmt: skip
    method = "shared errors above half copied answers and what others share, binomial bound; Holm over pairs"
    if not found.pairs:
        sentence = f"No one of {found.tested:,} pairs of people surely shares its errors."
    else:
        first = found.pairs[0]
        sentence = (
            f"{len(found.pairs):,} of {found.tested:,} pairs of people share their errors; "
            f"{first.seen(name[first.first], name[first.second])}."
        )
    return Sign("pairs who share errors", p, bool(found.pairs), sentence, numbers, method)


def _in_turn(labels: Labels, found: Copiers) -> Sign:
    """People who take answers now from this one, now from that one (Holm over people)."""
    name = labels.annotator.values
    p = min((one.q for one in found.found), default=1.0)
    numbers: dict[str, object] = {
        "n": sum(one.errors for one in found.found),
        "errors": sum(one.shared for one in found.found),
        "people_tested": found.tested,
        "people": [
            {
                "annotator": name[one.code], "lone": one.lone, "followed": one.followed, "allowed": one.allowed,
                "errors": one.errors, "shared": one.shared, "allowed_shared": one.allowed_shared,
                "p": plain_p(one.q),
            }
            for one in found.found[:MOST_NAMED]
        ],
    }  # fmt: skip
    method = "follows lone errors of others, and never errs alone: more than half copied; the larger p, Holm"
    if not found.found:
        sentence = f"No one of {found.tested:,} people surely takes answers from others in turn."
    else:
        first = found.found[0]
        sentence = (
            f"{len(found.found):,} of {found.tested:,} people make other people’s errors: "
            f"{first.seen(name[first.code])}."
        )
    return Sign("answers taken in turn", p, bool(found.found), sentence, numbers, method)


def leakage(labels: Labels, known_items: frozenset[str]) -> Looked:
    """Gold that the vendor could know against gold that was fresh, within the classes."""
    met = np.asarray([item in known_items for item in labels.item.values], dtype=np.bool_)
    known = met[labels.item.codes]
    found = known_gold(labels.wrong, known, labels.item.codes, labels.expected.codes)
    if found is None:
        why = (
            "All gold items are fresh to the vendor, so that none could be recognised."
            if not known.any()
            else "The vendor could know every gold item here: none is fresh, to hold the others against."
        )
        return Looked("leakage", DO_LEAKAGE, (), (why,))
    errors, fresh_errors = found.known_n - found.known_right, found.blind_n - found.blind_right
    numbers = {
        "n": found.blind_n, "errors": fresh_errors, "estimate": fresh_errors / found.blind_n,
        "rest_n": found.known_n, "rest_errors": errors, "rest_estimate": errors / found.known_n,
        "difference": found.difference, "low": found.low, "high": found.high,
    }  # fmt: skip
    better = (
        found.difference >= LEAST_GAP and fresh_errors * found.known_n >= LEAST_RATIO * errors * found.blind_n
    )
    method = "exact test within classes, and cluster-robust by item, the larger p; Newcombe interval"
    return Looked(
        "leakage", DO_LEAKAGE, (Sign("known gold", found.p, better, found.seen(labels.word), numbers, method),)
    )


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
