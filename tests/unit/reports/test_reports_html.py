from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from tests.unit.reports.report_samples import (
    assessment,
    claimed,
    facts,
    history,
    music_audit,
    music_claim,
    music_contract,
    music_lines,
)
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.render import to_html, to_json
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=y>'{{ 7*7 }}\u202e&amp;"
VOID = {"meta", "col", "br", "line", "rect", "circle", "polygon", "polyline"}


class Tags(HTMLParser):
    """Collects tags and attributes, and checks that elements are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def reports() -> dict[str, Report]:
    contract, result = music_contract(), music_audit()
    return {
        "audit": audit_view(contract, result, facts()),
        "claim": claim_view(contract, music_claim(), result, facts()),
        "scorecard": scorecard_view(contract, assessment(), history(), claimed(music_claim()), facts()),
    }


@pytest.mark.parametrize("kind", ["audit", "claim", "scorecard"])
def test_pages_stand_alone_and_are_well_formed(kind: str) -> None:
    page = to_html(reports()[kind])
    tags = Tags(page)
    assert tags.open == []
    assert tags.headings[0] == "h1"
    assert tags.headings.count("h1") == 1
    assert not tags.tags & {"script", "link", "img", "iframe", "base", "object", "a"}
    assert not tags.attributes & {"src", "href", "srcset", "action", "style", "onload"} - {"style"}
    assert "url(" not in page
    assert "@import" not in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize("kind", ["audit", "claim", "scorecard"])
def test_json_holds_the_same_view_and_loads(kind: str) -> None:
    report = reports()[kind]
    first = json.loads(to_json(report))
    assert first["schema"].startswith("vendoreval/")
    assert first["title"] == report.view["title"]
    assert to_json(report) == to_json(report)


def test_charts_are_data_in_json() -> None:
    chart = json.loads(to_json(reports()["audit"]))["confusion"]["chart"]
    assert chart["chart"] == "ConfusionMap"
    assert len(chart["cells"]) == 10


def test_hostile_vendor_text_is_shown_and_does_nothing() -> None:
    contract, result = music_contract(), music_audit()
    line = replace(music_lines(1)[0], item=HOSTILE, delivered=HOSTILE, annotator=HOSTILE)
    hostile_people = replace(result.by_annotator[0], name=HOSTILE)
    result = replace(
        result,
        delivery=HOSTILE,
        by_annotator=(hostile_people,),
        confusion={HOSTILE: {HOSTILE: 3}},
        notes=(HOSTILE,),
    )
    score_facts = facts(vendor=HOSTILE, remarks=(HOSTILE,))
    pages = [
        to_html(claim_view(contract, music_claim((line,)), result, facts(vendor=HOSTILE))),
        to_html(audit_view(contract, result, facts(vendor=HOSTILE))),
        to_html(scorecard_view(contract, assessment(), [(result, facts().printed)], [], score_facts)),
    ]
    for page in pages:
        tags = Tags(page)
        assert not tags.tags & {"script", "img"}
        assert "onerror" not in tags.attributes
        assert "\u202e" not in page
        assert "\\u202e" in page
        assert "{{ 7*7 }}" in page
        assert "&amp;amp;" in page


def test_a_missing_value_is_an_error_and_not_an_empty_place() -> None:
    report = reports()["audit"]
    view = {key: value for key, value in report.view.items() if key != "headline"}
    with pytest.raises(UndefinedError):
        to_html(replace(report, view=view))
