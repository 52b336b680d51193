"""Sealing files before they are sent (the vendor's side), and reading a seal that came along."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import EvidenceError, InputError, UsageError
from vendoreval.evidence.sealing import check_form, differing, make_seal
from vendoreval.jsonfile import parse_json
from vendoreval.labels.manifest import Manifest
from vendoreval.workflow.context import now
from vendoreval.workflow.files import read_bytes, sha256_of, write_whole


def seal_files(files: Sequence[Path], out: Path, receipt: Path | None = None) -> dict[str, Any]:
    """Write the seal of files that are about to be sent; needs no workspace. Returns the record.

    `receipt`: the last receipt for gold that the vendor holds. Raises InputError, UsageError for two files of
    one name, which nobody could tell apart.
    """
    names = Counter(path.name for path in files)
    for name, count in names.items():
        if count > 1:
            raise UsageError(f"{count} files are called {name!r}.", remedy="Give each file its own name.")
    listed = [
        {"name": path.name, "sha256": sha256_of(path), "bytes": path.stat().st_size} for path in files
    ]  # the hash first: it refuses what is no file
    try:
        seal = make_seal(listed, now(), _json(receipt) if receipt else None)
    except EvidenceError as error:
        raise InputError(error.what, file=str(receipt), remedy=error.remedy) from error
    write_whole(out, json.dumps(seal, indent=2, ensure_ascii=False).encode() + b"\n")
    return seal


def read_seal(path: Path) -> Mapping[str, Any]:
    """A seal as it came with a delivery; raises InputError when it is none."""
    try:
        return check_form(_json(path))
    except EvidenceError as error:
        raise InputError(
            error.what, file=str(path), remedy="Ask the vendor for the file that `delivery seal` wrote."
        ) from error


def refuse_unsealed(manifest: Manifest, seal: Mapping[str, Any]) -> None:
    """Raise InputError unless the files are exactly those of the seal; names each that is not."""
    found = differing(manifest.to_json()["files"], seal)
    if found:
        raise InputError(
            f"These are not the files that the vendor sealed: {'; '.join(map(str, found))}.",
            remedy="Ask the vendor which files count; nothing was taken in.",
        )


def _json(path: Path) -> Any:
    return parse_json(read_bytes(path), path.name)
