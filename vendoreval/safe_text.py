"""Text of the other side, on paper, on a screen and in a spreadsheet: nothing hidden, nothing that acts.

A vendor's text is evidence. A character that turns "15.99" into a printed "99.51" must be seen, so
control, formatting, private, surrogate and unassigned characters are shown as `\\uXXXX`; a cell that a
spreadsheet would take for a formula is made harmless and given back unchanged. In XLSX cells are
written with the type "string" and a quote prefix instead, which keeps the text itself.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

LONGEST = 4000
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_STARTS_FORMULA = "=+-@"
# Characters that some spreadsheet programs skip before they look for a formula.
_SKIPPED = " \t\r\n\v\f\0\u00a0\u200b\ufeff"


def visible(text: str, longest: int = LONGEST) -> str:
    """`text` with hidden characters as escapes, cut after `longest` characters with a note."""
    shown = text if len(text) <= longest else text[:longest]
    if not shown.isascii() or not shown.isprintable():
        shown = "".join(escape_of(char) if _hidden(char) else char for char in shown)
    left = len(text) - longest
    return shown if left <= 0 else f"{shown}… ({left:,} more characters)"


def visible_json(text: str) -> str:
    """JSON with the hidden characters inside its strings as JSON's own escapes: it means the same."""
    hidden = {char for char in set(text) if _hidden(char) and char != "\n"}
    return text.translate({ord(char): json.dumps(char)[1:-1] for char in hidden}) if hidden else text


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


def neutralise(text: str) -> str:
    """`text` with a leading apostrophe if a spreadsheet might evaluate it; plain numbers stay.

    Text that begins with an apostrophe gets one more, so that `restore` is exact for every text.
    Full-width signs (＝) count too, as some programs fold them.
    """
    return "'" + text if text.startswith("'") or is_risky(text) else text


def restore(text: str) -> str:
    """The text before `neutralise`: takes one leading apostrophe away."""
    return text[1:] if text.startswith("'") else text


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program might take `text` for a formula."""
    start = unicodedata.normalize("NFKC", text).lstrip(_SKIPPED)[:1]
    leading_control = text[:1] in ("\t", "\r", "\n")
    return (
        bool(text)
        and not _NUMBER.match(text)
        and (leading_control or (start != "" and start in _STARTS_FORMULA))
    )


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file that leaves the house, in UTF-8: every cell of it, the header's too, is neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    safe = cache(neutralise)  # cells of a column are mostly alike
    for row in (header, *rows):
        writer.writerow([safe(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8", "backslashreplace")


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN
