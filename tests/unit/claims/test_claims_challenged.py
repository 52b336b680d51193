"""Gold answers that were challenged, counted by hand."""

from __future__ import annotations

from tests.unit.claims.test_claims_disputes import CLAIM, CONTRACT, START, answered, move, ruled
from vendoreval.claims.challenged import challenged
from vendoreval.claims.disputes import open_dispute
from vendoreval.claims.moves import Position, Ruling

ITEMS = {line.number: line.item for line in CLAIM.lines}


def test_only_answers_that_were_doubted_and_decided_on_count() -> None:
    moves = (
        answered(1, 2, 3, 4),  # all say gold_wrong
        move("answered", positions=(Position(5, "rebutted", "out_of_scope"),)),
        ruled(1, ruling="upheld"),
        move("ruled", rulings=(Ruling(2, "withdrawn", "right", "ann", "gold_wrong"),)),
        ruled(3, ruling="escalated"),  # not decided yet
        move("ruled", rulings=(Ruling(5, "withdrawn", "right", "ann", "out_of_scope"),)),
        move("gold_amended", lines=(6,)),
    )
    found = challenged([open_dispute(CLAIM, CONTRACT, moves, START.date())])
    assert found.items == {ITEMS[line] for line in (1, 2, 6)}
    assert found.overturned == {ITEMS[line] for line in (2, 6)}
    arbiter = move("arbitrated", rulings=(Ruling(3, "upheld", "neither", "Dr. X"),))
    after = challenged([open_dispute(CLAIM, CONTRACT, (*moves, arbiter), START.date())], ["z"])
    assert after.items == {*found.items, ITEMS[3], "z"}
    assert after.overturned == {*found.overturned, "z"}


def test_without_disputes_nothing_is_known() -> None:
    assert challenged(()) == challenged([open_dispute(CLAIM, CONTRACT, (), START.date())])
