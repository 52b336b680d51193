"""Columns that tell which rows of an export are meant: Approved and Rejected, `_tainted`, `was_cancelled` …

Platforms export every row that ever was, rejected rows, cancelled ones and test questions too. Which of them
count is for the buyer to say, so such a column is named with its values, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

KINDS = 20  # a status has few values
_MARKS = frozenset(
    ("true", "false", "t", "f", "yes", "no", "y", "n", "1", "0", "x")
)  # fmt: skip
_YES = frozenset(("true", "t", "yes", "y", "1", "x"))
_CONFIRMS = frozenset(("accepted", "approve", "approved", "finished", "submitted", "valid"))
# Words of names that a yes or no belongs to, and of names that could also head an answer.
_FLAGS = frozenset(
    ("accepted", "approve", "approved", "archived", "canceled", "cancelled", "deleted", "discarded",
     "draft", "finished", "gold", "golden", "hidden", "honeypot", "ignore", "ignored", "invalid", "missed",
     "reject", "rejected", "skip", "skipped", "spam", "submitted", "tainted", "test", "truth", "valid", "void",
     "withdrawn")
)  # fmt: skip
_STATES = frozenset(
    ("answer", "approval", "decision", "outcome", "qa", "qc", "result", "review", "state", "status",
     "verdict")
)  # fmt: skip
_NOT_MEANT = frozenset(
    ("abandoned", "canceled", "cancelled", "deleted", "discarded", "expired", "failed", "ignore", "ignored",
     "invalid", "missed", "reject", "rejected", "returned", "skip", "skipped", "spam", "tainted", "timeout",
     "void", "withdrawn")
)  # fmt: skip
_VALUES = _NOT_MEANT | frozenset(
    ("accept", "accepted", "active", "annotated", "approve", "approved", "archived", "assigned", "closed",
     "complete", "completed", "confirmed", "done", "draft", "final", "finalized", "finished", "golden",
     "judgable", "new", "open", "pass", "passed", "pending", "published", "qualified", "released",
     "reviewed", "submitted", "unreviewed", "valid")
)  # fmt: skip


def may_be_status(name: str) -> bool:
    """Whether a column's name is one that status columns have."""
    return name.casefold().endswith("status") or not (_FLAGS | _STATES).isdisjoint(_words(name))


def is_status(name: str, values: Mapping[str, int], classes: Collection[str] = ()) -> bool:
    """Whether the values, too, are those of a status, and leave something to decide.

    `values` gives the rows of each value, "" those without one. Answers (`classes`) are no status, and one
    value in all rows leaves nothing to decide, unless it says that no row is meant.
    """
    given = {value.strip().casefold() for value in values if value.strip()}
    if not given or len(values) > KINDS:
        return False
    if len(values) == 1:
        return given <= _NOT_MEANT
    if given <= _MARKS:
        return not _FLAGS.isdisjoint(_words(name))
    if name.casefold().endswith("status"):
        return True
    return not given <= {answer.casefold() for answer in classes} and all(map(_speaks_of_a_state, given))


def no_answers(name: str, values: Collection[str]) -> bool:
    """Whether a column is that of a status, by name and all its values, so that it holds no classes."""
    given = {value.strip().casefold() for value in values if value.strip()}
    return may_be_status(name) and 0 < len(given) <= KINDS and all(map(_speaks_of_a_state, given))


def not_meant(name: str, value: str) -> bool:
    """Whether a value says that its row is not part of the work: rejected, cancelled, a test."""
    word, words = value.strip().casefold(), _words(name)
    if word in _MARKS:
        return (word in _YES) == _CONFIRMS.isdisjoint(words)
    return not _NOT_MEANT.isdisjoint(re.split(r"[\s_-]+", word)) or word == "golden"


def _speaks_of_a_state(value: str) -> bool:
    return not _VALUES.isdisjoint(re.split(r"[\s_-]+", value))


def _words(name: str) -> list[str]:
    """The words of a column's name: `was_cancelled`, `wasCancelled`, `ASSIGNMENT:status`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]
