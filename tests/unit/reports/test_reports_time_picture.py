"""Time lines of recordings in claims and certificates."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.unit.audits.box_samples import terms
from tests.unit.tasks.time_samples import delivery_of, gold_of, segment, task
from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.answer_words import both_answers
from vendoreval.claims.records import ClaimLine
from vendoreval.reports.pictures.drawn_sheets import numbered_pairs
from vendoreval.reports.pictures.time_picture import TimePicture, time_marks
from vendoreval.reports.sentences import _of_time
from vendoreval.tasks.judged import judge
from vendoreval.tasks.segments import TYPE

GOLD = gold_of({"i": [(0, 4, "ada"), (3.5, 6, "bo"), segment(8, 9, "ada", ignored=True)]})
GIVEN = delivery_of({("i", "p"): [(0, 4, "ada"), (3.5, 6, "cy"), (9, 9.5, "ada")]})


def drawn() -> TimePicture:
    found = TYPE.compare(GOLD, GIVEN, task())
    lines = [
        ClaimLine(number=place, item="i", unit=row["unit_id"], expected=row["expected"], annotator="p",
                  delivered=row["delivered"], outcome=row["outcome"], severity="major", clause="c",
                  level=row["level"], where=row["where"])
        for place, row in enumerate(found.rows(), start=1) if row["outcome"] != "correct"
    ]  # fmt: skip
    pairs, _ = numbered_pairs(found, range(len(found)), lines)
    return TimePicture("Item i", "What is wrong.", time_marks(GOLD, GIVEN, "i", pairs, lines))


def test_both_tracks_and_the_wrong_time_are_drawn_with_their_lines() -> None:
    marks = [(mark.side, mark.state, mark.start, mark.end, mark.label, mark.number) for mark in drawn().marks]
    assert marks == [
        ("gold", "ignored", 8000, 9000, "ada", None),
        ("gold", "correct", 0, 4000, "ada", None), ("delivered", "correct", 0, 4000, "ada", None),
        ("gold", "wrong_label", 3500, 6000, "bo", 2), ("delivered", "wrong_label", 3500, 6000, "cy", 2),
        ("delivered", "extra", 9000, 9500, "ada", 3),
        (None, "wrong_label", 3500, 6000, "bo", 5), (None, "extra", 9000, 9500, "ada", 6),
    ]  # fmt: skip


def test_the_drawing_tells_every_defect_and_the_time() -> None:
    said = re.sub(r"<[^>]+>", " ", drawn().svg())
    for words in (
        "gold",
        "delivered",
        "wrong time",
        "X 3 ada",
        "L 2 bo",
        "L 2 cy",
        "X 6 ada",
        "6 s",
        "X extra",
    ):
        assert words in said
    assert "stroke-dasharray" in drawn().svg()


def test_a_report_says_what_the_collar_means() -> None:
    rule = {"collar": "0.25", "overlaps": "skipped"}
    said, plain = (
        _of_time(terms("der", "time", threshold="0.1", task={"type": "segments", "matching": matching}))
        for matching in (rule, {})
    )
    assert "0.25 s before and as much after each end of a gold segment" in said
    assert "time in which gold has several labels" in said
    assert "without a collar" in plain


def test_the_blind_arbiter_is_told_of_which_time_a_line_is() -> None:
    judged_ = judge(GOLD, GIVEN, task())
    seen = AuditInput(judged_.units, judged_.units, 1, 1, 3, gold=GOLD, delivered=GIVEN)
    line = ClaimLine(
        number=1, item="i", unit=5, expected=None, delivered="ada", annotator="p", outcome="extra",
        severity="major", clause="c", level="time", where="time 9 s to 9.5 s",
    )  # fmt: skip
    row = next(row for row in judged_.units.rows() if row["where"] == line.where)
    both = both_answers(replace(line, unit=row["unit_id"]), seen, task())
    assert both.gold == "Time 9 s to 9.5 s: There is nothing here."
    assert both.delivered == "Time 9 s to 9.5 s: There is “ada” here: segment 9 s to 9.5 s."
