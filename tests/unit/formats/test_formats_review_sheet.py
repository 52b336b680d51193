"""A reviewer's sheet: what it shows, and how it is read back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from vendoreval.errors import InputError, InvalidDocument
from vendoreval.formats.forms.review_sheet import read_review_sheet, write_review_sheet
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import Review
from vendoreval.resources import resource

BANK = parse_bank(
    (resource("questionnaires") / "annotation-core.toml").read_text("utf-8"), "annotation-core.toml"
)
ANSWERS = {
    "G1": Answer("G1", 3, text="=HYPERLINK(1)", note="see file", evidence=(EvidenceItem("document", "a.pdf"),)),
    "C1": Answer("C1", 4, value="99 %", commitment="no"),
    "S3": Answer("S3", state="na", na_reason="none"),
}


def sheet(own: tuple[Review, ...] = ()) -> bytes:
    out = io.BytesIO()
    write_review_sheet(
        BANK,
        out,
        vendor="acme",
        reviewer="ann",
        answers=ANSWERS,
        own=own,
        created=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return out.getvalue()


def changed(**cells: Any) -> bytes:
    book = load_workbook(io.BytesIO(sheet()))
    for place, value in cells.items():
        book["Review"][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, reviewer: str = "ann") -> Any:
    return read_review_sheet(data, BANK, vendor="acme", reviewer=reviewer, answers=ANSWERS)


def test_it_shows_the_answer_and_hides_the_scoring() -> None:
    book = load_workbook(io.BytesIO(sheet()))
    texts = [str(cell.value) for row in book["Review"].iter_rows() for cell in row if cell.value is not None]
    assert any("=HYPERLINK(1)" in text and "Evidence: a.pdf (document, not arrived)" in text for text in texts)
    assert any("99 %" in text and "in the contract: no" in text for text in texts)
    assert "S3" not in texts  # called not applicable: there is no answer to judge
    assert not any(word in " ".join(texts) for word in ("critical", "knock", "weight"))
    assert sheet() == sheet()


def test_a_pasted_rationale_keeps_its_lines() -> None:
    (review,), _, _ = read(changed(E4="1", G4="No reply._x000D_\nNo example."))  # as spreadsheets save it
    assert review.rationale == "No reply.\nNo example."


def test_reading_back() -> None:
    assert read(sheet()) == ((), ("G1", "C1"), ())
    own = (Review("G1", "ann", 2, "ambivalent", "no example\nof a wrong label"),)
    assert read(sheet(own)) == (own, ("C1",), ())
    reviews, left, anew = read(changed(E4="1", F4="No reply", G4="-3", E5=4))
    assert reviews == (Review("G1", "ann", 1, "non_reply", "-3"), Review("C1", "ann", 4))
    assert left == anew == ()


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"E4": "5"}, "'5' is no level"),
        ({"E4": "=2+1"}, "the level is a formula"),
        ({"E4": "2", "F4": "perhaps"}, "'perhaps' is none of the list's choices"),
        ({"A4": "Z9", "E4": "2"}, "Z9: is no question"),
        ({"A5": "G1", "E4": "2", "E5": "2"}, "stands here twice"),
    ],
)
def test_cells_that_cannot_be_read(cells: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidDocument, match=says):
        read(changed(**cells))


def test_a_sheet_of_somebody_else() -> None:
    with pytest.raises(InputError, match="is for reviewer 'ann', not 'bob'"):
        read(sheet(), reviewer="bob")
    with pytest.raises(InputError, match="is for vendor 'acme', not 'birds'"):
        read_review_sheet(sheet(), BANK, vendor="birds", reviewer="ann", answers=ANSWERS)
    with pytest.raises(InputError, match="is not an XLSX file"):
        read(b"no zip")


def test_every_choice_of_a_list_can_be_read_back() -> None:
    """Choices hold commas, so they must stand in cells: Excel splits a list that is written out."""
    book = load_workbook(io.BytesIO(sheet()))
    rules = {str(rule.sqref): rule.formula1 for rule in book["Review"].data_validations.dataValidation}
    assert rules == {"E4:E5": "review_levels", "F4:F5": "review_clarity"}
    for name, column in (("review_levels", "E"), ("review_clarity", "F")):
        title, cells = next(iter(book.defined_names[name].destinations))
        choices = [cell.value for (cell,) in book[title][cells]]
        assert len(choices) == (5 if column == "E" else 3)
        for choice in choices:
            assert read(changed(**{"E4": "2", f"{column}4": choice}))[0][0].question_id == "G1"


def test_rows_are_high_enough_for_their_text() -> None:
    book = load_workbook(io.BytesIO(sheet()))
    assert all(book["Review"].row_dimensions[row].height > 60 for row in (4, 5))


def test_a_row_judges_the_answer_that_it_shows() -> None:
    given = changed(E4="1", E5=4)
    more = EvidenceItem("document", "late.pdf")
    later = {**ANSWERS, "G1": replace(ANSWERS["G1"], evidence=(more,)), "C1": replace(ANSWERS["C1"], level=1)}
    reviews, left, anew = read_review_sheet(given, BANK, vendor="acme", reviewer="ann", answers=later)
    assert [one.question_id for one in reviews] == ["G1"]
    assert (left, anew) == ((), ("C1",))
