"""Normalisers of texts: what they even out, that twice is once, and that many texts are read as one is."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vendoreval.tasks.normalising import NORMALIZERS, coded_words, words_of

NAMES = sorted(NORMALIZERS)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("If carried, it's  AIR-tight!", "basic", ("if", "carried", "it's", "air", "tight")),
        ("‘Tis the dogs’ rock’n’roll`s", "basic", ("tis", "the", "dogs", "rock'n'roll's")),
        ("well_known 5½", "basic", ("well", "known", "51", "2")),  # NFKC writes a half as 1⁄2
        ("ＦＵＬＬ ﬁve", "basic", ("full", "five")),
        ("If carried, it's", "none", ("If", "carried,", "it's")),
        ("co\u00adoperate\u200bnow\ufeff", "none", ("cooperate", "now")),
        ("П\u02bcять İstanbul co\u00adop", "marks", ("п'ять", "istanbul", "coop")),
        ("П\u02bcять co\u00adop", "basic", ("п'ять", "co", "op")),
        ("cafe\u0301", "none", ("caf\u00e9",)),
        ("हिन्दी में", "marks", ("हिन्दी", "में")),
        ("... ?", "basic", ()),
        ("", "none", ()),
    ],
)
def test_words_of_texts(text: str, name: str, words: tuple[str, ...]) -> None:
    assert words_of(text, name) == words


def test_marks_part_words_in_basic_only() -> None:
    assert len(words_of("हिन्दी", "basic")) > 1
    assert words_of("Straße's naïve", "marks") == words_of("Straße's naïve", "basic")


@given(TEXTS, st.sampled_from(NAMES))
@example("J\u030c ΑΣ\u0301", "basic")
@example("a\x00b", "none")
@example("İ\u0307\u0301", "marks")
def test_twice_is_once(text: str, name: str) -> None:
    once = words_of(text, name)
    assert words_of(" ".join(once), name) == once


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_twice_is_once_for_every_sign(name: str) -> None:
    for code in range(sys.maxunicode + 1):
        sign = chr(code)
        if unicodedata.category(sign) == "Cs":
            continue
        for text in (sign, f"a{sign}", f"{sign}'{sign}", f"{sign}\u0301"):
            once = words_of(text, name)
            assert words_of(" ".join(once), name) == once, (name, hex(code))


@given(st.lists(TEXTS, max_size=6), st.sampled_from(NAMES))
@example(["a b", "", "\x00", "..."], "basic")
def test_many_texts_are_read_as_one_is(texts: list[str], name: str) -> None:
    known = {"kept": 0}
    codes, start = coded_words(texts, name, known)
    values = list(known)
    found = [tuple(values[code] for code in codes[a:b]) for a, b in pairwise(start.tolist())]
    assert found == [words_of(text, name) for text in texts]
    assert values[0] == "kept"
