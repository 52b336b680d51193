"""Qualtrics's responses: further header rows, a row a response; a column names the item, or questions do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendoreval.formats.readers.known_columns import column_for
from vendoreval.formats.readers.platforms import Found, platform, present, the_one
from vendoreval.formats.readers.row_views import wide, without_rows
from vendoreval.formats.readers.rows import RowFile

_TIMES = ("RecordedDate", "EndDate", "StartDate")
_QUESTION = re.compile(r"(\d+_)?QI?D?\d+([._#-].*)?")
_HEADERS = re.compile(r"Response ID|\{\s*\"ImportId\".*", re.DOTALL)


@dataclass(frozen=True)
class Qualtrics:
    """What is known of response files."""

    def fits(self, names: Sequence[str]) -> str:
        """By the ids of responses beside what only they have."""
        own = {"StartDate", "EndDate", "RecordedDate", "Finished", "Progress", "DistributionChannel"}
        found = "ResponseId" in names and own & set(names)
        return "the columns of Qualtrics responses (ResponseId …)" if found else ""

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One response a row and, where no column names the item, one question an item."""
        asked = [name for name in file.names if _QUESTION.fullmatch(name)]
        rows = without_rows(file, "ResponseId", _HEADERS, "Further header rows of Qualtrics are left out.")
        time = next((name for name in _TIMES if name in file.names), "")
        roles = {"annotator_id": "ResponseId", "labelled_at": time, "seconds": "Duration (in seconds)"}
        roles = present(file.names, roles)
        others = [name for name in file.names if name not in (*asked, "ResponseId")]
        item = mapping.get("item_id") or column_for("item_id", others)
        if item is None and "label" not in mapping and asked:
            note = f"Each of {len(asked):,} questions is an item."
            questions = {name: name for name in asked}
            return Found(
                wide(rows, questions, "item_id", note), {"item_id": "item_id", "label": "label", **roles}
            )
        if "label" not in mapping:
            roles["label"] = the_one(file, "label", asked, "answer")
        return Found(rows, {**({"item_id": item} if item else {}), **roles})


READER = platform("qualtrics", Qualtrics())
