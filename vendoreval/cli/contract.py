"""vendoreval contract: check, add, amend, list, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, counted, emit, note, percent, say, table
from vendoreval.errors import Exit

if TYPE_CHECKING:
    from vendoreval.workflow.contracts.checking import ContractCheck

app = typer.Typer(no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="The contract as TOML.")]


@app.command()
def check(
    file: File,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 when a term is weak.")] = False,
    json: Json = False,
) -> None:
    """Explain a contract file in plain words, warn of weak terms, show what samples would catch."""
    from vendoreval.workflow.contracts.checking import check_contract

    checked = check_contract(file)
    if json:
        emit(checked.to_json())
    else:
        _explain(checked)
    if strict and checked.weak:
        raise typer.Exit(Exit.BREACHED)


def _explain(checked: ContractCheck) -> None:
    from vendoreval.designs.power_tables import FACTORS
    from vendoreval.reports.wording import plural

    contract = checked.contract
    unit_of = {clause.id: clause.unit for clause in contract.clauses}
    say(f"{contract.title} ({contract.id}) with {contract.vendor}: the terms can be read.", "")
    for sentence in checked.sentences:
        say(f"• {sentence}")
    if checked.weak:
        say("", "Weak terms")
        for weak in checked.weak:
            say(f"! {weak.field}: {weak.what} {weak.remedy}")
    for power in checked.power:
        say(
            "",
            f"What a sample would catch under clause {power.clause}: the chance to prove a breach of a "
            "vendor with so many times the allowed errors",
        )
        heads = [f"{factor:g}×" for factor in FACTORS]
        units = plural(unit_of[power.clause])
        rows = [(row.n, row.critical, *(percent(chance, 0) for chance in row.power)) for row in power.rows]
        table(
            [units, "errors allowed", *heads[: len(power.rows[0].power)]], rows,
            right=(units, "errors allowed", *heads),
        )  # fmt: skip
        say(f"{power.needed:,} {units} prove a breach at twice the allowed errors 9 times in 10.")
        if units not in ("items", "labels"):
            say(f"That holds for {units} of different items; as those of one item are alike, more are needed.")


@app.command()
def add(file: File, json: Json = False) -> None:
    """Add a contract to the workspace."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contracts

    contract = contracts.add_contract(workspaces.open_workspace(), file)
    if json:
        return emit({"schema": "vendoreval/contract-added/1", "contract": contract.id, "version": 1})
    say(f"Added contract {contract.id} with {contract.vendor}: {counted(len(contract.clauses), 'clause')}.")
    return note("next: vendoreval gold add GOLD --contract " + contract.id)


@app.command()
def amend(file: File, json: Json = False) -> None:
    """Add the next version of a contract that is there already; earlier deliveries keep theirs."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contracts

    contract = contracts.amend_contract(workspaces.open_workspace(), file)
    if json:
        return emit(
            {"schema": "vendoreval/contract-added/1", "contract": contract.id, "version": contract.version}
        )
    return say(f"Contract {contract.id} is now at version {contract.version}.")


@app.command("list")
def list_(json: Json = False) -> None:
    """List all contracts."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contracts

    found = contracts.list_contracts(workspaces.open_workspace())
    if json:
        return emit(
            [{"contract": c.id, "version": c.version, "vendor": c.vendor, "title": c.title} for c in found]
        )
    return table(
        ["contract", "version", "vendor", "title", "clauses"],
        [(c.id, c.version, c.vendor, c.title, len(c.clauses)) for c in found],
        right=("version", "clauses"),
    )


@app.command()
def show(
    contract_id: Annotated[str, typer.Argument(help="The contract's id.")],
    version: Annotated[int, typer.Option(help="Which version. Default: the newest.")] = 0,
    json: Json = False,
) -> None:
    """Show a contract's terms in plain words."""
    from vendoreval.contracts.explain import explain
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.contracts import contracts

    contract = contracts.load_contract(workspaces.open_workspace(), contract_id, version or None)
    sentences = explain(contract)
    if json:
        return emit(
            {
                "schema": "vendoreval/contract-shown/1", "contract": contract.id, "version": contract.version,
                "vendor": contract.vendor, "title": contract.title, "sentences": list(sentences),
            }
        )  # fmt: skip
    say(f"{contract.title} ({contract.id}, version {contract.version}) with {contract.vendor}", "")
    for sentence in sentences:
        say(f"• {sentence}")
    return None
