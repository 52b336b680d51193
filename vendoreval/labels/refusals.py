"""What an importer did not take, and why: nothing is dropped without a line here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One row or object that was not taken.

    `line` is 1-based in the file as received (0 when the format has no lines); `effect` says what
    the refusal does to the denominator, in plain words.
    """

    file: str
    line: int
    reason: str
    effect: str
    item_id: str | None = None


@dataclass(frozen=True)
class Intake:
    """What an importer saw. Counts are exact even where only the first refusals are listed."""

    rows_read: int
    rows_taken: int
    refused: int
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
