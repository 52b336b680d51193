"""A command killed at any moment leaves a valid workspace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
def test_killed_anywhere_the_workspace_stays_valid(tmp_path: Path) -> None:
    recording, creating = _kills(tmp_path, "7")  # with 1, at every step; it takes a minute
    assert recording > 20
    assert creating > 8


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked children")
def test_killed_anywhere_a_workspace_on_postgresql_stays_valid(tmp_path: Path, postgres_database: str) -> None:
    (recording,) = _kills(tmp_path, "19", postgres_database)
    assert recording > 20


def _kills(folder: Path, *words: str) -> tuple[int, ...]:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("killing.py"), folder, *words],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return tuple(map(int, done.stdout.split()))
