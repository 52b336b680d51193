"""How often each combination of labels occurs on an item, counted where the labels lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from vendoreval.audits.agreement_classes import compared, no_labels
from vendoreval.contracts.terms import Task
from vendoreval.engines.partitions import Source, across
from vendoreval.engines.whole import all_labels
from vendoreval.inference.tally import Tally, merged


def label_combinations(
    source: Source, task: Task, intake: Mapping[str, Any], columns: Sequence[str]
) -> Tally:  # fmt: skip
    """The tally of a delivery of one answer an item: reading, comparing and counting are one kernel.

    `columns` are those that comparing needs. Raises InputError where no labels can be compared, and what
    `across` does.
    """
    found = across(source, partial(_counted, task, intake, columns))
    counts = [one for one in found if one is not None]
    if not counts:
        raise no_labels()
    return merged(counts)


def _counted(task: Task, intake: Mapping[str, Any], columns: Sequence[str], file: Any) -> Tally | None:
    labels = all_labels(file, columns)
    return compared(labels, task, intake).tally() if labels.text("label").values else None
