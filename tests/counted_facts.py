"""The figures of FACTS.json counted again with pandas, also after each person has one answer an item."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd


def rows_of(path: Path, where: Mapping[str, str]) -> pd.DataFrame:
    """A delivered file's rows, filtered."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def one_answer(rows: pd.DataFrame) -> pd.DataFrame:
    """Each person's first row on each item."""
    return rows.drop_duplicates(["item_id", "annotator_id"], keep="first")


def counted(rows: pd.DataFrame, gold: pd.DataFrame) -> dict[str, Any]:
    """The figures of FACTS.json that hang on how often an answer counts."""
    on = rows.merge(gold[["item_id", "label"]], on="item_id", suffixes=("", "_gold"))
    right = on.label == on.label_gold
    people = right.groupby(on.annotator_id).agg(["mean", "size"])
    many = people[people["size"] >= 10]["mean"]
    votes = on.groupby(["item_id", "label_gold", "label"]).size().rename("n").reset_index()
    best = votes[votes.n == votes.groupby("item_id").n.transform("max")].sort_values("label")
    winner = best.drop_duplicates("item_id")
    classes = sorted({*gold.label, *rows.label})
    return {
        "n_labels": len(rows),
        "n_labels_on_gold_items": len(on),
        "n_correct_single_labels": int(right.sum()),
        "accuracy_single_labels": round(float(right.mean()), 6),
        "per_class": {
            name: {
                "gold_n": int((on.label_gold == name).sum()),
                "delivered_n": int((on.label == name).sum()),
                "recall": _share(right[on.label_gold == name]),
                "precision": _share(right[on.label == name]),
            }
            for name in classes
        },
        "confusion_gold_rows": {
            expected: {name: int(n) for name, n in part.label.value_counts().sort_index().items()}
            for expected, part in on.groupby("label_gold")
        },
        "annotator_accuracy_min10gold": {
            "n": len(many), **{key: round(float(getattr(many, key)()), 6) for key in ("mean", "min", "max")},
        },
        "majority_vote_accuracy_ties_to_smallest_label": round(
            float((winner.label == winner.label_gold).mean()), 6
        ),
        "majority_vote_n_items": len(winner),
        "majority_vote_ties": int(best.item_id.duplicated(keep=False).groupby(best.item_id).any().sum()),
    }  # fmt: skip


def _share(right: pd.Series[bool]) -> float | None:
    return round(float(right.mean()), 6) if len(right) else None
