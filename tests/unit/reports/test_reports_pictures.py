from __future__ import annotations

import base64
import io
import json
import math
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.schemas import learn, validate
from tests.unit.reports.picture_samples import (
    TEXT,
    bird,
    box,
    delivered_of,
    gold_of,
    lines_of,
    outcomes_of,
    story,
    street,
)
from tests.unit.reports.report_samples import facts, music_audit, music_contract
from tests.unit.reports.unit_reports import made_of
from vendoreval.contracts.terms import Task
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.labels.shapes import SCALE
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import LINES_SHOWN
from vendoreval.reports.pictures.backdrops import NoBackdrop, with_backdrop
from vendoreval.reports.pictures.defect_pictures import DefectPictures, defect_pictures
from vendoreval.reports.pictures.item_picture import ItemPicture
from vendoreval.reports.pictures.line_pictures import MOST_SHOWN
from vendoreval.reports.pictures.marks import LOOKS, Mark
from vendoreval.reports.pictures.outlines import Outline, Spot, outline, traced
from vendoreval.reports.pictures.text_picture import AROUND, SpanMark, TextPicture, excerpts
from vendoreval.reports.pictures.views import Frame, zoomed
from vendoreval.reports.render import to_html, to_json
from vendoreval.tasks.known import task_type

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert("1")</script>\u202e&'


def drawn(picture: ItemPicture) -> ET.Element:
    return ET.fromstring(str(picture.svg()))


def texts(root: ET.Element) -> list[str]:
    return [node.text or "" for node in root.iter(f"{SVG}text")]


def square(x: float, y: float, side: float) -> Outline:
    return Outline((((x, y), (x + side, y), (x + side, y + side), (x, y + side)),))


