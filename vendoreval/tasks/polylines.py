"""Open lines in an image, matched one to one by how far they lie apart (tasks.lines).

A pair lies no further apart than the contract's limit, in pixels or as a share of the image's diagonal. Its
score falls evenly with the distance, from 1 to 1/2 at the limit (and would be 0 at twice the limit):

    score = 1 - distance ÷ (2 × limit)

With `directed = "yes"`, a pair of which one runs the other way is `imprecise`, and wrong. With CVAT's preset a
pair's score is CVAT's likeness, of which 0.4 is enough, and direction does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.box_overlap import image_sizes
from vendoreval.tasks.limits import about_at_least
from vendoreval.tasks.lines import TORSO, Line, cvat_similarity, distance, lines_of, one_way, turned
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.meeting import digests, joined
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
CVAT_LEAST = Fraction("0.4")
_HALF = Fraction(1, 2)
_FURTHEST = 1 << 29  # of what is looked at around a line, in thousandths of a pixel


@dataclass(frozen=True, eq=False)
class Drawn(Units):
    """Lines, one a row; None for one without a point."""

    lines: list[Line | None]
    boxes: Ints


@dataclass(frozen=True)
class Polylines(ManyUnits):
    """Any number of lines an item."""

    shape: Shape = SHAPES["polylines"]

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a line, matched one to one on each sheet."""
        return _with_reasons(compare(self, gold, labels, task), gold.labels, labels, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return "1 - 2 × the nearness of matched lines of one class ÷ the lines of both answers"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`line from 12,40 to 80,90 over 5 points`."""
        return _text(labels.lists("rings")[row])

    def units(self, labels: LabelTable, task: Task) -> Drawn:
        """A row is a unit; one without a point is nothing to score."""
        rings = labels.lists("rings")
        lines, boxes = lines_of(rings)
        faulty = np.asarray([line is None for line in lines], dtype=np.bool_)
        keys = (*boxes.T, digests(rings))
        return Drawn(np.arange(len(labels)), keys, faulty=faulty, lines=lines, boxes=boxes)

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Pairs that lie near enough; a delivered line falls on an ignored one that it lies near to."""
        gold, given = cast(Drawn, expected.units), cast(Drawn, delivered.units)
        least = CVAT_LEAST if _of_cvat(task) else _HALF
        fine, directed = matching_value(task, "imprecise_below"), matching_word(task, "directed") == "yes"
        limit = _limits(expected, delivered, task)
        ignored, found = expected.ignored, []
        for e, d in _meeting(expected, delivered, limit):
            lines = [(gold.lines[a], given.lines[b]) for a, b in zip(e.tolist(), d.tolist(), strict=True)]
            sides = zip(lines, limit[e].tolist(), ignored[e].tolist(), strict=True)
            score = np.asarray([_score(*pair, most, task, falls) for pair, most, falls in sides])
            enough, close = about_at_least(score, least)
            kept = np.flatnonzero(enough)
            precise, close_to_fine = about_at_least(score[kept], fine)
            if directed and not _of_cvat(task):
                precise &= ~np.asarray(
                    [turned(*_both(lines[place])) for place in kept.tolist()], dtype=np.bool_
                )
            at_limit = close[kept] | (close_to_fine & (fine > 0))
            points = np.rint(np.clip(score[kept], 0, 1) * ONE).astype(np.int64)
            found.append(Pairs(e[kept], d[kept], points, precise, at_limit))
        return joined(found)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The lines' ends and numbers of points."""
        rings = side.labels.lists("rings")
        return [_text(rings[row]) for row in side.units.row[units].tolist()]


TYPE = Polylines()


def _of_cvat(task: Task) -> bool:
    return matching_word(task, "preset") == "cvat"


def _both(lines: tuple[Line | None, Line | None]) -> tuple[Line, Line]:
    assert lines[0] is not None
    assert lines[1] is not None
    return lines[0], lines[1]


def _score(first: Line | None, second: Line | None, limit: float, task: Task, falls: bool) -> float:
    """The score of a pair, of which the delivered line is the second; `limit` as in `_limits`."""
    if first is None or second is None:
        return 0.0
    if _of_cvat(task):
        return cvat_similarity(first, second, _area_of(limit))
    measure = matching_word(task, "measure")
    apart = one_way(second, first, measure) if falls else distance(first, second, measure)
    return float(apart == 0) if limit == 0 else 1 - apart / (2 * limit)


def _limits(expected: Side, delivered: Side, task: Task) -> Floats:
    """How far a pair with each gold line may lie apart, in pixels; with CVAT's preset, a point of it.

    Raises InputError where that hangs on the size of an image that nobody tells.
    """
    share = matching_value(task, "distance_share")
    if not _of_cvat(task) and share == 0:
        return np.full(len(expected.units), float(matching_value(task, "distance")))
    width, height = (size.astype(np.float64) for size in image_sizes(expected.labels, delivered.labels))
    unknown = np.flatnonzero((width * height == 0)[expected.item])
    if len(unknown):
        item = expected.labels.item.values[int(expected.item[unknown[0]])]
        raise InputError(
            f"How near a line must lie hangs on the size of its image, and that of {item} is not told.",
            remedy="Take gold in with --items FILE, which has the columns item_id, width and height.",
        )
    limit = _cvat_reach(width * height) if _of_cvat(task) else float(share) * np.hypot(width, height)
    found: Floats = limit[expected.item]
    return found


def _cvat_reach(area: Floats) -> Floats:
    """How far a point may lie off at CVAT's least likeness."""
    found: Floats = np.sqrt(-2 * np.log(float(CVAT_LEAST)) * area) * 2 * TORSO
    return found


def _area_of(reach: float) -> float:
    """The inverse of `_cvat_reach`."""
    return (reach / (2 * TORSO)) ** 2 / (-2 * float(np.log(float(CVAT_LEAST))))


def _meeting(expected: Side, delivered: Side, limit: Floats) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of one item that can be near enough: then a point of one lies within the limit of the other."""
    gold, given = cast(Drawn, expected.units), cast(Drawn, delivered.units)
    reach = np.minimum(np.ceil(limit * SCALE) + 1, _FURTHEST).astype(np.int64)
    low, high = gold.boxes[:, :2] - reach[:, None], gold.boxes[:, 2:] + reach[:, None]
    theirs = Intervals(expected.item, low[:, 0], high[:, 0])
    mine = Intervals(delivered.item, given.boxes[:, 0], given.boxes[:, 2])
    for e, d in near(theirs, mine):
        meet = (low[e] <= given.boxes[d, 2:]).all(axis=1) & (high[e] >= given.boxes[d, :2]).all(axis=1)
        yield e[meet], d[meet]


def _text(parts: list[list[list[int]]]) -> str:
    chains = [chain for part in parts for chain in part if len(chain) > 1]
    if not chains:
        return "line without points"
    x, y, to_x, to_y = (n / SCALE for n in (*chains[0][:2], *chains[-1][len(chains[-1]) // 2 * 2 - 2 :][:2]))
    count = sum(len(chain) // 2 for chain in chains)
    said = f"line from {x:.10g},{y:.10g} to {to_x:.10g},{to_y:.10g} over {count} points"
    return said if len(chains) == 1 else f"{said} in {len(chains)} parts"


def _with_reasons(found: Outcomes, gold: LabelTable, given: LabelTable, task: Task) -> Outcomes:
    """The outcomes, of which the imprecise ones say what is wrong."""
    rows = np.flatnonzero((found.outcome == CODE["imprecise"]) & (found.level == LEVEL_CODE["object"]))
    if not len(rows) or found.where is None or found.expected_row is None or found.delivered_row is None:
        return found
    directed = matching_word(task, "directed") == "yes" and not _of_cvat(task)
    where, measure = found.where.text(), matching_word(task, "measure")
    for row in rows.tolist():
        first = Line.of(gold.lists("rings")[int(found.expected_row[row])])
        second = Line.of(given.lists("rings")[int(found.delivered_row[row])])
        if directed and turned(first, second):
            reason = "it runs the other way"
        else:
            reason = f"{distance(first, second, measure):.1f} pixels from gold's"
        where[row] = f"{where[row]}; {reason}"
    return replace(found, where=Coded.from_text(where))
