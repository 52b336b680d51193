"""A comparison in plain sentences, the same in the terminal and in reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vendoreval.comparing.records import Comparison, Offer, Pair


def headline(found: Comparison) -> str:
    """One sentence: who is ahead, by what, and whether that is proven."""
    if not any(offer.choosable for offer in found.offers):
        return "No vendor may be chosen: each fails a knock-out that nobody has waived, or has not answered."
    measured = found.measured
    if not measured:
        if any(offer.accuracy is not None for offer in found.offers):
            return "No vendor that may be chosen has been measured yet."
        return "No vendor has been measured yet; the order goes by what is known of the answers."
    first = measured[0]
    proven = {(pair.one, pair.two) for pair in found.pairs if pair.better == first.vendor}
    others = measured[1:]
    beaten = [
        other.name
        for other in others
        if (first.vendor, other.vendor) in proven or (other.vendor, first.vendor) in proven
    ]
    accuracy = f"{100 * (first.accuracy or 0):.1f} %"
    if not others:
        return (
            f"{first.name} is right on {accuracy} of the measured units; no other eligible vendor was measured."
        )
    if len(beaten) == len(others):
        return f"{first.name} is the most accurate: {accuracy} right, proven better than every other."
    if beaten:
        return (
            f"{first.name} has the highest accuracy, {accuracy}; it is proven better than {_join(beaten)} only."
        )
    if first.accuracy == others[0].accuracy:
        return f"{first.name} and {others[0].name} have the highest accuracy, {accuracy}."
    return f"{first.name} has the highest accuracy, {accuracy}, but chance may explain its lead."


def pair_sentences(pair: Pair, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """What two vendors' audits and answers say about each other; `names` by vendor id."""
    one, two = ((names or {}).get(vendor, vendor) for vendor in (pair.one, pair.two))
    held = pair.paired
    if held is not None and pair.p_adjusted is not None:
        ahead, behind = (one, two) if held.difference >= 0 else (two, one)
        low, high = (held.low, held.high) if held.difference >= 0 else (-held.high, -held.low)
        same = f"On the same {held.items:,} gold items"
        within = f"({100 * low:.1f} to {100 * high:.1f}; p {_p(pair.p_adjusted)}, adjusted)"
        proof = f"{ahead} is proven better" if pair.better else "chance may explain it"
        gap = f"by {100 * abs(held.difference):.1f} points {within}"
        if held.difference:
            yield f"{same} {ahead} is right more often than {behind}, {gap}: {proof}."
        else:
            yield f"{same} {one} and {two} are right equally often {within}."
    if pair.lead is not None:
        ahead, behind = (one, two) if pair.lead >= 0.5 else (two, one)
        if pair.lead == 0.5:
            yield f"By their answers {one} and {two} lead in half of the section weightings each."
        else:
            share = _share(max(pair.lead, 1 - pair.lead))
            yield f"By their answers {ahead} leads {behind} in {share} of the section weightings."


def knocked_out(offer: Offer, name: str = "") -> Iterator[str]:
    """A sentence for every failed knock-out."""
    for what in offer.knock_outs:
        yield f"{name or offer.vendor}, knock-out {what}{'' if what.endswith('.') else '.'}"


def in_breach(found: Comparison, names: Mapping[str, str] | None = None) -> str:
    """Which vendors are in breach of their contracts, and by how much; `names` by vendor id."""
    judged = [offer for offer in found.offers if offer.clauses]
    if not judged:
        return "No audit has judged a clause of any of them."
    known = {offer.vendor: offer.vendor for offer in found.offers} | dict(names or {})
    told = [
        f"{known[offer.vendor]} ({offer.breached:,} of {sum(offer.clauses.values()):,} clauses)"
        for offer in judged
        if offer.breached
    ]
    unknown = [known[offer.vendor] for offer in found.offers if not offer.clauses]
    said = f"In breach: {_join(told)}." if told else "No vendor was found in breach."
    return said + (f" Not audited: {_join(unknown)}." if unknown else "")


def clause_sentence(offer: Offer, name: str = "") -> str:
    """How many clauses the vendor's audits found kept."""
    total = sum(offer.clauses.values())
    kept, breached = offer.clauses.get("kept", 0), offer.clauses.get("breached", 0)
    open_ = total - kept - breached
    tail = f", {open_:,} undecided" if open_ else ""
    who = name or offer.vendor
    judged = f"{total:,} clause{'' if total == 1 else 's'} judged in audits"
    return f"{who}: of {judged} {kept:,} kept, {breached:,} breached{tail}."


def _p(value: float) -> str:
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}"


def _share(share: float) -> str:
    """A share in per cent that says 0 and 100 only where they are exact."""
    if share == 1:
        return "100 %"
    return f"{min(100 * share, 99.9):.1f} %"


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
