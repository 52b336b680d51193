"""What a sheet has to show: its outcomes' rows, the item's size, text and image, and a line in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.line_words import line_words
from vendoreval.reports.pictures.backdrops import Drawn, Images, NoBackdrop, with_backdrop
from vendoreval.reports.pictures.marks import Side
from vendoreval.reports.pictures.pairs import NOBODY, Pair, ignored_rows, sheet_pairs
from vendoreval.reports.pictures.text_picture import SpanMark
from vendoreval.tasks.outcomes import LEVEL_CODE, Outcomes
from vendoreval.tasks.relation_ends import ENDS, end_labels
from vendoreval.tasks.span_pairs import parse_pieces

IN_TEXTS = frozenset({"spans", "relations"})  # shown in the item's text
IN_WORDS = frozenset({"transcription"})  # shown word by word
IN_TIME = frozenset({"segments"})  # shown on a time line
IN_FRAMES = frozenset({"tracks"})  # shown as who is followed when
DRAWN = (
    frozenset({"boxes", "polygons", "polylines", "masks", "panoptic", "keypoints", "cuboids"})
    | IN_TEXTS
    | IN_WORDS
    | IN_TIME
    | IN_FRAMES
)
Sheet = tuple[str, str]  # item, annotator ("" where nobody answered)


def by_sheet(lines: Sequence[ClaimLine]) -> dict[Sheet, list[ClaimLine]]:
    """The lines, by the sheet that each is on."""
    found: dict[Sheet, list[ClaimLine]] = {}
    for line in lines:
        found.setdefault((line.item, line.annotator or ""), []).append(line)
    return found


def numbers_of(lines: Sequence[ClaimLine]) -> dict[int, int]:
    """The number of the first line on each unit of a sheet."""
    return {line.unit: line.number for line in reversed(lines)}


def numbered_pairs(
    units: Outcomes, rows: Sequence[int], lines: Sequence[ClaimLine]
) -> tuple[list[Pair], dict[int, int]]:
    """The pairs of a sheet, with the number of the first line on each, and that number by unit."""
    numbers = numbers_of(lines)
    if units.level is not None:  # time is drawn by itself, and is no pair of segments
        rows = [row for row in rows if units.level[row] != LEVEL_CODE["time"]]
    mine = {row: number for row in rows if (number := numbers.get(int(units.unit[row])))}
    return sheet_pairs(units, rows, mine), numbers


def rows_of(units: Outcomes, sheets: Mapping[Sheet, object]) -> dict[Sheet, list[int]]:
    """The rows of the outcomes, by sheet."""
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


def span_marks(gold: GoldSet, delivered: LabelTable, item: str, pairs: Sequence[Pair]) -> list[SpanMark]:
    """The spans of a sheet, or the ends of its relations; those that gold ignores first."""
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
    """A span, of which the first piece bears its name; or both ends of a relation."""
    label = labels.text("label")[row] or ""
    if "head_start" in labels.answers:
        return [_end(labels, row, side, state, number, end, label) for end in ENDS]
    written = labels.text("pieces")[row] if "pieces" in labels.answers else None
    whole = (int(labels.numbers("start")[row]), int(labels.numbers("end")[row]))
    pieces = sorted(parse_pieces(written)) if written else [whole]
    return [
        SpanMark(side, state, start, end, "…" if place else label, None if place else number)
        for place, (start, end) in enumerate(pieces)
    ]


def _end(
    labels: LabelTable, row: int, side: Side, state: str, number: int | None, end: str, label: str
) -> SpanMark:  # fmt: skip
    """`works_at from PER`, `works_at to ORG`."""
    start, stop = (int(labels.numbers(f"{end}_{border}")[row]) for border in ("start", "end"))
    told = f"{label} {'from' if end == 'head' else 'to'} {end_labels(labels, end)[row] or ''}"
    return SpanMark(side, state, start, stop, told.rstrip(), number)


def size_of(item: str, annotator: str, gold: GoldSet, delivered: LabelTable) -> tuple[int, int] | None:
    """Width and height of an item, where a sheet tells them."""
    for sheets, row in _sheets(item, annotator, gold, delivered):
        if sheets.width is not None and sheets.height is not None and sheets.width[row] and sheets.height[row]:
            return int(sheets.width[row]), int(sheets.height[row])
    return None


def text_of(item: str, annotator: str, gold: GoldSet, delivered: LabelTable) -> str | None:
    """The text of an item, where a sheet tells it."""
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


def over_image(picture: Drawn, item: str, images: Images) -> tuple[Drawn, str]:
    """With the buyer's image under it, or as it was and why."""
    if picture.above:  # no image shows it so
        return picture, ""
    found = images(item)
    if found is None:
        return picture, "no picture of this name"
    try:
        return with_backdrop(picture, *found), ""
    except NoBackdrop as error:
        return picture, f"{found[0]}: {error}"


def line_sentence(line: ClaimLine) -> str:
    """`12: wrong label, gold cat and delivered dog.`"""
    return f"{line.number}: {line_words(line)}."
