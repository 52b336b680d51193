"""The sheet on which a buyer rules: one row a line that may still be ruled on, with the vendor's position."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from vendoreval.claims.disputes import Dispute, LineState
from vendoreval.claims.moves import RULINGS, Ruling
from vendoreval.claims.records import ClaimLine
from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.formats.forms.filled_table import Column, FilledRow, read_table, table_bytes
from vendoreval.tasks.outcomes import SEVERITIES

_COLUMNS = (
    Column("claim", 14),
    Column("line", 6),
    Column("item", 26),
    Column("what is wrong", 30),
    Column("gold", 16),
    Column("delivered", 16),
    Column("state", 11),
    Column("code", 22),
    Column("vendor says", 44),
    Column("ruling", 13, tuple(RULINGS), filled=True),
    Column("reason", 44, filled=True),
    Column("severity", 11, SEVERITIES[:2], filled=True),
    Column("by", 16, filled=True),
)
_READ = ("claim", "line", "ruling", "reason", "severity", "by")


def ruling_sheet(dispute: Dispute, suffix: str) -> tuple[bytes, int]:
    """The sheet in the format of the file's ending, and how many lines stand on it: rebutted ones first."""
    lines = sorted(
        (line for line in dispute.claim.lines if dispute.lines[line.number].stands),
        key=lambda line: (dispute.lines[line.number].state != "rebutted", line.number),
    )
    told = [
        *(f"{word}: {text}" for word, text in RULINGS.items()),
        "Rows without a ruling are left as they are.",
    ]
    rows = [_row(dispute, line, dispute.lines[line.number]) for line in lines]
    return table_bytes(_COLUMNS, rows, suffix, title=f"Rulings on claim {dispute.claim.id}", told=told), len(
        rows
    )


def _row(dispute: Dispute, line: ClaimLine, state: LineState) -> dict[str, str]:
    said = state.position
    words = [said.text, f"Guideline: {said.guideline}" if said.guideline else ""] if said else []
    words += [f"Evidence: {', '.join(said.evidence)}" if said.evidence else ""] if said else []
    return {
        "claim": dispute.claim.id, "line": f"{line.number}", "item": line.shown,
        "what is wrong": ", ".join(filter(None, (line.fault, line.where))),
        "gold": line.expected or "", "delivered": line.delivered or "", "state": state.state,
        "code": said.reason if said else "", "vendor says": "\n".join(filter(None, words)),
    }  # fmt: skip


def read_rulings(path: Path, claim: str, lines: Collection[int]) -> tuple[Ruling, ...]:
    """The rulings in a filled sheet; rows without one are left out.

    Raises InputError for a sheet of another claim, InvalidDocument with every cell that cannot be read.
    """
    problems: list[Problem] = []
    rulings: dict[int, Ruling] = {}
    for row in read_table(path, ("line", "ruling"), _READ):
        if row["claim"] not in ("", claim):
            raise InputError(
                f"This sheet is of claim {row['claim']!r}, not of {claim!r}.", file=str(path),
                remedy=f"Write one with: vendoreval claim rule {claim} --sheet {path.name}",
            )  # fmt: skip
        found = _problems(row, lines, rulings)
        problems += found
        if not found and row["ruling"]:
            one = _ruling(row)
            rulings[one.line] = one
    if problems:
        raise InvalidDocument(path.name, tuple(problems))
    return tuple(rulings.values())


def _problems(row: FilledRow, lines: Collection[int], before: Collection[int]) -> list[Problem]:
    found = [row.problem(name, "is a formula.", "Please type it.") for name in sorted(row.formulas)]
    if found or not any(row[name] for name in ("ruling", "reason", "severity", "by")):
        return found
    line, ruling, severity = row["line"], row["ruling"].casefold(), row["severity"].casefold()
    if not (line.isascii() and line.isdigit() and len(line) < 10 and int(line) in lines):
        found.append(row.problem("line", f"{line!r} is no line of the claim."))
    elif int(line) in before:
        found.append(row.problem("line", f"line {line} stands here twice."))
    if not ruling and row["reason"]:
        found.append(row.problem("ruling", "there is a reason, but no ruling."))
    elif ruling and ruling not in RULINGS:
        found.append(row.problem("ruling", f"{row['ruling']!r} is no ruling.", f"Use {', '.join(RULINGS)}."))
    if ruling and not row["reason"]:
        found.append(row.problem("reason", "there is a ruling, but no reason."))
    if severity and severity not in SEVERITIES:
        found.append(row.problem("severity", f"{row['severity']!r} is no severity.", "Use minor or major."))
    elif severity and ruling and ruling != "downgraded":
        found.append(row.problem("severity", "only a line that is downgraded gets another severity."))
    return found


def _ruling(row: FilledRow) -> Ruling:
    return Ruling(
        int(row["line"]), row["ruling"].casefold(), row["reason"], row["by"],
        severity=row["severity"].casefold(),
    )  # fmt: skip
