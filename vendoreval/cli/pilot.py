"""vendoreval pilot: send, answers, show, list. Its design alone is shown by `audit plan --pilot`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.answering import DEFAULT, Bank
from vendoreval.cli.delivery import DAY, MOMENT, Format, Map, print_refusals
from vendoreval.cli.output import Json, emit, facts, note, percent, say, table, verdict
from vendoreval.cli.stating import Empty, InOrder, Labels, Unnamed, Wrong, stated_by

app = typer.Typer(no_args_is_help=True)
PilotId = Annotated[str, typer.Argument(help="The pilot's id.")]


@app.command()
def send(
    contract: Annotated[str, typer.Argument(help="The contract, or draft of one, whose limits are asked for.")],
    gold: Annotated[str, typer.Option(help="The gold set; its column block says what an item is for.")],
    out: Annotated[
        Path | None,
        typer.Option(help="The folder for the vendor's task lists, one file a part. Default: the pilot's id."),
    ] = None,
    id: Annotated[str, typer.Option("--id", help="An id for the pilot. Default: pilot-VENDOR.")] = "",
    items: Annotated[int, typer.Option(min=0, help="How many items go out in all. Default: as planned.")] = 0,
    clause: Annotated[str, typer.Option(help="The clause on accuracy. Default: the first.")] = "",
    payload: Annotated[
        Path | None, typer.Option(help="Rows with item_id and what the vendor shall see.")
    ] = None,
    due: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="The day it should be back. Default: in 10 business days."),
    ] = None,
    json: Json = False,
) -> None:
    """Design a pilot, mix its tasks blind, and write them in three parts; it counts as sent now."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.pilots.pilot_sending import send_pilot

    record = send_pilot(
        workspaces.open_workspace(), contract, gold, out, pilot_id=id, items=items, clause=clause,
        payload=payload, due=due.date() if due else None,
    )  # fmt: skip
    if json:
        return emit(record)
    _print_sent(record)
    for text in record["notes"]:
        say(f"Note: {text}")
    return note(f"next: vendoreval pilot answers {record['pilot']} FILES")


