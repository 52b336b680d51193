"""How good each annotator is, by gold and by a model of the answers alone; the consensus that follows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.annotator_answers import Codes, People, people_of, refuse_too_large
from vendoreval.audits.annotator_tricks import class_tricks, flags_of, gold_recognised
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.errors import UsageError
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.alike import alike
from vendoreval.inference.annotators import Quality, from_consensus, from_gold
from vendoreval.inference.consensus import Consensus, dawid_skene, one_coin
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.safe_text import csv_bytes
from vendoreval.tasks.consensus import majority

METHODS = ("dawid-skene", "one-coin", "majority")


@dataclass(frozen=True, eq=False)
class Found:
    """The record of a delivery's annotators without what names the delivery; `consensus` makes the CSV file."""

    record: dict[str, Any]
    consensus: Callable[[], bytes]


def known_method(method: str) -> None:
    """Raise UsageError for a consensus that there is not."""
    if method not in METHODS:
        raise UsageError(f"There is no consensus {method!r}.", remedy=f"Take one of: {', '.join(METHODS)}.")


def class_annotators(
    labels: LabelTable, task: Task, gold: GoldSet | None, met: Collection[str], *, method: str, delivery: str
) -> Found:  # fmt: skip
    """The people of a delivery of one answer an item; `met`: gold items that the vendor knew beforehand.

    Raises InputError where no annotators are named or there are too many classes.
    """
    if TASK_TYPES[task.type].numbers:
        raise UsageError(
            "The models of annotators count equal classes, and numbers are none.",
            remedy="An audit shows each annotator's share within the tolerance: vendoreval audit run.",
        )
    people = people_of(labels, task.classes, gold, delivery)
    refuse_too_large(people, delivery)
    blind = dawid_skene(people.item, people.annotator, people.label, len(people.classes))
    held = _anchored(people, method, blind) if gold else blind
    found = class_tricks(people, held)
    if gold:
        found["known_gold"] = gold_recognised(people, met)
    withheld = alike(people.item, people.annotator, people.label).reason
    record = {
        "gold_labels": int((people.gold >= 0).sum()),
        "model": {"method": blind.method, "steps": blind.steps, "converged": blind.converged},
        "withheld": withheld,
        "annotators": _listed(people, blind, found, withheld=bool(withheld)),
        "tricks": found,
    }
    return Found(record, partial(_csv, people, method, held, task))


def _anchored(people: People, method: str, blind: Consensus) -> Consensus:
    model = one_coin if method == "one-coin" else dawid_skene
    columns = people.item, people.annotator, people.label
    return model(*columns, len(people.classes), people.item_gold) if (people.item_gold >= 0).any() else blind


def _listed(
    people: People, blind: Consensus, tricks: Mapping[str, Any], *, withheld: bool
) -> list[dict[str, Any]]:
    """Every annotator, best first; ranked by gold where there is any, else by the model if it is shown."""
    estimated = from_consensus(blind, people.item, people.annotator, people.label)
    known = (people.gold >= 0) & (people.label >= 0)
    proven: Sequence[Quality | None] = [None] * len(people.names)
    if known.any():
        proven = from_gold(
            people.annotator[known], people.label[known] == people.gold[known], len(people.names)
        )
    flags = flags_of(tricks)
    result = []
    for name, model, gold in zip(people.names, estimated, proven, strict=False):
        if not model.n:
            continue
        best = gold or (None if withheld else model)
        result.append(
            {
                "annotator": name,
                "labels": model.n,
                "rank": best.rank if best else None,
                "gold_labels": gold.n if gold else 0,
                "gold_right": int(gold.right) if gold else 0,
                **_figures("gold", gold),
                **_figures("estimated", None if withheld else model),
                "shrunk": best.shrunk if best else None,
                "shrunk_low": best.shrunk_low if best else None,
                "shrunk_high": best.shrunk_high if best else None,
                "flags": flags.get(name, []),
            }
        )
    return sorted(result, key=lambda one: (one["rank"] or 0, one["annotator"]))


def _figures(name: str, found: Quality | None) -> dict[str, float | None]:
    return {
        f"{name}_accuracy": found.rate if found else None,
        f"{name}_low": found.low if found else None,
        f"{name}_high": found.high if found else None,
    }


def _csv(people: People, method: str, held: Consensus, task: Task) -> bytes:
    """One row an item with a label, in text order."""
    counted = (people.label >= 0) & ((people.annotator >= 0) | (method == "majority"))
    votes = np.bincount(people.item[counted], minlength=len(people.item_gold))
    label, confidence = held.label, held.confidence
    names = people.table.item.values
    if method == "one-coin" and not (people.item_gold >= 0).any():
        found = one_coin(people.item, people.annotator, people.label, len(people.classes))
        label, confidence = found.label, found.confidence
    if method == "majority":
        label, confidence = _majority(people, task)
    rows = []
    for code in np.flatnonzero(votes).tolist():
        answer = people.classes[label[code]] if label[code] >= 0 else ""
        rows.append((names[code], answer, f"{confidence[code]:.6f}", int(votes[code])))
    return csv_bytes(("item_id", "label", "confidence", "labels"), rows)


def _majority(people: People, task: Task) -> tuple[Codes, NDArray[np.float64]]:
    """The majority by the contract's tie rule (empty where that makes a tie wrong), and its share of votes."""
    table = majority(people.table, task.ties, task.classes if task.type == "ordinal" else ())
    answer = table.answers["label"]
    assert isinstance(answer, Coded)
    label = np.full(len(people.item_gold), -1, dtype=np.int64)
    label[table.item.codes] = answer.recode(people.classes).codes
    cast = people.label >= 0
    votes = np.bincount(people.item[cast], minlength=len(label))
    same = np.bincount(people.item[cast & (people.label == label[people.item])], minlength=len(label))
    return label, same / np.maximum(votes, 1)
