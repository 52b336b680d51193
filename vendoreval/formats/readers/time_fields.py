"""Lines of a recording, a channel, a start and a duration, as NIST's formats have them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import Answers, ReaderOption
from vendoreval.formats.readers.recordings import Piece, add_answer, item_and_person, other_files
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.labels.shapes import Shape

CHANNELS = ReaderOption(
    "channels", "joined: all channels of a recording are one item; apart: each is one, as in call.2", "joined",
    ("joined", "apart"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """A piece of time with its recording and channel."""

    recording: str
    channel: str
    piece: Piece


def seconds_of(start: str, duration: str) -> tuple[float, float] | None:
    """Start and end in seconds, added as decimals; None where one is no number."""
    try:
        begin, lasting = Decimal(start), Decimal(duration)
    except InvalidOperation:
        return None
    if not (begin.is_finite() and lasting.is_finite()) or lasting < 0:
        return None
    return float(begin), float(begin + lasting)


def line_answers(
    source: Source, suffix: str, shape: Shape, options: Mapping[str, str],
    timed: Callable[[AnswerRows, str], Iterable[Timed]],
) -> Iterator[Answers]:  # fmt: skip
    """The recordings of each file with this ending, by their names in its lines.

    A file without a line says of the recording of its own name that there is nothing.
    """
    members = source.ending(suffix)
    for member in members:
        rows = AnswerRows(member.name, shape)
        name, person = item_and_person(member, options)
        found = list(timed(rows, whole_text(member) if member.size else ""))
        for item, pieces in by_recording(found, options).items():
            add_answer(rows, item, person, pieces, options)
        if not found:
            add_answer(rows, name, person, [], options)
        yield rows.finish()
    yield from other_files(source, members, shape)


def by_recording(timed: Iterable[Timed], options: Mapping[str, str]) -> dict[str, list[Piece]]:
    """The pieces of each item, in file order; of channels that are joined, each says its own."""
    found: dict[str, list[Piece]] = {}
    apart = options["channels"] == "apart"
    for one in timed:
        item = f"{one.recording}.{one.channel}" if apart else one.recording
        told = {} if apart or one.channel in ("1", "A") else {"channel": one.channel}
        found.setdefault(item, []).append(replace(one.piece, further={**(one.piece.further or {}), **told}))
    return found