@app.command()
def answers(
    pilot: PilotId,
    files: Annotated[
        list[Path] | None, typer.Argument(help="All files that came back: CSV, TSV, JSONL or Parquet.")
    ] = None,
    map: Map = None,
    format: Format = "",
    register: Annotated[
        Path | None, typer.Option(help="The questions that the vendor asked: item_id, asked_at …")
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Judge it although tasks are open; they count as misses.")
    ] = False,
    received: Annotated[
        datetime | None, typer.Option(formats=[DAY, MOMENT], help="When it came, in UTC. Default: now.")
    ] = None,
    handed_over: Annotated[
        list[str] | None,
        typer.Option(help="When a part went out, in UTC: 3=2026-03-02T09:00. Default: its first answer."),
    ] = None,
    labels: Labels = None,
    empty: Empty = None,
    wrong: Wrong = None,
    in_order: InOrder = False,
    unnamed: Unnamed = "",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Take the answers in, judge every block, and hold the claimed levels against it."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.pilots.pilot_answers import take_answers
    from vendoreval.workflow.questionnaires import questionnaires

    workspace = workspaces.open_workspace()
    record = take_answers(
        workspace, pilot, files or [], questionnaires.bank_of(workspace, bank), mapping=map or [],
        fmt=format or None, register=register, unfinished=unfinished,
        received=received.replace(tzinfo=UTC) if received else None,
        handed_over=handed_over or [],
        stated=stated_by(labels, empty, wrong, in_order, unnamed),
    )  # fmt: skip
    if json:
        return emit(record)
    _print(record)
    return note(f"next: vendoreval report pilot {pilot} --out pilot.pdf")


@app.command()
def show(
    pilot: PilotId,
    out: Annotated[Path | None, typer.Option(help="Write the task lists into this folder once more.")] = None,
    json: Json = False,
) -> None:
    """Show what went out, and what the pilot found once it was judged."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.pilots import pilots
    from vendoreval.workflow.pilots.pilot_answers import show_pilot

    workspace = workspaces.open_workspace()
    for file in pilots.write_lists(workspace, pilot, out) if out else []:
        note(f"Wrote {file}.")
    found = show_pilot(workspace, pilot)
    record = found or pilots.sent_record(pilots.load_sent(workspace, pilot))
    if json:
        return emit(record)
    return _print(record) if found else _print_sent(record)


@app.command("list")
def list_(
    vendor: Annotated[str, typer.Option(help="Only the pilots of this vendor.")] = "", json: Json = False
) -> None:
    """List all pilots."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.pilots import pilots

    rows = [
        {
            "pilot": row.id, "contract": row.contract_id, "gold": row.gold_id,
            "sent": row.sent_at.date().isoformat(), "due": row.due.isoformat(),
            "judged": row.judged_at.date().isoformat() if row.judged_at else None,
        }
        for row in pilots.list_pilots(workspaces.open_workspace(), vendor)
    ]  # fmt: skip
    if json:
        return emit(rows)
    return table(list(rows[0]) if rows else ["pilot"], [tuple(row.values()) for row in rows])


def _print_sent(record: dict[str, Any]) -> None:
    say(
        f"Pilot {record['pilot']} for {record['vendor']}: {record['items']:,} items, "
        f"{record['tasks']:,} tasks, due on {record['due']}."
    )
    table(
        ["block", "tasks", "planned", "at least", "misses allowed", "power"],
        [
            (b["name"], b["tasks"], b["planned"], f"{100 * b['limit']:g} %", b["critical"],
             percent(b["power"], 0))
            for b in record["blocks"]
        ],
        right=("tasks", "planned", "at least", "misses allowed", "power"),
    )  # fmt: skip
    for part, file in zip(record["parts"], record.get("files", []), strict=False):
        say(f"{file}: {part['tasks']:,} tasks, {part['when']}.")


def _print(record: dict[str, Any]) -> None:
    facts(
        [
            ("pilot", f"{record['pilot']} of {record['vendor']}"),
            ("verdict", verdict(record["verdict"])),
            ("took", f"{record['business_days']} business days{', late' if record['late'] else ''}"),
        ]
    )
    table(
        ["block", "limit", "right", "95 % interval", "missed", ""],
        [
            (b["name"], f"{100 * b['limit']:g} %", percent(b["estimate"]), _interval(b),
             f"{b['misses']:,}/{b['n']:,}", verdict(b["verdict"]))
            for b in record["blocks"]
        ],
        right=("limit", "right", "missed"),
    )  # fmt: skip
    _print_surge(record["surge"])
    for sentences in record["sentences"].values():
        for sentence in sentences:
            say(f"• {sentence}")
    for text in record.get("register_notes", []):
        say(f"Note: {text}")
    print_refusals([*record.get("intake", {}).get("refusals", []), *record.get("register_refused", [])])


def _print_surge(found: dict[str, Any] | None) -> None:
    if found is None:
        return
    rows = [
        (name, show(one["calm"]), f"{show(one['calm_low'])} to {show(one['calm_high'])}", show(one["surge"]),
         one["standing"])
        for name, one, show in (("right", found["accuracy"], percent),
                                ("alpha", found["agreement"], "{:.2f}".format))
        if one
    ]  # fmt: skip
    if one := found["turnaround"]:
        rows.append(("hours", f"{one['calm_hours']:.1f}", "–",
                     f"{one['surge_hours']:.1f} of {one['allowed_hours']:.1f}", one["standing"]))  # fmt: skip
    table(["surge", "calm", "95 % interval", "in the surge", ""], rows, right=("calm", "in the surge"))


def _interval(block: dict[str, Any]) -> str:
    if block["low"] is None:
        return "–"
    return f"{100 * block['low']:.1f}–{100 * block['high']:.1f} %"
