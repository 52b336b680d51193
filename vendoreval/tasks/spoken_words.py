"""Texts as tables of words: a row a word, for what is common to all types of many units an item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.normalising import coded_words
from vendoreval.tasks.rules import matching_word
from vendoreval.tasks.word_alignment import Words

Ints = NDArray[np.int64]
CHARACTERS = "characters"


@dataclass(frozen=True, eq=False)
class Spoken:
    """The words of all texts of a label table.

    `table` has a row a word: `label` is the word and `place` its place in the whole answer; an answer's words
    stand together and in order. `row` is each word's row in the table that they come from.
    """

    table: LabelTable
    row: Ints


def spoken(labels: LabelTable, task: Task, known: dict[str, int]) -> Spoken:
    """The words of the table's texts under the contract's rule; `known` numbers them and grows.

    An answer of several rows is their texts joined, in text order: readers that know times join them first.
    """
    answer, order = _answers(labels)
    texts = labels.text("label")
    used = np.unique(texts.codes[texts.codes >= 0])
    words = words_of_texts([texts.values[code] for code in used.tolist()], task, known)
    text = np.searchsorted(used, texts.codes[order])
    sizes = np.where(texts.codes[order] >= 0, np.append(words.sizes, 0)[text], 0)
    row = np.repeat(order, sizes)
    step = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    codes = words.codes[np.repeat(words.start[text], sizes) + step]
    counts = np.bincount(answer[row], minlength=int(answer.max(initial=-1)) + 1)
    place = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = replace(labels, answers={}, extra={}).take(row)
    return Spoken(replace(table, answers={"label": Coded(codes, tuple(known)), "place": place}), row)


def words_of_texts(texts: list[str], task: Task, known: dict[str, int]) -> Words:
    """The words of texts, or their characters where the contract counts these, numbered by `known`."""
    normalizer = matching_word(task, "normalize")
    if matching_word(task, "by") != CHARACTERS:
        return Words(*coded_words(texts, normalizer, known))
    spelled: dict[str, int] = {}
    return _characters(Words(*coded_words(texts, normalizer, spelled)), spelled, known)


def between(task: Task) -> str:
    """What stands between two units of a text."""
    return "" if matching_word(task, "by") == CHARACTERS else " "


def sizes_of_texts(texts: Sequence[str], task: Task) -> Ints:
    """Words of each text, and its characters with the blanks between them: two rows."""
    known: dict[str, int] = {}
    words = words_of_texts(list(texts), task, known)
    lengths = np.asarray([*map(len, known), 0], dtype=np.int64)
    sums = np.concatenate([[0], np.cumsum(lengths[words.codes])])
    characters = np.diff(sums[words.start]) + len(between(task)) * np.maximum(words.sizes - 1, 0)
    return np.stack([words.sizes, characters])


def _characters(words: Words, spelled: Mapping[str, int], known: dict[str, int]) -> Words:
    """The characters of words, without what parts the words."""
    letters = [[known.setdefault(sign, len(known)) for sign in word] for word in spelled]
    sizes = np.asarray([len(one) for one in letters], dtype=np.int64)
    flat = np.asarray([code for one in letters for code in one], dtype=np.int32)
    counts = sizes[words.codes]
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    begins = (np.cumsum(sizes) - sizes)[words.codes]
    codes = flat[np.repeat(begins - ends[:-1], counts) + np.arange(int(counts.sum()))]
    return Words(codes, ends[words.start])


def _answers(labels: LabelTable) -> tuple[Ints, Ints]:
    """Each row's answer, numbered by item, annotator and alternative; and the rows by answer, then by text."""
    zeros = np.zeros(len(labels), dtype=np.int64)
    alternative = zeros if labels.alternative is None else labels.alternative
    keys = np.stack([labels.item.codes, labels.annotator.codes, alternative])
    _, answer = np.unique(keys, axis=1, return_inverse=True)
    answer = answer.reshape(-1).astype(np.int64)
    if len(answer) == int(answer.max(initial=-1)) + 1:
        return answer, np.argsort(answer, kind="stable")
    texts = labels.text("label")
    rank = np.empty(len(texts.values) + 1, dtype=np.int64)
    rank[sorted(range(len(texts.values)), key=texts.values.__getitem__)] = np.arange(len(texts.values))
    return answer, np.lexsort((rank[texts.codes], answer))
