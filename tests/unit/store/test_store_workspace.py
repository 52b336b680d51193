"""Workspaces: made completely or not at all, found like git does, never opened with wrong records."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text

from vendoreval.errors import Conflict, InputError, VendorevalError, WorkspaceError
from vendoreval.store.tables import VendorRow
from vendoreval.store.workspace import MARKER, Workspace, create, find, open_workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _add(workspace: Workspace, vendor: str) -> None:
    with workspace.write("ana", NOW) as tx:
        tx.add(VendorRow(id=vendor, name=vendor, added_at=NOW))
        tx.event("vendor.added", vendor, {})


def test_a_new_workspace_can_be_opened_again(workspace: Workspace, database_url: str | None) -> None:
    _add(workspace, "acme")
    again = open_workspace(workspace.root, database_url)
    assert again.events() == workspace.events()
    assert again.reports.is_dir()
    assert again.objects.put_bytes(b"x") == workspace.objects.put_bytes(b"x")
    with pytest.raises(Conflict, match="already a workspace"):
        create(workspace.root, database_url)


def test_a_backup_may_lose_empty_folders(tmp_path: Path) -> None:
    (create(tmp_path).objects.root / "tmp").rmdir()
    assert open_workspace(tmp_path).objects.put_bytes(b"x")


def test_found_from_below_by_name_or_by_environment(tmp_path: Path) -> None:
    create(tmp_path / "one")
    create(tmp_path / "two")
    below = tmp_path / "one" / "deliveries" / "march"
    below.mkdir(parents=True)
    environ = {"VENDOREVAL_WORKSPACE": str(tmp_path / "two")}
    assert find(below, environ={}).root == tmp_path / "one"
    assert find(below, environ=environ).root == tmp_path / "two"
    assert find(below, tmp_path / "one", environ=environ).root == tmp_path / "one"


def test_no_workspace_anywhere(tmp_path: Path) -> None:
    with pytest.raises(
        WorkspaceError, match=r"no workspace in .* or above it\. Make one with: vendoreval init"
    ):
        find(tmp_path, environ={})
    with pytest.raises(WorkspaceError, match="vendoreval init"):
        find(tmp_path, tmp_path / "nowhere", environ={})


def test_sqlite_is_set_up_safely(tmp_path: Path) -> None:
    with create(tmp_path).database.reading() as session:
        connection = session.connection()
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}


def test_what_an_unfinished_creation_left_does_not_matter(tmp_path: Path, database_url: str | None) -> None:
    unfinished = create(tmp_path, database_url)
    (unfinished.root / MARKER).unlink()
    _add(create(tmp_path, database_url), "acme")


def test_records_without_their_marker_are_not_taken_over(
    workspace: Workspace, database_url: str | None
) -> None:
    _add(workspace, "acme")
    (workspace.root / MARKER).unlink()
    with pytest.raises(Conflict, match="already holds the records"):
        create(workspace.root, database_url)


def test_a_folder_is_not_opened_with_the_records_of_another(tmp_path: Path, postgres_database: str) -> None:
    one = create(tmp_path / "one", postgres_database)
    create(tmp_path / "two", postgres_database)  # nothing was recorded yet: the database changes hands
    with pytest.raises(WorkspaceError, match="another workspace"):
        open_workspace(one.root, postgres_database)


def test_the_database_must_be_of_the_kind_the_marker_names(tmp_path: Path, postgres_database: str) -> None:
    create(tmp_path / "lite")
    with pytest.raises(WorkspaceError, match="Unset VENDOREVAL_DATABASE_URL"):
        find(tmp_path / "lite", environ={"VENDOREVAL_DATABASE_URL": postgres_database})
    create(tmp_path / "post", postgres_database)
    with pytest.raises(WorkspaceError, match="Set VENDOREVAL_DATABASE_URL"):
        find(tmp_path / "post", environ={})
    found = find(tmp_path / "post", environ={"VENDOREVAL_DATABASE_URL": postgres_database})
    assert found.database.kind == "postgresql"


def test_a_newer_schema_is_refused_and_left_alone(workspace: Workspace, database_url: str | None) -> None:
    with workspace.database.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkspaceError, match=r"newer vendoreval.*9999.*Upgrade: pip install"):
        open_workspace(workspace.root, database_url)
    assert workspace.database.version() == "9999"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda root: (root / MARKER).write_text("schema ="), "marker .* cannot be read"),
        (lambda root: (root / MARKER).write_bytes(b"\xff"), "marker .* cannot be read"),
        (lambda root: (root / MARKER).write_text('schema = "vendoreval/workspace/2"'), "Upgrade"),
        (lambda root: (root / "vendoreval.db").unlink(), "is missing"),
        (lambda root: (root / "vendoreval.db").write_bytes(b"no database" * 100), "cannot be used"),
    ],
)
def test_a_damaged_workspace_is_named(tmp_path: Path, damage: object, message: str) -> None:
    create(tmp_path)
    for rest in tmp_path.glob("vendoreval.db-*"):
        rest.unlink()
    assert callable(damage)
    damage(tmp_path)
    with pytest.raises(WorkspaceError, match=message):
        open_workspace(tmp_path)


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be used"):
        create(tmp_path / "file")


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense"])
def test_only_postgresql_urls(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="postgresql://user"):
        create(tmp_path, url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="database cannot be used") as caught:
        create(tmp_path, "postgresql://ana:secret-word@127.0.0.1:9/none")
    assert "secret-word" not in str(caught.value)
    assert not (tmp_path / MARKER).exists()


def test_a_full_disk_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    workspace = create(tmp_path)
    _add(workspace, "acme")

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(workspace.database.engine, "connect", limit)
    with pytest.raises(VendorevalError, match=r"disk is full; nothing was changed"):
        _add(workspace, "v" * 1_000_000)
    event.remove(workspace.database.engine, "connect", limit)
    _add(workspace, "bolt")
    assert [entry.subject for entry in workspace.events()] == ["acme", "bolt"]
    workspace.verify_log()


def test_a_writer_that_waits_too_long_says_so(tmp_path: Path) -> None:
    workspace = create(tmp_path)

    def hurry(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(workspace.database.engine, "connect", hurry)
    started = time.monotonic()
    with workspace.write("ana", NOW), pytest.raises(WorkspaceError, match="Another command is writing"):
        _add(workspace, "acme")
    assert time.monotonic() - started < 10
