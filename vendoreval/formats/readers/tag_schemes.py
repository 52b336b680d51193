"""Tag schemes of tokens: IOB1, IOB2, BIOES and BILOU, told apart, and their tags as spans of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

IOB1, IOB2, BIOES, BILOU = SCHEMES = ("iob1", "iob2", "bioes", "bilou")
_PREFIXES = {IOB1: "IB", IOB2: "IB", BIOES: "BIES", BILOU: "BILU"}
ALL = frozenset("BIESLU")
Tag = tuple[str, str]  # prefix and class; ("O", "") outside


@dataclass(frozen=True)
class Chunk:
    """A span of tokens, `last` exclusive."""

    first: int
    last: int
    label: str


def split(text: str) -> Tag | None:
    """A tag such as B-PER or O in two; None for anything else."""
    if text == "O":
        return ("O", "")
    prefix, dash, label = text.partition("-")
    return (prefix, label) if dash and label and prefix in ALL else None


@dataclass
class Seen:
    """What was seen of a file's tags, from which its scheme is told."""

    prefixes: set[str] = field(default_factory=set)
    inner: int = 0  # I- that continues nothing: wrong in IOB2
    begun: int = 0  # B- that does not part two neighbours of one class: wrong in IOB1

    def add(self, tags: Iterable[Tag]) -> None:
        """One sentence more."""
        before: Tag = ("O", "")
        for tag in tags:
            self.prefixes.add(tag[0])
            same = before[0] != "O" and before[1] == tag[1]
            self.inner += tag[0] == "I" and not same
            self.begun += tag[0] == "B" and not same
            before = tag

    def scheme(self) -> tuple[str, str]:
        """The scheme and why; "" where no scheme has all these tags."""
        used = self.prefixes - {"O"}
        if used - set("BI"):
            for scheme in (BIOES, BILOU):
                if used <= set(_PREFIXES[scheme]):
                    return scheme, f"there are tags {', '.join(sorted(f'{p}-' for p in used - set('BI')))}"
            return "", f"no scheme has all of the tags {', '.join(sorted(f'{p}-' for p in used))}"
        if self.inner == 0:
            return IOB2, "each I- follows a tag of its class" if used else "there are no tags but O"
        if self.begun == 0:
            return IOB1, "each B- parts two neighbours of one class, others begin with I-"
        return IOB2, "there are B- and I- alone, and its rules are broken least often by reading it so"


def chunks(tags: Sequence[Tag], scheme: str) -> tuple[list[Chunk], list[int]]:
    """The spans, and the places of tags that break the scheme.

    Such a tag is read by what it says of its own token: a class that nothing opened begins a span, a span that
    nothing closed ends where its class does. So IOB tags give the spans of conlleval.
    """
    found: list[Chunk] = []
    broken: list[int] = []
    first, label = -1, ""  # of the open span

    def end(place: int) -> None:
        nonlocal first
        if first >= 0:
            found.append(Chunk(first, place, label))
        first = -1

    for place, (prefix, mine) in enumerate(tags):
        goes_on = first >= 0 and mine == label and prefix in "IEL"
        if _breaks(scheme, prefix, opened=first >= 0, same=first >= 0 and mine == label):
            broken.append(place)
        if not goes_on:
            end(place)
            if prefix != "O":
                first, label = place, mine
        if prefix in "ESLU":
            end(place + 1)
    if first >= 0 and scheme in (BIOES, BILOU):
        broken.append(len(tags) - 1)
    end(len(tags))
    return found, broken


def _breaks(scheme: str, prefix: str, *, opened: bool, same: bool) -> bool:
    """Whether the tag cannot stand here; `opened`: a span may go on, `same`: one of the tag's class."""
    if prefix != "O" and prefix not in _PREFIXES[scheme]:
        return True
    if scheme == IOB2:
        return prefix == "I" and not same
    if scheme == IOB1:
        return prefix == "B" and not same
    return not same if prefix in "IEL" else opened
