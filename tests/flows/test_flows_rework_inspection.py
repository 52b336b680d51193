"""Under an AQL plan with switching a rework is inspected at tightened level and moves nobody between levels.

STATISTICS (rule 4 of the switching rules): normal goes to tightened when 2 of 5 consecutive deliveries are not
accepted on original inspection. A rework is no original inspection.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import clause, contract_toml, rule
from tests.flows.rework_story import CLASSES, ITEMS, TERMS, day, errors, write_gold, write_labels

SWITCHING = clause(
    threshold="0.95",
    decision=rule("iso2859-1", aql="2.5", level="II", inspection="switching"),
    remedy=["rework"],
)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process, in an empty folder."""
    found = Cli(tmp_path)
    terms = contract_toml("birds", **{**TERMS, "task": {"classes": list(CLASSES), "gold": "chosen"}},
                          clauses=[SWITCHING])  # fmt: skip
    (tmp_path / "contract.toml").write_text(terms, "utf-8")
    found("init")
    found("vendor", "add", "acme", "--name", "Acme Labels")
    found("contract", "add", "contract.toml", env=day(1))
    for number in range(6):
        file = write_gold(found, f"gold-{number}.csv", ITEMS[number * 100 : number * 100 + 100])
        found("gold", "add", file, "--id", f"gold-{number}", "--contract", "birds", env=day(1))
        found("gold", "commit", f"gold-{number}", "--out", f"receipt-{number}.json", env=day(1))
    return found


def audited(cli: Cli, delivery: str, rate: float, gold: int, on: int, rework_of: str = "") -> Any:
    """A delivery of this error rate, audited on gold; returns the inspection that was used and its notes."""
    file = write_labels(cli, f"{delivery}.csv", errors(rate, on))
    words = ("--rework-of", rework_of) if rework_of else ()
    cli("delivery", "add", file, "--id", delivery, "--contract", "birds", *words, env=day(on))
    code = 3 if rate > 0.1 else 0
    ran = cli("audit", "run", delivery, "--gold", f"gold-{gold}", "--id", f"audit-{delivery}", "--json",
              env=day(on), code=code)  # fmt: skip
    (finding,) = ran.json["findings"]
    return finding["walk"]["rule"], finding["walk"]["accept"], " ".join(ran.json["notes"])


def test_reworks_do_not_count_and_are_tightened(cli: Cli) -> None:
    """Acceptance numbers of the standard's tables at AQL 2.5: J (501 to 1,200 items) has 5 at normal and 3 at
    tightened level, H (281 to 500, as 100 of the rework's items are left out) has 3 and 2.
    """
    assert audited(cli, "a", 0.3, 0, 2)[1] == 5
    accept, said = audited(cli, "a2", 0.3, 1, 3, rework_of="a")[1:]
    assert accept == 2
    assert "tightened level (accuracy), because this is a rework" in said
    accept, said = audited(cli, "b", 0.0, 2, 4)[1:]  # one refused of one: the rework is no second
    assert accept == 5
    assert "rework" not in said
    audited(cli, "c", 0.3, 3, 5)
    accept, said = audited(cli, "d", 0.001, 4, 6)[1:]  # two of three refused on first inspection
    assert accept == 3
    assert "rework" not in said