def jpeg(width: int, height: int, colour: str = "green", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", **more)
    return out.getvalue()


def pictures(made: tuple[Any, Any, Any], **more: Any) -> DefectPictures:
    gold, delivered, units = made
    return defect_pictures(lines_of(units), units, gold, delivered, **more)


# -- outlines --------------------------------------------------------------------------------------------


@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_a_traced_mask_has_the_area_of_its_pixels(height: int, width: int, data: st.DataObject) -> None:
    """Shapely's area by the even-odd rule: rings around holes run the other way and take their area away."""
    flat = data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
    mask = np.asarray(flat).reshape(height, width)
    rings = traced(runs_from_pixels(mask).tolist(), width, height)
    signed = sum(
        shapely.Polygon(ring).area * (1 if shapely.LinearRing(ring).is_ccw else -1)
        if shapely.Polygon(ring).is_valid
        else _shoelace(ring)
        for ring in rings
    )
    assert abs(signed) == mask.sum()
    assert all(len(ring) >= 4 for ring in rings)


def _shoelace(ring: Sequence[tuple[float, float]]) -> float:
    """For rings that touch themselves at a corner."""
    following = [*ring[1:], ring[0]]
    return sum(a * d - c * b for (a, b), (c, d) in zip(ring, following, strict=True)) / 2


def test_a_long_outline_is_drawn_coarser_and_at_the_same_place() -> None:
    noise = np.random.default_rng(3).random((400, 300)) < 0.5
    rings = traced(runs_from_pixels(noise).tolist(), 300, 400)
    assert sum(map(len, rings)) <= 4000
    xs = [x for ring in rings for x, _ in ring]
    assert min(xs) == 0
    assert max(xs) == pytest.approx(300, abs=16)


def test_a_turned_box_is_turned_clockwise_about_its_centre() -> None:
    table = delivered_of("boxes", {("a", "w"): [box("car", 0, 0, 40, 20, angle=90 * SCALE)]})
    found = shapely.Polygon(outline(table, [0]).rings[0])
    assert found.normalize().equals_exact(shapely.box(10, -10, 30, 30).normalize(), 1e-9)
    slight = delivered_of("boxes", {("a", "w"): [box("car", 0, 0, 40, 20, angle=30 * SCALE)]})
    right_end = outline(slight, [0]).rings[0][1]  # the upper right corner comes down, for y points down
    assert right_end[1] == pytest.approx(10 + 20 * math.sin(math.radians(30)) - 10 * math.cos(math.radians(30)))


def test_polygons_keep_their_holes_and_parts() -> None:
    rings = [
        [[0, 0, 9000, 0, 9000, 9000], [2000, 1000, 4000, 1000, 4000, 3000]],
        [[20000, 0, 30000, 0, 30000, 5000]],
    ]
    table = delivered_of("polygons", {("a", "w"): [{"label": "car", "rings": rings}]})
    found = outline(table, [0])
    assert len(found.rings) == 3
    assert list(found.rings[1][0]) == [2, 1]
    assert found.bounds() == (0, 0, 30, 9)


# -- what a picture shows --------------------------------------------------------------------------------


def test_every_state_is_told_apart_without_colour() -> None:
    looks = list(LOOKS.values())
    letters = [look.letter for look in looks if look.letter]
    assert len(set(letters)) == len(letters)
    marks = [Mark(side, state, square(10, 10, 20), 1) for state in LOOKS for side in ("gold", "delivered")]
    root = drawn(ItemPicture("t", "s", tuple(marks), (100, 80)))
    assert {look.word for look in looks} <= set(texts(root))
    assert {"gold", "delivered"} <= set(texts(root))


def test_shapes_are_drawn_to_scale_on_the_item() -> None:
    root = drawn(ItemPicture("t", "s", (Mark("gold", "correct", square(100, 50, 200)),), (400, 300)))
    window = root.find(f"{SVG}svg")
    assert window is not None
    width, height = float(window.attrib["width"]), float(window.attrib["height"])
    assert width / height == pytest.approx(400 / 300, rel=1e-3)
    path = window.findall(f"{SVG}path")[-1].attrib["d"]
    first = [float(part) for part in path.removeprefix("M").split(" ")[0].split(",")]
    assert first == pytest.approx([100 / 400 * width, 50 / 300 * height], abs=0.06)


def test_a_small_defect_is_zoomed_to_and_located() -> None:
    picture = ItemPicture("t", "s", (Mark("gold", "missing", square(1000, 700, 20), 4),), (1920, 1080))
    part = picture.part
    assert part.width < 400
    assert part.left < 1000 < 1020 < part.right
    assert Frame(0, 0, 1920, 1080).within(part) == part  # it does not reach beyond the item
    assert "the part shown, of 1,920 × 1,080" in texts(drawn(picture))
    assert "M 4" in texts(drawn(picture))
    whole = ItemPicture("t", "s", (Mark("gold", "missing", square(100, 100, 900), 4),), (1200, 1080))
    assert whole.part == whole.canvas
    assert "the whole item, 1,200 × 1,080 pixels" in texts(drawn(whole))


def test_what_reaches_beyond_the_item_is_shown() -> None:
    picture = ItemPicture("t", "s", (Mark("delivered", "extra", square(-30, 90, 60), 1),), (100, 100))
    assert picture.canvas.left < -30
    assert picture.canvas.bottom > 150


@given(
    st.tuples(st.floats(0, 900), st.floats(0, 900), st.floats(0, 100), st.floats(0, 100)),
    st.tuples(st.floats(1, 5000), st.floats(1, 5000)),
)
def test_the_part_shown_lies_on_the_canvas_and_holds_the_focus(
    focus: tuple[float, float, float, float], size: tuple[float, float]
) -> None:
    canvas = Frame(0, 0, *size)
    x, y, width, height = focus
    wanted = Frame(x, y, x + width, y + height).within(canvas)
    part = zoomed(wanted, canvas)
    slack = 1e-6 * max(size)
    assert part.left <= wanted.left + slack
    assert part.right >= wanted.right - slack
    assert part.top <= wanted.top + slack
    assert part.bottom >= wanted.bottom - slack
    assert canvas.left - slack <= part.left
    assert part.right <= canvas.right + slack


def test_points_have_names_and_lines_to_where_they_were_put() -> None:
    gold = Outline(spots=(Spot("nose", 10, 10), Spot("tail", 90, 40)))
    given_spots = Outline(spots=(Spot("nose", 14, 10), Spot("tail", 60, 40)))
    root = drawn(
        ItemPicture(
            "t", "s", (Mark("gold", "imprecise", gold, 1), Mark("delivered", "imprecise", given_spots, 1))
        )
    )
    assert {"nose", "tail"} <= set(texts(root))
    window = root.find(f"{SVG}svg")
    assert window is not None
    assert len(window.findall(f"{SVG}line")) == 2 + 2 * 4  # two links, two crosses of two lines twice
    assert len(window.findall(f"{SVG}circle")) == 2


# -- from an audit ---------------------------------------------------------------------------------------


def test_a_picture_shows_all_of_a_sheet_and_tags_the_lines() -> None:
    found = pictures(street())
    (row,) = found.rows  # nothing is wrong on the second item
    picture = row["picture"]
    assert picture.size == (640, 480)
    assert {(mark.side, mark.state, mark.number) for mark in picture.marks} == {
        ("gold", "correct", None), ("delivered", "correct", None), ("gold", "missing", 1),
        ("gold", "wrong_label", 2), ("delivered", "wrong_label", 2), ("delivered", "extra", 3),
        ("delivered", "unscorable", None), ("gold", "ignored", None),
    }  # fmt: skip
    assert len(picture.marks) == 8
    assert {"M 1", "L 2", "X 3", "U"} <= set(texts(drawn(picture)))
    assert row["told"] == [
        "1: missing, gold dog.", "2: wrong label, gold cat and delivered dog.", "3: extra, delivered car."
    ]  # fmt: skip
    assert found.note == "Pictures show 1\u00a0answered item of 1 with a defect, the gravest first."


def test_rows_in_another_order_give_the_same_picture() -> None:
    gold, delivered, units = street()
    first = drawn(pictures((gold, delivered, units)).rows[0]["picture"])
    lines = lines_of(units)
    turned = units.take(np.arange(len(units))[::-1])
    other = drawn(defect_pictures(lines, turned, gold, delivered).rows[0]["picture"])
    shapes = [sorted(path.attrib["d"] for path in root.iter(f"{SVG}path")) for root in (first, other)]
    assert shapes[0] == shapes[1]


def test_at_most_so_many_pictures_and_the_note_says_so() -> None:
    items = {f"i{k:02}": [box("car", 10, 10, 50, 50)] for k in range(20)}
    gold = gold_of("boxes", items, width=100, height=100)
    delivered = delivered_of(
        "boxes", {(item, "w"): [] for item in items} | {("i00", "w"): [box("car", 60, 60, 90, 90)]}
    )
    rows = [(item, "w", "missing", k, -1) for k, item in enumerate(items)]
    units = outcomes_of([*rows, ("i00", "w", "extra", -1, 0)], gold, delivered)
    found = defect_pictures(lines_of(units), units, gold, delivered, most=5)
    assert len(found.rows) == 5
    assert found.note.startswith("Pictures show 5\u00a0answered items of 20 with a defect")
    assert "data file holds all 21\u00a0lines" in found.note


def test_what_nobody_answered_is_drawn_as_missing() -> None:
    gold = gold_of("boxes", {"a": [box("car", 10, 10, 50, 50)]}, width=100, height=100)
    delivered = delivered_of("boxes", {("b", "w"): [box("car", 1, 1, 2, 2)]})
    units = outcomes_of([("a", None, "missing", 0, -1)], gold, delivered)
    (row,) = defect_pictures(lines_of(units), units, gold, delivered).rows
    assert row["picture"].title == "Item a"
    assert [mark.state for mark in row["picture"].marks] == ["missing"]


def test_without_rows_or_shapes_there_are_no_pictures() -> None:
    gold, delivered, units = street()
    assert defect_pictures(lines_of(units), units, gold, None) == DefectPictures()
    assert defect_pictures((), units, gold, delivered) == DefectPictures()


def test_hostile_names_do_nothing() -> None:
    gold = gold_of("boxes", {HOSTILE: [box(HOSTILE, 10, 10, 50, 50)]}, width=100, height=100)
    delivered = delivered_of("boxes", {(HOSTILE, HOSTILE): [box(HOSTILE, 60, 60, 90, 90)]})
    units = outcomes_of([(HOSTILE, HOSTILE, "extra", -1, 0)], gold, delivered)
    (row,) = defect_pictures(lines_of(units), units, gold, delivered).rows
    root = drawn(row["picture"])
    assert not list(root.iter(f"{SVG}script"))
    assert "\u202e" not in str(row["picture"].svg())


def test_the_points_of_an_object_that_is_missing_have_no_tags_of_their_own() -> None:
    gold, delivered, _ = bird()
    task = Task("keypoints", ("bird",), matching={"oks": "0.9"})
    units = task_type("keypoints").compare(gold, delivered, task)
    levels = [row["level"] for row in units.rows()]
    assert levels.count("point") == 10  # five that are missing, five that are extra
    (row,) = defect_pictures(lines_of(units), units, gold, delivered).rows
    assert [(mark.side, mark.state) for mark in row["picture"].marks] == [
        ("gold", "missing"), ("delivered", "extra"),
    ]  # fmt: skip


# -- the buyer's images ----------------------------------------------------------------------------------


def shapes_on(width: int, height: int) -> ItemPicture:
    return ItemPicture("t", "s", (Mark("gold", "missing", square(200, 150, 40), 1),), (width, height))


def test_an_image_is_cut_to_what_is_shown_and_named_by_its_hash() -> None:
    data = jpeg(640, 480)
    picture = with_backdrop(shapes_on(640, 480), "a.jpg", data)
    assert picture.under is not None
    assert picture.under.sha256 == sha256_hex(data)
    part = picture.part
    assert picture.under.part == pytest.approx(part.edges, abs=1)
    raw = base64.b64decode(picture.under.href.partition(",")[2])
    with Image.open(io.BytesIO(raw)) as image:
        assert image.width <= 992
        assert image.mode == "RGB"
    (node,) = drawn(picture).iter(f"{SVG}image")
    assert node.attrib["image-rendering"] == "optimizeQuality"  # else PDF/A-3 is broken (6.2.8)
    assert with_backdrop(shapes_on(640, 480), "a.jpg", data) == picture


def test_an_image_of_twice_the_size_lies_under_the_same_shapes() -> None:
    picture = with_backdrop(shapes_on(640, 480), "a.jpg", jpeg(1280, 960))
    assert picture.under is not None
    assert picture.under.part == pytest.approx(picture.part.edges, abs=1)


def test_an_image_gives_an_item_its_size() -> None:
    picture = with_backdrop(
        ItemPicture("t", "s", (Mark("gold", "missing", square(20, 15, 40), 1),)), "a", jpeg(320, 240)
    )
    assert picture.size == (320, 240)


def test_images_lie_as_their_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    assert with_backdrop(shapes_on(480, 640), "a", jpeg(640, 480, exif=exif)).under is not None
    assert with_backdrop(shapes_on(640, 480), "a", jpeg(640, 480, exif=exif)).under is not None  # as it lies


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (jpeg(300, 300), "300 × 300, and the item 640 × 480"),
        (b"no picture", "cannot be read"),
        (jpeg(640, 480)[:300], "cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read"),
    ],
)
def test_other_images_are_left_out_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(NoBackdrop, match=why):
        with_backdrop(shapes_on(640, 480), "a.jpg", data)


