"""vendoreval contract: new, draft from answers, annex, export and import."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vendoreval.cli.output import Json, counted, emit, note, say
from vendoreval.cli.report import FormatOption, Out, Paper, PaperOption, write


class Standard(StrEnum):
    """A form in which contracts are exchanged."""

    odcs = "odcs"


def add_to(app: typer.Typer) -> None:
    """Put the commands into the group of contracts."""
    app.command()(new)
    app.command()(draft)
    app.command()(annex)
    app.command()(export)
    app.command("import")(import_)


def new(
    out: Annotated[Path, typer.Option(help="Where to write it.")] = Path("contract.toml"),
    vendor: Annotated[str, typer.Option(help="The vendor's id. Default: acme, to be changed.")] = "",
    classes: Annotated[
        str, typer.Option(help="The classes, separated by commas. Default: two examples, to be changed.")
    ] = "",
    task: Annotated[
        str, typer.Option(help="The task type, such as ordinal, boxes or spans; docs/contract.md lists all.")
    ] = "classification",
    json: Json = False,
) -> None:
    """Write a commented contract to start from: every field explained, checked as it stands."""
    from vendoreval.workflow.contracts import contract_files

    made = contract_files.new_contract(vendor, classes, out, task)
    if json:
        return emit({"schema": "vendoreval/contract-new/1", "contract": made.id, "file": str(out)})
    clauses = counted(len(made.clauses), "clause")
    say(f"Wrote {out}: {made.task.type} for {made.vendor}, with {clauses} to adapt.")
    return note(f"next: edit it, then: vendoreval contract check {out}")


def draft(
    vendor: Annotated[str, typer.Option("--from", help="The vendor whose answers become clauses.")],
    out: Annotated[Path, typer.Option(help="Where to write the draft.")] = Path("contract.toml"),
    task: Annotated[str, typer.Option(help="The task type.")] = "classification",
    classes: Annotated[str, typer.Option(help="The classes, separated by commas.")] = "",
    unsure: Annotated[
        str,
        typer.Option(help="Answers by which annotators ask instead of guessing, such as 'cannot tell'."),
    ] = "",
    price: Annotated[str, typer.Option(help="The price of one unit, such as 0.08.")] = "",
    currency: Annotated[str, typer.Option(help="The currency of the price.")] = "USD",
    buyer: Annotated[str, typer.Option(help="Your name.")] = "",
    rule: Annotated[
        str, typer.Option(help="How accuracy is decided: fixed (the sample is agreed) or claim.")
    ] = "fixed",
    bank: Annotated[str, typer.Option(help="The question bank: its id or a TOML file.")] = "",
    json: Json = False,
) -> None:
    """Draft a contract from a vendor's answers: thresholds, rules, sample sizes, remedies, what is open."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contract_files

    words = contract_files.DraftWords(task, classes, unsure, price, currency, buyer, rule, bank)
    made = contract_files.draft(workspaces.open_workspace(), vendor, words, out)
    if json:
        return emit(
            {"schema": "vendoreval/contract-draft/1", "contract": made.contract.id, "file": str(out),
             "clauses": [clause.id for clause in made.contract.clauses], "open": list(made.open_points)}
        )  # fmt: skip
    say(f"Wrote {out}: {len(made.contract.clauses)} clauses, {len(made.contract.remedies)} remedies.")
    say("To settle:")
    for point in made.open_points:
        say(f"• {point}")
    return note(f"next: edit it, then: vendoreval contract check {out}")


def annex(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    out: Out = None,
    version: Annotated[int, typer.Option(help="Which version. Default: the newest.")] = 0,
    items: Annotated[
        int, typer.Option(help="Items of a delivery: prints the limits of clauses with a design.", min=0)
    ] = 0,
    format: FormatOption = None,
    paper: PaperOption = Paper.A4,
    json: Json = False,
) -> None:
    """Print a contract's Quality Annex: definitions, clauses, rules, limits, remedies, signatures, hash."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contract_files

    workspace = workspaces.open_workspace()
    report = contract_files.annex(workspace, contract, version or None, items)
    write(workspace, report, contract, out, format, paper, json)


def export(
    contract: Annotated[str, typer.Argument(help="The contract's id.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write it; .json for JSON, else YAML. Default: CONTRACT.yaml.")
    ] = None,
    format: Annotated[Standard, typer.Option("--format", help="The standard.")] = Standard.odcs,
    version: Annotated[int, typer.Option(help="Which version. Default: the newest.")] = 0,
    json: Json = False,
) -> None:
    """Write a contract as an Open Data Contract Standard document (ODCS v3.1)."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contract_files

    out = out or Path(f"{contract}.yaml")
    found = contract_files.export_odcs(workspaces.open_workspace(), contract, version or None, out)
    if json:
        return emit({"schema": "vendoreval/contract-exported/1", "contract": found.id, "version": found.version,
                     "format": format.value, "file": str(out)})  # fmt: skip
    return say(f"Wrote {out}: {found.id} version {found.version} as {format.value.upper()}.")


def import_(
    file: Annotated[Path, typer.Argument(help="An ODCS document, YAML or JSON.")],
    out: Annotated[Path, typer.Option(help="The contract file to write.")] = Path("contract.toml"),
    json: Json = False,
) -> None:
    """Turn an ODCS document into a contract file, to be checked and added."""
    from vendoreval.workflow.contracts import contract_files

    found = contract_files.import_odcs(file, out)
    if json:
        return emit({"schema": "vendoreval/contract-imported/1", "contract": found.id, "file": str(out),
                     "clauses": [clause.id for clause in found.clauses]})  # fmt: skip
    say(f"Wrote {out}: {found.title} with {found.vendor}, {counted(len(found.clauses), 'clause')}.")
    return note(f"next: vendoreval contract check {out}")
