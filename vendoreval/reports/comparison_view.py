"""The comparison of two to six vendors: who may be chosen, who is better, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vendoreval.comparing.records import Comparison, Offer, Pair
from vendoreval.comparing.words import (
    clause_sentence,
    headline,
    in_breach,
    knocked_out,
    pair_sentences,
)
from vendoreval.costs.choosing import BreakEven, Swing, break_even
from vendoreval.costs.model import LINES, Cost, assumed
from vendoreval.evidence.canonical import canonical
from vendoreval.reports import parts
from vendoreval.reports.charts.dots import DotRow, Dots
from vendoreval.reports.charts.forest import Forest, ForestRow
from vendoreval.reports.charts.tradeoffs import Pareto, ParetoPoint, Tornado, TornadoBar
from vendoreval.reports.comparison_parts import comparison_answers, pilot_grid, promise_grid
from vendoreval.reports.facts import Facts
from vendoreval.reports.parts import Plain
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.wording import NBSP, count, joined, percent

STATUS = {
    "eligible": ("kept", "Eligible"),
    "waived": ("inconclusive", "Waived"),
    "not answered": ("not_run", "Not answered yet"),
    "not asked": ("not_run", "Not asked"),
    "not eligible": ("breached", "Not eligible"),
}
SYMBOLS = {"kept": "✓", "breached": "✕", "inconclusive": "?", "not_run": "–"}
MOST_SWINGS = 8
MOST_TORNADOES = 2
METHOD = (
    "Eligibility comes first: a vendor that fails a knock-out which nobody has waived stands last, whatever "
    "its figures. Then the order goes by measured accuracy, then by the score that evidence supports.",
    "Every figure of a vendor comes from that vendor alone, on a fixed scale. Adding or removing a vendor "
    "never reorders the others.",
    "Two vendors are compared on the gold items that both were measured on, item by item: by McNemar’s exact "
    "test where each item has one answer, else by the difference of the two ratios with Student’s t over "
    "items.",
    "All intervals of accuracy hold together with 95 % (Bonferroni), and so do those of the differences; "
    "p-values are adjusted for the number of pairs (Holm). A vendor is called better when its adjusted p is at "
    "most 0.05.",
    "The price is no part of the quality score. Quality and the cost of a correct label stand side by side; "
    "an offer is unbeaten when no other eligible one is at least as accurate and as cheap.",
    "How firm the order by answers is: each section weight moves on its own between half and one and a half "
    "times itself, and the share of such weightings in which a vendor leads is computed exactly.",
)


def comparison_view(
    found: Comparison,
    costs: Mapping[str, Cost],
    swings: Mapping[str, Sequence[Swing]],
    sections: Sequence[tuple[str, str, int]],
    facts: Facts,
) -> Report:
    """The comparison's report; pure. `sections` are (id, title, weight) of the questionnaire in order."""
    data = canonical({**found.to_json(), "costs": {name: cost.to_json() for name, cost in costs.items()}})
    files = (Attached("comparison.json", data, "The comparison, machine-readable", "Source"),)
    names = {offer.vendor: offer.name for offer in found.offers}
    view = {
        "schema": "vendoreval/comparison_report/1",
        **parts.head(_title(list(names.values())), "Vendor comparison", "Comparison", facts),
        "verdict": None,
        "headline": f"{headline(found)} {in_breach(found, names)}",
        "figures": _figures(found),
        "answers": comparison_answers(found, names, costs),
        "offers": [_offer(offer) for offer in found.offers],
        "knock_outs": [sentence for offer in found.offers for sentence in knocked_out(offer, offer.name)],
        "accuracy": _accuracy(found.offers),
        "pairs": _pairs(found, names),
        "pilots": pilot_grid(found.offers),
        "promises": promise_grid(found.offers),
        "clauses": [clause_sentence(offer, offer.name) for offer in found.offers if offer.clauses],
        "pareto": _pareto(found.offers),
        "costs": _costs(found, costs),
        "tornadoes": _tornadoes(found.offers, costs, swings),
        "sections": _sections(found, sections),
        "method": list(METHOD),
        "notes": list(found.notes),
        "basis": _basis(found),
        "integrity": parts.integrity(facts, files),
    }
    return Report("comparison", facts.printed, view, files)


def _title(names: Sequence[str]) -> str:
    return joined(names) if len(names) <= 3 else f"{len(names)} vendors: {joined(names)}"


def _pairs(found: Comparison, names: Mapping[str, str]) -> Plain:
    """Sentences for two vendors, a table for more."""
    if len(found.offers) == 2:
        return {"sentences": list(pair_sentences(found.pairs[0], names)), "rows": []}
    return {"sentences": [], "rows": [_pair(pair, names) for pair in found.pairs]}


