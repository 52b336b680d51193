"""Ten commands at the same moment, on both databases: one of them wins, the others end with a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from tests.conftest import ROOT
from vendoreval.errors import Conflict, VendorevalError
from vendoreval.store.tables import (
    AuditRow,
    ClaimRow,
    CommitmentRow,
    ContractRow,
    DeliveryRow,
    GoldRow,
    VendorRow,
)
from vendoreval.store.workspace import Workspace, create, open_workspace
from vendoreval.workflow.audits.audits import run_audit
from vendoreval.workflow.claims.claims import draft_claim, issue_claim
from vendoreval.workflow.contracts.contracts import add_contract
from vendoreval.workflow.deliveries.deliveries import add_delivery
from vendoreval.workflow.gold.adding import add_gold
from vendoreval.workflow.gold.golds import commit_gold
from vendoreval.workflow.log.log_check import check_workspace
from vendoreval.workflow.vendors.vendors import add_vendor

WRITERS = 10
CONTRACT = "weather-sentiment-2026"
SQL = re.compile(r"INSERT|UPDATE |VALUES|constraint|sqlalche|psycopg|_sha\b|\[SQL", re.IGNORECASE)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A contract, gold and labels of which a third are wrong."""
    terms = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
    (tmp_path / "terms.toml").write_text(terms, "utf-8")
    gold = "".join(f"i{n},{n % 4}\n" for n in range(60))
    (tmp_path / "gold.csv").write_text("item_id,label\n" + gold, "utf-8")
    labels = "".join(f"i{n},w,{(n + (n < 25)) % 4}\n" for n in range(80))
    (tmp_path / "d.csv").write_text("item_id,annotator_id,label\n" + labels, "utf-8")
    return tmp_path


def race(action: Callable[[int], Any]) -> Iterator[VendorevalError]:
    """Run the action in ten threads that start together; yields what went wrong, which must be sentences."""
    start = Barrier(WRITERS)

    def run(number: int) -> VendorevalError | None:
        start.wait()
        try:
            action(number)
        except VendorevalError as error:
            return error
        return None

    with ThreadPoolExecutor(WRITERS) as pool:
        for error in pool.map(run, range(WRITERS)):
            if error is not None:
                assert not SQL.search(str(error)), str(error)
                yield error


def one_wins(action: Callable[[int], Any]) -> None:
    """All but one are refused as conflicts."""
    lost = list(race(action))
    assert len(lost) == WRITERS - 1, lost
    assert all(isinstance(error, Conflict) for error in lost), lost


def test_the_same_id_ten_times(workspace: Workspace, files: Path) -> None:
    one_wins(lambda n: add_vendor(workspace, "crowdflower", f"Name {n}"))
    one_wins(lambda n: add_contract(workspace, files / "terms.toml"))
    one_wins(lambda n: add_gold(workspace, files / "gold.csv", gold_id="g"))
    one_wins(lambda n: commit_gold(workspace, "g", files / f"receipt-{n}.json"))
    one_wins(lambda n: add_delivery(workspace, [files / "d.csv"], contract_id=CONTRACT, delivery_id="d"))
    one_wins(lambda n: run_audit(workspace, "d", "g", "a"))
    one_wins(lambda n: draft_claim(workspace, "a", "c"))
    one_wins(lambda n: issue_claim(workspace, "c"))
    with workspace.read() as reader:
        for table in (VendorRow, ContractRow, GoldRow, CommitmentRow, DeliveryRow, AuditRow, ClaimRow):
            assert len(reader.all(table)) == 1
        root = reader.all(CommitmentRow)[0].root
    assert len(workspace.events()) == 8
    receipts = [json.loads(file.read_text("utf-8"))["root"] for file in files.glob("receipt-*.json")]
    assert receipts == [root]
    assert check_workspace(workspace).fits


def test_the_same_content_under_ten_ids(workspace: Workspace, files: Path) -> None:
    add_vendor(workspace, "crowdflower", "C")
    add_contract(workspace, files / "terms.toml")
    one_wins(lambda n: add_delivery(workspace, [files / "d.csv"], contract_id=CONTRACT, delivery_id=f"d{n}"))
    assert check_workspace(workspace).fits


def test_ten_writers_of_different_things_all_get_through(workspace: Workspace) -> None:
    assert list(race(lambda n: add_vendor(workspace, f"v{n}", "V"))) == []
    assert len(workspace.events()) == WRITERS
    assert check_workspace(workspace).fits


def test_ten_inits_in_one_folder_make_one_workspace(tmp_path: Path, database_url: str | None) -> None:
    root = tmp_path / "ws"
    one_wins(lambda n: create(root, database_url))
    add_vendor(open_workspace(root, database_url), "acme", "A")
    assert check_workspace(open_workspace(root, database_url)).fits
