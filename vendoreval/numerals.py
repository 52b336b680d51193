"""Numbers as people write them: 0.97, 97 %, 0,97; read exactly, or refused with the way to write them.

Shares in plain sentences are written here, too.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from vendoreval.errors import UsageError

SHARE = Decimal("0.01")  # what 1 % means where a share of 1 is asked for
POINTS = Decimal(1)  # what it means where percentages are asked for
_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:%|percent|per cent)")
_COMMA = re.compile(r"([0-9]+),([0-9]+)(\s*%)?")
_LONGEST = 40
_EXACT = 15  # digits that a binary number keeps


def decimal_text(written: object, one_percent: Decimal | None = None) -> str:
    """The number of 0 or more that a person wrote, as plain decimal text that means exactly its digits.

    `written` is text, or a number from TOML. `one_percent` is what `1 %` means; None: no percentage is asked
    for. Raises UsageError, with the way to write it where that is plain.
    """
    text = written.strip() if isinstance(written, str) else repr(written)
    if isinstance(written, float) and sum(char.isdigit() for char in text) > _EXACT:
        raise UsageError(f"The number {text} has too many digits to be exact.", remedy="Write it in quotes.")
    if len(text) > _LONGEST:
        raise UsageError(f"{text[:_LONGEST]!r}… is too long for a number.", remedy="Round it.")
    if _PLAIN.fullmatch(text):
        return text
    percent, comma = _PERCENT.fullmatch(text), _COMMA.fullmatch(text)
    if percent and one_percent is not None:
        return f"{Decimal(percent[1]) * one_percent:f}"
    if percent:
        raise UsageError(
            f"{text!r} is a percentage, and none is asked for here.", remedy="Write a plain number."
        )
    if comma:
        point = f"{comma[1]}.{comma[2]}{comma[3] or ''}"
        raise UsageError(
            f"{text!r} has a comma.", remedy=f"Write {point!r}, with a point and without thousands."
        )
    raise UsageError(f"{text!r} is no plain number of 0 or more.", remedy="Write it like 0.97, without sign.")


def share(text: str, option: str) -> Fraction:
    """A share from 0 to 1 as an option gives it: 0.05 or 5%; raises UsageError."""
    found = Fraction(_of_option(text, option, SHARE))
    if found > 1:
        raise UsageError(f"{option}: {text} is not between 0 and 1.", remedy=f"For {text} % write {text}%.")
    return found


def amount(text: str, option: str) -> Decimal | None:
    """A sum as an option gives it, such as 0.08; None where it gives none; raises UsageError."""
    return Decimal(_of_option(text, option)) if text else None


def percent(share: float) -> str:
    """`12.3 %`, with more digits where the share is small."""
    digits = 1 if share == 0 or share >= 0.002 else 3
    return f"{100 * share:.{digits}f} %"


def of(errors: int, n: int) -> str:
    """`12.3 % (37 of 301)`."""
    return f"{percent(errors / n)} ({errors:,} of {n:,})"


def _of_option(text: str, option: str, one_percent: Decimal | None = None) -> str:
    try:
        return decimal_text(text, one_percent)
    except UsageError as error:
        raise UsageError(f"{option}: {error.what}", remedy=error.remedy) from error


def plain_figure(value: float | None) -> str:
    """A figure of another tool: counts whole, shares with four digits, a dash for none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"
