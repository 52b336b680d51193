"""Read a vendor's answers to a claim back from a sheet or a form: every cell that cannot be read is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.moves import ACCEPTED, REBUTTED, Position
from vendoreval.claims.records import ClaimLine
from vendoreval.errors import InputError, Problem
from vendoreval.formats.forms.claim_sheet import (
    ANSWERS,
    CLAIMED,
    LONGEST,
    Versions,
    answered,
    claimed,
    key_of,
)
from vendoreval.formats.forms.claim_words import file_names, position_of, reason_of
from vendoreval.formats.forms.filled_table import FilledRow, plain, read_table
from vendoreval.safe_text import visible

_HIDDEN = ("claim", "version", "record", "key")
_KNOWN = ("line", *CLAIMED, *ANSWERS, *_HIDDEN)
_ALSO = {
    "line number": "line", "line no": "line", "your position": "position", "answer": "position",
    "reason": "reason code", "code": "reason code", "reasoncode": "reason code", "comment": "text",
    "explanation": "text", "guideline": "guideline passage", "passage": "guideline passage",
    "evidence": "evidence files", "files": "evidence files", "delivered": "answer delivered",
    "expected": "answer expected",
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What a file says. `said`: new positions with their rows, the evidence still without hashes.

    `unchanged` lines say what was answered before; `silent` ones of the claim have no position in the file.
    """

    version: int
    said: tuple[tuple[FilledRow, Position], ...]
    unchanged: tuple[int, ...]
    silent: tuple[int, ...]
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_answers(path: Path, versions: Versions, dispute: Dispute, codes: Sequence[str]) -> Read:
    """The vendor's positions in a sheet or form on a claim of which these `versions` were issued.

    Raises InputError for a file that is no such sheet, or is one of another claim or record. What cannot be
    read in single cells is among the problems.
    """
    table = read_table(path, ("line", "key", "position"), _KNOWN, _ALSO)
    filled = [row for row in table if any(row[name] for name in ANSWERS) or row.formulas & set(ANSWERS)]
    _check_claim(path, table, versions, dispute.claim.id)
    lines = {sha: {str(line.number): line for line in claim.lines} for sha, claim in versions.items()}
    reader = _Reader(versions, dispute, codes, lines)
    for row in filled:
        reader.row(row)
    return reader.finish(table)


def _check_claim(path: Path, table: Sequence[FilledRow], versions: Versions, ours: str) -> None:
    """Whether any row is of this claim; single rows of another one are problems of their own."""
    again = f"Write one with: vendoreval claim sheet {ours} --out answers.xlsx"
    claims = sorted({row["claim"] for row in table if row["claim"]})
    if claims and ours not in claims:
        raise InputError(
            f"This sheet is of claim {claims[0]!r}, not of {ours!r}.", file=str(path), remedy=again
        )
    if not any(row["record"] in versions for row in table):
        raise InputError(
            f"This sheet was not written from a version of claim {ours!r} that was issued here.",
            file=str(path), remedy=again,
        )  # fmt: skip


