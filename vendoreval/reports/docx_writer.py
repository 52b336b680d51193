"""A report as a Word file, for those who work with its text: the page that `to_html` makes, block by block.

Nothing is worded or reckoned here, so the file says what the PDF says. Pictures, attached files and signatures
are in the PDF alone, and a sentence at the end says so. The same report gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC
from typing import TYPE_CHECKING, Any

from vendoreval.errors import UsageError
from vendoreval.reports.render import to_html
from vendoreval.reports.report import Report
from vendoreval.safe_text import clip, visible

if TYPE_CHECKING:
    from docx.document import Document

ELSEWHERE = (
    "This file has the text and the tables of the report. Its pictures and attached files are in the PDF of "
    "the same report, which is also the form that is signed."
)
_PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}  # mm
_MARGIN = 18.0  # mm
_FONT = "Arial"
_SIZES = {"Normal": 9.5, "Heading 1": 18, "Heading 2": 13, "Heading 3": 10.5, "Heading 4": 9.5}
_FIXED = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP knows
_LONGEST = 255  # characters of a core property


def to_docx(report: Report, paper: str = "A4") -> bytes:
    """The report as DOCX, with real headings, repeated table heads and page numbers; raises UsageError."""
    import docx
    from lxml import html

    from vendoreval.reports.docx_parts import Flow

    if paper not in _PAPERS:
        raise UsageError(f"There is no paper {paper!r}.", remedy="Choose A4 or Letter.")
    page = html.document_fromstring(to_html(report), parser=html.HTMLParser(huge_tree=True))
    document = docx.Document()
    _styled(document)
    width = _laid_out(document, paper)
    _on_every_page(document, report, width)
    flow = Flow(document, width)
    for element in page.body:
        flow.block(element)
    if report.kind != "letter":
        flow.sentence(ELSEWHERE)
    _described(document, report)
    out = io.BytesIO()
    document.save(out)
    return _timeless(out.getvalue())


def _styled(document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size in _SIZES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.rPr.rFonts
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:cs"), _FONT)
        if name != "Normal":
            style.font.color.rgb = RGBColor(0x1A, 0x22, 0x30)
    normal: Any = document.styles["Normal"]
    normal.paragraph_format.space_after = Pt(4)


def _laid_out(document: Document, paper: str) -> float:
    """Set the page, and return the width of its text in mm."""
    from docx.shared import Mm

    section = document.sections[0]
    width, height = _PAPERS[paper]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN)
    section.header_distance = section.footer_distance = Mm(_MARGIN / 2)
    return width - 2 * _MARGIN


def _on_every_page(document: Document, report: Report, width: float) -> None:
    """The state and the title above, the number and the count of pages below."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Mm, Pt, RGBColor

    from vendoreval.reports.docx_parts import field

    section, view = document.sections[0], report.view
    above, below = section.header.paragraphs[0], section.footer.paragraphs[0]
    for line in (above, below):
        line.style = "Normal"  # those of Word have tab stops for another width
        line.paragraph_format.tab_stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT)
    if view["stamp"]:
        stamp = above.add_run(visible(view["stamp"]))
        stamp.bold, stamp.font.color.rgb = True, RGBColor(0xA3, 0x20, 0x20)
    above.add_run(f"\t{clip(visible(view['title']), 80)}")
    below.add_run(f"{visible(view['number'])}, made {view['printed']} by {visible(view['program'])}\tPage ")
    field(below, "PAGE")
    below.add_run(" of ")
    field(below, "NUMPAGES")
    for run in (*above.runs, *below.runs):
        run.font.size = Pt(8)


def _described(document: Document, report: Report) -> None:
    """Word's properties of the file: those of the report, and nothing of this machine."""
    told, view = document.core_properties, report.view
    created = report.created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    told.title = clip(visible(f"{view['kicker']}: {view['title']}"), _LONGEST)
    told.author = told.last_modified_by = clip(visible(view["buyer"]), _LONGEST)
    told.created = told.modified = created
    told.subject = told.comments = told.keywords = told.category = ""
    told.language, told.revision = "en", 1


def _timeless(data: bytes) -> bytes:
    """The same ZIP without the moment of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as fixed:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, _FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, made.read(name))
    return out.getvalue()
