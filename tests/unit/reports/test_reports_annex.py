"""The Quality Annex says what the contract file says, and its hash is that file's."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.reports.report_samples import facts
from vendoreval.contracts.explain import explain_parts
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.designs.designs import design
from vendoreval.designs.power_tables import FACTORS, power_tables
from vendoreval.reports.annex_view import AnnexClause, annex_view
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.render import to_html, to_json
from vendoreval.reports.report import Report
from vendoreval.resources import resource

SOURCE = (resource("samples") / "contracts" / "weather-sentiment.toml").read_bytes()
SEQUENTIAL = SOURCE.replace(
    b'decision = { rule = "claim", alpha = 0.05, beta = 0.10 }',
    b'decision = { rule = "sequential", alpha = 0.05, beta = 0.10, tolerated = "0.80" }', 1,
)  # fmt: skip


def annex(source: bytes, items: int = 0, **more: Any) -> tuple[Contract, Report]:
    contract = replace(parse_contract(source.decode()), **more)
    tables = {table.clause: table for table in power_tables(contract)}
    clauses = [
        AnnexClause(
            clause.id, tables[clause.id].needed, tables[clause.id].rows,
            design(clause, items) if items and clause.id == "accuracy" else None,
        )
        for clause in contract.clauses
    ]  # fmt: skip
    return contract, annex_view(contract, source, clauses, FACTORS, facts())


def test_every_sentence_and_the_hash_of_the_terms_are_printed() -> None:
    contract, report = annex(SOURCE)
    page = to_html(report)
    assert hashlib.sha256(SOURCE).hexdigest() in page
    said = explain_parts(contract)
    for part in ("task", "price", "acceptance", "clauses", "remedies"):
        for sentence in said[part]:
            assert sentence.replace("'", "&#39;").replace('"', "&#34;") in page
    assert report.view["limits"] == []
    assert [file.name for file in report.files] == ["contract.toml"]
    assert report.files[0].data == SOURCE
    assert json.loads(to_json(report))["terms_hash"] == hashlib.sha256(SOURCE).hexdigest()


def test_limits_of_a_sequential_clause_are_printed_and_attached() -> None:
    contract, report = annex(SEQUENTIAL, items=1200)
    made = design(contract.clause("accuracy"), 1200)
    (shown,) = report.view["limits"]
    assert len(shown["rows"]) <= 41
    (attached,) = [file for file in report.files if file.name == "limits-accuracy.csv"]
    lines = attached.data.decode().splitlines()
    assert len(lines) == made.max_items + 2
    last = made.max_items
    assert lines[-1] == f"{last},{made.limits.accept_at[last]},{made.limits.reject_at[last]}"


def test_hostile_words_stay_words() -> None:
    _, report = annex(SOURCE, title="<script>x</script> & \u202e")
    page = to_html(report)
    assert "<script>x" not in page
    assert "\u202e" not in page


def test_chances_near_one_are_not_written_out() -> None:
    page = to_html(annex(SOURCE)[1])
    assert "99.99" not in page
    assert "over 99.9" in page


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_same_contract_gives_the_same_pdf(paper: Any) -> None:
    first, second = (to_pdf(annex(SEQUENTIAL, items=800)[1], paper) for _ in range(2))
    assert first == second
