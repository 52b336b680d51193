from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.contracts import Terms, clause, contract_toml
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import BREACHED, AuditResult
from vendoreval.claims.defects import wrong_units
from vendoreval.claims.drafting import claim_rows, draft_claim, issue
from vendoreval.claims.records import Claim
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, SEVERITY_CODE, Outcomes

TODAY = date(2026, 11, 24)
SAMPLE = Path(__file__).parents[3] / "samples" / "contracts" / "weather-sentiment.toml"


def outcomes(rows: list[tuple[str, str, str, str | None, str, str]]) -> Outcomes:
    """Rows of item, annotator, expected, delivered, outcome, severity; unit by order within the item."""
    items = [row[0] for row in rows]
    return Outcomes(
        Coded.from_text(items),
        np.asarray([items[:k].count(item) for k, item in enumerate(items)], dtype=np.int32),
        Coded.from_text([row[1] or None for row in rows]),
        None,
        Coded.from_text([row[2] for row in rows]).recode(("a", "b", "c")),
        Coded.from_text([row[3] for row in rows]).recode(("a", "b", "c")),
        np.asarray([CODE[row[4]] for row in rows], dtype=np.int8),
        np.asarray([float(row[4] == "correct") for row in rows]),
        np.asarray([SEVERITY_CODE[row[5]] for row in rows], dtype=np.int8),
    )


def terms(*further: Terms, metric: str = "accuracy", scope: str = "delivery") -> Contract:
    whole = clause(metric=metric, scope=scope, threshold="0.9", remedy=["rework", "credit"])
    text = contract_toml(
        currency="EUR", task={"classes": list("abc")}, price=("1", "item"),
        acceptance={"window_days": 10, "silence": "accepted", "response_days": 3},
        clauses=[whole, *further], remedies=[{"id": "rework", "deadline_days": 5}, {"id": "credit"}],
    )  # fmt: skip
    return parse_contract(text)


FLOOR = clause(
    "floor", metric="recall", scope="class", threshold="0.8", decision={"rule": "claim"}, remedy=["rework"]
)


def bad_delivery() -> AuditInput:
    """60 items: 30 right, 20 of a called b, 8 of b called c (critical), 1 unscorable, 1 unanswered."""
    rows: list[tuple[str, str, str, str | None, str, str]] = []
    rows += [(f"r{k}", "ann", "abc"[k % 3], "abc"[k % 3], "correct", "major") for k in range(30)]
    rows += [(f"x{k:02}", "ben", "a", "b", "wrong_label", "minor") for k in range(20)]
    rows += [(f"y{k}", "ben", "b", "c", "wrong_label", "critical") for k in range(8)]
    rows += [("z", "ann", "a", "b", "unscorable", "major"), ("lost", "", "a", None, "missing", "major")]
    units = outcomes(rows)
    return AuditInput(units, units, gold_items=60, items=600, labels=600)


def drafted(contract: Contract, seen: AuditInput, received: date | None = None) -> tuple[AuditResult, Claim]:
    result = audit(contract, seen, audit_id="a1", delivery="d1", gold="g1")
    return result, draft_claim(contract, result, seen, claim_id="k1", today=TODAY, received=received)


def test_one_line_a_defect_gravest_first_with_further_clauses_beside() -> None:
    result, claim = drafted(terms(FLOOR), bad_delivery())
    assert [f.verdict for f in result.findings if f.clause == "accuracy"] == [BREACHED]
    assert len(claim.lines) == 28
    assert [line.number for line in claim.lines] == list(range(1, 29))
    assert [line.severity for line in claim.lines] == ["critical"] * 8 + ["minor"] * 20
    assert {line.clause for line in claim.lines} == {"accuracy"}
    assert claim.lines[8].also == ("floor",)
    assert (claim.lines[8].item, claim.lines[8].expected, claim.lines[8].delivered) == ("x00", "a", "b")
    assert "lost" not in {line.item for line in claim.lines}  # nothing proves that it was sent


def test_missing_items_are_defects_when_they_were_sent() -> None:
    _, claim = drafted(terms(), replace(bad_delivery(), sent_known=True))
    assert "lost" in {line.item for line in claim.lines}


