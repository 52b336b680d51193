"""What the buyer stated about labels is what may be stated, and the intake report says truly what it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.errors import EvidenceError, UsageError
from vendoreval.labels.statements import Dictionary, Meaning, statements_of


def check_statements(task: Task, intake: Mapping[str, Any]) -> None:
    """Read every text that the report lists once more; raises EvidenceError where it was read otherwise.

    A statement that turns one class into another is refused here as it is when a delivery is taken in, and what
    no rule of notation explains must be marked as the buyer's word.
    """
    try:
        dictionary = Dictionary(task.classes, statements_of(intake), numbers=TASK_TYPES[task.type].numbers)
    except UsageError as error:
        raise EvidenceError(f"The intake report states what may not be stated: {error}") from error
    listed = [(one["from"], one["to"], one["buyers_word"]) for one in intake.get("label_map", ())]
    listed += [(one["text"], None, one["buyers_word"]) for one in intake.get("empty", ())]
    listed += [(one["text"], one["text"], one["buyers_word"]) for one in intake.get("wrong", ())]
    for text, label, word in listed:
        read = dictionary.read(text)
        own_word = isinstance(read, Meaning) and not read.explained
        if (read.label, own_word) != (label, word):
            raise EvidenceError(
                f"The intake report reads the label {text!r} otherwise than the rules of notation and the "
                "buyer's statements."
            )
