"""The sieve over whole columns lets through all that the comparison of ids would pair."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.formats.intake.near_items import near_items, sifted
from vendoreval.labels.near_ids import near_pairs

TEXT = st.text(st.sampled_from("aB0?./-1é"), min_size=1, max_size=9)


@given(st.lists(TEXT, max_size=6), st.lists(TEXT, max_size=8))
def test_as_if_every_id_were_compared(ours: list[str], delivered: list[str]) -> None:
    missing = [text for text in ours if text not in delivered]
    extra = [text for text in delivered if text not in ours]
    halves = [pa.array(half, pa.string()) for half in (delivered[:3], [*delivered[3:], None])]
    found = near_items(ours, missing, halves)
    assert list(found.pairs) == near_pairs(missing, extra)
    assert set(found.extra) == set(extra)


def test_what_is_said_of_strangers() -> None:
    found = near_items(["photo-1", "photo-2"], ["photo-1", "photo-2"], [pa.array(["up/photo-1.jpg", "x", "y"])])
    assert str(found) == (
        "Ours are like 'photo-1' and 'photo-2', delivered ones like 'up/photo-1.jpg' and 'x'. "
        "Nearest: 'photo-1' and 'up/photo-1.jpg' (ending, folder)."
    )
    apart = near_items(["cats"], ["cats"], [pa.array(["cat-7", "zebra"])])
    assert str(apart).endswith("Nearest: 'cats' and 'cat-7'.")


def test_of_many_that_are_near_to_one_id_two_are_kept() -> None:
    ours = [str(frame) for frame in range(1, 4)]
    columns = [pa.array([f"video{k}_{frame}" for frame in ours]) for k in range(5)]
    first, kept = sifted(ours, ours, [*columns, pa.array(["1.jpg?a", "1.jpg?b"])])
    assert len(first) == 17
    assert kept == ["1.jpg?a", *(f"video{k}_{frame}" for frame in ours for k in (0, 1))]
