"""Files of expert auditors: filled task lists, or for boxes, spans and the like what a tool exports."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract, Task
from vendoreval.engines.gold_parts import gold_parts
from vendoreval.errors import InputError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.writers.task_sheets import SheetAnswer, read_answers
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.panel import Settled
from vendoreval.labels.notation import Classes
from vendoreval.labels.numbers import plain_number
from vendoreval.labels.shapes import SHAPES
from vendoreval.workflow.deliveries.named_files import named_files
from vendoreval.workflow.gold.reading import GoldReading, read_gold_files


def sample_answers(file: Path, contract: Contract, reading: GoldReading) -> list[SheetAnswer]:
    """One answer a task. Of types with any number of rows it is the canonical text of the rows.

    Raises InputError with file and line for what cannot be read.
    """
    if not SHAPES[contract.task.type].many:
        return [_as_written(one, contract.task, file) for one in read_answers(file)]
    taken = read_gold_files(contract, named_files([file]), "answers", reading)
    gold = gold_parts(io.BytesIO(taken.table), "answers")
    assert gold is not None  # the shape has any number of rows
    return [
        SheetAnswer(number, record["item_id"], canonical(record["answers"][0]).decode(), "")
        for number, record in enumerate(gold.records(), start=1)
    ]


def _as_written(answer: SheetAnswer, task: Task, file: Path) -> SheetAnswer:
    """The answer as the contract writes its class, by the rules of notation; a number as a plain one."""
    numbers = TASK_TYPES[task.type].numbers
    read = Classes(task.classes, numbers=numbers).read(answer.answer)
    if numbers and read.refused:
        raise InputError(
            read.refused, file=file.name, line=answer.line, remedy="Write it with digits and a decimal point."
        )
    return replace(answer, answer=plain_number(read.label) if numbers else read.label)


def gold_of_answers(gold_id: str, settled: list[Settled], contract: Contract) -> GoldSet:
    """Gold of such answers: one item each, and who answered it."""
    records = [{"item_id": one.item, "answers": [json.loads(one.label)], "edge_case": -1} for one in settled]
    return GoldSet.from_records(gold_id, records, (), SHAPES[contract.task.type])
