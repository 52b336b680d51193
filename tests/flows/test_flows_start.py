"""Starting up: help answers from light imports, a workspace is found, errors are sentences."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import Process

HEAVY = ("pandas", "sqlalchemy", "weasyprint", "scipy", "pyarrow", "numpy", "jinja2", "openpyxl")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import atexit, sys; sys.argv = ['vendoreval', '--help'];"
        f"atexit.register(lambda: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr));"
        "from vendoreval.cli.entry import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "audit" in done.stdout


def test_workspace_is_found_by_walking_up_and_by_option(process: Process) -> None:
    process("init")
    (process.folder / "a" / "b").mkdir(parents=True)
    assert Process(process.folder / "a" / "b")("vendor", "list", "--json").json == []
    elsewhere = process.folder.parent
    assert Process(elsewhere)("vendor", "list", "--workspace", process.folder, "--json").json == []
    assert "workspace" in Process(elsewhere)("vendor", "list", code=2).err


def test_bad_input_is_one_clear_sentence_and_changes_nothing(process: Process) -> None:
    process("init")
    before = process("status", "--json").json
    assert "no vendor 'nobody'" in process("vendor", "show", "nobody", code=2).err
    assert "usable vendor id" in process("vendor", "add", "A B", code=2).err
    assert "no such file" in process("contract", "add", "missing.toml", code=2).err
    assert "folder" in process("contract", "add", ".", code=2).err
    assert process("status", "--json").json == before


def test_doctor_names_every_library_that_the_package_asks_for(process: Process) -> None:
    parts = {part["name"]: part for part in process("doctor", "--json").json}
    assert {"Python", "numpy", "rfc8785", "defusedxml", "PDF (Pango)", "psycopg", "files: samples"} <= set(
        parts
    )
    assert all(part["fine"] for part in parts.values())
