"""A large JSON document read in blocks: what stands at its top, arrays in pieces of whole elements.

Where a block may be cut is found cheaply: at the last text that parts two elements of the array, as its first
two are parted. Whatever is cut so is read strictly afterwards, and a piece that can be read ends between two
elements; where it cannot, its brackets are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.limits import allowed, beyond

BLOCK = 1 << 22
CUTS = 50  # places that are tried from the end of a block on
_NAMED_CUTS = 10  # the same of places behind the name that the first element ends with
_SPACE = re.compile(rb"[ \t\r\n]*")
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_MARKS = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[][{},]|"', re.DOTALL)
_NAME = re.compile(rb'("[^"\\]{1,100}")\s*:')
_LAST_VALUE = rb'\s*:\s*(?:"(?:[^"\\]++|\\.)*+"|[^"{}]{0,1000})(})\s*,\s*{'
_PARTED = re.compile(rb"}\s*,\s*{")
_BARE = re.compile(rb"[^][{},:\s\"]++")


def top_level(stream: IO[bytes], file: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The names at the top of an object with their values as pieces of JSON, in file order.

    A value that is an array comes as arrays of some of its elements each; any other as one piece. The
    document may be an array itself: it has the name "". Pieces that are not taken are passed over.

    Raises InputError where this is no JSON, and beyond the limits `line` (one element) and `depth`.
    """
    text = _Text(stream, file)
    if text.peek() == b"[":
        pieces = text.pieces()
        yield "", pieces
        for _ in pieces:
            pass
        text.end()
        return
    text.expect(b"{")
    seen: set[str] = set()
    while text.peek() != b"}":
        if seen:
            text.expect(b",")
        name = text.name()
        if name in seen:
            raise InputError(f"The field {name!r} stands twice in it.", file=file)
        seen.add(name)
        text.expect(b":")
        pieces = text.pieces()
        yield name, pieces
        for _ in pieces:
            pass
    text.expect(b"}")
    text.end()


def elements(stream: IO[bytes], file: str) -> Iterator[list[Any]]:
    """The elements of a document that is an array, some at a time, each as it stands (msgspec.Raw).

    Raises InputError as `top_level` does.
    """
    text = _Text(stream, file)
    if text.peek() != b"[":
        raise text.broken("an array is expected")
    for _ in text.pieces():
        yield text.found
    text.end()


class _Text:
    """The document's bytes from where reading stands."""

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self._stream, self._file = stream, file
        self._block, self._place, self._before = b"", 0, 0
        self._raw = msgspec.json.Decoder(list[msgspec.Raw])
        self.found: list[Any] = []  # the elements of the last piece
        self._more()
        if self._block.startswith(b"\xef\xbb\xbf"):
            self._place = 3

    def peek(self) -> bytes:
        """The next character that is no white space; nothing at the end."""
        while True:
            self._place = _found(_SPACE, self._block, self._place)
            if self._place < len(self._block):
                return self._block[self._place : self._place + 1]
            if not self._more():
                return b""

    def expect(self, mark: bytes) -> None:
        if self.peek() != mark:
            raise self.broken(f"{mark.decode()!r} is expected")
        self._place += 1

    def end(self) -> None:
        if self.peek():
            raise self.broken("more follows after its end")

    def name(self) -> str:
        """A text."""
        if self.peek() != b'"':
            raise self.broken("a name in quotes is expected")
        while not (found := _TEXT.match(self._block, self._place)):
            self._need()
        self._place = found.end()
        try:
            return msgspec.json.decode(found.group(), type=str)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise self.broken("a name cannot be read") from error

    def pieces(self) -> Iterator[bytes]:
        """The value that comes next."""
        if self.peek() == b"[":
            self._place += 1
            return self._elements()
        return iter((self._value(),))

    def broken(self, why: str) -> InputError:
        return InputError(
            f"This is not JSON: {why} at byte {self._before + self._place + 1:,}.", file=self._file,
            remedy="Ask for it again; it may be cut off.",
        )  # fmt: skip

    def _value(self) -> bytes:
        """A value that is no array; at most as long as the limit `line`."""
        while True:
            end = self._value_end()
            if end >= 0:
                found = self._block[self._place : end]
                if not self._whole(b"[%b]" % found):
                    raise self.broken("a value cannot be read")
                self._place = end
                return found
            self._need()

    def _value_end(self) -> int:
        block, place = self._block, self._place
        first = block[place : place + 1]
        if first == b"{":
            _, end = _ends(block, place + 1)
            return end
        match = (_TEXT if first == b'"' else _BARE).match(block, place)
        if match is None and first != b'"':
            raise self.broken("a value is expected")
        return match.end() if match and match.end() < len(block) else -1

    def _elements(self) -> Iterator[bytes]:
        if self.peek() == b"]":
            self._place += 1
            return
        seam: _Seam | None = None
        while True:
            seam = seam or _first_seam(self._block, self._place)
            piece, done = self._piece(seam)
            if piece:
                yield piece
            if done:
                return

    def _piece(self, seam: _Seam | None) -> tuple[bytes, bool]:
        """The elements up to the end of the block, or of the array."""
        for cut in seam.cuts(self._block, self._place) if seam else ():
            piece = self._array(cut + 1)  # what stands there may part what is within an element, too
            if self._whole(piece):
                self._place = self._block.index(b",", cut + 1) + 1
                self._more()
                return piece, False
        last, end = _ends(self._block, self._place)
        stop = end - 1 if end >= 0 else last
        if stop < 0:
            self._need()
            return b"", False
        piece = self._array(stop)
        self._place = stop + 1
        if not self._whole(piece) or not piece[1:-1].strip():
            raise self.broken(f"{self._why(piece)}, before")
        if end < 0:
            self._more()
        return piece, end >= 0

    def _array(self, stop: int) -> bytes:
        """What lies before `stop`, as an array by itself."""
        return b"".join((b"[", memoryview(self._block)[self._place : stop], b"]"))

    def _whole(self, piece: bytes) -> bool:
        """Whether it is an array by itself; then it ends between two elements."""
        try:
            self.found = self._raw.decode(piece)
        except RecursionError as error:
            raise beyond(
                "depth", "Its lists and tables are nested more deeply than", file=self._file
            ) from error
        except msgspec.MsgspecError:
            return False
        return True

    def _why(self, piece: bytes) -> str:
        try:
            self._raw.decode(piece)
        except msgspec.MsgspecError as error:
            return str(error).removeprefix("JSON is malformed: ")
        return "an element is missing"

    def _need(self) -> None:
        """Read on although nothing was taken from the block."""
        if len(self._block) - self._place > allowed().line:
            raise beyond("line", "One element of it is longer than", file=self._file)
        if not self._more():
            self._place = len(self._block)
            raise self.broken("the file is cut off")

    def _more(self) -> bool:
        data = self._stream.read(BLOCK)
        self._before += self._place
        if self._before > allowed().rows:
            raise beyond("rows", "The file holds more than", file=self._file)
        self._block, self._place = self._block[self._place :] + data, 0
        return bool(data)


