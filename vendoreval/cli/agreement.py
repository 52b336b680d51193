"""vendoreval agreement: show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from vendoreval.cli.output import Json, emit, facts, percent, say, table
from vendoreval.errors import UsageError

app = typer.Typer(no_args_is_help=True)

NAMES = {
    "alpha": "Krippendorff's alpha",
    "kappa": "Fleiss' kappa",
    "ac1": "Gwet's AC1",
    "brennan_prediger": "Brennan-Prediger",
    "weighted_kappa": "Weighted kappa",
    "ac2": "Gwet's AC2",
    "percent_agreement": "equal",
}
_SHOWN = 30  # groups beyond these are in --json


@app.callback()
def _noun() -> None:
    """Keeps `show` a word of its own while it is the only command."""


@app.command()
def show(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")] = "",
    vendor: Annotated[str, typer.Option(help="Show the trend over all deliveries of this vendor.")] = "",
    by: Annotated[str, typer.Option(help="Groups: class, day, guideline_version, annotator or point.")] = "",
    scale: Annotated[
        str, typer.Option(help="nominal, ordinal, interval or ratio. Default: by the contract's task.")
    ] = "",
    resamples: Annotated[int, typer.Option(min=0, help="Draws for the intervals; 0 for formulas.")] = 2000,
    json: Json = False,
) -> None:
    """Show how far the annotators of a delivery agree, or how it went from delivery to delivery."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import agreement

    if bool(delivery) == bool(vendor):
        raise UsageError("Agreement of what?", remedy="Name a delivery, or a vendor with --vendor.")
    if vendor and by:
        raise UsageError("A trend has no groups.", remedy="Leave --by out, or name a delivery.")
    workspace = workspaces.open_workspace()
    if vendor:
        trend = agreement.agreement_trend(workspace, vendor, scale=scale)
        return emit(trend) if json else _print_trend(trend)
    record = agreement.agreement(workspace, delivery, by=by, scale=scale, resamples=resamples)
    return emit(record) if json else _print(record)


def _print(record: dict[str, Any]) -> None:
    unordered = record["scale"] in ("nominal", "distance")
    facts(
        [
            (
                "delivery",
                f"{record['delivery']}: {record['labels']:,} {record['unit']}s by "
                f"{record['annotators']:,} people",
            ),
            (
                "compared",
                f"{record['compared_labels']:,} {_given(record)} on {record['compared_items']:,} items",
            ),
            *([] if "distance" in record else [("scale", record["scale"])]),  # sentences say the distance
        ]
    )
    table(
        ["coefficient", "value", "95 % interval"],
        [
            (
                f"equal {_given(record)}"
                if key == "percent_agreement"
                else name
                if unordered or key in ("alpha", "percent_agreement")
                else f"{name}, {record['weights']}"
                if key in ("weighted_kappa", "ac2")
                else f"{name}, unordered",
                percent(figures["estimate"]) if share else _number(figures["estimate"]),
                _interval(figures, share),
            )
            for key, name in NAMES.items()
            if key in record
            for figures, share in ((record[key], key == "percent_agreement"),)
            if figures["estimate"] is not None
            or (record["alpha"]["estimate"] is None and "distance" not in record)
        ],
        right=("value",),
    )
    for sentence in record["sentences"]:
        say(sentence)
    if record.get("by") == "annotator":
        _print_people(record)
    elif record.get("by") == "point":
        _print_points(record)
    elif "groups" in record:
        _print_groups(record)


def _given(record: dict[str, Any]) -> str:
    return "answers" if "distance" in record else "labels"


def _print_groups(record: dict[str, Any]) -> None:
    groups = record["groups"]
    equal = "others agree" if record["by"] == "class" and "distance" not in record else "equal"
    table(
        [record["by"].replace("_", " "), _given(record), equal, "alpha", "95 % interval"],
        [
            (
                g["group"],
                g["labels"],
                percent(g["share_equal"]),
                _number(g["alpha"]["estimate"]),
                _interval(g["alpha"]),
            )
            for g in groups[:_SHOWN]
        ],
        right=(_given(record), equal, "alpha"),
    )
    _more(len(groups))


def _print_points(record: dict[str, Any]) -> None:
    """Distances in pixels of the points that two people set."""
    listed = [{"group": "all", **record["points"]}, *record["by_item"]]
    shown = [one for one in listed if one["n"]]
    table(
        ["pixels apart", "points", "median", "mean", "95 % within", "largest"],
        [
            (one["group"], one["n"], *(f"{one[name]:.1f}" for name in ("median", "mean", "p95", "max")))
            for one in shown[: _SHOWN + 1]
        ],
        right=("points", "median", "mean", "95 % within", "largest"),
    )
    _more(len(shown) - 1)
    if "within" in record["points"]:
        say(f"{percent(record['points']['within'])} of them lie no further apart than the contract allows.")


def _print_people(record: dict[str, Any]) -> None:
    people = sorted(record["groups"], key=lambda g: (g["share"] is None, g["high"] or 0, g["group"]))
    table(
        ["annotator", _given(record), "compared", "equal", "95 % interval", "kappa", "same again"],
        [
            (g["group"], g["labels"], g["comparisons"], percent(g["share"]), _interval(g, True),
             _number(g["kappa"]), percent(g["again"]))
            for g in people[:_SHOWN]
        ],
        right=(_given(record), "compared", "equal", "kappa", "same again"),
    )  # fmt: skip
    _more(len(people))
    say("Those who agree least come first, by the upper end of the interval.")
    known = [pair for pair in record["pairs"] if pair["kappa"] is not None]
    if record["pairs"] and "near" in record["pairs"][0]:
        say("Equal is 1 - the mean distance from the others. --json lists every pair.")
    elif known:
        mean = sum(p["kappa"] * p["items"] for p in known) / sum(p["items"] for p in known)
        say(
            f"{len(record['pairs']):,} pairs of annotators share an item; the mean of their Cohen's kappas, "
            f"weighted by shared items, is {mean:.3f}. --json lists every pair."
        )


def _print_trend(record: dict[str, Any]) -> None:
    table(
        ["delivery", "contract", "received", "items", "alpha", "95 % interval"],
        [
            (d["delivery"], d["contract"], d["received"], d["items"], _number(d["alpha"]["estimate"]),
             _interval(d["alpha"]))
            for d in record["deliveries"]
        ],
        right=("items", "alpha"),
    )  # fmt: skip
    for change in record["changes"]:
        say(f"{change['contract']}: {change['sentence']}")
    if not record["deliveries"]:
        say("This vendor has no delivery yet.")


def _more(found: int) -> None:
    if found > _SHOWN:
        say(f"… and {found - _SHOWN:,} more; --json prints them.")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(figures: dict[str, Any], share: bool = False) -> str:
    if figures["low"] is None or figures["high"] is None:
        return "–"
    if share:
        return f"{percent(figures['low'])} to {percent(figures['high'])}"
    return f"{figures['low']:.3f} to {figures['high']:.3f}"
