"""Preferences, rankings and rubrics from files to a claim and its evidence."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import YEAR, clause, contract_toml

ITEMS = [f"q{number:02d}" for number in range(60)]
Rows = list[Sequence[Any]]
REWORK = {"id": "rework", "kind": "rework"}


def write(cli: Cli, name: str, *rows: Sequence[Any]) -> None:
    with (cli.folder / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def audited(cli: Cli, kind: str, clauses: list[Any], gold: Rows, given: Rows, **task: Any) -> dict[str, Any]:
    terms = contract_toml(
        "c", task={"type": kind, "gold": "chosen", **task}, clauses=clauses, remedies=[REWORK], **YEAR
    )
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    write(cli, "gold.csv", *gold)
    write(cli, "delivered.csv", *given)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    cli("delivery", "add", "delivered.csv", "--id", "d", "--contract", "c")
    found: dict[str, Any] = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    cli("claim", "draft", "a", "--id", "cl")
    cli("evidence", "export", "a", "--out", "b.zip")
    cli("evidence", "verify", "b.zip")
    return found


def best(number: int) -> str:
    return "ab"[number // 2 % 2]


def preferences() -> Iterator[Sequence[Any]]:
    """Two of three answers are right; the others are what stood first."""
    yield "item_id", "annotator_id", "label", "shown"
    for number, item in enumerate(ITEMS):
        for who in ("ann", "bob"):
            shown = "a|b" if (number + (who == "bob")) % 2 else "b|a"
            yield item, who, best(number) if number % 3 else shown[0], shown


def test_preferences_are_audited_and_their_texts_stand_side_by_side(cli: Cli) -> None:
    gold: Rows = [("item_id", "label", "accepted")]
    gold += [(item, best(number), "tie" if number == 1 else "") for number, item in enumerate(ITEMS)]
    found = audited(
        cli, "preference", [clause(threshold="0.95", remedy=["rework"])], gold, list(preferences()),
        classes=["a", "b", "tie"],
    )  # fmt: skip
    assert (found["findings"][0]["errors"], found["findings"][0]["n"]) == (20, 120)  # half of every third
    bias = next(one for one in found["patterns"] if one["pattern"] == "bias")
    sign = next(one for one in bias["evidence"]["signs"] if one["what"] == "the right answer's place")
    assert sign["significant"]
    assert sign["sentence"].startswith("Shown in place 2, the right answer is missed in 33.3 % (20 of 60)")
    texts: Rows = [("item_id", "text", "a", "b")]
    texts += [(item, f"Why, {item}?", f"so <{item}>", "or so") for item in ITEMS]
    write(cli, "texts.csv", *texts)
    cli("report", "claim", "cl", "--texts", "texts.csv", "--out", "claim.html")
    page = (cli.folder / "claim.html").read_text("utf-8")
    assert page.count("side-by-side") > 10
    assert "Gold prefers a</b><p>so &lt;q00&gt;</p>" in page
    write(cli, "texts.csv", ("item_id", "text", "c"), ("q01", "x", "y"))
    refused = cli("report", "claim", "cl", "--texts", "texts.csv", "--out", "x.html", code=2)
    assert "no class of the contract" in refused.err


def test_rankings_are_audited_pair_by_pair(cli: Cli) -> None:
    rng = random.Random(3)
    gold: Rows = [("item_id", "label", "rank")]
    given: Rows = [("item_id", "annotator_id", "label", "rank")]
    wrong = 0
    for item in ITEMS:
        gold += [(item, name, rank) for rank, name in enumerate("abc", 1)]
        order = [1, 2, 3]
        if rng.random() < 0.5:
            rng.shuffle(order)
        wrong += sum(order[i] > order[j] for i in range(3) for j in range(i + 1, 3))
        given += [(item, "ann", name, rank) for name, rank in zip("abc", order, strict=True)]
    clauses = [clause(unit="pair", threshold="0.97", remedy=["rework"]), clause("whole", metric="exact_match")]
    found = audited(cli, "ranking", clauses, gold, given)
    assert (found["findings"][0]["n"], found["findings"][0]["errors"]) == (180, wrong)
    assert found["by_class"] == []
    agreement = cli("agreement", "show", "d").out
    assert "nobody answered" in agreement or "two" in agreement
    assert "b > a" in cli("claim", "show", "cl").out
    cli("report", "claim", "cl", "--out", "claim.html")


@pytest.mark.parametrize(("group", "wrong"), [("true", 20), ("clear", 0)])
def test_each_criterion_of_a_rubric_has_its_clause(cli: Cli, group: str, wrong: int) -> None:
    gold: Rows = [("item_id", "label", "grade")]
    given: Rows = [("item_id", "annotator_id", "label", "grade")]
    for number, item in enumerate(ITEMS):
        for name in ("clear", "true"):
            grade = 1 + number % 5
            gold.append((item, name, grade))
            given.append((item, "ann", name, f"{grade + (name == 'true' and number % 3 == 0)}.0"))
    one = clause(unit="grade", scope="class", group=group, threshold="0.95", remedy=["rework"])
    found = audited(
        cli, "rubrics", [one, clause("all", unit="grade", threshold="0.95", remedy=["rework"])], gold, given,
        classes=["clear", "true"],
    )  # fmt: skip
    assert (found["findings"][0]["errors"], found["findings"][0]["n"]) == (wrong, 60)
    assert found["findings"][0]["verdict"] == ("breached" if wrong else "kept")
    assert "gold says" in cli("claim", "show", "cl").out
