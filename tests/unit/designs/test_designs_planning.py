"""Plans: sizes and chances against STATISTICS.md (R, published tables) and a programme of fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import clause as agreed
from tests.contracts import contract_toml, rule
from vendoreval.contracts.terms import Clause, Contract, Decision, Task
from vendoreval.designs.designs import design
from vendoreval.designs.dynamic import Boundaries
from vendoreval.designs.planning import plan_audit
from vendoreval.errors import InputError

SEQUENTIAL = rule("sequential", alpha=0.05, beta=0.05, tolerated="0.95")


def clause(rule: str, *, metric: str = "accuracy", threshold: str = "0.97", **given: Any) -> Clause:
    tolerated = given.pop("tolerated", None)
    decision = Decision(
        rule, Decimal(str(given.pop("alpha", "0.05"))), Decimal(str(given.pop("beta", "0.05"))),
        Decimal(tolerated) if tolerated else None, given.pop("calibrated", False), given,
    )  # fmt: skip
    return Clause("accuracy", metric, "item", "delivery", threshold, decision)


def contract(of: Clause) -> Contract:
    return Contract("c", "v", "t", "USD", Task("classification", ("a", "b")), (of,))


def numbers(limits: Boundaries) -> tuple[int, int, int]:
    """Largest sample, and what it accepts and refuses at its end."""
    return limits.cap, int(limits.accept_at[-1]), int(limits.reject_at[-1])


def exact(limits: Boundaries, population: int, wrong: int) -> tuple[Fraction, Fraction, Fraction]:
    """(breached, kept, mean sample) by fractions over the urn's colours, one state at a time."""
    state = {0: Fraction(1)}
    breached = kept = mean = Fraction(0)
    for n in range(1, limits.cap + 1):
        mean += sum(state.values())
        following: dict[int, Fraction] = {}
        for errors, chance in state.items():
            red = Fraction(wrong - errors, population - n + 1)
            for after, part in ((errors + 1, chance * red), (errors, chance * (1 - red))):
                if after >= limits.reject_at[n]:
                    breached += part
                elif after <= limits.accept_at[n]:
                    kept += part
                elif part:
                    following[after] = following.get(after, Fraction(0)) + part
        state = following
    return breached, kept, mean


@pytest.mark.parametrize(
    ("of", "population", "expected"),
    [
        (clause("fixed", tolerated="0.95"), 10_000, (935, 36, 37)),  # R AcceptanceSampling
        (clause("fixed", tolerated="0.95"), 1_000, (524, 20, 21)),
        (clause("curtailed", tolerated="0.95"), 10_000, (935, 36, 37)),
        (clause("zero_defect"), 10_000, (98, 0, 1)),
        (clause("zero_defect"), 100, (52, 0, 1)),
        (clause("zero_defect", items=60), 10_000, (60, 0, 1)),
        (clause("iso2859-1", aql="2.5"), 2_400, (125, 7, 8)),  # lot 2400, level II, letter K
        (clause("iso2859-1", aql="2.5", level="II"), 10_000, (200, 10, 11)),
        (clause("iso2859-2", lq="5"), 10_000, (935, 36, 37)),
        (clause("fixed", items=935), 10_000, (935, 19, 37)),
    ],
)
def test_plans_have_the_published_sizes(of: Clause, population: int, expected: tuple[int, int, int]) -> None:
    assert numbers(design(of, population).limits) == expected


def test_a_sequential_plan_has_the_sample_sizes_of_the_table() -> None:
    plan = plan_audit(contract(clause("sequential", tolerated="0.95")), 10_000)
    found = {row.accuracy: round(row.expected_items) for row in plan.rows}
    assert (found[0.97], found[0.96], found[0.95]) == (594, 891, 534)
    calibrated = plan_audit(contract(clause("sequential", tolerated="0.95", calibrated=True)), 10_000)
    found = {row.accuracy: round(row.expected_items) for row in calibrated.rows}
    assert found[0.97] == pytest.approx(535, abs=2)
    assert found[0.90] == pytest.approx(75, abs=1)
    assert calibrated.wrong_breached <= 0.05


