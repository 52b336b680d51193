"""vendoreval annotators: show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.output import Json, emit, facts, note, percent, say, table

app = typer.Typer(no_args_is_help=True)
_SHOWN = 30  # people beyond these are in --json


@app.callback()
def _noun() -> None:
    """Keeps `show` a word of its own while it is the only command."""


@app.command()
def show(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    gold: Annotated[str, typer.Option(help="A gold set; without one, quality is estimated by a model.")] = "",
    consensus: Annotated[
        Path | None, typer.Option(help="Write the likeliest label of each item to this CSV file.")
    ] = None,
    method: Annotated[
        str, typer.Option(help="Of the consensus: dawid-skene, one-coin or majority.")
    ] = "dawid-skene",
    json: Json = False,
) -> None:
    """Show each annotator's quality, and signs of copying, straight-lining and haste."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import annotators

    record = annotators.annotators(
        workspaces.open_workspace(), delivery, gold_id=gold, method=method, consensus=consensus
    )
    if consensus is not None:
        note(f"Wrote {consensus}.")
    if json:
        emit(record)
    else:
        _print(record)


def _print(record: dict[str, Any]) -> None:
    people, unit = record["annotators"], record.get("unit", "label")
    rows = "labels" if unit == "label" else f"{unit}s"
    facts(
        [
            ("delivery", f"{record['delivery']}: {record['labels']:,} {rows} on {record['items']:,} items"),
            ("annotators", len(people)),
            ("gold", f"{record['gold']}: {record['gold_labels']:,} {unit}s" if record["gold"] else "none"),
        ]
    )
    by_gold, given = bool(record["gold_labels"]), "labels" if unit == "label" else "answers"
    kind = "gold" if by_gold else "estimated"
    shown = [one for one in people if one["flags"]] + [one for one in people if not one["flags"]]
    if not by_gold and all(one["estimated_accuracy"] is None for one in people):
        shown = [one for one in shown if one["flags"]]  # nothing is known of the others
    if shown:
        table(
            ["rank", "annotator", given, "right" if by_gold else "estimate", "95 % interval", "model", "signs"]
            if by_gold
            else ["rank", "annotator", given, "estimate", "95 % interval", "signs"],
            [
                (
                    one["rank"],
                    one["annotator"],
                    one["labels"],
                    percent(one[f"{kind}_accuracy"]),
                    _interval(one, kind),
                    *([percent(one["estimated_accuracy"])] if by_gold else []),
                    "; ".join(one["flags"]),
                )
                for one in shown[:_SHOWN]
            ],
            right=("rank", given, "right", "estimate", "model"),
        )
        if len(shown) > _SHOWN:
            say(f"… and {len(shown) - _SHOWN:,} more; --json prints them.")
        say(f"Those with a sign come first. The rank draws annotators with few {given} towards the others.")
    for sentence in record["sentences"]:
        say(sentence)


def _interval(one: dict[str, Any], kind: str) -> str:
    if one[f"{kind}_low"] is None:
        return "–"
    return f"{100 * one[f'{kind}_low']:.0f}–{100 * one[f'{kind}_high']:.0f} %"
