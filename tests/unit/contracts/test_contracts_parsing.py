from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.contracts.explain import explain, power_questions
from vendoreval.contracts.metrics import METRICS, SCOPES, UNITS
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.rules import RULES
from vendoreval.contracts.weaknesses import warnings
from vendoreval.errors import Exit, InvalidDocument, Problem

SAMPLES = Path(__file__).parents[3] / "samples" / "contracts"
BIRDS = """\
schema = "vendoreval/contract/1"
id = "acme-birds-2026"
vendor = "acme"
title = "Bird species labels"
currency = "USD"
effective = 2026-03-01
ends = 2027-02-28

[task]
type = "classification"
classes = ["indigo bunting", "blue grosbeak"]
guideline = { id = "birds", version = "1.2.0" }
answers = "each"

[price]
per_unit = "0.08"
unit = "item"

[acceptance]
window_days = 10
silence = "not_accepted"

[[clause]]
id = "accuracy"
ref = "§4.2"
metric = "accuracy"
unit = "item"
scope = "delivery"
threshold = "0.97"
decision = { rule = "claim", alpha = 0.05, beta = 0.10 }
remedy = ["rework", "audit_cost", "credit"]

[[remedy]]
id = "rework"
rounds = 2
deadline_days = 5

[[remedy]]
id = "audit_cost"
amount = "250"

[[remedy]]
id = "credit"
justification = "Wrong labels are worth nothing."
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(text, "birds.toml")
    assert caught.value.exit_code == Exit.UNUSABLE
    return caught.value.problems


def test_every_term_is_read() -> None:
    contract = parse_contract(BIRDS)
    assert (contract.id, contract.vendor, contract.currency, contract.version) == (
        "acme-birds-2026", "acme", "USD", 1,
    )  # fmt: skip
    assert (contract.effective, contract.ends) == (date(2026, 3, 1), date(2027, 2, 28))
    assert contract.task.classes == ("indigo bunting", "blue grosbeak")
    assert contract.price is not None
    assert contract.price.per_unit == Decimal("0.08")
    clause = contract.clause("accuracy")
    assert (clause.threshold, clause.limit) == ("0.97", Fraction(97, 100))
    assert (clause.decision.alpha, clause.decision.beta) == (Decimal("0.05"), Decimal("0.1"))
    assert clause.remedy == ("rework", "audit_cost", "credit")
    assert [remedy.kind for remedy in contract.remedies] == ["rework", "audit_cost", "credit"]


def test_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert parse_contract("\ufeff" + BIRDS.replace("\n", "\r\n")) == parse_contract(BIRDS)


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.toml")))
def test_samples_are_valid_and_strong(name: str) -> None:
    contract = parse_contract((SAMPLES / name).read_text(encoding="utf-8"), name)
    assert contract.clauses
    strays = [str(w) for w in warnings(contract)]
    assert strays == []


BAD = {
    # what is replaced: by what, field, part of the message
    "schema": (
        'schema = "vendoreval/contract/1"',
        'schema = "vendoreval/contract/2"',
        "schema",
        "cannot be read",
    ),
    "no id": ('id = "acme-birds-2026"\n', "", "id", "is missing"),
    "bad id": ('"acme-birds-2026"', '"acme birds"', "id", "is no id"),
    "path id": ('"acme-birds-2026"', '"../acme"', "id", "is no id"),
    "empty title": ('"Bird species labels"', '""', "title", "empty text"),
    "title a number": ('"Bird species labels"', "7", "title", "must be a text, not 7"),
    "currency": ('"USD"', '"usd"', "currency", "Write 'USD'"),
    "currency word": ('"USD"', '"dollar"', "currency", "no currency code"),
    "dates": ("2027-02-28", "2026-03-01", "ends", "not after effective"),
    "date text": ("2027-02-28", '"2027-02-28"', "ends", "without quotes"),
    "date with time": ("2027-02-28", "2027-02-28T00:00:00Z", "ends", "must be a date"),
    "impossible date": ("2027-02-28", "2027-02-30", "file", "not valid TOML"),
    "unknown key": ("title =", "titel =", "titel", "Did you mean 'title'?"),
    "no task": ("[task]", "[tusk]", "task", "is missing"),
    "task type": ('"classification"', '"clasification"', "task.type", "Did you mean 'classification'?"),
    "no classes": ('classes = ["indigo bunting", "blue grosbeak"]\n', "", "task.classes", "is missing"),
    "empty classes": ('["indigo bunting", "blue grosbeak"]', "[]", "task.classes", "too few"),
    "one class": ('["indigo bunting", "blue grosbeak"]', '["indigo bunting"]', "task.classes", "too few"),
    "numbers as classes": (
        '["indigo bunting", "blue grosbeak"]',
        "[0, 1]",
        "task.classes",
        "numbers in quotes",
    ),
    "class twice": ('"blue grosbeak"]', '"blue grosbeak", "blue grosbeak"]', "task.classes", "twice"),
    "guideline": (', version = "1.2.0"', "", "task.guideline.version", "is missing"),
    "answers": ('"each"', '"every"', "task.answers", "is not known"),
    "matching": ("[price]", '[task.matching]\niou = "0.5"\n[price]', "task.matching", "no matching rules"),
    "severity class": (
        "[price]",
        '[task.severity]\n"indigo" = "minor"\n[price]',
        "task.severity.indigo",
        "no class",
    ),
    "severity": (
        "[price]",
        '[task.severity]\n"indigo bunting" = "bad"\n[price]',
        "task.severity.indigo bunting",
        "is not known",
    ),
    "price in per cent": ('"0.08"', '"8 %"', "price.per_unit", "none is asked for"),
    "price unit": ('unit = "item"\n\n[acc', 'unit = "items"\n\n[acc', "price.unit", "Did you mean 'item'?"),
    "window": ("window_days = 10", "window_days = 0", "acceptance.window_days", "from 1 to 365"),
    "window true": ("window_days = 10", "window_days = true", "acceptance.window_days", "not True"),
    "silence": ('"not_accepted"', '"not accepted"', "acceptance.silence", "Did you mean 'not_accepted'?"),
    "calendar": (
        '"not_accepted"',
        '"accepted"\ncalendar = "mon-sat"',
        "acceptance.calendar",
        "Known: mon-fri, sun-thu",
    ),
    "holidays": ('"not_accepted"', '"accepted"\nholidays = ["x"]', "acceptance.holidays", "list of dates"),
    "metric": ('"accuracy"\nunit', '"acuracy"\nunit', "clause.accuracy.metric", "Did you mean 'accuracy'?"),
    "metric of another task": (
        '"accuracy"\nunit',
        '"wer"\nunit',
        "clause.accuracy.metric",
        "does not exist for",
    ),
    "unit": ('unit = "item"\nscope', 'unit = "itm"\nscope', "clause.accuracy.unit", "Did you mean 'item'?"),
    "unit of another metric": (
        'metric = "accuracy"\nunit = "item"',
        'metric = "completeness"\nunit = "label"',
        "clause.accuracy.unit",
        "does not count by",
    ),
    "scope": ('"delivery"', '"batch"', "clause.accuracy.scope", "Known: delivery, class"),
    "scope of another metric": (
        'metric = "accuracy"\nunit = "item"\nscope = "delivery"',
        'metric = "completeness"\nunit = "item"\nscope = "class"',
        "clause.accuracy.scope",
        "not judged by",
    ),
    "threshold with a comma": ('"0.97"', '"0,97"', "clause.accuracy.threshold", "Write '0.97'"),
    "threshold too long": ('"0.97"', "0.9712345678901234", "clause.accuracy.threshold", "in quotes"),
    "threshold true": ('"0.97"', "true", "clause.accuracy.threshold", "is no plain number"),
    "threshold in per cent": ('"0.97"', '"97"', "clause.accuracy.threshold", 'write "0.97"'),
    "threshold a little high": ('"0.97"', '"1.01"', "clause.accuracy.threshold", "between 0 and 1"),
    "threshold below 0": ('"0.97"', '"-0.1"', "clause.accuracy.threshold", "is no plain number"),
    "threshold a fraction": ('"0.97"', '"97/100"', "clause.accuracy.threshold", "is no plain number"),
    "no decision": ("decision =", "# decision =", "clause.accuracy.decision", "is missing"),
    "decision a text": (
        '{ rule = "claim", alpha = 0.05, beta = 0.10 }',
        '"claim"',
        "clause.accuracy.decision",
        "must be a table",
    ),
    "rule": ('"claim"', '"claims"', "clause.accuracy.decision.rule", "Did you mean 'claim'?"),
    "no rule": ('rule = "claim", ', "", "clause.accuracy.decision.rule", "is missing"),
    "alpha": ("alpha = 0.05", "alpha = 0.6", "clause.accuracy.decision.alpha", "up to 0.5"),
    "alpha zero": ("alpha = 0.05", "alpha = 0", "clause.accuracy.decision.alpha", "above 0"),
    "beta": ("beta = 0.10", 'beta = "much"', "clause.accuracy.decision.beta", "plain number"),
    "rule option": (
        "beta = 0.10",
        "tolerated = '0.95'",
        "clause.accuracy.decision.tolerated",
        "not a known field",
    ),
    "group": ('"§4.2"', '"§4.2"\ngroup = "x"', "clause.accuracy.group", "has no groups"),
    "remedy": ('["rework"', '["rewrok"', "clause.accuracy.remedy", "Did you mean 'rework'?"),
    "remedy kind": (
        'id = "credit"',
        'id = "credit"\nkind = "credits"',
        "remedy.credit.kind",
        "Did you mean 'credit'?",
    ),
    "no kind": ('id = "credit"', 'id = "money"', "remedy.money.kind", "is missing"),
    "rework for money": ("rounds = 2", 'amount = "3"', "remedy.rework.amount", "does not belong"),
    "audit cost": ('amount = "250"', "", "remedy.audit_cost.amount", "is missing"),
    "two sums": (
        'id = "credit"',
        'id = "credit"\namount = "9"\npercent = 5',
        "remedy.credit.percent",
        "beside",
    ),
    "percent": ('id = "credit"', 'id = "credit"\npercent = 120', "remedy.credit.percent", "no percentage"),
    "second remedy": (
        'id = "credit"\n',
        'id = "credit"\n[[remedy]]\nid = "credit"\n',
        "remedy.credit.id",
        "a second",
    ),
    "no price": ('[price]\nper_unit = "0.08"\nunit = "item"\n', "", "remedy.credit", "Add a [price] table"),
    "clause no table": ("[[clause]]", "[clause]", "clause", "[[clause]]"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_gets_line_field_and_advice(case: str) -> None:
    old, new, field, part = BAD[case]
    assert old in BIRDS
    found = problems(BIRDS.replace(old, new, 1))
    here = [problem for problem in found if problem.field == field]
    assert here, found
    assert any(part in str(problem) for problem in here), [str(problem) for problem in here]
    assert all(problem.line > 0 or "is missing" in problem.what for problem in here)


def test_all_problems_come_at_once_in_line_order() -> None:
    text = BIRDS.replace('"USD"', '"usd"').replace('"0.97"', '"0,97"').replace('"not_accepted"', '"yes"')
    found = problems(text)
    assert [problem.field for problem in found] == [
        "currency",
        "acceptance.silence",
        "clause.accuracy.threshold",
    ]
    lines = text.splitlines()
    assert [lines[problem.line - 1].split(" =")[0] for problem in found] == ["currency", "silence", "threshold"]


@pytest.mark.parametrize("written", ["0.97", '"97 %"', '"97%"', '"97.0 percent"', '" 0.97 "'])
def test_a_limit_is_understood_as_people_write_it(written: str) -> None:
    contract = parse_contract(BIRDS.replace('"0.97"', written))
    assert contract.clause("accuracy").limit == Fraction(97, 100)
    risk = parse_contract(BIRDS.replace("alpha = 0.05", 'alpha = "5 %"')).clause("accuracy").decision.alpha
    assert risk == Decimal("0.05")
    assert parse_contract(BIRDS.replace('"0.08"', "0.08")).price == parse_contract(BIRDS).price


def test_contract_without_clauses() -> None:
    text = BIRDS[: BIRDS.index("[[clause]]")]
    assert any(p.field == "clause" and "nothing that can be measured" in p.what for p in problems(text))


def test_second_clause_and_unknown_class() -> None:
    clause = BIRDS[BIRDS.index("[[clause]]") : BIRDS.index("[[remedy]]")]
    second = clause.replace('"delivery"', '"class"\ngroup = "blue grosbek"')
    found = problems(BIRDS + second)
    assert any(p.field == "clause.accuracy.id" and "a second clause" in p.what for p in found)
    assert any("Did you mean 'blue grosbeak'?" in p.remedy for p in found)


def test_sequential_rule_is_known_and_its_tolerance_lies_below_the_threshold() -> None:
    rule = '{ rule = "sequential", alpha = 0.05, beta = 0.05, tolerated = "0.95", calibrated = true }'
    text = BIRDS.replace('{ rule = "claim", alpha = 0.05, beta = 0.10 }', rule)
    decision = parse_contract(text).clause("accuracy").decision
    assert (decision.tolerated, decision.calibrated) == (Decimal("0.95"), True)
    assert not any("not decide by" in str(w) for w in warnings(parse_contract(text)))
    found = problems(text.replace('"0.95"', '"0.97"'))
    assert found[0].field == "clause.accuracy.decision.tolerated"
    upper = text.replace('metric = "accuracy"', 'metric = "error_rate"').replace('"0.97"', '"0.03"')
    assert parse_contract(upper.replace('"0.95"', '"0.05"')).clause("accuracy").limit == Fraction(3, 100)
    assert "above" in problems(upper.replace('"0.95"', '"0.02"'))[0].what


def test_plan_options_are_kept() -> None:
    text = BIRDS.replace('rule = "claim",', 'rule = "iso2859-1", aql = "2.5", level = "II",')
    assert parse_contract(text).clause("accuracy").decision.options == {"aql": "2.5", "level": "II"}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ('rule = "fixed",', "tolerated"),
        ('rule = "double",', "tolerated"),
        ('rule = "iso2859-1",', "aql"),
        ('rule = "iso2859-1", aql = "2.4",', "aql"),
        ('rule = "iso2859-2", lq = "500",', "lq"),
        ('rule = "iso2859-4", dql = "2",', "items"),
        ('rule = "sequential", max_items = 0,', "max_items"),
        ('rule = "group_sequential", tolerated = "0.95", looks = 1,', "looks"),
    ],
)
def test_a_rule_that_cannot_be_planned_is_refused(rule: str, field: str) -> None:
    found = problems(BIRDS.replace('rule = "claim",', rule))
    assert [p.field for p in found] == [f"clause.accuracy.decision.{field}"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('rule = "sequential",', "near the threshold is not decided"),
        ('rule = "iso2859-1", aql = "2.5",', "proves no share"),
        ('rule = "zero_defect",', "easily disputed"),
    ],
)
def test_weak_designs_are_named(rule: str, said: str) -> None:
    assert any(said in str(w) for w in warnings(parse_contract(BIRDS.replace('rule = "claim",', rule))))
    by_class = BIRDS.replace('"delivery"', '"class"').replace('rule = "claim",', rule)
    assert any("it is not run" in str(w) for w in warnings(parse_contract(by_class)))


def test_power_questions_ask_for_right_units_and_the_risk_of_each_word() -> None:
    text = BIRDS.replace('metric = "accuracy"', 'metric = "error_rate"').replace('"0.97"', '"0.03"')
    (question,) = power_questions(parse_contract(text))
    assert (question.limit, question.alpha, question.beta) == (Fraction(97, 100), 0.05, 0.10)
    (question,) = power_questions(parse_contract(BIRDS.replace('"claim"', '"acceptance"')))
    assert (question.alpha, question.beta) == (0.10, 0.05)
    assert power_questions(parse_contract(BIRDS.replace('"claim"', '"point"'))) == []


def test_explanation_names_every_term() -> None:
    text = "\n".join(explain(parse_contract(BIRDS)))
    for words in (
        "at least 97 %", "§4.2", "at most 5 %", "at most 10 %", "USD 0.08 for each item", "10 business days",
        "silence does not accept it", "up to 2 rounds", "USD 250.00", "guideline birds version 1.2.0",
        "beyond the number that the threshold allows",
    ):  # fmt: skip
        assert words in text


WEAK = {
    "silence": ('"not_accepted"', '"accepted"', "acceptance.silence"),
    "window": ("window_days = 10", "window_days = 4", "acceptance.window_days"),
    "sole": ("rounds = 2", "rounds = 2\nsole = true", "remedy.rework.sole"),
    "rounds": ("rounds = 2\n", "", "remedy.rework.rounds"),
    "rework deadline": ("deadline_days = 5\n", "", "remedy.rework.deadline_days"),
    "no remedy": ('remedy = ["rework", "audit_cost", "credit"]\n', "", "clause.accuracy.remedy"),
    "unused": (', "credit"]', "]", "remedy.credit"),
    "ends": ("ends = 2027-02-28\n", "", "ends"),
    "alpha": ("alpha = 0.05", "alpha = 0.2", "clause.accuracy.decision.alpha"),
    "point": ('"claim"', '"point"', "clause.accuracy.decision.rule"),
    "perfect": ('"0.97"', '"1.0"', "clause.accuracy.threshold"),
    "justification": ('justification = "Wrong labels are worth nothing."\n', "", "remedy.credit.justification"),
    "guideline": ('guideline = { id = "birds", version = "1.2.0" }\n', "", "task.guideline"),
    "price in another unit": ('unit = "item"\n\n[acc', 'unit = "label"\n\n[acc', "remedy.credit.per_unit"),
}  # fmt: skip


@pytest.mark.parametrize("case", WEAK)
def test_weak_terms_are_named(case: str) -> None:
    old, new, field = WEAK[case]
    usual = {w.field for w in warnings(parse_contract(BIRDS))}
    assert usual == {"clause"}  # no floor for single classes
    assert field in {w.field for w in warnings(parse_contract(BIRDS.replace(old, new, 1)))}


@given(
    metric=st.sampled_from(sorted(METRICS)),
    unit=st.sampled_from(sorted(UNITS)),
    scope=st.sampled_from(sorted(SCOPES)),
    rule=st.sampled_from(sorted(RULES)),
    threshold=st.decimals(0, 2, places=3).map(str),
    alpha=st.floats(0, 1, allow_nan=False),
)
def test_any_clause_is_refused_with_problems_or_explained(
    metric: str, unit: str, scope: str, rule: str, threshold: str, alpha: float
) -> None:
    text = BIRDS.replace('metric = "accuracy"', f'metric = "{metric}"')
    text = text.replace('unit = "item"\nscope = "delivery"', f'unit = "{unit}"\nscope = "{scope}"')
    text = text.replace('"claim", alpha = 0.05', f'"{rule}", alpha = {alpha!r}').replace(
        '"0.97"', f'"{threshold}"'
    )
    try:
        contract = parse_contract(text)
    except InvalidDocument:
        return  # that it lists its problems is tested above
    assert all(explain(contract))
    assert isinstance(warnings(contract), list)
    assert isinstance(power_questions(contract), list)


VALUES = st.one_of(
    st.integers(-5, 5), st.booleans(), st.text(max_size=5), st.lists(st.integers(0, 3), max_size=2),
    st.dictionaries(st.sampled_from(["id", "rule", "x"]), st.integers(0, 3), max_size=2), st.dates(),
)  # fmt: skip


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    return str(value)


@given(row=st.integers(0, BIRDS.count("\n") - 1), value=VALUES)
def test_any_value_of_a_wrong_type_is_a_problem_and_never_a_crash(row: int, value: object) -> None:
    lines = BIRDS.splitlines()
    if " = " not in lines[row]:
        return
    lines[row] = f"{lines[row].split(' = ')[0]} = {_toml(value)}"
    try:
        contract = parse_contract("\n".join(lines))
    except InvalidDocument:
        return
    assert all(explain(contract))


def test_filters_may_be_forbidden() -> None:
    assert parse_contract(BIRDS).task.filters == "allowed"
    strict = parse_contract(BIRDS.replace('answers = "each"', 'filters = "forbidden"'))
    assert strict.task.filters == "forbidden"
    assert "A delivery is judged whole: no row is left out by a filter." in explain(strict)
    with pytest.raises(InvalidDocument, match="filters"):
        parse_contract(BIRDS.replace('answers = "each"', 'filters = "never"'))
