"""Lines of a recording, a channel, a start and a duration, as NIST's formats have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.recordings import Piece

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


def by_recording(timed: Iterable[Timed], options: Mapping[str, str]) -> dict[str, list[Piece]]:
    """The pieces of each item, in file order; of channels that are joined, each says its own."""
    found: dict[str, list[Piece]] = {}
    apart = options["channels"] == "apart"
    for one in timed:
        item = f"{one.recording}.{one.channel}" if apart else one.recording
        told = {} if apart or one.channel in ("1", "A") else {"channel": one.channel}
        found.setdefault(item, []).append(replace(one.piece, further={**(one.piece.further or {}), **told}))
    return found
