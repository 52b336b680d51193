"""The dishonest vendor of boxes and outlines: no trick keeps a clause, and none makes an audit fail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import clause, contract_toml

ITEMS = range(20)
KEPT_OF_ALL = ("accuracy", "f1", "mean_iou")


def audited(cli: Cli, kind: str, head: str, gold: list[str], delivered: list[str]) -> dict[str, Any]:
    """The audit of a delivery that says on each item what `delivered` says, against `gold` on each item."""
    clauses = [clause(metric, metric=metric, unit="object", threshold="0.8") for metric in KEPT_OF_ALL]
    clauses.append(clause("items", unit="item", threshold="0.8"))
    clauses.append(clause("complete", metric="completeness", threshold="0.8", decision={"rule": "point"}))
    text = contract_toml(task={"type": kind, "classes": ["car", "van"]}, clauses=clauses)
    (cli.folder / "c.toml").write_text(text, "utf-8")
    for name, rows in (("g.csv", gold), ("d.csv", delivered)):
        lines = [head, *(f"i{item},{row}" for item in ITEMS for row in rows)]
        (cli.folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", "g.csv", "--id", "g", "--contract", "c")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")
    ran = cli._run(["audit", "run", "d", "--gold", "g", "--id", "a", "--json"], {})
    assert ran.code in (3, 4), ran.err
    cli("report", "audit", "a", "--out", "a.html")
    found: dict[str, Any] = ran.json
    return found


def verdicts(audit: dict[str, Any]) -> set[str]:
    """The verdicts of all clauses but that on completeness."""
    return {one["verdict"] for one in audit["findings"] if one["clause"] != "complete"}


BOXES = "item_id,label,x_min,y_min,x_max,y_max"
GOLD = ["car,0,0,100,100", "van,200,0,300,100"]
TRICKS = {
    "each object in four": [
        *(f"car,{x},{y},{x + 50},{y + 50}" for x in (0, 50) for y in (0, 50)), "van,200,0,300,100",
    ],
    "nothing anywhere": [",,,,"],
    "one box over all": ["car,0,0,300,100"],
    "each box ten times, a hair apart": [f"{row}.{n}" for row in GOLD for n in range(10)],
    "boxes without area beside": [*GOLD, "car,5,5,5,5"],
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_with_boxes(cli: Cli, trick: str) -> None:
    found = audited(cli, "boxes", BOXES, GOLD, TRICKS[trick])
    assert found["verdict"] == "breached"
    assert "breached" in verdicts(found)


@pytest.mark.parametrize("all_of_them", [True, False])
def test_outlines_that_cannot_be_scored(cli: Cli, all_of_them: bool) -> None:
    """They accuse nobody, and keep nothing."""
    good = ['car,"[0,0,100,0,100,100,0,100]"', 'van,"[200,0,300,0,300,100,200,100]"']
    crossed = 'car,"[0,0,100,100,100,0,0,100]"'
    delivered = [crossed] if all_of_them else [crossed, good[1]]
    found = audited(cli, "polygons", "item_id,label,polygon", good, delivered)
    assert "kept" not in verdicts(found)
    assert ("breached" in verdicts(found)) is all_of_them  # the vans are missed
    assert next(one for one in found["findings"] if one["clause"] == "complete")["verdict"] == "kept"
