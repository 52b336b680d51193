"""Time of recordings against pyannote.metrics, whatever stands in gold and delivery."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyannote.core import Annotation, Segment
from pyannote.metrics.detection import DetectionErrorRate
from pyannote.metrics.diarization import DiarizationErrorRate
from pyannote.metrics.identification import IdentificationErrorRate

from tests.unit.tasks.time_samples import Plain, delivery_of, der, gold_of, judged, segment, task, times
from vendoreval.tasks.segments import TYPE

WORDS = {"total": "", "missed detection": "missing", "false alarm": "extra", "confusion": "wrong_label"}


@st.composite
def recordings(draw: st.DrawFn, labels: str = "abc") -> list[Plain]:
    """Segments of which no two of one label overlap or touch: pyannote counts such twice."""
    found: list[Plain] = []
    for label in labels:
        ends = sorted(draw(st.sets(st.integers(0, 40), max_size=6)))
        found += [(a / 4, b / 4, label) for a, b in zip(ends[::2], ends[1::2], strict=False)]
    return draw(st.permutations(found))


def annotation(rows: Sequence[Plain]) -> Annotation:
    found = Annotation()
    for number, (start, end, label) in enumerate(rows):
        found[Segment(start, end), number] = label
    return found


def theirs(metric: Any, gold: Sequence[Plain], delivered: Sequence[Plain]) -> dict[str, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = metric.compute_components(annotation(gold), annotation(delivered))
    known = {ours: round(1000 * found[name]) for name, ours in WORDS.items() if name in found and ours}
    return {name: value for name, value in known.items() if value}


def ours(gold: Sequence[Plain], delivered: Sequence[Plain], **matching: str) -> dict[str, int]:
    return {
        name: value for name, value in times(judged(gold, delivered, **matching)).items() if name != "correct"
    }


@given(recordings(), recordings("xbz"), st.sampled_from(["0", "0.25", "0.5"]), st.booleans())
@settings(max_examples=60)
def test_mapped_time_is_that_of_pyannote(
    gold: list[Plain], delivered: list[Plain], collar: str, skipped: bool
) -> None:
    rule = {"labels": "mapped", "collar": collar, "overlaps": "skipped" if skipped else "counted"}
    metric = DiarizationErrorRate(collar=2 * float(collar), skip_overlap=skipped)
    assert ours(gold, delivered, **rule) == theirs(metric, gold, delivered)


@given(recordings(), recordings("abd"), st.sampled_from(["0", "0.25"]))
@settings(max_examples=40)
def test_named_time_is_that_of_pyannote(gold: list[Plain], delivered: list[Plain], collar: str) -> None:
    metric = IdentificationErrorRate(collar=2 * float(collar))
    assert ours(gold, delivered, collar=collar) == theirs(metric, gold, delivered)


@given(recordings("a"), recordings("a"))
@settings(max_examples=30)
def test_one_label_is_pyannote_s_detection(gold: list[Plain], delivered: list[Plain]) -> None:
    found = ours(gold, delivered)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = DetectionErrorRate().compute_components(annotation(gold), annotation(delivered))
    assert found.get("missing", 0) == round(1000 * known["miss"])
    assert found.get("extra", 0) == round(1000 * known["false alarm"])


@given(recordings(), recordings(), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_other_way_round_missed_and_invented_time_change_places(
    gold: list[Plain], delivered: list[Plain], random: Any
) -> None:
    there, back = ours(gold, delivered), ours(delivered, gold)
    assert there.get("missing", 0) == back.get("extra", 0)
    assert there.get("wrong_label", 0) == back.get("wrong_label", 0)
    random.shuffle(gold)
    assert ours(gold, delivered) == there


@given(recordings())
def test_a_recording_against_itself_has_no_wrong_time(gold: list[Plain]) -> None:
    renamed = [(a, b, f"SPEAKER_{label}") for a, b, label in gold]
    assert ours(gold, gold) == ours(gold, renamed, labels="mapped") == {}


def test_the_rate_of_several_recordings_is_pyannote_s() -> None:
    gold = {"a": [(0, 10, "x"), (8, 12, "y")], "b": [(0, 30, "y")], "c": []}
    given_ = {"a": [(0, 9, "S1"), (9, 12, "S2")], "b": [(5, 31, "S1")], "c": [(0, 2, "S1")]}
    metric = DiarizationErrorRate(collar=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for item in gold:
            metric(annotation(gold[item]), annotation(given_[item]))
    found = TYPE.compare(
        gold_of(gold), delivery_of({(i, "p"): rows for i, rows in given_.items()}),
        task(labels="mapped", collar="0.25"),
    )  # fmt: skip
    assert float(der(found).lost) == pytest.approx(abs(metric), abs=1e-12)


def test_two_segments_of_one_label_at_once_are_that_label_once() -> None:
    assert times(judged([(0, 2, "a")], [(0, 2, "a"), (0, 2, "a")])) == {"correct": 2000}


def test_time_that_gold_ignores_counts_on_neither_side() -> None:
    gold = [segment(0, 2, "a"), segment(3, 6, "a", ignored=True)]
    assert times(judged(gold, [(0, 4, "a")])) == {"correct": 2000, "extra": 1000}


def test_a_silent_recording_has_false_alarms_that_count_in_the_rate() -> None:
    found = TYPE.compare(
        gold_of({"a": [(0, 10, "x")], "b": []}),
        delivery_of({("a", "p"): [(0, 10, "x")], ("b", "p"): [(0, 1, "x")]}), task(),
    )  # fmt: skip
    rate = der(found)
    assert float(rate.lost) == 0.1
    assert rate.beyond == 1
    assert rate.ys[0].tolist() == [10_000, 0]


def test_a_recording_that_nobody_answered_is_missed_in_all_its_time() -> None:
    found = TYPE.compare(gold_of({"a": [(0, 10, "x")]}), delivery_of({}), task(labels="mapped"))
    assert times(found) == {"missing": 10_000}
    assert found.unanswered.all()
