"""The blocks of a report's page in a Word file: headings, paragraphs, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.table import Table, _Row
    from docx.text.paragraph import Paragraph

_HEADINGS = {"h1": "Heading 1", "h2": "Heading 2", "h3": "Heading 3", "h4": "Heading 4"}
_BLOCKS = frozenset({"p", "div", "table", "ul", "ol", "figure", "header", "main", "section", *_HEADINGS})
_SIDE_BY_SIDE = frozenset({"figures", "letterhead", "sign"})  # divisions whose parts stand in one row
_UNSEEN = frozenset({"style", "script", "img", "colgroup"})
_SPACE = re.compile(r"[ \t\r\n\f]+")  # what a page draws as one space; not the no-break space
_SMALL, _LARGE = 8.0, 13.0  # points
_TABLE = 8.0
_CELL_MARGIN = 60  # twentieths of a point


@dataclass(frozen=True)
class Look:
    """How a stretch of text stands."""

    bold: bool = False
    code: bool = False
    struck: bool = False
    red: bool = False
    size: float | None = None  # points

    def within(self, element: Any) -> Look:
        """The look inside `element`."""
        classes = set((element.get("class") or "").split())
        look = self
        if element.tag in ("b", "strong", "th") or classes & {"kicker", "word", "value", "stamp", "tag"}:
            look = replace(look, bold=True)
        if "ref" in classes:
            look = replace(look, bold=False)
        if classes & {"small", "ref", "made", "note", "label"}:
            look = replace(look, size=min(_SMALL, look.size or _SMALL))
        return replace(
            look,
            code=look.code or element.tag == "code",
            struck=look.struck or element.tag == "s",
            red=look.red or "stamp" in classes,
            size=_LARGE if "word" in classes else look.size,
        )


class Flow:
    """Writes elements one after the other into a document or a cell, `width` mm wide."""

    def __init__(self, place: Any, width: float, look: Look = Look(), first: Paragraph | None = None) -> None:
        """`first`: the empty paragraph that a cell begins with."""
        self.place, self.width, self.look = place, width, look
        self._unused, self._open = first, None  # type: Paragraph | None, Paragraph | None
        self._align: WD_ALIGN_PARAGRAPH | None = None

    def sentence(self, text: str) -> None:
        """A small paragraph of its own."""
        self._open = None
        self._say(text, replace(self.look, size=_SMALL))
        self._open = None

    def block(self, element: Any) -> None:
        """An element with all that is in it."""
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            return
        if element.tag in ("svg", "figure"):
            self.sentence(_picture(element))
        elif _SIDE_BY_SIDE & set((element.get("class") or "").split()):
            self._side_by_side(element)
        elif element.tag == "table":
            self._table(element)
        elif element.tag in ("ul", "ol"):
            self._list(element)
        elif element.tag in _BLOCKS:
            self._open = None
            if element.tag in _HEADINGS:
                self._open = self._paragraph(_HEADINGS[element.tag])
            self._inside(element, self.look if element.tag in _HEADINGS else self.look.within(element))
            self._open = None
        else:
            self._inline(element, self.look)

    def row_cell(self, element: Any, right: bool) -> None:
        """What a cell of a table has."""
        self._align = WD_ALIGN_PARAGRAPH.RIGHT if right else None
        self._inside(element, self.look.within(element))

    def _inside(self, element: Any, look: Look) -> None:
        """The text and the children of an element; `look` holds for all of them."""
        before, self.look = self.look, look
        self._say(element.text, look)
        for child in element:
            if isinstance(child.tag, str) and (
                child.tag in _BLOCKS or child.tag in _UNSEEN or child.tag == "svg"
            ):
                self.block(child)
            elif isinstance(child.tag, str):
                self._inline(child, look)
            self._say(child.tail, look)
        self.look = before

    def _inline(self, element: Any, look: Look) -> None:
        if element.tag == "br" or "ref" in (element.get("class") or "").split():
            self._break()
        inner = look.within(element)
        tag = "tag" in (element.get("class") or "").split()
        if tag:
            self._say("[", inner)
        self._inside(element, inner)
        if tag:
            self._say("] ", inner)

    def _say(self, text: str | None, look: Look) -> None:
        said = _SPACE.sub(" ", text or "")
        if self._open is None or not self._open.text or self._open.text.endswith(("\n", " ")):
            said = said.lstrip(" ")
        if not said:
            return
        if self._open is None:
            self._open = self._paragraph()
        run = self._open.add_run(said)
        run.bold, run.font.strike = look.bold or None, look.struck or None
        if look.code:
            run.font.name = "Courier New"
        if look.red:
            run.font.color.rgb = RGBColor(0xA3, 0x20, 0x20)
        if look.size:
            run.font.size = Pt(look.size)

    def _break(self) -> None:
        if self._open is not None and self._open.text:
            self._open.add_run().add_break()

    def _paragraph(self, style: str | None = None) -> Paragraph:
        if self._unused is not None:
            made, self._unused = self._unused, None
        else:
            made = self.place.add_paragraph()
        if style:
            made.style = style
        if self._align is not None:
            made.alignment = self._align
        return made

    def _list(self, element: Any) -> None:
        """Numbers are written as text: Word would go on counting from the list before."""
        for number, item in enumerate(element.iterchildren("li"), 1):
            self._open = self._paragraph(None if element.tag == "ol" else "List Bullet")
            if element.tag == "ol":
                self._open.paragraph_format.left_indent = Mm(6)
                self._open.paragraph_format.first_line_indent = Mm(-6)
                self._open.add_run(f"{number}. ")
            self._inside(item, self.look)
        self._open = None

    def _table(self, element: Any) -> None:
        self._open = None
        for caption in element.iterchildren("caption"):
            title = self._paragraph()
            title.add_run(caption.text_content()).bold = True
            title.paragraph_format.keep_with_next = True
        rows = list(_rows(element))
        if not rows:
            return
        columns = max(len(cells) for _, cells in rows)
        widths = _widths(element, columns, self.width)
        table = _made(self.place, len(rows), widths, "Table Grid")
        for row, (head, cells) in zip(table.rows, rows, strict=True):
            _whole(row, head)
            for cell, content, width in zip(row.cells, cells, widths, strict=False):
                cell.width = Mm(width)
                right = "n" in (content.get("class") or "").split()
                Flow(cell, width, Look(size=_TABLE), cell.paragraphs[0]).row_cell(content, right)
        self._gap()

    def _side_by_side(self, element: Any) -> None:
        self._open = None
        parts = [part for part in element.iterchildren("div") if part.text_content().strip()]
        if not parts:
            return
        widths = [self.width / len(parts)] * len(parts)
        table = _made(self.place, 1, widths, "Normal Table")
        for cell, part, width in zip(table.rows[0].cells, parts, widths, strict=True):
            cell.width = Mm(width)
            Flow(cell, width, self.look, cell.paragraphs[0]).row_cell(part, right=False)
        self._gap()

    def _gap(self) -> None:
        """Word joins tables that follow each other, and a cell may not end with one."""
        gap = self.place.add_paragraph().paragraph_format
        gap.space_after, gap.line_spacing = Pt(0), Pt(6)


def field(paragraph: Paragraph, name: str) -> None:
    """A field that Word reckons when it opens the file: PAGE, NUMPAGES."""
    for kind in ("begin", "", "separate", "text", "end"):
        if kind == "":
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = f" {name} "
        elif kind == "text":
            part = OxmlElement("w:t")
            part.text = "1"
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(part)


def _picture(element: Any) -> str:
    """The sentence that stands for a picture; names what it shows where the page does."""
    told = next(element.iter("figcaption"), None)
    shown = _SPACE.sub(" ", told.text_content()).strip().rstrip(".") if told is not None else ""
    return f"[Picture in the PDF: {shown}.]" if shown else "[Picture in the PDF.]"


def _rows(table: Any) -> Iterator[tuple[bool, Sequence[Any]]]:
    """Each row: whether it is one of the table's head, and its cells."""
    for row in table.iter("tr"):
        yield row.getparent().tag == "thead", list(row.iterchildren("th", "td"))


def _widths(table: Any, columns: int, width: float) -> list[float]:
    """The width of each column in mm: as the page shares it out, else evenly."""
    shares = [float(found[1]) for col in table.iter("col")
              if (found := re.search(r"width:\s*([\d.]+)%", col.get("style") or ""))]  # fmt: skip
    if len(shares) != columns and columns == 2 and "facts" in (table.get("class") or "").split():
        shares = [24, 76]
    if len(shares) != columns:
        shares = [1.0] * columns
    return [width * share / sum(shares) for share in shares]


def _made(place: Any, rows: int, widths: Sequence[float], style: str) -> Table:
    table: Table = place.add_table(rows, len(widths))
    table.style = style
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), f"{_CELL_MARGIN}")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tblPr.append(margins)
    return table


def _whole(row: _Row, head: bool) -> None:
    """A row that no page break cuts; one of the head is repeated on each page."""
    told = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if head else ())):
        told.append(OxmlElement(name))
