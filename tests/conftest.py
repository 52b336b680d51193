"""Shared by all tests: where the data lies, and a way to run the real command."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings

from tests.schemas import learn, validate
from vendoreval.cli.app import main

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

settings.register_profile("vendoreval", deadline=None)  # a busy machine is no failure
settings.load_profile("vendoreval")


@dataclass(frozen=True)
class Ran:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        value = json.loads(self.out)
        if os.environ.get("UPDATE_GOLDEN"):
            learn(value)
        validate(value)
        return value


@dataclass(frozen=True)
class Cli:
    """The real `vendoreval` command in one folder, called in this process as its console script does.

    A second interpreter for each of thousands of commands would take most of the suite's time.
    """

    folder: Path

    def __call__(self, *words: str | Path, code: int = 0, env: Mapping[str, str] | None = None) -> Ran:
        ran = self._run([str(word) for word in words], {"VENDOREVAL_DEBUG": "", **(env or {})})
        assert ran.code == code, f"exit {ran.code}, not {code}\n{ran.out}\n{ran.err}"
        return ran

    def _run(self, words: list[str], env: Mapping[str, str]) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        ended: object = 0
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, env),
            mock.patch.object(sys, "argv", ["vendoreval", *words]),
            mock.patch.object(sys, "stdin", io.StringIO()),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as end:
                ended = end.code
        return Ran(int(str(ended or 0)), out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Process(Cli):
    """The same in a process of its own, where start-up, signals or the environment matter."""

    def _run(self, words: list[str], env: Mapping[str, str]) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "vendoreval", *words],
            cwd=self.folder,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in an empty folder."""
    return Cli(tmp_path)


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """The command in an empty folder, in a process of its own."""
    return Process(tmp_path)


def facts(name: str) -> dict[str, Any]:
    """FACTS.json of a real data set; a missing folder is a failure, never a skip."""
    read: dict[str, Any] = json.loads((SHARED / "data" / name / "FACTS.json").read_text("utf-8"))
    return read
