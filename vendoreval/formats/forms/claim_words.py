"""The words of a vendor's answer, as people write them: a position, a reason code, names of files."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vendoreval.claims.moves import ACCEPTED, REBUTTED
from vendoreval.contracts.reasons import REASONS
from vendoreval.formats.forms.filled_table import plain

# Whole cells only: what says more than one of these words might mean the opposite.
_POSITIONS = {
    **dict.fromkeys(
        ("accepted", "accept", "we accept", "agreed", "agree", "we agree", "yes", "ok", "conceded", "concede"),
        ACCEPTED,
    ),
    **dict.fromkeys(
        ("rebutted", "rebut", "we rebut", "rejected", "reject", "we reject", "disputed", "dispute",
         "we dispute", "contested", "contest", "disagree", "we disagree", "no"),
        REBUTTED,
    ),
}  # fmt: skip
_PARTS = re.compile(r"[,;/|+&\n]|\band\b|\bor\b")


def position_of(text: str) -> str:
    """The position that a cell names; raises ValueError for another word."""
    found = _POSITIONS.get(plain(text))
    if found is None:
        raise ValueError(f"{text!r} is no position; use {ACCEPTED} or {REBUTTED}.")
    return found


def reason_of(text: str, codes: Sequence[str]) -> str:
    """The one code of the contract that a cell names, by its code or its plain text; raises ValueError."""
    found = _code(text)
    if not found:
        several = [code for code in map(_code, _PARTS.split(text)) if code]
        if len(several) > 1:
            raise ValueError(f"{text!r} names {len(several)} codes; give one, and the other in the text.")
        raise ValueError(f"{text!r} is no reason code; use one of {', '.join(codes)}.")
    if found not in codes:
        raise ValueError(f"{found!r} is no reason code of this contract; use one of {', '.join(codes)}.")
    return found


def _code(text: str) -> str:
    """A code that is written as such, as its sentence, or as both; empty for none."""
    said = plain(text)
    for code, sentence in REASONS.items():
        name, means = plain(code), plain(sentence)
        if said in (name, means, f"{name}: {means}", f"{name} ({means})", f"{name} {means}"):
            return code
    return ""


def file_names(text: str) -> tuple[str, ...]:
    """The file names in a cell, one a line or parted by semicolons, each once."""
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[\n;]", text)))))
