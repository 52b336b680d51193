"""Who chose the audited items and their order, and what follows from that for verdicts and money.

A sample speaks for the whole delivery only where neither side could choose it. So a claim reaches beyond
the defects that were found only if the items were drawn by tickets under a seed that the vendor can
check, or if the contract accepts gold that the buyer chose (task.gold = "chosen"). Rules that walk along
the draw need a seed that the vendor can check in any case: the order decides where they stop.
"""

from __future__ import annotations

TICKETS, CHOSEN = "tickets", "chosen"  # how items came into the audit
ROOT, NONCES, ANNOUNCED, UNPROVEN = "root", "nonces", "announced", "unproven"  # where a seed comes from
STATED = "stated"  # an older bundle, which says nothing of it

_SEEDS = {
    ROOT: "the root of gold that was committed to before the delivery came",
    NONCES: "what both sides revealed, each as committed",
    ANNOUNCED: "a public value that a receipt named before it was known",
    UNPROVEN: "the buyer's own choice, which the vendor cannot check",
    STATED: "not told by this older record",
}


def seed_in_words(seed_from: str) -> str:
    """Where the seed of the draw comes from, for a sentence that begins with "the seed is"."""
    return _SEEDS[seed_from]


def can_walk(seed_from: str) -> bool:
    """Whether rules that follow the draw may be run."""
    return seed_from != UNPROVEN


def speaks_for_all(drawn: str, seed_from: str, accepted: str) -> bool:
    """Whether the sample speaks for the whole delivery; `accepted` is the contract's task.gold."""
    if drawn == STATED or accepted == CHOSEN:
        return True
    return drawn == TICKETS and seed_from in (NONCES, ANNOUNCED)


def why_not(drawn: str, seed_from: str) -> str:
    """The sentence for a claim that stays with the defects found."""
    if drawn == CHOSEN:
        why = "The audited items were chosen by the buyer, and the contract does not accept that for the whole"
    else:
        why = f"The seed of the draw is {seed_in_words(seed_from)}, so the sample does not speak for the whole"
    return f"{why} delivery: this claim covers the defects that were found, and nothing beyond them."
