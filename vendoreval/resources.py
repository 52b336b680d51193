"""Where the files that ship with the program are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

from vendoreval.errors import MissingPart

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "_resources", _PACKAGE.parent)


def resource(name: str) -> Path:
    """Path of a shipped file or folder such as `templates`, `questionnaires` or `samples`.

    Raises MissingPart when the installation is incomplete.
    """
    for place in _PLACES:
        path = place / name
        if path.exists():
            return path
    raise MissingPart(
        f"The shipped file {name!r} is missing from this installation.",
        remedy="Install vendoreval again.",
    )
