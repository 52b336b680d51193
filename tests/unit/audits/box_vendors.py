"""Simulated vendors of boxes: gold, what people delivered, and the input of an audit of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.judged import judge

CLASSES = ("car", "dog", "van", "bus")
EDGES = ("x_min", "y_min", "x_max", "y_max")
TASK = Task("boxes", CLASSES)
START = np.datetime64("2026-03-02T08:00:00", "us")
Floats = np.ndarray


@dataclass
class BoxVendor:
    """`people` who draw boxes on `items`, `sheets_each` by different people; errors are even over classes.

    `spread` is how unequal the items' own difficulty is (0: even), `crowded`: one item holds half of all boxes,
    `empty` a share of items without any. Each of the other fields plants one pattern.
    """

    items: int = 200
    people: int = 8
    sheets_each: int = 2
    boxes: float = 4.0
    miss: float = 0.05
    extra: float = 0.04
    confuse: float = 0.04
    spread: float = 1.0
    empty: float = 0.1
    crowded: bool = False
    drift_from: float | None = None
    blind_to: int | None = None  # a class that is missed far more often
    invents: int | None = None  # a class that is drawn where nothing is
    edge_miss: float | None = None
    leaked: float | None = None  # the miss rate on the half of the gold that the vendor knows
    weak_person: float | None = None
    copied: bool = False  # the second person of each item hands in the first one's answer
    lazy_person: bool = False  # somebody answers with nothing

    def input(self, seed: int) -> AuditInput:
        """Gold, judged labels and times of one delivery, all of it on gold items."""
        gold, labels, edge = self.made(seed)
        judged = judge(gold, labels, TASK)
        known = frozenset(gold.item_ids[: self.items // 2]) if self.leaked is not None else frozenset()
        return AuditInput(
            judged.units, judged.by_label, len(gold), len(gold) * 10, len(labels) * 10, edge_items=edge,
            gold=gold, known_items=known,
        )  # fmt: skip

    def made(self, seed: int) -> tuple[GoldSet, LabelTable, frozenset[str]]:
        """The gold set, the delivered labels, and the edge cases."""
        rng = np.random.default_rng(seed)
        names = tuple(f"i{k:05d}" for k in range(self.items))
        counts = rng.poisson(self.boxes, self.items) * (rng.random(self.items) >= self.empty)
        if self.crowded:
            counts[0] = counts[1:].sum()
        item = np.repeat(np.arange(self.items), counts)
        label = rng.choice(len(CLASSES), len(item), p=(0.5, 0.3, 0.15, 0.05))
        corners = _placed(rng, len(item))
        edge = rng.random(self.items) < 0.15
        nobody = Coded(np.full(len(item), -1, dtype=np.int32), ())
        everything = Coded(np.arange(self.items, dtype=np.int32), names)
        gold = GoldSet(
            "g",
            LabelTable(
                Coded(item.astype(np.int32), names), nobody, _answers(label, corners),
                sheets=Sheets(everything, Coded(np.full(self.items, -1, dtype=np.int32), ())),
            ),
            edge_case=edge.astype(np.int8), shape=SHAPES["boxes"],
        )  # fmt: skip
        return gold, self._delivered(rng, names, item, label, corners, edge), frozenset(
            name for name, hard in zip(names, edge.tolist(), strict=True) if hard
        )  # fmt: skip

    def _delivered(
        self, rng: np.random.Generator, names: tuple[str, ...], item: Floats, label: Floats, corners: Floats,
        edge: Floats,
    ) -> LabelTable:  # fmt: skip
        hard = rng.gamma(1 / self.spread, self.spread, self.items) if self.spread else np.ones(self.items)
        parts = []
        who = np.stack([rng.permutation(self.people)[: self.sheets_each] for _ in range(self.items)])
        at = rng.random((self.items, self.sheets_each))
        for turn in range(self.sheets_each):
            parts.append(self._turn(rng, item, label, corners, edge, hard, who[:, turn], at[:, turn]))
            if self.copied and turn:
                parts[turn] = parts[0]
        drawn = [np.concatenate([part[k] for part in parts]) for k in range(3)]
        person = np.concatenate([who[part[0], turn] for turn, part in enumerate(parts)])
        when = np.concatenate([at[part[0], turn] for turn, part in enumerate(parts)])
        people = tuple(f"w{k:02d}" for k in range(self.people))
        sheets = Sheets(
            Coded(np.repeat(np.arange(self.items), self.sheets_each).astype(np.int32), names),
            Coded(who.ravel().astype(np.int32), people),
        )
        return LabelTable(
            Coded(drawn[0].astype(np.int32), names), Coded(person.astype(np.int32), people),
            _answers(drawn[1], drawn[2]), START + (when * 30 * 86_400e6).astype("timedelta64[us]"),
            sheets=sheets,
        )  # fmt: skip

    def _turn(
        self, rng: np.random.Generator, item: Floats, label: Floats, corners: Floats, edge: Floats,
        hard: Floats, who: Floats, at: Floats,
    ) -> tuple[Floats, Floats, Floats]:  # fmt: skip
        """One person's answer on each item: items, labels and corners of its boxes."""
        factor = hard * rng.gamma(2, 0.5, self.items)  # people have good and bad moments
        miss = self.miss * np.ones(self.items)
        if self.edge_miss is not None:
            miss = np.where(edge, self.edge_miss, miss)
        if self.leaked is not None:
            miss[: self.items // 2] = self.leaked
        if self.drift_from is not None:
            miss = np.where(at >= self.drift_from, 5 * miss, miss)
        if self.weak_person is not None:
            miss = np.where(who == 3, self.weak_person, miss)
        lost = miss[item] * factor[item]
        if self.blind_to is not None:
            lost = np.where(label == self.blind_to, 6 * lost, lost)
        seen = rng.random(len(item)) >= lost
        wrong = rng.random(len(item)) < self.confuse * factor[item]
        said = np.where(wrong, (label + rng.integers(1, len(CLASSES), len(item))) % len(CLASSES), label)
        mean = self.extra * max(len(item) / self.items, 0.5)
        more = np.repeat(np.arange(self.items), rng.poisson(mean * factor))
        invented = rng.choice(len(CLASSES), len(more), p=(0.5, 0.3, 0.15, 0.05))
        if self.invents is not None:
            more = np.repeat(np.arange(self.items), rng.poisson(4 * mean * factor))
            invented = np.full(len(more), self.invents)
        if self.lazy_person:
            seen &= who[item] != 3
            more, invented = more[who[more] != 3], invented[who[more] != 3]
        moved = corners[seen] + rng.integers(-1500, 1500, (int(seen.sum()), 4))
        return (
            np.concatenate([item[seen], more]), np.concatenate([said[seen], invented]),
            np.concatenate([moved, 10**7 + _placed(rng, len(more))]),
        )  # fmt: skip

    def but(self, **changes: object) -> BoxVendor:
        """The same vendor with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _placed(rng: np.random.Generator, count: int) -> Floats:
    """Boxes far apart from one another, in thousandths of a pixel."""
    left = np.arange(count) * 200_000
    top = rng.integers(0, 900_000, count)
    size = rng.integers(40_000, 150_000, (count, 2))
    return np.stack([left, top, left + size[:, 0], top + size[:, 1]], axis=1)


def _answers(label: Floats, corners: Floats) -> dict[str, Coded | Floats]:
    columns = {name: corners[:, k].astype(np.int64) for k, name in enumerate(EDGES)}
    return {"label": Coded(label.astype(np.int32), CLASSES), **columns}
