"""vendoreval delivery: accept, reject."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, note, say

Delivery = Annotated[str, typer.Argument(help="The delivery's id.")]
Reason = Annotated[str, typer.Option(help="Why; it goes into the record.")]
By = Annotated[str, typer.Option(help="Who decided. Default: the actor of the log.")]
On = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which it was said. Default: today.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    app.command()(accept)
    app.command()(reject)


def accept(delivery: Delivery, reason: Reason, by: By = "", on: On = None, json: Json = False) -> None:
    """Record that a delivery is accepted; that is not taken back."""
    _decide(delivery, "accepted", reason, by, on, json)


def reject(delivery: Delivery, reason: Reason, by: By = "", on: On = None, json: Json = False) -> None:
    """Record that a delivery is rejected; a later acceptance may follow."""
    _decide(delivery, "rejected", reason, by, on, json)


def _decide(delivery: str, decision: str, reason: str, by: str, on: datetime | None, json: bool) -> None:
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries.decisions import decide

    record = decide(
        workspaces.open_workspace(), delivery, decision, reason, by=by, on=on.date() if on else None
    )
    if json:
        return emit(record)
    say(f"Delivery {delivery}: {record['text']}.", *(f"Note: {text}" for text in record["notes"]))
    return note("note: this records the decision; telling the vendor is up to you.")
