"""vendoreval cost: what a correct label really costs, and which accuracy is worth paying for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, percent, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.costs.choosing import CostStudy

MOST_SWINGS = 8


def add_to(app: typer.Typer) -> None:
    """Put the command on the front door."""
    app.command()(cost)


def cost(
    inputs: Annotated[Path | None, typer.Argument(help="The input file (TOML).")] = None,
    audit: Annotated[
        str, typer.Option(help="The audit to take accuracy, price and quantity from, or a pilot (no quantity).")
    ] = "",
    compare: Annotated[Path | None, typer.Option(help="The input file of another offer.")] = None,
    write_template: Annotated[
        bool, typer.Option("--write-template", help="Write an input file with every input explained, and stop.")
    ] = False,
    json: Json = False,
) -> None:
    """Compute what a correct label really costs, what drives it, and which accuracy is worth its price."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import costs

    if write_template:
        costs.write_template(inputs or Path("cost.toml"))
        return note(
            f"Wrote {inputs or 'cost.toml'}. next: fill it in, then: vendoreval cost {inputs or 'cost.toml'}"
        )
    if audit:
        made = costs.study_measured(workspaces.open_workspace(), audit, inputs, compare)
    elif inputs:
        made = costs.study_cost(inputs, compare)
    else:
        raise UsageError(
            "Nothing says what the offer is.",
            remedy="Name an input file (--write-template makes one) or an audit with --audit.",
        )
    return emit(made.to_json()) if json else _print(made)


def _print(made: CostStudy) -> None:
    _lines(made)
    _premium(made)
    one = made.one
    currency = one.inputs.currency
    say("", "Which accuracy is worth paying for")
    say("The highest price at which a correct label costs no more than it does here:")
    table(
        ["accuracy", f"price up to, {currency}"],
        [
            (percent(accuracy), _price(price) if price > 0 else "not worth any")
            for accuracy, price in made.worth
        ],
        right=("accuracy", f"price up to, {currency}"),
    )
    if made.best:
        end = " It is the end of the quotes; ask for a further one." if made.best.edge else ""
        say(
            f"By the quoted prices a correct label is cheapest at {percent(made.best.accuracy, 2)} for "
            f"{_price(made.best.price)}: {_price(made.best.per_correct)}.{end}"
        )
    _drivers(made)


def _lines(made: CostStudy) -> None:
    from vendoreval.costs.model import LINES

    offers = [made.one, *([made.two] if made.two else [])]
    heads = [f"{offer.inputs.name}, {offer.inputs.currency}" for offer in offers]
    rows: list[tuple[str, ...]] = [
        (words, *(f"{offer.lines[name]:,.0f}" for offer in offers))
        for name, words in LINES.items()
        if any(offer.lines[name] for offer in offers)
    ]
    rows.append(("total", *(f"{offer.total:,.0f}" for offer in offers)))
    table(["cost", *heads], rows, right=heads)
    found: list[tuple[str, ...]] = [
        ("accuracy", *(percent(o.inputs["labels.accuracy"], 2) for o in offers)),
        ("a correct label, by price alone", *(_price(o.per_listed) for o in offers)),
        ("a correct label, all costs", *(_price(o.per_correct) for o in offers)),
        ("an effective label, by price alone", *(_price(o.per_effective) for o in offers)),
        ("effective labels under random noise", *(f"{o.effective:,.0f}" for o in offers)),
        ("wrong labels delivered", *(f"{o.wrong_delivered:,.0f}" for o in offers)),
        ("wrong labels left in use", *(f"{o.wrong_in_use:,.0f}" for o in offers)),
        ("expected submissions of a delivery", *(f"{o.submissions:.2f}" for o in offers)),
    ]
    table(["result", *(offer.inputs.name for offer in offers)], found,
          right=[offer.inputs.name for offer in offers])  # fmt: skip


def _premium(made: CostStudy) -> None:
    if not made.premium:
        return
    p = made.premium
    say("", f"How much more a label of {p.better} may cost than one of {p.other}")
    facts(
        [
            ("if only labels cost something", _price(p.labels_only)),
            ("with all costs", _price(p.all_costs)),
            ("asked", _price(p.asked)),
        ]
    )
    worth_it = "is worth" if p.asked <= p.all_costs else "is not worth"
    say(f"{p.better} {worth_it} the premium that is asked.")


def _drivers(made: CostStudy) -> None:
    from vendoreval.costs.model import assumed

    currency = made.one.inputs.currency
    say("", f"What drives the cost of a correct label, now {currency} {_price(made.one.per_correct)}")
    table(
        ["input", "from", "to", "cost from", "to"],
        [
            (swing.name, f"{swing.low:,.6g}", f"{swing.high:,.6g}", _price(swing.at_low), _price(swing.at_high))
            for swing in made.swings[:MOST_SWINGS]
        ],
        right=("from", "to", "cost from"),
    )
    listed = [(offer.inputs, assumed(offer.inputs)) for offer in (made.one, made.two) if offer]
    for inputs, rows in listed:
        if rows:
            say("", f"Assumed for {inputs.name}, because nobody gave it")
            for name, value, source in rows:
                say(f"• {name} = {value:g}. Default {source}.")


def _price(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4f}"
