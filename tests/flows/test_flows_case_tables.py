"""Tables of real exports: as platforms write them, wide, in workbooks, with paths into JSON, as Excel saves them."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli

CASES = SHARED / "cases"
APPROVED = ("--where", "AssignmentStatus=Approved")
PEOPLE = tuple(CASES / f"12-w-{name}.jsonl" for name in ("ada", "bo", "cy"))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """One workspace for all: deliveries here are small, and stand beside each other."""
    cli = Cli(tmp_path_factory.mktemp("tables"))
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", CASES / "contract-words.toml")
    cli("gold", "add", CASES / "gold-words.csv", "--id", "gold", "--contract", "c-words")
    return cli


def checked(cli: Cli, *words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = cli("delivery", "check", *words, "--contract", "c-words", "--json").json["intake"]
    return found


def accuracy(cli: Cli, name: str, *words: str | Path, code: int = 0) -> float:
    """The share of right answers in a delivery, in hundredths."""
    cli("delivery", "add", *words, "--id", name, "--contract", "c-words")
    found = cli("audit", "run", name, "--gold", "gold", "--json", code=code).json["findings"][0]
    return round(100 * float(found["estimate"]), 1)


@pytest.mark.parametrize(
    ("file", "words", "labels", "right"),
    [
        ("06-mturk.csv", APPROVED, 94, 94.7),
        ("06b-mturk-json.csv", APPROVED, 94, 94.7),
        ("06c-mturk-many-per-hit.csv", (), 120, 95.0),
        ("06d-mturk-short-rows.csv", APPROVED, 94, 94.7),
        ("07-appen-full.csv", ("--where", "_golden=false", "--where", "_tainted=false"), 98, 94.9),
        ("08-toloka.tsv", ("--where", "ASSIGNMENT:status=APPROVED"), 105, 95.2),
        ("20-zooniverse.csv", (), 120, 95.0),
        ("24-qualtrics.csv", (), 120, 95.0),
    ],
)
def test_platforms_are_known_by_their_columns(
    there: Cli, file: str, words: tuple[str, ...], labels: int, right: float
) -> None:
    name = file.split(".")[0]
    assert accuracy(there, name, CASES / file, *words) == right
    intake = there("delivery", "show", name, "--json").json["intake"]
    platform = file.split("-")[1].split(".")[0]
    assert (intake["labels"], intake["read"]["format"]) == (labels, platform)
    assert intake["unsettled"] == []
    assert intake["notes"][0].startswith(f"Read as {platform}: {file} has ")
