"""The workspace: a folder with a marker, the objects, the reports, and the database beside them.

    vendoreval.toml   the marker, written last: a folder is a workspace if and only if it is there
    vendoreval.db     SQLite, unless the records live in PostgreSQL
    objects/          content-addressed files
    reports/          what was made for people to read

The marker names the kind of database and the workspace's id, which the database repeats, so that a
folder is never opened with the records of another one.
"""

from __future__ import annotations

import os
import secrets
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vendoreval.errors import Conflict, WorkspaceError
from vendoreval.evidence.chain import Event, verify_chain
from vendoreval.store import questionnaire_tables  # noqa: F401  so that every table is declared
from vendoreval.store.database import Database, parse_url, sqlite_url
from vendoreval.store.objects import ObjectStore, refuse_full_disk, sync_folder
from vendoreval.store.tables import EventRow, WorkspaceRow
from vendoreval.store.transactions import Reader, Transaction

MARKER = "vendoreval.toml"
WORKSPACE_VARIABLE = "VENDOREVAL_WORKSPACE"
DATABASE_VARIABLE = "VENDOREVAL_DATABASE_URL"
_SCHEMA = "vendoreval/workspace/1"


@dataclass(frozen=True)
class Workspace:
    """An open workspace. It holds no connection; every `read` and `write` makes its own."""

    root: Path
    objects: ObjectStore
    database: Database

    @property
    def reports(self) -> Path:
        """The folder for reports."""
        return self.root / "reports"

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Read one consistent state of the records; rows stay usable after the block."""
        with self.database.reading() as session:
            yield Reader(session)

    @contextmanager
    def write(self, actor: str, at: datetime) -> Iterator[Transaction]:
        """One change by `actor` at the moment `at`: rows and events together, or nothing at all.

        Writers take turns. Every change of rows must log at least one event.
        """
        with self.database.writing() as session:
            change = Transaction(session, actor, at)
            yield change
            change.check_logged()

    def events(self) -> tuple[Event, ...]:
        """The log, oldest first."""
        with self.read() as reader:
            return reader.events()

    def verify_log(self) -> str:
        """Check the log's chain; returns the hash of its last event, or raises EvidenceError."""
        return verify_chain(self.events())


def create(root: Path, database_url: str | None = None) -> Workspace:
    """Make a workspace in the folder `root`, completely or not at all.

    Killed midway, it can simply be repeated: the marker comes last. Raises Conflict when there is
    one already, or when the database belongs to another workspace.
    """
    root = root.resolve()
    _refuse_another(root)
    try:
        with refuse_full_disk():
            (root / "reports").mkdir(parents=True, exist_ok=True)
        objects = ObjectStore(root / "objects")
        objects.create()
    except OSError as error:
        raise WorkspaceError(f"The folder {root} cannot be used: {error.strerror}.") from error
    database = Database(parse_url(database_url) if database_url else sqlite_url(_sqlite_file(root)))
    database.migrate()
    identity = uuid.uuid4().hex
    _adopt(database, identity, root)
    _mark(database, identity, root)
    return Workspace(root, objects, database)


def find(start: Path, explicit: Path | None = None, *, environ: Mapping[str, str]) -> Workspace:
    """Open the workspace that is meant: `explicit`, else VENDOREVAL_WORKSPACE, else the first folder
    with a marker from `start` upwards. VENDOREVAL_DATABASE_URL gives the PostgreSQL database.

    Raises WorkspaceError when there is none, or when it cannot be opened.
    """
    named = explicit or (Path(environ[WORKSPACE_VARIABLE]) if environ.get(WORKSPACE_VARIABLE) else None)
    return open_workspace(named or _search(start), environ.get(DATABASE_VARIABLE) or None)