def test_an_absurdly_large_image_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vendoreval.reports.pictures.backdrops.MOST_PIXELS", 1000)
    with pytest.raises(NoBackdrop, match="million pixels"):
        with_backdrop(shapes_on(640, 480), "a.jpg", jpeg(640, 480))


def test_missing_images_leave_a_plain_canvas_and_a_note() -> None:
    found = pictures(street(), images=lambda item: None)
    assert found.rows[0]["picture"].under is None
    assert found.note.endswith("Drawn without the picture itself: a.jpg: no picture of this name.")
    over = pictures(street(), images=lambda item: (item, jpeg(640, 480)))
    assert over.images == (("a.jpg", sha256_hex(jpeg(640, 480))),)
    assert over.addresses == {over.rows[0]["picture"].under.href}


# -- texts -----------------------------------------------------------------------------------------------


def test_nested_spans_stand_in_their_text() -> None:
    found = pictures(story())
    (row,) = found.rows
    picture = row["picture"]
    assert isinstance(picture, TextPicture)
    page = ET.fromstring(f"<x>{picture.svg()}</x>".replace("<br>", "\n"))
    said = "".join(node for node in page.itertext())
    for words in ("Angela Merkel", "Monday"):
        assert words in said
    tags = ["".join(node.itertext()) for node in page.iter("span") if "tag" in node.attrib["class"]]
    assert sorted(tags) == ["LOC", "M 2 ORG", "P 1 PER", "P 1 PER", "PER", "X 3 LOC"]
    lanes = {
        cls for node in page.iter("span") for cls in node.attrib["class"].split() if cls.startswith("lane")
    }
    assert lanes == {"lane0", "lane1", "lane2"}


