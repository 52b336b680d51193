"""Rows and events: together or not at all, appended and not overwritten, the same on both databases."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from vendoreval.errors import Conflict, EvidenceError, InputError, NotFound
from vendoreval.evidence.chain import GENESIS
from vendoreval.store.questionnaire_tables import AnswerRow
from vendoreval.store.rows import Row
from vendoreval.store.tables import (
    AuditRow,
    ClaimRow,
    CommitmentRow,
    ContractRow,
    DeliveryRow,
    EventRow,
    ExposureRow,
    GoldRow,
    ReportRow,
    SeedRow,
    VendorRow,
)
from vendoreval.store.workspace import Workspace, create

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
_SHA = "a" * 64
_SQL = re.compile(r"INSERT|VALUES|constraint|sqlalche|psycopg|\bkey\b|_sha\b", re.IGNORECASE)


def _vendor(id: str = "acme") -> VendorRow:  # noqa: A002
    return VendorRow(id=id, name=id.title(), added_at=NOW)


def _delivery(id: str = "batch-1", content: str = _SHA) -> DeliveryRow:  # noqa: A002
    return DeliveryRow(
        id=id, contract_id="c", contract_version=1, manifest_sha=_SHA, content_sha=content,
        table_sha=_SHA, intake_sha=_SHA, rows=3, items=2, annotators=1, received_at=NOW,
    )  # fmt: skip


def _one_of_each() -> list[Row]:
    """A row of every table, in an order in which each may refer to those before it."""
    return [
        _vendor(),
        ContractRow(id="c", version=1, vendor_id="acme", title="C", source_sha=_SHA, added_at=NOW),
        AnswerRow(
            vendor_id="acme", questionnaire_id="q", questionnaire_version="1", question_id="A1", data="{}",
            channel="form", actor="ana", answered_at=NOW,
        ),
        GoldRow(
            id="g", contract_id="c", task_type="classification", table_sha=_SHA, source_sha=_SHA, items=9,
            added_at=NOW,
        ),
        CommitmentRow(gold_id="g", root=_SHA, secret_sha=_SHA, receipt_sha=_SHA, committed_at=NOW),
        SeedRow(id="s", gold_id="g", tasks_sha=_SHA, key_sha=_SHA, rate="0.1", seeded_at=NOW),
        ExposureRow(gold_id="g", vendor_id="acme", kind="seeded", items_sha=_SHA, at=NOW),
        _delivery(),
        AuditRow(
            id="a", delivery_id="batch-1", gold_id="g", contract_id="c", contract_version=1,
            verdict="breached", result_sha=_SHA, outcomes_sha=_SHA, ran_at=NOW,
        ),
        ClaimRow(id="k", version=1, audit_id="a", state="draft", claim_sha=_SHA, drafted_at=NOW),
        ReportRow(kind="audit", subject="a", sha=_SHA, name="audit.pdf", made_at=NOW),
    ]  # fmt: skip


def _add_delivery(workspace: Workspace, row: DeliveryRow) -> None:
    with workspace.write("ana", NOW) as tx:
        tx.add(row)
        tx.event("delivery.added", row.id, {})


def _fill(workspace: Workspace) -> None:
    with workspace.write("ana", NOW) as tx:
        for row in _one_of_each():
            tx.add(row)
        tx.event("test.filled", "acme", {"tables": 11})


def test_every_table_keeps_its_rows(workspace: Workspace) -> None:
    _fill(workspace)
    with workspace.read() as reader:
        for row in _one_of_each():
            (stored,) = reader.all(type(row))
            expected = row.model_dump()
            if "seq" in expected:
                expected["seq"] = 1
            assert stored.model_dump() == expected


def test_times_come_back_in_utc_with_their_zone(workspace: Workspace) -> None:
    summer = timezone(timedelta(hours=2))
    with workspace.write("ana", NOW) as tx:
        tx.add(VendorRow(id="acme", name="A", added_at=datetime(2026, 7, 1, 12, tzinfo=summer)))
        tx.event("vendor.added", "acme", {})
    with workspace.read() as reader:
        row = reader.require(VendorRow, "acme", "vendor")
    assert row.added_at.isoformat() == "2026-07-01T10:00:00+00:00"
    with pytest.raises(Exception, match="time zone"), workspace.write("ana", NOW) as tx:
        tx.add(VendorRow(id="b", name="B", added_at=datetime(2026, 7, 1)))  # noqa: DTZ001


def test_events_chain_in_the_same_commit(workspace: Workspace) -> None:
    assert workspace.verify_log() == GENESIS
    for name in ("acme", "bolt"):
        with workspace.write("ana", NOW) as tx:
            tx.add(_vendor(name))
            tx.event("vendor.added", name, {"size": 1e16, "note": "ä\u2028"})
            last = tx.event("vendor.checked", name, {})
    log = workspace.events()
    assert [(event.seq, event.kind, event.subject) for event in log] == [
        (1, "vendor.added", "acme"),
        (2, "vendor.checked", "acme"),
        (3, "vendor.added", "bolt"),
        (4, "vendor.checked", "bolt"),
    ]
    assert log[0].at == "2026-03-01T12:30:15.123456Z"
    assert log[-1] == last
    assert workspace.verify_log() == last.hash


def test_an_exception_undoes_rows_and_events(workspace: Workspace) -> None:
    def fail() -> None:
        with workspace.write("ana", NOW) as tx:
            tx.add(_vendor())
            tx.event("vendor.added", "acme", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert workspace.events() == ()
    with workspace.read() as reader:
        assert reader.all(VendorRow) == ()
    _fill(workspace)
    assert [event.seq for event in workspace.events()] == [1]  # no gap from what was undone


def test_a_change_without_an_event_is_refused(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError, match="without an event"), workspace.write("ana", NOW) as tx:
        tx.add(_vendor())
    with workspace.read() as reader:
        assert reader.get(VendorRow, "acme") is None


def test_altering_the_log_in_the_database_is_found(workspace: Workspace) -> None:
    for name in ("acme", "bolt", "corp"):
        with workspace.write("ana", NOW) as tx:
            tx.add(_vendor(name))
            tx.event("vendor.added", name, {"name": name})
    with workspace.database.writing() as session:
        session.connection().execute(text("UPDATE event SET actor = 'eve' WHERE seq = 2"))
    with pytest.raises(EvidenceError, match=r"^Event 2 of the log \(vendor.added bolt\) was altered"):
        workspace.verify_log()


def test_what_exists_is_a_conflict(workspace: Workspace) -> None:
    _fill(workspace)
    with pytest.raises(Conflict, match="The vendor 'acme' exists already"), workspace.write("ana", NOW) as tx:
        tx.add(_vendor())
    with pytest.raises(Conflict, match="exists already"), workspace.write("ana", NOW) as tx:
        tx.add(_one_of_each()[1])


def test_a_second_delivery_with_the_same_content_is_a_conflict(workspace: Workspace) -> None:
    _fill(workspace)
    with pytest.raises(Conflict, match="This delivery is in the workspace already") as refused:
        _add_delivery(workspace, _delivery("batch-2"))
    assert not _SQL.search(str(refused.value))
    with workspace.write("ana", NOW) as tx:
        tx.add(_delivery("batch-2", "b" * 64))
        tx.event("delivery.added", "batch-2", {})


def test_references_must_exist(workspace: Workspace) -> None:
    with pytest.raises(Conflict, match="This delivery refers to something that") as refused:
        _add_delivery(workspace, _delivery())
    assert not _SQL.search(str(refused.value))


def test_what_the_database_cannot_keep_is_one_sentence(tmp_path: Path, postgres_database: str) -> None:
    workspace = create(tmp_path, postgres_database)
    with pytest.raises(InputError, match="cannot be kept") as refused, workspace.write("ana", NOW) as tx:
        tx.add(VendorRow(id="acme", name="A\0B", added_at=NOW))
    assert not _SQL.search(str(refused.value))


def test_only_what_may_change_changes(workspace: Workspace) -> None:
    _fill(workspace)
    with workspace.read() as reader:
        claim = reader.require(ClaimRow, ("k", 1), "claim")
    with workspace.write("ana", NOW) as tx:
        tx.update(claim, state="issued", issued_at=NOW)
        tx.event("claim.issued", "k", {})
    with workspace.read() as reader:
        assert reader.require(ClaimRow, ("k", 1), "claim").state == "issued"
    with pytest.raises(ValueError, match="never change their audit_id"), workspace.write("ana", NOW) as tx:
        tx.update(claim, audit_id="other")
    with pytest.raises(ValueError, match="never change"), workspace.write("ana", NOW) as tx:
        tx.update(tx.all(EventRow)[0], actor="eve")
    with pytest.raises(NotFound), workspace.write("ana", NOW) as tx:
        tx.update(_vendor("ghost"), name="Ghost")


def test_what_is_missing_is_said_with_what_is_known(workspace: Workspace) -> None:
    with workspace.read() as reader, pytest.raises(NotFound, match="has no vendor yet"):
        reader.require(VendorRow, "acme", "vendor")
    _fill(workspace)
    with workspace.read() as reader:
        with pytest.raises(NotFound, match=r"no vendor 'acne'\. Did you mean 'acme'"):
            reader.require(VendorRow, "acne", "vendor")
        with pytest.raises(NotFound, match="no contract 'c, version 2'"):
            reader.require(ContractRow, ("c", 2), "contract")


def test_rows_come_in_the_order_of_their_keys_whatever_the_collation(workspace: Workspace) -> None:
    names = ["Zeta", "a-b", "a_b", "ab", "b", "ä", "B"]
    with workspace.write("ana", NOW) as tx:
        for name in names:
            tx.add(_vendor(name))
        tx.event("vendors.added", "all", {})
    with workspace.read() as reader:
        assert [row.id for row in reader.all(VendorRow)] == sorted(names)
        assert [row.id for row in reader.all(VendorRow, name="B", country=None)] == ["B", "b"]


def test_data_that_json_cannot_carry_changes_nothing(workspace: Workspace) -> None:
    with pytest.raises(InputError), workspace.write("ana", NOW) as tx:
        tx.event("vendor.added", tx.add(_vendor()).id, {"rate": float("nan")})
    assert workspace.events() == ()


def test_a_reader_sees_one_state_while_others_write(workspace: Workspace) -> None:
    with workspace.read() as reader:
        assert reader.all(VendorRow) == ()
        _fill(workspace)
        assert reader.all(VendorRow) == ()
    with workspace.read() as reader:
        assert len(reader.all(VendorRow)) == 1


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from vendoreval.store.workspace import open_workspace

workspace = open_workspace(Path(sys.argv[1]), sys.argv[3] or None)
for number in range(20):
    with workspace.write(sys.argv[2], datetime.now(UTC)) as tx:
        tx.event("test.wrote", sys.argv[2], {"number": number})
"""


@pytest.mark.parametrize("writers", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_processes_write_one_chain(workspace: Workspace, database_url: str | None, writers: int) -> None:
    def writer(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(workspace.root), name, database_url or ""],
            cwd=Path(__file__).parents[3],
        )

    names = [f"writer-{number}" for number in range(writers)]
    for process in [writer(name) for name in names]:
        assert process.wait(timeout=300) == 0
    log = workspace.events()
    assert len(log) == 20 * writers
    workspace.verify_log()
    for name in names:
        assert [event.data["number"] for event in log if event.actor == name] == list(range(20))