def open_workspace(root: Path, database_url: str | None = None) -> Workspace:
    """Open the workspace in `root`; an older schema is migrated.

    Raises WorkspaceError when it is none, is of a newer version, or does not fit its database.
    """
    root = root.resolve()
    kind, identity = _read_marker(root)
    database = _database(root, kind, database_url)
    database.migrate()
    with database.reading() as session:
        row = session.get(WorkspaceRow, 1)
    if row is None or row.id != identity:
        raise WorkspaceError(
            f"The database holds the records of another workspace than {root}.",
            remedy=f"Check {DATABASE_VARIABLE}.",
        )
    objects = ObjectStore(root / "objects")
    objects.create()  # backups tend to lose empty folders
    objects.clean()
    return Workspace(root, objects, database)


def _search(start: Path) -> Path:
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise WorkspaceError(
        f"There is no workspace in {start} or above it.",
        remedy="Make one with: vendoreval init, or name one with --workspace.",
    )


def _sqlite_file(root: Path) -> Path:
    return root / "vendoreval.db"


def _database(root: Path, kind: str, database_url: str | None) -> Database:
    if kind == "postgresql":
        if not database_url:
            raise WorkspaceError(
                f"The workspace {root} keeps its records in PostgreSQL.",
                remedy=f"Set {DATABASE_VARIABLE} to the database's URL.",
            )
        return Database(parse_url(database_url))
    if database_url:
        raise WorkspaceError(
            f"The workspace {root} keeps its records in {_sqlite_file(root).name}, "
            f"but {DATABASE_VARIABLE} names another database.",
            remedy=f"Unset {DATABASE_VARIABLE}, or choose another workspace.",
        )
    if not _sqlite_file(root).is_file():
        raise WorkspaceError(
            f"The workspace's database {_sqlite_file(root)} is missing.", remedy="Restore it from a backup."
        )
    return Database(sqlite_url(_sqlite_file(root)))


def _adopt(database: Database, identity: str, root: Path) -> None:
    """Write the new workspace's id into a database that holds no records yet."""
    with database.writing() as session:
        _refuse_another(root)  # once more: by now, another command may have made one
        if session.get(EventRow, 1) is not None:
            raise Conflict(
                "The database already holds the records of a workspace.",
                remedy="Use an empty database, or restore that workspace's folder with its marker.",
            )
        session.merge(WorkspaceRow(only=1, id=identity, secret=secrets.token_hex(32)))


def _mark(database: Database, identity: str, root: Path) -> None:
    """Write the marker, unless another command wrote its id in between: then that one makes the workspace."""
    with database.writing() as session:
        if session.get_one(WorkspaceRow, 1).id != identity:
            raise Conflict("Another command makes a workspace here at this moment.", remedy="Use that one.")
        _write_marker(root, database.kind, identity)


def _refuse_another(root: Path) -> None:
    if (root / MARKER).exists():
        raise Conflict(f"There is already a workspace in {root}.", remedy="Use it, or choose another folder.")


def _write_marker(root: Path, kind: str, identity: str) -> None:
    text = (
        "# This folder is a vendoreval workspace; leave this file where it is.\n"
        f'schema = "{_SCHEMA}"\nid = "{identity}"\ndatabase = "{kind}"\n'
    )
    part = root / f"{MARKER}.part"
    with refuse_full_disk():
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(root / MARKER)
        sync_folder(root)


def _read_marker(root: Path) -> tuple[str, str]:
    try:
        marker = tomllib.loads((root / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WorkspaceError(
            f"There is no workspace in {root}.", remedy="Make one with: vendoreval init"
        ) from error
    except (OSError, ValueError) as error:
        raise WorkspaceError(
            f"The workspace's marker {root / MARKER} cannot be read.", remedy="Restore it from a backup."
        ) from error
    if marker.get("schema") != _SCHEMA:
        raise WorkspaceError(
            f"The workspace {root} was made by another version of vendoreval.",
            remedy="Upgrade: pip install --upgrade vendoreval",
        )
    return str(marker.get("database")), str(marker.get("id"))
