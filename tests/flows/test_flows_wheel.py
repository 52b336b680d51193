"""The built wheel works away from the checkout: templates, questionnaires and samples are inside."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, Process


@pytest.mark.slow
def test_demo_runs_from_the_installed_wheel(process: Process, tmp_path: Path) -> None:
    words = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    env = {"PYTHONPATH": str(site)}
    parts = {part["name"]: part for part in process("doctor", "--json", env=env).json}
    for name in ("templates", "questionnaires", "samples"):
        assert parts[f"files: {name}"]["state"] == str(site / "vendoreval" / "_resources" / name)
    assert set(process("demo", "made", "--json", env=env).json["verdicts"].values()) == {"breached"}