@dataclass
class _Reader:
    versions: Versions
    dispute: Dispute
    codes: Sequence[str]
    lines: Mapping[str, Mapping[str, ClaimLine]]  # of each version by number
    said: dict[int, tuple[FilledRow, Position]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    unchanged: list[int] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: set[tuple[str, str]] = field(default_factory=set)  # positions as they were written
    problems: list[Problem] = field(default_factory=list)

    def row(self, row: FilledRow) -> None:
        """Take one row that holds an answer."""
        line = self._line(row)
        if isinstance(line, Problem):
            self.problems.append(line)
            return
        problems = [*self._edited(row, line), *self._formulas(row)]
        position, wrong = self._position(row, line.number)
        if problems or wrong or position is None:
            self.problems += [*problems, *wrong]
        else:
            self._take(row, position)

    def _line(self, row: FilledRow) -> ClaimLine | Problem:
        """The line of the claim that the row is about; a problem where it cannot be told."""
        claim = self.versions.get(row["record"])
        if claim is None or row["claim"] not in ("", claim.id):
            return row.problem("line", "this row is not of this claim.", "Use a row of the sheet.")
        number = re.sub(r"\.0+\Z", "", row["line"])
        line = self.lines[row["record"]].get(number)
        if line is None:
            return row.problem("line", f"{row['line']!r} is no line of the claim.", "Rows cannot be added.")
        if row["key"] != key_of(row["record"], line.number):
            return row.problem("line", "the number was changed, or the row was put together from two.")
        if line.number in self.seen:
            return row.problem("line", f"line {number} stands here twice.", "Say one thing about it.")
        self.seen.add(line.number)
        return line

    def _edited(self, row: FilledRow, line: ClaimLine) -> Iterator[Problem]:
        """Cells of the claim itself that say something else now: the answer would be to another question."""
        for name, ours in claimed(line).items():
            if name in {**row.places, **row.cells} and not _same(row[name], ours):
                yield row.problem(name, f"was changed to {visible(row[name], 60)!r}.", f"It was {ours!r}.")

    def _formulas(self, row: FilledRow) -> Iterator[Problem]:
        for name in sorted(row.formulas & set(ANSWERS)):
            if row[name]:
                self.notes.append(f"{row.places[name]} is a formula; its value {row[name]!r} was taken.")
            else:
                yield row.problem(name, "is a formula without a value.", "Type the text, or save it again.")

    def _position(self, row: FilledRow, number: int) -> tuple[Position | None, list[Problem]]:
        found: list[Problem] = []
        position = reason = ""
        try:
            position = position_of(row["position"]) if row["position"] else ""
        except ValueError as error:
            found.append(row.problem("position", str(error)))
        else:
            found += _fits(row, position)
        try:
            reason = reason_of(row["reason code"], self.codes) if row["reason code"] else ""
        except ValueError as error:
            found.append(row.problem("reason code", str(error)))
        for name in ("text", "guideline passage"):
            if len(row[name]) > LONGEST:
                what = f"holds {len(row[name]):,} characters, more than {LONGEST:,}."
                found.append(row.problem(name, what, "Send it as an evidence file."))
        files = dict.fromkeys(file_names(row["evidence files"]), "")
        if found:
            return None, found
        return Position(number, position, reason, row["text"], row["guideline passage"], files), []

    def _take(self, row: FilledRow, said: Position) -> None:
        state = self.dispute.lines[said.line]
        if answered(state.position) == answered(said):
            self.unchanged.append(said.line)
        elif not state.stands:
            self.struck.append(said.line)
        elif state.ruling is not None or state.state == "escalated":
            what = f"line {said.line} was ruled on already; its answer stays as it was."
            self.problems.append(row.problem("position", what))
        else:
            self.said[said.line] = row, said
            if plain(row["position"]) != said.position:
                self.words.add((row["position"], said.position))

    def finish(self, table: Sequence[FilledRow]) -> Read:
        """What was read, with notes on what a person should know."""
        used = {row["record"] for row in table} & set(self.versions)
        version = max(self.versions[sha].version for sha in used)
        silent = [n for n, line in self.dispute.lines.items() if line.state == "raised" and n not in self.said]
        self.notes += [
            f"The position {word!r} was read as {position}." for word, position in sorted(self.words)
        ]
        if version < max(claim.version for claim in self.versions.values()):
            self.notes.append(f"The sheet is of version {version}; the claim has a newer one.")
        if self.struck:
            lines = ", ".join(map(str, sorted(self.struck)))
            self.notes.append(f"Struck out since, so that no answer is needed: {lines}.")
        return Read(
            version, tuple(self.said.values()), tuple(self.unchanged), tuple(silent), tuple(self.notes),
            tuple(self.problems),
        )  # fmt: skip


def _fits(row: FilledRow, position: str) -> Iterator[Problem]:
    """Whether the cells of an answer fit each other."""
    if not position:
        yield row.problem("position", "is empty, but the row says something.", "Choose a position.")
    elif position == REBUTTED and not row["reason code"]:
        yield row.problem("reason code", "a rebutted line needs a reason code.")
    elif position == ACCEPTED and row["reason code"]:
        what = "the line is accepted and yet has a reason to rebut it."
        yield row.problem("reason code", what, "Clear the code, or choose rebutted.")


def _same(theirs: str, ours: str) -> bool:
    """Whether a cell still says the same: spaces and the notation of numbers are a program's own."""
    if theirs.split() == ours.split():
        return True
    try:
        return float(theirs) == float(ours)
    except ValueError:
        return False
