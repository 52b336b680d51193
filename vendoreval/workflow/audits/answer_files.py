"""Files of expert auditors: filled task lists, or for boxes, spans and the like what a tool exports."""

from __future__ import annotations

import io
import json
from pathlib import Path

from vendoreval.contracts.terms import Contract
from vendoreval.engines.gold_parts import gold_parts
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.writers.task_sheets import SheetAnswer, read_answers
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.panel import Settled
from vendoreval.labels.shapes import SHAPES
from vendoreval.workflow.deliveries.named_files import named_files
from vendoreval.workflow.gold.reading import GoldReading, read_gold_files


def sample_answers(file: Path, contract: Contract, reading: GoldReading) -> list[SheetAnswer]:
    """One answer a task. Of types with any number of rows it is the canonical text of the rows.

    Raises InputError with file and line for what cannot be read.
    """
    if not SHAPES[contract.task.type].many:
        return read_answers(file)
    taken = read_gold_files(contract, named_files([file]), "answers", reading)
    gold = gold_parts(io.BytesIO(taken.table), "answers")
    assert gold is not None  # the shape has any number of rows
    return [
        SheetAnswer(number, record["item_id"], canonical(record["answers"][0]).decode(), "")
        for number, record in enumerate(gold.records(), start=1)
    ]


def gold_of_answers(gold_id: str, settled: list[Settled], contract: Contract) -> GoldSet:
    """Gold of such answers: one item each, and who answered it."""
    records = [{"item_id": one.item, "answers": [json.loads(one.label)], "edge_case": -1} for one in settled]
    return GoldSet.from_records(gold_id, records, (), SHAPES[contract.task.type])
