"""The fonts that ship with the program, and nothing else: reports look the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from vendoreval.resources import resource
from vendoreval.safe_text import escape_of


@contextmanager
def shipped_fonts() -> Iterator[None]:
    """While inside, a fontconfig that is being loaded knows only `templates/fonts`."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(resource("templates") / "fonts" / "fonts.conf")
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def drawable(text: str) -> str:
    """`text` with each character that no shipped font can draw as a visible escape.

    A missing glyph would print as an empty box and make the PDF invalid as PDF/A (6.2.11.7.3).
    """
    if text.isascii():
        return text
    known = _coverage()
    return "".join(char if char in known or char == "\n" else escape_of(char) for char in text)


@cache
def _coverage() -> frozenset[str]:
    """Characters of the text font's upright cuts; the others borrow from it."""
    from fontTools.ttLib import TTFont

    folder = resource("templates") / "fonts"
    codes: set[int] = set()
    for path in sorted(folder.glob("*.ttf")):
        with TTFont(path, lazy=True) as font:
            codes.update(font.getBestCmap())
    return frozenset(map(chr, codes))
