"""Numbers in labels: compared as exact decimals, never as texts, and shown as they were written."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction

import numpy as np

from vendoreval.labels.columns import Coded

_LONGEST = 40  # characters, and digits before or behind the point


def decimal_of(text: str) -> Decimal | None:
    """The number that a text writes with a decimal point, as 1, 01, 1.0, -2.50 or 1e3; None for all else."""
    if len(text) > _LONGEST or "_" in text:
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    known = number.is_finite() and (not number or abs(number.adjusted()) <= _LONGEST)
    return number if known else None


def exact(text: str | None) -> Fraction | None:
    """The same as an exact fraction."""
    number = None if text is None else decimal_of(text)
    return None if number is None else Fraction(number)


def plain_number(text: str) -> str:
    """One text for equal numbers: 1 for 1.0, 01 and 1e0; a text that is no number stays as it is."""
    number = decimal_of(text)
    if number is None:
        return text
    return f"{number.normalize():f}" if number else "0"


def equal_numbers_alike(labels: Coded) -> Coded:
    """The column with one text for equal numbers, from low to high; what is no number has no code."""
    plain = [plain_number(text) for text in labels.values]
    numbers = {text: number for text in plain if (number := decimal_of(text)) is not None}
    values = sorted(numbers, key=numbers.__getitem__)
    code = {text: place for place, text in enumerate(values)}
    codes = np.asarray([*(code.get(text, -1) for text in plain), -1], dtype=np.int32)
    return Coded(codes[labels.codes], tuple(values))
