"""Appen's (Figure Eight's, CrowdFlower's) reports: full, a row a judgment, or aggregated, a row a unit.

Test questions and tainted judgments stand among the others: `_golden` and `_tainted` are asked about. As gold,
the test questions are read, of which each line of `…_gold` is an accepted answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.platforms import Found, platform, present, the_one
from vendoreval.formats.readers.rows import RowFile

_ROLES = {"annotator_id": "_worker_id", "labelled_at": "_created_at", "label_id": "_id"}
_NOBODY = (
    "It is an aggregated report: one answer a unit and no people. Agreement needs the full report; what each "
    "person answered cannot be told from this one."
)


@dataclass(frozen=True)
class Appen:
    """What is known of reports."""

    def fits(self, names: Sequence[str]) -> str:
        """By the ids of units beside what only reports have."""
        own = {"_worker_id", "_golden", "_tainted", "_unit_state", "_trusted_judgments", "_trust"}
        return "the columns of an Appen report (_unit_id …)" if "_unit_id" in names and own & set(names) else ""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One judgment or unit a row; answers are those with a `:confidence` or a `_gold` beside them."""
        names = file.names
        answers = [name for name in names if {f"{name}:confidence", f"{name}_gold"} & set(names)]
        inputs = [name for name in names if not name.startswith("_") and not _beside(name, answers)]
        roles = {} if gold else present(names, _ROLES)
        if not answers and not {"item_id", "label"} <= mapping.keys():
            raise InputError(
                f"Which columns are inputs and which answers cannot be told: {', '.join(inputs[:8])}.",
                file=str(file.path), remedy="Say --map item_id=COLUMN --map label=COLUMN.",
            )  # fmt: skip
        if "item_id" not in mapping:
            roles["item_id"] = the_one(file, "item_id", inputs, "input")
        if "label" not in mapping:
            known = [f"{name}_gold" for name in answers if f"{name}_gold" in names] if gold else answers
            roles["label"] = the_one(file, "label", known, "answer")
        if gold:
            label = mapping.get("label", roles.get("label", ""))
            return Found(file, roles, (), (RowFilter(f"{label}!=", label, ("",), negated=True),), "\n")
        people = "annotator_id" in roles or "annotator_id" in mapping
        return Found(file, roles, () if people else (_NOBODY,))


def _beside(name: str, answers: Sequence[str]) -> bool:
    """Whether a column is an answer, or tells of one."""
    return any(
        name in (answer, f"{answer}_gold", f"{answer}_gold_reason") or name.startswith(f"{answer}:")
        for answer in answers
    )


READER = platform("appen", Appen(), dates="mdy")
