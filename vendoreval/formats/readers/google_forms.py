"""Answers of a Google form (CSV or XLSX): a row a person, a column a question, each question about one item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.platforms import Found, platform, present
from vendoreval.formats.readers.row_views import wide
from vendoreval.formats.readers.rows import RowFile

_TIMES = ("Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Informazioni cronologiche")
_PEOPLE = (
    "Email Address", "Email address", "Username", "E-Mail-Adresse", "Nutzername", "Adresse e-mail",
    "Nom d'utilisateur", "Dirección de correo electrónico", "Indirizzo email", "Nome utente",
)  # fmt: skip
_OTHERS = ("Score", "Punkte", "Punktzahl")
_ITEM = ReaderOption(
    "item", "what a question names its item by: differs (where questions differ), or whole", "differs",
    ("differs", "whole"),
)  # fmt: skip


@dataclass(frozen=True)
class GoogleForms:
    """What is known of a form's answers."""

    def fits(self, names: Sequence[str]) -> str:
        """By the time in front, and questions behind it."""
        asked = [name for name in names if name not in (*_TIMES, *_PEOPLE, *_OTHERS)]
        wordy = bool(asked) and all(" " in name.strip() or name.endswith(("?", "]")) for name in asked)
        return (
            f"{names[0]} in front of questions, as Google Forms has it" if names[0] in _TIMES and wordy else ""
        )

    def find(self, file: RowFile, mapping: Mapping[str, str], options: Mapping[str, str], gold: bool) -> Found:
        """One answer a question and person."""
        people = next((name for name in _PEOPLE if name in file.names), "")
        known = (*_TIMES, *_PEOPLE, *_OTHERS, *mapping.values())
        asked = [name for name in file.names if name and name not in known]
        items = dict(zip(asked, asked if options["item"] == "whole" else differing(asked), strict=True))
        roles = present(file.names, {"annotator_id": people, "labelled_at": file.names[0]})
        note = (
            f"Each of {len(asked):,} questions is an item: {asked[0]!r} is {items[asked[0]]!r}."
            if asked
            else ""
        )
        return Found(wide(file, items, "item_id", note), {"item_id": "item_id", "label": "label", **roles})


def differing(texts: Sequence[str]) -> list[str]:
    """What is left of each text without the words that all begin with and the signs that all end with.

    The texts as they are, where that would leave nothing or the same of two.
    """
    common = "".join(signs[0] for signs in takewhile(lambda one: len(set(one)) == 1, zip(*texts, strict=False)))
    before = re.match(r"(?:.*\s)?", common, re.DOTALL)
    start = len(before[0]) if before and len(texts) > 1 else 0
    rest = [text[start:].strip() for text in texts]
    while len(rest) > 1 and len({text[:1] for text in rest}) == 1 and _sign(rest[0][:1]):
        rest = [text[1:].strip() for text in rest]
    while len(rest) > 1 and len({text[-1:] for text in rest}) == 1 and _sign(rest[0][-1:]):
        rest = [text[:-1].strip() for text in rest]
    return rest if all(rest) and len(set(rest)) == len(rest) else list(texts)


def _sign(text: str) -> bool:
    return bool(text) and not text.isalnum()


READER = platform("google-forms", GoogleForms(), (_ITEM,))
