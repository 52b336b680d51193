"""The database behind a workspace: SQLite beside the objects, or PostgreSQL by its URL.

The schema's version is a number with four digits. A database of an older version is migrated in one
transaction when it is opened; one of a newer version is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from vendoreval.errors import Conflict, InputError, MissingPart, VendorevalError, WorkspaceError

SCHEMA_VERSION = "0008"
_BUSY_SECONDS = 30
_WRITER_LOCK = 0x76656E646F72  # any number that stays the same: the advisory lock of our writers
_FULL = ("disk is full", "no space left")
_REFERS, _TWICE = "23503", "23505"  # PostgreSQL's codes of a refusal
_BUSY = ("database is locked", "lock timeout")


class Database:
    """Sessions on one database. Connections live as long as their session, so nothing needs closing."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.engine = _engine(url)

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one consistent state of the database."""
        with explain_failures(), Session(self.engine, expire_on_commit=False) as session:
            if self.kind == "postgresql":
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, and the only writer while it lasts; rolled back when the block raises."""
        with explain_failures(), Session(self.engine, expire_on_commit=False) as session:
            _lock(session.connection(execution_options={"writes": True}))
            yield session
            session.commit()

    def version(self) -> str:
        """Version of the schema found; empty when the database has none yet."""
        with explain_failures(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")

    def migrate(self) -> None:
        """Bring the schema to this program's version, all or nothing.

        Raises WorkspaceError when the schema is newer than this program.
        """
        found = self.version()
        if found > SCHEMA_VERSION:
            raise WorkspaceError(
                f"This workspace was made by a newer vendoreval: its schema is {found}, "
                f"this program knows {SCHEMA_VERSION}.",
                remedy="Upgrade: pip install --upgrade vendoreval",
            )
        if found == SCHEMA_VERSION:
            return
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "vendoreval.store:migrations")
        with explain_failures(), self.engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                _lock(writer)
                config.attributes["connection"] = writer
                command.upgrade(config, SCHEMA_VERSION)


def sqlite_url(file: Path) -> URL:
    """The URL of a SQLite database in `file`."""
    return URL.create("sqlite", database=str(file))


def parse_url(given: str) -> URL:
    """The URL of a PostgreSQL database as a person writes it; raises InputError for anything else."""
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise InputError("The database URL cannot be read.", remedy=_URL_EXAMPLE) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InputError(f"vendoreval cannot use a {url.get_backend_name()} database.", remedy=_URL_EXAMPLE)
    return url.set(drivername="postgresql+psycopg")


_URL_EXAMPLE = "Write it as postgresql://user:password@host/database"


@contextmanager
def explain_failures() -> Iterator[None]:
    """Turn what a database reports about its surroundings into an error that says what to do."""
    try:
        yield
    except DBAPIError as error:
        reason = str(error.orig).strip()
        if any(words in reason.lower() for words in _FULL):
            raise VendorevalError(
                "The disk is full; nothing was changed.", remedy="Free some space and run the command again."
            ) from error
        if any(words in reason.lower() for words in _BUSY):
            raise WorkspaceError(
                "Another command is writing to this workspace.", remedy="Wait until it is done and try again."
            ) from error
        if isinstance(error, IntegrityError):
            raise contradiction(error, "The change") from error
        if isinstance(error, DataError):
            raise InputError(
                "A text or number cannot be kept by the workspace's database.",
                remedy="Look for invisible characters (NUL) in names and titles.",
            ) from error
        if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
            raise WorkspaceError(
                f"The workspace's database cannot be used: {reason.partition(chr(10))[0]}.",
                remedy="Check that it exists, that you may write to it, and that its server runs.",
            ) from error
        raise


def contradiction(error: IntegrityError, what: str) -> Conflict:
    """What a database's refusal means, in words; `what` was refused."""
    reason, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", "")
    if state == _REFERS or "foreign key" in reason:
        return Conflict(
            f"{what} refers to something that the workspace does not hold.",
            remedy="Check the ids, and try again.",
        )
    if state == _TWICE or "unique" in reason:
        return Conflict(
            f"{what} is in the workspace already: another command was quicker.",
            remedy="Look at what it added before you run this one again.",
        )
    return Conflict(f"{what} lacks something, or contradicts what the workspace holds.")


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, poolclass=NullPool)
    except ModuleNotFoundError as error:
        raise MissingPart(
            "PostgreSQL needs the package psycopg.", remedy="pip install 'vendoreval[postgres]'"
        ) from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we send BEGIN ourselves: Python's would leave DDL outside
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock(connection: Connection) -> None:
    """Wait until no other writer is at work; SQLite's BEGIN IMMEDIATE has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
