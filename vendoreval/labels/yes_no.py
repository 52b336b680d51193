"""How files say yes and no; the same words for every column of marks."""

from __future__ import annotations

_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")


def said_yes(text: str | None) -> bool | None:
    """Whether a cell says yes; None where it says neither yes nor no."""
    word = (text or "").strip().lower()
    return True if word in _YES else False if word in _NO else None


def edge_code(text: str | None) -> int:
    """A gold item's mark as an edge case: 1, 0, or -1 where it is not known."""
    said = said_yes(text)
    return -1 if said is None else int(said)
