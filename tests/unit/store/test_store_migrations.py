"""Migrations: they make exactly the tables that the program uses, in one transaction."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import ProgrammingError

from vendoreval.errors import WorkspaceError
from vendoreval.evidence.chain import verify_chain
from vendoreval.store.database import SCHEMA_VERSION, Database, parse_url, sqlite_url
from vendoreval.store.rows import Row
from vendoreval.store.tables import WorkspaceRow
from vendoreval.store.transactions import Reader, Transaction
from vendoreval.store.workspace import Workspace, create


def test_the_migrated_schema_is_the_declared_one(workspace: Workspace) -> None:
    with workspace.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*Row.metadata.tables, "alembic_version"}


def test_the_newest_script_is_the_version_of_the_program() -> None:
    config = Config()
    config.set_main_option("script_location", "vendoreval.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == SCHEMA_VERSION
    assert all(len(script.revision) == 4 for script in scripts.walk_revisions())


def test_every_reference_is_declared(workspace: Workspace) -> None:
    inspector = inspect(workspace.database.engine)
    found = {
        (table, *key["constrained_columns"], key["referred_table"])
        for table in inspector.get_table_names()
        for key in inspector.get_foreign_keys(table)
    }
    assert found == {
        ("contract", "vendor_id", "vendor"),
        ("answer", "vendor_id", "vendor"),
        ("form", "vendor_id", "vendor"),
        ("waiver", "vendor_id", "vendor"),
        ("contact", "vendor_id", "vendor"),
        ("review_round", "vendor_id", "vendor"),
        ("review", "round_seq", "review_round"),
        ("moderation", "round_seq", "review_round"),
        ("commitment", "gold_id", "gold"),
        ("seed", "gold_id", "gold"),
        ("exposure", "gold_id", "gold"),
        ("exposure", "vendor_id", "vendor"),
        ("delivery", "contract_id", "contract_version", "contract"),
        ("audit", "contract_id", "contract_version", "contract"),
        ("audit", "delivery_id", "delivery"),
        ("audit", "gold_id", "gold"),
        ("claim", "audit_id", "audit"),
        ("register", "delivery_id", "delivery"),
        ("pilot", "gold_id", "gold"),
        ("pilot", "contract_id", "contract_version", "contract"),
        ("sample", "delivery_id", "delivery"),
        ("sample_answers", "sample_id", "sample"),
        ("decision", "delivery_id", "delivery"),
        ("partitions", "delivery_id", "delivery"),
        ("gold_amendment", "gold_id", "gold"),
        ("audit_revision", "audit_id", "audit"),
    }


def test_migrating_twice_changes_nothing(workspace: Workspace) -> None:
    workspace.database.migrate()
    assert workspace.database.version() == SCHEMA_VERSION


def test_the_first_version_is_brought_up_to_date(
    tmp_path: Path, database_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(parse_url(database_url) if database_url else sqlite_url(tmp_path / "v.db"))
    monkeypatch.setattr("vendoreval.store.database.SCHEMA_VERSION", "0001")
    database.migrate()
    with database.writing() as session:
        session.connection().execute(
            text("INSERT INTO vendor (id, name, added_at) VALUES ('acme', 'Acme', '2026-03-01 09:00:00')")
        )
    monkeypatch.undo()
    database.migrate()
    assert database.version() == SCHEMA_VERSION
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Row.metadata) == []
        assert connection.execute(text("SELECT name FROM vendor")).all() == [("Acme",)]


def test_a_log_of_an_older_version_gets_a_secret_and_stays_valid(
    tmp_path: Path, database_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(parse_url(database_url) if database_url else sqlite_url(tmp_path / "vendoreval.db"))
    monkeypatch.setattr("vendoreval.store.database.SCHEMA_VERSION", "0004")
    database.migrate()
    told = {
        "schema": "vendoreval/event/1", "seq": 1, "at": "2026-03-01T09:00:00.000000Z", "actor": "ana",
        "kind": "vendor.added", "subject": "acme", "data": {}, "previous": "0" * 64,
    }  # fmt: skip
    old = hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    row = (
        "INSERT INTO event (seq, at, actor, kind, subject, data, previous, hash) "
        "VALUES (1, :at, 'ana', 'vendor.added', 'acme', '{}', :previous, :hash)"
    )
    at = "2026-03-01 09:00:00" if database_url is None else "2026-03-01 09:00:00+00"
    with database.writing() as session:
        session.connection().execute(text("INSERT INTO workspace (\"only\", id) VALUES (1, 'one')"))
        session.connection().execute(text(row), {"at": at, "previous": "0" * 64, "hash": old})
    monkeypatch.undo()
    database.migrate()
    with database.reading() as session:
        secret = session.get_one(WorkspaceRow, 1).secret
        (event,) = Reader(session).events()
    assert len(bytes.fromhex(secret)) == 32
    assert (event.schema, event.hash, verify_chain([event])) == ("vendoreval/event/1", old, old)
    with database.writing() as session:
        newer = Transaction(session, "ana", datetime(2026, 3, 2, tzinfo=UTC)).event("k", "s", {}, "batch-1")
    with database.reading() as session:
        log = Reader(session).events()
    assert verify_chain(log) == newer.hash
    assert [entry.schema[-1] for entry in log] == ["1", "2"]


def test_every_workspace_has_its_own_secret(tmp_path: Path) -> None:
    secrets = set()
    for name in "ab":
        with create(tmp_path / name).read() as reader:
            secrets.add(reader.require(WorkspaceRow, 1, "workspace").secret)
    assert len(secrets) == 2


def test_a_migration_that_fails_leaves_no_table(tmp_path: Path, database_url: str | None) -> None:
    database = Database(parse_url(database_url) if database_url else sqlite_url(tmp_path / "v.db"))
    with database.writing() as session:
        session.connection().execute(text("CREATE TABLE report (seq INTEGER)"))  # the last one to be made
    with pytest.raises((WorkspaceError, ProgrammingError), match="report"):
        database.migrate()
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["report"]
    with database.writing() as session:
        session.connection().execute(text("DROP TABLE report"))
    database.migrate()
    assert database.version() == SCHEMA_VERSION


def test_a_path_with_odd_characters(tmp_path: Path) -> None:
    create(tmp_path / "100 % of märch?#1")
