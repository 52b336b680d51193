"""Numbers that TOML does not know are named with the way to write them, whatever kind of file they stand in."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from tests.conftest import ROOT
from vendoreval.contracts.parsing import parse_contract
from vendoreval.costs.inputs import parse_costs
from vendoreval.errors import InvalidDocument
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.tomlfile import parse_toml

TERMS = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")


def _said(text: str) -> list[str]:
    with pytest.raises(InvalidDocument) as caught:
        parse_toml(text, "file.toml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "fix"),
    [
        ("5%", '"5%"'), ("95 %", '"95%"'), ("0,45", '"0.45"'), (".95", '"0.95"'), (",5", '"0.5"'),
        ("2,5 %", '"2.5%"'), (".5%", '"0.5%"'), ("12,3456", '"12.3456"'), ("0,450", '"0.450"'),
    ],
)  # fmt: skip
def test_the_fix_is_toml_and_means_the_same(written: str, fix: str) -> None:
    said = _said(f'# 5%\nname = "x = 5%"\n[[clause]]\nthreshold = {written}  # y = 7%\n')
    assert said == [f"line 4, clause.threshold: {written} is no number in TOML. Write threshold = {fix}."]
    assert tomllib.loads(f"threshold = {fix}")


def test_all_of_them_are_named_at_once() -> None:
    assert _said('[[clause]]\ndecision = { rule = "claim", alpha = 5%, beta = 0,10 }\n[price]\nn = .5') == [
        'line 2, clause.decision.alpha: 5% is no number in TOML. Write alpha = "5%".',
        'line 2, clause.decision.beta: 0,10 is no number in TOML. Write beta = "0.10".',
        'line 4, price.n: .5 is no number in TOML. Write n = "0.5".',
    ]


def test_thousands_are_not_taken_for_decimals() -> None:
    assert 'Write n = "1250", or n = "1.250" where the comma begins' in _said("n = 1,250")[0]


def test_other_mistakes_are_named_as_ever() -> None:
    assert _said("a = 1 1\nb = 7%") == [
        "line 1, file: this is not valid TOML: Expected newline or end of document after a statement.",
        'line 2, b: 7% is no number in TOML. Write b = "7%".',
    ]
    assert "no number" not in "".join(_said('text = """\nx = 5%\n"""\ny = {a = 0,10 = 3}\nz ='))


def test_contracts_costs_and_questionnaires_say_it() -> None:
    for parse in (parse_contract, parse_costs, parse_bank):
        with pytest.raises(InvalidDocument, match="problem") as caught:
            parse("[a]\nshare = 5%\n", "file.toml")
        assert 'line 2, a.share: 5% is no number in TOML. Write share = "5%".' in str(caught.value)


def test_what_is_advised_is_understood_by_a_contract() -> None:
    first = TERMS.index("threshold = ")
    line = TERMS[first : TERMS.index("\n", first)]
    made = parse_contract(TERMS.replace(line, 'threshold = "95%"', 1), "terms.toml")
    assert Decimal(made.clauses[0].threshold) == Decimal("0.95")
