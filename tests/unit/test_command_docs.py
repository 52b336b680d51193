"""Every command and option has help text and stands in docs/commands.md, which is generated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import typer.main

from tests.conftest import ROOT
from vendoreval.cli.app import whole

DOC = ROOT / "docs" / "commands.md"
HEAD = """# Commands

Generated from the program itself: `./run golden` writes this page anew, and a test compares it.
Every command takes `--help`; `--workspace DIR` may stand anywhere, and so may `--executor dask://HOST:PORT`,
by which the workers of a dask scheduler read a delivery's labels ([how](scale.md)). Data goes to stdout,
messages to stderr. Exit codes: 0 fine or kept, 1 a bug, 2 unusable input, 3 breached, 4 undecided, 5 bad
evidence.
"""


def _commands(command: Any, words: str) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", None)
    if subcommands is None:
        yield words, command
        return
    for name, inner in subcommands.items():
        yield from _commands(inner, f"{words} {name}")


def _page() -> str:
    parts = [HEAD]
    for words, command in _commands(typer.main.get_command(whole()), "vendoreval"):
        parts.append(f"## `{words}`\n\n{(command.help or '').strip()}\n")
        for parameter in command.params:
            if parameter.name == "help":
                continue
            is_option = parameter.param_type_name == "option"
            name = ", ".join(parameter.opts) if is_option else (parameter.name or "").upper()
            needed = " (required)" if parameter.required and is_option else ""
            parts.append(f"- `{name}`{needed}: {getattr(parameter, 'help', '')}")
        parts.append("")
    return "\n".join(parts)


def test_every_command_and_option_explains_itself() -> None:
    for words, command in _commands(typer.main.get_command(whole()), "vendoreval"):
        assert command.help, words
        for parameter in command.params:
            if parameter.name != "help":
                assert getattr(parameter, "help", None), f"{words} {parameter.name}"


def test_docs_list_every_command_and_option() -> None:
    page = _page()
    if os.environ.get("UPDATE_GOLDEN"):
        DOC.write_text(page, "utf-8")
    assert DOC.read_text("utf-8") == page, "run ./run golden"
