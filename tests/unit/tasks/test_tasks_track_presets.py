"""Figures of tracks by motmetrics' and TrackEval's own conventions, against these tools, on crowded clips."""

from __future__ import annotations

import pytest
from trackeval.metrics import CLEAR, HOTA

from tests.unit.tasks.box_samples import Row, delivery_of, gold_of
from tests.unit.tasks.track_samples import TRACKS, clips, motmetrics_figures, place, task, trackeval_data
from vendoreval.tasks.conventions import Figures, convention, conventions

FRAMES = 12


def figures(name: str, gold: list[Row], given: list[Row]) -> Figures:
    return convention(name, gold_of({"a": gold}, TRACKS), delivery_of({("a", "p"): given}, TRACKS), task())


@pytest.mark.parametrize("seed", range(25))
def test_motmetrics(seed: int) -> None:
    gold, given = clips(seed)
    names = {"mota": "mota", "motp": "motp", "switches": "num_switches", "fragmentations": "num_fragmentations",
             "idf1": "idf1"}  # fmt: skip
    peer = motmetrics_figures(gold, given, FRAMES, *names.values())
    found = figures("motmetrics", gold, given)
    assert found == pytest.approx({name: peer[theirs] for name, theirs in names.items()}, abs=1e-8)


@pytest.mark.parametrize("seed", range(25))
def test_trackeval(seed: int) -> None:
    gold, given = clips(seed)
    data = trackeval_data(gold, given, FRAMES)
    clear, hota = CLEAR({"PRINT_CONFIG": False}).eval_sequence(data), HOTA().eval_sequence(data)
    found = figures("trackeval", gold, given)
    names = {"mota": "MOTA", "motp": "MOTP", "switches": "IDSW", "fragmentations": "Frag"}
    assert {n: found[n] for n in names} == pytest.approx(
        {n: float(clear[p]) for n, p in names.items()}, abs=1e-8
    )
    for name, theirs in {"hota": "HOTA", "deta": "DetA", "assa": "AssA"}.items():
        assert found[name] == pytest.approx(float(hota[theirs].mean()), abs=1e-8)


def test_where_the_tools_differ() -> None:
    """A gap in a frame with nothing delivered; what MOTP says of perfect tracks; a clip without a box."""
    gold = [place("1", f, 0, 0, 10, 10) for f in range(5)]
    given = [row for row in gold if row["frame"] != 2]
    assert conventions("tracks") == ["motmetrics", "trackeval"]
    told = [figures(name, gold, given) for name in conventions("tracks")]
    assert [one["fragmentations"] for one in told] == [1, 0]
    assert [one["motp"] for one in told] == [0, 1]
    assert [figures(name, [], [])["mota"] for name in conventions("tracks")] == [None, None]
