"""Tracks: boxes as in images, whole tracks against motmetrics and TrackEval, and what must never matter."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trackeval.metrics import HOTA, Identity

from tests.unit.tasks.box_samples import Row, delivery_of, gold_of, shuffled
from tests.unit.tasks.track_samples import (
    EDGES,
    TRACKS,
    clips,
    compared,
    motmetrics_figures,
    overlaps,
    place,
    task,
    trackeval_data,
)
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.terms import Task
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.boxes import TYPE as BOXES
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.tracks import TYPE

FRAMES = 12


def figure(metric: str, found: Outcomes) -> float:
    made = measure(metric, found, None, (), Counting("object", cap=Fraction(1)))
    if made.cap is not None:
        return float(made.lost)
    share = int(made.ys[0].sum()) / made.scale / int(made.xs[0].sum())
    return share**0.5 if made.root else share


def listed(found: Outcomes, level: str) -> list[tuple[Any, ...]]:
    rows = found.take(found.at(level)).rows()
    return [(row["expected"], row["delivered"], row["outcome"], round(row["score"], 6)) for row in rows]


@pytest.mark.parametrize("seed", range(40))
def test_idf1_is_that_of_both_tools(seed: int) -> None:
    gold, delivered = clips(seed)
    ours = figure("idf1", compared(gold, delivered))
    peer = Identity({"PRINT_CONFIG": False}).eval_sequence(trackeval_data(gold, delivered, FRAMES))
    assert ours == pytest.approx(float(peer["IDF1"]), abs=1e-12)
    assert ours == pytest.approx(motmetrics_figures(gold, delivered, FRAMES, "idf1")["idf1"], abs=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_boxes_far_apart_have_the_tools_switches_association_and_hota(seed: int) -> None:
    """Where a box has but one possible partner, no tool's way of matching matters."""
    gold, delivered = clips(seed, field=4000)
    assert all(  # the premise
        (overlaps(*(np.asarray([[row[n] / 1000 for n in EDGES] for row in side if row["frame"] == frame])
                    .reshape(-1, 4) for side in (gold, gold))) > 0).sum()
        == len([row for row in gold if row["frame"] == frame])
        for frame in range(FRAMES)
    )  # fmt: skip
    found = compared(gold, delivered)
    peer = HOTA().eval_sequence(trackeval_data(gold, delivered, FRAMES))
    half = 9  # of the thresholds .05, .10 …: .5
    names = ("num_switches", "mota", "num_objects")
    other = motmetrics_figures(gold, delivered, FRAMES, *names)
    assert figure("assa", found) == pytest.approx(float(peer["AssA"][half]), abs=1e-8)
    assert figure("hota", found) == pytest.approx(float(peer["HOTA"][half]), abs=1e-8)
    assert figure("id_switches", found) * other["num_objects"] == pytest.approx(other["num_switches"])
    assert 1 - figure("mota_loss", found) == pytest.approx(other["mota"])


@pytest.mark.parametrize("seed", range(20))
def test_the_mapping_of_tracks_is_the_best_of_all(seed: int) -> None:
    gold, delivered = clips(seed, objects=3)
    names = [sorted({row["track_id"] for row in rows}) for rows in (gold, delivered)]
    common = {
        (a, b): sum(
            overlaps(*(np.asarray([[row[n] for n in EDGES]], float) for row in (mine, theirs)))[0, 0] >= 0.5
            for mine in gold for theirs in delivered
            if (mine["track_id"], theirs["track_id"], mine["frame"]) == (a, b, theirs["frame"])
        )
        for a in names[0] for b in names[1]
    }  # fmt: skip
    padded = [*names[1], *[None] * len(names[0])]
    best = max(
        sum(common.get((a, b), 0) for a, b in zip(names[0], order, strict=True))
        for order in set(permutations(padded, len(names[0])))
    )
    made = measure("idf1", compared(gold, delivered), None, (), Counting("object"))
    assert int(made.ys[0].sum()) == 2 * best


def test_boxes_are_judged_as_those_of_as_many_images() -> None:
    gold, delivered = clips(5)
    images = {f"{frame:02d}": [row for row in gold if row["frame"] == frame] for frame in range(FRAMES)}
    theirs = {
        (f"{frame:02d}", "p"): [row for row in delivered if row["frame"] == frame] for frame in range(FRAMES)
    }
    as_box = [
        {key: [{n: row[n] for n in ("label", *EDGES)} for row in rows] for key, rows in side.items()}
        for side in (images, theirs)
    ]
    found = BOXES.compare(gold_of(as_box[0]), delivery_of(as_box[1]), Task("boxes", ("car",)))  # type: ignore[arg-type]
    ours = compared(gold, delivered)
    assert sorted(listed(found, "object"), key=str) == sorted(listed(ours, "object"), key=str)


CLIP = st.integers(0, 10_000).map(clips)


@settings(max_examples=40, deadline=None)
@given(CLIP, st.integers(0, 1000))
def test_what_must_never_matter(pair: tuple[list[Row], list[Row]], seed: int) -> None:
    gold, delivered = pair
    labels = delivery_of({("a", "p"): delivered, ("a", "q"): gold, ("b", "p"): []}, TRACKS)
    reference = gold_of({"a": gold, "b": gold}, TRACKS)
    found = TYPE.compare(reference, labels, task())
    for other in (shuffled(labels, seed), renamed(labels)):
        again = TYPE.compare(reference, other, task())
        assert [listed(found, level) for level in ("object", "track", "link")] == [
            listed(again, level) for level in ("object", "track", "link")
        ]
    backwards = [compared(*sides) for sides in ((gold, delivered), (delivered, gold))]
    assert figure("idf1", backwards[0]) == figure("idf1", backwards[1])
    assert figure("assa", backwards[0]) == pytest.approx(figure("assa", backwards[1]))


