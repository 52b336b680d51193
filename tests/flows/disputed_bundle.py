"""The dispute about the claim of `evidence_story`: an answer, rulings, and what is agreed in the end."""

from __future__ import annotations

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import at
from vendoreval.claims.moves import Position, Ruling
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.disputes import make_move
from vendoreval.workflow.workspaces import open_workspace

ANSWERED, RULED, RULED_AGAIN, SETTLED = (f"2026-03-{day}T09:00:00+00:00" for day in (11, 16, 18, 20))
SHEET = b"the vendor's answers, as sent"


def disputed(cli: Cli, *, settled: bool = True) -> Cli:
    """The dispute about claim `c`; its bundle is `disputed.zip`."""
    workspace = open_workspace(cli.folder)
    (cli.folder / "sheet.csv").write_bytes(SHEET)
    with pytest.MonkeyPatch.context() as patch:
        _dispute(workspace, patch, settled=settled)
    cli("evidence", "export", "a", "--out", "disputed.zip", env=at(SETTLED))
    return cli


def _dispute(workspace: Workspace, patch: pytest.MonkeyPatch, *, settled: bool) -> None:
    def on(moment: str) -> None:
        for name, value in at(moment).items():
            patch.setenv(name, value)

    on(ANSWERED)
    why = ("rebutted", "gold_wrong")
    photo = {"photo.png": "0" * 64}
    positions = [Position(n, *why, f"line {n} is right: é", evidence=photo) for n in range(1, 7)]
    positions += [Position(n, "accepted") for n in (7, 8)]
    make_move(workspace, "c", "answered", by="acme", positions=positions, source=sha256_hex(SHEET))
    on(RULED)
    words = {1: "withdrawn", 2: "upheld", 3: "downgraded", 4: "escalated"}
    make_move(
        workspace, "c", "ruled", by="ann",
        rulings=[Ruling(n, word, f"because of {n}", "ann", severity="minor" if n == 3 else "")
                 for n, word in words.items()],
    )  # fmt: skip
    on(RULED_AGAIN)
    make_move(workspace, "c", "ruled", by="ben", rulings=[Ruling(5, "withdrawn", "the picture is dark", "ben")])
    make_move(workspace, "c", "ruled", by="ben", rulings=[Ruling(6, "upheld", "it is plain", "ben")])
    if settled:
        on(SETTLED)
        make_move(
            workspace,
            "c",
            "settled",
            by="ann",
            minor=1,
            currency="USD",
            how="credit",
            reference="letter of 20 March",
        )
