"""`status --verify`: whatever is changed behind the log's back is found, and named by place."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.old_log import age
from tests.flows.test_flows_log import tell
from vendoreval.store.workspace import open_workspace
from vendoreval.workflow.log.log_check import check_workspace


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two vendors, audits, a claim, a seeding, a pilot, answers, reports and bundles."""
    cli = Cli(tmp_path_factory.mktemp("told"))
    tell(cli)
    fresh = "item_id,label\n" + "".join(f"p-{n},{n % 4}\n" for n in range(30))
    (cli.folder / "fresh.csv").write_text(fresh, "utf-8")
    cli("gold", "add", "fresh.csv", "--id", "fresh", "--contract", "w-bolt")
    cli("gold", "commit", "fresh", "--out", "fresh.json")
    cli("pilot", "send", "w-bolt", "--gold", "fresh", "--out", "to", "--id", "p")
    cli("questionnaire", "answer", "acme", "G1", "--level", "3", "--text", "yes")
    cli("questionnaire", "form", "acme", "--out", "form.xlsx")
    cli("questionnaire", "import", "acme", "form.xlsx")
    return cli.folder


@pytest.fixture(params=["now", "older"])
def cli(request: pytest.FixtureRequest, told: Path, tmp_path: Path) -> Cli:
    """A copy of the workspace, with its log as it is or as an older version wrote it."""
    shutil.copytree(told, tmp_path / "ws")
    if request.param == "older":
        age(tmp_path / "ws")
    return Cli(tmp_path / "ws")


@contextlib.contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / "vendoreval.db")) as connection:
        connection.row_factory = sqlite3.Row
        yield connection
        connection.commit()


def misfits(cli: Cli, *words: str) -> list[str]:
    """All misfits as text; the command ends with 5."""
    found = cli("status", "--verify", "--json", *words, code=5).json
    assert not found["fits"]
    return [f"{c['check']}: {one['where']}: {one['what']}" for c in found["checks"] for one in c["misfits"]]


def objects(folder: Path, sha: str) -> Path:
    return folder / "objects" / sha[:2] / sha[2:]


def test_a_sound_workspace_fits(cli: Cli) -> None:
    found = cli("status", "--verify", "--json").json
    assert found["fits"]
    looked = {check["check"]: check["looked"] for check in found["checks"]}
    with database(cli.folder) as held:
        tables = [row[0] for row in held.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in tables if name not in ("event", "workspace", "alembic_version")]
        rows = sum(held.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept)
        events = held.execute("SELECT count(*) FROM event").fetchone()[0]
    assert (looked["rows"], looked["chain"], looked["records"]) == (rows, events, 6)
    assert looked["objects"] > 30
    assert found["unnamed"] == []
    head = cli("status", "--json").json["log_hash"]
    assert found["log_hash"] == head
    assert "✔ 1 hashes that were noted are on it" in cli("status", "--verify", "--expect", head).out


CHANGES = (
    ("UPDATE audit SET verdict = 'kept' WHERE id = 'a-acme'", "audit a-acme"),
    ("UPDATE audit SET ran_at = '2020-01-01 00:00:00.000000' WHERE id = 'again'", "audit again"),
    ("UPDATE audit SET result_sha = (SELECT result_sha FROM audit WHERE id = 'a-bolt')", "audit a-acme"),
    ("UPDATE claim SET issued_at = '2020-01-01 00:00:00.000000'", "claim c 1"),
    ("UPDATE commitment SET committed_at = '2020-01-01 00:00:00.000000'", "commitment g-acme"),
    ("UPDATE commitment SET root = 'ab' WHERE gold_id = 'g-bolt'", "commitment g-bolt"),
    ("UPDATE contract SET source_sha = manifest_sha FROM delivery WHERE delivery.id = 'd-acme'", "contract w-"),
    ("UPDATE delivery SET received_at = '2020-01-01 00:00:00.000000' WHERE id = 'd-acme'", "delivery d-acme"),
    ("UPDATE delivery SET manifest_sha = intake_sha WHERE id = 'd-acme'", "delivery d-acme"),
    ("UPDATE gold SET table_sha = (SELECT table_sha FROM gold WHERE id = 'g-bolt')", "gold g-acme"),
    ("UPDATE gold SET retired_at = '2026-01-01 00:00:00.000000' WHERE id = 'g-bolt'", "gold g-bolt"),
    ("DELETE FROM claim", "claim c 1"),
    ("DELETE FROM audit WHERE id = 'again'", "audit again"),
    ("INSERT INTO audit SELECT 'more', delivery_id, gold_id, contract_id, contract_version, verdict, "
     "result_sha, outcomes_sha, ran_at FROM audit WHERE id = 'again'", "audit more"),
    ("UPDATE vendor SET added_at = '2020-01-01 00:00:00.000000' WHERE id = 'bolt'", "vendor bolt"),
)  # fmt: skip
ONLY_NOW = (  # what an older log did not tell of
    ("UPDATE seed SET key_sha = tasks_sha WHERE id = 'p'", "seed p"),
    ("UPDATE answer SET data = replace(data, 'yes', 'no')", "answer 1"),
    ("UPDATE exposure SET kind = 'seeded'", "exposure"),
    ("DELETE FROM exposure", "exposure"),
    ("UPDATE report SET name = 'x'", "report 1"),
    ("UPDATE vendor SET name = 'x' WHERE id = 'acme'", "vendor acme"),
)


