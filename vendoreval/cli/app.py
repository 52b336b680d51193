"""The command line's front door: nouns are read when they are asked for, errors turned into exit codes.

Nothing here or in the noun modules imports the heavy parts at the top: `--help` must answer at once.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from vendoreval import __version__
from vendoreval.cli.nouns import ANYWHERE, add_all, add_asked
from vendoreval.cli.output import note
from vendoreval.errors import Exit, VendorevalError

_SUMMARY = "Score annotation vendors, audit their deliveries blind against gold, and prove what is owed."
_EXIT_CODES = "Exit codes: 0 fine or kept, 1 a bug, 2 unusable input, 3 breached, 4 undecided, 5 bad evidence."


def front_door() -> typer.Typer:
    """The command line without a command on it."""
    app = typer.Typer(
        name="vendoreval", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
        pretty_exceptions_enable=False, help=_SUMMARY, epilog=_EXIT_CODES,
    )  # fmt: skip
    app.callback()(_main)
    return app


def whole() -> typer.Typer:
    """The command line with every command."""
    app = front_door()
    add_all(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vendoreval {__version__}")
        raise typer.Exit


def _main(
    workspace: Annotated[
        str, typer.Option(help="The workspace folder; may stand anywhere. Default: found by walking up.")
    ] = "",
    executor: Annotated[
        str,
        typer.Option(
            help="Who reads the labels of a delivery: threads here, or dask://HOST:PORT, a dask scheduler's "
            "workers. May stand anywhere. Default: VENDOREVAL_EXECUTOR, else threads."
        ),
    ] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if workspace:
        os.environ["VENDOREVAL_WORKSPACE"] = workspace
    if executor:
        os.environ["VENDOREVAL_EXECUTOR"] = executor


def hoisted(words: list[str]) -> list[str]:
    """Move the options of the front door to the front, so that they may stand anywhere in the command."""
    front: list[str] = []
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        if word in ANYWHERE:
            front += [word, *([value] if (value := next(pending, None)) is not None else [])]
        elif word.partition("=")[0] in ANYWHERE:
            front.append(word)
        else:
            rest.append(word)
    return front + rest


def main() -> None:
    """Run the command; every error ends with one clear sentence and its exit code."""
    words = hoisted(sys.argv[1:])
    try:
        app = front_door()
        add_asked(app, words)
        app(args=words, prog_name="vendoreval")
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
