"""Pictures of an arbiter's cases: both answers alike but for letter and ink, and nothing of the file."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from PIL import Image

from vendoreval.reports.pictures.backdrops import NoBackdrop
from vendoreval.reports.pictures.case_picture import case_picture
from vendoreval.reports.pictures.outlines import Outline, Spot

BLUE, ORANGE = (0, 87, 184), (213, 94, 0)


def plain(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#FFFFFF").save(out, "PNG")
    return out.getvalue()


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    return Outline((((left, top), (right, top), (right, bottom), (left, bottom)),))


def inks(data: bytes) -> Counter[str]:
    """How many dots are nearly of the ink of A, and of B."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    found = Counter[str]()
    for at in range(image.width * image.height):
        dot = image.getpixel((at % image.width, at // image.width))
        assert isinstance(dot, tuple)
        for name, ink in (("A", BLUE), ("B", ORANGE)):
            found[name] += all(abs(one - other) < 60 for one, other in zip(dot, ink, strict=True))
    return found


def test_the_part_around_both_answers_is_shown_as_large_as_fits() -> None:
    data = case_picture(plain(2000, 1000), (2000, 1000), (box(100, 100, 200, 200), box(150, 120, 260, 210)))
    image = Image.open(io.BytesIO(data))
    assert image.width <= 840
    assert image.height <= 640
    assert max(image.width / 840, image.height / 640) > 0.99
    found = inks(data)
    assert min(found["A"], found["B"]) > 500


def test_an_image_at_another_scale_shows_the_same_part() -> None:
    answers = (box(100, 100, 200, 200), Outline())
    full, half = (case_picture(plain(n, n), (1000, 1000), answers) for n in (1000, 500))
    assert inks(half)["A"] > 500
    assert inks(half)["B"] == inks(full)["B"] == 0


def test_answers_without_a_place_show_the_whole_and_points_their_dots() -> None:
    whole = Image.open(io.BytesIO(case_picture(plain(300, 200), None, (Outline(), Outline()))))
    assert whole.width / whole.height == pytest.approx(1.5, rel=0.01)
    dots = case_picture(plain(300, 200), None, (Outline(spots=(Spot("eye", 50, 60),)), Outline()))
    assert inks(dots)["A"] > 20


def test_a_place_outside_the_image_shows_the_whole() -> None:
    assert case_picture(plain(100, 100), None, (box(5000, 5000, 5100, 5100), Outline()))


def test_what_is_no_picture_says_so() -> None:
    with pytest.raises(NoBackdrop):
        case_picture(b"no picture", None, (Outline(), Outline()))