def test_a_changed_row_is_named(cli: Cli, request: pytest.FixtureRequest) -> None:
    older = "older" in request.node.name
    workspace, saved = open_workspace(cli.folder), cli.folder.parent / "saved.db"
    with database(cli.folder) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(cli.folder / "vendoreval.db", saved)
    for change, where in (*CHANGES, *ONLY_NOW):
        with database(cli.folder) as held:
            assert held.execute(change).rowcount, change
        found = [one.where for check in check_workspace(workspace).checks for one in check.misfits]
        bound = not (older and (change, where) in ONLY_NOW)
        assert any(one.startswith(where) for one in found) == bound, (change, found)
        for leftover in cli.folder.glob("vendoreval.db*"):
            leftover.unlink()
        shutil.copy(saved, cli.folder / "vendoreval.db")


def test_what_differs_is_said(cli: Cli) -> None:
    with database(cli.folder) as held:
        held.execute("UPDATE audit SET ran_at = '2020-01-01 00:00:00.000000' WHERE id = 'again'")
        held.execute("UPDATE audit SET verdict = 'kept' WHERE id = 'a-bolt'")
    found = misfits(cli)
    said = cli("status", "--verify", code=5).out
    assert "rows are as the log tells, except" in said
    assert "✔ 26 events of the log form one chain" in said
    assert any("ran_at is '2020-01-01T00:00:00+00:00', and event" in one for one in found)
    assert "records: audit a-bolt: verdict is 'kept', and its record says 'breached'" in found


def test_missing_and_altered_objects_are_named(cli: Cli) -> None:
    with database(cli.folder) as held:
        delivery = held.execute("SELECT * FROM delivery WHERE id = 'd-acme'").fetchone()
        claim = held.execute("SELECT claim_sha FROM claim").fetchone()[0]
    files = json.loads(objects(cli.folder, delivery["manifest_sha"]).read_text("utf-8"))["files"]
    objects(cli.folder, files[0]["sha256"]).unlink()
    with objects(cli.folder, claim).open("ab") as file:
        file.write(b" ")
    assert misfits(cli) == [
        f"objects: claim c 1: claim was altered (object {claim})",
        f"objects: delivery d-acme: d-acme.csv is missing (object {files[0]['sha256']})",
    ]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET actor = 'eve' WHERE seq = 4",
        "UPDATE event SET subject = 'eve' WHERE seq = 4",
        "DELETE FROM event WHERE seq = 4",
        "UPDATE event SET data = 'no json' WHERE seq = 4",
        "UPDATE event SET data = '[]' WHERE seq = 4",
        "UPDATE event SET at = 'never' WHERE seq = 4",
    ],
)
def test_an_altered_log_is_named(cli: Cli, change: str) -> None:
    with database(cli.folder) as held:
        held.execute(change)
    assert misfits(cli)[0].startswith("chain: log: ")


def test_a_cut_tail_and_a_restored_database_need_a_noted_hash(cli: Cli) -> None:
    shutil.copy(cli.folder / "vendoreval.db", cli.folder.parent / "saved.db")
    early = cli("status", "--json").json["log_hash"]
    cli("audit", "run", "d-bolt", "--gold", "g-bolt", "--id", "unwelcome", code=3)
    noted = cli("status", "--json").json["log_hash"]
    cli("status", "--verify", "--expect", early, "--expect", noted)
    for leftover in cli.folder.glob("vendoreval.db*"):
        leftover.unlink()
    shutil.copy(cli.folder.parent / "saved.db", cli.folder / "vendoreval.db")
    assert "nothing names" in cli("status", "--verify").err
    (found,) = misfits(cli, "--expect", early, "--expect", noted)
    assert found.startswith(f"expected: {noted}: it is on none of the")


def test_what_is_no_hash_is_refused(cli: Cli) -> None:
    assert "is no hash of an event" in cli("status", "--verify", "--expect", "abc", code=2).err


def test_every_row_is_named_by_an_event(told: Path) -> None:
    with database(told) as held:
        named: set[str] = set()
        for (text,) in held.execute("SELECT data FROM event"):
            data: dict[str, Any] = json.loads(text)
            named |= set(data.get("rows", ()))
    assert {"audit a-acme", "claim c 1", "exposure 1", "seed p", "pilot p", "answer 1", "form 1"} <= named
