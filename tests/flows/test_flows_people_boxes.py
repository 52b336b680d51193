"""Agreement, annotators and patterns of a delivery of boxes, by whole commands."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml
from tests.unit.audits.box_vendors import CLASSES, EDGES, TASK, BoxVendor
from vendoreval.audits.agreement_record import alpha_of
from vendoreval.labels.table import LabelTable

CONTRACT = contract_toml(
    task={"type": "boxes", "classes": list(CLASSES)}, price=("0.05", "object"), remedies=[REWORK],
    clauses=[
        clause(unit="object", threshold="0.80", remedy=["rework"]),
        clause("agree", metric="alpha", threshold="0.667", remedy=["rework"]),
        clause("fleiss", metric="kappa", threshold="0.667", remedy=["rework"]),
    ],
)  # fmt: skip
VENDOR = BoxVendor(items=90, people=4)


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(header)
        lines.writerows(rows)


def delivered(cli: Cli, vendor: BoxVendor = VENDOR, seed: int = 1) -> LabelTable:
    """A workspace with committed gold and a delivery by this vendor; the delivered labels."""
    gold, labels, _ = vendor.made(seed)
    sheets, texts = labels.sheets, labels.text("label").text()
    assert sheets is not None
    assert labels.labelled_at is not None
    folder = cli.folder
    (folder / "c.toml").write_text(CONTRACT, "utf-8")
    corners = [[f"{value / 1000}" for value in gold.labels.numbers(edge).tolist()] for edge in EDGES]
    write(folder / "gold.csv", ("item_id", "label", *EDGES),
          zip(gold.labels.item.text(), gold.labels.text("label").text(), *corners, strict=True))  # fmt: skip
    corners = [[f"{value / 1000}" for value in labels.numbers(edge).tolist()] for edge in EDGES]
    times = [f"{time}Z" for time in labels.labelled_at.astype(str).tolist()]
    write(folder / "d.csv", ("item_id", "annotator_id", "label", *EDGES, "labelled_at"),
          zip(labels.item.text(), labels.annotator.text(), texts, *corners, times, strict=True))  # fmt: skip
    write(folder / "items.csv", ("item_id",), ([item] for item in gold.item_ids))
    answers = zip(sheets.item.text(), sheets.annotator.text(), strict=True)
    write(folder / "answers.csv", ("item_id", "annotator_id"), answers)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c", "--items", "items.csv")
    cli("gold", "commit", "g", "--out", "receipt.json")
    cli("delivery", "add", "d.csv", "--id", "d", "--contract", "c", "--items", "answers.csv")
    return labels


def test_agreement_names_the_distance_and_counts_answers_with_nothing(cli: Cli) -> None:
    labels = delivered(cli)
    record = cli("agreement", "show", "d", "--json").json
    assert record["alpha"]["estimate"] == pytest.approx(alpha_of(labels, TASK).estimate, abs=1e-12)
    assert (record["scale"], record["compared_items"], record["compared_labels"]) == ("distance", 90, 180)
    assert record["kappa"]["estimate"] is None
    said = cli("agreement", "show", "d").out
    assert "1 - 2 × the overlap of matched boxes" in said
    assert "180 answers on 90 items" in said
    assert "Fleiss" not in said
    groups = cli("agreement", "show", "d", "--by", "class", "--json").json["groups"]
    assert [one["group"] for one in groups] == list(CLASSES)
    people = cli("agreement", "show", "d", "--by", "annotator", "--json").json
    assert {one["first"] for one in people["pairs"]} <= {one["group"] for one in people["groups"]}
    assert "mean distance" in cli("agreement", "show", "d", "--by", "annotator").out
    assert "by their distance" in cli("agreement", "show", "d", "--scale", "ordinal", code=2).err
    trend = cli("agreement", "show", "--vendor", "acme", "--json").json["deliveries"]
    assert trend[0]["alpha"]["estimate"] == record["alpha"]["estimate"]


def test_annotators_have_figures_on_gold_and_no_consensus(cli: Cli) -> None:
    delivered(cli)
    record = cli("annotators", "show", "d", "--gold", "g", "--json").json
    assert sum(one["labels"] for one in record["annotators"]) == 180
    assert all(one["gold_low"] < one["gold_accuracy"] < one["gold_high"] for one in record["annotators"])
    assert "not run for boxes" in cli("annotators", "show", "d").out
    assert "have no consensus" in cli("annotators", "show", "d", "--consensus", "x.csv", code=2).err
    assert not (cli.folder / "x.csv").exists()


def test_clauses_on_alpha_are_judged_sealed_and_verified(cli: Cli) -> None:
    labels = delivered(cli)
    audit = cli("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=4).json
    findings = {one["clause"]: one for one in audit["findings"]}
    assert (findings["agree"]["verdict"], findings["agree"]["n"]) == ("kept", 90)
    assert findings["agree"]["estimate"] == pytest.approx(alpha_of(labels, TASK).estimate, abs=1e-12)
    assert findings["fleiss"]["verdict"] == "not_run"
    assert "Take alpha" in findings["fleiss"]["reason"]
    patterns = {one["pattern"]: one["evidence"] for one in audit["patterns"]}
    assert patterns["drift"]["tested"]
    assert not any(one["flag"] for one in audit["patterns"])
    cli("evidence", "export", "a", "--out", "bundle.zip")
    words = ("--receipt", "receipt.json", "--delivered", "d.csv", "--contract", "c.toml")
    said = cli("evidence", "verify", "bundle.zip", *words).out
    assert "totals follow from your files" in said
