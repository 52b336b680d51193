"""What is evened out before texts are compared, by name: a text becomes its words.

    none      the words as they stand, between white space; Unicode form C, which no reader can see
    basic     NFKC, lower case; words are letters and digits with the apostrophes inside them (’, ʼ and ` are
              apostrophes), and everything else parts them
    marks     as basic, and the marks that scripts write as vowels or tones belong to their words; the lower
              case of İ is i

But for basic, which keeps to a rule that others can repeat, signs that nobody sees say nothing: soft hyphens,
word joiners and byte order marks are left out, and a zero width space is white space. Each piece between white
space is evened out by itself, so that no word hangs on its neighbours. Words that are joined by blanks and
evened out again stay the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Words = tuple[str, ...]
_END = "\0"  # between two texts; no word holds it
_PARTS = re.compile(r"[^\w']|_")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")
_UNSEEN = {ord(_END): " ", 0xAD: None, 0x2060: None, 0xFEFF: None, 0x200B: " "}
_DOTTED = re.compile("i\u0307+")  # the lower case of İ


def words_of(text: str, name: str) -> Words:
    """The words of a text under the normaliser of that name; raises KeyError for another name."""
    read = NORMALIZERS[name]
    return tuple(word for piece in _seen(text, name).split() for word in read(piece))


def coded_words(
    texts: Sequence[str], name: str, known: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The words of many texts as numbers, and where each text begins (one more entry: the end).

    `known` numbers the words and grows. Each distinct piece of the texts is read once.
    """
    pieces = f" {_END} ".join([_seen(text, name) for text in texts] + [""]).split()
    place = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    read = NORMALIZERS[name]
    found = [(_END,) if piece == _END else read(piece) for piece in place]
    codes = [[known.setdefault(word, len(known)) if word != _END else -1 for word in one] for one in found]
    sizes = np.asarray([len(one) for one in codes], dtype=np.int64)
    flat = np.asarray([code for one in codes for code in one], dtype=np.int32)
    row = np.fromiter(map(place.__getitem__, pieces), dtype=np.int32, count=len(pieces))
    if bool((sizes == 1).all()):
        every = flat[row]
    else:
        counts = sizes[row]
        starts = np.cumsum(counts) - counts
        every = flat[np.repeat((np.cumsum(sizes) - sizes)[row] - starts, counts) + np.arange(counts.sum())]
    ends = np.flatnonzero(every < 0)
    begins = np.concatenate([[0], ends - np.arange(len(ends))]).astype(np.int64)
    return every[every >= 0], begins


def _seen(text: str, name: str) -> str:
    """The text without what nobody sees; of `basic` that parts words, as every other sign does."""
    plain = name == "basic" or text.isascii()
    return text.replace(_END, " ") if plain else text.translate(_UNSEEN)


def _none(piece: str) -> Words:
    return (unicodedata.normalize("NFC", piece),)


def _basic(piece: str) -> Words:
    """The words of a piece without white space."""
    even = _even(piece)
    if even.isalnum():
        return (even,)
    return _parted(_PARTS.sub(" ", even))


def _marks(piece: str) -> Words:
    """As `_basic`, but marks stand for themselves."""
    even = _even(_DOTTED.sub("i", unicodedata.normalize("NFKC", piece).lower()))
    if even.isalnum():
        return (even,)
    return _parted("".join(sign if _in_word(sign) else " " for sign in even))


def _even(piece: str) -> str:
    """NFKC and lower case, which can need each other again (J with a caron)."""
    even = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", piece).lower())
    return even.translate(_APOSTROPHES)


def _parted(text: str) -> Words:
    return tuple(word for part in text.split() if (word := part.strip("'")))


@lru_cache(maxsize=4096)
def _in_word(sign: str) -> bool:
    return sign == "'" or sign.isalnum() or unicodedata.category(sign).startswith("M")


NORMALIZERS: Mapping[str, Callable[[str], Words]] = {"none": _none, "basic": _basic, "marks": _marks}
