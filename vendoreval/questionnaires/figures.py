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
_LONGEST = 20
_DIGITS = re.compile(r"\d+")
_SHORT = {"min": "minute", "h": "hour", "hr": "hour", "d": "day"}
_TIME = re.compile(r"(?<![a-z])(min|minute|h|hr|hour|d|day|week|month|year)s?(?![a-z])")


def figure(text: str, unit: str = "") -> Fraction | None:
    """The number in a figure as the vendor wrote it, in the `unit` that was asked for.

    None without one, with several, for a range, or where it names another unit of time ("2 weeks" for days).
    """
    match = _NUMBER.search(text)
    if not match or len(_DIGITS.findall(match.group())) != len(_DIGITS.findall(text)):
        return None
    if _other_time(text, unit) or len(match["number"]) > _LONGEST:  # longer ones are no figures of this trade
        return None
    number = match["number"]
    plain = re.sub(r"[^\d.]", "", number) if re.fullmatch(_GROUPED, number) else number.replace(",", ".")
    value = Fraction(plain) * _TIMES.get((match["times"] or "").lower(), 1)
    return -value if match["sign"] in ("-", "\u2212") else value


def _other_time(text: str, unit: str) -> bool:
    """Whether a figure names a unit of time other than the one asked for."""
    named, asked = ({_SHORT.get(word, word) for word in _TIME.findall(one.lower())} for one in (text, unit))
    return bool(asked) and not named <= asked


def reading(text: str, number: float | None, unit: str) -> str:
    """How a figure was read (as `number`), as a sentence; empty where nobody could read it in another way."""
    if number is None:
        digits = any(sign.isdigit() for sign in text)
        if digits and _other_time(text, unit):
            return f"{text!r} is in another unit, so nothing can be held against it; write it in {unit}."
        told = f"{text!r} is not one number, so nothing can be held against it; write one figure ({unit})."
        return told if digits else ""
    rest = re.sub(r"\d+(\.\d+)?(?![,\d])", "", text, count=1)
    words = [word for word in re.findall(r"[^\s%≥≤<>=~+.]+", rest) if word.lower() not in unit.lower()]
    grouped = re.search(r"(?<!\d)[1-9]\d{0,2}\.\d{3}(?!\d)", text)  # thousands to some, 20.000
    share = unit.startswith("%") and "%" not in text and 0 < number <= 1
    plain = figure(text)
    if words or grouped or share or plain is None or float(plain) != number:
        return f"{text!r} is read as {_shown(number)} ({unit})."
    return ""


def _shown(number: float) -> str:
    if number == int(number) and abs(number) >= 10_000:
        return f"{int(number):_}".replace("_", "\u202f")
    return f"{number:.10g}"
