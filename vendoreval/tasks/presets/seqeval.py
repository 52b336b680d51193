"""The figures of seqeval 1.2.2 for spans: entities are right where borders and label are the same.

They are those of the preset's outcomes, in which a span of another label is a miss and an extra. What seqeval
does besides happens while tags are read, not here: by default it repairs broken tags as conlleval does (the
reader's `broken=repair`), in its strict mode it leaves such entities out (`broken=drop`).
"""

from __future__ import annotations

import numpy as np

from vendoreval.tasks.outcomes import CODE, Outcomes

VERSION = "seqeval 1.2.2"
Row = dict[str, float]
_LOST = (CODE["missing"], CODE["wrong_label"])
_FALSE = (CODE["extra"], CODE["wrong_label"])


def report(outcomes: Outcomes) -> dict[str, Row]:
    """precision, recall, f1-score and support by class, and their micro, macro and weighted averages.

    As in its `classification_report(output_dict=True)` with a division by zero taken as 0.
    """
    objects = outcomes.at("object")
    right = objects & (outcomes.outcome == CODE["correct"])
    sides = {"expected": _LOST, "delivered": _FALSE}
    counts = {}
    for name, wrong in sides.items():
        codes = getattr(outcomes, name).codes[objects & (right | np.isin(outcomes.outcome, wrong))]
        counts[name] = np.bincount(codes[codes >= 0], minlength=len(outcomes.expected.values))
    hits = np.bincount(outcomes.expected.codes[right], minlength=len(outcomes.expected.values))
    gold, given = counts["expected"], counts["delivered"]
    found = {
        name: _row(int(hits[code]), int(given[code]), int(gold[code]))
        for code, name in enumerate(outcomes.expected.values)
        if gold[code] or given[code]
    }
    rows, support = list(found.values()), int(gold.sum())
    found["micro avg"] = _row(int(hits.sum()), int(given.sum()), support)
    for name, weights in (("macro avg", [1.0] * len(rows)), ("weighted avg", [row["support"] for row in rows])):
        total = sum(weights) or 1.0
        found[name] = {
            figure: sum(row[figure] * weight for row, weight in zip(rows, weights, strict=True)) / total
            for figure in ("precision", "recall", "f1-score")
        } | {"support": support}
    return found


def _row(hits: int, given: int, gold: int) -> Row:
    precision, recall = hits / given if given else 0.0, hits / gold if gold else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1-score": f1, "support": gold}
