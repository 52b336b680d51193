"""Pictures of deliveries: their sizes from the first bytes, and pictures that hold labels as pixels."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.runs import LONGEST_SIDE

ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".jp2", ".ppm", ".pgm", ".avif")
_ORIENTATION, _SIDEWAYS = 0x0112, (5, 6, 7, 8)  # EXIF: the picture is shown turned by a quarter
_FORMATS = ("PNG", "BMP", "GIF", "TIFF")  # without loss: what holds labels as pixels


def told_size(width: float | None, height: float | None) -> tuple[int, int] | None:
    """Width and height that a file tells of its picture; None where no picture has such a size."""
    if not width or not height or not 0 < min(width, height) <= max(width, height) <= LONGEST_SIDE:
        return None
    return (int(width), int(height)) if width == int(width) and height == int(height) else None


def size_of(opened: Callable[[], IO[bytes]], *, exif: bool) -> tuple[int, int]:
    """Width and height, read from the picture's head; `exif`: as it is shown, not as it is stored.

    Raises ValueError where it is no picture that can be read.
    """
    with _picture(opened, None) as image:
        width, height = image.size
        turned = exif and image.getexif().get(_ORIENTATION) in _SIDEWAYS
    return (height, width) if turned else (width, height)


def colours_of(opened: Callable[[], IO[bytes]]) -> NDArray[np.int64]:
    """The picture as numbers R + 256 G + 65536 B at [row, column]; raises ValueError as `size_of` does."""
    with _picture(opened, _FORMATS) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.int64)
    found: NDArray[np.int64] = pixels[:, :, 0] + 256 * pixels[:, :, 1] + 65536 * pixels[:, :, 2]
    return found


def numbers_of(opened: Callable[[], IO[bytes]]) -> NDArray[np.int64]:
    """The numbers of a picture of one channel at [row, column]; raises ValueError as `size_of` does."""
    with _picture(opened, _FORMATS) as image:
        if len(image.getbands()) != 1:
            raise ValueError("it has several channels of colour")
        found: NDArray[np.int64] = np.asarray(image).astype(np.int64)
    return found


def set_pixels_of(opened: Callable[[], IO[bytes]]) -> NDArray[np.bool_]:
    """Where the picture is not black at [row, column]; raises ValueError as `size_of` does."""
    with _picture(opened, _FORMATS) as image:
        found: NDArray[np.bool_] = np.asarray(image.convert("L")) > 0
    return found


def shown_pixels_of(opened: Callable[[], IO[bytes]]) -> NDArray[np.bool_]:
    """Where the picture is not see-through, or, without an alpha channel, not black; raises as `size_of`."""
    with _picture(opened, _FORMATS) as image:
        clear = "A" in image.getbands() or "transparency" in image.info
        pixels = image.convert("RGBA").getchannel("A") if clear else image.convert("L")
        found: NDArray[np.bool_] = np.asarray(pixels) > 0
    return found


@contextmanager
def _picture(opened: Callable[[], IO[bytes]], formats: tuple[str, ...] | None) -> Iterator[Any]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with opened() as stream, Image.open(stream, formats=formats) as image:
                yield image
        except Image.DecompressionBombWarning as warning:
            raise ValueError("it has more pixels than are read") from warning
        except (OSError, SyntaxError, EOFError, Image.DecompressionBombError, OverflowError) as error:
            raise ValueError(f"it is no picture that can be read ({type(error).__name__})") from error
