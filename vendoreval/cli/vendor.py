"""vendoreval vendor: add, list, show; `compare` stands in vendor_compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table

if TYPE_CHECKING:
    from vendoreval.workflow.vendors.vendors import Sent, Vendor

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    vendor_id: Annotated[str, typer.Argument(help="A short id, such as acme.")],
    name: Annotated[str, typer.Option(help="The vendor's full name. Default: the id.")] = "",
    json: Json = False,
) -> None:
    """Add a vendor."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import vendors

    vendor = vendors.add_vendor(workspaces.open_workspace(), vendor_id, name)
    if json:
        return emit(vendor.to_json())
    say(f"Added vendor {vendor.id} ({vendor.name}).")
    return note(f"next: vendoreval contract new --vendor {vendor.id}")


@app.command("list")
def list_(json: Json = False) -> None:
    """List all vendors."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import vendors

    found = vendors.list_vendors(workspaces.open_workspace())
    if json:
        return emit([vendor.to_json() for vendor in found])
    return table(
        ["vendor", "name", "contracts", "deliveries", "last audit"],
        [(v.id, v.name, len(v.contracts), len(v.deliveries), _last(v)) for v in found],
        right=("contracts", "deliveries"),
    )


@app.command()
def show(vendor_id: Annotated[str, typer.Argument(help="The vendor's id.")], json: Json = False) -> None:
    """Show one vendor with its questionnaires, pilots, contracts, deliveries and audits."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import vendors

    vendor = vendors.show_vendor(workspaces.open_workspace(), vendor_id)
    if json:
        return emit(vendor.to_json())
    return facts(
        [
            ("vendor", vendor.id),
            ("name", vendor.name),
            ("added", vendor.added_at.date().isoformat()),
            ("questionnaires", tuple(map(_sent, vendor.forms)) or None),
            ("pilots", ", ".join(f"{p}: {'judged' if done else 'sent'}" for p, done in vendor.pilots) or None),
            ("contracts", ", ".join(vendor.contracts) or None),
            ("deliveries", ", ".join(vendor.deliveries) or None),
            ("audits", ", ".join(f"{audit}: {verdict}" for audit, verdict in vendor.audits) or None),
        ]
    )


def _sent(form: Sent) -> str:
    state = "came back" if form.answered else f"due {form.due}"
    return f"{form.bank}, {form.mode} form of {form.sent}: {state}"


def _last(vendor: Vendor) -> str | None:
    return vendor.audits[-1][1].replace("_", " ") if vendor.audits else None
