"""A claim line of a type with several units an item, in a few words."""

from __future__ import annotations

from vendoreval.claims.records import ClaimLine
from vendoreval.reports.pictures.marks import LOOKS
from vendoreval.reports.wording import joined


def what_is_wrong(line: ClaimLine) -> str:
    """The outcome: `wrong label`, `missing`."""
    look = None if line.outcome == "correct" or line.level == "link" else LOOKS.get(line.outcome)
    return look.word if look else line.fault


def line_words(line: ClaimLine) -> str:
    """`wrong label, gold cat and delivered dog (box 12,40 to 80,90)`; what both sides say is said once."""
    sides = (("gold", line.expected), ("delivered", line.delivered))
    same = line.expected if line.expected == line.delivered else None
    said = [what_is_wrong(line), same or joined(f"{side} {label}" for side, label in sides if label)]
    return ", ".join(part for part in said if part) + (f" ({line.where})" if line.where else "")