def test_the_text_is_the_items_text() -> None:
    (row,) = pictures(story()).rows
    page = ET.fromstring(f"<x>{row['picture'].svg()}</x>".replace("<br>", "\n"))
    for node in list(page.iter()):
        for child in list(node):
            if child.tag == "span" and "tag" in child.attrib["class"]:
                child.text = ""
    reading = next(node for node in page.iter("p") if "reading" in node.attrib["class"])
    assert "".join(reading.itertext()) == TEXT


def test_long_texts_are_cut_to_where_something_is_wrong() -> None:
    marks = [
        SpanMark("gold", "missing", 500, 510, "x", 1),
        SpanMark("delivered", "extra", 520, 530, "x", 2),
        SpanMark("gold", "missing", 2000, 2010, "x", 3),
        SpanMark("gold", "correct", 900, 910, "x"),
    ]
    assert excerpts(3000, marks) == [(500 - AROUND, 530 + AROUND), (2000 - AROUND, 2010 + AROUND)]
    assert excerpts(80, marks[3:]) == [(0, 80)]


def test_a_span_in_pieces_marks_each_of_them() -> None:
    gold = gold_of(
        "spans", {"t": [{"start": 0, "end": 9, "pieces": "0 3;6 9", "label": "x"}]}, text="aaabbbccc"
    )
    delivered = delivered_of("spans", {("t", "w"): []})
    units = outcomes_of([("t", "w", "missing", 0, -1)], gold, delivered)
    (row,) = defect_pictures(lines_of(units), units, gold, delivered).rows
    assert [(mark.start, mark.end, mark.tag) for mark in row["picture"].marks] == [
        (0, 3, "M 1 x"),
        (6, 9, "M …"),
    ]


