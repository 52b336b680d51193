"""A piece of regular XML as columns: elements nested in one way, their attributes, and text at the bottom.

Between two quotation marks stands a value, and between two values what is the same again and again:
`" ybr="`, or the end of a tag, the next one and its first attribute. So each distinct stretch of it is read
but once, and all values of an attribute are taken at a time. A piece must be made up of nothing else; it is
`Irregular` where a single sign is not what it should be, or where an XML parser would read something else
(references, white space in values).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.signedinteger[Any]]  # few numbers, in as few bytes as hold them
_SPACE = rb"[ \t\r\n]"
_NAME = rb"[A-Za-z_][A-Za-z0-9_.-]*"
_FURTHER = re.compile(rb'"' + _SPACE + rb"+(" + _NAME + rb')="')
_FIRST = re.compile(_SPACE + rb"*<(" + _NAME + rb")" + _SPACE + rb"+(" + _NAME + rb')="')
_BETWEEN = re.compile(
    rb'"' + _SPACE + rb"*(/?)>([^<>]*)((?:</" + _NAME + _SPACE + rb"*>" + _SPACE + rb"*)*)"
    rb"(?:<(" + _NAME + rb")" + _SPACE + rb"+(" + _NAME + rb')=")?'
)  # fmt: skip
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CLOSED = re.compile(rb"</(" + _NAME + rb")")
_NO_SIGNS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # what is no letter of XML


class Irregular(Exception):
    """The piece is not of that kind."""


@dataclass(frozen=True)
class _Stretch:
    """What stands between two values: the end of a tag, text, end tags, the next tag, its next attribute."""

    opens: int = -1  # the level of the tag that it begins
    attribute: str = ""
    at: int = 0  # where that tag begins
    ends: bool = False  # whether it ends the tag of the value before
    empty: bool = False  # by />
    text: bytes = b""
    closes: tuple[int, ...] = ()  # the levels of end tags


@dataclass(frozen=True, eq=False)
class Elements:
    """The elements of a piece, by level, in order. Per value: its element's level and its attribute's name."""

    values: Any  # Arrow
    names: tuple[str, ...]
    level: Codes
    name: Codes
    opens: Codes  # per value: the level of the element that begins before it, else -1
    starts: Ints  # per value: where that element begins
    breaks: Ints  # where lines end
    texts: list[bytes]  # by distinct stretch
    stretch: Codes

    def count(self, level: int) -> int:
        """How many elements of a level there are."""
        return int((self.opens == level).sum())

    def lines(self, level: int) -> Ints:
        """How many lines of the piece come before each element."""
        found: Ints = np.searchsorted(self.breaks, self.starts[self.opens == level]).astype(np.int64)
        return found

    def parents(self, level: int) -> Ints:
        """The number of the element of the level above in which each one stands."""
        number = np.cumsum(self.opens == level - 1) - 1
        found: Ints = number[self.opens == level]
        return found

    def attributes(self, level: int) -> tuple[str, ...]:
        """The attributes that elements of a level have."""
        return tuple(self.names[code] for code in np.unique(self.name[self.level == level]).tolist())

    def column(self, level: int, attribute: str) -> Any:
        """The values of an attribute as Arrow texts, null where an element has none."""
        import pyarrow as pa

        code = self.names.index(attribute) if attribute in self.names else -1
        values = np.flatnonzero((self.level == level) & (self.name == code))
        place = np.full(self.count(level), -1, dtype=np.int64)
        place[(np.cumsum(self.opens == level) - 1)[values]] = values
        return self.values.take(pa.array(place, mask=place < 0)).cast(pa.string())

    def inner_texts(self, level: int) -> tuple[Codes, list[bytes]]:
        """The text of each element of the lowest level, which has one attribute, as a code of distinct ones."""
        return self.stretch[1:][self.level == level], self.texts


def elements_of(piece: bytes, nesting: tuple[str, ...]) -> Elements:
    """The elements of a piece, of which each stands in one of the tag before it in `nesting`.

    Elements of the lowest level hold text and have one attribute, others hold none. Raises Irregular.
    """
    signs = np.frombuffer(piece, np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    if not len(quotes) or len(quotes) % 2:
        raise Irregular
    begin, end = quotes[::2] + 1, quotes[1::2]  # of the values
    edges = np.column_stack([begin, end]).ravel()
    inside = np.repeat(
        np.arange(len(edges) + 1) % 2 == 1, np.diff(np.concatenate([[0], edges, [len(piece)]]))
    )  # fmt: skip
    values = _texts(signs[inside], end - begin)
    between = _texts(signs[~inside], np.append(begin, len(piece)) - np.append(0, end))
    coded = between.dictionary_encode()
    texts, stretch = coded.dictionary.to_pylist(), coded.indices.to_numpy()
    _check_signs(piece, signs[inside], texts)
    found = [_stretch(text, nesting) for text in texts]
    level = _levels(found, stretch)
    names = tuple(sorted({one.attribute for one in found}))
    name = np.asarray([names.index(one.attribute) for one in found], np.int32)[stretch[:-1]]
    opens = np.asarray([one.opens for one in found], np.int8)[stretch[:-1]]
    at = np.asarray([one.at for one in found], np.int32)[stretch[:-1]]
    _check_once(level, name, opens, len(nesting))
    return Elements(
        values, names, level, name, opens, np.r_[0, end[:-1]] + at, np.flatnonzero(signs == ord("\n")),
        [one.text for one in found], stretch,
    )  # fmt: skip


def _texts(signs: NDArray[np.uint8], lengths: Ints) -> Any:
    """An Arrow column of bytes that stand one after the other."""
    import pyarrow as pa

    offsets = np.append(0, np.cumsum(lengths)).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(lengths), [None, pa.py_buffer(offsets), pa.py_buffer(signs)])


def _stretch(text: bytes, nesting: tuple[str, ...]) -> _Stretch:
    if found := _FURTHER.fullmatch(text):
        return _Stretch(attribute=found[1].decode())
    if found := _FIRST.fullmatch(text):
        return _Stretch(_level(found[1], nesting), found[2].decode(), text.index(b"<"))
    found = _BETWEEN.fullmatch(text)
    if not found:
        raise Irregular
    closes = tuple(_level(name, nesting) for name in _CLOSED.findall(found[3]))
    opens = -1 if found[4] is None else _level(found[4], nesting)
    return _Stretch(
        opens, (found[5] or b"").decode(), text.rfind(b"<"), ends=True, empty=bool(found[1]), text=found[2],
        closes=closes,
    )  # fmt: skip


def _level(name: bytes, nesting: tuple[str, ...]) -> int:
    if name.decode() not in nesting:
        raise Irregular
    return nesting.index(name.decode())


def _levels(found: list[_Stretch], stretch: Codes) -> Codes:
    """The level of each value's element; every step from one value to the next must be a right one."""
    opens = np.asarray([one.opens for one in found], np.int8)[stretch]
    last = np.maximum.accumulate(np.where(opens >= 0, np.arange(len(opens), dtype=np.int32), np.int32(-1)))
    if last[0] < 0:
        raise Irregular
    level: Codes = opens[last]
    before = np.concatenate([[-1], level[:-1]]).astype(np.int32)
    final = len(found)  # the last stretch is another step: nothing may be left open
    steps = stretch.copy()
    steps[-1] += final
    lowest = max(one.opens for one in found)
    for step in np.unique((before + 1) * (2 * final) + steps).tolist():
        from_level, code = step // (2 * final) - 1, step % (2 * final)
        if not _right(found[code % final], from_level, lowest, last=code >= final):
            raise Irregular
    return level[:-1]


