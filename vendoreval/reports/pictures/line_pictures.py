"""A picture for each of the first lines of a claim: the item, with what gold has and what was delivered.

boxes and other shapes               the shapes of the line to scale, over the buyer's image where given
cuboids                              the same, seen from above; a tick shows which way each is heading
segments                             a time line, gold above the delivery
spans, relations                     the text around the line's spans, or around both ends
answers of one unit an item          the buyer's image, the item's text, or the texts chosen from, side by side
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.aligned_words import WordsPicture, around, columns_of
from vendoreval.reports.pictures.backdrops import Images
from vendoreval.reports.pictures.drawn_sheets import (
    DRAWN,
    IN_FRAMES,
    IN_TEXTS,
    IN_TIME,
    IN_WORDS,
    Sheet,
    by_sheet,
    line_sentence,
    numbered_pairs,
    numbers_of,
    over_image,
    rows_of,
    size_of,
    span_marks,
    text_of,
)
from vendoreval.reports.pictures.item_picture import ItemPicture, Pictured
from vendoreval.reports.pictures.marks import DEFECTS, LOOKS, Mark
from vendoreval.reports.pictures.pairs import Pair, marks
from vendoreval.reports.pictures.side_by_side import SideBySide, side_by_side
from vendoreval.reports.pictures.text_picture import SpanMark, TextPicture
from vendoreval.reports.pictures.time_picture import TimeMark, TimePicture, time_marks
from vendoreval.reports.pictures.track_strip import TrackStrip, strip
from vendoreval.reports.pictures.views import View
from vendoreval.reports.svg import MUTED, Svg
from vendoreval.tasks.outcomes import Outcomes

MOST_SHOWN = 40  # lines with a picture: more make the PDF slow and large
ROOM = (300.0, 150.0)  # CSS pixels
WIDE = 480.0  # of a time line
Picture = ItemPicture | TextPicture | SideBySide | TimePicture | TrackStrip
Answers = Mapping[str, Mapping[str, str]]  # by item: the texts that could be chosen, by their names


@dataclass(frozen=True)
class Thumb(ItemPicture):
    """The picture of a single line: small, and without the legend that stands above the list."""

    @property
    def room(self) -> tuple[float, float]:
        return ROOM

    def svg(self) -> Markup:
        view = View.of(self.part, *self.room)
        drawing = Svg(view.width, view.height, self.title, self.said)
        with drawing.window(0, 0, view.width, view.height):
            self._inside(drawing, view)
        drawing.rect(0.5, 0.5, view.width - 1, view.height - 1, "none", MUTED)
        return drawing.done()


@dataclass(frozen=True)
class LinesShown(Pictured):
    """Pictures by the line's number, and what is to be known about all of them."""

    pictures: Mapping[int, Picture] = field(default_factory=dict)
    note: str = ""

    def of(self, number: int) -> Picture | None:
        """The picture of a line."""
        return self.pictures.get(number)

    @property
    def drawn(self) -> Iterable[object]:
        """The pictures, in order."""
        return self.pictures.values()


def lines_shown(
    lines: Sequence[ClaimLine],
    seen: AuditInput | None,
    images: Images | None = None,
    texts: Mapping[str, str] | None = None,
    answers: Answers | None = None,
    most: int = MOST_SHOWN,
) -> LinesShown:
    """Pictures of the first `most` of `lines` that have one.

    `seen` is what the audit looked at, where answers are drawn (None: nothing is). `images` gives an item's
    image, `texts` its text and `answers` the texts to choose from, where the buyer gives them.
    """
    told = lines[:most]
    made, lacking = _Sheets(seen, texts or {}, answers or {}).pictures(told), {}
    for line in told:
        if images is None:
            break
        picture = made.get(line.number) or Thumb(_title(line), line_sentence(line), ())
        if isinstance(picture, ItemPicture):
            over, why = over_image(picture, line.item, images)
            if over.under is not None or picture.marks:
                made[line.number] = over
            if why:
                lacking[line.shown] = why
    return LinesShown(made, _note(made, lines, lacking) if made else "")


