"""Gold out of real exports: test questions chosen by a filter, several accepted answers in one cell."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli

CASES = SHARED / "cases"
APPEN = ("--map", "item_id=photo", "--map", "label=which_animal_gold")


@pytest.fixture
def there(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", CASES / "contract-words.toml")
    return cli


def added(cli: Cli, file: str, *words: str) -> dict[str, Any]:
    record: dict[str, Any] = cli("gold", "add", CASES / file, "--id", "g", *words, "--json").json
    return record


def rows(file: str) -> list[dict[str, str]]:
    with (CASES / file).open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("pipe", ()),
        ("json", ()),
        ("comma", ("--separator", ",")),
        ("semi", ("--separator", ";")),
        ("nl", ("--separator", r"\n")),
    ],
)
def test_accepted_answers_however_they_are_separated(there: Cli, name: str, words: tuple[str, ...]) -> None:
    if words:
        said = there("gold", "add", CASES / f"31-gold-{name}.csv", "--id", "g", code=2).err
        assert f"Several answers? Say --separator '{words[1]}'." in said
    assert added(there, f"31-gold-{name}.csv", *words)["items"] == 40
    there("delivery", "add", CASES / "18b-curation-nostage.csv", "--id", "d", "--contract", "c-words")
    found = there("audit", "run", "d", "--gold", "g", "--json").json["findings"][0]
    accepted = {row["item_id"]: row["accepted"].split("|") for row in rows("31-gold-pipe.csv")}
    wrong = [row for row in rows("18b-curation-nostage.csv") if row["label"] not in accepted[row["item_id"]]]
    assert (found["n"], found["errors"]) == (160, len(wrong))
    assert sum(len(answers) for answers in accepted.values()) > 40


def test_test_questions_are_gold(there: Cli) -> None:
    record = added(there, "07-appen-full.csv", *APPEN, "--where", "_golden=true")
    assert record["items"] == 4
    assert "--where _golden=true left out 108 rows: false 108." in record["notes"]
    words = ("--map", "item_id=photo", "--map", "annotator_id=_worker_id", "--map", "label=which_animal")
    filters = ("--where", "_golden=true", "--where", "_tainted=false")
    there(
        "delivery", "add", CASES / "07-appen-full.csv", "--id", "d", "--contract", "c-words", *words, *filters
    )
    counts = there("audit", "run", "d", "--gold", "g", "--json", code=3).json["counts"]
    tests = [row for row in rows("07-appen-full.csv") if (row["_golden"], row["_tainted"]) == ("true", "false")]
    right = [row for row in tests if row["which_animal"] == row["which_animal_gold"]]
    assert (counts["opportunities"], counts["correct"]) == (len(tests), len(right)) == (11, 9)


def test_aggregated_test_questions_accept_several_answers(there: Cli) -> None:
    said = there("gold", "add", CASES / "07b-appen-aggregated.csv", *APPEN, "--where", "_golden=TRUE",
                 code=2).err  # fmt: skip
    assert r"Say --separator '\n'." in said
    record = added(there, "07b-appen-aggregated.csv", *APPEN, "--where", "_golden=TRUE", "--separator", r"\n")
    assert record["items"] == 4


def test_rows_without_gold_may_be_left_out_but_gold_is_not_chosen_by_its_answers(there: Cli) -> None:
    assert added(there, "07-appen-full.csv", *APPEN, "--where", "which_animal_gold!=")["items"] == 4
    for where in ("which_animal_gold=cat", "which_animal_gold!=dog"):
        words = ("gold", "add", CASES / "07-appen-full.csv", "--id", "h", *APPEN, "--where", where)
        assert "would choose rows by their label" in there(*words, code=2).err
    words = ("gold", "add", CASES / "07-appen-full.csv", "--id", "h", *APPEN, "--where", "_golden=TRUE")
    assert "it holds false, true" in there(*words, code=2).err


def test_signed_addresses_are_cut(there: Cli) -> None:
    record = there("gold", "add", CASES / "33-gold-urls.csv", "--id", "g", "--json").json
    assert any("signatures would stand in claims" in text for text in record["notes"])
    record = there("gold", "add", CASES / "33-gold-urls.csv", "--id", "h", "--id-cut", "query", "--json").json
    assert (record["items"], record["notes"]) == (40, [])
