"""Columns of a task list that would tell what stays here: gold's answers, or what a task is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vendoreval.gold.lint import in_blocks, natural
from vendoreval.gold.patterns import NEARLY_ALL, names_answer, tells_answer

Shown = Mapping[str, Mapping[str, str]]  # item -> column -> what people see
# Columns of gold files and of our own lists; whatever they hold, they are not for the vendor.
_OURS = frozenset({
    "label", "accepted", "answer", "correct", "gold", "gold_label", "block", "edge_case", "difficulty", "item",
    "task_id",
})  # fmt: skip
BLOCKS = "what a task is for"
_ROWS_A_VALUE = 4  # a column with fewer rows for each value is no sorting of the items


@dataclass(frozen=True)
class Leak:
    """A column that tells something; `sure` where whoever reads it knows, else it lets guess."""

    column: str
    what: str
    sure: bool


def leaks(
    shown: Shown, answers: Mapping[str, str], blocks: Mapping[str, str] | None = None
) -> tuple[Leak, ...]:
    """What the shown columns tell of gold's answers and of the items' blocks, one leak a column at most.

    Running text is not searched for answers: that it goes with them is its nature.
    """
    items = sorted(shown)
    secrets = [(answers, "the answers of gold"), *([(blocks, BLOCKS)] if blocks else [])]
    found = []
    for column in next(iter(shown.values()), {}):
        if column.strip().lower().replace(" ", "_") in _OURS:
            found.append(Leak(column, f"The column {column!r} has the name of one that stays here.", sure=True))
            continue
        texts = [shown[item][column] for item in items]
        told = [
            leak for secret, what in secrets for leak in _told(column, texts, [secret[i] for i in items], what)
        ]
        found += sorted(told, key=lambda leak: not leak.sure)[:1]
    return tuple(found)


def _told(column: str, texts: Sequence[str], secret: Sequence[str], what: str) -> Iterator[Leak]:
    if len(set(secret)) < 2:
        return
    running = 2 * sum(len(text.split()) > 1 for text in texts) > len(texts)
    order = sorted(range(len(texts)), key=lambda row: natural(texts[row]))
    if _decides(texts, secret):
        yield Leak(column, f"The column {column!r} tells {what}.", sure=True)
    elif what == BLOCKS or not running:
        yield from _in_parts(column, texts, secret, what)
        if in_blocks([secret[row] for row in order]) is not None:
            yield Leak(column, f"Sorted by the column {column!r}, the tasks show {what}.", sure=True)


def _in_parts(column: str, texts: Sequence[str], secret: Sequence[str], what: str) -> Iterator[Leak]:
    """What words and other parts of the texts tell."""
    if names_answer(texts, secret):
        yield Leak(column, f"The column {column!r} holds {what} as words.", sure=True)
    told = tells_answer(texts, secret)
    if told:
        share = f"{100 * told.share:.0f} % of all items; without it in {100 * told.base:.0f} %"
        what = f"From {told.part} of {column!r} one guesses {what} in {share}."
        yield Leak(column, what, sure=told.share >= NEARLY_ALL)


def _decides(texts: Sequence[str], secret: Sequence[str]) -> bool:
    """Whether each value goes with one secret only, in a column that sorts the items into groups."""
    by_value: dict[str, set[str]] = defaultdict(set)
    for text, one in zip(texts, secret, strict=True):
        by_value[text].add(one)
    exact = all(text == one for text, one in zip(texts, secret, strict=True))
    sorts = len(by_value) > 1 and _ROWS_A_VALUE * len(by_value) <= len(texts)
    return exact or (sorts and all(len(ones) == 1 for ones in by_value.values()))
