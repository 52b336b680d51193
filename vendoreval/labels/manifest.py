"""The manifest of a delivery: which files were received, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ManifestFile:
    """One file as received: its name without folder, size in bytes and SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All files of one delivery, in order of name."""

    delivery: str
    files: tuple[ManifestFile, ...]

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/manifest/1`."""
        return {
            "schema": "vendoreval/manifest/1",
            "delivery": self.delivery,
            "files": [{"name": f.name, "bytes": f.bytes, "sha256": f.sha256} for f in self.files],
        }