@pytest.mark.parametrize(
    ("metric", "scope"),
    [
        ("accuracy", "delivery"), ("accuracy", "class"), ("accuracy", "annotator"), ("accuracy", "edge_case"),
        ("recall", "class"), ("precision", "class"), ("f1", "class"), ("macro_recall", "delivery"),
        ("completeness", "delivery"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sent_known", [True, False])
def test_defects_of_a_finding_are_the_errors_it_counted(metric: str, scope: str, sent_known: bool) -> None:
    edges = frozenset({"x01", "r1", "z"})
    seen = replace(bad_delivery(), sent_known=sent_known, edge_items=edges)
    contract = terms(metric=metric, scope=scope)
    result = audit(contract, seen, audit_id="a", delivery="d", gold="g")
    assert any(finding.n for finding in result.findings)
    for finding in result.findings:
        if finding.n:
            assert len(wrong_units(finding, seen, contract.task)) == finding.errors, finding


def test_numbers_and_sums() -> None:
    result, claim = drafted(terms(), bad_delivery())
    (figures,) = claim.extrapolations
    assert (figures.found, figures.sample, figures.population, figures.allowed) == (28, 58, 600, 60)
    assert figures.found <= figures.at_least < figures.estimate == 290
    assert figures.strikeouts == result.findings[0].strikeouts
    rework, credit = claim.demands
    assert (rework.amount, credit.amount is not None) == (None, True)
    assert credit.amount is not None
    assert credit.amount_on_estimate is not None
    assert credit.amount.minor == (figures.at_least - 60) * 100
    assert credit.amount_on_estimate.minor == (290 - 60) * 100
    assert claim.to_json()["strikeouts"] == figures.strikeouts


def test_striking_out_one_more_line_ends_the_breach() -> None:
    contract, seen = terms(), bad_delivery()
    result, _ = drafted(contract, seen)
    spare = result.findings[0].strikeouts
    assert spare
    wrong = np.flatnonzero(seen.units.outcome == CODE["wrong_label"])
    for struck, verdict in ((spare, True), (spare + 1, False)):
        outcome = seen.units.outcome.copy()
        outcome[wrong[:struck]] = CODE["correct"]
        units = replace(seen.units, outcome=outcome)
        again = audit(
            contract, replace(seen, units=units, by_label=units), audit_id="a", delivery="d", gold="g"
        )
        assert (again.verdict == BREACHED) is verdict


def test_nothing_to_claim_and_wrong_versions_are_refused() -> None:
    contract, seen = terms(), bad_delivery()
    good = outcomes([(f"r{k}", "ann", "a", "a", "correct", "major") for k in range(60)])
    fine = replace(seen, units=good, by_label=good)
    with pytest.raises(Conflict, match="nothing to claim"):
        drafted(contract, fine)
    result = audit(contract, seen, audit_id="a1", delivery="d1", gold="g1")
    with pytest.raises(Conflict, match="version"):
        draft_claim(replace(contract, version=2), result, seen, claim_id="k", today=TODAY)


def test_issue_freezes_and_sets_the_days() -> None:
    contract = terms()
    _, draft = drafted(contract, bad_delivery())
    assert (draft.state, draft.answer_by, draft.demands[0].due) == ("draft", None, None)
    claim = issue(draft, contract, date(2026, 11, 27))  # a Friday
    assert (claim.state, claim.version, claim.issued) == ("issued", 1, date(2026, 11, 27))
    assert claim.answer_by == date(2026, 12, 2)
    assert [demand.due for demand in claim.demands] == [date(2026, 12, 4), None]
    assert claim.lines == draft.lines
    with pytest.raises(Conflict, match="was issued"):
        issue(claim, contract, TODAY)


@pytest.mark.parametrize(
    ("received", "words"),
    [(date(2026, 11, 20), "window ends on 2026-12-04"), (date(2026, 11, 2), "silence accepts the delivery")],
)
def test_timeliness_is_said(received: date, words: str) -> None:
    _, claim = drafted(terms(), bad_delivery(), received)
    assert words in " ".join(claim.notes)


def test_rows_for_the_attachment_and_json() -> None:
    _, claim = drafted(terms(FLOOR), bad_delivery())
    header, rows = claim_rows(claim)
    assert len(rows) == len(claim.lines)
    assert dict(zip(header, rows[8], strict=True)) == {
        "number": "9", "item_id": "x00", "unit_id": "0", "expected": "a", "delivered": "b",
        "annotator_id": "ben", "outcome": "wrong_label", "severity": "minor",
        "clause": "accuracy", "also": "floor", "task_id": "",
    }  # fmt: skip
    assert json.loads(json.dumps(claim.to_json()))["schema"] == "vendoreval/claim/1"


def test_row_order_does_not_change_the_claim() -> None:
    seen = bad_delivery()
    shuffled = seen.units.take(np.random.default_rng(1).permutation(len(seen.units)))
    contract = terms(FLOOR)
    _, first = drafted(contract, seen)
    _, second = drafted(contract, replace(seen, units=shuffled, by_label=shuffled))
    assert first == second


def test_every_remedy_of_the_demo_contract_is_demanded() -> None:
    contract = parse_contract(SAMPLE.read_text(encoding="utf-8"), SAMPLE.name)
    rows = [(f"i{k}", "", str(k % 5), str((k + (k % 3 == 0)) % 5)) for k in range(300)]
    units = outcomes([(i, a, "a", "a", "correct", "major") for i, a, _, _ in rows])
    names = contract.task.classes
    expected = Coded.from_text([row[2] for row in rows]).recode(names)
    delivered = Coded.from_text([row[3] for row in rows]).recode(names)
    outcome = np.where(expected.codes == delivered.codes, CODE["correct"], CODE["wrong_label"]).astype(np.int8)
    units = replace(units, expected=expected, delivered=delivered, outcome=outcome)
    _, claim = drafted(contract, AuditInput(units, units, 300, 300, 300))
    assert [demand.remedy for demand in claim.demands] == ["rework", "audit-cost", "credit", "termination"]
    assert len(claim.lines) == 100
    credit = claim.demands[2].amount
    assert credit is not None
    assert credit.minor == (100 - 36) * 120  # all 300 were audited: 100 wrong, 36 allowed, USD 1.20 each
