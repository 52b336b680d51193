"""How other tools match shapes, so that a buyer and a vendor can see "your number under your tool" beside ours.

    cvat        the largest sum of IoU, whatever the label; IoU 0.4
    datumaro    each gold shape in turn takes the most similar free one, at equal IoU one of its class; IoU 0.5
    coco        within a class, each delivered shape in turn takes the most similar free one; IoU 0.5
    fiftyone    as coco
    labelbox    within a class, the most similar pair of all comes first; any overlap
    nuscenes    within a class, the nearest pair of all comes first; 2 metres on the ground

These tools go through shapes as they stand in a file (by score, where there is one), so that other rows of the
same content give other figures. Here shapes stand in an order of content. Turn by turn as in the sources of
pycocotools 2.0.11, fiftyone 1.22.1, datumaro 1.13.12 and labelbox 7.17.0; cvat as in its documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.tasks.matching import assign

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Assign = Callable[[Ints, Ints, Ints, Mask], Ints]  # as matching.assign


@dataclass(frozen=True)
class Matching:
    """How units are matched; `within_class`: only those of one label are."""

    assign: Assign = assign
    within_class: bool = False


def by_gold(expected: Ints, delivered: Ints, similarity: Ints, same: Mask) -> Ints:
    """Gold units in turn: each takes the most similar free one, at equal similarity one of its label."""
    return _in_turn(np.lexsort((delivered, ~same, -similarity, expected)), expected, delivered)


def by_delivered(expected: Ints, delivered: Ints, similarity: Ints, same: Mask) -> Ints:
    """Delivered units in turn: each takes the most similar free one, at equal similarity the last one."""
    return _in_turn(np.lexsort((-expected, -similarity, delivered)), expected, delivered)


def by_pair(expected: Ints, delivered: Ints, similarity: Ints, same: Mask) -> Ints:
    """The most similar pairs first."""
    return _in_turn(np.lexsort((expected, delivered, -similarity)), expected, delivered)


def _in_turn(order: Ints, expected: Ints, delivered: Ints) -> Ints:
    """The pairs, in this order, of which neither unit is taken yet; their positions, ascending."""
    alone = (np.bincount(expected)[expected] == 1) & (np.bincount(delivered)[delivered] == 1)
    chosen = np.flatnonzero(alone).tolist()
    taken_e: set[int] = set()
    taken_d: set[int] = set()
    rest = order[~alone[order]]
    for pair, e, d in zip(rest.tolist(), expected[rest].tolist(), delivered[rest].tolist(), strict=True):
        if e not in taken_e and d not in taken_d:
            taken_e.add(e)
            taken_d.add(d)
            chosen.append(pair)
    return np.sort(np.asarray(chosen, dtype=np.int64))


OURS = Matching()
MATCHINGS: Mapping[str, Matching] = MappingProxyType(
    {
        "cvat": OURS,
        "datumaro": Matching(by_gold),
        "coco": Matching(by_delivered, within_class=True),
        "fiftyone": Matching(by_delivered, within_class=True),
        "labelbox": Matching(by_pair, within_class=True),
        "nuscenes": Matching(by_pair, within_class=True),
    }
)


def matching_of(task: Task) -> Matching:
    """How the contract's preset matches units; ours where it names none."""
    return MATCHINGS.get(str(task.matching.get("preset", "none")), OURS)
