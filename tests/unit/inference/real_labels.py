"""Real deliveries as integer codes, for tests of inference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.conftest import SHARED

CLASSIFICATIONS = (
    "bluebirds", "music_genre", "weather_sentiment_two_vendors", "zencrowd_two_vendors", "adultcontent2",
    "hitspam_copied_consensus",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Real:
    """Codes in text order; `gold` is -1 where the item has none."""

    item: NDArray[np.int64]
    annotator: NDArray[np.int64]
    label: NDArray[np.int64]
    gold: NDArray[np.int64]
    rows: pd.DataFrame
    classes: tuple[str, ...]

    @property
    def columns(self) -> tuple[NDArray[np.int64], ...]:
        return self.item, self.annotator, self.label, self.gold


def real(name: str, vendor: str = "") -> Real:
    """The labels of ../shared/data/`name`, in delivery order."""
    folder = SHARED / "data" / name
    rows = pd.read_csv(folder / "delivered.csv", dtype=str, keep_default_na=False)
    rows = rows[rows["vendor"] == vendor] if vendor else rows
    gold = pd.read_csv(folder / "gold.csv", dtype=str, keep_default_na=False)
    known = dict(zip(gold["item_id"], gold["label"], strict=True))
    classes = tuple(sorted({*rows["label"], *gold["label"]}))
    code = {name: k for k, name in enumerate(classes)}
    return Real(
        np.asarray(pd.factorize(rows["item_id"], sort=True)[0], dtype=np.int64),
        np.asarray(pd.factorize(rows["annotator_id"], sort=True)[0], dtype=np.int64),
        np.asarray([code[label] for label in rows["label"]], dtype=np.int64),
        np.asarray([code.get(known.get(item, ""), -1) for item in rows["item_id"]], dtype=np.int64),
        rows,
        classes,
    )
