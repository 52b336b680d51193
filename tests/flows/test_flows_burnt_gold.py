"""Which gold is burnt: revealed by a claim, used in an audit of the same work, or fresh."""

from __future__ import annotations

import pytest

from tests.conftest import Cli
from vendoreval.store.tables import AuditRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import load_audit
from vendoreval.workflow.claims.claims import load_claim
from vendoreval.workflow.gold.burnt import burnt_items, fresh_items, gold_use
from vendoreval.workflow.workspaces import open_workspace


@pytest.fixture
def boxes(cli: Cli) -> Workspace:
    cli("demo", "there", "--task", "boxes", env={"VENDOREVAL_NOW": "2026-03-01T09:00:00+00:00"})
    return open_workspace(cli.folder / "there")


def test_an_issued_claim_burns_the_items_of_its_lines(boxes: Workspace) -> None:
    claim, stored = load_claim(boxes, "claim-1", 1)
    named = {line.item for line in claim.lines}
    gold, vendor = stored.row.gold_id, claim.vendor
    assert named
    assert burnt_items(boxes, vendor, gold) == named
    assert burnt_items(boxes, "somebody-else", gold) == frozenset()
    use = gold_use(boxes, gold)
    assert use.burnt == named
    every = set(stored.seen.units.item.values)
    assert use.burnt | use.audited == every
    assert not use.fresh & every
    assert fresh_items(boxes, vendor, gold) == use.audited | use.fresh


def test_for_a_rework_whatever_an_audit_of_the_chain_judged_is_burnt(boxes: Workspace) -> None:
    with boxes.read() as reader:
        first = next(row for row in reader.all(AuditRow) if row.delivery_id == "batch-1")
    judged = set(load_audit(boxes, first.id).seen.units.item.values)
    vendor = load_audit(boxes, first.id).contract.vendor
    assert burnt_items(boxes, vendor, first.gold_id, rework_of="batch-1") >= judged
    assert not fresh_items(boxes, vendor, first.gold_id, rework_of="batch-1") & judged
