"""`./run` on a machine whose user may not install system packages: it says so and goes on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TOOLS = ("dirname", "cksum", "tr", "grep", "sh", "printf")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout beside its made environment, and only these tools: nobody is root, and nothing is found."""
    tools = tmp_path / "tools"
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name) or "")
    _script(tools / "python3", f'exec "{sys.executable}" "$@"')
    _script(tools / "id", "echo 1000")
    _script(tools / "apt-get", "echo apt-get was called >&2; exit 100")
    _script(tools / "ldconfig", "exit 0")
    _script(tools / "ls", "exit 2")
    shutil.copy(ROOT / "run", tmp_path / "run")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text(lock, "utf-8")
    sums = subprocess.run(["cksum"], input=b"requirements.lock", capture_output=True, check=True)
    (tmp_path / "venv" / f".made-from-{sums.stdout.decode().strip().replace(' ', '-')}").touch()
    _script(tmp_path / "venv" / "bin" / "python", "exit 0")
    _script(tmp_path / "venv" / "bin" / "vendoreval", 'echo "vendoreval $*"')
    return tmp_path


def _script(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)


def _run(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(machine / "tools"), "VENDOREVAL_VENV": "venv"}
    return subprocess.run(
        [machine / "run", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_without_root_the_demo_goes_on_and_says_what_is_missing(machine: Path) -> None:
    done = _run(machine, "demo", "there")
    assert (done.returncode, done.stdout) == (0, "vendoreval demo there\n")
    assert "going on without: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" in done.stderr
    assert "apt-get install --no-install-recommends libpango-1.0-0" in done.stderr
    assert "was called" not in done.stderr


def test_an_installation_that_fails_is_no_end(machine: Path) -> None:
    _script(machine / "tools" / "id", "echo 0")
    done = _run(machine, "doctor")
    assert (done.returncode, done.stdout) == (0, "vendoreval doctor\n")
    assert "going on without" in done.stderr


def test_without_any_environment_python_venv_cannot_be_done_without(machine: Path) -> None:
    _script(
        machine / "tools" / "python3",
        f'case "$*" in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"',
    )
    assert _run(machine, "doctor").returncode == 0  # made before
    (machine / "venv" / "bin" / "python").unlink()
    done = _run(machine, "doctor")
    assert done.returncode == 2
    assert "python3-venv" in done.stderr
