"""What a reader of a comparison should know before trusting it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vendoreval.comparing.records import Candidate, Pair


def notes(candidates: Sequence[Candidate], pairs: Sequence[Pair]) -> list[str]:
    """What is missing of each vendor, and what makes a pair hard to compare."""
    found = [note for one in candidates for note in _of_vendor(one)]
    known = {one.vendor: one for one in candidates}
    found += [*_of_forms(candidates), *_of_sources(candidates), *_of_costs(candidates)]
    found += [note for pair in pairs for note in _of_pair(pair, known[pair.one], known[pair.two])]
    units = {one.vendor: one.cost.inputs["labels.units"] for one in candidates if one.cost}
    if len(set(units.values())) > 1:
        told = ", ".join(f"{n:,.0f} of {vendor}" for vendor, n in sorted(units.items()))
        found.append(
            f"Total costs are of different quantities of labels: {told}. Give labels.units in the cost file to "
            "compare totals."
        )
    if len({one.currency for one in candidates if one.currency}) > 1:
        found.append("The prices are in several currencies; costs of different currencies are not compared.")
    return found


def _of_forms(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Scores of different forms rest on different questions."""
    modes = {one.vendor: one.assessment.mode for one in candidates if one.assessment}
    if len(set(modes.values())) > 1:
        told = ", ".join(f"{vendor} on the {mode} form" for vendor, mode in sorted(modes.items()))
        yield f"Scores rest on different questions: {told}. Send all vendors the same form."


def _of_sources(candidates: Sequence[Candidate]) -> Iterator[str]:
    tried = sorted(one.vendor for one in candidates if one.source == "pilot")
    audited = sorted(one.vendor for one in candidates if one.source == "audit")
    if tried and audited:
        yield (
            f"The accuracy of {', '.join(tried)} is that of a pilot, of {', '.join(audited)} that of an audit: "
            "a pilot is work that the vendor knows to be watched."
        )


def _of_costs(candidates: Sequence[Candidate]) -> Iterator[str]:
    """Why quality cannot be set against cost."""
    known = [one for one in candidates if one.audited and one.cost]
    if len(known) < 2:
        yield (
            "Quality is not set against cost: accuracy, price and quantity together are known of "
            f"{'one vendor only' if known else 'no vendor'}. Prices come from contracts or from --costs FILE."
        )


def _of_vendor(one: Candidate) -> Iterator[str]:
    if one.assessment is None:
        what = "has not answered its form yet" if one.asked else "was sent no questionnaire"
        yield f"{one.vendor} {what}; its eligibility is not known."
    elif not one.assessment.ranked and one.assessment.status != "not eligible":
        yield f"{one.vendor} answered too little to be ranked by its answers."
    if one.audited is None:
        yield f"No audit and no pilot measured the accuracy of {one.vendor}."
    elif one.price and one.cost is None:
        yield (
            f"The cost of {one.vendor} is not known: --costs has to say how much will be bought "
            "(labels.units), in the currency of the price."
        )


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
