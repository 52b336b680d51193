"""Answers as events: folding, history, changes, and the way to JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from vendoreval.questionnaires.answers import (
    STATES,
    Answer,
    EvidenceItem,
    carry_over,
    changes,
    fold,
    history,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
evidence = st.builds(
    EvidenceItem,
    st.sampled_from(["document", "demo", "independent", "measured"]),
    st.text(min_size=1),
    dated=st.none() | st.dates(),
    expires=st.none() | st.dates(),
    level=st.none() | st.integers(0, 4),
)
events = st.builds(
    Answer,
    st.sampled_from(["G1", "A1", "C1"]),
    st.none() | st.integers(0, 4),
    st.sampled_from(STATES),
    text=st.text(),
    commitment=st.sampled_from([None, "yes", "changes", "no"]),
    evidence=st.lists(evidence, max_size=2).map(tuple),
    answered_at=st.none() | st.datetimes(timezones=st.just(UTC)),
)


def test_latest_appended_wins_even_with_an_older_clock() -> None:
    first = Answer("G1", 4, answered_at=NOON)
    second = Answer("G1", 1, answered_at=NOON.replace(hour=9))
    other = Answer("A1", 2)
    assert fold([first, other, second]) == {"G1": second, "A1": other}
    assert history([first, other, second]) == {"G1": (first, second), "A1": (other,)}


@given(st.lists(events, max_size=6))
def test_json_and_back(found: list[Answer]) -> None:
    for event in found:
        assert Answer.from_json(json.loads(json.dumps(event.to_json()))) == event


@given(st.lists(events, max_size=6))
def test_no_changes_between_equals(found: list[Answer]) -> None:
    current = fold(found)
    later = {
        key: replace(answer, answered_at=NOON, channel="mail", actor="b") for key, answer in current.items()
    }
    assert changes(current, later) == ()


def test_changes_show_before_and_after() -> None:
    old = {"G1": Answer("G1", 4), "G2": Answer("G2", 1)}
    new = {
        "G1": Answer("G1", 2, evidence=(EvidenceItem("document", "g.pdf", dated=date(2026, 1, 5)),)),
        "G3": Answer("G3", 3),
    }
    new["M1"] = Answer("M1", None, "unanswered")
    old["M2"], new["M2"] = Answer("M2", 1), Answer("M2", None, "unanswered")
    found = {change.question_id: change for change in changes(old, new)}
    assert found["G1"].kind == "changed"
    assert found["G1"].fields == {"level": ("4", "2"), "evidence": ("", "document g.pdf 2026-01-05")}
    assert "G2" not in found  # a question that a form leaves blank keeps its answer
    assert "M1" not in found
    assert (found["M2"].kind, found["M2"].fields["level"]) == ("withdrawn", ("1", ""))
    assert (found["G3"].kind, found["G3"].fields["level"]) == ("new", ("", "3"))


def test_a_form_does_not_wipe_out_what_it_cannot_hold() -> None:
    measured = EvidenceItem("measured", "pilot-1", level=2)
    current = {
        "A1": Answer("A1", 3, evidence=(EvidenceItem("document", "a.pdf", sha256="ab"), measured)),
        "S3": Answer("S3", None, "na", na_reason="no persons", na_approved=True),
        "S1": Answer("S1", None, "na", na_reason="later", na_approved=True),
    }
    received = {
        "A1": Answer("A1", 4, evidence=(EvidenceItem("document", "a.pdf"), EvidenceItem("document", "b.pdf"))),
        "S3": Answer("S3", None, "na", na_reason="no persons"),
        "S1": Answer("S1", None, "na", na_reason="never"),
        "M1": Answer("M1", 1),
    }
    kept = carry_over(current, received)
    assert [(item.name, item.sha256) for item in kept["A1"].evidence] == [
        ("a.pdf", "ab"),
        ("b.pdf", ""),
        ("pilot-1", ""),
    ]
    assert kept["S3"].na_approved
    assert not kept["S1"].na_approved
    assert kept["M1"] == received["M1"]
