"""vendoreval letterhead: the names and addresses on claims, certificates and letters."""

from __future__ import annotations

import typer

from vendoreval.cli.output import Json, emit, facts, note, say


def add_to(app: typer.Typer) -> None:
    """Put the command on the front door."""
    app.command()(letterhead)


def letterhead(json: Json = False) -> None:
    """Write letterhead.toml into the workspace to fill in; where there is one, check and show it."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports.letterheads import letterhead_file

    found = letterhead_file(workspaces.open_workspace())
    if json:
        return emit(found.to_json())
    if found.written:
        say(f"Wrote {found.path}. Fill it in; until then reports bear the names in it.")
    buyer = found.addresses.buyer
    facts(
        [
            ("buyer", ", ".join((buyer.name, *buyer.address))),
            ("answers go to", buyer.reached or "nobody is named: claims say no address"),
            ("logo", found.logo.name if found.logo else None),
            *((f"vendor {name}", ", ".join((one.name, *one.address, one.reached)).removesuffix(", "))
              for name, one in found.addresses.vendors.items()),
        ]
    )  # fmt: skip
    if found.strangers:
        note(f"note: no vendor of this workspace is called {', '.join(found.strangers)}.")
    return None
