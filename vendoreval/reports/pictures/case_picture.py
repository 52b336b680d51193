"""A case of an arbiter in a picture: the item with both answers, as A and B, and nothing else of its file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from vendoreval.reports.pictures.backdrops import opened
from vendoreval.reports.pictures.outlines import Outline

if TYPE_CHECKING:
    from PIL.Image import Image as Raster

_INKS = ("#0057B8", "#D55E00")  # of A and of B; told apart by the colour-blind as well
_WIDE, _HIGH = 840, 640  # dots
_LEAST, _AROUND = 64, 0.75  # of what is shown around the answers: pixels, and as a share of their size
_DOT = 5


def case_picture(data: bytes, size: tuple[int, int] | None, answers: tuple[Outline, Outline]) -> bytes:
    """The part of the image in `data` that both answers concern, as JPEG; the whole where they have no place.

    `size` is the item's in pixels, in which the outlines are told. Raises NoBackdrop where there is no picture.
    """
    image = opened(data, size).convert("RGB")
    scale = image.width / size[0] if size else 1.0
    left, top, right, bottom = _part(image, answers, scale)
    cut = image.crop((left, top, right, bottom))
    grown = min(_WIDE / cut.width, _HIGH / cut.height)
    cut = cut.resize((max(1, round(cut.width * grown)), max(1, round(cut.height * grown))))
    for letter, ink, one in zip("AB", _INKS, answers, strict=True):
        _draw(cut, letter, ink, one, lambda x, y: ((x * scale - left) * grown, (y * scale - top) * grown))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=85)
    return out.getvalue()


def _part(image: Raster, answers: tuple[Outline, Outline], scale: float) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is shown, in pixels of the image."""
    bounds = [found for one in answers if (found := one.bounds()) is not None]
    if not bounds:
        return 0, 0, image.width, image.height
    left, top = (min(one[at] for one in bounds) * scale for at in (0, 1))
    right, bottom = (max(one[at] for one in bounds) * scale for at in (2, 3))
    room = max(_LEAST, _AROUND * max(right - left, bottom - top))
    box = (int(left - room), int(top - room), int(right + room) + 1, int(bottom + room) + 1)
    inside = (max(box[0], 0), max(box[1], 0), min(box[2], image.width), min(box[3], image.height))
    fits = inside[0] < inside[2] and inside[1] < inside[3]
    return inside if fits else (0, 0, image.width, image.height)


def _draw(image: Raster, letter: str, ink: str, one: Outline, place: Any) -> None:
    from PIL import ImageDraw, ImageFont

    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(22)
    shift = 0 if letter == "A" else -26  # so that the letters of two answers in one place stand apart
    for ring in one.rings:
        points = [place(x, y) for x, y in ring]
        pen.line([*points, points[0]], fill=ink, width=3, joint="curve")
    for spot in one.spots:
        x, y = place(spot.x, spot.y)
        pen.ellipse((x - _DOT, y - _DOT, x + _DOT, y + _DOT), outline=ink, width=3)
    bounds = one.bounds()
    if bounds is not None:
        x, y = place(bounds[0], bounds[1]) if letter == "A" else place(bounds[2], bounds[3])
        x, y = min(max(x + shift, 2), image.width - 24), min(max(y - 28 - shift, 2), image.height - 28)
        pen.rectangle((x - 2, y, x + 18, y + 26), fill="#FFFFFF")
        pen.text((x, y), letter, fill=ink, font=font)
