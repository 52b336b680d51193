"""What a text gives away: parts of ids that go with the answer, or that only gold has.

A text is seen as a person sees an id: its words and numbers from either end, its first and last letter,
its length, the characters it is made of. Every comparison has an exact p-value, multiplied by the number
of comparisons (Bonferroni), so that a set without a pattern raises an alarm in at most ALPHA of all
cases, whatever its ids look like. A part that goes with the answer only somewhat is no alarm.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from vendoreval.gold.chance import at_least

ALPHA = 0.01
ENOUGH = 0.5  # share of the wrong guesses that a part of the id must save to be said to tell the answer
NEARLY_ALL, SOME = 0.9, 0.1
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_READABLE = 3  # letters that an answer needs to be sought in ids: "x" or "no" occur by chance

Levels = dict[str, dict[str, list[int]]]  # part -> its value -> rows that have it


@dataclass(frozen=True)
class Pattern:
    """One part of the texts with the value that tells most.

    `rows` are the rows with this value, `hits` of which share an answer (or are gold); `share` is how
    often the part as a whole is right, `base` how often one is right without it; `p` is corrected for
    the number of comparisons.
    """

    part: str
    value: str
    rows: tuple[int, ...]
    hits: int
    share: float
    base: float
    p: float


def words(text: str) -> list[str]:
    """The words and numbers of a text, in order, in small letters."""
    return _TOKEN.findall(normalize("NFKC", text).casefold())


def parts(text: str) -> Iterator[tuple[str, str]]:
    """Name and value of each part of a text that a person would notice."""
    found = words(text)
    for place, (front, back) in enumerate(zip(found[:3], found[:-4:-1], strict=True), start=1):
        yield f"word {place}", front
        yield f"word {place} from the end", back
    for name, letter in (("first letter", text[:1]), ("last letter", text[-1:])):
        if letter.isalpha():
            yield name, letter
    yield "length", str(len(text))
    yield "characters", _characters(text)


def _characters(text: str) -> str:
    kinds = (("a-z", str.islower), ("A-Z", str.isupper), ("0-9", str.isdigit))
    named = [name for name, is_kind in kinds if any(map(is_kind, text))]
    return " ".join([*named, *sorted({letter for letter in text if not letter.isalnum()})])


def levels(texts: Sequence[str]) -> Levels:
    """The rows by part and value; parts that are the same in all rows tell nothing and are left out."""
    found: Levels = defaultdict(lambda: defaultdict(list))
    for row, text in enumerate(texts):
        for part, value in parts(text):
            found[part][value].append(row)
    return {
        part: dict(by_value)
        for part, by_value in found.items()
        if max(map(len, by_value.values())) < len(texts)
    }


def tells_answer(texts: Sequence[str], answers: Sequence[str]) -> Pattern | None:
    """The part from which answers can be guessed best, if guesses get at least half as often wrong.

    Guesses are made from the other rows with the same value (leave one out), so that values which occur
    once help nobody.
    """
    common = Counter(answers).most_common(1)[0][1] if answers else 0
    base = common / len(answers) if answers else 1.0
    if base == 1.0:
        return None
    found = levels(texts)
    compared = sum(len(rows) > 1 for by_value in found.values() for rows in by_value.values())
    comparisons = compared * len(set(answers))
    best: Pattern | None = None
    for part, by_value in found.items():
        share = sum(_guessed([answers[row] for row in rows], base) for rows in by_value.values()) / len(texts)
        if (share - base) / (1 - base) >= ENOUGH and (best is None or share > best.share):
            pattern = _clearest(part, by_value, answers, comparisons)
            best = _with_share(pattern, share, base) if pattern.p <= ALPHA else best
    return best


def _guessed(answers: Sequence[str], base: float) -> float:
    """Right guesses among rows with one value, each guessed from the others; alone, by the base rate."""
    if len(answers) == 1:
        return base
    ranked = Counter(answers).most_common()
    top, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0
    return float(top) if top > second + 1 else top / 2 if top > second else 0.0


def _clearest(
    part: str, by_value: Mapping[str, list[int]], answers: Sequence[str], comparisons: int
) -> Pattern:
    totals = Counter(answers)
    found = []
    for value, rows in by_value.items():
        answer, hits = Counter(answers[row] for row in rows).most_common(1)[0]
        p = at_least(len(answers), totals[answer], len(rows), hits) * comparisons
        found.append(Pattern(part, value, tuple(rows), hits, 0.0, 0.0, min(1.0, p)))
    return min(found, key=lambda pattern: (pattern.p, pattern.value))


def _with_share(pattern: Pattern, share: float, base: float) -> Pattern:
    return Pattern(pattern.part, pattern.value, pattern.rows, pattern.hits, share, base, pattern.p)


def names_answer(texts: Sequence[str], answers: Sequence[str]) -> Pattern | None:
    """Texts that hold their own answer as a word, more often than chance would have it.

    Where three rows or more hold their own answer, together half of all, and none holds another, no
    p-value is asked: small sets cannot give one.
    """
    counts = Counter(answers)
    rows_with = _rows_with([words(text) for text in texts], {answer: words(answer) for answer in counts})
    named = {answer: rows for answer, rows in rows_with.items() if rows}
    own = {answer: [row for row in rows if answers[row] == answer] for answer, rows in named.items()}
    right = sum(map(len, own.values()))
    if not right:
        return None
    tails = {
        answer: at_least(len(texts), counts[answer], len(rows), len(own[answer])) * len(named)
        for answer, rows in named.items()
    }
    clearest = min(named, key=lambda answer: (tails[answer], answer))
    always = right >= _READABLE and 2 * right >= len(texts) and right == sum(map(len, named.values()))
    if tails[clearest] > ALPHA and not always:
        return None
    rows = tuple(row for answer in own for row in own[answer])
    return Pattern("words", clearest, rows, right, right / len(texts), 0.0, min(1.0, tails[clearest]))


def _rows_with(texts: Sequence[list[str]], sought: Mapping[str, list[str]]) -> dict[str, list[int]]:
    """The rows that hold each answer's words one after the other; answers too short to tell are left out."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        for word in dict.fromkeys(text):
            by_word[word].append(row)
    return {
        answer: [row for row in by_word[wanted[0]] if _holds(texts[row], wanted)]
        for answer, wanted in sought.items()
        if len("".join(wanted)) >= _READABLE and wanted[0] in by_word
    }


