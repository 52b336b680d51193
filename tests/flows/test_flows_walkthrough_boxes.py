"""The walk-through of boxes is run as it is printed, and its picture is the one that the claim shows."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli, Ran
from vendoreval import open_workspace
from vendoreval.reports.defect_parts import pictures_of
from vendoreval.workflow.claims.claims import load_claim

PAGE = ROOT / "docs" / "walkthrough-boxes.md"
PICTURE = ROOT / "docs" / "pictures" / "walkthrough-boxes.svg"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def steps(page: str) -> list[tuple[list[str], int, list[str]]]:
    """Each command's words, its exit code, and the lines that follow it."""
    found: list[tuple[list[str], int, list[str]]] = []
    for block in BLOCK.findall(page):
        for line in block.splitlines():
            if line.startswith("$ "):
                command, _, code = line[2:].partition("# exit ")
                found.append((shlex.split(command)[1:], int(code or 0), []))
            else:
                found[-1][2].append(line)
    return found


def says(ran: Ran, line: str) -> bool:
    told = " ".join((ran.out + ran.err).split())
    return " ".join(line.split()) in told


@pytest.mark.slow
def test_the_walk_through_runs_as_printed(cli: Cli) -> None:
    (cli.folder / "samples").symlink_to(ROOT / "samples")
    for words, code, lines in steps(PAGE.read_text("utf-8")):
        ran = cli(*words, code=code)
        for line in lines:
            assert says(ran, line), f"{words} does not say {line!r}:\n{ran.out}"
    for name in ("audit-1.pdf", "claim-1.pdf", "scorecard.pdf", "bundle-1.zip"):
        assert (cli.folder / name).is_file()
    held_to_picture(cli.folder)


def held_to_picture(folder: Path) -> None:
    """The picture in the docs is the claim's first one."""
    claim, stored = load_claim(open_workspace(folder), "claim-1")
    drawn = f"{pictures_of(claim.lines, stored.seen).rows[0]['picture'].svg()}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        PICTURE.write_text(drawn, "utf-8")
    assert PICTURE.read_text("utf-8") == drawn


@pytest.mark.slow
def test_the_demo_of_boxes_tells_the_story_and_its_hints_work(cli: Cli) -> None:
    made = cli("demo", "demo", "--task", "boxes", "--json").json
    assert made["verdicts"] == {"batch-1": "breached", "batch-2": "kept"}
    assert [Path(file).name for file in made["files"]] == [
        "audit-1.pdf", "claim-1.pdf", "bundle-1.zip", "audit-2.pdf", "bundle-2.zip", "scorecard.pdf",
    ]  # fmt: skip
    inside = Cli(cli.folder / "demo")
    assert "missing, gold" in inside("claim", "show", "claim-1").out
    assert "Krippendorff" in inside("agreement", "show", "batch-1").out
    assert "p03" in inside("annotators", "show", "batch-1", "--gold", "gold-1").out
    for number in (1, 2):
        inside("evidence", "verify", f"bundle-{number}.zip", "--receipt", f"receipt-{number}.json")