def _right(one: _Stretch, level: int, lowest: int, *, last: bool) -> bool:
    """Whether a stretch may follow a value of an element of that level; -1: it is the first of all."""
    if not one.ends:
        return not last and (one.opens == 0 if level < 0 else one.opens < 0)
    if level < 0 or (one.text.strip(b" \t\r\n") and level != lowest) or (level == lowest and b"\r" in one.text):
        return False
    closes = ((level,) if one.empty else ()) + one.closes
    if closes != tuple(range(level, level - len(closes), -1)):
        return False
    return (not last and one.opens == level - len(closes) + 1) or (
        last and one.opens < 0 and len(closes) > level
    )


def _check_signs(piece: bytes, values: NDArray[np.uint8], texts: list[bytes]) -> None:
    """That values hold no sign that XML forbids there or reads otherwise, and that all is UTF-8."""
    if (values < ord(" ")).any() or (values == ord("<")).any() or b"&" in piece:
        raise Irregular
    if any(_CONTROL.search(text) for text in texts):
        raise Irregular
    if b"\r" in piece and piece.count(b"\r") != piece.count(b"\r\n"):
        raise Irregular
    if not piece.isascii():
        try:
            piece.decode()
        except UnicodeDecodeError as error:
            raise Irregular from error
        if any(sign in piece for sign in _NO_SIGNS):
            raise Irregular


def _check_once(level: Codes, name: Codes, opens: Codes, levels: int) -> None:
    """That no element has an attribute twice, and that those of the lowest level have one."""
    element = np.cumsum(opens >= 0)
    key = np.sort(element * (int(name.max()) + 1) + name, kind="stable")
    lowest = level == levels - 1
    if (np.diff(key) == 0).any() or np.count_nonzero(lowest) != np.count_nonzero(opens[lowest] >= 0):
        raise Irregular
