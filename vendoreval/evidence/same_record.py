"""Whether a record computed again is the sealed one.

To the last byte where all is reckoned in whole numbers. Outlines, turned boxes and keypoints hang on floating
numbers that another build of a library may round otherwise: there a score may differ by one billionth, and what
is derived from scores by as much of its value. Counts, verdicts and words never may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from vendoreval.evidence.canonical import canonical

CLOSE = 1e-9
_SCORE = "score"


def differing(
    fresh: Mapping[str, Any], sealed: Mapping[str, Any], *, exact: bool, but: Collection[str] = ()
) -> list[str]:
    """The names of what differs, in text order, but for the names in `but`."""
    names = sorted((fresh.keys() | sealed.keys()) - set(but))
    return [name for name in names if not _same(fresh.get(name), sealed.get(name), exact=exact, name=name)]


def _same(one: Any, other: Any, *, exact: bool, name: str) -> bool:
    if exact or canonical(one) == canonical(other):
        return canonical(one) == canonical(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(
            _same(one[key], other[key], exact=False, name=str(key)) for key in one
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(_same(a, b, exact=False, name=name) for a, b in pairs)
    if type(one) is int and type(other) is int:
        return name == _SCORE and abs(one - other) <= 1
    if isinstance(one, int | float) and isinstance(other, int | float) and float in (type(one), type(other)):
        return abs(one - other) <= CLOSE * max(1.0, abs(one))
    return False
