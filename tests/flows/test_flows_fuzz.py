"""Two thousand odd versions of every file that comes from outside: a result, or a refusal that changed nothing.

Every version is made from a good file by a seeded generator, so a failure can be repeated: its message
names the kind and the number. The functions behind the commands are called in this process; what a
command adds to them is parsing and printing.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Cli
from tests.flows import mutations as m
from tests.flows.state import state
from tests.flows.test_flows_bad_input import GOLD, HEAD, ROWS, TERMS
from vendoreval.costs.inputs import template
from vendoreval.errors import VendorevalError
from vendoreval.formats.forms.form_layout import identity
from vendoreval.formats.forms.html_form import SCHEMA, read_saved
from vendoreval.formats.forms.xlsx_answers import read_form
from vendoreval.formats.forms.xlsx_form import write_form
from vendoreval.formats.intake.escalation_rows import read_register
from vendoreval.formats.intake.gold_rows import read_gold
from vendoreval.formats.writers.task_sheets import read_answers
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.resources import resource
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import audits, samples
from vendoreval.workflow.claims import claims
from vendoreval.workflow.contracts import checking, contract_files, contracts
from vendoreval.workflow.deliveries import agreement, annotators, deliveries, escalations, sealing
from vendoreval.workflow.due import due
from vendoreval.workflow.evidence import evidence, verifying
from vendoreval.workflow.gold import adding
from vendoreval.workflow.questionnaires import forms, questionnaires
from vendoreval.workflow.vendors import costs
from vendoreval.workflow.workspaces import open_workspace

COUNT = 2000
BANK_TEXT = (resource("questionnaires") / "annotation-core.toml").read_text("utf-8")
HEAD_TEXT, *BLOCKS = re.split(r"(?m)^(?=\[\[)", BANK_TEXT)
SMALL_BANK = HEAD_TEXT + "".join(
    re.sub("(?m)^weight = .*", "weight = 50", block)
    for block in BLOCKS
    if re.search(r'^(section = "[GA]"|id = "[GA]")$', block, re.MULTILINE)
)
BANK = parse_bank(SMALL_BANK, "annotation-core.toml")
REGISTER = (
    "item_id,asked_at,answered_at,asked_by,question\ni1,2026-01-02T10:00,2026-01-03T10:00,vendor,which?\n"
)
REFUSED, TAKEN = 3, 40  # one in so many files that cannot, or can, be read is given to the workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace `ws`, and one good file of each kind beside it."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "terms.toml").write_text(TERMS, "utf-8")
    (folder / "gold.csv").write_text(GOLD, "utf-8")
    (folder / "d.csv").write_text(HEAD + ROWS, "utf-8")
    Cli(folder)("init", "ws")
    work = Cli(folder / "ws")
    work("vendor", "add", "acme")
    work("contract", "add", "../terms.toml")
    work("gold", "add", "../gold.csv", "--id", "gold")
    work("gold", "commit", "gold", "--out", "../receipt.json")
    work("delivery", "seal", "../d.csv", "--out", "../seal.json", "--receipt", "../receipt.json")
    work("delivery", "add", "../d.csv", "--id", "good", "--contract", "birds")
    work("audit", "run", "good", "--gold", "gold", "--id", "a")
    work("evidence", "export", "a", "--out", "../bundle.zip")
    work("contract", "export", "birds", "--out", "../terms.yaml")
    work("audit", "tasks", "good", "--id", "s", "--out", "../tasks.csv")
    _files(folder)
    return folder


def _files(folder: Path) -> None:
    rows = [line.split(",") for line in ROWS.splitlines()]
    names = HEAD.strip().split(",")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    (folder / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in records), "utf-8")
    pq.write_table(pa.Table.from_pylist(records), folder / "d.parquet")
    more = "labelled_at,seconds,stage,source,flagged,guideline_version"
    lines = [
        f"{row},2026-0{n % 4 + 1}-1{n % 7}T1{n % 5}:00:00Z,{n},{('first', 'review')[n % 2]},human,"
        f"{n % 9 == 0},v{n % 3}"
        for n, row in enumerate(ROWS.splitlines())
    ]
    (folder / "all.csv").write_text("\n".join([f"{HEAD.strip()},{more}", *lines]) + "\n", "utf-8")
    (folder / "bank.toml").write_text(SMALL_BANK, "utf-8")
    (folder / "cost.toml").write_text(template(), "utf-8")
    (folder / "register.csv").write_text(REGISTER, "utf-8")
    book = io.BytesIO()
    write_form(BANK, book, vendor="acme", created=datetime(2026, 3, 2, tzinfo=UTC), mode="short")
    (folder / "form.xlsx").write_bytes(book.getvalue())
    answer = {
        "level": "2", "note": "as usual", "text": "yes", "changed_at": "2026-03-03T10:00:00+00:00",
        "evidence": [{"kind": "document", "name": "a.pdf", "sha256": "0" * 64, "dated": "2026-01-01"}],
    }  # fmt: skip
    saved = {"schema": SCHEMA, "form": identity(BANK, "acme", "short"), "answers": {"G1": answer, "A1": answer}}
    (folder / "form.json").write_text(json.dumps(saved), "utf-8")
    tasks = (folder / "tasks.csv").read_text("utf-8").splitlines()
    ids = [line.split(",")[0] for line in tasks[1:]]
    (folder / "tasks.csv").write_text("task_id,answer\n" + "".join(f"{task},jay\n" for task in ids), "utf-8")
    listed = [
        {"id": k, "data": {"task_id": task}, "annotations": [
            {"completed_by": {"id": 1, "email": "a@b.c"}, "result": [{"value": {"choices": ["jay"]}}]}
        ]}
        for k, task in enumerate(ids)
    ]  # fmt: skip
    (folder / "back.json").write_text(json.dumps(listed), "utf-8")


class Kind(NamedTuple):
    """What is made odd, how, and the functions that read it: `look` stores nothing, `take` stores."""

    file: str
    mutate: Callable[[random.Random, bytes], bytes]
    look: Callable[[Workspace, Path], Any]
    take: Callable[[Workspace, Path], Any] | None = None


def check(ws: Workspace, path: Path) -> Any:
    return deliveries.check_delivery(ws, [path], contract_id="birds")


def deliver(ws: Workspace, path: Path) -> Any:
    return deliveries.add_delivery(ws, [path], delivery_id="new", contract_id="birds")


def judge(ws: Workspace, path: Path) -> Any:
    """Take a delivery in, and see whether all that follows copes with what it holds."""
    deliver(ws, path)
    with suppress(VendorevalError):
        audits.run_audit(ws, "new", "gold", "b")
        claims.draft_claim(ws, "b", "c")
        claims.issue_claim(ws, "c")
        evidence.export_bundle(ws, "b", ws.root / "b.zip")
    with suppress(VendorevalError):
        annotators.annotators(ws, "new", gold_id="gold")
    with suppress(VendorevalError):
        agreement.agreement(ws, "new")
    due.list_due(ws, 10**9)


def answer(ws: Workspace, path: Path) -> Any:
    return samples.answer_sample(ws, "s", path, auditor="ann")


def verify(_: Workspace, path: Path, **own: Any) -> Any:
    return verifying.verify_file(path.with_name("bundle.zip"), verifying.Own(**own))


def imported(ws: Workspace, path: Path) -> Any:
    return forms.import_form(ws, "acme", BANK, path)


KINDS = {
    "contract": Kind(
        "terms.toml", m.toml_file, lambda _, p: checking.check_contract(p), contracts.amend_contract
    ),
    "ODCS document": Kind(
        "terms.yaml", m.damaged, lambda _, p: contract_files.import_odcs(p, p.with_name("o.toml"))
    ),
    "gold": Kind(
        "gold.csv", m.csv_file, lambda _, p: read_gold(p, "g", mapping={}, classes=("finch", "jay")),
        lambda ws, p: adding.add_gold(ws, p, gold_id="new", contract_id="birds"),
    ),
    "delivery csv": Kind("d.csv", m.csv_file, check, deliver),
    "delivery csv.gz": Kind("d.csv", m.gzipped, check, deliver),
    "delivery jsonl": Kind("d.jsonl", m.json_lines, check, deliver),
    "delivery parquet": Kind("d.parquet", m.parquet_file, check, deliver),
    "delivery that is judged": Kind("all.csv", m.csv_file, check, judge),
    "register": Kind(
        "register.csv", m.csv_file,
        lambda _, p: read_register(p, items=[f"i{n}" for n in range(40)], mapping={}),
        lambda ws, p: escalations.take_register(ws, "good", p),
    ),
    "Label Studio export": Kind("back.json", m.json_file, lambda _, p: read_answers(p), answer),
    "task list": Kind("tasks.csv", m.csv_file, lambda _, p: read_answers(p), answer),
    "form xlsx": Kind("form.xlsx", m.workbook, lambda _, p: read_form(p, BANK, vendor="acme"), imported),
    "form html": Kind("form.json", m.json_file, lambda _, p: read_saved(p, BANK, vendor="acme"), imported),
    "questionnaire": Kind("bank.toml", m.toml_file, lambda _, p: questionnaires.check_bank(p)),
    "cost": Kind("cost.toml", m.toml_file, lambda _, p: costs.study_cost(p)),
    "bundle": Kind("bundle.zip", m.bundle, lambda _, p: verifying.verify_file(p)),
    "receipt": Kind("receipt.json", m.json_file, lambda ws, p: verify(ws, p, receipts=(p,))),
    "signed contract": Kind("terms.toml", m.toml_file, lambda ws, p: verify(ws, p, contract=p)),
    "delivered file": Kind("d.csv", m.csv_file, lambda ws, p: verify(ws, p, delivered=(p,))),
    "seal": Kind("seal.json", m.json_file, lambda _, p: sealing.read_seal(p)),
}  # fmt: skip


FURTHER = (  # other uses of files that have a kind of their own
    "delivery csv.gz", "delivery that is judged", "register", "task list", "signed contract", "delivered file",
)  # fmt: skip


def held(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and last change of every file of a workspace: a comparison that is quicker than `state`."""
    found = ((path, path.stat()) for path in folder.rglob("*"))
    return {path: (about.st_size, about.st_mtime_ns) for path, about in found if stat.S_ISREG(about.st_mode)}


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_odd_files(made: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("VENDOREVAL_NOW", "2026-06-01T09:00:00+00:00")
    kind, ws = KINDS[name], made / "again"
    workspace = fresh(made)
    before, files = state(ws), held(ws)
    good = (made / kind.file).read_bytes()
    kind.look(workspace, made / kind.file)
    path = made / ("odd" + "".join(Path(kind.file).suffixes) + (".gz" if name.endswith(".gz") else ""))
    refused = 0
    count = COUNT // 4 if name in FURTHER else COUNT
    for number in range(count):
        path.write_bytes(kind.mutate(random.Random(f"{name} {number}"), good))
        try:
            bad = raised(kind.look, workspace, path)
            taken = kind.take and number % (REFUSED if bad else TAKEN) == 0
            if kind.take and taken and not raised(kind.take, workspace, path):
                workspace = fresh(made)
                files = held(ws)
        except Exception as error:
            error.add_note(f"{name} {number}")
            raise
        if held(ws) != files and state(ws) != before:
            pytest.fail(f"{name} {number} was refused, or only looked at, and changed the workspace")
        refused += bad
    assert refused > count // 40


def fresh(folder: Path) -> Workspace:
    """The workspace as it was made, opened."""
    shutil.rmtree(folder / "again", ignore_errors=True)
    shutil.copytree(folder / "ws", folder / "again")
    return open_workspace(folder / "again")


def raised(read: Callable[[Workspace, Path], Any], workspace: Workspace, path: Path) -> bool:
    """Whether a file is refused in a sentence and with exit code 2 or 5."""
    try:
        read(workspace, path)
    except VendorevalError as error:
        if error.exit_code not in (2, 5) or not str(error).strip():
            raise
        return True
    return False
