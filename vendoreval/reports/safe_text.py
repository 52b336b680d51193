"""Text of the other side on our paper: nothing hidden, nothing endless, no link that acts.

A vendor's text is evidence. A character that turns "15.99" into a printed "99.51" must be seen, so
control, formatting, private, surrogate and unassigned characters are printed as `\\uXXXX`.
"""

from __future__ import annotations

import unicodedata

LONGEST = 4000
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` with hidden characters as escapes, cut after `longest` characters with a note."""
    shown = text if len(text) <= longest else text[:longest]
    if not shown.isascii() or not shown.isprintable():
        shown = "".join(escape_of(char) if _hidden(char) else char for char in shown)
    left = len(text) - longest
    return shown if left <= 0 else f"{shown}… ({left:,} more characters)"


def escape_of(char: str) -> str:
    """The visible escape of one character, as Python and JSON write it."""
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def clip(text: str, longest: int) -> str:
    """`text` with at most `longest` characters, the last of them an ellipsis when it was cut."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def safe_href(url: str) -> str:
    """`url` when it is http, https or mailto, otherwise an empty text."""
    cleaned = url.strip()
    scheme = cleaned.partition(":")[0].lower()
    return cleaned if scheme in ("http", "https", "mailto") and cleaned.isprintable() else ""


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN
