"""Pilots built by hand: tasks, gold and labels of a few items."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract, Task
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.piloting import REPEATS, PilotTask
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.pilots.blocks import Answers, answers
from vendoreval.pilots.pilot import Block, PilotPlan, plan_pilot
from vendoreval.resources import resource

SAMPLE = parse_contract((resource("samples") / "contracts" / "weather-sentiment.toml").read_text("utf-8"))
TASK = Task("classification", ("a", "b", "?"), unsure=("?",))
Row = tuple[str, str | None, str | None]  # unit, annotator, label


def asking(threshold: str) -> Contract:
    return replace(SAMPLE, clauses=(replace(SAMPLE.clauses[0], threshold=threshold),))


def plan(threshold: str = "0.90") -> PilotPlan:
    return plan_pilot(asking(threshold), 1000)


def block(made: PilotPlan, name: str) -> Block:
    return next(one for one in made.blocks if one.name == name)


def tasks(**blocks: Sequence[str]) -> tuple[PilotTask, ...]:
    """Tasks by block (spaces as underscores), items as `name` or `name@part`."""
    found = []
    for name, listed in blocks.items():
        for written in listed:
            item, _, part = written.partition("@")
            found.append(PilotTask(f"t-{name}-{item}", item, name.replace("_", " "), int(part or 1)))
    return tuple(found)


def gold(**right: str) -> GoldSet:
    """Items with their accepted answers, separated by |."""
    accepted = [answer.split("|") for answer in right.values()]
    return from_columns(
        "g",
        {
            "item_id": list(right),
            "label": [answers_[0] for answers_ in accepted],
            "accepted": [json.dumps(answers_) for answers_ in accepted],
        },
    )


def labels(rows: Sequence[Row], flagged: Sequence[str | None] | None = None) -> LabelTable:
    return LabelTable(
        Coded.from_text(row[0] for row in rows),
        Coded.from_text(row[1] for row in rows),
        {"label": Coded.from_text(row[2] for row in rows)},
        flagged=Coded.from_text(flagged) if flagged else None,
    )


def seen(
    sent: tuple[PilotTask, ...],
    right: GoldSet,
    rows: Sequence[Row],
    *,
    task: Task = TASK,
    flagged: Sequence[str | None] | None = None,
    asked: frozenset[str] = frozenset(),
) -> Answers:
    return answers(task, sent, labels(rows, flagged), right, asked)


def simulated(made: PilotPlan, rates: dict[str, float], seed: int) -> Answers:
    """A vendor that misses each unit of a block with the chance given, one answer an item."""
    rng = np.random.default_rng(seed)
    sent: list[PilotTask] = []
    rows: list[Row] = []
    right: dict[str, str] = {}
    for one in made.blocks:
        if one.name == REPEATS:
            continue
        for number in range(one.tasks):
            item = f"{one.name}-{number}"
            sent.append(PilotTask(item, item, one.name, 1 + number % 2))
            right[item] = "?" if one.name == "ambiguous" else "a"
            miss = rng.random() < rates.get(one.name, 0.0)
            rows.append((item, "w", "b" if miss else right[item]))
    answered = {row[0]: row[2] for row in rows}
    for number in range(block(made, REPEATS).tasks):
        task = PilotTask(f"again-{number}", f"main-{number}", REPEATS, 2)
        sent.append(task)
        same = rng.random() >= rates.get(REPEATS, 0.0)
        first = answered[task.item]
        rows.append((task.unit, "w", first if same else "a" if first == "b" else "b"))
    return seen(tuple(sent), gold(**right), rows)


def share(made: Block) -> Fraction:
    """The share of misses that a block's limit allows."""
    return 1 - made.limit
