"""CoNLL with IOB2 tags: a token and its tag a line, a tab between them; the item's id in a comment before.

The format has no text of its own, only tokens: what stands between blanks, parted at punctuation where a span
begins or ends there. Spans that begin or end within a word, overlap or lie in pieces cannot be told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from vendoreval.errors import InputError
from vendoreval.formats.writers.interface import (
    ATTRIBUTES,
    IDS,
    Answer,
    Row,
    Setting,
    Task,
    Written,
    lose_context,
    one_answer,
)

_WORDS = re.compile(r"\S+")
_PARTS = re.compile(r"\w+|[^\w\s]")
Token = tuple[int, int]  # start and end in the text


@dataclass(frozen=True)
class Conll:
    """The writer of CoNLL files."""

    name: str = "conll"
    ending: str = ".conll"
    yields: frozenset[str] = frozenset({"spans"})

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """A sentence an item; a document an item where a text has several lines (read with items=documents)."""
        written = Written(tasks=len(tasks))
        documents = any("\n" in (task.text or "").strip() for task in tasks)
        for task in tasks:
            if re.search(r"\s", task.item):
                raise InputError(
                    f"The id {task.item!r} holds a blank, and a comment of CoNLL ends there.",
                    remedy="Write it for Label Studio, or as rows.",
                )
            if documents:
                out.write(b"-DOCSTART-\tO\n\n")
            out.write(f"# sent_id = {task.item}\n".encode())
            for line in _lines(task, written):
                out.write(f"{line}\n".encode())
            out.write(b"\n")
        if documents:
            written.lost["end of a sentence: read it with --read items=documents"] += 1
        return written


WRITER = Conll()


def _lines(task: Task, written: Written) -> list[str]:
    if task.text is None:
        raise InputError(
            f"The text of {task.item!r} is not known, and CoNLL holds its words.",
            remedy="Take the delivery in with --items FILE, which has a column text.",
        )
    answer = one_answer(task, "CoNLL") or Answer()
    lose_context(answer, written.lost)
    tokens = _tokens(task.text, {edge for row in answer.rows for edge in (row["start"], row["end"])})
    tags = _tags(answer.rows, tokens, written)
    written.lost["item without a word, which the format cannot tell"] += not tokens
    found: list[str] = []
    before = 0
    for (start, end), tag in zip(tokens, tags, strict=True):
        if found and "\n" in task.text[before:start]:
            found.append("")
        found.append(f"{task.text[start:end]}\t{tag}")
        before = end
    written.lost["text whose blanks are told otherwise"] += _joined(task.text, tokens) != task.text
    return found


def _joined(text: str, tokens: Sequence[Token]) -> str:
    """The text as the tokens tell it again: one blank between two, or the end of a line."""
    found, before = "", 0
    for start, end in tokens:
        blank = "\n" if "\n" in text[before:start] else " "
        found += (blank if found else "") + text[start:end]
        before = end
    return found


def _tokens(text: str, edges: set[int]) -> list[Token]:
    """What stands between blanks; parted at punctuation where there is an edge of a span."""
    found: list[Token] = []
    for word in _WORDS.finditer(text):
        start, stop = word.span()
        parts = [start + part.start() for part in _PARTS.finditer(word.group())]
        cuts = sorted({start, *(place for place in parts if place in edges), stop})
        found += list(pairwise(cuts))
    return found


def _tags(rows: Sequence[Row], tokens: Sequence[Token], written: Written) -> list[str]:
    """IOB2, longest spans first where they overlap."""
    tags = ["O"] * len(tokens)
    first = {start: place for place, (start, _) in enumerate(tokens)}
    last = {end: place for place, (_, end) in enumerate(tokens)}
    lost: Counter[str] = written.lost
    for row in sorted(rows, key=lambda row: (row["start"] - row["end"], row["start"], row["label"])):
        begin, stop = first.get(row["start"]), last.get(row["end"])
        if "pieces" in row:
            lost["span in pieces, which is left out"] += 1
        elif begin is None or stop is None or stop < begin:
            lost["span that begins or ends within a word, which is left out"] += 1
        elif any(tag != "O" for tag in tags[begin : stop + 1]):
            lost["span that overlaps a longer one, which is left out"] += 1
        else:
            tags[begin : stop + 1] = [f"B-{row['label']}", *[f"I-{row['label']}"] * (stop - begin)]
            written.rows += 1
            lost[IDS] += row.get("span_id") is not None
            lost[ATTRIBUTES] += len(row.get("attributes", ()))
    return tags
