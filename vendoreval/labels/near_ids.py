"""Ids that nearly match: one item under two spellings, as spreadsheets, uploads and web stores make them.

Leading zeros are lost (00037, 37), case changes, a folder or an upload's prefix comes before, an ending or the
signature of a web address behind. Two ids are near when nothing else sets them apart. That says what to ask,
and never that two ids are one: whoever took the delivery in settles it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

_SHOWN = 72  # signs of an id in messages
LONGEST = 512  # signs of a tail
MOST_NEAR = 8  # ids that are shown to be near to another one by one form
RULES = ("query string", "ending", "case", "leading zeros")
# The same expressions work on Arrow columns (formats.near_items), whose syntax knows no look-around.
QUERY = r"\?.*$"
ENDING = (  # of files: .com and .net are two sites
    r"(?i)\.(avi|bin|bmp|csv|dcm|docx?|flac|gif|gz|heic|html?|jpe?g|jsonl?|las|m4a|md|mkv|mov|mp[34]|nii|np[yz]|ogg"
    r"|parquet|pcd|pdf|ply|png|raw|svg|tiff?|tsv|txt|wav|webm|webp|xlsx?|xml|ya?ml|zip)$"
)
ZEROS = r"(^|[^0-9])0+([0-9])"
SIGNED = r"(?i)[?&](x-amz-|x-goog-|[a-z]*signature=|sig=|token=|expires=|awsaccesskeyid=|key-pair-id=)"
_QUERY, _ENDING, _ZEROS, _SIGNED = (re.compile(one, re.DOTALL) for one in (QUERY, ENDING, ZEROS, SIGNED))


@dataclass(frozen=True)
class NearPair:
    """An id of ours, the delivered id that is near to it, and what sets them apart."""

    ours: str
    delivered: str
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{shown(self.ours)!r} and {shown(self.delivered)!r} ({', '.join(self.rules)})"


def without_query(text: str) -> str:
    """A web address without its query string, where signatures stand."""
    return _QUERY.sub("", text)


def shown(text: str) -> str:
    """An id for people: its end where it is long, and never a signature."""
    cut = without_query(text)
    return ("…" + cut[-_SHOWN:] if len(cut) > _SHOWN else cut) + ("?…" if cut != text else "")


def is_signed(text: str) -> bool:
    """Whether an id is a web address that carries a signature or an expiry."""
    return _SIGNED.search(text) is not None


def form(text: str, rules: Collection[str] = RULES) -> str:
    """An id without what the rules take away."""
    if "query string" in rules:
        text = without_query(text)
    if "ending" in rules:
        text = _ENDING.sub("", text)
    if "case" in rules:
        text = text.lower()
    return _ZEROS.sub(r"\1\2", text) if "leading zeros" in rules else text


def tails(text: str) -> Iterator[str]:
    """What stands behind each folder and prefix, the longest first: `a/b-7` gives `b-7` and `7`."""
    for place in range(max(1, len(text) - LONGEST), len(text)):
        if _begins(text, place):
            yield text[place:]


def _begins(text: str, place: int) -> bool:
    """Whether a prefix ends here: behind a sign that is no letter or digit, or between letter and digit."""
    before, first = text[place - 1], text[place]
    return first.isalnum() and (not before.isalnum() or (before.isalpha() and first.isdigit()))


def explained(ours: str, delivered: str) -> tuple[str, ...] | None:
    """The rules of notation that make two ids one, as few as do; None where they do not."""
    if not _met(ours, delivered, RULES):
        return None
    needed = list(RULES)
    for rule in RULES:
        fewer = [one for one in needed if one != rule]
        if _met(ours, delivered, fewer):
            needed = fewer
    return (*needed, *_before(form(ours, needed), form(delivered, needed)))


def _met(one: str, other: str, rules: Collection[str]) -> bool:
    first, second = form(one, rules), form(other, rules)
    if not first or not second:
        return False
    return first == second or _is_tail(first, second) or _is_tail(second, first)


def _is_tail(short: str, long: str) -> bool:
    place = len(long) - len(short)
    return place > 0 and long.endswith(short) and _begins(long, place)


def _before(one: str, other: str) -> Iterator[str]:
    """Whether a folder or another prefix sets two forms apart."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    prefix = longer.removesuffix(shorter)
    if "/" in prefix or "\\" in prefix:
        yield "folder"
    if prefix and prefix[-1] not in "/\\":
        yield "prefix"


