"""Ids under two spellings: what sets them apart, and who is whose partner."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.labels.near_ids import explained, form, is_signed, near_pairs, nearest, shown, tails


@pytest.mark.parametrize(
    ("ours", "delivered", "rules"),
    [
        ("00037", "37", ("leading zeros",)),
        ("photo-001", "photo-1", ("leading zeros",)),
        ("0", "000", ("leading zeros",)),
        ("Photo-001", "PHOTO-001", ("case",)),
        ("photo-001", "photo-001.jpg", ("ending",)),
        ("photo-001.png", "photo-001.JPG", ("ending",)),
        ("photo-001", "/data/upload/3/24ede6a4-photo-001.jpg", ("ending", "folder", "prefix")),
        ("photo-001.jpg", "batch-3/photo-001.jpg", ("folder",)),
        ("batch-3\\photo-001", "photo-001", ("folder",)),
        ("12", "subj-0012", ("leading zeros", "prefix")),
        ("001", "IMG001", ("prefix",)),
        ("https://x.org/a.jpg", "https://x.org/a.jpg?X-Amz-Signature=1", ("query string",)),
        ("a", "https://x.org/b/A.jpg?sig=1", ("query string", "ending", "case", "folder")),
    ],
)
def test_what_sets_two_ids_apart(ours: str, delivered: str, rules: tuple[str, ...]) -> None:
    assert explained(ours, delivered) == rules
    assert explained(delivered, ours) == rules


@pytest.mark.parametrize(
    ("ours", "delivered"),
    [
        ("photo-001", "photo-002"),
        ("a/5.jpg", "b/5.jpg"),  # two folders
        ("A-001", "B-001"),
        ("http://x.com", "http://x.net"),
        ("12137", "137"),  # a number within a number
        ("abc", "bc"),
        ("", "7"),
        ("?a=1", "x"),
        ("1.05", "1.50"),
    ],
)
def test_ids_that_are_apart(ours: str, delivered: str) -> None:
    assert explained(ours, delivered) is None


TEXT = st.text(st.sampled_from("aB0?./-1é"), max_size=9)


@given(TEXT, TEXT)
def test_nearness_is_mutual_and_holds_for_equal_ids(one: str, other: str) -> None:
    assert (explained(one, other) is None) == (explained(other, one) is None)
    if form(one):
        assert explained(one, one) == ()


@given(TEXT)
def test_tails_begin_behind_a_prefix(text: str) -> None:
    places = [m.start(1) for m in re.finditer(r"(?<=[^0-9A-Za-zé])([0-9A-Za-zé])|(?<=[A-Za-zé])([0-9])", text)]
    by_hand = [m.start() for m in re.finditer(r"(?<=[^0-9A-Za-zé])[0-9A-Za-zé]|(?<=[A-Za-zé])[0-9]", text)]
    assert list(tails(text)) == [text[place:] for place in by_hand]
    assert len(places) == len(by_hand)


def test_each_has_one_partner_or_none() -> None:
    missing = ["00037", "00074", "photo-1", "x"]
    extra = ["37", "74", "a/photo-1", "b/photo-1", "nothing"]
    assert [(p.ours, p.delivered) for p in near_pairs(missing, extra)] == [("00037", "37"), ("00074", "74")]
    assert near_pairs(["007", "07"], ["7"]) == []  # either could be meant


def test_equal_forms_come_before_tails() -> None:
    assert [p.delivered for p in near_pairs(["photo-01"], ["photo-1", "old/photo-01"])] == ["photo-1"]


def test_signed_addresses_of_one_file_are_one() -> None:
    extra = [f"https://x.org/photo-{item}.jpg?sig={key}" for item in (1, 2) for key in (1, 2, 3)]
    pairs = near_pairs(["photo-1", "photo-2"], extra)
    assert [(p.ours, p.delivered) for p in pairs] == [("photo-1", extra[0]), ("photo-2", extra[3])]
    pages = [f"https://x.org/page?id={page}" for page in range(5)]
    assert near_pairs(["https://x.org/page?id=9"], pages[:1])[0].rules == ("query string",)


@given(st.lists(TEXT, max_size=6), st.lists(TEXT, max_size=6))
def test_pairs_are_one_to_one_and_near(missing: list[str], extra: list[str]) -> None:
    pairs = near_pairs(missing, extra)
    assert len({p.ours for p in pairs}) == len({p.delivered for p in pairs}) == len(pairs)
    assert all(p.rules == explained(p.ours, p.delivered) for p in pairs)


def test_many_ids_and_long_ones_take_seconds() -> None:
    began = time.perf_counter()
    missing = [f"{n:07d}" for n in range(20_000)]
    assert len(near_pairs(missing, [f"up/{n}-{n}.jpg" for n in range(20_000)])) == 20_000
    near_pairs(["-a" * 2_000_000], ["-b" * 2_000_000])
    assert time.perf_counter() - began < 20


def test_signatures() -> None:
    assert is_signed("https://x.org/a?X-Amz-Date=1&X-Amz-Signature=2")
    assert is_signed("https://x.org/a?sv=1&sig=2")
    assert not is_signed("https://x.org/a?id=7")
    assert not is_signed("X-Amz-Signature")


def test_no_signature_is_shown() -> None:
    assert shown("https://x.org/a.jpg?sig=secret") == "https://x.org/a.jpg?…"
    assert shown("photo-001") == "photo-001"
    assert shown("a" * 100 + "-7") == "…" + "a" * 70 + "-7"


def test_the_nearest_of_strangers() -> None:
    assert nearest(["cat-7", "dog-8"], ["zebra", "cats7"]) == ("cat-7", "cats7")
    assert nearest([], ["a"]) is None
