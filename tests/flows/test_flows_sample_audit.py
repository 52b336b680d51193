"""A sample audit after the delivery: tasks out, answers back in rounds, claim, report and bundle."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Cli
from tests.contracts import WINDOW, YEAR, clause, contract_toml, rule
from vendoreval.store.workspace import find
from vendoreval.workflow.audits.samples import answer_sample

SEQUENTIAL = rule("sequential", alpha=0.05, beta=0.05, tolerated="0.92")
TERMS: dict[str, Any] = {
    "title": "Birds", **YEAR, "price": ("0.10", "item"), "acceptance": WINDOW,
    "task": {"classes": ["bunting", "grosbeak"], "guideline": {"id": "birds", "version": "1"}},
    "remedies": [{"id": "credit", "kind": "credit", "justification": "loss"}],
}  # fmt: skip
ACCURACY = clause(ref="§4", decision=SEQUENTIAL, remedy=["credit"])
CONTRACT = contract_toml("birds", **TERMS, clauses=[ACCURACY])
N = 800
FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}
KNOWN = ("--announced", "1")  # the receipt that named the seed's source before its value was known


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process, in an empty folder."""
    return Cli(tmp_path)


def truth(item: str) -> str:
    return "bunting" if int(item.split("-")[1]) % 3 else "grosbeak"


def delivered(cli: Cli, wrong: float, terms: str = CONTRACT) -> None:
    """A workspace with a delivery of N items, a share `wrong` of which is labelled wrongly."""
    rng = random.Random(4)
    rows = []
    for k in range(N):
        item = f"img-{k:04d}"
        right = truth(item)
        other = "grosbeak" if right == "bunting" else "bunting"
        rows.append(f"{item},worker-{k % 7},{other if rng.random() < wrong else right}")
    (cli.folder / "labels.csv").write_text("item_id,annotator_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme Labels")
    cli("contract", "add", "contract.toml", env={**FIXED, "VENDOREVAL_NOW": "2026-02-20T08:00:00+00:00"})
    before = {**FIXED, "VENDOREVAL_NOW": "2026-02-20T09:00:00+00:00"}
    named = ("--source", "a public beacon", "--on", "2026-03-01", "--out", "seed.json")
    said = cli("audit", "announce", "--contract", "birds", *named, env=before).out
    assert said == "Announced as receipt 1: a public beacon of 2026-03-01.\nSend seed.json to the vendor.\n"
    cli("delivery", "add", "labels.csv", "--id", "batch", "--contract", "birds", env=FIXED)


