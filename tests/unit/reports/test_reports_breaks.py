"""No heading is left alone at the end of a page, and every chart stands on the page of its heading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.reports.all_reports import KINDS, made
from vendoreval.reports.fonts import drawable, shipped_fonts
from vendoreval.reports.pdf import PAPERS
from vendoreval.reports.render import to_html

_HEADINGS = ("h2", "h3")
_BLOCKS = (*_HEADINGS, "p", "tr", "li", "figcaption")


def pages(html: str, paper: str) -> list[list[tuple[str, str]]]:
    """By page, tag and beginning of the text of each block that is printed on it, from top to bottom."""
    with shipped_fonts():
        import weasyprint

        sheet = weasyprint.CSS(string=f"@page {{ size: {paper} }}")
        document = weasyprint.HTML(string=drawable(html)).render(stylesheets=[sheet])
    return [list(_blocks(page._page_box)) for page in document.pages]


def _blocks(box: Any) -> Iterator[tuple[str, str]]:
    for one in box.descendants():
        if one.element_tag in _BLOCKS and one.element is not None and one.element.tag == one.element_tag:
            yield one.element_tag, "".join(one.element.itertext()).strip()[:40]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("kind", KINDS)
def test_headings_keep_with_what_they_head(kind: str, paper: str) -> None:
    heading = ("", "", -1)
    for number, blocks in enumerate(pages(to_html(made(kind)), paper)):
        assert blocks
        assert blocks[-1][0] not in _HEADINGS, (kind, number, blocks[-1])
        for tag, text in blocks:
            if tag in _HEADINGS:
                heading = (tag, text, number)
            if tag == "figcaption":  # of a chart, which is never torn from it
                assert heading[2] == number, (kind, number, text, heading)
