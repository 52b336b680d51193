"""What many risks come to together, and families of clauses that share one."""

from __future__ import annotations

import pytest

from tests.contracts import RISKS, Terms, clause, contract_toml, rule
from tests.unit.contracts.test_contracts_parsing import BIRDS
from vendoreval.contracts.explain import explain
from vendoreval.contracts.joint import joint_risk, joint_sentence
from vendoreval.contracts.parsing import parse_contract
from vendoreval.errors import InvalidDocument

CLASSES = tuple("abcdefghij")


def terms(*clauses: Terms, classes: tuple[str, ...] = CLASSES, **task: object) -> str:
    return contract_toml(title="Ten classes", task={"classes": classes, **task}, clauses=clauses)


def floor(name: str, metric: str = "recall", decided: str = "claim", **more: object) -> Terms:
    decision = rule(decided, **RISKS)
    return clause(name, metric=metric, scope="class", threshold="0.90", decision=decision, **more)


FAMILY = {"family": "floors"}


def test_ten_classes_and_twelve_deliveries_add_up() -> None:
    alone = joint_risk(parse_contract(terms(floor("recall"))))
    assert (alone.findings, len(alone.risks)) == (10, 10)
    assert alone.independent == pytest.approx(1 - 0.95**10)  # 40 %
    assert alone.at_most == pytest.approx(0.5)
    shared = joint_risk(parse_contract(terms(floor("recall", **FAMILY))))
    assert (shared.findings, shared.risks) == (10, (0.05,))
    assert shared.in_a_year == pytest.approx(1 - 0.95**12)  # 46 %
    two = terms(floor("recall", **FAMILY), floor("precision", "precision", **FAMILY))
    assert joint_risk(parse_contract(two)).risks == (0.05,)


def test_answers_that_ask_are_no_findings_and_rules_without_a_risk_have_none() -> None:
    classes = (*CLASSES, "cannot tell")
    assert joint_risk(parse_contract(terms(floor("recall"), classes=classes))).findings == 10
    named = terms(floor("recall"), unsure=["j"])
    assert joint_risk(parse_contract(named)).findings == 9
    asked_for = terms(floor("recall", group="j"), unsure=["j"])
    assert joint_risk(parse_contract(asked_for)).findings == 1
    assert joint_risk(parse_contract(terms(floor("recall", decided="point")))).risks == ()
    assert joint_sentence(joint_risk(parse_contract(terms(floor("recall", decided="point"))))) == ""


def test_the_explanation_says_what_the_risks_come_to() -> None:
    said = "\n".join(explain(parse_contract(terms(floor("recall")))))
    assert "among 10 findings with a chance of up to 40 % if they err independently, 50 % in any case" in said
    shared = "\n".join(explain(parse_contract(terms(floor("recall", **FAMILY)))))
    assert "All findings of the family floors share this risk of a wrong breach" in shared
    assert "called breached is up to 5 %; one of 12 such deliveries with up to 46 %" in shared
    assert "called breached" in "\n".join(explain(parse_contract(BIRDS)))


@pytest.mark.parametrize(
    ("text", "field", "part"),
    [
        (terms(floor("recall", decided="point", **FAMILY)), "clause.recall.family", "cannot share"),
        (
            terms(floor("a", **FAMILY), floor("b", decided="acceptance", **FAMILY)),
            "clause.b.family",
            "otherwise",
        ),
        (terms(floor("recall", family="two words")), "clause.recall.family", "is no id"),
    ],
)
def test_a_family_has_one_rule_and_one_risk(text: str, field: str, part: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(text)
    assert [(p.field, part in p.what) for p in caught.value.problems] == [(field, True)]
