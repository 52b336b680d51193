"""A large XML document read as the elements below its root, one after the other; hostile ones are refused.

A document that declares a type is refused: there its entities stand, which may unpack without end or name
other files, and no format that is read here needs them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.members import Member
from vendoreval.limits import allowed, beyond

_CHUNK = 1 << 16
_LONG = 1 << 21  # of pieces that end with an element
_ODD = (b"<!", b"<?")  # comments, character data and instructions, in which an end tag may stand


@dataclass(slots=True)
class Element:
    """One element with all that stands in it; `line` is where it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        return iter(self.children)

    def child(self, *tags: str) -> Element | None:
        """The first element by its path below this one."""
        found: Element | None = self
        for tag in tags:
            found = next((one for one in found or () if one.tag == tag), None)
        return found

    def word(self, *tags: str) -> str:
        """The text at the path without white space around it; empty where there is none."""
        found = self.child(*tags)
        return found.text.strip() if found else ""


def elements(member: Member, root: str) -> Iterator[Element]:
    """The elements below the root, which must have that tag, in file order.

    Raises InputError with the line where the file is no well-formed XML, has another root or declares a
    document type, and beyond the limits `rows`, `line` (one element) and `depth`.
    """
    for found in elements_or(member, root, (), lambda _piece, _line: False):
        if isinstance(found, Element):
            yield found


def elements_or(
    member: Member, root: str, ends: tuple[bytes, ...], taken: Callable[[bytes, int], bool]
) -> Iterator[Element | None]:
    """As `elements`, but for what `taken` takes over: None stands for each piece that it took.

    A piece is some whole elements below the root, up to one of `ends`, their end tags. `taken` gets it with the
    number of its first line; where it says no, or where the file has comments and the like, in which an end tag
    could stand, the elements are read here. Once one of the first kind was read, pieces are offered.
    """
    reading = _Reading(member.name, root)
    with member.open() as stream:
        for piece in _pieces(stream, ends, reading):
            if ends and reading.between and taken(piece, reading.line):
                reading.skip(piece)
                yield None
                continue
            reading.feed(piece)
            while reading.done:
                yield reading.done.popleft()
        reading.feed(b"", last=True)


def _pieces(stream: IO[bytes], ends: tuple[bytes, ...], reading: _Reading) -> Iterator[bytes]:
    """The file in pieces that end with one of `ends`, as far as these stand in it; the first one is short."""
    waiting = b""
    while chunk := stream.read(_LONG if ends and reading.between else _CHUNK):
        waiting += chunk
        cut = max((waiting.rfind(end) + len(end) for end in ends if end in waiting), default=0)
        if not cut and (not ends or len(waiting) >= reading.longest):
            cut = len(waiting)
        if cut:
            yield waiting[:cut]
            waiting = waiting[cut:]
    if waiting:
        yield waiting


def root_of(head: bytes) -> str:
    """The tag of the root, from a document's first bytes; empty where they are no XML."""
    from xml.parsers import expat

    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, _: found.append(tag)
    parser.StartDoctypeDeclHandler = _refuse
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(head, False)
    return found[0] if found else ""


def _refuse(*_: Any) -> None:
    raise ValueError("a document type")


class _Reading:
    """Builds the elements from what expat sees; whole ones wait in `done`."""

    def __init__(self, file: str, root: str) -> None:
        from xml.parsers import expat

        self.done: deque[Element] = deque()
        self._file, self._root, self._open = file, root, list[Element]()
        self._texts: list[list[str]] = []
        self._begin, self._size, self._limits = 0, 0, allowed()
        self._plain, self._fed, self._lines = True, 0, 0
        self._parser = parser = expat.ParserCreate()
        self._error = expat.ExpatError
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    @property
    def between(self) -> bool:
        """Whether the parser stands between two elements below the root, and nothing odd was seen so far."""
        return self._plain and len(self._open) == 1 and self._fed > 0

    @property
    def longest(self) -> int:
        """The most bytes of an element that is waited for."""
        return self._limits.line + _CHUNK

    @property
    def line(self) -> int:
        """The line on which the parser stands."""
        return self._lines + 1

    def skip(self, piece: bytes) -> None:
        """Go past whole elements that were read elsewhere; only their lines count."""
        self._count(piece)
        lines = b"\n" * piece.count(b"\n")
        self._fed += len(lines)
        self._parser.Parse(lines, False)

    def _count(self, data: bytes) -> None:
        self._size += len(data)
        self._lines += data.count(b"\n")
        if b"\r" in data:  # alone it ends a line, too
            self._lines += data.count(b"\r") - data.count(b"\r\n")
        if self._size > self._limits.rows:
            raise beyond("rows", "The file holds more than", file=self._file)

    def feed(self, data: bytes, *, last: bool = False) -> None:
        self._count(data)
        self._plain &= not any(odd in data[5 * (self._fed == 0) :] for odd in _ODD)
        self._fed += len(data)
        try:
            self._parser.Parse(data, last)
        except self._error as error:
            raise InputError(
                f"This is not well-formed XML: {str(error).partition(':')[0]}.",
                file=self._file, line=error.lineno,
                remedy="Ask for it again. If a & or < stands in a text there, its writer did not escape it.",
            ) from error  # fmt: skip
        except (ValueError, LookupError) as error:
            raise InputError(f"This XML cannot be read: {error}.", file=self._file) from error
        begin = self._begin if self._open[1:] else self._parser.CurrentByteIndex
        if not last and self._fed - begin > self._limits.line + _CHUNK:
            line = self._parser.CurrentLineNumber
            raise beyond("line", "One element of it is longer than", file=self._file, line=line)

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self._plain &= (encoding or "utf-8").lower() == "utf-8"

    def _doctype(self, *_: Any) -> None:
        raise InputError(
            "It declares a document type (DOCTYPE), in which entities may stand.",
            file=self._file, line=self._parser.CurrentLineNumber,
            remedy="Ask for it without; no tool needs it.",
        )  # fmt: skip

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes, self._parser.CurrentLineNumber)
        depth = len(self._open)
        if not depth and tag != self._root:
            raise InputError(
                f"Its root is <{tag[:100]}>, not <{self._root}>.", file=self._file, line=element.line,
                remedy="Say with --format what it is, or leave it out.",
            )  # fmt: skip
        if depth == 1:
            self._begin = self._parser.CurrentByteIndex
        if depth >= self._limits.depth:
            raise beyond(
                "depth", "Its elements are nested more deeply than", file=self._file, line=element.line
            )
        if depth > 1:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, _: str) -> None:
        element = self._open.pop()
        element.text = "".join(self._texts.pop())
        if len(self._open) == 1:
            self.done.append(element)

    def _text(self, text: str) -> None:
        if len(self._open) > 1:
            self._texts[-1].append(text)
