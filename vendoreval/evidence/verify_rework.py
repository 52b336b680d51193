"""A bundle about a rework: that the delivery replaces the one it names, and what was left out of its audit."""

from __future__ import annotations

from vendoreval.errors import EvidenceError
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle


def check_rework(bundle: OpenedBundle, found: Findings) -> None:
    """Hold what the frame says of a rework against log and draw; raises EvidenceError."""
    seen = bundle.seen
    if not seen.rework_of:  # bundles of earlier versions do not tell
        if seen.left_out:
            raise EvidenceError("Items were left out of the audit as those of a rework, and it is none.")
        return
    told = [one.data.get("rework_of") for one in bundle.events("delivery.added")
            if one.subject == bundle.result["delivery"]]  # fmt: skip
    if told != [seen.rework_of]:
        raise EvidenceError(f"The log does not tell that the delivery is the rework of {seen.rework_of!r}.")
    listed = (bundle.draw or {}).get("burnt")
    items = seen.left_out.get("items", 0)
    if bundle.draw is not None and len(listed or ()) != items:
        raise EvidenceError(f"The draw leaves out {len(listed or ()):,} items, the frame {items:,}.")
    if items or seen.left_out.get("gold"):
        where = "their ids stand in draw.json" if listed else "the bundle does not name them"
        found.open(
            "left_out_of_rework",
            f"that the {max(items, seen.left_out.get('gold', 0)):,} items left out were audited before or "
            f"shown to you: {where}",
        )
