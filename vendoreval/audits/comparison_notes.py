"""What a reader of a comparison should know before trusting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vendoreval.audits.comparison_records import Candidate, Pair


def notes(candidates: Sequence[Candidate], pairs: Sequence[Pair]) -> list[str]:
    """What is missing of each vendor, and what makes a pair hard to compare."""
    found = [note for one in candidates for note in _of_vendor(one)]
    known = {one.vendor: one for one in candidates}
    found += [note for pair in pairs for note in _of_pair(pair, known[pair.one], known[pair.two])]
    if len({one.currency for one in candidates if one.currency}) > 1:
        found.append("The prices are in several currencies; costs of different currencies are not compared.")
    return found


def _of_vendor(one: Candidate) -> Iterator[str]:
    if one.assessment is None:
        yield f"{one.vendor} has answered no questionnaire; its eligibility is not known."
    elif not one.assessment.ranked and one.assessment.status != "not eligible":
        yield f"{one.vendor} answered too little to be ranked by its answers."
    if one.audited is None:
        yield f"No audit and no pilot measured the accuracy of {one.vendor}."
    elif one.price and one.cost is None:
        yield f"How much will be bought of {one.vendor} is not known; --costs with labels.units tells."


def _of_pair(pair: Pair, one: Candidate, two: Candidate) -> Iterator[str]:
    if pair.gold_differs:
        yield (
            f"Gold differs on {pair.gold_differs:,} common items of {pair.one} and {pair.two}; they are left "
            "out of the difference."
        )
    if pair.paired is None and pair.only_one and pair.only_two:
        yield (
            f"{pair.one} and {pair.two} were audited on no common gold item: their accuracies may differ "
            "because their items do."
        )
    if one.audited and two.audited and one.audited.answers != two.audited.answers:
        each, voted = (one, two) if one.audited.answers == "each" else (two, one)
        yield (
            f"Labels of {each.vendor} count each, those of {voted.vendor} as the majority of an item: compared "
            "is what each contract buys, not how well their people label."
        )
