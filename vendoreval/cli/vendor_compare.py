"""vendoreval vendor compare: two to six vendors side by side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, percent, say, table

if TYPE_CHECKING:
    from vendoreval.comparing.records import Comparison, Offer
    from vendoreval.workflow.vendors.comparisons import Compared

Vendors = Annotated[list[str], typer.Argument(help="The vendors' ids, two to six.")]
Audits = Annotated[
    list[str] | None,
    typer.Option("--audit", help="An audit to use. Default: each vendor's latest that measured accuracy."),
]
Costs = Annotated[
    Path | None,
    typer.Option(help="An input file of `vendoreval cost`; [vendor.ID] tables hold for one vendor."),
]
BankName = Annotated[str, typer.Option("--bank", help="The question bank: its id or a TOML file.")]
Weights = Annotated[str, typer.Option(help="Other section weights to look at, such as G=30,A=20,C=50.")]


def add_to(app: typer.Typer) -> None:
    """Put the command beside the other vendor commands."""
    app.command()(compare)


def compare(
    vendors: Vendors,
    audits: Audits = None,
    costs: Costs = None,
    weights: Weights = "",
    bank: BankName = "",
    json: Json = False,
) -> None:
    """Compare vendors: eligibility, answers, accuracy on the same gold, promises kept, price, cost."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import comparisons

    made = comparisons.compare(
        workspaces.open_workspace(), vendors, bank_name=bank, audits=audits or (), costs=costs, weights=weights
    )
    return emit(made.to_json()) if json else _print(made)


def _print(made: Compared) -> None:
    found = made.comparison
    table(
        ["vendor", "status", "accuracy", "interval", "answers, of 100"],
        [(o.vendor, _status(o), percent(o.accuracy), _interval(o), _score(o)) for o in found.offers],
        right=("accuracy", "answers, of 100"),
    )
    say(
        f"Intervals are of {percent(found.confidence)} each, so that all hold together with 95 %. Answers "
        "count as far as evidence supports them.",
        "",
    )
    if any(offer.price or offer.per_correct for offer in found.offers):
        table(
            ["vendor", "price", "all costs", "a correct label", ""],
            [
                (o.vendor, _price(o), _total(o), _cost(o), "unbeaten" if o.unbeaten else "")
                for o in found.offers
            ],
            right=("all costs", "a correct label"),
        )
        if any(offer.unbeaten for offer in found.offers):
            say("Unbeaten: no other eligible offer is at least as accurate and as cheap.", "")
    for sentence in _sentences(found):
        say(sentence)
    if any(offer.sections for offer in found.offers):
        _sections(made)
    if made.earlier:
        state = f"stale: {', '.join(made.earlier.changed)} changed" if made.earlier.stale else "still current"
        say("", f"The comparison reported on {made.earlier.made_at.date()} is {state}.")


def _sentences(found: Comparison) -> Iterator[str]:
    from vendoreval.comparing.words import clause_sentence, in_breach, knocked_out, pair_sentences

    yield in_breach(found)
    for pair in found.pairs:
        yield from pair_sentences(pair)
    for offer in found.offers:
        yield from knocked_out(offer)
        if offer.clauses:
            yield clause_sentence(offer)
    for note in found.notes:
        yield f"Note: {note}"


def _sections(made: Compared) -> None:
    found = made.comparison
    say("", "Scores by section, shown by evidence, in per cent")
    rows: list[tuple[str, ...]] = [
        (f"{section.id} {section.title}", str(section.weight), *(_points(o, section.id) for o in found.offers))
        for section in made.bank.sections
    ]
    rows.append(("all", "100", *(_score(offer) for offer in found.offers)))
    if found.weights:
        shown = ",".join(f"{name}={weight}" for name, weight in found.weights.items())
        rows.append(
            (f"with {shown}", "", *("–" if o.reweighed is None else f"{o.reweighed:.0f}" for o in found.offers))
        )
    names = [offer.vendor for offer in found.offers]
    table(["section", "weight", *names], rows, right=("weight", *names))


def _status(offer: Offer) -> str:
    return f"{offer.status}, not ranked" if offer.unranked else offer.status


def _points(offer: Offer, section: str) -> str:
    value = offer.sections.get(section)
    return "–" if value is None else f"{value:.0f}"


def _score(offer: Offer) -> str:
    return "–" if offer.evidenced is None else f"{offer.evidenced:.0f}"


def _interval(offer: Offer) -> str | None:
    if offer.low is None or offer.high is None:
        return None
    return f"{100 * offer.low:.1f}–{100 * offer.high:.1f} %"


def _price(offer: Offer) -> str | None:
    return f"{offer.currency} {offer.price}" if offer.price else None


def _total(offer: Offer) -> str | None:
    return None if offer.total is None else f"{offer.total:,.0f}"


def _cost(offer: Offer) -> str | None:
    return None if offer.per_correct is None else f"{offer.per_correct:,.4f}"
