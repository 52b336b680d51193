"""The answers that gold accepts on an item: one label, or several in one cell."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from vendoreval.errors import UsageError
from vendoreval.formats.readers.json_lines import plain
from vendoreval.jsonfile import values as json_values

USUAL = "|"
_KNOWN = {",": ",", ";": ";", "\n": r"\n", "\t": r"\t", "/": "/", "|": "|"}  # as they are typed


def separator_of(text: str) -> str:
    r"""What `--separator` says: a sign, or \n and \t; nothing stays nothing. Raises UsageError."""
    sign = {r"\n": "\n", r"\t": "\t"}.get(text, text)
    if len(sign) > 1 or sign.isalnum():
        raise UsageError(
            f"--separator {text!r} is no sign that separates.", remedy=r"Write it like --separator ';' or '\n'."
        )
    return sign


def accepted_answers(
    label: str, accepted: str | None, classes: Collection[str], separator: str = ""
) -> tuple[str, ...]:
    """The accepted answers, each once, the primary one first.

    `accepted` is a JSON list, or separated by `separator` ("": by |). A label that is no class of the contract
    is taken apart in the same way where a separator was stated, and where it is a JSON list.
    """
    first = [label]
    if classes and label not in classes and (separator or label.startswith("[")):
        first = listed(label, separator or "\0")
    return tuple(dict.fromkeys((*first, *listed(accepted, separator))))


def listed(text: str | None, separator: str = "") -> list[str]:
    """The texts in a cell, without white space around them."""
    if not text:
        return []
    if text.startswith("["):
        with suppress(ValueError):
            return [plain(part) or "" for part in json_values(text)]
    return [part.strip() for part in text.split(separator or USUAL) if part.strip()]


def fitting_separator(text: str, classes: Collection[str]) -> str:
    """The separator, as it is typed, that takes a text apart into classes; "" if there is none."""
    fitting = (
        typed for sign, typed in _KNOWN.items() if sign in text and set(listed(text, sign)) <= set(classes)
    )
    return next(fitting, "")
