"""What the words of answers give away: hedging, putting off, and one text for many questions.

Lists of wording, no judgement: an answer may well be pasted because the questions overlap, or put off because
a person asked to. Whoever reads the flags asks before concluding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

HEDGES = (
    "typically", "usually", "generally", "normally", "approximately", "roughly", "up to", "as needed",
    "where possible", "best effort", "best-effort", "best efforts", "we strive", "we aim", "industry-leading",
    "industry leading", "world-class", "state of the art", "case by case", "it depends", "depends on",
)  # fmt: skip
_HEDGE = re.compile(r"\b(" + "|".join(re.escape(hedge) for hedge in HEDGES) + r")\b", re.IGNORECASE)

# An answer that is put off: "TBD", "to be agreed", "we can discuss this on a call", "on request". Words on how
# work is done stay out: "disagreements will be discussed", "to be confirmed by a second person".
_SETTLED = (
    r"(?:discussed|negotiated|agreed|decided|defined|determined|confirmed|clarified|finali[sz]ed|specified)"
)
_DEFERRAL = re.compile(
    r"\b(?:tb[adc]\b|t\.b\.[adc]\b\.?"
    rf"|to be (?:further )?{_SETTLED}(?! by)\b"
    r"|(?:can|could|may) be (?:discussed|negotiated|agreed)(?! by)\b"
    r"|(?:open|happy|glad|willing|ready|like|prefer) to (?:discuss|negotiate|talk)\b"
    r"|open (?:to|for) (?:discussion|negotiation)s?\b"
    r"|(?:we (?:can|could|should|would|may)|let us|let['’]s) (?:gladly |also )?(?:discuss|negotiate|talk)\b"
    r"|(?:under|subject to|pending) (?:further |internal |mutual )?(?:discussion|negotiation|agreement)s?\b"
    r"|(?<!non-)(?<!not )negotiable\b|(?:up)?on request\b"
    r"|not yet (?:decided|defined|determined|agreed|finali[sz]ed)\b"
    r"|will (?:get|come|revert) back to you\b(?! within)|at a later (?:stage|date|time|point)\b)",
    re.IGNORECASE,
)
_MIN_WORDS = 4  # "Yes, in the contract." may well answer two questions; a sentence hardly does


def hedges(text: str) -> tuple[str, ...]:
    """The hedging words in a text, each once, in lower case."""
    return _each_once(_HEDGE, text)


def deferrals(text: str) -> tuple[str, ...]:
    """The words by which a text puts its answer off, each once, in lower case."""
    return _each_once(_DEFERRAL, text)


def pasted(texts: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Groups of keys whose texts are the same but for case, white space and punctuation, in their order.

    Texts of fewer than four words are left out.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for key, text in texts.items():
        words = tuple(re.findall(r"\w+", text.casefold()))
        if len(words) >= _MIN_WORDS:
            groups.setdefault(words, []).append(key)
    return tuple(tuple(keys) for keys in groups.values() if len(keys) > 1)


def _each_once(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    plain = " ".join(text.split())
    return tuple(dict.fromkeys(match.group(0).lower() for match in pattern.finditer(plain)))
