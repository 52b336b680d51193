"""Struck lines count as right: held against files in which those answers were right from the start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.audits.box_samples import Row, extra, judged, missed, right, seen_of, swapped, terms
from vendoreval.audits.drawing import NONCES, TICKETS
from vendoreval.claims.drafting import draft_claim
from vendoreval.claims.records import ClaimLine
from vendoreval.claims.striking import strike

TODAY = date(2026, 11, 27)


def rows() -> list[Row]:
    """On each image two right boxes, one of the wrong class, some missed, some extra, one image unanswered."""
    found: list[Row] = []
    for k in range(24):
        name = f"i{k:02d}"
        found += [right(name, "car"), right(name, "cat", 0.7), swapped(name, "dog", "cat", 0.8)]
        found += [missed(name, "dog")] if k % 3 == 0 else []
        found += [extra(name, "cat")] if k % 4 == 0 else []
    found += [missed("lost", "car", answered=False, who=None), missed("lost", "dog", answered=False, who=None)]
    return found


ROWS = rows()
CONTRACT = terms("accuracy", "object", threshold="0.95")
KNOWN: dict[str, Any] = {
    "items": 500, "most": 6, "drawn": TICKETS, "seed_from": NONCES, "sent_known": True, "sent_items": 500,
}  # fmt: skip
SEEN = seen_of(ROWS, **KNOWN)
LINES = draft_claim(CONTRACT, judged(CONTRACT, SEEN), SEEN, claim_id="k", today=TODAY).lines


def as_right(row: Row) -> Row:
    """The same unit, delivered right from the start."""
    name = row.expected or row.delivered
    return replace(row, outcome="correct", expected=name, delivered=name, score=1.0, answered=True)


@pytest.mark.parametrize(("metric", "unit"), [("accuracy", "object"), ("accuracy", "item"), ("f1", "object"),
                                              ("recall", "object"), ("completeness", "item")])  # fmt: skip
@given(picked=st.sets(st.sampled_from(range(len(LINES)))))
def test_a_struck_unit_is_as_if_it_had_been_right(metric: str, unit: str, picked: set[int]) -> None:
    lines = [LINES[place] for place in sorted(picked)]
    keys = {(line.item, line.unit) for line in lines} | {
        ("lost", unit) for unit in (0, 1) if any(line.item == "lost" for line in lines)
    }  # of an item that nobody answered, every unit falls with the line
    contract = terms(metric, unit, "class" if metric in ("f1", "recall") else "delivery", "0.95")
    seen_rows: dict[str, int] = {}
    mended = []
    for row in ROWS:
        place = seen_rows.get(row.item, 0)
        seen_rows[row.item] = place + 1
        mended.append(as_right(row) if (row.item, place) in keys else row)
    oracle = seen_of(
        mended, items=500, most=6, drawn=TICKETS, seed_from=NONCES, sent_known=True, sent_items=500
    )
    struck = judged(contract, strike(SEEN, lines))
    by_hand = judged(contract, replace(oracle, labels=SEEN.labels))
    assert [f.to_json() for f in struck.findings] == [f.to_json() for f in by_hand.findings]


def test_striking_nothing_changes_nothing() -> None:
    assert strike(SEEN, ()) is SEEN
    assert judged(CONTRACT, strike(SEEN, [_unknown()])).to_json() == judged(CONTRACT, SEEN).to_json()


def _unknown() -> ClaimLine:
    return replace(LINES[0], item="i00", unit=99)