def near_pairs(missing: Iterable[str], extra: Iterable[str]) -> list[NearPair]:
    """Ids of ours that were not delivered with the delivered id near to each, in the order of `missing`.

    Only where each has one partner; delivered ids that a query string alone sets apart are one. Linear in
    both.
    """
    wanted = list(dict.fromkeys(missing))
    unit_of: dict[str, list[str]] = defaultdict(list)
    for text in extra:
        unit_of[without_query(text)].append(text)
    pairs: dict[str, str] = {}
    for with_tails in (False, True):
        left = [text for text in wanted if text not in pairs]
        paired = set(pairs.values())
        units = [unit for unit in unit_of if unit not in paired]
        pairs |= _partners(left, units, with_tails)
    found = []
    for ours in wanted:
        if ours in pairs:
            first = unit_of[pairs[ours]][0]
            found.append(NearPair(ours, first, explained(ours, first) or ()))
    return found


def accompanied(ours: Collection[str], others: Collection[str]) -> set[str]:
    """Which ids of ours are near to any of some other ids."""
    met = [mine for cut in (False, True) for mine, _ in _met_forms(ours, others, cut)]
    return set(chain(*met, *(mine for _, mine in _met_forms(others, ours, cut=True))))


def nearby(ours: Collection[str], others: Collection[str]) -> set[tuple[str, str]]:
    """Pairs of an id of ours and another id that is near to it, at most MOST_NEAR by one form or tail."""
    met = _met_forms(ours, others) + _met_forms(ours, others, cut=True)
    met += [(mine, theirs) for theirs, mine in _met_forms(others, ours, cut=True)]
    return {(one, other) for mine, theirs in met for one in mine for other in theirs[:MOST_NEAR]}


def _partners(ours: Collection[str], theirs: Collection[str], with_tails: bool) -> dict[str, str]:
    """The one partner of each, where both have no other."""
    met = _met_forms(ours, theirs)
    if with_tails:
        met += _met_forms(ours, theirs, cut=True)
        met += [(mine, others) for others, mine in _met_forms(theirs, ours, cut=True)]
    of_ours, of_theirs = Counter[str](), Counter[str]()
    for mine, others in met:
        of_ours.update(dict.fromkeys(mine, len(others)))
        of_theirs.update(dict.fromkeys(others, len(mine)))
    firsts = [(mine[0], others[0]) for mine, others in met]
    return {one: other for one, other in firsts if of_ours[one] == 1 == of_theirs[other]}


def _met_forms(
    shorter: Collection[str], longer: Collection[str], cut: bool = False
) -> list[tuple[list[str], list[str]]]:
    """Texts of each side whose forms are equal, or (`cut`) where a tail of the second's form is the first's.

    All of a group are near to all on its other side. The pairs themselves may be too many to list.
    """
    groups: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for text in shorter:
        groups[form(text)][0].append(text)
    groups.pop("", None)
    for text in longer:
        whole = form(text)
        met = next((tail for tail in tails(whole) if tail in groups), None) if cut else whole
        if met in groups:
            groups[met][1].append(text)
    return [(mine, others) for mine, others in groups.values() if others]


def nearest(missing: Collection[str], extra: Collection[str]) -> tuple[str, str] | None:
    """The most alike of some ids of either side, by the share of text that they have in common."""
    pairs = [(ours, theirs) for ours in list(missing)[:20] for theirs in list(extra)[:200]]
    return max(pairs, key=lambda pair: SequenceMatcher(None, *pair).quick_ratio(), default=None)