def _holds(text: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return any(text[start : start + size] == wanted for start in range(len(text) - size + 1))


def tells_gold(gold: Sequence[str], others: Sequence[str]) -> Pattern | None:
    """The part that sets gold apart: a value that nearly only gold has, or that gold alone lacks."""
    found = levels([*gold, *others])
    comparisons = 2 * sum(map(len, found.values()))
    patterns = [
        pattern
        for part, by_value in found.items()
        for value, rows in by_value.items()
        if (pattern := _apart(part, value, rows, len(gold), len(others), comparisons))
    ]
    return min(patterns, key=lambda pattern: (pattern.p, pattern.part), default=None)


def _apart(
    part: str, value: str, rows: Sequence[int], gold: int, others: int, comparisons: int
) -> Pattern | None:
    mine = sum(row < gold for row in rows)
    theirs = len(rows) - mine
    total = gold + others
    if mine >= max(NEARLY_ALL * len(rows), SOME * gold):
        p = at_least(total, gold, len(rows), mine)
    elif theirs >= NEARLY_ALL * others and mine <= SOME * gold:
        p = at_least(total, others, len(rows), theirs)
    else:
        return None
    p = min(1.0, p * comparisons)
    return Pattern(part, value, tuple(rows), mine, mine / len(rows), gold / total, p) if p <= ALPHA else None
