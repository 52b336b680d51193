"""ODCS documents as YAML."""

from __future__ import annotations

from typing import Any

import yaml

from vendoreval.errors import InputError
from vendoreval.formats.readers.yaml_text import parse_yaml


def write_yaml(document: dict[str, Any]) -> str:
    """YAML in the order of the document."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def read_yaml(data: bytes, file: str) -> dict[str, Any]:
    """One YAML (or JSON) document; raises InputError with the line where it cannot be read."""
    document = parse_yaml(data, file)
    if not isinstance(document, dict):
        raise InputError("This is no ODCS document.", file=file, remedy="It starts with apiVersion and kind.")
    return document
