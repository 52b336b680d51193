"""Pictures of the gravest defects: one for each answered item, with the lines that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.aligned_words import WordsPicture, columns_of
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
from vendoreval.reports.pictures.pairs import marks
from vendoreval.reports.pictures.text_picture import TextPicture
from vendoreval.reports.pictures.time_picture import TimePicture, time_marks
from vendoreval.reports.pictures.track_strip import TrackStrip, strip
from vendoreval.reports.wording import count
from vendoreval.tasks.outcomes import Outcomes

MOST_PICTURES = 12
MOST_SAID = 8  # lines told under one picture


@dataclass(frozen=True)
class DefectPictures(Pictured):
    """The pictures with what is said about each, and a note on what is not shown."""

    rows: tuple[Mapping[str, Any], ...] = ()
    note: str = ""

    @property
    def drawn(self) -> Iterable[object]:
        """The pictures, in order."""
        return [row["picture"] for row in self.rows]

    def view(self) -> dict[str, Any] | None:
        """What a template shows; None where there are no pictures."""
        return {"note": self.note, "rows": list(self.rows)} if self.rows else None


def defect_pictures(
    lines: Sequence[ClaimLine],
    units: Outcomes,
    gold: GoldSet | None,
    delivered: LabelTable | None,
    images: Images | None = None,
    most: int = MOST_PICTURES,
) -> DefectPictures:
    """One picture for each answered item with a line, in the order of `lines`, at most `most`.

    `units` are the outcomes that `lines` stand for, and know the rows of `gold` and `delivered` that they come
    from; without rows, or for answers that are neither shapes nor spans, there are no pictures.
    """
    if gold is None or delivered is None or gold.shape.name not in DRAWN or units.expected_row is None:
        return DefectPictures()
    sheets = by_sheet(lines)
    chosen = dict(list(sheets.items())[:most])
    rows = rows_of(units, chosen)
    made, lacking = [], []
    for sheet, told in chosen.items():
        picture = _picture(sheet, told, rows[sheet], units, gold, delivered)
        if picture is None:
            continue
        if isinstance(picture, ItemPicture) and images is not None:
            picture, why = over_image(picture, sheet[0], images)
            lacking += [f"{told[0].shown}: {why}"] if why else []
        text = isinstance(picture, TextPicture)
        made.append({"item": told[0].shown, "picture": picture, "text": text, "told": _told(told)})
    return DefectPictures(tuple(made), _note(len(made), len(sheets), len(lines), lacking))


def _picture(
    sheet: Sheet, told: Sequence[ClaimLine], rows: Sequence[int], units: Outcomes, gold: GoldSet,
    delivered: LabelTable,
) -> ItemPicture | TextPicture | TimePicture | TrackStrip | None:  # fmt: skip
    item, annotator = sheet
    title = f"Item {told[0].shown}" + (f", answered by {annotator}" if annotator else "")
    said = " ".join(line_sentence(line) for line in told[:MOST_SAID])
    if gold.shape.name in IN_WORDS:
        return WordsPicture(title, said, "", (), columns=columns_of(units, rows, numbers_of(told)))
    if gold.shape.name in IN_FRAMES:
        return strip(title, said, units, rows, gold, delivered, numbers_of(told))
    pairs, _ = numbered_pairs(units, rows, told)
    if gold.shape.name in IN_TIME:
        shown = time_marks(gold, delivered, item, pairs, told)
        return TimePicture(title, said, shown) if shown else None
    if gold.shape.name not in IN_TEXTS:
        drawn, size = marks(gold, delivered, item, pairs), size_of(item, annotator, gold, delivered)
        return ItemPicture(title, said, drawn, size, above=gold.shape.name == "cuboids") if drawn else None
    text = text_of(item, annotator, gold, delivered)
    spans = tuple(span_marks(gold, delivered, item, pairs))
    return TextPicture(title, said, text, spans) if text is not None and spans else None


def _told(lines: Sequence[ClaimLine]) -> list[str]:
    said = [line_sentence(line) for line in lines[:MOST_SAID]]
    rest = len(lines) - MOST_SAID
    return [*said, f"And {count(rest, 'more line')} on this item."] if rest > 0 else said


def _note(shown: int, sheets: int, lines: int, lacking: Sequence[str]) -> str:
    if not shown:
        return ""
    said = f"Pictures show {count(shown, 'answered item')} of {sheets:,} with a defect, the gravest first."
    if sheets > shown:
        said += f" The attached data file holds all {count(lines, 'line')}."
    if lacking:
        rest = f" and {len(lacking) - 3:,} more" if len(lacking) > 3 else ""
        said += f" Drawn without the picture itself: {'; '.join(lacking[:3])}{rest}."
    return said