def renamed(labels: LabelTable) -> LabelTable:
    """Other names of tracks, in another order."""
    track = labels.text("track_id")
    values = tuple(f"x{len(track.values) - k:04d}" for k in range(len(track.values)))
    return LabelTable(**{**vars(labels), "answers": {
        **labels.answers, "track_id": type(track)(track.codes, values)}})  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(CLIP)
def test_a_clip_against_itself_is_perfect(pair: tuple[list[Row], list[Row]]) -> None:
    gold = pair[0]
    found = compared(gold, [{**row, "track_id": f"other {row['track_id']}"} for row in gold])
    assert found.counts()["correct"] == len(found)
    assert {figure(name, found) for name in ("idf1", "assa", "hota")} == {1.0}
    assert {figure(name, found) for name in ("id_switches", "mota_loss")} == {0.0}


def test_twins_in_one_place_are_followed_by_who_they_are() -> None:
    """Two tracks that share their boxes for a while: no switch is invented, whatever the names."""
    gold = [place(t, f, x, 0, x + 10, 10) for t, way in (("1", 1), ("2", -1)) for f in range(9)
            for x in ([way * max(0, abs(f - 4) - 1) * 4 + 50])]  # fmt: skip
    given_rows = [{**row, "track_id": {"1": "z", "2": "a"}[row["track_id"]]} for row in gold]
    found = compared(gold, given_rows)
    assert found.counts()["correct"] == len(found)


def test_ignored_regions_and_their_boxes_count_nowhere() -> None:
    gold = [place("1", f, 0, 0, 10, 10) for f in range(3)]
    gold += [place("crowd", f, 50, 0, 90, 40, ignored=True) for f in range(3)]
    given_rows = [*(place("a", f, 0, 0, 10, 10) for f in range(3)), place("b", 1, 60, 5, 70, 15)]
    found = compared(gold, given_rows)
    assert found.counts()["unscorable"] == 1
    assert listed(found, "track") == [("car", "car", "correct", 1.0)]
    assert figure("idf1", found) == 1


def test_an_empty_clip_is_right_and_counts_for_no_track() -> None:
    both, invented, lost = compared([], []), compared([], [place("a", 0, 0, 0, 9, 9)]), None
    assert [row["outcome"] for row in both.rows()] == ["empty_agreed"]
    assert measure("idf1", both, None, (), Counting("object")).n == 0
    assert listed(invented, "track") == [(None, "car", "extra", 0.0)]
    lost = TYPE.compare(gold_of({"a": [place("1", 0, 0, 0, 9, 9)]}, TRACKS), delivery_of({}, TRACKS), task())
    assert not lost.answered.any()  # type: ignore[union-attr]
    assert listed(lost, "track") == [("car", None, "missing", 0.0)]


def test_a_track_has_the_class_of_most_of_its_boxes_and_a_limit() -> None:
    gold = [place("1", f, 0, 0, 10, 10) for f in range(10)]
    half = [place("a", f, 0, 0, 10, 10) for f in range(6)]
    assert listed(compared(gold, half), "track") == [("car", "car", "imprecise", 0.75)]
    assert listed(compared(gold, half, followed="0.75"), "track") == [("car", "car", "correct", 0.75)]
    mixed = [place("a", f, 0, 0, 10, 10, label="person" if f < 6 else "car") for f in range(10)]
    found = compared(gold, mixed)
    assert listed(found, "track") == [("car", "person", "wrong_label", 1.0)]
    assert found.take(found.at("object")).counts()["wrong_label"] == 6


def test_a_switch_names_both_tracks() -> None:
    gold = [place("1", f, 0, 0, 10, 10) for f in range(6)]
    given_rows = [place("a" if f < 3 else "b", f, 0, 0, 10, 10) for f in range(6) if f != 3]
    found = compared(gold, given_rows)
    wrong = [row for row in found.rows() if row["level"] == "link" and row["outcome"] != "correct"]
    assert [row["where"] for row in wrong] == [
        "frame 4, track b: gold's track 1, followed by track a until frame 2"
    ]
    tracks = [row["where"] for row in found.rows() if row["level"] == "track"]
    assert tracks == ["track a: 6 of 9 boxes in common with gold's track 1", "track b, 2 boxes"]


@settings(max_examples=30, deadline=None)
@given(CLIP)
def test_the_distance_is_one_minus_idf1_of_a_class(pair: tuple[list[Row], list[Row]]) -> None:
    gold, delivered = pair
    tables = [delivery_of({("a", who): rows}, TRACKS) for who, rows in (("p", gold), ("q", delivered))]
    values = ("a",)
    tables = [LabelTable(**{**vars(t), "item": t.item.recode(values)}) for t in tables]
    found = TYPE.distance(tables[0], tables[1], task())
    assert found is not None
    assert found.tolist() == pytest.approx([1 - figure("idf1", compared(gold, delivered))])
    assert TYPE.distance(tables[1], tables[0], task()) == pytest.approx(found)
