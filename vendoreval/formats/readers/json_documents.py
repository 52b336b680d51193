"""Documents of text tools in JSON lines, or in a JSON list: one object a text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.sources import Member, Source
from vendoreval.formats.readers.text_source import explained, open_text, whole_text
from vendoreval.jsonfile import each, values

Document = tuple[int, Any, str]  # line or number, its values, or why there are none
ITEM = ReaderOption(
    "item",
    "the field of an item's id, with dots: meta.docid; auto takes the first there is and says which",
    "auto",
)


def documents(member: Member) -> Iterator[Document]:
    """The documents of a file in order; raises InputError where it cannot be read on.

    A file that is called .json is one JSON document, a list or objects one after the other, and held whole;
    each line of any other stands for itself.
    """
    if member.suffix == ".json":
        for number, found in enumerate(each(whole_text(member), member.name), start=1):
            yield number, found, ""
        return
    with explained(member), open_text(member) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, *_read(line)


def _read(line: str) -> tuple[Any, str]:
    try:
        return values(line), ""
    except json.JSONDecodeError as error:
        return None, f"The line is not JSON: {error.msg}."
    except ValueError as error:
        return None, f"The line cannot be taken. {error}"


def first_documents(source: Source, count: int = 5) -> list[Any]:
    """The first documents as far as they stand in the first bytes; none where there are no such."""
    found: list[Any] = []
    for member in source.members[:count]:
        text = member.head().decode("utf-8-sig", "ignore")
        if member.suffix != ".json":
            found += [value for value, reason in map(_read, text.splitlines()[:count]) if not reason]
            continue
        try:
            for value in islice(each(text, member.name), count):
                found.append(value)
        except InputError:
            continue
    return found


def item_field(option: str, candidates: Sequence[str], first: Sequence[Any]) -> str:
    """The field of the item's id: the one that was said, else the first candidate that documents have."""
    if option != ITEM.default:
        return option
    return next(
        (name for name in candidates if any(at(one, name) is not None for one in first)), candidates[-1]
    )


def at(document: Any, path: str) -> Any:
    """The value at a path with dots, None where there is none."""
    for name in path.split("."):
        document = document.get(name) if isinstance(document, dict) else None
    return document


def item_id(document: Any, path: str) -> str | None:
    """The item's id as text; None where the document has none."""
    found = at(document, path)
    return None if isinstance(found, dict | list | bool) else plain(found) or None