def _pair(pair: Pair, names: Mapping[str, str]) -> Plain:
    held, one, two = pair.paired, names[pair.one], names[pair.two]
    leads = "–" if pair.lead is None else f"{one if pair.lead >= 0.5 else two}, {_part(pair.lead)}"
    if held is None:
        return {"ahead": one, "behind": two, "common": "–", "gap": "–", "interval": "–", "p": "–",
                "proven": "–", "lead": leads}  # fmt: skip
    ahead, behind, sign = (one, two, 1) if held.difference >= 0 else (two, one, -1)
    ends = sorted((100 * sign * held.low, 100 * sign * held.high))
    p = pair.p_adjusted or 0.0
    return {
        "ahead": ahead,
        "behind": behind,
        "common": f"{held.items:,}",
        "gap": f"{100 * abs(held.difference):.1f}",
        "interval": f"{ends[0]:.1f} to {ends[1]:.1f}",
        "p": "< 0.0001" if p < 0.0001 else f"{p:.4f}",
        "proven": "yes" if pair.better else "no",
        "lead": leads,
    }


def _part(lead: float) -> str:
    share = max(lead, 1 - lead)
    return "half" if share == 0.5 else f"{min(100 * share, 99.9) if share < 1 else 100:.0f}{NBSP}%"


def _figures(found: Comparison) -> list[Plain]:
    able = [offer for offer in found.offers if offer.choosable]
    measured = found.measured
    figures: list[Plain] = []
    if measured:
        first = measured[0]
        figures.append({"label": "Highest accuracy", "value": percent(first.accuracy or 0), "note": first.name})
    if len(measured) > 1:
        gap = 100 * ((measured[0].accuracy or 0) - (measured[1].accuracy or 0))
        figures.append(
            {"label": "Lead over the next", "value": f"{gap:.1f}{NBSP}points", "note": measured[1].name}
        )
    priced = sorted((offer.per_correct, offer.vendor, offer) for offer in able if offer.per_correct is not None)
    if priced and len({offer.currency for _, _, offer in priced}) == 1:
        cheapest = priced[0][2]
        value = f"{cheapest.currency}{NBSP}{cheapest.per_correct:,.4f}"
        figures.append({"label": "Cheapest correct label", "value": value, "note": cheapest.name})
    return figures


def _offer(offer: Offer) -> Plain:
    key, word = STATUS[offer.status]
    if offer.unranked:
        key, word = "not_run", f"{word}, not ranked"
    held = [f"{count(offer.breached, 'breach', 'breaches')}"] if offer.breached else []
    held += [f"{count(offer.missed, 'promise')} missed"] if offer.missed else []
    if held:  # no green word above a breach or a missed promise
        key, word = "inconclusive" if key == "kept" else key, f"{word}; {', '.join(held)}"
    return {
        "name": offer.name,
        "vendor": offer.vendor,
        "status": {"key": key, "word": word, "symbol": SYMBOLS[key]},
        "accuracy": "–" if offer.accuracy is None else percent(offer.accuracy),
        "interval": _interval(offer),
        "sample": f"{offer.n:,}" if offer.n else "–",
        "claimed": _points(offer.claimed),
        "evidenced": _points(offer.evidenced),
        "price": f"{offer.currency}{NBSP}{offer.price}" if offer.price else "–",
        "per_correct": _money(offer.per_correct),
        "unbeaten": offer.unbeaten,
    }


def _interval(offer: Offer) -> str:
    if offer.low is None or offer.high is None:
        return "–"
    return f"{percent(offer.low)} to {percent(offer.high)}"


def _accuracy(offers: Sequence[Offer]) -> Forest | Dots | None:
    rows = [
        (offer, offer.accuracy, offer.low, offer.high)
        for offer in offers
        if offer.accuracy is not None and offer.low is not None and offer.high is not None
    ]
    if not rows:
        return None
    title = "Share of right units on gold, with intervals that hold together"
    if all(offer.promised for offer, *_ in rows):
        return Forest(
            title,
            tuple(
                ForestRow(o.name, accuracy, low, high, float(o.promised or 0),
                          f"{percent(accuracy)}  ({_interval(o)})")
                for o, accuracy, low, high in rows
            ),
        )  # fmt: skip
    best = max(accuracy for _, accuracy, _, _ in rows)
    lines = tuple(
        DotRow(o.name, accuracy, low, high, f"{percent(accuracy)}  ({_interval(o)})")
        for o, accuracy, low, high in rows
    )
    return Dots(title, lines, best, f"highest: {percent(best)}")


def _pareto(offers: Sequence[Offer]) -> Pareto | None:
    known = [
        ParetoPoint(offer.name, offer.per_correct, offer.accuracy)
        for offer in offers
        if offer.per_correct is not None and offer.accuracy is not None and offer.choosable
    ]
    currencies = {offer.currency for offer in offers if offer.per_correct is not None}
    if len(known) < 2 or len(currencies) > 1:
        return None
    return Pareto("Quality against the cost of a correct label", currencies.pop(), tuple(known))