def filled(folder: Path, tasks: list[dict[str, str]], name: str, mistaken: frozenset[str] = frozenset()) -> str:
    with (folder / name).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("task_id", "answer"))
        for task in tasks:
            answer = truth(task["item_id"])
            if task["item_id"] in mistaken:
                answer = "grosbeak" if answer == "bunting" else "bunting"
            writer.writerow((task["task_id"], answer))
    return name


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_from_tasks_to_a_verified_bundle(cli: Cli) -> None:
    delivered(cli, 0.15)
    words = (
        "audit",
        "tasks",
        "batch",
        "--id",
        "audit-1",
        "--out",
        "tasks.csv",
        "--seed",
        "beacon 4711",
        *KNOWN,
    )
    record = cli(*words, "--repeats", "20", "--json", env=FIXED).json
    assert (record["schema"], record["seed"]) == ("vendoreval/audit-tasks/1", "beacon 4711")
    tasks = listed(cli.folder / "tasks.csv")
    text = (cli.folder / "tasks.csv").read_text("utf-8")
    assert "acme" not in text.lower()
    assert "worker" not in text
    assert set(tasks[0]) == {"task_id", "item_id", "answer", "comment"}
    assert len(tasks) == record["tasks"] == record["items"] + 20
    everything = [f"img-{k:04d}" for k in range(N)]
    order = sorted(everything, key=lambda item: hashlib.sha256(f"beacon 4711\0{item}".encode()).hexdigest())
    first = list(dict.fromkeys(task["item_id"] for task in tasks))
    assert first == order[: record["items"]]
    assert cli("audit", "show", "audit-1", code=2)

    one = filled(cli.folder, list(reversed(tasks[5:12])), "one.csv")  # the beginning is missing
    said = cli("audit", "answers", "audit-1", one, "--auditor", "ann", "--json", env=FIXED).json
    assert (said["in_order"], said["may_stop"], said["finished"], said["verdict"]) == (0, False, False, None)
    two = filled(cli.folder, tasks[:5], "two.csv")
    said = cli("audit", "answers", "audit-1", two, "--auditor", "ann", "--json", env=FIXED).json
    assert said["in_order"] == 12
    assert "The audit goes on." in cli("audit", "answers", "audit-1", env=FIXED).out
    rest = filled(cli.folder, tasks[12:], "rest.csv")
    said = cli("audit", "answers", "audit-1", rest, "--auditor", "ann", "--json", code=3, env=FIXED).json
    assert (said["finished"], said["verdict"]) == (True, "breached")
    assert said["repeats"] == said["repeats_agreed"] == 20

    shown = cli("audit", "show", "audit-1", "--json").json
    assert shown["schema"] == "vendoreval/audit/1"
    finding = shown["findings"][0]
    assert finding["walk"]["walked"] == finding["n"] < record["items"]
    assert finding["walk"]["seed"] == "beacon 4711"
    assert "finished" in cli("audit", "answers", "audit-1", one, code=2, env=FIXED).err
    claim = cli("claim", "draft", "audit-1", "--id", "claim-1", "--json", env=FIXED).json
    assert len(claim["lines"]) == finding["errors"]
    assert claim["extrapolations"][0]["at_least"] <= 0.15 * N
    cli("claim", "issue", "claim-1", env=FIXED)
    cli("report", "audit", "audit-1", "--out", "audit.pdf", env=FIXED)
    cli("report", "claim", "claim-1", "--out", "claim.pdf", env=FIXED)
    cli("evidence", "export", "audit-1", "--out", "bundle.zip", env=FIXED)
    assert cli("evidence", "verify", "bundle.zip", "--json").json["verdict"] == "breached"


def test_looking_after_each_answer_ends_where_the_whole_sample_ends(cli: Cli) -> None:
    delivered(cli, 0.25)
    for name in ("whole", "steps"):
        cli("audit", "tasks", "batch", "--id", name, "--out", f"{name}.csv", "--seed", "s", *KNOWN, env=FIXED)
    tasks = listed(cli.folder / "whole.csv")
    file = filled(cli.folder, tasks, "all.csv")
    whole = cli("audit", "answers", "whole", file, "--auditor", "ann", "--json", code=3, env=FIXED).json
    n = whole["findings"][0]["n"]
    workspace = find(cli.folder, environ={})
    for k in range(n):
        step = cli.folder / filled(cli.folder, tasks[k : k + 1], "step.csv")
        said, result = answer_sample(workspace, "steps", step, auditor="ann")
        assert said["finished"] is (k == n - 1)
    assert result is not None
    assert (result.findings[0].n, result.findings[0].verdict) == (n, "breached")


