"""The formats of files that are read, for people who ask which there are."""

from __future__ import annotations

from typing import Any

from vendoreval.formats.readers.known import READERS


def known_formats() -> list[dict[str, Any]]:
    """A record a format: what `--format` calls it, its file endings, task types and options."""
    return [
        {
            "format": one.name,
            "suffixes": list(one.suffixes),
            "task_types": sorted(one.yields),
            "options": [
                {"name": o.name, "meaning": o.meaning, "default": o.default, "choices": list(o.choices)}
                for o in one.options
            ],
        }
        for one in (entry.reader() for entry in READERS)
    ]
