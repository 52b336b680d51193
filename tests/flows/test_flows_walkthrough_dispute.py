"""The walk-through of a dispute is run as it is printed, its Python too."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.test_flows_walkthrough_boxes import says, steps

PAGE = ROOT / "docs" / "walkthrough-dispute.md"
BLOCK = re.compile(r"^```(?:console|python)\n.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_dispute_runs_as_printed(cli: Cli) -> None:
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        if block.startswith("```python"):
            code = block.split("\n", 1)[1].rsplit("```", 1)[0]
            subprocess.run([sys.executable, "-c", code], check=True, cwd=cli.folder)
            continue
        for words, code, lines in steps(block):
            if words[:1] == ["demo"] and len(words) == 1:  # `cd demo`: its first word is not the program
                cli = Cli(cli.folder / words[0])
                continue
            ran = cli(*words, code=code)
            for line in lines:
                assert says(ran, line), f"{words} does not say {line!r}:\n{ran.out}"
    for name in ("claim.pdf", "settled.pdf", "statement.pdf", "bundle.zip"):
        assert (cli.folder / name).is_file()
    assert {one["stage"] for one in cli("claim", "list", "--json").json} == {"awaiting answer", "settled"}
