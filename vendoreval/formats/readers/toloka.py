"""Toloka's results (TSV): columns INPUT:, OUTPUT:, GOLDEN:, ASSIGNMENT:; or its aggregation, without people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendoreval.formats.intake.row_filter import RowFilter, written
from vendoreval.formats.readers.platforms import Found, platform, present, the_one
from vendoreval.formats.readers.rows import RowFile
from vendoreval.labels.unsettled import spoken

_ROLES = {"annotator_id": "ASSIGNMENT:worker_id", "labelled_at": "ASSIGNMENT:submitted"}
_NOBODY = "The file names no people: it is an aggregation, of which agreement cannot be told."


@dataclass(frozen=True)
class Toloka:
    """What is known of results files."""

    def fits(self, names: Sequence[str]) -> str:
        """By what stands before the columns' names."""
        found = all(any(name.startswith(mark) for name in names) for mark in ("INPUT:", "OUTPUT:"))
        return "the columns INPUT: and OUTPUT: of Toloka" if found else ""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One task a row; gold are the answers known beforehand of control tasks."""
        answers = "GOLDEN:" if gold else "OUTPUT:"
        roles = present(file.names, {} if gold else _ROLES)
        for role, mark, what in (("item_id", "INPUT:", "input"), ("label", answers, "answer")):
            if role not in mapping:
                columns = [name for name in file.names if name.startswith(mark)]
                roles[role] = the_one(file, role, columns, what)
        label = mapping.get("label", roles.get("label", ""))
        if gold:
            return Found(file, roles, where=(RowFilter(f"{label}!=", label, ("",), negated=True),))
        known = f"GOLDEN:{label.removeprefix('OUTPUT:')}"
        notes = [] if "annotator_id" in roles or "annotator_id" in mapping else [_NOBODY]
        if known in file.names:
            words = spoken(("--where", written(known, [""])))
            notes.append(f"Tasks with a value in {known} are control tasks; {words} leaves them out.")
        return Found(file, roles, tuple(notes))


READER = platform("toloka", Toloka())
