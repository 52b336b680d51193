"""The walk-through of Label Studio is run as it is printed."""

from __future__ import annotations

import json

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.test_flows_walkthrough_boxes import says, steps

PAGE = ROOT / "docs" / "walkthrough-label-studio.md"


@pytest.mark.slow
def test_the_walk_through_runs_as_printed(cli: Cli) -> None:
    (cli.folder / "samples").symlink_to(ROOT / "samples")
    for words, code, lines in steps(PAGE.read_text("utf-8")):
        ran = cli(*words, code=code)
        for line in lines:
            assert says(ran, line), f"{words} does not say {line!r}:\n{ran.out}\n{ran.err}"
    tasks = json.loads((cli.folder / "experts.json").read_text("utf-8"))
    assert all(task["data"]["image"].startswith("https://storage.example.com/cells/") for task in tasks)
    assert all(sorted(task) == ["data"] for task in tasks)