def _costs(found: Comparison, costs: Mapping[str, Cost]) -> Plain | None:
    offers = [offer for offer in found.offers if offer.vendor in costs]
    if not offers:
        return None
    made = [costs[offer.vendor] for offer in offers]
    rows = [
        {"name": words.capitalize(), "cells": [f"{cost.lines[name]:,.0f}" for cost in made], "total": False}
        for name, words in LINES.items()
        if any(cost.lines[name] for cost in made)
    ]
    rows += [
        {"name": "Total", "cells": [f"{cost.total:,.0f}" for cost in made], "total": True},
        {"name": "A correct label", "cells": [_money(cost.per_correct) for cost in made], "total": True},
    ]
    listed: dict[tuple[str, str], set[str]] = {}
    for cost in made:
        for name, value, source in assumed(cost.inputs):
            listed.setdefault((name, source), set()).add(f"{value:g}")
    return {
        "heads": [f"{offer.name}, {offer.currency}" for offer in offers],
        "rows": rows,
        "premium": _premiums(offers, costs),
        "assumed": [
            f"{name} = {' or '.join(sorted(values))}: default {source}."
            for (name, source), values in sorted(listed.items())
        ],
    }


def _premiums(offers: Sequence[Offer], costs: Mapping[str, Cost]) -> list[str]:
    """What the most accurate offer may cost more than each other one."""
    sentences = []
    best = max(offers, key=lambda offer: (costs[offer.vendor].inputs["labels.accuracy"], offer.vendor))
    for other in offers:
        if other is best or other.currency != best.currency:
            continue
        premium = break_even(costs[best.vendor].inputs, costs[other.vendor].inputs)
        ahead, behind = (best, other) if premium.better == best.vendor else (other, best)
        sentences.append(_premium(premium, ahead, behind))
    return sentences


def _premium(premium: BreakEven, best: Offer, other: Offer) -> str:
    currency = f"{best.currency}{NBSP}"
    difference = f"{currency}{_money(abs(premium.asked))} {'less' if premium.asked < 0 else 'more'}"
    if not premium.asked:
        difference = "the same"
    if premium.all_costs < 0:
        return (
            f"A label of {best.name} would have to cost {currency}{_money(-premium.all_costs)} less than "
            f"one of {other.name} for the same total; it costs {difference}."
        )
    return (
        f"A label of {best.name} may cost {currency}{_money(premium.all_costs)} more than one of {other.name} "
        f"before the total is higher ({currency}{_money(premium.labels_only)} if only labels cost something); "
        f"it costs {difference}."
    )


def _tornadoes(
    offers: Sequence[Offer], costs: Mapping[str, Cost], swings: Mapping[str, Sequence[Swing]]
) -> list[Plain]:
    """For the first two offers that nobody beats; the reader decides among these."""
    shown = [o for o in offers if o.vendor in costs and o.unbeaten and swings.get(o.vendor)]
    return [
        {"name": offer.name, "chart": _tornado(offer, costs[offer.vendor], swings[offer.vendor])}
        for offer in shown[:MOST_TORNADOES]
    ]


def _tornado(offer: Offer, cost: Cost, swings: Sequence[Swing]) -> Tornado:
    bars = tuple(
        TornadoBar(
            swing.name.replace(".", ": ").replace("_", " "), swing.at_low, swing.at_high,
            f"{_money(swing.at_low)} to {_money(swing.at_high)}",
        )
        for swing in swings[:MOST_SWINGS]
    )  # fmt: skip
    return Tornado(f"The cost of a correct label of {offer.name}, {offer.currency}", cost.per_correct, bars)


def _sections(found: Comparison, sections: Sequence[tuple[str, str, int]]) -> Plain | None:
    told = [offer for offer in found.offers if offer.sections]
    if not told:
        return None
    rows = [
        {
            "name": f"{name}  {title}",
            "weight": f"{weight}",
            "cells": [_points(offer.sections.get(name)) for offer in told],
            "total": False,
        }
        for name, title, weight in sections
    ]
    rows.append({"name": "All, by evidence", "weight": "100",
                 "cells": [_points(offer.evidenced) for offer in told], "total": True})  # fmt: skip
    rows.append({"name": "All, as claimed", "weight": "100",
                 "cells": [_points(offer.claimed) for offer in told], "total": True})  # fmt: skip
    if found.weights:
        shown = ", ".join(f"{name} {weight}" for name, weight in found.weights.items())
        rows.append({"name": f"With other weights: {shown}", "weight": "",
                     "cells": [_points(offer.reweighed) for offer in told], "total": True})  # fmt: skip
    return {"heads": [offer.name for offer in told], "rows": rows}


def _basis(found: Comparison) -> list[Plain]:
    words = {
        "answers": "assessment", "audit": "audit result", "pilot": "pilot result", "contract": "contract",
        "costs": "cost inputs", "promises": "promises",
    }  # fmt: skip
    return [
        {"what": f"{vendor}: {words[part]}", "sha256": sha}
        for vendor, held in found.basis.items()
        for part, sha in held.items()
    ]


def _points(score: float | None) -> str:
    return "–" if score is None else f"{score:.0f}"


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}"
