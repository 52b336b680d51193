"""vendoreval gold: reveal, amend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.output import Json, counted, emit, note, say, table, verdict
from vendoreval.cli.reading import Images, Read, VocBase, reading_options

GoldId = Annotated[str, typer.Argument(help="The gold set's id.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    app.command()(reveal)
    app.command()(amend)


def reveal(
    gold: GoldId,
    item: Annotated[list[str], typer.Option(help="An item whose answer is shown; repeat it.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write what is revealed. Default: reveal-GOLD.json.")
    ] = None,
    to: Annotated[str, typer.Option(help="The vendor who gets it. Default: that of the gold's contract.")] = "",
    json: Json = False,
) -> None:
    """Show single gold answers, each with the proof that it was committed to; the others stay secret."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold.reveals import reveal_gold

    out = out or Path(f"reveal-{gold}.json")
    record = reveal_gold(workspaces.open_workspace(), gold, item, out, to=to)
    if json:
        emit(record)
    else:
        say(f"Wrote {counted(len(record['items']), 'gold item')} with the proof to {out}.")
        if record["amendments"]:
            say(f"It shows {counted(len(record['amendments']), 'amendment')} of their answers beside.")
        say(f"{record['to']} checks it with: vendoreval evidence verify {out} --receipt RECEIPT")
    note(f"note: {record['to']} knows these answers from now on: its reworks are not judged by them.")


def amend(
    gold: GoldId,
    item: Annotated[str, typer.Option(help="The item whose answer was wrong. Default: that of --line.")] = "",
    answer: Annotated[str, typer.Option(help="The right answer, where answers are classes.")] = "",
    also: Annotated[
        list[str] | None, typer.Option(help="Beside --answer, a further right answer; repeat it.")
    ] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A file with the right answer of this item, as for gold add.")
    ] = None,
    delivered: Annotated[
        bool, typer.Option("--delivered", help="What was delivered on --line of --claim is right.")
    ] = False,
    nothing: Annotated[
        bool, typer.Option("--nothing", help="The right answer is that the item holds nothing.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why the answer was wrong.")] = "",
    by: Annotated[str, typer.Option(help="Who decided it. Default: whoever runs the command.")] = "",
    claim: Annotated[str, typer.Option(help="The claim in which it showed.")] = "",
    line: Annotated[int, typer.Option(help="The line of that claim.")] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show who is affected, and change nothing.")
    ] = False,
    map: Annotated[list[str] | None, typer.Option("--map", help="For --from: role=column.")] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="For --from: take only rows with column=value.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="For --from: csv, coco, yolo …")] = "",
    read: Read = None,
    voc_base: VocBase = "",
    images: Images = None,
    json: Json = False,
) -> None:
    """Put the right answer beside a wrong one, judge audits again, and strike lines that are right now."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold.amending import Right, amend_gold
    from vendoreval.workflow.gold.reading import GoldReading

    reading = GoldReading(
        map or (), where or (), fmt=format, options=reading_options(read, voc_base), images=images
    )
    right = Right(answer, also or (), from_file, delivered, nothing, reading)
    record = amend_gold(
        workspaces.open_workspace(), gold, item, right, reason=reason, by=by, claim_id=claim, line=line,
        dry_run=dry_run,
    )  # fmt: skip
    for text in record["warnings"]:
        note(f"warning: {text}")
    if json:
        return emit(record)
    return _print(record)


def _print(record: Mapping[str, Any]) -> None:
    done = "would be amended; nothing was changed" if record["dry_run"] else "is amended"
    say(f"The gold answer of {record['item_id']!r} {done}. Its old answer still counts as right beside it.")
    if record["audits"]:
        table(
            ["audit judged again", "delivery", "vendor", "verdict before", "after"],
            [
                (one["audit"], one["delivery"], one["vendor"], verdict(one["before"]), verdict(one["after"]))
                for one in record["audits"]
            ],
        )
    for one in record["claims"]:
        _claim(one)
    for text in record["left"]:
        say(text)
    if not record["audits"]:
        say("No audit used the item, so nothing else changes.")
    if record["dry_run"]:
        return note("Nothing was changed. Run it without --dry-run to do it.")
    for vendor in dict.fromkeys(one["vendor"] for one in record["audits"]):
        note(f"next: vendoreval report scorecard {vendor}")
    return None


def _claim(one: Mapping[str, Any]) -> None:
    lines = ", ".join(f"{number:,}" for number in one["lines"][:12])
    more = len(one["lines"]) - 12
    listed = f"{lines} and {more:,} more" if more > 0 else lines
    before, after = one["versions"]
    said = f"is now version {after} (before: {before})" if after != before else f"stays version {before}"
    say(
        f"Claim {one['claim']} on {one['vendor']} {said}: {counted(len(one['lines']), 'line')} "
        f"{'falls' if len(one['lines']) == 1 else 'fall'} ({listed}); "
        f"{_verdict(one['verdicts'])}."
    )
    table(["asked now", "before", "after"], _asked(*one["asks"]), right=("before", "after"))


def _verdict(verdicts: Sequence[str]) -> str:
    before, after = (one.replace("_", " ") for one in verdicts)
    return f"it is {before} still" if before == after else f"{before} → {after}"


def _asked(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    left = {step["remedy"]: step["amount"] or "asked" for step in after}
    return [
        (step["remedy"], step["amount"] or "asked", left.get(step["remedy"], "no longer")) for step in before
    ]