class _Sheets:
    """What single lines show of the sheets that they come from, each drawn once."""

    def __init__(self, seen: AuditInput | None, texts: Mapping[str, str], answers: Answers) -> None:
        self.seen, self.texts, self.answers = seen, texts, answers
        self.gold, self.delivered = (seen.gold, seen.delivered) if seen else (None, None)

    def pictures(self, lines: Sequence[ClaimLine]) -> dict[int, Picture]:
        """The pictures of `lines`, by number, before any image lies under them."""
        seen, gold, delivered = self.seen, self.gold, self.delivered
        drawn = gold is not None and gold.shape.name in DRAWN
        if not drawn or seen is None or gold is None or delivered is None or seen.units.expected_row is None:
            return {line.number: shown for line in lines if (shown := self._plain_text(line))}
        units = seen.units
        if units is not seen.by_label:  # a consensus, which no single answer shows
            return {}
        sheets = by_sheet(lines)
        rows = rows_of(units, sheets)
        made: dict[int, Picture] = {}
        for sheet, told in sheets.items():
            if gold.shape.name in IN_WORDS:
                made |= _in_words(units, rows[sheet], told)
                continue
            if gold.shape.name in IN_FRAMES:
                made |= self._strips(told, rows[sheet], units, gold, delivered)
                continue
            pairs, numbers = numbered_pairs(units, rows[sheet], told)
            made |= self._of_sheet(sheet, told, pairs, numbers, gold, delivered)
        return made

    def _plain_text(self, line: ClaimLine) -> Picture | None:
        gold, delivered = self.gold, self.delivered
        text = self.texts.get(line.item)
        if text is None and gold is not None and delivered is not None:
            text = text_of(line.item, line.annotator or "", gold, delivered)
        said = _title(line), line_sentence(line)
        both = side_by_side(line, *said, text or "", self.answers.get(line.item, {}))
        return both or (TextPicture(*said, text, (), legend=False) if text else None)

    def _strips(
        self,
        told: Sequence[ClaimLine],
        rows: Sequence[int],
        units: Outcomes,
        gold: GoldSet,
        delivered: LabelTable,
    ) -> dict[int, Picture]:
        """The tracks that each line is about."""
        row_of = {int(units.unit[row]): row for row in rows}
        found = {
            line.number: strip(
                _title(line), line_sentence(line), units, rows, gold, delivered, {line.unit: line.number},
                row_of.get(line.unit),
            )
            for line in told
        }  # fmt: skip
        return {number: one for number, one in found.items() if one is not None}

    def _of_sheet(
        self, sheet: Sheet, told: Sequence[ClaimLine], pairs: Sequence[Pair], numbers: Mapping[int, int],
        gold: GoldSet, delivered: LabelTable,
    ) -> dict[int, Picture]:  # fmt: skip
        item, annotator = sheet
        if gold.shape.name in IN_TEXTS:
            text = self.texts.get(item) or text_of(item, annotator, gold, delivered)
            spans = tuple(span_marks(gold, delivered, item, pairs))
            return {line.number: one for line in told
                    if (one := _span_picture(line, numbers[line.unit], text, spans))}  # fmt: skip
        if gold.shape.name in IN_TIME:
            pieces = time_marks(gold, delivered, item, pairs, told)
            return {line.number: made for line in told
                    if (made := _time_picture(line, numbers[line.unit], pieces))}  # fmt: skip
        shapes, size = marks(gold, delivered, item, pairs), size_of(item, annotator, gold, delivered)
        above = gold.shape.name == "cuboids"
        return {line.number: replace(thumb, above=above) for line in told
                if (thumb := _shape_picture(line, numbers[line.unit], shapes, size))}  # fmt: skip


