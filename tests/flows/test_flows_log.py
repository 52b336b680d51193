"""What a bundle shows of the log: its own events opened, all others closed, and nothing private in them."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.old_log import age
from tests.schemas import learn, validate
from vendoreval.evidence.chain import Closed, ClosedFirst, Event, from_json, unopened, unshown, verify_chain
from vendoreval.store.tables import AuditRow, EventRow, GoldRow, SampleAnswersRow, SeedRow, WorkspaceRow
from vendoreval.store.workspace import Workspace, open_workspace
from vendoreval.workflow.log.log_view import events_for_bundle

TERMS = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
VENDORS = ("acme", "bolt")
HEAD = "item_id,annotator_id,label\n"


def add_vendor(cli: Cli, vendor: str) -> None:
    """A vendor with contract, committed gold and one delivery."""
    terms = TERMS.replace("weather-sentiment-2026", f"w-{vendor}")
    (cli.folder / f"{vendor}.toml").write_text(terms.replace('"crowdflower"', f'"{vendor}"'), "utf-8")
    gold = "item_id,label\n" + "".join(f"{vendor}-{n},{n % 4}\n" for n in range(60))
    (cli.folder / f"{vendor}.csv").write_text(gold, "utf-8")
    labels = "".join(f"{vendor}-{n},w,{(n + (n < 30)) % 4}\n" for n in range(80))
    (cli.folder / f"d-{vendor}.csv").write_text(HEAD + labels, "utf-8")
    cli("vendor", "add", vendor)
    cli("contract", "add", f"{vendor}.toml")
    cli("gold", "add", f"{vendor}.csv", "--id", f"g-{vendor}", "--contract", f"w-{vendor}")
    cli("gold", "commit", f"g-{vendor}", "--out", f"{vendor}.json")
    cli("delivery", "add", f"d-{vendor}.csv", "--id", f"d-{vendor}", "--contract", f"w-{vendor}")


def tell(cli: Cli) -> None:
    """Two vendors, a seeding, audits, a claim, a report and two bundles."""
    cli("init")
    for vendor in VENDORS:
        add_vendor(cli, vendor)
    (cli.folder / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(40)), "utf-8")
    cli("gold", "seed", "tasks.csv", "--gold", "g-acme", "--rate", "0.25", "--out", "send.csv")
    for vendor in VENDORS:
        cli("audit", "run", f"d-{vendor}", "--gold", f"g-{vendor}", "--id", f"a-{vendor}", code=3)
    cli("claim", "draft", "a-acme", "--id", "c")
    cli("claim", "issue", "c")
    cli("report", "claim", "c", "--out", "claim.html")
    cli("evidence", "export", "a-acme", "--out", "first.zip")
    cli("audit", "run", "d-acme", "--gold", "g-acme", "--id", "again", code=3)
    cli("evidence", "export", "a-acme", "--out", "bundle.zip")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    cli = Cli(tmp_path_factory.mktemp("log"))
    tell(cli)
    return cli


@pytest.fixture
def workspace(story: Cli) -> Workspace:
    return open_workspace(story.folder)


def sealed_log(file: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(file) as bundle:
        return [json.loads(line) for line in bundle.read("log.jsonl").splitlines()]


def test_a_bundle_opens_its_own_events_and_closes_all_others(story: Cli) -> None:
    shown = sealed_log(story.folder / "bundle.zip")
    read = [from_json(plain) for plain in shown]
    told = [(e.kind, e.subject) for e in read if isinstance(e, Event)]
    assert told == [
        ("contract.added", "w-acme"), ("gold.added", "g-acme"), ("gold.committed", "g-acme"),
        ("delivery.added", "d-acme"), ("audit.run", "a-acme"), ("claim.drafted", "c"), ("claim.issued", "c"),
        ("report.made", "c"), ("evidence.exported", "a-acme"), ("audit.run", "again"),
    ]  # fmt: skip
    closed = [e.kind for e in read if isinstance(e, Closed)]
    assert closed == [
        "vendor.added", "vendor.added", "contract.added", "gold.added", "gold.committed", "delivery.added",
        "gold.seeded", "audit.run",
    ]  # fmt: skip
    assert "bolt" not in json.dumps(shown)


def test_the_head_is_that_of_the_workspace_and_every_own_event_is_open(
    story: Cli, workspace: Workspace
) -> None:
    shown = [from_json(plain) for plain in events_for_bundle(workspace, "d-acme")]
    assert verify_chain(shown) == workspace.verify_log() == story("status", "--json").json["log_hash"]
    with workspace.read() as reader:
        tag = reader.tag("d-acme")
        assert reader.tag("") == ""
    assert unopened(shown, tag) == ()
    other = [from_json(plain) for plain in events_for_bundle(workspace, "d-bolt")]
    assert len(unopened(other, tag)) == 8


def test_the_log_holds_no_hash_of_gold_or_tasks_and_no_rate(workspace: Workspace) -> None:
    with workspace.read() as reader:
        (seed,) = reader.all(SeedRow)
        golds = reader.all(GoldRow)
        hidden = {seed.tasks_sha, seed.key_sha, reader.require(WorkspaceRow, 1, "workspace").secret}
        hidden |= {sha for row in golds for sha in (row.table_sha, row.source_sha)}
        hidden |= {row.outcomes_sha for row in reader.all(AuditRow)}
        log = json.dumps([row.model_dump(mode="json") for row in reader.all(EventRow)])
        assert reader.sealed(golds[0].table_sha) in log
    assert not [sha for sha in hidden if sha in log]
    assert "rate" not in log


def test_answers_of_auditors_are_gold_and_leave_no_unsalted_hash(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    cli("init")
    add_vendor(cli, "acme")
    cli("audit", "tasks", "d-acme", "--id", "s", "--items", "40", "--seed", "x", "--out", "tasks.csv")
    rows = (tmp_path / "tasks.csv").read_text("utf-8-sig").splitlines()
    place = rows[0].split(",").index("task_id")
    answers = "".join(f"{row.split(',')[place]},0\n" for row in rows[1:])
    (tmp_path / "answers.csv").write_text("task_id,answer\n" + answers, "utf-8")
    cli("audit", "answers", "s", "answers.csv", "--auditor", "ann", "--finish", code=3)
    workspace = open_workspace(tmp_path)
    with workspace.read() as reader:
        hidden = {row.answers_sha for row in reader.all(SampleAnswersRow)}
        hidden |= {row.table_sha for row in reader.all(GoldRow)}
    opened = [event for event in events_for_bundle(workspace, "d-acme") if "data" in event]
    assert [event["kind"] for event in opened][-4:] == [
        "audit.sampled", "audit.answered", "gold.added", "audit.run",
    ]  # fmt: skip
    assert not [sha for sha in hidden if sha in json.dumps(opened)]


def test_a_log_of_an_older_version_goes_on_and_gives_nothing_away(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    tell(cli)
    age(tmp_path)
    cli("audit", "run", "d-acme", "--gold", "g-acme", "--id", "anew", code=3)
    cli("evidence", "export", "anew", "--out", "anew.zip")
    shown = sealed_log(tmp_path / "anew.zip")
    if os.environ.get("UPDATE_GOLDEN"):
        learn(shown)
    validate(shown)
    read = [from_json(plain) for plain in shown]
    old = [(e.kind, e.subject) for e in read if isinstance(e, Event) and e.schema.endswith("/1")]
    assert old == [
        ("contract.added", "w-acme"), ("gold.committed", "g-acme"), ("delivery.added", "d-acme"),
        ("audit.run", "a-acme"), ("claim.drafted", "c"), ("claim.issued", "c"),
        ("evidence.exported", "a-acme"), ("audit.run", "again"), ("evidence.exported", "a-acme"),
    ]  # fmt: skip
    assert [e.seq for e in read if isinstance(e, ClosedFirst)] == list(unshown(read))
    assert [(e.kind, e.subject) for e in read if e.schema.endswith("/2") and isinstance(e, Event)] == [
        ("audit.run", "anew")
    ]
    assert verify_chain(read) == read[-1].hash
    with open_workspace(tmp_path).read() as reader:
        hidden = {sha for row in reader.all(GoldRow) for sha in (row.table_sha, row.source_sha)}
    text = json.dumps(shown)
    assert not [word for word in (*hidden, "bolt", "rate") if word in text]
