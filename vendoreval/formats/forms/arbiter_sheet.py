"""The arbiter's sheet: one row a case, both answers as A and B, and no word on whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vendoreval.claims.arbitration import BOTH, DECISIONS, NEITHER, UNSURE, A, B, Decision
from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.formats.forms.filled_table import Column, FilledRow, read_table, table_bytes

TITLE = "Cases to decide"
_TOLD = (
    "Each row is a case: an item, and two answers to it. Which side gave which answer is not told, and changes "
    "from case to case.",
    "Look at the item, hold both answers against the guideline, and choose a decision from the list.",
    "Write in a few words why. What you cannot tell, say so. Rows may be left empty and filled later.",
)
# What people write instead of the list's words, in small letters.
_ALSO = {
    "a": A, "b": B, "both": BOTH, "both acceptable": BOTH, "neither": NEITHER, "none": NEITHER,
    "can't tell": UNSURE, "cannot say": UNSURE, "unsure": UNSURE, "?": UNSURE,
}  # fmt: skip
_WORDS = {**{one.casefold(): one for one in DECISIONS}, **_ALSO}


@dataclass(frozen=True)
class BlindCase:
    """What an arbiter sees of a case. `shown`: further columns; `picture`: JPEG, empty for none."""

    number: int
    item: str
    a: str
    b: str
    shown: Mapping[str, str]
    picture: bytes = b""


def arbiter_sheet(sheet: str, guideline: str, cases: Sequence[BlindCase], suffix: str) -> bytes:
    """The sheet in the format of the file's ending; raises InputError as `table_bytes` does."""
    pictures = tuple(case.picture for case in cases)
    columns = [
        Column("sheet", 15), Column("case", 6),
        *([Column("item", 24)] if any(case.item for case in cases) else []),
        *(Column(name, 44) for name in (cases[0].shown if cases else ())),
        *([Column("picture", 62, pictures=pictures)] if any(pictures) else []),
        Column("guideline", 20), Column("answer A", 32), Column("answer B", 32),
        Column("decision", 20, DECISIONS, filled=True), Column("reason", 44, filled=True),
    ]  # fmt: skip
    rows = [
        {
            "sheet": sheet, "case": f"{case.number}", "item": case.item, **case.shown, "guideline": guideline,
            "answer A": case.a, "answer B": case.b,
        }
        for case in cases
    ]  # fmt: skip
    return table_bytes(columns, rows, suffix, title=TITLE, told=_TOLD)


def read_decisions(path: Path) -> tuple[str, list[tuple[FilledRow, Decision]]]:
    """The id of the sheet, and each decision with the row that it stands in; empty ones are left out.

    Raises InputError for a file that is no such sheet, InvalidDocument with every cell that cannot be read.
    """
    rows = read_table(path, ("sheet", "case", "decision"), ("sheet", "case", "decision", "reason"))
    sheets = sorted({row["sheet"] for row in rows if row["sheet"]})
    if len(sheets) != 1:
        raise InputError(
            f"It holds rows of {len(sheets)} sheets." if sheets else "No row names its sheet.", file=str(path),
            remedy="Take back the sheet as `vendoreval claim arbitrate --out` wrote it.",
        )  # fmt: skip
    problems: list[Problem] = []
    found: dict[int, tuple[FilledRow, Decision]] = {}
    for row in rows:
        wrong = _problems(row, found)
        problems += wrong
        if not wrong and row["decision"]:
            word = _WORDS[row["decision"].casefold().rstrip(".")]
            found[int(row["case"])] = row, Decision(int(row["case"]), word, row["reason"])
    if problems:
        raise InvalidDocument(path.name, tuple(problems))
    if not found:
        raise InputError("The sheet holds no decision.", file=str(path), remedy="Fill the column 'decision'.")
    return sheets[0], list(found.values())


def _problems(row: FilledRow, before: Mapping[int, object]) -> list[Problem]:
    found = [row.problem(name, "is a formula.", "Please type it.") for name in sorted(row.formulas)]
    if found or not (row["decision"] or row["reason"]):
        return found
    case, said = row["case"], row["decision"].casefold().rstrip(".")
    if not (case.isascii() and case.isdigit() and len(case) < 10):
        found.append(row.problem("case", f"{case!r} is no case of the sheet."))
    elif int(case) in before:
        found.append(row.problem("case", f"case {case} stands here twice."))
    if not said:
        found.append(row.problem("decision", "there is a reason, but no decision."))
    elif said not in _WORDS:
        what = f"{row['decision']!r} is no decision."
        found.append(row.problem("decision", what, f"Use one of: {', '.join(DECISIONS)}."))
    return found
