"""What the items that were not audited may hold: how many units an item, and how many there are in all.

Of types with several units an item, the delivery's files bound the units that are right: each of them was
delivered; of time, no more of an item is right than its rows last. Units that were missed are in no file. So a
wrong word *breached* never rests on more than the files say, and *kept* takes it that no item holds more wrong
units than the fullest delivered item and the fullest gold item together, or than `most_units` of the clause's
decision, where both sides agreed on it. So does *breached* where a miss costs nothing (id_switches).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import stdtrit

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.measures import side_of
from vendoreval.audits.records import UnitCount
from vendoreval.audits.totals import per_item
from vendoreval.audits.track_measures import FREE_MISSES
from vendoreval.audits.units import (
    MAIN,
    OPPORTUNITY,
    Counting,
    Totals,
    answered_sheets,
    counted,
    delivered_objects,
    many,
    sheets,
)
from vendoreval.contracts.class_tree import most_implied
from vendoreval.contracts.metrics import DETAILS, SHEETS, TIME
from vendoreval.contracts.terms import Clause, Task
from vendoreval.inference.drawn import Hidden
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.parts import Parts


def hidden(clause: Clause, task: Task, seen: AuditInput, how: Counting) -> Hidden:
    """What an item that was not audited may hold, for the rules that judge a sample as it stands."""
    if clause.metric == "completeness":
        return Hidden(1, 0)
    if not many(seen.units):
        drawn_from_sent = 0 < seen.sent_items <= seen.items  # then nobody counts those answered
        excess = None if drawn_from_sent else max(seen.labels - seen.items, 0)
        return Hidden(max(seen.most_units, 1), excess)
    right, wrong = _most_characters(seen) if clause.metric == "cer" else _most(task, seen, how)
    agreed = clause.decision.most_units
    if how.unit in SHEETS:
        return Hidden(right, max(seen.sheets - seen.items, 0) if seen.sheets else None, wrong=wrong)
    if agreed is not None and clause.metric != "cer":
        wrong = agreed
    elif side_of(clause.metric) == "delivered":  # all of these units were delivered
        wrong = right
    if clause.metric in FREE_MISSES:
        right = wrong
    return Hidden(right, None, wrong=wrong)


def unbounded(clause: Clause, seen: AuditInput, totals: Totals) -> str:
    """Why a design on whole items has no bound on their units; empty where it has one."""
    most = clause.decision.most_units
    if most is None:
        return (
            f"The rule {clause.decision.rule} needs a bound on the units of an item. What was missed stands in "
            f"no file, so the delivery gives none: agree on most_units in the decision, or take the rule claim."
        )
    fullest = max(int(totals.max(initial=0)), seen.most_units)
    if fullest > most:
        return f"An item holds {fullest:,} units, more than the {most:,} that the contract agrees on."
    return ""


def units_in_all(
    seen: AuditInput, outcomes: Outcomes, how: Counting, counted_units: Totals, items: int, confidence: float
) -> UnitCount | None:
    """How many units the delivery of `items` holds, from those counted on each item of the sample.

    A ratio to what is known of the whole: the objects that were delivered (sheets, for clauses on items), or
    the items where the sample has none of them, or where rows are not objects. Linearised over items, with the
    correction for a finite delivery and Student's t; each bound holds at (1 + confidence) / 2. None with a
    single item.
    """
    known, total, word = _known(seen, outcomes, how, items)
    n, units = len(counted_units), int(counted_units.sum())
    if n >= items:
        return UnitCount(units, units, units, confidence, "counted")
    if n < 2:
        return None
    base = int(known.sum())
    rest = counted_units.astype(np.float64) - units / base * known
    spread = math.fsum((rest**2).tolist()) * n / (n - 1) * (1 - n / items)
    margin = float(stdtrit(n - 1, (1 + confidence) / 2)) * math.sqrt(spread) / base * total
    estimate = units / base * total
    return UnitCount(
        round(estimate), max(math.ceil(estimate - margin), units), math.floor(estimate + margin), confidence,
        f"ratio to the {total:,} {word}",
    )  # fmt: skip


def _known(seen: AuditInput, outcomes: Outcomes, how: Counting, items: int) -> tuple[Totals, int, str]:
    """What is known of each item of the sample, and in all: answers or objects delivered, else items."""
    if how.unit in SHEETS:
        known, total, word = (
            per_item(outcomes, how, answered_sheets(outcomes)),
            seen.sheets - seen.left_out.get("sheets", 0),
            "answers delivered",
        )
    else:
        known = per_item(outcomes, how, delivered_objects(outcomes))
        total = (seen.objects or seen.labels) - seen.left_out.get("objects", 0)
        word = "objects delivered"
    if total and known.any() and (how.unit in SHEETS or not how.joined):
        return known, total, word
    return np.ones(len(known), dtype=np.int64), items, "items"


def _most(task: Task, seen: AuditInput, how: Counting) -> tuple[int, int]:
    """The most right and the most wrong units of an item."""
    people, rows = max(seen.most_sheets, 1), max(_units_of(task, seen.most_units), 1)
    rows *= most_implied(task.matching)
    if how.unit == TIME:  # rows of more time than there is are no less than that
        time = max(seen.most_time, 1)
        return time, time + people * _fullest_gold(seen.by_label, how)
    if how.unit in SHEETS:
        return people, people
    if how.unit in DETAILS:  # of matched cuboids, each of which was delivered
        return rows, rows
    details = rows * len(task.attributes)
    if how.unit == "attribute":
        return details, details
    missed = people * _fullest_gold(seen.by_label, how)
    return rows, rows + missed + (details if how.unit == OPPORTUNITY else 0)


def _units_of(task: Task, rows: int) -> int:
    """The most units of an item whose answers have so many rows in all."""
    kind = task_type(task.type)
    return kind.most_units(rows) if isinstance(kind, Parts) else rows


def _most_characters(seen: AuditInput) -> tuple[int, int]:
    """The most right and the most wrong characters of an item; gold's are those of the fullest answer."""
    outcomes = seen.by_label
    gold = outcomes.at("character") & (outcomes.right | outcomes.unanswered)
    size = np.ones(len(outcomes), dtype=np.int64) if outcomes.size is None else outcomes.size
    missed = max(seen.most_sheets, 1) * int(size[gold].max(initial=0))
    return seen.most_characters, seen.most_characters + missed


def _fullest_gold(outcomes: Outcomes, how: Counting) -> int:
    """The most gold units, or the longest gold time, that one answer of the sample was held against."""
    unit = MAIN if how.unit == OPPORTUNITY else how.unit
    of_gold = counted(outcomes, Counting(unit, omissions=True), side="expected")
    if not of_gold.any():
        return 0
    weight = outcomes.size[of_gold] if how.unit == TIME and outcomes.size is not None else None
    return int(np.bincount(sheets(outcomes, of_gold)[1], weight).max())
