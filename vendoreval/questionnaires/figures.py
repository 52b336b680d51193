"""Figures as people write them: "97,5 %", "20,000", "10k", "≥ 0.8". What is not one number is none.

A comma, an apostrophe or a space before exactly three digits separates thousands, as in English; a comma
elsewhere is a decimal mark. Whatever could be read in another way is read aloud: see `reading`.
"""

from __future__ import annotations

import re
from fractions import Fraction

_GROUPED = r"[1-9]\d{0,2}(?:[,'’ \u00a0\u202f]\d{3})+(?:\.\d+)?"
_PLAIN = r"\d+(?:[.,]\d+)?"
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<sign>[-+\u2212]?)(?P<number>{_GROUPED}|{_PLAIN})\s*(?P<times>(?:k|thousand|mio|mn|million)\b)?",
    re.IGNORECASE,
)
_TIMES = {"k": 1000, "thousand": 1000, "mio": 10**6, "mn": 10**6, "million": 10**6}
_DIGITS = re.compile(r"\d+")


def figure(text: str) -> Fraction | None:
    """The number in a figure as the vendor wrote it; None without one, with several, or for a range."""
    match = _NUMBER.search(text)
    if not match or len(_DIGITS.findall(match.group())) != len(_DIGITS.findall(text)):
        return None
    number = match["number"]
    plain = re.sub(r"[^\d.]", "", number) if re.fullmatch(_GROUPED, number) else number.replace(",", ".")
    value = Fraction(plain) * _TIMES.get((match["times"] or "").lower(), 1)
    return -value if match["sign"] in ("-", "\u2212") else value


def reading(text: str, unit: str) -> str:
    """How a figure was read, as a sentence; empty where nobody could read it in another way."""
    number = figure(text)
    if number is None:
        digits = any(sign.isdigit() for sign in text)
        told = f"{text!r} is not one number, so nothing can be held against it; write one figure ({unit})."
        return told if digits else ""
    rest = re.sub(r"\d+(\.\d+)?(?![,\d])", "", text, count=1)
    words = [word for word in re.findall(r"[^\s%≥≤<>=~+.]+", rest) if word.lower() not in unit.lower()]
    return f"{text!r} is read as {_shown(number)} ({unit})." if words else ""


def _shown(number: Fraction) -> str:
    if number.denominator == 1:
        return f"{int(number):_}".replace("_", "\u202f") if abs(number) >= 10_000 else str(int(number))
    return f"{float(number):.10g}"
