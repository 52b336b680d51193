"""Reports as Word files, read back by python-docx: they say what the view says, as Word files do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from lxml import html

from tests.unit.reports.all_reports import KINDS, made
from vendoreval.reports.docx_writer import ELSEWHERE, to_docx
from vendoreval.reports.letterhead import Letterhead, Party
from vendoreval.reports.render import to_html

UNPRINTED = frozenset(
    {"record", "schema", "created", "picture", "key", "logo", "signed", "letterhead", "kicker", "symbol"}
)


def read(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def words(data: bytes) -> str:
    """All text of the body in its order, one space between words."""
    said = (
        "".join(one.text if one.tag == qn("w:t") else " " for one in part.iter(qn("w:t"), qn("w:br")))
        for part in read(data).element.body.iter(qn("w:p"))
    )
    return flat(" ".join(said))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def said(value: Any, key: str = "") -> Iterator[str]:
    """Every text of a view that a reader sees."""
    if key in UNPRINTED:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from said(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from said(inner, key)


@pytest.mark.parametrize("kind", ["claim", "claim of boxes", "claim of spans"])
def test_every_word_of_the_view_is_in_the_file(kind: str) -> None:
    report = made(kind, 230)
    text = words(to_docx(report))
    shown = [one for name, part in report.view.items() for one in said(part, name)]
    assert len(shown) > 50
    assert [one for one in shown if flat(one).strip() not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_can_be_a_word_file_with_all_its_text_and_the_same_bytes(kind: str) -> None:
    data = to_docx(made(kind))
    assert data == to_docx(made(kind))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert read(data).core_properties.author != "python-docx"
    text = words(data)
    page = html.document_fromstring(to_html(made(kind))).body
    for drawn in list(page.iter("svg", "figure")):
        drawn.drop_tree()
    printed = [flat(one).strip() for one in page.itertext() if one.strip()]
    assert [one for one in printed if one not in text] == []
    assert text.endswith(ELSEWHERE)


def test_headings_heads_of_tables_and_pages_are_real() -> None:
    report = made("claim", 300)
    document = read(to_docx(report, "Letter"))
    headings = [line.text for line in document.paragraphs if line.style.name.startswith("Heading")]
    assert headings[0] == report.view["title"]
    assert [int(text.split()[0]) for text in headings if text[0].isdigit()] == list(range(1, 12))
    longest = max(document.tables, key=lambda table: len(table.rows))
    assert longest.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [row.cells[0].text for row in longest.rows[1:]] == [
        row["number"] for row in report.view["lines"]["rows"]
    ]
    section = document.sections[0]
    assert round(section.page_width.mm, 1) == 215.9
    fields = [one.text.strip() for one in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]
    told = document.core_properties
    assert told.title == f"{report.view['kicker']}: {report.view['title']}"
    assert (told.author, told.last_modified_by) == (report.view["buyer"],) * 2
    assert told.created.replace(tzinfo=None) == report.created.replace(tzinfo=None, microsecond=0)


def test_the_state_stands_at_the_head_of_each_page_and_the_letterhead_on_the_first() -> None:
    head = Letterhead(Party("Robotics GmbH", ("Street 1", "10115 Berlin"), "Ann Lee"))
    report = made("claim", 3, letterhead=head)
    data = to_docx(replace(report, view={**report.view, "stamp": "Draft, not issued"}))
    assert "Draft, not issued" in read(data).sections[0].header.paragraphs[0].text
    assert words(data).startswith("Robotics GmbH Street 1 10115 Berlin Ann Lee ")


def test_hidden_characters_are_seen() -> None:
    text = words(to_docx(made("claim", 3, vendor="Ac\u202eme\x07 <b>", remarks=("a\u200bb",))))
    assert "Ac\\u202eme\\u0007 <b>" in text
    assert "a\\u200bb" in text