@pytest.mark.parametrize(
    "of",
    [
        clause("sequential", threshold="0.9", tolerated="0.7"),
        clause("sequential", threshold="0.9", tolerated="0.7", calibrated=True),
        clause("curtailed", threshold="0.9", tolerated="0.7"),
        clause("fixed", threshold="0.9", items=25),
        clause("zero_defect", threshold="0.9"),
        clause("group_sequential", threshold="0.9", tolerated="0.7", looks=3),
        clause("iso2859-4", threshold="0.9", items=20),
        clause("claim", threshold="0.9"),
        clause("acceptance", threshold="0.9", alpha="0.01", beta="0.2"),
    ],
)
def test_chances_of_every_rule_equal_those_of_fractions(of: Clause) -> None:
    plan = plan_audit(contract(of), 60, sample=30)
    for row in plan.rows:
        wrong = int(60 * (1 - Fraction(row.accuracy).limit_denominator(100)))
        breached, kept, mean = exact(plan.design.limits, 60, wrong)
        assert row.p_breached == pytest.approx(float(breached), abs=1e-12)
        assert row.p_kept == pytest.approx(float(kept), abs=1e-12)
        assert row.expected_items == pytest.approx(float(mean), abs=1e-9)
    if of.decision.rule not in ("zero_defect",):
        assert plan.wrong_breached <= plan.design.alpha
    assert plan.wrong_kept <= plan.design.beta


def test_an_error_rate_is_planned_like_the_accuracy_that_it_leaves() -> None:
    rate = clause("sequential", metric="error_rate", threshold="0.03", tolerated="0.05")
    one, other = (
        plan_audit(contract(rate), 5_000),
        plan_audit(contract(clause("sequential", tolerated="0.95")), 5_000),
    )
    assert one.rows == other.rows


def test_costs_follow_the_contracts_currency() -> None:
    plan = plan_audit(contract(clause("fixed", tolerated="0.95")), 10_000, cost=Decimal("0.45"))
    record = plan.to_json()
    assert (record["expected_cost"], record["worst_cost"]) == (420.75, 420.75)
    assert any("USD 420.75" in sentence for sentence in record["sentences"])


def test_what_cannot_be_planned_says_why() -> None:
    with pytest.raises(InputError, match="allowed by the threshold"):
        design(clause("iso2859-2", lq="3"), 10_000)
    with pytest.raises(InputError, match="two samples"):
        design(clause("double", tolerated="0.95"), 500)
    with pytest.raises(InputError, match="no clause"):
        plan_audit(contract(clause("claim")), 1_000, clause_id="recall")


def test_the_command_prints_the_record_and_writes_the_tables(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    file = cli.folder / "contract.toml"
    file.write_text(
        contract_toml("birds", task={"classes": ["a", "b"]}, clauses=[agreed(decision=SEQUENTIAL)]), "utf-8"
    )
    words = ("audit", "plan", "--contract", file, "--items", "10000", "--cost-per-item", "0.50")
    record = cli(*words, "--boundaries", "limits.csv", "--json").json
    assert record["schema"] == "vendoreval/plan/1"
    assert [row["accuracy"] for row in record["operating_characteristic"]] == [k / 100 for k in range(85, 100)]
    assert set(record["operating_characteristic"][0]) == {
        "accuracy", "expected_items", "p95_items", "p_breached", "p_kept", "p_inconclusive",
    }  # fmt: skip
    lines = Path(cli.folder / "limits.csv").read_text("utf-8").splitlines()
    assert lines[0] == "n,accept_at,reject_at"
    assert len(lines) == record["max_items"] + 2
    assert "stops when it decides" in cli(*words).out
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", file)
    planned = cli("audit", "plan", "--contract", "birds", "--items", "10000", "--json").json
    assert (planned["rule"], planned["expected_cost"]) == ("sequential", None)
    cli("audit", "plan", "--contract", file, "--items", "10000", "--clause", "recall", code=2)
