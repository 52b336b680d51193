"""The questionnaire's report: what it says, in which words, and that nobody's text acts."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.unit.reports.report_samples import HOSTILE, facts, told
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.scoring import score
from vendoreval.reports.promise_parts import promise_rows, standings
from vendoreval.reports.questionnaire_view import Told, questionnaire_view
from vendoreval.reports.render import to_html, to_json


def test_what_the_first_page_says() -> None:
    view = questionnaire_view(told(), facts()).view
    failed = ["A1", "R5", "E1", "C3", "P2", "S4", "M4"]
    assert view["verdict"]["word"].replace("\u00a0", " ") == "Not eligible, 1 promise missed"
    assert view["headline"].startswith(
        f"{len(failed) - 1}\u00a0knock-outs not passed: R5, E1, C3, P2, S4 and M4."
    )
    assert [row["question"] for row in view["knock_outs"] if row["waiver"]] == ["C1"]
    assert "Waived by Eve until 31\u00a0December 2026: a new vendor" in [
        row["waiver"] for row in view["knock_outs"]
    ]
    assert view["notes"] == ["The levels are the vendor’s own."]


def test_every_answer_stands_in_its_section() -> None:
    view = questionnaire_view(told(), facts()).view
    sections = {section["id"]: section for section in view["sections"]}
    assert len(sections) == 8
    asked = {q["id"]: q for section in view["sections"] for q in section["questions"]}
    assert set(asked) == {"C1", "G1", "P3", "A1"}
    assert sections["S"]["out"] == "Not applicable to this project: S3."
    assert sections["G"]["open"] == "Not answered: G2, G3, G4 and G5."
    assert asked["C1"]["levels"] == "level 1, shown 1"  # refused in the contract
    assert asked["C1"]["cells"] == ["shown", "", "", ""]
    lines = dict(asked["C1"]["lines"])
    assert lines["Figure"] == "99 % (% guaranteed)"
    assert lines["Commitment"] == "not in the contract, so that level 4 as said does not count in full"
    assert lines["Evidence"].endswith("stored, of 2\u00a0January 2026, valid until 2\u00a0January 2027")
    assert dict(asked["G1"]["lines"])["Reviewers"] == (
        "the vendor 3, ann 3, bob 1; level 2 counts: no wrong examples"
    )
    assert asked["P3"]["levels"] == "Declined to answer"


def test_promises_are_worded() -> None:
    rows = {row["question"]: row for row in promise_rows(told().promises)}
    assert rows["C1"]["claimed"] == "“99 %”, not in the contract"
    assert (rows["C1"]["measured"], rows["C1"]["gap"]) == ("95.0\u00a0%", "−4.0 points")
    assert rows["C1"]["basis"] == "91.9\u00a0% to 97.2\u00a0%; 300 audited items, audit a"
    assert rows["C1"]["standing"]["word"] == "Missed"
    assert rows["C7"]["basis"].endswith("1 audited delivery, first audits")
    assert standings(told().promises).startswith("Of 1\u00a0promise that could be held")
    assert standings(()) == "No promise with a figure has been measured yet."


def test_interview_questions_come_weightiest_first() -> None:
    follow_ups = questionnaire_view(told(), facts()).view["follow_ups"]
    weight = {q.id: q.weight for q in told().bank.questions}
    weights = [weight[row["question"]] for row in follow_ups]
    assert weights == sorted(weights, reverse=True)
    assert next(row for row in follow_ups if row["question"] == "P3")["why"] == "declined, no evidence"


def test_text_of_the_vendor_stays_text() -> None:
    report = questionnaire_view(told(), facts())
    page = to_html(report)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\\u202e" in page  # hidden signs are seen
    assert "draft &lt;b&gt;.pdf" in page
    assert json.loads(to_json(report))["sections"]
    attached = json.loads(report.files[0].data)
    assert next(a["text"] for a in attached["answers"] if a["question_id"] == "C1") == HOSTILE


def test_the_same_answers_give_the_same_report() -> None:
    turned = replace(told(), answers=dict(reversed(list(told().answers.items()))))
    assert to_html(questionnaire_view(turned, facts())) == to_html(questionnaire_view(told(), facts()))


def test_questions_that_are_not_asked_are_named() -> None:
    """A2 asks what happens below the agreement that A1 says is not measured."""
    bank = told().bank
    answers = {"A1": Answer("A1", 0)}
    found = questionnaire_view(Told(bank, answers, score(bank, answers)), facts())
    agreement = next(section for section in found.view["sections"] if section["id"] == "A")
    assert agreement["idle"] == "Not asked, since an earlier answer leaves nothing to ask: A2."
    assert "Not asked, since" in to_html(found)


def test_a_contract_that_does_not_exist_is_not_silent() -> None:
    first = told().promises[0]
    assert promise_rows([replace(first, contract="")])[0]["contract"] == "–"
    both = promise_rows([replace(first, contract=""), replace(first, contract="at least 97 %")])
    assert [row["contract"] for row in both] == ["silent", "at least 97 %"]
