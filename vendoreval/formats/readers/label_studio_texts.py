"""Transcriptions in Label Studio: texts of one text area, of a whole item or of regions of a recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.label_studio_regions import ORIGINS, Region
from vendoreval.formats.readers.label_studio_tasks import Answer
from vendoreval.formats.readers.recordings import plain

_AREA = "textarea"


def add_texts(
    rows: AnswerRows, answer: Answer, regions: Sequence[Region], known: Mapping[str, Any], control: str,
    one_question: Callable[[str, Answer], None],
) -> None:  # fmt: skip
    """The sheet of an answer, and its text: those of regions in the order of their times, joined by blanks."""
    rows.sheet(answer.item, **known)
    found: list[tuple[float, int, Mapping[str, Any]]] = []
    for region in regions:
        areas = [result for result in region.asked if result.get("type") == _AREA]
        if not areas:
            rows.aside(region.kind)
        for result in areas:
            name = str(result.get("from_name"))
            if control and name != control:
                rows.aside(f"{_AREA} of another control")
                continue
            one_question(name, answer)
            found.append((_start(result, region), len(found), result))
    texts = [text for _, _, result in sorted(found, key=lambda one: one[:2]) for text in _texts(result)]
    if text := plain(" ".join(texts)):
        origin = found[0][2].get("origin")
        source = ORIGINS.get(origin, origin) if isinstance(origin, str) else None
        rows.row(answer.place, item_id=answer.item, **answer.facts, label=text, source=source)


def _start(result: Mapping[str, Any], region: Region) -> float:
    """When a region begins; the text of a whole item begins at 0."""
    start = result["value"].get("start", region.value.get("start", 0))
    return float(start) if isinstance(start, int | float) else 0.0


def _texts(result: Mapping[str, Any]) -> list[str]:
    found = result["value"].get("text")
    return [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str)]