def test_a_span_outside_its_text_breaks_nothing() -> None:
    marks = (SpanMark("delivered", "extra", 50, 60, "x", 1), SpanMark("delivered", "extra", 3, 2, "x", 2))
    page = ET.fromstring(f"<x>{TextPicture('t', 's', 'a text', marks).svg()}</x>")
    reading = next(node for node in page.iter("p"))
    assert "a text" in "".join(reading.itertext())


def test_hostile_text_is_shown_and_does_nothing() -> None:
    text = f"a {HOSTILE} b"
    picture = TextPicture("t", "s", text, (SpanMark("gold", "missing", 2, len(text) - 2, HOSTILE, 1),))
    said = str(picture.svg())
    assert "<script" not in said
    assert "\u202e" not in said
    assert "\\u202e" in said


# -- in reports ------------------------------------------------------------------------------------------


def test_a_claim_shows_its_gravest_lines_in_pictures_and_names_the_images() -> None:
    report = made_of("boxes", "claim", images=True)
    shown = report.view["lines"]["shown"]
    rows = [*shown["rows"], *report.view["lines"]["rows"]]
    assert len(shown["rows"]) == MOST_SHOWN
    assert len({row["number"] for row in rows}) == len(rows) == LINES_SHOWN
    assert shown["note"].startswith(f"The {MOST_SHOWN} gravest lines are shown with their items.")
    for row in shown["rows"]:  # each picture marks its own line and no other
        assert {mark.number for mark in row["picture"].marks} - {None} == {int(row["number"])}
    under = [row["picture"].under for row in shown["rows"] if row["picture"].under]
    named = [row["what"] for row in report.view["integrity"]["hashes"] if row["what"].startswith("Image ")]
    assert len(named) == len({one.name for one in under}) > 5
    page = to_html(report)
    assert page.count("<image ") == len(under)
    assert set(re.findall(r'href="([^"]*)"', page)) == report.pictures
    assert "base64" not in to_json(report)


