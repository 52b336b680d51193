"""The dishonest vendor: whatever it changes of what it holds, verify says whose word is contradicted."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import OWN, claimed

BOTH = ("--seal", "seal.json", "--acknowledgement", "ack.json")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return claimed(Cli(tmp_path_factory.mktemp("honest")), skip=10).folder


@pytest.fixture
def told(cli: Cli, honest: Path) -> Cli:
    for file in honest.glob("*.*"):
        if file.is_file():
            shutil.copy(file, cli.folder / file.name)
    return cli


def test_the_honest_bundle_fits(told: Cli) -> None:
    checks = told("evidence", "verify", "b.zip", *OWN, *BOTH, "--json").json["checks"]
    assert any("unanswered gold items stand in your list" in check for check in checks)


def test_that_is_not_the_file_that_we_sent(told: Cli) -> None:
    """Labels mended afterwards, with a seal of their own."""
    text = (told.folder / "answers.csv").read_text("utf-8")
    (told.folder / "answers.csv").write_text(text.replace("grosbeak", "bunting"), "utf-8")
    said = told("evidence", "verify", "b.zip", "--delivered", "answers.csv", code=5).err
    assert "not a file of the audited delivery" in said
    told("delivery", "seal", "answers.csv", "--out", "mended.json")
    said = told(
        "evidence", "verify", "b.zip", "--seal", "mended.json", "--acknowledgement", "ack.json", code=5
    ).err
    assert "acknowledged another seal" in said
    assert "another seal" in told("evidence", "verify", "b.zip", "--seal", "mended.json", code=5).err


def test_a_receipt_that_was_never_given(told: Cli) -> None:
    receipt = json.loads((told.folder / "gold-receipt.json").read_text("utf-8"))
    (told.folder / "made-up.json").write_text(json.dumps({**receipt, "number": 7}), "utf-8")
    assert "receipt 7" in told("evidence", "verify", "b.zip", "--receipt", "made-up.json", code=5).err


def test_tasks_taken_out_of_the_own_list(told: Cli) -> None:
    """To deny that unanswered tasks were sent: the commitment knows how many there were."""
    with (told.folder / "tasks.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    with (told.folder / "shorter.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows[10:]])
    words = ("--receipt", "tasks-receipt.json", "--tasks", "shorter.csv")
    assert "your list" in told("evidence", "verify", "b.zip", *words, code=5).err.lower()


def test_a_task_that_showed_something_else(told: Cli) -> None:
    with (told.folder / "tasks.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    changed = [[*row[:-1], "https://x.test/broken"] for row in rows]
    with (told.folder / "other.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *changed])
    said = told("evidence", "verify", "b.zip", "--tasks", "other.csv", code=5).err
    assert "shows something else" in said
