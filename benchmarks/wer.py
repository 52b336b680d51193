"""Word errors of 100,000 utterances: ours beside jiwer, each in a fresh process, in turn.

python benchmarks/wer.py          100,000 utterances
python benchmarks/wer.py 20000    fewer

Both get the same evened-out texts (normaliser `basic`) and give the alignment and its counts; the errors must
be the same. Once from words that are ready (numbers for ours, lists for jiwer), once from texts. The utterances
are real ones of CrowdSpeech where the shared data lie beside the checkout, else made up; each has a word of its
own, so that no text stands there twice.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

RUNS = 3
DATA = Path(__file__).resolve().parents[2] / "shared/data/crowdspeech_clean"
Sides = tuple[list[str], list[str]]


def utterances(count: int) -> Sides:
    """Texts of gold and of the delivery, evened out."""
    from vendoreval.tasks.normalising import words_of

    gold, given = _real() if DATA.exists() else _made(count)
    even: dict[str, str] = {}
    sides = []
    for side in (gold, given):
        for text in side:
            if text not in even:
                even[text] = " ".join(words_of(text, "basic"))
        # The k-th time round, a word in the middle tells the text from those before.
        whole = [(even[side[k % len(side)]], k) for k in range(count)]
        sides.append([_told_apart(text, k) for text, k in whole])
    return sides[0], sides[1]


def _told_apart(text: str, number: int) -> str:
    words = text.split()
    return " ".join([*words[: len(words) // 2], f"n{number}", *words[len(words) // 2 :]])


def _real() -> Sides:
    import pyarrow.parquet as pq

    gold = pq.read_table(DATA / "gold.parquet").to_pylist()
    texts = {one["item_id"]: one["label"] for one in gold}
    given = pq.read_table(DATA / "delivered.parquet").to_pylist()
    return [texts[one["item_id"]] for one in given], [one["label"] for one in given]


def _made(count: int) -> Sides:
    stream = np.random.default_rng(7)
    words = [f"w{k}" for k in range(8_000)]
    gold, given = [], []
    for _ in range(min(count, 40_000)):
        said = [words[k] for k in stream.zipf(1.3, 20) % len(words)]
        heard = [word if stream.random() > 0.15 else words[int(stream.integers(8_000))] for word in said]
        gold.append(" ".join(said))
        given.append(" ".join(word for word in heard if stream.random() > 0.02))
    return gold, given


def ours_of_words(count: int) -> Callable[[], int]:
    from vendoreval.tasks.normalising import coded_words
    from vendoreval.tasks.word_alignment import Words, align

    known: dict[str, int] = {}
    one, other = (Words(*coded_words(side, "none", known)) for side in utterances(count))
    every = np.arange(count)
    return lambda: int(align(one, other, (every, every)).counts().errors.sum())


def ours_of_texts(count: int) -> Callable[[], int]:
    from vendoreval.tasks.normalising import coded_words
    from vendoreval.tasks.word_alignment import Words, align

    sides = utterances(count)

    def work() -> int:
        known: dict[str, int] = {}
        one, other = (Words(*coded_words(side, "none", known)) for side in sides)
        every = np.arange(count)
        return int(align(one, other, (every, every)).counts().errors.sum())

    return work


def jiwer_of_words(count: int) -> Callable[[], int]:
    import jiwer

    gold, given = utterances(count)
    ready = {text: text.split() for side in (gold, given) for text in side}

    class Ready(jiwer.AbstractTransform):  # type: ignore[misc]
        """Hands over words that are ready."""

        def __call__(self, sentences: object) -> list[list[str]]:
            return [ready[one] for one in sentences]  # type: ignore[attr-defined]

    way = Ready()

    def work() -> int:
        told = jiwer.process_words(gold, given, reference_transform=way, hypothesis_transform=way)
        return int(told.substitutions + told.deletions + told.insertions)

    return work


def jiwer_of_texts(count: int) -> Callable[[], int]:
    import jiwer

    gold, given = utterances(count)

    def work() -> int:
        told = jiwer.process_words(gold, given)
        return int(told.substitutions + told.deletions + told.insertions)

    return work


WAYS = {
    "vendoreval, words ready": ours_of_words,
    "jiwer, words ready": jiwer_of_words,
    "vendoreval, from texts": ours_of_texts,
    "jiwer, from texts": jiwer_of_texts,
}


def once(name: str, count: int) -> None:
    """Seconds of the processor, errors and peak memory of one way, on one line."""
    work = WAYS[name](count)
    start = time.process_time()
    errors = work()
    seconds = time.process_time() - start
    print(seconds, errors, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(count: int) -> None:
    taken: dict[str, list[list[float]]] = {name: [] for name in WAYS}
    for _ in range(RUNS):
        for name in WAYS:
            command = [sys.executable, __file__, name, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            taken[name].append([float(part) for part in done.stdout.split()])
    middle = {name: median(run[0] for run in runs) for name, runs in taken.items()}
    print(f"{count:,} utterances, seconds of the processor, medians of {RUNS}")
    for name, runs in taken.items():
        base = middle[name.replace("jiwer", "vendoreval")]
        told = f"{middle[name]:7.3f} s {middle[name] / base:6.1f}×"
        print(f"{name:26} {told} {runs[0][1]:9,.0f} errors {runs[0][2]:5.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        once(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
