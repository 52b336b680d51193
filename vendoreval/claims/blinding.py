"""Texts without the names that would tell an arbiter whose case it is, or which answer is whose."""

from __future__ import annotations

import re
from collections.abc import Collection

BLANK = "█"
_BETWEEN = r"[\W_]{0,3}"
_LEAST = 3  # letters of a name; shorter ones stand in words and numbers of their own


def blinded(text: str, names: Collection[str]) -> str:
    """`text` with every one of `names` blanked, whatever its case and the signs between its words.

    A blank is as long as what it covers, so that places in the text stay what they were.
    """
    for name in sorted(names, key=len, reverse=True):
        words = re.findall(r"[^\W_]+", name)
        if sum(map(len, words)) >= _LEAST:
            joined = _BETWEEN.join(map(re.escape, words))
            text = re.sub(
                rf"(?<![^\W_]){joined}(?![^\W_])",
                lambda found: BLANK * len(found[0]),
                text,
                flags=re.IGNORECASE,
            )
    return text