def test_two_auditors_and_an_adjudicator_settle_the_gold(cli: Cli) -> None:
    delivered(cli, 0.0)
    words = (
        "audit",
        "tasks",
        "batch",
        "--id",
        "a",
        "--out",
        "tasks.xlsx",
        "--auditors",
        "2",
        "--seed",
        "s",
        *KNOWN,
    )
    cli(*words, "--items", "200", env=FIXED)
    cli(
        "audit",
        "tasks",
        "batch",
        "--id",
        "b",
        "--out",
        "tasks.csv",
        "--seed",
        "s",
        *KNOWN,
        "--items",
        "200",
        env=FIXED,
    )
    tasks = listed(cli.folder / "tasks.csv")
    wrong = frozenset(task["item_id"] for task in tasks[3:8])
    alike = frozenset(task["item_id"] for task in tasks[20:22])
    first = filled(cli.folder, tasks, "ann.csv", wrong | alike)
    second = filled(cli.folder, tasks, "bob.csv", alike)
    said = cli("audit", "answers", "a", first, "--auditor", "ann", "--json", env=FIXED).json
    assert (said["settled"], said["double"]) == (0, 0)
    said = cli("audit", "answers", "a", second, "--auditor", "bob", "--json", "--keep-open", env=FIXED).json
    assert (said["settled"], said["disputed"], said["in_order"]) == (195, 5, 3)
    record = cli("audit", "tasks", "a", "--adjudicate", "--out", "third.csv", "--json", env=FIXED).json
    assert (record["disputed"], record["contradicting"]) == (5, 2)
    assert record["controls"] == 20
    third = filled(cli.folder, listed(cli.folder / "third.csv"), "eve.csv")
    said = cli(
        "audit", "answers", "a", third, "--auditor", "eve", "--adjudicator", "--json", code=0, env=FIXED
    ).json
    assert (said["settled"], said["adjudicated"], said["overturned"]) == (200, 22, 2)
    assert (said["finished"], said["verdict"]) == (True, "kept")
    notes = cli("audit", "show", "a", "--json").json["notes"]
    assert any("overturned" in note for note in notes)
    assert any("differed on 5 of them" in note for note in notes)


def test_clauses_that_are_read_once_wait_for_the_whole_sample(cli: Cli) -> None:
    recall = clause(
        "recall", metric="recall", scope="class", group="grosbeak", threshold="0.90", decision=rule(),
        remedy=["credit"],
    )  # fmt: skip
    delivered(cli, 0.2, contract_toml("birds", **TERMS, clauses=[ACCURACY, recall]))
    cli(
        "audit", "tasks", "batch", "--id", "a", "--out", "tasks.csv", "--items", "150", "--seed", "s", *KNOWN,
        env=FIXED,
    )  # fmt: skip
    tasks = listed(cli.folder / "tasks.csv")
    half = filled(cli.folder, tasks[:100], "half.csv")
    said = cli("audit", "answers", "a", half, "--json", env=FIXED).json
    assert (said["waiting"], said["finished"]) == (["recall"], False)
    assert said["findings"][0]["verdict"] == "breached"
    assert "growing sample" in said["findings"][1]["reason"]
    rest = filled(cli.folder, tasks[100:], "rest.csv")
    said = cli("audit", "answers", "a", rest, "--json", code=3, env=FIXED).json
    assert said["findings"][1]["verdict"] in ("breached", "inconclusive")


def test_a_seed_from_revealed_nonces_is_held_against_the_commitments(cli: Cli) -> None:
    delivered(cli, 0.0)
    made = [cli("audit", "nonce", "--json").json for _ in range(2)]
    words: list[str] = ["audit", "tasks", "batch", "--id", "a", "--out", "t.json", "--items", "20"]
    for party in made:
        words += ["--nonce", party["nonce"], "--commitment", party["commitment"]]
    record = cli(*words, "--json", env=FIXED).json
    parts = b"".join(len(p["nonce"]).to_bytes(8, "big") + p["nonce"].encode() for p in made)
    assert record["seed"] == hashlib.sha256(parts).hexdigest()
    words[words.index("--commitment") + 1] = "0" * 64
    assert "does not have the SHA-256" in cli(*[w if w != "a" else "b" for w in words], code=2, env=FIXED).err


def test_a_draw_is_repeated_from_the_delivered_file(cli: Cli) -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "draws.json").read_text("utf-8"))["draws"]
    for vector in (v for v in vectors if v["items"] and v["seed"] and v["take"] != 0):
        path = cli.folder / "items.jsonl"
        rows = [json.dumps({"item_id": item, "label": "a"}) for item in vector["items"]]
        path.write_text("\n".join([*rows, rows[0]]) + "\n", "utf-8")
        words = ["audit", "draw", "items.jsonl", "--seed", vector["seed"]]
        words += ["--take", str(vector["take"])] if vector["take"] else []
        words += ["--stratum", vector["stratum"]] if vector["stratum"] else []
        assert cli(*words, "--json").json["drawn"] == vector["drawn"]
    assert "place" in cli(*words).out


