"""Tag schemes of tokens: IOB1, IOB2, BIOES and BILOU, told apart, and their tags as spans of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

IOB1, IOB2, BIOES, BILOU = SCHEMES = ("iob1", "iob2", "bioes", "bilou")
_PREFIXES = {IOB1: "IB", IOB2: "IB", BIOES: "BIES", BILOU: "BILU"}
ALL = frozenset("BIESLU")
Tag = tuple[str, str]  # prefix and class; ("O", "") outside


@dataclass(frozen=True)
class Chunk:
    """A span of tokens, `last` exclusive; `sound`: begun and ended as the scheme wants it."""

    first: int
    last: int
    label: str
    sound: bool = True


@lru_cache(maxsize=4096)
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
    if all([prefix == "O" for prefix, _ in tags]):  # noqa: C419 - most sentences, and a list is quicker
        return found, broken
    opened: Chunk | None = None
    for place, (prefix, label) in enumerate((*tags, ("O", ""))):
        same = opened is not None and opened.label == label
        wrong = _breaks(scheme, prefix, opened=opened is not None, same=same)
        if wrong:
            broken.append(min(place, len(tags) - 1))
        if opened and not (same and prefix in "IEL"):
            found.append(replace(opened, last=place, sound=opened.sound and not _closes(scheme)))
            opened = None
        if opened is None and prefix != "O":
            begins = prefix in "BSU" if scheme != IOB1 else True
            opened = Chunk(place, place, label, begins and (not wrong or _closes(scheme)))
        if opened and prefix in "ESLU":
            found.append(replace(opened, last=place + 1))
            opened = None
    return found, broken


def _closes(scheme: str) -> bool:
    """Whether the scheme marks the last token of a span."""
    return scheme in (BIOES, BILOU)


def _breaks(scheme: str, prefix: str, *, opened: bool, same: bool) -> bool:
    """Whether the tag cannot stand here; `opened`: a span may go on, `same`: one of the tag's class."""
    if prefix != "O" and prefix not in _PREFIXES[scheme]:
        return True
    if scheme == IOB2:
        return prefix == "I" and not same
    if scheme == IOB1:
        return prefix == "B" and not same
    return not same if prefix in "IEL" else opened
