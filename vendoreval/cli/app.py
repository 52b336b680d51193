"""The command line's front door: one module per noun, and errors turned into exit codes.

Nothing here or in the noun modules imports the heavy parts at the top: `--help` must answer at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from vendoreval import __version__
from vendoreval.cli.lacking import tell_all
from vendoreval.cli.output import note
from vendoreval.errors import Exit, VendorevalError

app = typer.Typer(
    name="vendoreval",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Score annotation vendors, audit their deliveries blind against gold, and prove what is owed.",
    epilog="Exit codes: 0 fine or kept, 1 a bug, 2 unusable input, 3 breached, 4 undecided, 5 bad evidence.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vendoreval {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    workspace: Annotated[
        str, typer.Option(help="The workspace folder; may stand anywhere. Default: found by walking up.")
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if workspace:
        os.environ["VENDOREVAL_WORKSPACE"] = workspace


def _add_nouns() -> None:
    from vendoreval.cli import (
        agreement,
        annotators,
        audit,
        audit_plan,
        audit_sample,
        claim,
        claim_answer,
        claim_rework,
        claim_ruling,
        contract,
        contract_files,
        cost,
        delivery,
        delivery_decision,
        evidence,
        evidence_signing,
        gold,
        gold_reveal,
        letterhead,
        pilot,
        questionnaire,
        report,
        start,
        vendor,
        vendor_compare,
    )

    start.add_to(app)
    cost.add_to(app)
    letterhead.add_to(app)
    contract_files.add_to(contract.app)
    audit_plan.add_to(audit.app)
    audit_sample.add_to(audit.app)
    vendor_compare.add_to(vendor.app)
    for part in (claim_answer, claim_ruling, claim_rework):
        part.add_to(claim.app)
    delivery_decision.add_to(delivery.app)
    gold_reveal.add_to(gold.app)
    evidence_signing.add_to(evidence.app)
    nouns = (vendor, questionnaire, pilot, contract, gold, delivery, audit, agreement, annotators, claim)
    for noun in (*nouns, report, evidence):
        app.add_typer(noun.app)
    tell_all(app)


_add_nouns()


def hoisted(words: list[str]) -> list[str]:
    """Move `--workspace DIR` to the front, so that it may stand anywhere in the command."""
    front: list[str] = []
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        if word == "--workspace":
            front += [word, *([value] if (value := next(pending, None)) is not None else [])]
        elif word.startswith("--workspace="):
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def main() -> None:
    """Run the command; every error ends with one clear sentence and its exit code."""
    try:
        app(args=hoisted(sys.argv[1:]), prog_name="vendoreval")
    except VendorevalError as error:
        first, *further = error.lines()
        note(f"error: {first}", *further)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(Exit.FINE)
    except Exception as error:
        if os.environ.get("VENDOREVAL_DEBUG"):
            raise
        note(
            f"bug: {type(error).__name__}: {error}",
            "This is a fault of vendoreval, not of your input. "
            "Run it again with VENDOREVAL_DEBUG=1 and report what it prints.",
        )
        sys.exit(Exit.BUG)
