"""Text that a spreadsheet would take for a formula, made harmless and given back unchanged.

For spreadsheet copies (CSV, TSV) only: files that are evidence stay raw and canonical. XLSX needs no
change of text, because its cells are written with the type "string".
"""

from __future__ import annotations

import re
import unicodedata

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_STARTS_FORMULA = "=+-@"
# Characters that some spreadsheet programs skip before they look for a formula.
_SKIPPED = " \t\r\n\v\f\0\u00a0\u200b\ufeff"


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
