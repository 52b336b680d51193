"""Ordinal and numeric answers through the commands: taken in, audited, claimed, reported, proven, compared."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import REWORK, clause, contract_toml, rule

STARS = ["1", "2", "3", "4", "5"]
ATTRIBUTES = sorted(facts("lidc_nodules")["attributes"])


def write(path: Path, head: str, rows: Iterable[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head.split(","), *rows])
    return path


def read(path: Path) -> list[list[str]]:
    """The rows of a file below its head."""
    return list(csv.reader(path.read_text("utf-8").splitlines()[1:]))


def delivered(cli: Cli, kind: str, column: str) -> None:
    """A workspace with gold on 80 items, and two people's answers on them, of which one in four is far off."""
    rng = random.Random(kind)
    truth = {f"i{k:02}": rng.randint(1, 5) for k in range(80)}
    rows = [
        (item, who, f"{min(5, max(1, value + (rng.choice((-3, 3)) if rng.random() < 0.25 else 0))):.1f}")
        for item, value in truth.items()
        for who in ("ada", "bo")
    ]
    write(cli.folder / "gold.csv", f"item_id,{column}", truth.items())
    write(cli.folder / "d.csv", f"item_id,annotator_id,{column}", rows)
    named = {"classes": STARS} if kind == "ordinal" else {}
    loss = rule("claim", worst="4") if kind == "numeric" else rule()
    weighted = [clause("ac2", metric="ac2", threshold="0.9", unit="item")] if kind == "ordinal" else []
    text = contract_toml(
        task={"type": kind, **named, "gold": "chosen", "matching": {"tolerance": "1"}}, price=("0.10", "label"),
        clauses=[clause(unit="label", threshold="0.95", remedy=["rework"]), *weighted,
                 clause("mae", metric="mae", unit="label", threshold="0.2", decision=loss, remedy=["rework"]),
                 clause("alpha", metric="alpha", unit="item", threshold="0.1")],
        remedies=[REWORK],
    )  # fmt: skip
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    cli("gold", "commit", "g", "--out", "receipt.json")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c")


@pytest.mark.parametrize(("kind", "column"), [("ordinal", "label"), ("numeric", "value")])
def test_a_delivery_of_ratings_is_judged_claimed_and_proven(cli: Cli, kind: str, column: str) -> None:
    delivered(cli, kind, column)
    result = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).json
    verdicts = {one["clause"]: one["verdict"] for one in result["findings"]}
    assert verdicts.pop("ac2", "breached") in ("breached", "inconclusive")
    assert verdicts == {"accuracy": "breached", "mae": "breached", "alpha": "kept"}
    figures = {one["clause"]: one["estimate"] for one in result["findings"]}
    truth = {item: float(said) for item, said in read(cli.folder / "gold.csv")}
    answers = {(item, who): float(said) for item, who, said in read(cli.folder / "d.csv")}
    gaps = [abs(said - truth[item]) for (item, _), said in answers.items()]
    assert figures["mae"] == pytest.approx(sum(gaps) / len(gaps))
    assert figures["accuracy"] == sum(gap <= 1 for gap in gaps) / len(gaps)
    assert bool(result["by_class"]) == bool(result["confusion"]) == (kind == "ordinal")
    drafted = " ".join(cli("claim", "draft", "a", "--id", "x").out.split())
    assert "audited. How far they are off decides, not how many they are." in drafted
    lines = cli("claim", "show", "x", "--json").json["lines"]
    assert len(lines) == sum(gap > 1 for gap in gaps)
    for words in (("audit", "a"), ("claim", "x")):
        cli("report", *words, "--format", "pdf", "--out", f"{words[0]}.pdf")
        assert (cli.folder / f"{words[0]}.pdf").read_bytes().startswith(b"%PDF")
    cli("evidence", "export", "a", "--out", "b.zip")
    said = cli("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", "d.csv")
    assert "its verdict is breached" in said.out


def test_what_is_no_number_is_refused_with_its_line(cli: Cli) -> None:
    delivered(cli, "numeric", "value")
    write(
        cli.folder / "odd.csv", "item_id,annotator_id,value", [("i00", "ada", "about 3"), ("i01", "ada", "3")]
    )
    intake = cli("delivery", "add", "odd.csv", "--id", "odd", "--contract", "c", "--json").json["intake"]
    (refused,) = intake["refusals"]
    assert (refused["line"], refused["reason"]) == (2, "The label 'about 3' is no number.")
    write(cli.folder / "odd.csv", "item_id,value", [("i00", "3"), ("i01", "1,5")])
    said = cli("gold", "add", "odd.csv", "--id", "odd", "--contract", "c", code=2)
    assert "'1,5' is no number" in said.err
    assert "line 3" in said.err or ":3" in said.err