def _found(pattern: re.Pattern[bytes], block: bytes, place: int) -> int:
    match = pattern.match(block, place)
    return match.end() if match else place


def _ends(block: bytes, start: int) -> tuple[int, int]:
    """Of what begins within an array or object: where its last comma stands, and after which byte it ends.

    -1 where there is none in the block.
    """
    depth, comma = 1, -1
    for mark in _MARKS.finditer(block, start):
        sign = mark.group()
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
            if not depth:
                return comma, mark.end()
        elif sign == b",":
            if depth == 1:
                comma = mark.start()
        elif sign == b'"':  # a text that is not closed in this block
            break
    return comma, -1


@dataclass(frozen=True)
class _Seam:
    """What parts two elements: `}` to `{` as it stands between the first two, and the last name of the first.

    Elements within elements are often parted alike, but seldom end with the same name.
    """

    text: bytes
    name: bytes
    behind: re.Pattern[bytes] | None

    def cuts(self, block: bytes, start: int) -> Iterator[int]:
        """Where an element may end, by its last `}`, from the end of the block on."""
        end = len(block)
        half = (start + end) // 2  # a cut before it would leave more than it takes
        for _ in range(_NAMED_CUTS if self.behind else 0):
            end = block.rfind(self.name, half, end)
            if end < 0:
                break
            if self.behind and (found := self.behind.match(block, end)):
                yield found.start(1)
        end = len(block)
        for _ in range(CUTS):
            cut = block.rfind(self.text, start, end)
            if cut < 0:
                return
            yield cut
            end = cut + len(self.text) - 1


def _first_seam(block: bytes, start: int) -> _Seam | None:
    """What parts the first two elements, if they are objects."""
    depth = 0
    for mark in _MARKS.finditer(block, start):
        sign = mark.group()
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
            if depth < 0:
                return None
        elif sign == b"," and not depth:
            parted = _PARTED.match(block, max(block.rfind(b"}", start, mark.start()), start))
            return _seam(block, parted) if parted and mark.start() < parted.end() else None
    return None


def _seam(block: bytes, parted: re.Match[bytes]) -> _Seam:
    names = list(_NAME.finditer(block, max(parted.start() - 1_000, 0), parted.start()))
    if names:
        name = names[-1].group(1)
        behind = re.compile(re.escape(name) + _LAST_VALUE, re.DOTALL)
        found = behind.match(block, names[-1].start())
        if found and found.start(1) == parted.start():
            return _Seam(parted.group(), name, behind)
    return _Seam(parted.group(), b"", None)


def decoded(piece: bytes, decoder: Any, file: str, what: str) -> Any:
    """A piece that is read as a whole; raises InputError where it is not what it should be."""
    try:
        return decoder.decode(piece)
    except RecursionError as error:
        raise beyond("depth", "Its lists and tables are nested more deeply than", file=file) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{what} cannot be read: {error}.", file=file) from error