def exported(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "data": task["data"],
            "annotations": [
                {
                    "completed_by": {"email": "ann@example.org"},
                    "result": [{"type": "choices", "value": {"choices": [truth(task["data"]["item_id"])]}}],
                }
            ],
        }
        for task in tasks
    ]


def test_label_studio_there_and_back(cli: Cli) -> None:
    delivered(cli, 0.0)
    cli(
        "audit",
        "tasks",
        "batch",
        "--id",
        "a",
        "--out",
        "t.json",
        "--items",
        "120",
        "--seed",
        "s",
        *KNOWN,
        env=FIXED,
    )
    tasks = json.loads((cli.folder / "t.json").read_text("utf-8"))
    assert set(tasks[0]["data"]) == {"task_id", "item_id"}
    (cli.folder / "back.json").write_text(json.dumps(exported(tasks)), "utf-8")
    said = cli("audit", "answers", "a", "back.json", "--json", env=FIXED).json
    assert (said["taken"], said["settled"], said["verdict"]) == (120, 120, "kept")


def test_a_workbook_goes_out_and_comes_back(cli: Cli) -> None:
    import openpyxl

    delivered(cli, 0.0)
    cli(
        "audit",
        "tasks",
        "batch",
        "--id",
        "a",
        "--out",
        "t.xlsx",
        "--items",
        "120",
        "--seed",
        "s",
        *KNOWN,
        env=FIXED,
    )
    book = openpyxl.load_workbook(cli.folder / "t.xlsx")
    sheet = book["tasks"]
    assert [cell.value for cell in sheet[1]] == ["task_id", "item_id", "answer", "comment"]
    assert sheet.data_validations.dataValidation
    for row in sheet.iter_rows(min_row=2):
        row[2].value = truth(str(row[1].value))
    book.save(cli.folder / "back.xlsx")
    said = cli("audit", "answers", "a", "back.xlsx", "--auditor", "ann", "--json", env=FIXED).json
    assert (said["settled"], said["verdict"]) == (120, "kept")


def test_answers_that_do_not_belong_are_named_with_their_line(cli: Cli) -> None:
    delivered(cli, 0.0)
    cli("audit", "tasks", "batch", "--id", "a", "--out", "t.csv", "--items", "20", env=FIXED)
    for text, said in (("t9999,bunting", "no task"), ("t0001,eagle", "no class"), ("t0001,", "no answer")):
        (cli.folder / "bad.csv").write_text(f"task_id,answer\n{text}\n", "utf-8")
        error = cli("audit", "answers", "a", "bad.csv", code=2, env=FIXED).err
        assert said in error
        assert "bad.csv" in error


def test_strata_are_drawn_for_themselves_and_judged_together(cli: Cli) -> None:
    delivered(cli, 0.2)
    rows = [f"img-{k:04d},{'night' if k % 8 == 0 else 'day'}" for k in range(N)]
    (cli.folder / "strata.csv").write_text("item_id,stratum\n" + "\n".join(rows) + "\n", "utf-8")
    words = ("audit", "tasks", "batch", "--id", "a", "--out", "t.csv", "--items", "160", "--seed", "s", *KNOWN)
    record = cli(*words, "--strata", "strata.csv", "--floor", "40", "--json", env=FIXED).json
    assert record["strata"] == {"day": 120, "night": 40}
    file = filled(cli.folder, listed(cli.folder / "t.csv"), "all.csv")
    said = cli("audit", "answers", "a", file, "--auditor", "ann", "--json", code=3, env=FIXED).json
    assert (said["finished"], said["verdict"]) == (True, "breached")
    cli("claim", "draft", "a", "--id", "c", env=FIXED)
    cli("report", "audit", "a", "--out", "a.pdf", env=FIXED)
    cli("evidence", "export", "a", "--out", "b.zip", env=FIXED)
    assert cli("evidence", "verify", "b.zip").code == 0
