"""Contracts written and read again are the same; as TOML, as ODCS, and against the standard's own schema."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.contracts.joint import SHAREABLE
from vendoreval.contracts.odcs import from_odcs, to_odcs
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import (
    Acceptance,
    Clause,
    Contract,
    Decision,
    Guideline,
    Price,
    Remedy,
    Task,
)
from vendoreval.contracts.writing import plain, to_toml
from vendoreval.errors import InputError, InvalidDocument
from vendoreval.formats.forms.odcs_yaml import read_yaml, write_yaml
from vendoreval.resources import resource

SAMPLES = sorted((resource("samples") / "contracts").glob("*.toml"))
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: bool(text.strip())
)  # fmt: skip
SUM = st.decimals("0.0001", "99999", places=4).map(lambda value: Decimal(f"{value:f}"))
SHARE = st.integers(1, 999).map(lambda part: f"0.{part:03}")
DAYS = st.integers(1, 365)
SCOPES, BASES = ("defects", "class", "delivery"), ("lower_bound", "estimate", "found")
REMEDIES = st.one_of(
    st.builds(Remedy, id=st.just("rework"), kind=st.just("rework"), rounds=st.integers(0, 3),
              deadline_days=DAYS, scope=st.sampled_from(SCOPES), ref=TEXT),
    st.builds(Remedy, id=st.just("credit"), kind=st.just("credit"), per_unit=SUM,
              cap_percent=st.just(Decimal("20")), basis=st.sampled_from(BASES), excess_only=st.booleans(),
              justification=TEXT),
    st.builds(Remedy, id=st.just("audit-cost"), kind=st.just("audit_cost"), amount=SUM),
    st.builds(Remedy, id=st.just("end"), kind=st.just("termination"), sole=st.booleans()),
)  # fmt: skip
CLAUSES = st.builds(
    Clause,
    id=st.sampled_from(["one", "two", "three"]), metric=st.sampled_from(["accuracy", "error_rate"]),
    unit=st.sampled_from(["item", "label"]), scope=st.sampled_from(["delivery", "edge_case", "annotator"]),
    threshold=SHARE, ref=st.just("") | TEXT,
    decision=st.one_of(
        st.builds(Decision, rule=st.sampled_from(["claim", "acceptance", "point"]),
                  alpha=st.just(Decimal("0.05")), beta=st.just(Decimal("0.1"))),
        st.builds(Decision, rule=st.just("fixed"), options=st.just({"items": 300})),
        st.builds(Decision, rule=st.just("iso2859-1"), options=st.just({"aql": "1.0", "level": "II"})),
    ),
)  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Any contract that the parser accepts."""
    classes = tuple(draw(st.lists(TEXT, min_size=2, max_size=4, unique=True)))
    remedies = tuple({remedy.id: remedy for remedy in draw(st.lists(REMEDIES, max_size=4))}.values())
    found = {clause.id: clause for clause in draw(st.lists(CLAUSES, min_size=1, max_size=3))}
    shared = draw(st.booleans())  # a family for each rule that has one
    clauses = tuple(
        replace(
            clause,
            remedy=tuple(r.id for r in remedies),
            family=clause.decision.rule if shared and clause.decision.rule in SHAREABLE else "",
        )
        for clause in found.values()
    )
    task = Task(
        "classification", classes,
        guideline=draw(st.none() | st.builds(Guideline, TEXT, TEXT)),
        answers=draw(st.sampled_from(["each", "consensus"])),
        ties=draw(st.sampled_from(["smallest_label", "wrong"])),
        severity=draw(st.just({}) | st.just({classes[0]: "minor"})),
        filters=draw(st.sampled_from(["allowed", "forbidden"])),
    )  # fmt: skip
    acceptance = st.builds(
        Acceptance, DAYS, st.sampled_from(["accepted", "not_accepted"]),
        holidays=st.just(()) | st.just((date(2026, 12, 25),)), response_days=DAYS,
    )  # fmt: skip
    return Contract(
        "c-1", "acme", draw(TEXT), "USD", task, clauses,
        effective=draw(st.none() | st.just(date(2026, 1, 1))),
        price=Price(draw(SUM), "item"),
        acceptance=draw(st.none() | acceptance),
        remedies=remedies,
        buyer=draw(st.just("") | TEXT),
    )  # fmt: skip


@settings(max_examples=200)
@given(contracts())
def test_a_written_contract_reads_as_it_was(contract: Contract) -> None:
    assert parse_contract(to_toml(plain(contract), {"": ["a comment"], "task": ["another"]})) == contract


@settings(max_examples=200)
@given(contracts())
def test_odcs_there_and_back(contract: Contract) -> None:
    data = write_yaml(to_odcs(contract)).encode()
    assert parse_contract(to_toml(from_odcs(read_yaml(data, "c.yaml"), "c.yaml"))) == contract


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_samples_there_and_back(path: Any) -> None:
    contract = parse_contract(path.read_text("utf-8"))
    assert parse_contract(to_toml(plain(contract))) == contract
    as_json = json.dumps(to_odcs(contract)).encode()  # JSON is YAML, too
    assert parse_contract(to_toml(from_odcs(read_yaml(as_json, "c.json"), "c.json"))) == contract


def schema() -> dict[str, Any]:
    """The standard's own JSON Schema, from the package of its Python models."""
    text = (files("open_data_contract_standard") / "schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@settings(max_examples=50, deadline=None)
@given(contracts())
def test_exports_keep_to_the_standard(contract: Contract) -> None:
    document = read_yaml(write_yaml(to_odcs(contract)).encode(), "c.yaml")
    assert document["apiVersion"] == "v3.1.0"
    jsonschema.Draft201909Validator(schema()).validate(document)


def exported() -> dict[str, Any]:
    return to_odcs(parse_contract(SAMPLES[0].read_text("utf-8")))


def test_edited_standard_fields_count() -> None:
    document = exported()
    document["price"]["priceAmount"] = 1.35
    document["slaProperties"][0]["value"] = 7
    read = parse_contract(to_toml(from_odcs(document, "c.yaml")))
    assert read.price is not None
    assert read.price.per_unit == Decimal("1.35")
    assert read.acceptance is not None
    assert read.acceptance.window_days == 7


def test_a_foreign_document_is_told_what_is_missing() -> None:
    with pytest.raises(InvalidDocument) as refused:
        from_odcs({"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x"}, "x.yaml")
    for words in ("engine 'vendoreval'", "customProperties.vendor", "customProperties.task", "priceCurrency"):
        assert words in str(refused.value)
    with pytest.raises(InvalidDocument, match="no ODCS data contract of version 3"):
        from_odcs({"kind": "DataProduct"}, "x.yaml")


def test_wrong_values_are_refused_by_the_contract_parser() -> None:
    document = exported()
    document["schema"][0]["quality"][0]["implementation"]["threshold"] = "many"
    document["schema"][0]["quality"][1]["name"] = None
    with pytest.raises(InvalidDocument) as refused:
        parse_contract(to_toml(from_odcs(document, "c.yaml")))
    assert "'many' is no plain number" in str(refused.value)
    assert "id: is missing" in str(refused.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: [1, 2", "line 1: This is not valid YAML"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"- 1\n- 2\n", "no ODCS document"),
        (b"a: &x [1]\nb: *x\n", "aliases"),
        (b"a: !!python/object/apply:os.system [echo]\n", "not valid YAML"),
        (b"x" * 6_000_000, "larger than 1 MB, the limit .yaml."),
    ],
)
def test_files_that_are_no_yaml(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_yaml(data, "c.yaml")
