"""The buyer's pictures under the shapes: read once, cut to what is shown, embedded small, named by hash."""

from __future__ import annotations

import base64
import io
import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from vendoreval.errors import VendorevalError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.reports.pictures.item_picture import ItemPicture, Under
from vendoreval.reports.pictures.views import Frame

if TYPE_CHECKING:
    from PIL.Image import Image as Raster

Images = Callable[[str], tuple[str, bytes] | None]  # an item's picture: name of the file and its bytes
Drawn = TypeVar("Drawn", bound=ItemPicture)
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
MOST_PIXELS = 150_000_000  # of a picture; opening a larger one takes too much memory
SHARP = 2  # dots of the picture for each CSS pixel, at most
_QUALITY = 82
_LEAST = 0.02  # how far the sides of picture and sheet may differ, as a share


class NoBackdrop(VendorevalError):
    """Why a picture cannot stand under the shapes, which are drawn without it."""


def with_backdrop(picture: Drawn, name: str, data: bytes) -> Drawn:
    """`picture` over the image in `data`; raises NoBackdrop with the reason where that cannot be."""
    image = opened(data, picture.size)
    if picture.size is None:
        picture = replace(picture, size=image.size)
    wide, high = picture.size or image.size
    if abs(image.width * high - image.height * wide) > _LEAST * image.width * high:
        raise NoBackdrop(f"it is {image.width} × {image.height}, and the item {wide} × {high}")
    item = Frame(0, 0, wide, high)
    part = _overlap(picture.part, item)
    if part is None:
        raise NoBackdrop("nothing of it is shown")
    scale = image.width / wide
    left, top = math.floor(part.left * scale), math.floor(part.top * scale)
    right, bottom = math.ceil(part.right * scale), math.ceil(part.bottom * scale)
    box = (left, top, min(max(right, left + 1), image.width), min(max(bottom, top + 1), image.height))
    cut = image.crop(box).convert("RGB")
    cut.thumbnail((int(picture.room[0] * SHARP), int(picture.room[1] * SHARP)))
    shown = (box[0] / scale, box[1] / scale, box[2] / scale, box[3] / scale)
    return replace(picture, under=Under(name, sha256_hex(data), shown, _address(cut)))


def opened(data: bytes, size: tuple[int, int] | None) -> Raster:
    """The image, turned as its camera says, unless the item's size is that of the image as it lies.

    Raises NoBackdrop with the reason where `data` is no picture that may be opened.
    """
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's words on odd files; what cannot be read raises
        try:
            image: Any = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise NoBackdrop(f"it has more than {MOST_PIXELS // 10**6} million pixels")
            turned = ImageOps.exif_transpose(image)
            chosen: Raster = image if size == image.size and size != turned.size else turned
            chosen.load()
        except NoBackdrop:
            raise
        except Exception as error:  # Pillow raises many kinds for broken files
            raise NoBackdrop("it cannot be read as a picture") from error
    return chosen


def _overlap(one: Frame, other: Frame) -> Frame | None:
    found = Frame(
        max(one.left, other.left),
        max(one.top, other.top),
        min(one.right, other.right),
        min(one.bottom, other.bottom),
    )
    return found if found.width > 0 and found.height > 0 else None


def _address(image: Raster) -> str:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
