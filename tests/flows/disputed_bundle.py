"""The dispute about the claim of `evidence_story`: answer, rulings, an arbiter, and what is agreed at last."""

from __future__ import annotations

import csv
import json

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import at
from vendoreval.claims.moves import Position
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.workflow.claims.disputes import load_dispute, make_move
from vendoreval.workflow.workspaces import open_workspace

ANSWERED, RULED, RULED_AGAIN, SETTLED = (f"2026-03-{day}T09:00:00+00:00" for day in (11, 16, 18, 20))
SHEET = b"the vendor's answers, as sent"
RULINGS = (
    (RULED, "ann", [(1, "withdrawn"), (2, "upheld"), (3, "downgraded"), (4, "escalated")]),
    (RULED_AGAIN, "ben", [(5, "withdrawn")]),
    (RULED_AGAIN, "ben", [(6, "upheld")]),
)


def disputed(cli: Cli) -> Cli:
    """Move 1 answers eight lines, 2 to 4 rule, 5 and 6 are the arbiter's, 7 amends gold, 8 settles.

    Lines 1, 4, 5 and 6 are struck out, the last with others on its item, for gold is amended: version 2 follows
    from move 2, 3 from move 3, 4 from move 6, 5 from move 7. `disputed.zip` is the bundle.
    """
    _answer(cli)
    for moment, by, rulings in RULINGS:
        rows = [{"line": n, "ruling": word, "reason": f"because of {n}", "by": by} for n, word in rulings]
        (cli.folder / "rulings.json").write_text(json.dumps(rows), "utf-8")
        cli("claim", "rule", "c", "--from", "rulings.json", "--by", by, env=at(moment))
    _arbitrate(cli)
    why = ("--reason", "the guideline says so", "--by", "ann")
    cli("gold", "amend", "g", "--claim", "c", "--line", "6", "--delivered", *why, env=at(RULED_AGAIN))
    cli("claim", "settle", "c", "--amount", "0.01", "--note", "as agreed", "--by", "ann", env=at(SETTLED))
    cli("evidence", "export", "a", "--out", "disputed.zip", env=at(SETTLED))
    return cli


def _answer(cli: Cli) -> None:
    (cli.folder / "sheet.csv").write_bytes(SHEET)
    photo = {"photo.png": "0" * 64}
    positions = [
        Position(n, "rebutted", "gold_wrong", f"line {n} is right: é", evidence=photo) for n in range(1, 7)
    ]
    positions += [Position(n, "accepted") for n in (7, 8)]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in at(ANSWERED).items():
            patch.setenv(name, value)
        workspace = open_workspace(cli.folder)
        make_move(workspace, "c", "answered", by="acme", positions=positions, source=sha256_hex(SHEET))


def _arbitrate(cli: Cli) -> None:
    """The arbiter finds the vendor's answer right."""
    cli("claim", "arbitrate", "c", "--out", "cases.csv", env=at(RULED_AGAIN))
    workspace = open_workspace(cli.folder)
    key = load_dispute(workspace, "c").rows[-1].private_sha
    assert key
    (case,) = json.loads(workspace.objects.read(key))["cases"]
    path = cli.folder / "cases.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    rows[0]["decision"] = "B is right" if case["gold"] == "A" else "A is right"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    cli("claim", "arbitrate", "c", "--answers", "cases.csv", "--by", "Prof. Q", env=at(RULED_AGAIN))