def _in_words(units: Outcomes, rows: Sequence[int], told: Sequence[ClaimLine]) -> dict[int, Picture]:
    """The words around each line of a sheet."""
    numbers = numbers_of(told)
    columns = columns_of(units, rows, numbers)
    made: dict[int, Picture] = {}
    for line in told:
        if mine := around(columns, numbers[line.unit], line.number):
            made[line.number] = WordsPicture(_title(line), line_sentence(line), "", (), False, mine)
    return made


def _span_picture(
    line: ClaimLine, number: int, text: str | None, spans: Sequence[SpanMark]
) -> TextPicture | None:
    """`number`: that of the marks of the line, which several lines on one unit share."""
    mine = tuple(
        replace(one, number=line.number) if one.number == number else _span_beside(one) for one in spans
    )
    if text is None or not any(one.number == line.number for one in mine):
        return None
    return TextPicture(_title(line), line_sentence(line), text, mine, legend=False)


def _span_beside(mark: SpanMark) -> SpanMark:
    return replace(mark, number=None, state="beside" if mark.state in DEFECTS else mark.state)


def _time_picture(line: ClaimLine, number: int, pieces: Sequence[TimeMark]) -> TimePicture | None:
    mine = tuple(
        replace(one, number=line.number) if one.number == number
        else replace(one, number=None, state="beside" if one.state in DEFECTS else one.state)
        for one in pieces if one.number == number or one.side is not None
    )  # fmt: skip
    if not any(one.number == line.number for one in mine):
        return None
    return TimePicture(_title(line), line_sentence(line), mine, WIDE, legend=False)


def _shape_picture(
    line: ClaimLine, number: int, shapes: Sequence[Mark], size: tuple[int, int] | None
) -> Thumb | None:
    mine = tuple(replace(one, number=line.number) if one.number == number else _beside(one) for one in shapes)
    if not any(one.number == line.number for one in mine):
        return None
    return Thumb(_title(line), line_sentence(line), mine, size)


def _beside(mark: Mark) -> Mark:
    return replace(mark, number=None, state="beside" if mark.state != "ignored" else mark.state)


def _title(line: ClaimLine) -> str:
    return f"Line {line.number}, item {line.shown}" + (
        f", answered by {line.annotator}" if line.annotator else ""
    )


def _note(made: Mapping[int, Picture], lines: Sequence[ClaimLine], lacking: Mapping[str, str]) -> str:
    said = f"The {len(made):,} gravest lines are shown with their items." if len(lines) > len(made) else ""
    if any(isinstance(one, TextPicture) and one.marks for one in made.values()):
        said += (
            " Gold stands above the text, what was delivered below it (dashed); faint marks are of other lines."
        )
    if any(isinstance(one, ItemPicture) and one.marks for one in made.values()):
        said += (
            " Gold is solid (points: rings), what was delivered dashed (points: crosses); faint shapes are of "
            "other lines or right."
        )
    if any(isinstance(one, ItemPicture) and one.above for one in made.values()):
        said += " Cuboids are seen from above, x to the right and y upwards; a tick shows each heading."
    if any(isinstance(one, TimePicture) for one in made.values()):
        said += (
            " Gold stands above, what was delivered below it (dashed); faint segments are of other lines or "
            "right."
        )
    letters = {mark.state for one in made.values() for mark in one.marks if mark.state in DEFECTS}
    if letters:
        said += f" {_letters(letters)}."
    if lacking:
        told = [f"{item}: {why}" for item, why in list(lacking.items())[:3]]
        rest = f" and {len(lacking) - 3:,} more" if len(lacking) > 3 else ""
        said += f" Without the picture itself: {'; '.join(told)}{rest}."
    return said.strip()


def _letters(states: set[str]) -> str:
    return ", ".join(f"{LOOKS[state].letter} {LOOKS[state].word}" for state in DEFECTS if state in states)
