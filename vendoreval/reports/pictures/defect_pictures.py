"""Pictures of the gravest defects: one for each answered item, with the lines that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.line_words import line_words
from vendoreval.reports.pictures.backdrops import Images, NoBackdrop, with_backdrop
from vendoreval.reports.pictures.item_picture import ItemPicture, Under
from vendoreval.reports.pictures.marks import Side
from vendoreval.reports.pictures.pairs import NOBODY, Pair, ignored_rows, marks, sheet_pairs
from vendoreval.reports.pictures.text_picture import SpanMark, TextPicture
from vendoreval.reports.wording import count
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.span_pairs import parse_pieces

MOST_PICTURES = 12
MOST_SAID = 8  # lines told under one picture
DRAWN = frozenset({"boxes", "polygons", "masks", "keypoints", "spans"})
Sheet = tuple[str, str]  # item, annotator ("" where nobody answered)


@dataclass(frozen=True)
class DefectPictures:
    """The pictures with what is said about each, and a note on what is not shown."""

    rows: tuple[Mapping[str, Any], ...] = ()
    note: str = ""

    @property
    def images(self) -> tuple[tuple[str, str], ...]:
        """File name and SHA-256 of each image that lies under shapes."""
        return tuple(dict.fromkeys((under.name, under.sha256) for under in self._under()))

    @property
    def addresses(self) -> frozenset[str]:
        """The data addresses that the pictures hold."""
        return frozenset(under.href for under in self._under())

    def view(self) -> dict[str, Any] | None:
        """What a template shows; None where there are no pictures."""
        return {"note": self.note, "rows": list(self.rows)} if self.rows else None

    def _under(self) -> Iterator[Under]:
        for row in self.rows:
            picture = row["picture"]
            if isinstance(picture, ItemPicture) and picture.under is not None:
                yield picture.under


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
    by_sheet: dict[Sheet, list[ClaimLine]] = {}
    for line in lines:
        by_sheet.setdefault((line.item, line.annotator or ""), []).append(line)
    chosen = dict(list(by_sheet.items())[:most])
    rows_of = _rows_of(units, chosen)
    made, lacking = [], []
    for sheet, told in chosen.items():
        picture = _picture(sheet, told, rows_of[sheet], units, gold, delivered)
        if picture is None:
            continue
        if isinstance(picture, ItemPicture) and images is not None:
            picture, why = _over_image(picture, sheet[0], images)
            lacking += [f"{told[0].shown}: {why}"] if why else []
        text = isinstance(picture, TextPicture)
        made.append({"item": told[0].shown, "picture": picture, "text": text, "told": _told(told)})
    return DefectPictures(tuple(made), _note(len(made), len(by_sheet), len(lines), lacking))


def _rows_of(units: Outcomes, sheets: Mapping[Sheet, object]) -> dict[Sheet, list[int]]:
    found: dict[Sheet, list[int]] = {sheet: [] for sheet in sheets}
    wanted = {item for item, _ in sheets}
    near = np.flatnonzero(
        np.asarray([value in wanted for value in units.item.values] + [False])[units.item.codes]
    )
    for row in near.tolist():
        rows = found.get((units.item[row] or "", units.annotator[row] or ""))
        if rows is not None:
            rows.append(row)
    return found


def _picture(
    sheet: Sheet, told: Sequence[ClaimLine], rows: Sequence[int], units: Outcomes, gold: GoldSet,
    delivered: LabelTable,
) -> ItemPicture | TextPicture | None:  # fmt: skip
    item, annotator = sheet
    numbers = {line.unit: line.number for line in reversed(told)}
    pairs = sheet_pairs(units, rows, {row: n for row in rows if (n := numbers.get(int(units.unit[row])))})
    title = f"Item {told[0].shown}" + (f", answered by {annotator}" if annotator else "")
    said = " ".join(_sentence(line) for line in told[:MOST_SAID])
    if gold.shape.name != "spans":
        drawn = marks(gold, delivered, item, pairs)
        return ItemPicture(title, said, drawn, _size(item, annotator, gold, delivered)) if drawn else None
    text = _text(item, annotator, gold, delivered)
    spans = tuple(_span_marks(gold, delivered, item, pairs))
    return TextPicture(title, said, text, spans) if text is not None and spans else None


def _span_marks(gold: GoldSet, delivered: LabelTable, item: str, pairs: Sequence[Pair]) -> list[SpanMark]:
    found = []
    for row in ignored_rows(gold, item, pairs):
        found += _pieces(gold.labels, row, "gold", "ignored", None)
    for pair in pairs:
        if pair.expected != NOBODY and pair.state != "unscorable":
            found += _pieces(gold.labels, pair.expected, "gold", pair.state, pair.number)
        if pair.delivered != NOBODY:
            found += _pieces(delivered, pair.delivered, "delivered", pair.state, pair.number)
    return found


def _pieces(labels: LabelTable, row: int, side: Side, state: str, number: int | None) -> list[SpanMark]:
    """A span; of one in several pieces the first bears its name."""
    label = labels.text("label")[row] or ""
    written = labels.text("pieces")[row] if "pieces" in labels.answers else None
    whole = (int(labels.numbers("start")[row]), int(labels.numbers("end")[row]))
    pieces = sorted(parse_pieces(written)) if written else [whole]
    return [
        SpanMark(side, state, start, end, "…" if place else label, None if place else number)
        for place, (start, end) in enumerate(pieces)
    ]


def _size(item: str, annotator: str, gold: GoldSet, delivered: LabelTable) -> tuple[int, int] | None:
    for sheets, row in _sheets(item, annotator, gold, delivered):
        if sheets.width is not None and sheets.height is not None and sheets.width[row] and sheets.height[row]:
            return int(sheets.width[row]), int(sheets.height[row])
    return None


def _text(item: str, annotator: str, gold: GoldSet, delivered: LabelTable) -> str | None:
    texts = (s.text[row] for s, row in _sheets(item, annotator, gold, delivered) if s.text is not None)
    return next((text for text in texts if text is not None), None)


def _sheets(item: str, annotator: str, gold: GoldSet, delivered: LabelTable) -> list[tuple[Any, int]]:
    """The sheets of an item that may tell its size or text: gold's first, the annotator's next."""
    found = []
    for sheets, person in ((gold.labels.sheets, ""), (delivered.sheets, annotator)):
        if sheets is None:
            continue
        mine = sheets.item.recode((item,)).codes == 0
        if person:
            mine &= sheets.annotator.recode((person,)).codes == 0
        found += [(sheets, int(row)) for row in np.flatnonzero(mine)[:1]]
    return found


def _over_image(picture: ItemPicture, item: str, images: Images) -> tuple[ItemPicture, str]:
    """With the buyer's image under it, or as it was and why."""
    found = images(item)
    if found is None:
        return picture, "no picture of this name"
    try:
        return with_backdrop(picture, *found), ""
    except NoBackdrop as error:
        return picture, f"{found[0]}: {error}"


def _told(lines: Sequence[ClaimLine]) -> list[str]:
    said = [_sentence(line) for line in lines[:MOST_SAID]]
    rest = len(lines) - MOST_SAID
    return [*said, f"And {count(rest, 'more line')} on this item."] if rest > 0 else said


def _sentence(line: ClaimLine) -> str:
    return f"{line.number}: {line_words(line)}."


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
