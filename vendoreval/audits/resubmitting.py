"""A rework under audit: which items it is judged on, and how strictly it is inspected.

Whoever was told what is wrong mends that; whether the rest was labelled again shows only on items that nobody
named and no audit of the delivery before looked at. Under AQL plans with switching a resubmitted delivery is
no first inspection: it moves no vendor between normal, tightened and reduced. ISO 2859-1 leaves it to whoever
is responsible whether such a delivery is inspected at normal or at tightened level; here it is tightened.
"""

from __future__ import annotations

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.inspecting import STOPPED

TIGHTENED = "tightened"


def inspection_of_rework(usual: str) -> str:
    """How a rework is inspected where another delivery would have the `usual` inspection."""
    return usual if usual == STOPPED else TIGHTENED


def rework_notes(seen: AuditInput) -> list[str]:
    """What an audit of a rework says of itself."""
    if not seen.rework_of:
        return []
    notes = []
    gold, items = seen.left_out.get("gold", 0), seen.left_out.get("items", 0)
    if gold:
        notes.append(
            f"{gold:,} gold items were left out: they were audited before in {seen.rework_of} or a delivery "
            "behind it, or their answers were shown to the vendor."
        )
    if items:
        notes.append(
            f"This is the rework of {seen.rework_of}. {items:,} of its {seen.items:,} items were named or "
            "audited before, so the sample is of the others and speaks for these alone."
        )
    tightened = sorted(clause for clause, level in seen.inspections.items() if level == TIGHTENED)
    if tightened:
        notes.append(
            f"Inspected at tightened level ({', '.join(tightened)}), because this is a rework. A delivery that "
            "comes again does not count for the switching of later inspections."
        )
    return notes
