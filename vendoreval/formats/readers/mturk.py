"""Results of Mechanical Turk: columns `Input.*` and `Answer.*`, one item a HIT or several, or JSON of forms.

Rejected and submitted assignments stand beside approved ones: AssignmentStatus is asked about, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.formats.readers.json_paths import leaves_of
from vendoreval.formats.readers.known_columns import as_option
from vendoreval.formats.readers.platforms import Found, platform, present, the_one
from vendoreval.formats.readers.row_views import first_cell, stacked
from vendoreval.formats.readers.rows import RowFile

_JSON = "Answer.taskAnswers"
_ROLES = {
    "annotator_id": "WorkerId", "labelled_at": "SubmitTime", "seconds": "WorkTimeInSeconds",
    "label_id": "AssignmentId",
}  # fmt: skip


@dataclass(frozen=True)
class MTurk:
    """What is known of results files."""

    def fits(self, names: Sequence[str]) -> str:
        """By ids of HITs and workers beside answers."""
        found = {"HITId", "WorkerId"} <= set(names) and any(name.startswith("Answer.") for name in names)
        return "the columns HITId, WorkerId and Answer.* of Mechanical Turk" if found else ""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One item a row; or, where inputs and answers are numbered alike, one a number."""
        inputs = [name for name in file.names if name.startswith("Input.")]
        answers = [name for name in file.names if name.startswith("Answer.")]
        roles = present(file.names, _ROLES)
        groups = _numbered(inputs, answers)
        if groups and not {"item_id", "label"} & mapping.keys():
            roles.pop("label_id", None)  # an assignment holds several answers
            note = f"Each row holds {len(groups)} items: inputs and answers of one number belong together."
            return Found(stacked(file, groups), {"item_id": "item_id", "label": "label", **roles}, (note,))
        if "item_id" not in mapping:
            roles["item_id"] = the_one(file, "item_id", inputs, "input")
        if "label" not in mapping:
            roles["label"] = _path(file) if answers == [_JSON] else the_one(file, "label", answers, "answer")
        return Found(file, roles)


def _numbered(inputs: Sequence[str], answers: Sequence[str]) -> list[dict[str, str]]:
    """The columns of each number, where every input has an answer of its number; none where they do not."""
    first, second = ({_number(name): name for name in names} for names in (inputs, answers))
    whole = len(first) == len(inputs) > 1 and len(second) == len(answers) and first.keys() == second.keys()
    stems = {re.sub(r"\d+", "", name) for name in (*inputs, *answers)}
    if not whole or "" in first or len(stems) != 2:
        return []
    return [{"item_id": first[number], "label": second[number]} for number in first]


def _number(name: str) -> str:
    found = re.findall(r"\d+", name)
    return found[0] if len(found) == 1 else ""


def _path(file: RowFile) -> str:
    """The path to the only value of an answer in JSON; raises InputError with those there are."""
    leaves = leaves_of(_JSON, first_cell(file, _JSON) or "")
    if len(leaves) == 1:
        return leaves[0]
    listed = " or ".join(as_option("label", leaf) for leaf in leaves[:5])
    raise InputError(
        f"{_JSON} holds {len(leaves)} values in its first row.", file=str(file.path),
        remedy=f"Say which one is the label: {listed or as_option('label', f'{_JSON}:$[0].NAME')}.",
    )  # fmt: skip


READER = platform("mturk", MTurk())
