"""The figures that motmetrics 1.4.0 and TrackEval 1.3.0 show of tracks, by their own ways of matching.

    motmetrics   in each frame the pairs of the frame before are kept where they are still near, the others get
                 as many pairs as can be, at the least distance (1 − overlap); MOTP is a mean distance
    trackeval    in each frame the largest sum of overlaps, where a pair of the frame before weighs 1000 more;
                 MOTP is a mean overlap; a frame in which one side has nothing is passed over, so that a gap
                 there is no fragmentation. HOTA by its alignment over the clip, mean over 0.05, 0.10 … 0.95

Both go forward in time. Boxes of any class are matched; each answered clip is a sequence, with sums over all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.track_identity import Clips

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LEAST, _FAR, _KEPT = 0.5, 1e6, 1000
_SWEEP = np.arange(0.05, 0.99, 0.05)
_EPS = float(np.finfo("float").eps)


@dataclass(frozen=True, eq=False)
class Frame:
    """One frame of a sheet: the tracks of both sides in it, and how much their boxes overlap."""

    sheet: int
    gold: Ints
    given: Ints
    overlap: Floats


def frames_of(clips: Clips, gold: LabelTable, labels: LabelTable) -> Iterator[Frame]:
    """All frames with a box, sheet by sheet, in order of time; `clips` knows every pair that overlaps."""
    sides = [
        (side.sheet_of[side.track], table.numbers("frame")[side.row], side.track)
        for side, table in ((clips.expected, gold), (clips.delivered, labels))
    ]
    times = np.unique(np.concatenate([np.stack(side[:2], axis=1) for side in sides]), axis=0)
    place = {tuple(time): number for number, time in enumerate(times.tolist())}
    number = [np.asarray([place[pair] for pair in zip(*(part.tolist() for part in side[:2]), strict=True)])
              for side in sides]  # fmt: skip
    near = clips.near
    at = number[0][near.expected] if len(near.expected) else near.expected
    for k, (sheet, _) in enumerate(times.tolist()):
        mine, theirs = (np.flatnonzero(of == k) for of in number)
        pairs = np.flatnonzero(at == k)
        overlap = np.zeros((len(mine), len(theirs)))
        rows, columns = (np.searchsorted(box, of[pairs]) for box, of in
                         ((mine, near.expected), (theirs, near.delivered)))  # fmt: skip
        overlap[rows, columns] = near.similarity[pairs] / ONE
        yield Frame(sheet, sides[0][2][mine], sides[1][2][theirs], overlap)


def motmetrics(frames: list[Frame]) -> dict[str, float | int | None]:
    """MOTA, MOTP, switches and fragmentations."""
    counts: Counter[str] = Counter()
    partner: dict[int, int] = {}
    seen: dict[int, list[bool]] = {}
    distance = 0.0
    for frame in frames:
        pairs = _carried_on(frame, partner)
        for e, d in pairs:
            g, t = int(frame.gold[e]), int(frame.given[d])
            counts["switches"] += partner.get(g, t) != t
            partner[g] = t
            distance += 1 - frame.overlap[e, d]
        matched = {e for e, _ in pairs}
        for e, g in enumerate(frame.gold.tolist()):
            seen.setdefault(g, []).append(e in matched)
        _count(counts, frame, len(pairs))
    breaks = sum(_gaps(told) for told in seen.values())
    return _clear(counts, distance) | {"fragmentations": breaks}


def trackeval(frames: list[Frame]) -> dict[str, float | int | None]:
    """MOTA, MOTP, switches and fragmentations; HOTA, DetA and AssA."""
    counts: Counter[str] = Counter()
    partner: dict[int, int] = {}
    before: dict[int, int] = {}
    starts: Counter[int] = Counter()
    overlap, sheet = 0.0, -1
    for frame in frames:
        before, sheet = ({}, frame.sheet) if frame.sheet != sheet else (before, sheet)
        if len(frame.gold) and len(frame.given):
            kept = np.asarray([[before.get(g) == t for t in frame.given.tolist()] for g in frame.gold.tolist()])
            score = np.where(frame.overlap >= _LEAST - _EPS, frame.overlap + _KEPT * kept, 0)
            pairs = [(e, d) for e, d in _best(-score) if score[e, d] > 0]
            now = {int(frame.gold[e]): int(frame.given[d]) for e, d in pairs}
            counts["switches"] += sum(partner.get(g, t) != t for g, t in now.items())
            starts.update(g for g in now if g not in before)
            partner |= now
            before, overlap = now, overlap + sum(frame.overlap[e, d] for e, d in pairs)
        else:
            pairs = []
        _count(counts, frame, len(pairs))
    breaks = sum(count - 1 for count in starts.values())
    return _clear(counts, overlap) | {"fragmentations": breaks} | _hota(frames)


def _carried_on(frame: Frame, partner: dict[int, int]) -> list[tuple[int, int]]:
    """motmetrics' pairs of one frame."""
    far = np.where(frame.overlap >= _LEAST, 1 - frame.overlap, _FAR)
    at, pairs = {t: d for d, t in enumerate(frame.given.tolist())}, []
    for e, g in enumerate(frame.gold.tolist()):
        d = at.get(partner.get(g, -1), -1)
        if d >= 0 and far[e, d] < _FAR:
            pairs.append((e, d))
            far[e, :] = far[:, d] = _FAR
    return [*pairs, *((e, d) for e, d in _best(far) if far[e, d] < _FAR)]


