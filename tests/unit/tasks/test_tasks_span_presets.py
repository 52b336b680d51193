"""The presets of spans give the figures of the tools themselves."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.span_samples import LABELS, Plain, counted, delivery_of, gold_of, judged, task
from vendoreval.formats.readers.tag_schemes import IOB2, Tag, chunks
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.presets import nervaluate, seqeval
from vendoreval.tasks.spans import TYPE

SCHEMES = {"strict": "strict", "exact": "exact", "partial": "partial", "type": "ent_type"}
spans = st.lists(
    st.builds(
        lambda a, n, label: (a, a + n, label), st.integers(0, 9), st.integers(1, 5), st.sampled_from(LABELS)
    ),
    max_size=5,
).map(sorted)
documents = st.lists(st.tuples(spans, spans), min_size=1, max_size=3)


def compared(docs: list[tuple[list[Plain], list[Plain]]], mode: str, preset: str, **matching: str) -> Outcomes:
    items = {str(number): doc for number, doc in enumerate(docs)}
    gold = gold_of({item: doc[0] for item, doc in items.items()})
    labels = delivery_of({(item, "a"): doc[1] for item, doc in items.items()})
    return TYPE.compare(gold, labels, task(mode, preset=preset, **matching))


def theirs(docs: list[tuple[list[Plain], list[Plain]]], least: float = 1.0) -> dict[str, dict[str, float]]:
    from nervaluate import Evaluator

    sides = [
        [[{"start": a, "end": b - 1, "label": label} for a, b, label in doc[side]] for doc in docs]
        for side in (0, 1)
    ]
    found = Evaluator(*sides, tags=list(LABELS), loader="dict", min_overlap_percentage=least).evaluate()[
        "overall"
    ]
    names = ("correct", "incorrect", "partial", "missed", "spurious", "precision", "recall", "f1")
    return {mode: {name: getattr(found[scheme], name) for name in names} for mode, scheme in SCHEMES.items()}


@settings(max_examples=200, deadline=None)
@given(documents, st.sampled_from([1.0, 50.0, 100.0]))
def test_nervaluate(docs: list[tuple[list[Plain], list[Plain]]], least: float) -> None:
    expected = theirs(docs, least)
    for mode in SCHEMES:
        found = nervaluate.counts(compared(docs, mode, "nervaluate", overlap=str(least / 100)))
        assert found == pytest.approx(expected[mode], abs=1e-12)


def test_nervaluate_hangs_on_the_order_of_rows_and_ours_does_not() -> None:
    gold, rows = [(0, 10, "LOC")], [(0, 5, "PER"), (0, 10, "LOC")]

    def strict(given_: list[Plain]) -> float:
        return theirs([(gold, given_)])["strict"]["f1"]

    assert strict(rows) == 0.0
    assert strict(rows[::-1]) == pytest.approx(2 / 3)
    assert counted(judged(gold, rows)) == counted(judged(gold, rows[::-1])) == {"correct": 1, "extra": 1}


def test_a_span_given_twice_is_one_right_and_one_too_many() -> None:
    assert counted(judged([(0, 3, "PER")], [(0, 3, "PER")] * 2)) == {"correct": 1, "extra": 1}


TAGS = st.lists(st.tuples(st.sampled_from("OBI"), st.sampled_from(LABELS)), min_size=1, max_size=9).map(
    lambda tags: [("O", "") if prefix == "O" else (prefix, label) for prefix, label in tags]
)


def written(tags: list[Tag]) -> list[str]:
    return [prefix if prefix == "O" else f"{prefix}-{label}" for prefix, label in tags]


def read(tags: list[Tag], *, strict: bool) -> list[Plain]:
    return [(c.first, c.last, c.label) for c in chunks(tags, IOB2)[0] if c.sound or not strict]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TAGS, TAGS), min_size=1, max_size=3), st.booleans())
def test_seqeval_by_default_and_strict(docs: list[tuple[list[Tag], list[Tag]]], strict: bool) -> None:
    from seqeval.metrics import classification_report
    from seqeval.scheme import IOB2 as THEIR_IOB2

    even = [(gold[: len(given_)], given_[: len(gold)]) for gold, given_ in docs]
    plain = [(read(gold, strict=strict), read(given_, strict=strict)) for gold, given_ in even]
    if not any(gold or given_ for gold, given_ in plain):
        return
    sides = [[written(doc[side]) for doc in even] for side in (0, 1)]
    options = {"mode": "strict", "scheme": THEIR_IOB2} if strict else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = classification_report(*sides, output_dict=True, zero_division=0, **options)
    found = seqeval.report(compared(plain, "strict", "seqeval"))
    assert found.keys() == expected.keys()
    for name, row in expected.items():
        assert found[name] == pytest.approx(row, abs=1e-12)


def test_the_repair_that_seqeval_makes_is_said_by_the_reader() -> None:
    tags: list[Tag] = [("I", "PER"), ("I", "PER")]
    gold = [(0, 2, "PER")]
    for strict, f1 in ((False, 1.0), (True, 0.0)):  # CONVENTIONS: the same file, two figures
        found = seqeval.report(compared([(gold, read(tags, strict=strict))], "strict", "seqeval"))
        assert found["micro avg"]["f1-score"] == f1


def test_a_missed_span_counts_in_either_direction() -> None:
    one, both = [(0, 3, "PER")], [(0, 3, "PER"), (5, 8, "LOC")]
    assert counted(judged(both, one)) == {"correct": 1, "missing": 1}
    assert counted(judged(one, both)) == {"correct": 1, "extra": 1}


@given(documents)
def test_presets_do_not_hang_on_the_order_of_rows(docs: list[tuple[list[Plain], list[Plain]]]) -> None:
    turned = [(gold[::-1], given_[::-1]) for gold, given_ in docs]
    for mode in SCHEMES:
        first, other = compared(docs, mode, "nervaluate"), compared(turned, mode, "nervaluate")
        assert list(first.rows()) == list(other.rows())
    assert np.array_equal(
        compared(docs, "strict", "seqeval").outcome, compared(turned, "strict", "seqeval").outcome
    )


def test_alternatives_and_people_are_paired_by_themselves() -> None:
    gold = gold_of({"i": [[(0, 3, "PER")], [(0, 9, "PER")]]})
    labels = delivery_of({("i", "a"): [(0, 9, "PER")], ("i", "b"): [(0, 3, "PER")]})
    outcomes = TYPE.compare(gold, labels, replace(task("strict", preset="nervaluate")))
    assert counted(outcomes) == {"correct": 2}
