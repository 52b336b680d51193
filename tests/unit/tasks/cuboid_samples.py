"""Cuboids as plain rows, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from tests.unit.tasks.box_samples import Row, delivery_of, gold_of
from vendoreval.contracts.terms import Task
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.cuboid_shapes import NUMBERS

CUBOIDS = SHAPES["cuboids"]
CLASSES = ("car", "van")
gold = partial(gold_of, shape=CUBOIDS)
delivered = partial(delivery_of, shape=CUBOIDS)


def cuboid(*numbers: float, label: str = "car", **further: object) -> Row:
    """x, y, z, long, wide, high in metres and yaw in degrees."""
    return {"label": label, **{n: round(v * 1000) for n, v in zip(NUMBERS, numbers, strict=True)}, **further}


def rule(**matching: str) -> Task:
    return Task("cuboids", CLASSES, matching=matching)


def sheet(rows: Sequence[Row]) -> Mapping[tuple[str, str | None], Sequence[Row]]:
    return {("a", "p"): rows}