def _best(costs: Floats) -> list[tuple[int, int]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(costs)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _gaps(told: list[bool]) -> int:
    """How often a track is lost between the first and the last time that it is followed."""
    found = [one for one, _ in enumerate(told) if told[one]]
    within = told[found[0] : found[-1] + 1] if found else []
    return sum(one and not after for one, after in pairwise(within))


def _count(counts: Counter[str], frame: Frame, pairs: int) -> None:
    counts.update(gold=len(frame.gold), matched=pairs, missing=len(frame.gold) - pairs,
                  extra=len(frame.given) - pairs)  # fmt: skip


def _clear(counts: Counter[str], total: float) -> dict[str, float | int | None]:
    errors = counts["missing"] + counts["extra"] + counts["switches"]
    return {
        "mota": 1 - errors / counts["gold"] if counts["gold"] else None,
        "motp": total / counts["matched"] if counts["matched"] else None,
        "switches": counts["switches"],
    }


def _hota(frames: list[Frame]) -> dict[str, float | int | None]:
    """Luiten et al., HOTA, 2020, as TrackEval reckons it; tracks of one sheet only meet."""
    if not any(frame.overlap.size for frame in frames):
        return {"hota": None, "deta": None, "assa": None}
    sizes = [np.bincount(np.concatenate([getattr(one, side) for one in frames])) for side in ("gold", "given")]
    alike = np.zeros((len(sizes[0]), len(sizes[1])))
    for one in frames:
        both = one.overlap.sum(axis=0)[None] + one.overlap.sum(axis=1)[:, None] - one.overlap
        share = np.divide(one.overlap, both, out=np.zeros_like(one.overlap), where=both > _EPS)
        alike[np.ix_(one.gold, one.given)] += share
    alignment = alike / np.maximum(sizes[0][:, None] + sizes[1][None] - alike, _EPS)
    matches = np.zeros((len(_SWEEP), *alike.shape))
    for one in frames:
        for e, d in _best(-alignment[np.ix_(one.gold, one.given)] * one.overlap) if one.overlap.size else ():
            enough = one.overlap[e, d] >= _SWEEP - _EPS
            matches[enough, one.gold[e], one.given[d]] += 1
    right = matches.sum(axis=(1, 2))
    deta = right / (sizes[0].sum() + sizes[1].sum() - right)
    tied = matches / np.maximum(sizes[0][:, None] + sizes[1][None] - matches, 1)
    assa = (matches * tied).sum(axis=(1, 2)) / np.maximum(right, 1)
    return {"hota": float(np.sqrt(deta * assa).mean()), "deta": float(deta.mean()), "assa": float(assa.mean())}
