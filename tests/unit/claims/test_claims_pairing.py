"""A rework held against the named defects: boxes made by hand, where what happened to each is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.audits.box_samples import Row, extra, judged, missed, right, seen_of, swapped, terms
from vendoreval.claims.defects import claim_lines
from vendoreval.claims.pairing import held_against
from vendoreval.claims.reworks import first_rounds
from vendoreval.tasks.judged import Judged

CONTRACT = terms("accuracy", "object", threshold="0.95")
# The first number of `rows` is the row of gold, by which an object is the same in both deliveries.
FIRST = [
    right("i1", "car", rows=(0, 0)),
    swapped("i1", "dog", "cat", rows=(1, 1)),
    missed("i1", "car", rows=(2, -1)),
    extra("i2", "car"),
    extra("i2", "dog"),
    right("i2", "cat", rows=(3, 2)),
    missed("i3", "dog", rows=(4, -1)),
]
SEEN = seen_of(FIRST, drawn="tickets", seed_from="nonces")
LINES = claim_lines(judged(CONTRACT, SEEN).findings, SEEN, CONTRACT.task)


def states(rows: list[Row]) -> tuple[dict[tuple[str, str], str], list[tuple[str, str]]]:
    """What became of each line, by item and what the vendor gave or missed; and what broke."""
    units = seen_of(rows).units
    found, broken = held_against(LINES, SEEN, Judged(units, units))
    by_line = {(line.item, line.delivered or line.expected or ""): found[line.number] for line in LINES}
    return by_line, [(one.item, one.outcome) for one in broken]


def test_the_same_again_is_still_wrong_and_breaks_nothing() -> None:
    found, broken = states(FIRST)
    assert set(found.values()) == {"still wrong"}
    assert broken == []


def test_each_line_is_told_by_its_own_row_of_gold() -> None:
    found, broken = states(
        [
            right("i1", "car", rows=(0, 5)),
            right("i1", "dog", rows=(1, 6)),
            swapped("i1", "car", "dog", rows=(2, 7)),
            right("i2", "cat", rows=(3, 8)),
            missed("i3", "dog", rows=(4, -1), answered=False, who=None),
        ]
    )
    assert found == {
        ("i1", "cat"): "mended", ("i1", "car"): "changed and still wrong",
        ("i2", "car"): "mended", ("i2", "dog"): "mended", ("i3", "dog"): "not delivered",
    }  # fmt: skip
    assert broken == []


def test_of_extra_boxes_those_that_are_gone_are_mended_and_further_ones_are_new() -> None:
    rest = [row for row in FIRST if row.item != "i2"]
    one = states([*rest, right("i2", "cat", rows=(3, 2)), extra("i2", "car")])
    assert (one[0]["i2", "car"], one[0]["i2", "dog"]) == ("still wrong", "mended")
    moved = states([*rest, right("i2", "cat", rows=(3, 2)), extra("i2", "cat")])
    assert sorted([moved[0]["i2", "car"], moved[0]["i2", "dog"]]) == ["changed and still wrong", "mended"]
    more = states([*FIRST, extra("i2", "cat")])
    assert more[1] == [("i2", "extra")]


def test_what_was_right_and_is_wrong_now_is_named() -> None:
    rows = [swapped("i1", "car", "dog", rows=(0, 0)), *FIRST[1:]]
    assert states(rows)[1] == [("i1", "wrong_label")]


@given(st.sets(st.sampled_from(range(len(FIRST)))))
def test_right_answers_mend_exactly_their_lines(picked: set[int]) -> None:
    """Whatever is put right is mended and nothing else; an extra box is put right by leaving it out."""
    rows = [
        replace(row, outcome="correct", delivered=row.expected, score=1.0)
        if place in picked and row.outcome != "extra" else row
        for place, row in enumerate(FIRST)
        if not (place in picked and row.outcome == "extra")
    ]  # fmt: skip
    units = seen_of(rows).units
    found, broken = held_against(LINES, SEEN, Judged(units, units))
    wrong = [place for place, row in enumerate(FIRST) if row.outcome != "correct"]
    assert sum(state == "mended" for state in found.values()) == len(picked & set(wrong))
    assert broken == ()


def test_only_the_first_round_counts_as_the_first_time() -> None:
    before = {"a": "", "a2": "a", "a3": "a2", "b": "", "b2": "b", "c": "", "c2": "c"}
    fared = {"a2": "failed", "a3": "passed", "b2": "passed", "c2": "undecided"}
    assert first_rounds(before, fared) == "1 of 2 judged passed the first time, at most 2 rounds"
    assert first_rounds(before, {"c2": "undecided"}) == ""
