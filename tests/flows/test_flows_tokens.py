"""A real, very good delivery at token level: CoNLL-2003 labels against their published corrections."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli, facts
from tests.flows.test_flows_real_data import repeated_labels

DATA = SHARED / "data" / "conll03_test_corrections"
Tag = Callable[[str, bool], str]


def tokens(name: str, tag: Tag) -> dict[str, str]:
    """The class of every token, by sentence and position; tokens outside all spans are O."""
    with (DATA / "items.csv").open(encoding="utf-8") as file:
        found = {
            f"{row['item_id']}:{place}": "O"
            for row in csv.DictReader(file)
            for place in range(int(row["n_tokens"]))
        }
    with (DATA / name).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            start = int(row["start_token"])
            for place in range(start, int(row["end_token"])):
                found[f"{row['item_id']}:{place}"] = tag(row["label"], place == start)
    return found


def audited(cli: Cli, tag: Tag) -> dict[str, Any]:
    gold, delivered = tokens("gold.csv", tag), tokens("delivered.csv", tag)
    write(cli.folder / "gold.csv", "item_id,label", gold)
    write(cli.folder / "delivered.csv", "item_id,label", delivered)
    classes = sorted({*gold.values(), *delivered.values()})
    (cli.folder / "terms.toml").write_text(repeated_labels("each", classes), "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "terms.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c-each")
    cli("delivery", "add", "delivered.csv", "--id", "d", "--contract", "c-each")
    result: dict[str, Any] = cli("audit", "run", "d", "--gold", "g", "--json").json
    return result


def write(path: Path, head: str, rows: dict[str, str]) -> None:
    path.write_text(head + "\n" + "".join(f"{item},{label}\n" for item, label in rows.items()), "utf-8")


def test_token_accuracy_equals_the_facts(cli: Cli) -> None:
    known = facts("conll03_test_corrections")
    result = audited(cli, lambda label, first: f"{'B' if first else 'I'}-{label}")
    (finding,) = result["findings"]
    assert (finding["n"], finding["errors"]) == (known["n_tokens"], known["n_tokens_changed"])
    assert finding["estimate"] == pytest.approx(known["token_label_accuracy"], abs=5e-7)
    assert finding["verdict"] == "kept"


def test_entity_tokens_equal_the_facts(cli: Cli) -> None:
    known = facts("conll03_test_corrections")["token_or_char_level"]
    result = audited(cli, lambda label, first: label)
    entities = [row for row in result["by_class"] if row["class"] != "O"]
    correct = sum(row["correct"] for row in entities)
    assert correct == known["tp"]
    assert sum(row["delivered"] for row in entities) - correct == known["fp"]
    assert sum(row["n"] for row in entities) - correct == known["fn"]
