"""Alpha of real spans, against the same reckoned with matrices of which answer holds which span."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from tests.conftest import SHARED
from vendoreval.audits.apart import spread_of
from vendoreval.contracts.terms import Task
from vendoreval.inference.spread import alpha_of_spread, equal_share
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable, Sheets

CLASSES = ("LOC", "MISC", "ORG", "PER")


def test_alpha_of_46_people_who_marked_names() -> None:
    folder = SHARED / "data" / "conll_mturk_spans"
    rows = pd.read_csv(folder / "delivered.csv", keep_default_na=False)
    answers = pd.read_csv(folder / "answers.csv", keep_default_na=False)
    labels = LabelTable(
        Coded.from_text(rows.item_id), Coded.from_text(rows.annotator_id),
        {"start": rows.start_token.to_numpy(np.int64), "end": rows.end_token.to_numpy(np.int64),
         "label": Coded.from_text(rows.label)},
        sheets=Sheets(Coded.from_text(answers.item_id), Coded.from_text(answers.annotator_id)),
    )  # fmt: skip
    spread = spread_of(labels, Task("spans", CLASSES))
    found = alpha_of_spread(spread)

    several = answers.groupby("item_id").item_id.transform("size") > 1
    compared = answers[several].reset_index(drop=True)
    place = {pair: k for k, pair in enumerate(zip(compared.item_id, compared.annotator_id, strict=True))}
    pairs = zip(rows.item_id, rows.annotator_id, strict=True)
    sheet = np.asarray([place.get(pair, -1) for pair in pairs])
    span = rows[sheet >= 0].groupby(["start_token", "end_token", "label"]).ngroup().to_numpy()
    shape = len(compared), int(span.max()) + 1
    held = sparse.coo_array((np.ones(len(span)), (sheet[sheet >= 0], span)), shape=shape).tocsr()
    assert held.max() == 1  # nobody marked a span twice
    units = np.asarray(held.sum(axis=1)).ravel()
    total = units[:, None] + units[None, :]
    distance = np.where(total == 0, 0.0, 1 - 2 * (held @ held.T).toarray() / np.maximum(total, 1))
    item = compared.item_id.astype("category").cat.codes.to_numpy()
    n = np.bincount(item)
    same = item[:, None] == item[None, :]
    observed = (distance * same / (n[item] - 1)[:, None]).sum() / len(compared)
    expected = distance.sum() / (len(compared) * (len(compared) - 1))
    assert (found.items, found.labels) == (len(n), len(compared)) == (392, 1644)
    assert found.estimate == pytest.approx(1 - observed / expected, abs=1e-6)
    assert round(found.estimate or 0, 3) == 0.517
    equal = ((distance == 0) & same).sum(axis=1) - 1
    by_item = np.bincount(item, weights=equal) / (n * (n - 1))
    assert equal_share(spread).estimate == pytest.approx(by_item.mean())
