"""Draws against the frozen vectors (made with a hash tool alone) and their promised properties."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.sampling.draw import Ticket, draw, seed_from, ticket

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "draws.json").read_text(encoding="utf-8")
)
ids = st.lists(
    st.text(st.characters(codec="utf-8"), max_size=8),
    unique_by=lambda name: unicodedata.normalize("NFC", name),
    max_size=40,
)


@pytest.mark.parametrize("case", VECTORS["draws"], ids=lambda case: str(case["name"]))
def test_frozen_draws(case: dict[str, Any]) -> None:
    drawn = draw(case["items"], case["seed"], case["take"], case["stratum"])
    assert [{"ticket": t.ticket, "item": t.item} for t in drawn] == case["drawn"]


@pytest.mark.parametrize("case", VECTORS["seeds"], ids=lambda case: repr(case["parts"]))
def test_frozen_seeds(case: dict[str, Any]) -> None:
    assert seed_from(*case["parts"]) == case["seed"]


def test_the_ticket_is_what_sha256sum_prints() -> None:
    """printf '314159\\0item-1' | sha256sum"""
    assert ticket("314159", "item-1") == Ticket(
        "def476ce27a103bb478dbaf88f691cfb046aacb706fc337fb23fb15254051526", "item-1"
    )


@given(ids, st.integers(0, 45), st.randoms(use_true_random=False))
def test_order_of_the_input_does_not_matter_and_draws_nest(names: list[str], take: int, random: Any) -> None:
    whole = draw(names, "seed")
    shuffled = list(names)
    random.shuffle(shuffled)
    assert draw(shuffled, "seed", take) == whole[:take]
    assert sorted(t.item for t in whole) == sorted(unicodedata.normalize("NFC", name) for name in names)


@given(ids, st.text(st.characters(codec="utf-8"), min_size=1, max_size=8))
def test_new_items_never_reorder_the_old_ones(names: list[str], new: str) -> None:
    new = "new-" + new
    if unicodedata.normalize("NFC", new) in {unicodedata.normalize("NFC", name) for name in names}:
        return
    longer = draw([*names, new], "seed")
    assert tuple(t for t in longer if t.item != unicodedata.normalize("NFC", new)) == draw(names, "seed")


def test_strata_and_seeds_draw_differently() -> None:
    names = [f"item-{i}" for i in range(50)]
    orders = {
        tuple(t.item for t in draw(names, seed, None, stratum))
        for seed in ("a", "b")
        for stratum in (None, "day", "night")
    }
    assert len(orders) == 6


def test_parts_of_a_seed_do_not_run_together() -> None:
    assert seed_from("ab", "c") != seed_from("a", "bc") != seed_from("abc")


def test_the_items_may_be_a_stream() -> None:
    def stream() -> Iterator[str]:
        yield from (f"item-{i}" for i in range(5000))

    assert draw(stream(), "seed", 7) == draw(list(stream()), "seed")[:7]


def test_every_item_has_the_same_chance() -> None:
    drawn = [draw([str(i) for i in range(10)], f"seed {k}", 1)[0].item for k in range(3000)]
    counts = [drawn.count(str(i)) for i in range(10)]
    assert sum((count - 300) ** 2 / 300 for count in counts) < 27.9  # chi-squared, 9 df, 1 in 1000


@pytest.mark.parametrize("take", [None, 0, 1])
@pytest.mark.parametrize("names", [["a", "b", "a"], ["caf\u00e9", "cafe\u0301"]])
def test_ids_that_occur_twice_are_refused(names: list[str], take: int | None) -> None:
    with pytest.raises(InputError, match="occurs twice"):
        draw(names, "seed", take)


def test_impossible_draws_are_refused() -> None:
    with pytest.raises(InputError):
        draw(["a"], "seed", -1)
    with pytest.raises(InputError):
        ticket("se\0ed", "a")
