"""Making and opening a workspace."""

from __future__ import annotations

import os
from pathlib import Path

from vendoreval.store.workspace import Workspace, create, find


def init_workspace(root: Path | str = ".") -> Workspace:
    """Make a workspace in `root` (SQLite, or PostgreSQL by VENDOREVAL_DATABASE_URL).

    Raises Conflict when there is one already.
    """
    return create(Path(root), database_url=os.environ.get("VENDOREVAL_DATABASE_URL"))


def open_workspace(path: Path | str | None = None) -> Workspace:
    """Open the workspace at `path`, at VENDOREVAL_WORKSPACE, or found by walking up from here.

    Raises WorkspaceError when there is none, or when a newer version made it.
    """
    return find(Path.cwd(), explicit=Path(path) if path else None, environ=os.environ)
