"""Entities of gold and delivery compared: ours and seqeval's F1, in one run, each in a fresh process.

python benchmarks/spans.py              1M tokens
python benchmarks/spans.py 10000000     seqeval takes minutes
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

SENTENCE, DENSITY, WRONG, RUNS = 14, 0.12, 0.03, 3  # as in the test set of CoNLL-2003
LABELS = ("LOC", "MISC", "ORG", "PER")
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def made(tokens: int) -> tuple[Columns, Columns]:
    """Sentence, first and last token (exclusive) and class of the spans of gold and of the delivery."""
    rng = np.random.Generator(np.random.PCG64(7))
    sentences = tokens // SENTENCE
    sentence = np.repeat(np.arange(sentences), rng.binomial(4, DENSITY * SENTENCE / 4, sentences))
    place = np.arange(len(sentence)) - np.searchsorted(sentence, sentence)
    start = place * 3
    end = start + rng.integers(1, 3, len(sentence))
    label = rng.integers(0, len(LABELS), len(sentence))
    gold = (sentence, start, end, label)
    lost = rng.random(len(sentence)) < WRONG / 3
    mine = [column[~lost].copy() for column in gold]
    other = rng.random(len(mine[0])) < WRONG / 3
    mine[3][other] = (mine[3][other] + 1) % len(LABELS)
    longer = rng.random(len(mine[0])) < WRONG / 3
    mine[2][longer] = np.where(mine[2][longer] - mine[1][longer] == 1, mine[2][longer] + 1, mine[2][longer] - 1)
    return gold, (mine[0], mine[1], mine[2], mine[3])


def ours(tokens: int) -> Callable[[], float]:
    from vendoreval.contracts.terms import Task
    from vendoreval.gold.goldset import GoldSet
    from vendoreval.labels.columns import Coded
    from vendoreval.labels.shapes import SHAPES
    from vendoreval.labels.table import LabelTable, Sheets
    from vendoreval.tasks.spans import TYPE

    names = tuple(f"s{number}" for number in range(tokens // SENTENCE))

    def table(spans: Columns, who: int) -> LabelTable:
        def person(rows: int) -> Coded:
            return Coded(np.full(rows, who, dtype=np.int32), ("a",))

        answers = {"start": spans[1], "end": spans[2], "label": Coded(spans[3].astype(np.int32), LABELS)}
        sheets = Sheets(Coded(np.arange(len(names), dtype=np.int32), names), person(len(names)))
        item = Coded(spans[0].astype(np.int32), names)
        return LabelTable(item, person(len(spans[0])), answers, sheets=sheets)

    gold, delivered = made(tokens)
    reference = GoldSet("g", table(gold, -1), shape=SHAPES["spans"])
    labels, task = table(delivered, 0), Task("spans", LABELS)

    def work() -> float:
        counts = TYPE.compare(reference, labels, task).counts()
        wrong = 2 * counts["wrong_label"] + counts["missing"] + counts["extra"]
        return 2 * counts["correct"] / (2 * counts["correct"] + wrong)

    return work


def seqeval(tokens: int) -> Callable[[], float]:
    from seqeval.metrics import f1_score

    gold, delivered = _tags(tokens)
    return lambda: float(f1_score(gold, delivered))


def seqeval_strict(tokens: int) -> Callable[[], float]:
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2

    gold, delivered = _tags(tokens)
    return lambda: float(f1_score(gold, delivered, mode="strict", scheme=IOB2))


def seqeval_report(tokens: int) -> Callable[[], float]:
    from seqeval.metrics import classification_report

    gold, delivered = _tags(tokens)
    return lambda: float(classification_report(gold, delivered, output_dict=True)["micro avg"]["f1-score"])


def _tags(tokens: int) -> list[list[list[str]]]:

    def tags(spans: Columns) -> list[list[str]]:
        found = [["O"] * SENTENCE for _ in range(tokens // SENTENCE)]
        for sentence, start, end, label in zip(*(column.tolist() for column in spans), strict=True):
            found[sentence][start:end] = [f"B-{LABELS[label]}"] + [f"I-{LABELS[label]}"] * (end - start - 1)
        return found

    return [tags(side) for side in made(tokens)]


WAYS = {
    "vendoreval: an outcome for each span": ours,
    "seqeval: F1": seqeval,
    "seqeval: F1, strict IOB2": seqeval_strict,
    "seqeval: report by class": seqeval_report,
}


def measure(way: str, tokens: int) -> None:
    """One way in this process: seconds of the best of some runs, its figure, megabytes."""
    work = WAYS[way](tokens)
    times = []
    for _ in range(RUNS if WAYS[way] is ours else 1):
        before = time.perf_counter()
        figure = work()
        times.append(time.perf_counter() - before)
    print(f"{min(times)} {figure} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}")


def main(tokens: int) -> None:
    """Both ways side by side."""
    print(f"{tokens:,} tokens")
    first = 0.0
    for way in WAYS:
        out = subprocess.run(
            [sys.executable, __file__, str(tokens), way], capture_output=True, text=True, check=True
        )
        seconds, figure, size = map(float, out.stdout.split())
        first = first or seconds
        print(f"{way:40}{seconds:9.3f} s {seconds / first:8.1f} ×   F1 {figure:.6f}   {size:,.0f} MB")


if __name__ == "__main__":
    given = sys.argv[1:]
    if len(given) == 2:
        measure(given[1], int(given[0]))
    else:
        main(int(given[0]) if given else 1_000_000)