def test_a_certificate_counts_in_three_ways_and_carries_every_defect() -> None:
    report = made_of("boxes", "audit")
    counted = {row["unit"]: (row["n"], row["errors"]) for row in report.view["unit_rules"]}
    assert counted == {"item": ("60", "56"), "object": ("1,500", "368"), "error": ("1,500", "368")}
    assert [row["decides"] for row in report.view["unit_rules"]] == ["", "Decides cells and kind-floor.", ""]
    by_class = {row["name"]: row for row in report.view["classes"]["rows"]}
    missing = sum(int(row["missing"]) for row in by_class.values())
    extra = sum(int(row["extra"].replace(",", "")) for row in by_class.values())
    told = dict(report.view["counts"])
    assert (str(missing), str(extra)) == (told["missing objects"], told["extra objects"])
    assert sum(report.view["quality"].counts[5:]) == sum(report.view["quality"].counts) == 1132 + 91
    defects = next(file for file in report.files if file.name == "defects.csv")
    assert defects.data.count(b"\n") == 1 + 368
    assert len(report.view["defects"]["rows"]) == 24


def test_words_name_what_is_counted() -> None:
    said = text_of_page(to_html(made_of("boxes", "audit")))
    assert "objects of each person’s answer" in said
    assert "1,358" in dict(made_of("boxes", "audit").view["counts"])["objects in the delivery"]
    assert "labels in the delivery" not in said
    spans = text_of_page(to_html(made_of("spans", "claim")))
    assert "mode = strict" in spans
    assert "missing" in spans
    assert "Gold stands above the text" in spans
    told = [row["picture"] for row in made_of("spans", "claim").view["lines"]["shown"]["rows"]]
    assert all(one.text == TEXT for one in told)


def test_labels_have_no_pictures() -> None:
    report = audit_view(music_contract(), music_audit(), facts())
    assert (report.view["defects"], report.view["quality"], report.pictures) == (None, None, frozenset())
    assert report.view["unit_rules"] == []


def text_of_page(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))


@pytest.mark.parametrize(
    ("units", "kind", "images"),
    [("boxes", "audit", False), ("boxes", "claim", True), ("boxes", "scorecard", False),
     ("spans", "audit", False), ("spans", "claim", False)],
)  # fmt: skip
def test_the_json_of_reports_keeps_to_its_schema_golden(units: str, kind: str, images: bool) -> None:
    record = json.loads(to_json(made_of(units, kind, images=images)))
    if os.environ.get("UPDATE_GOLDEN"):
        learn(record)
    validate(record)
