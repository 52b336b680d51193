"""Zooniverse's classification export: tasks in the JSON of `annotations`, subjects in `subject_ids`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.known_columns import as_option
from vendoreval.formats.readers.platforms import Found, platform, present
from vendoreval.formats.readers.row_views import first_cell
from vendoreval.formats.readers.rows import RowFile
from vendoreval.jsonfile import values

_ROLES = {
    "item_id": "subject_ids", "annotator_id": "user_name", "labelled_at": "created_at",
    "label_id": "classification_id",
}  # fmt: skip
_NAMES = "Items are the platform's subject ids; --map 'item_id=subject_data:$.*.Filename' takes a file's name."
_GOLD = RowFilter("gold_standard=true", "gold_standard", ("true", "True", "TRUE", "1"))


@dataclass(frozen=True)
class Zooniverse:
    """What is known of classification exports."""

    def fits(self, names: Sequence[str]) -> str:
        """By its own columns."""
        own = {"classification_id", "annotations", "subject_data"}
        return "the columns of a Zooniverse export (annotations, subject_data)" if own <= set(names) else ""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One classification a row; as gold, those that experts marked as gold standard."""
        roles = present(file.names, _ROLES)
        if "label" not in mapping:
            roles["label"] = _task(file)
        notes = () if "item_id" in mapping else (_NAMES,)
        where = (_GOLD,) if gold and "gold_standard" in file.names else ()
        return Found(file, roles, notes, where)


def _task(file: RowFile) -> str:
    """The path to the answer of the only task of the first row; raises InputError where there are several."""
    tasks: list[str] = []
    with suppress(json.JSONDecodeError, ValueError):
        found = values(first_cell(file, "annotations") or "[]")
        tasks = [str(one.get("task")) for one in found if isinstance(one, dict)]
    paths = [f"annotations:$[task={task}].value" for task in tasks]
    if len(paths) == 1:
        return paths[0]
    raise InputError(
        f"The first classification answers {len(paths)} tasks.", file=str(file.path),
        remedy="Say which one: " + (" or ".join(as_option("label", path) for path in paths[:5])
                                    or "--map 'label=annotations:$[task=T0].value'") + ".",
    )  # fmt: skip


READER = platform("zooniverse", Zooniverse())
