"""The terms of the rule active: what may be written, what is refused, and how it reads."""

from __future__ import annotations

import pytest

from tests.contracts import clause, contract_toml, rule
from vendoreval.contracts.explain import explain
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.weaknesses import warnings
from vendoreval.contracts.writing import plain, to_toml
from vendoreval.errors import InvalidDocument

TERMS = {"alpha": 0.05, "beta": 0.05, "tolerated": "0.95"}


def text(**options: object) -> str:
    decision = rule("active", **TERMS, **options)
    return contract_toml(task={"classes": ["a", "b"]}, clauses=[clause(decision=decision)])


def test_terms_are_read_explained_and_written_back() -> None:
    contract = parse_contract(text(scores="file", floor="0.4", block=25, max_items=900), "c.toml")
    decision = contract.clauses[0].decision
    assert (decision.scores, str(decision.floor), decision.block) == ("file", "0.4", 25)
    assert parse_contract(to_toml(plain(contract)), "again.toml") == contract
    said = " ".join(explain(contract))
    for words in ("sealed before the seed", "25 on a work list", "less than 40 %", "see no score"):
        assert words in said
    usual = parse_contract(text(), "c.toml").clauses[0].decision
    assert (usual.scores, str(usual.floor), usual.block) == ("delivery", "0.5", 50)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"calibrated": True}, "calibration would end that"),
        ({"floor": "0"}, "does not lie between"),
        ({"block": 5}, "block"),
        ({"scores": "hunch"}, "hunch"),
        ({"most_units": 3}, "most_units"),
    ],
)
def test_what_may_not_be_agreed(options: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidDocument, match=said):
        parse_contract(text(**options), "c.toml")


def test_no_tolerated_share_no_rule() -> None:
    bare = contract_toml(task={"classes": ["a", "b"]}, clauses=[clause(decision=rule("active", alpha=0.05))])
    with pytest.raises(InvalidDocument, match="tolerated"):
        parse_contract(bare, "c.toml")


def test_clauses_that_it_cannot_judge_are_named() -> None:
    decision = rule("active", **TERMS)
    by_class = clause("floor", metric="recall", scope="class", decision=decision)
    contract = parse_contract(contract_toml(task={"classes": ["a", "b"]}, clauses=[by_class]), "c.toml")
    assert any("not run" in found.what for found in warnings(contract))
