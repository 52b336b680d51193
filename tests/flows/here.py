"""The real command in this process: no second interpreter, so that many commands take little time."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.conftest import Cli, Ran
from vendoreval.cli.app import main


@dataclass(frozen=True)
class Here(Cli):
    """`vendoreval` in one folder, called as its console script does."""

    def __call__(self, *words: str | Path, code: int = 0, env: Mapping[str, str] | None = None) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        ended: object = 0
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, {"VENDOREVAL_DEBUG": "", **(env or {})}),
            mock.patch.object(sys, "argv", ["vendoreval", *map(str, words)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as end:
                ended = end.code
        ran = Ran(int(str(ended or 0)), out.getvalue(), err.getvalue())
        assert ran.code == code, f"exit {ran.code}, not {code}\n{ran.out}\n{ran.err}"
        return ran


def state(workspace: Path) -> str:
    """One hash over all that a workspace holds: every row of its database, every object, every report."""
    held = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(workspace / "vendoreval.db")) as database:
        for line in database.iterdump():
            held.update(line.encode())
    for file in sorted(workspace.rglob("*")):
        if file.is_file() and not file.name.startswith("vendoreval.db"):
            held.update(
                f"{file.relative_to(workspace)} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode()
            )
    return held.hexdigest()