def test_alpha_of_numbers_and_of_what_was_called_wrong(cli: Cli) -> None:
    delivered(cli, "numeric", "value")
    rows = (cli.folder / "d.csv").read_text() + "i00,cy,many\n"
    (cli.folder / "odd.csv").write_text(rows)
    cli("delivery", "add", "odd.csv", "--id", "odd", "--contract", "c", "--wrong", "many")
    plain, odd = (cli("agreement", "show", name, "--json").json for name in ("d", "odd"))
    assert plain["scale"] == odd["scale"] == "interval"
    assert plain["alpha"] == {**odd["alpha"], "low": plain["alpha"]["low"], "high": plain["alpha"]["high"],
                              "method": plain["alpha"]["method"]}  # fmt: skip


def rated(cli: Cli, attributes: Iterable[str]) -> None:
    """Every attribute's alphas of real ratings: rows that name nobody, for reader slots are no people."""
    cli("init")
    cli("vendor", "add", "acme")
    rows = SHARED / "data" / "lidc_nodules" / "delivered_ratings.csv"
    for name in attributes:
        known = facts("lidc_nodules")["attributes"][name]
        terms = contract_toml(
            name.lower(), task={"type": "ordinal", "classes": [str(place) for place in range(1, 7)]},
            clauses=[clause("alpha", metric="alpha", threshold="0.5")],
        )  # fmt: skip
        (cli.folder / "c.toml").write_text(terms, "utf-8")
        cli("contract", "add", "c.toml")
        words = ("--map", f"label={name}", "--map", "annotator_id=none", "--unnamed", "different")
        cli("delivery", "add", anonymous(rows, cli.folder), "--id", f"d-{name.lower()}", "--contract",
            name.lower(), *words)  # fmt: skip
        for scale in ("nominal", "ordinal", "interval"):
            shown = cli(
                "agreement", "show", f"d-{name.lower()}", "--scale", scale, "--resamples", "0", "--json"
            )
            assert round(shown.json["alpha"]["estimate"], 6) == known[f"alpha_{scale}"]


def anonymous(rows: Path, folder: Path) -> Path:
    """The ratings without the slots in which they were given."""
    lines = rows.read_text("utf-8").splitlines()
    kept = [line.split(",", 2) for line in lines]
    path = folder / "ratings.csv"
    path.write_text("\n".join([f"item_id,none,{kept[0][2]}", *(f"{one[0]},,{one[2]}" for one in kept[1:])]))
    return path


def test_alphas_of_a_radiologists_rating_without_gold(cli: Cli) -> None:
    rated(cli, ["malignancy"])


@pytest.mark.slow
def test_alphas_of_all_nine_ratings(cli: Cli) -> None:
    rated(cli, ATTRIBUTES)


def test_experts_and_amended_gold_say_numbers_too(cli: Cli) -> None:
    delivered(cli, "numeric", "value")
    cli("audit", "tasks", "d", "--id", "s", "--items", "20", "--out", "s.csv")
    tasks = [row[:2] for row in read(cli.folder / "s.csv")]
    truth = dict(read(cli.folder / "gold.csv"))
    odd = [
        (task, item, "about 3" if number == 2 else truth[item], "") for number, (task, item) in enumerate(tasks)
    ]
    write(cli.folder / "odd.csv", "task_id,item_id,answer,comment", odd)
    said = cli("audit", "answers", "s", "odd.csv", "--auditor", "eve", code=2).err
    assert "'about 3' is no number" in said
    right = [(task, item, f"{truth[item]}.0", "") for task, item in tasks]
    write(cli.folder / "eve.csv", "task_id,item_id,answer,comment", right)
    cli("audit", "answers", "s", "eve.csv", "--auditor", "eve", code=3)
    said = cli("gold", "amend", "g", "--item", "i00", "--answer", "many", "--reason", "typo", code=2).err
    assert "is no number" in said


def test_a_number_written_otherwise_is_the_same_answer_again(cli: Cli) -> None:
    (cli.folder / "c.toml").write_text(contract_toml(task={"type": "numeric"}))
    (cli.folder / "d.csv").write_text("item_id,annotator_id,label\na,ann,1\nb,ann,2\na,ann,1.0\nb,ann,3\n")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    intake = cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c", "--json").json["intake"]
    assert (intake["repeats"]["same_answer"], intake["repeats"]["left"]) == (1, 1)
