"""The formats of files that are read, for people who ask which there are."""

from __future__ import annotations

from typing import Any

from vendoreval.formats.readers.known import READERS
from vendoreval.formats.readers.known_exports import EXPORTS


def known_formats() -> list[dict[str, Any]]:
    """A record a format: what `--format` calls it, how it is exported, endings, task types, options."""
    return [
        {
            "format": one.name,
            "export": EXPORTS.get(one.name, ""),
            "suffixes": list(one.suffixes),
            "task_types": sorted(one.yields),
            "options": [
                {"name": o.name, "meaning": o.meaning, "default": o.default, "choices": list(o.choices)}
                for o in one.options
            ],
        }
        for one in (entry.reader() for entry in READERS)
    ]
