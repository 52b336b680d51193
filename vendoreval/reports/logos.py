"""The buyer's logo: a raster picture made small and opaque, or an SVG as it is, as a data address."""

from __future__ import annotations

import base64
import io
import warnings
from xml.etree import ElementTree

from vendoreval.errors import InputError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.reports.letterhead import Logo

MOST = (700, 190)  # dots of 60 × 16 mm at 300 dots an inch
MOST_BYTES = 500_000  # of an SVG, which stands in every document as it is
_FORMATS = ("PNG", "JPEG")


def logo_of(name: str, data: bytes, owner: str) -> Logo:
    """The logo in `data`; `owner` is told to readers who do not see it. Raises InputError for no picture."""
    kind, drawn = ("svg+xml", _svg(name, data)) if name.lower().endswith(".svg") else ("png", _png(name, data))
    href = f"data:image/{kind};base64,{base64.b64encode(drawn).decode()}"
    return Logo(name, sha256_hex(data), href, f"Logo of {owner}")


def _png(name: str, data: bytes) -> bytes:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's words on odd files; what cannot be read raises
        try:
            raster = Image.open(io.BytesIO(data), formats=_FORMATS).convert("RGBA")
        except Exception as error:  # Pillow raises many kinds for broken files
            raise InputError(
                "This cannot be read as a picture.", file=name, remedy="Save the logo as PNG, JPEG or SVG."
            ) from error
    raster.thumbnail(MOST)
    paper = Image.new("RGB", raster.size, "white")
    paper.paste(raster, mask=raster.getchannel("A"))
    out = io.BytesIO()
    paper.save(out, "PNG", optimize=True)
    return out.getvalue()


def _svg(name: str, data: bytes) -> bytes:
    """An SVG that stands alone: what it would fetch is refused when a report is rendered."""
    try:
        root = ElementTree.fromstring(data) if b"<!ENTITY" not in data else None  # noqa: S314 - no entities
    except ElementTree.ParseError:
        root = None
    if root is None or root.tag.rpartition("}")[2] != "svg" or len(data) > MOST_BYTES:
        raise InputError(
            f"This is no SVG picture of at most {MOST_BYTES // 1000} KB without entities.", file=name,
            remedy="Save the logo as a plain SVG, or as PNG.",
        )  # fmt: skip
    return data
