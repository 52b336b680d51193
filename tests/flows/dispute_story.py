"""Workspaces with issued claims to argue about, made once and copied, and answers of a vendor to them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.conftest import Cli, Ran
from vendoreval.claims.moves import Move, Position
from vendoreval.workflow.claims.disputes import load_dispute, make_move
from vendoreval.workflow.workspaces import open_workspace

MADE = "2026-03-01T09:00:00+00:00"
LATER = {"VENDOREVAL_NOW": "2026-03-03T09:00:00+00:00", "VENDOREVAL_ACTOR": "jo"}


@cache
def _demo(*options: str) -> Path:
    folder = Path(mkdtemp())
    Cli(folder)("demo", "there", *options, env={"VENDOREVAL_NOW": MADE})
    return folder / "there"


def opened(folder: Path, *options: str) -> Cli:
    """The command in a fresh copy of the demo in `folder`: `claim-1` of boxes, or claims on two vendors."""
    place = folder / "dispute"
    shutil.copytree(_demo(*options), place)
    return Cli(place)


def rebut(cli: Cli, claim: str, lines: Sequence[int], reason: str = "gold_wrong") -> None:
    """The vendor rebuts lines of a claim."""
    said = [Position(line, "rebutted", reason, f"We are right on line {line}.") for line in lines]
    make_move(open_workspace(cli.folder), claim, "answered", by="Vera", positions=said)


def moves_of(cli: Cli, claim: str) -> tuple[Move, ...]:
    """The moves of a dispute, whose records keep to their schema."""
    moves = load_dispute(open_workspace(cli.folder), claim).dispute.moves
    for move in moves:
        assert Ran(0, json.dumps(move.to_json()), "").json
    return moves
