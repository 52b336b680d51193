"""Shared by all tests: where the data lies, and a way to run the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


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
            from tests.schemas import learn

            learn(value)
        return value


@dataclass(frozen=True)
class Cli:
    """The real `vendoreval` command in one folder."""

    folder: Path

    def __call__(self, *words: str | Path, code: int = 0, env: Mapping[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "vendoreval", *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "VENDOREVAL_DEBUG": "", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        ran = Ran(done.returncode, done.stdout, done.stderr)
        assert ran.code == code, f"exit {ran.code}, not {code}\n{ran.out}\n{ran.err}"
        return ran


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in an empty folder."""
    return Cli(tmp_path)


def facts(name: str) -> dict[str, Any]:
    """FACTS.json of a real data set; a missing folder is a failure, never a skip."""
    read: dict[str, Any] = json.loads((SHARED / "data" / name / "FACTS.json").read_text("utf-8"))
    return read
