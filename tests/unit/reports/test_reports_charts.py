from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.reports.charts.confusion import ConfusionMap
from vendoreval.reports.charts.curves import agreement_trend, control_chart, oc_curve, sequential_path
from vendoreval.reports.charts.dots import DotRow, Dots
from vendoreval.reports.charts.forest import Forest, ForestRow
from vendoreval.reports.charts.histogram import Histogram
from vendoreval.reports.charts.sections import SectionBar, Sections
from vendoreval.reports.charts.timeline import Timeline, TimelinePoint
from vendoreval.reports.charts.tradeoffs import Pareto, ParetoPoint, Tornado, TornadoBar
from vendoreval.reports.svg import Chart, scale, tick_text

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert("1")</script>\u202e&'
VERDICTS = ("breached", "kept", "inconclusive", "not_run")

CHARTS: dict[str, Chart] = {
    "forest": Forest("F", tuple(ForestRow(f"{HOSTILE}{v}", 0.5, 0.4, 0.6, 0.97, "t", v) for v in VERDICTS)),
    "confusion": ConfusionMap("C", (HOSTILE, "b"), ((3, 1), (0, 0))),
    "confusion with absent sides": ConfusionMap("C", ("a", "(extra)"), ((3, 1), (2, 0)), ("a", "(missing)")),
    "histogram": Histogram("H", HOSTILE, (0, 0, 1, 5, 12, 0, 3, 9, 80, 7), ((0.5, "limit"), (0.75, HOSTILE))),
    "dots": Dots("D", (DotRow(HOSTILE, 0.2, 0.1, 0.3, "t"), DotRow("b", 1.0, 1.0, 1.0, "t")), 0.5, "all: 50 %"),
    "timeline": Timeline(
        "T", tuple(TimelinePoint(HOSTILE, "1 Jan", 0.5, 0.4, 0.6, 0.9, v, "t") for v in VERDICTS)
    ),
    "sections": Sections("S", (SectionBar(HOSTILE, 0.8, 0.0, "0 of 80 %"),)),
    "oc": oc_curve([0.9, 0.95, 1.0], [0.1, 0.6, 1.0], 0.97),
    "control": control_chart([0.02, 0.09, 0.03], 0.03, [0.0, 0.0, 0.0], [0.06, 0.06, 0.06]),
    "sequential": sequential_path([0, 50, 100, 150], [0, 4, 9], [None, 6, 9, 12], [None, 1, 4, 7]),
    "trend": agreement_trend("Krippendorff’s alpha", [0.6, 0.7, 0.65], 0.67),
    "pareto": Pareto("P", "USD", (ParetoPoint(HOSTILE, 0.1, 0.9), ParetoPoint("b", 0.2, 0.8))),
    "tornado": Tornado("N", 100.0, (TornadoBar(HOSTILE, 80.0, 130.0, "80 to 130"),)),
}


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_well_formed_harmless_and_says_what_it_shows(name: str) -> None:
    drawn = str(CHARTS[name].svg())
    root = ET.fromstring(drawn)
    assert root.attrib["role"] == "img"
    title, said = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert said is not None
    assert len(title.text or "") > len(said.text or "") > 0
    assert not root.findall(f".//{SVG}script")
    assert "\u202e" not in drawn
    assert "nan" not in drawn
    assert {element.tag for element in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "line", "rect", "polygon", "polyline", "circle", "text")
    }


@pytest.mark.parametrize("name", CHARTS)
def test_the_same_data_gives_the_same_bytes_inside_the_frame(name: str) -> None:
    first, second = CHARTS[name].svg(), CHARTS[name].svg()
    assert first == second
    root = ET.fromstring(str(first))
    width = float(root.attrib["width"])
    for element in root.iter(f"{SVG}circle"):
        assert 0 <= float(element.attrib["cx"]) <= width
    for element in root.iter(f"{SVG}rect"):
        assert float(element.attrib["width"]) >= 0


def test_verdicts_differ_in_shape_and_not_only_in_colour() -> None:
    shapes = set()
    for verdict in VERDICTS:
        root = ET.fromstring(str(Forest("F", (ForestRow("x", 0.5, 0.4, 0.6, 0.9, "t", verdict),)).svg()))
        marks = [element for element in root if element.tag.removeprefix(SVG) in ("rect", "circle", "polygon")]
        first = marks[0]
        shapes.add((first.tag, first.attrib.get("stroke", "") != "none"))
    assert len(shapes) == len(VERDICTS)


def test_a_control_chart_names_the_points_outside() -> None:
    assert "outside the limits: 2." in str(CHARTS["control"].svg())


def test_only_unbeaten_offers_are_joined() -> None:
    offers = Pareto(
        "P", "USD", tuple(ParetoPoint(*o) for o in (("a", 1.0, 0.9), ("b", 2.0, 0.8), ("c", 3.0, 0.95)))
    )
    assert [offer.name for offer in offers.unbeaten()] == ["a", "c"]


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False), min_size=1, max_size=20))
def test_axes_hold_their_data_and_have_even_ticks(values: list[float]) -> None:
    axis = scale(values, 0.0, 100.0)
    assert axis.low <= min(values)
    assert axis.high >= max(values)
    assert 2 <= len(axis.ticks) <= 9
    steps = [b - a for a, b in pairwise(axis.ticks)]
    assert max(steps) - min(steps) <= 1e-6 * max(1.0, *map(abs, axis.ticks))
    assert -1e-6 <= axis(min(values)) <= axis(max(values)) <= 100 + 1e-6


@given(st.lists(st.floats(min_value=0, max_value=1, allow_nan=False), min_size=1, max_size=20))
def test_axes_of_shares_stay_between_0_and_1(values: list[float]) -> None:
    axis = scale(values, 0.0, 100.0, least=0.0, most=1.0)
    assert axis.low >= 0
    assert axis.high <= 1
    assert all(0 <= tick <= 1 for tick in axis.ticks)
    assert len(set(tick_text(axis.ticks, share=True))) == len(axis.ticks)
