"""Relations of Label Studio: `{"type": "relation", "from_id": …, "to_id": …, "direction": …, "labels": […]}`.

`direction` is right (from head to tail), left (the other way round) or bi, which says that both hold: it is
read from the region that was chosen first, which only `directed = "no"` judges rightly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.label_studio_regions import KINDS, Region
from vendoreval.formats.readers.label_studio_tasks import Answer

BOTH = (
    "Some relations are drawn in both directions: each is read from the region that was chosen first, and only "
    'a contract with directed = "no" judges them rightly.'
)
Offsets = Callable[[Region], dict[str, Any]]  # a region's label, start and end


def add_relations(
    rows: AnswerRows, answer: Answer, regions: Sequence[Region], unnamed: str, offsets: Offsets
) -> None:
    """The relations of an answer, each label one; relations without a label are called `unnamed`.

    What cannot be read is refused; regions that are their ends are counted.
    """
    spans = {region.id: region for region in regions if KINDS.get(region.kind) == "spans" and region.id}
    for region in regions:
        rows.aside("span" if region.id in spans else region.kind)
    for result in answer.regions:
        if not (isinstance(result, dict) and result.get("type") == "relation"):
            continue
        try:
            head, tail = (offsets(region) for region in _ends(result, spans, rows))
            ends = {f"head_{name}": value for name, value in head.items()}
            ends |= {f"tail_{name}": value for name, value in tail.items()}
            for label in _labels(result, unnamed):
                rows.row(answer.place, item_id=answer.item, **answer.facts, label=label, **ends)
        except ValueError as error:
            rows.refuse(answer.place, f"A relation cannot be read: {error}.", answer.item)


def _ends(result: Mapping[str, Any], spans: Mapping[Any, Region], rows: AnswerRows) -> Iterator[Region]:
    direction = result.get("direction") or "right"
    if direction not in ("right", "left", "bi"):
        raise ValueError("its direction is neither right, left nor bi")
    if direction == "bi":
        rows.remarks.say(BOTH)
    names = [result.get(name) for name in ("from_id", "to_id")]
    for name in reversed(names) if direction == "left" else names:
        if not isinstance(name, str) or name not in spans:
            raise ValueError("one of its ends is no span of a text")
        yield spans[name]


def _labels(result: Mapping[str, Any], unnamed: str) -> list[str]:
    found = result.get("labels")
    labels = [label for label in found if isinstance(label, str)] if isinstance(found, list) else []
    labels = labels or ([unnamed] if unnamed else [])
    if not labels:
        raise ValueError("it carries no label; --read relation=NAME calls such relations NAME")
    return labels
