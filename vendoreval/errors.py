"""Everything that can go wrong, and the exit code it ends with.

VendorevalError                 2   the message says what happened and what to try
├── UsageError                      the command's words do not fit together
├── InputError                      a file cannot be read as what it should be
│   └── InvalidDocument             a contract or questionnaire with a list of problems
├── NotFound                        an id that the workspace does not hold
├── Conflict                        it exists already, or would contradict what is frozen
│   └── NotSettled                  a delivery about which something is open, with what settles it
├── WorkspaceError                  no workspace here, or one that this version cannot open
├── MissingPart                     an optional library or system package is absent
├── ExecutorError                   workers on other machines cannot be reached, or gave up
└── EvidenceError               5   evidence does not fit what it claims to prove

A verdict is never an exception: `breached`, `inconclusive` and `not_run` are findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, the same for all commands (DESIGN §6)."""

    FINE = 0
    BUG = 1
    UNUSABLE = 2
    BREACHED = 3
    UNDECIDED = 4
    EVIDENCE = 5


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one place of a document that a person wrote.

    `line` is 1-based, 0 when the place is unknown; `field` is a dotted path such as
    `clause.accuracy.threshold`.
    """

    line: int
    field: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line else ""
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.field}: {self.what}{tail}"


class VendorevalError(Exception):
    """Base of all errors that a user can act on."""

    exit_code = Exit.UNUSABLE

    def __init__(self, what: str, *, remedy: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.details = tuple(details)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> tuple[str, ...]:
        """What is printed, line by line; within a line, text from outside may hold anything, a line end too."""
        return (f"{self.what} {self.remedy}".strip(), *self.details)


class UsageError(VendorevalError):
    """The command's words do not fit together."""


class InputError(VendorevalError):
    """A file cannot be read as what it should be."""

    def __init__(
        self, what: str, *, file: str = "", line: int = 0, remedy: str = "", details: Sequence[str] = ()
    ) -> None:
        place = f"{file}, line {line}: " if file and line else f"{file}: " if file else ""
        super().__init__(place + what, remedy=remedy, details=details)
        self.file = file
        self.line = line


LISTED = 200  # problems that are shown; further ones are counted


class InvalidDocument(InputError):
    """A contract or questionnaire with problems; all of them are listed at once."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        super().__init__(count, file=file)
        self.problems = problems

    def lines(self) -> tuple[str, ...]:
        """The count, then one problem a line, the first ones of very many."""
        shown, left = self.problems[:LISTED], len(self.problems) - LISTED
        more = (f"  … and {left:,} further problems.",) if left > 0 else ()
        return (*super().lines(), *(f"  {problem}" for problem in shown), *more)


class NotFound(VendorevalError):
    """An id that the workspace does not hold."""

    def __init__(self, kind: str, wanted: str, known: tuple[str, ...] = ()) -> None:
        from difflib import get_close_matches

        close = get_close_matches(wanted, known, n=1)
        if close:
            remedy = f"Did you mean {close[0]!r}?"
        elif known:
            shown = ", ".join(sorted(known)[:8])
            remedy = f"Known: {shown}{', …' if len(known) > 8 else ''}."
        else:
            remedy = f"The workspace has no {kind} yet."
        super().__init__(f"There is no {kind} {wanted!r}.", remedy=remedy)


class Conflict(VendorevalError):
    """It exists already, or would contradict something that is frozen."""


class NotSettled(Conflict):
    """A delivery about which something is open: every point and every step stands in a line of its own."""

    def __init__(self, what: str, points: tuple[str, ...], steps: tuple[str, ...]) -> None:
        super().__init__(what)
        self.points = points
        self.steps = steps

    def lines(self) -> tuple[str, ...]:
        """What is open, then what to do, in order."""
        return (*super().lines(), *(f"  {point}" for point in self.points), *self.steps)


class WorkspaceError(VendorevalError):
    """No workspace here, or one that this version cannot open."""


class MissingPart(VendorevalError):
    """An optional library or system package is absent; `vendoreval doctor` tells more."""


class ExecutorError(VendorevalError):
    """Workers on other machines, or their scheduler, cannot be reached or gave up."""


class EvidenceError(VendorevalError):
    """Evidence does not fit what it claims to prove."""

    exit_code = Exit.EVIDENCE
