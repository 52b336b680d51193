"""A whole dispute on real boxes of cells: answers in CSV, rulings in a file, wrong gold, arbiter, rework."""

from __future__ import annotations

import csv
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Cli

MADE = "2026-03-02"


def on(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T09:00:00+00:00", "VENDOREVAL_ACTOR": "ann"}


@pytest.fixture
def dispute(cli: Cli) -> Cli:
    """The demo of boxes: `claim-1` on batch-1, and batch-2, which was delivered as its rework."""
    cli("demo", "there", "--task", "boxes", env=on(MADE))
    return Cli(cli.folder / "there")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def answer(cli: Cli, said: dict[str, tuple[str, str]]) -> None:
    """The vendor fills some rows of the CSV sheet, in another order, and leaves the others out."""
    cli("claim", "sheet", "claim-1", "--out", "answers.csv", env=on(MADE))
    rows = [row for row in table(cli.folder / "answers.csv") if row["line"] in said]
    for row in rows:
        row["position"], row["reason code"] = said[row["line"]]
        row["text"] = f"Look at line {row['line']} again." if row["reason code"] else ""
    write(cli.folder / "answers.csv", rows[::-1])
    cli("claim", "respond", "claim-1", "answers.csv", "--by", "Vera", env=on("2026-03-04"))


def shown(cli: Cli) -> dict[str, Any]:
    record: dict[str, Any] = cli("claim", "show", "claim-1", "--json", env=on("2026-03-06")).json
    return record


def sums(record: dict[str, Any]) -> list[int]:
    return [one["asked"]["minor"] for one in record["dispute"]["versions"]]


def test_boxes_from_breach_to_settlement(dispute: Cli, tmp_path: Path) -> None:
    cli = dispute
    rebutted = {str(line): ("rebutted", "gold_wrong") for line in (1, 2, 3)} | {
        "4": ("rebutted", "severity_wrong")
    }
    answer(cli, {**rebutted, **{str(line): ("accepted", "") for line in range(5, 30)}})
    rulings = [
        {"line": "1", "ruling": "withdrawn", "reason": "The vendor is right.", "by": "ann", "severity": ""},
        {
            "line": "2",
            "ruling": "upheld",
            "reason": "Two experts agree with gold.",
            "by": "ann",
            "severity": "",
        },
        {"line": "3", "ruling": "escalated", "reason": "Hard to see.", "by": "ann", "severity": ""},
        {"line": "4", "ruling": "downgraded", "reason": "It hurts little.", "by": "ann", "severity": "minor"},
    ]
    write(cli.folder / "rulings.csv", rulings)
    cli("claim", "rule", "claim-1", "--from", "rulings.csv", env=on("2026-03-05"))

    # Gold was wrong on line 1: whoever drew the same falls out of the claim with it, and nothing comes in.
    before = shown(cli)
    words = (
        "--claim",
        "claim-1",
        "--line",
        "1",
        "--delivered",
        "--reason",
        "The pathologist drew the neighbour.",
    )
    affected = cli("gold", "amend", "gold-1", *words, "--json", env=on("2026-03-05")).json
    assert affected["claims"]
    after = shown(cli)
    assert {line["number"] for line in after["lines"]} < {line["number"] for line in before["lines"]}
    assert sums(after) == sorted(sums(after), reverse=True)

    # The arbiter does not know the sides, and finds that neither answer is right: the line stays.
    cli("claim", "arbitrate", "claim-1", "--out", "cases.xlsx", env=on("2026-03-05"))
    book = openpyxl.load_workbook(cli.folder / "cases.xlsx")
    names = [cell.value for cell in book["Sheet"][1]]
    for name, text in (("decision", "neither is right"), ("reason", "Both miss the border.")):
        book["Sheet"].cell(2, names.index(name) + 1).value = text
    book.save(cli.folder / "cases.xlsx")
    cli("claim", "arbitrate", "claim-1", "--answers", "cases.xlsx", "--by", "Dr. X", env=on("2026-03-06"))
    decided = {line["number"]: (line["state"], line["final"]) for line in shown(cli)["dispute"]["lines"]}
    assert (decided[2], decided[3], decided[4]) == (("upheld", False), ("upheld", True), ("downgraded", False))

    # The rework was real: judged on other images than those the claim showed.
    reworked = cli("claim", "rework", "claim-1", "batch-2", "--json", env=on("2026-03-06")).json
    assert reworked["outcome"] in ("passed", "undecided")
    assert reworked["mended"]
    left = [line for line in reworked["lines"] if line["state"] != "mended"]
    assert left  # real people: some named defects are still there
    agreed = ("--amount", "25.00", "--note", "Lines 30 and up were not argued.", "--how", "credit")
    cli("claim", "settle", "claim-1", *agreed, env=on("2026-03-06"))

    for subject, name in (("claim", "claim.pdf"), ("audit", "audit.pdf")):
        cli("report", subject, f"{subject}-1", "--out", name, env=on("2026-03-06"))
    keys = tmp_path / "keys"
    cli("evidence", "keygen", "buyer", "--out", keys, env=on(MADE))
    cli("evidence", "export", "audit-1", "--out", "bundle.zip", env=on("2026-03-06"))
    cli("evidence", "sign", "bundle.zip", "--key", keys, env=on("2026-03-06"))
    signer = f"--signer={keys / 'buyer.public.json'}"
    found = cli("evidence", "verify", "bundle.zip", signer, "--answers", "answers.csv", "--json").json
    assert found["verdict"] == "breached"
    cli("status", "--verify", env=on("2026-03-06"))
    _every_part_is_bound(cli, signer)


def _every_part_is_bound(cli: Cli, signer: str) -> None:
    """A changed letter anywhere in the signed bundle is named by its file, or by its signature."""
    whole = cli.folder / "bundle.zip"
    with zipfile.ZipFile(whole) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    for name, data in files.items():
        changed = bytearray(data)
        place = len(data) // 2
        changed[place] = ord("7") if data[place] != ord("7") else ord("8")
        forged = cli.folder / "forged.zip"
        shutil.copy(whole, forged)
        with zipfile.ZipFile(forged, "w") as packed:
            for other, content in files.items():
                packed.writestr(other, bytes(changed) if other == name else content)
        ran = cli("evidence", "verify", "forged.zip", signer, code=5)
        if name != "bundle.json":  # of the seal itself: the file whose entry was changed, or the form
            assert (Path(name).name if not name.startswith("signatures/") else "sign") in ran.err, (
                name,
                ran.err,
            )
