"""What a workspace holds, as one hash."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from pathlib import Path


def state(workspace: Path) -> str:
    """One hash over all that a workspace holds: every row of its database, every object, every report."""
    held = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(workspace / "vendoreval.db")) as database:
        for line in database.iterdump():
            held.update(line.encode())
    for file in sorted(workspace.rglob("*")):
        if file.is_file() and not file.name.startswith("vendoreval.db"):
            held.update(
                f"{file.relative_to(workspace)} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode()
            )
    return held.hexdigest()
