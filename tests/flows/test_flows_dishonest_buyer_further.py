"""Further lies, told with the honest program or behind its back, and honest cases that must not be refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import CAME, CONTRACT, OWN, answered, at, claimed, sampled, sent, truth
from tests.flows.forging import Forgery

LATER = "2026-03-11T09:00:00+00:00"


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sampled(claimed(Cli(tmp_path_factory.mktemp("honest")))).folder


@pytest.fixture
def told(cli: Cli, honest: Path) -> Cli:
    shutil.copytree(honest, cli.folder, dirs_exist_ok=True)
    return cli


def kinds(cli: Cli, *words: str) -> set[str]:
    return {one["kind"] for one in cli("evidence", "verify", *words, "--json").json["not_shown"]}


def test_two_answers_committed_for_each_item(cli: Cli) -> None:
    """The buyer commits to both answers and opens the one that suits: each task names its gold record."""
    sent(cli)
    answered(cli, 0.3)
    cli("delivery", "add", "answers.csv", "--id", "d", "--contract", "birds", "--seeding", "s", env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    made = Forgery(cli.folder / "b.zip")
    seeding = made.record("seeding.json")
    assert all(len(leaf["gold"]) == 64 for leaf in seeding["tasks"])
    seeding["tasks"][0]["gold"] = "0" * 64
    made.set("seeding.json", seeding)
    assert "answer" in cli("evidence", "verify", made.write(cli.folder / "f.zip"), *OWN[:4], code=5).err


def test_gold_of_after_the_delivery_is_not_backdated(cli: Cli) -> None:
    sent(cli)
    answered(cli, 0.3)
    cli("delivery", "add", "answers.csv", "--id", "d", "--contract", "birds", "--seeding", "s", env=at(CAME))
    cli("gold", "add", "gold.csv", "--id", "h", "--contract", "birds", env=at(CAME))
    cli("gold", "commit", "h", "--out", "h.json", env=at(LATER))
    cli("audit", "run", "d", "--gold", "h", "--id", "a", code=3, env=at(LATER))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(LATER))
    assert cli("evidence", "verify", "b.zip", "--receipt", "h.json").code == 0
    made = Forgery(cli.folder / "b.zip")
    early = "2026-03-03T09:00:00.000000Z"
    receipts = made.record("receipts.json")
    receipts[-1]["committed_at"] = early
    made.set("receipts.json", receipts)
    made.change("frame.json", gold_committed="before", seed_from="root", seed=receipts[-1]["root"])
    made.recompute()
    made.relog(lambda one: {"at": early} if one.kind == "gold.committed" and one.subject == "h" else {})
    said = cli("evidence", "verify", made.write(cli.folder / "f.zip"), code=5).err
    assert "after the delivery" in said


def test_receipts_that_are_used_and_not_held_are_named(told: Cli) -> None:
    assert {"receipt_gold", "receipt_seeding"} <= kinds(told, "b.zip")
    assert "receipt_seeding" in kinds(told, "b.zip", "--receipt", "gold-receipt.json")
    assert "receipt_seed" in kinds(told, "drawn.zip", *OWN)
    left = kinds(told, "drawn.zip", *OWN, "--receipt", "seed-receipt.json")
    assert not {one for one in left if one.startswith("receipt")}


def test_a_typed_value_beside_nonces_is_the_buyers_choice(told: Cli) -> None:
    words = ["audit", "tasks", "d", "--id", "n", "--out", "n.csv", "--items", "20", "--seed", "17"]
    for _ in range(2):
        made = told("audit", "nonce", "--json").json
        words += ["--nonce", made["nonce"], "--commitment", made["commitment"]]
    assert told(*words, "--json", env=at(CAME)).json["seed_from"] == "unproven"


def test_a_plan_cut_short_and_a_choice_that_passes_for_a_draw(told: Cli) -> None:
    made = Forgery(told.folder / "drawn.zip")
    made.change("frame.json", planned_items=30)
    made.recompute()
    made.relog()
    assert "the log tells" in told("evidence", "verify", made.write(told.folder / "f.zip"), code=5).err
    made = Forgery(told.folder / "b.zip")
    made.change("frame.json", drawn="tickets", seed_from="nonces", seed="x")
    made.set(
        "draw.json", {"nonces": ["a", "b"], "commitments": [], "typed": "", "population": 150, "items": 30}
    )
    made.recompute()
    made.relog()
    told("evidence", "verify", made.write(told.folder / "f.zip"), code=5)


def test_the_end_of_the_log_is_the_buyers_word(told: Cli) -> None:
    """Events behind the last head that the vendor holds could be left out: verify says which."""
    assert "log_tail" in kinds(told, "b.zip", *OWN, "--seal", "seal.json", "--acknowledgement", "ack.json")


def test_a_seeding_that_was_committed_to_must_be_opened(told: Cli) -> None:
    made = Forgery(told.folder / "b.zip")
    del made.files["seeding.json"]
    assert "does not open it" in told("evidence", "verify", made.write(told.folder / "f.zip"), *OWN, code=5).err


def test_later_and_foreign_receipts_accuse_nobody(told: Cli) -> None:
    told("gold", "add", "gold.csv", "--id", "next", "--contract", "birds", env=at(LATER))
    told("gold", "commit", "next", "--out", "next.json", env=at(LATER))
    foreign = {**json.loads((told.folder / "gold-receipt.json").read_text("utf-8")), "contract": "cats"}
    (told.folder / "foreign.json").write_text(json.dumps(foreign), "utf-8")
    found = told(
        "evidence", "verify", "b.zip", *OWN, "--receipt", "next.json", "--receipt", "foreign.json", "--json"
    )
    texts = [one["what"] for one in found.json["not_shown"]]
    assert any("made after this bundle" in text for text in texts)
    assert any("of the contract 'cats'" in text for text in texts)


def test_other_gold_on_a_seeded_delivery_is_no_misfit(told: Cli) -> None:
    rows = [f"img-{k:03d},{truth(f'img-{k:03d}')}" for k in range(60)]
    (told.folder / "other.csv").write_text("item_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    told("gold", "add", "other.csv", "--id", "o", "--contract", "birds", env=at(LATER))
    told("audit", "run", "d", "--gold", "o", "--id", "ao", code=4, env=at(LATER))
    told("evidence", "export", "ao", "--out", "o.zip", env=at(LATER))
    assert "seeding" in kinds(told, "o.zip", *OWN)


def test_a_payload_that_a_spreadsheet_would_run_fits_the_vendors_list(cli: Cli) -> None:
    (cli.folder / "contract.toml").write_text(CONTRACT, "utf-8")
    odd = ["=1+1", "'quoted", "+49 30", "plain"]
    (cli.folder / "todo.csv").write_text(
        "item_id,text\n" + "".join(f"t{k},{odd[k % 4]}\n" for k in range(40)), "utf-8"
    )
    (cli.folder / "gold.csv").write_text(
        "item_id,label,text\n" + "".join(f"r{k},bunting,{odd[k % 4]}\n" for k in range(10)), "utf-8"
    )
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "birds")
    cli("gold", "commit", "g", "--out", "r.json")
    cli("gold", "seed", "todo.csv", "--gold", "g", "--rate", "0.2", "--out", "tasks.csv", "--id", "s")
    with (cli.folder / "tasks.csv").open(newline="", encoding="utf-8") as file:
        tasks = list(csv.DictReader(file))
    assert {task["text"] for task in tasks} == {"'=1+1", "''quoted", "'+49 30", "plain"}
    answers = "".join(f"{task['task_id']},ana,bunting\n" for task in tasks)
    (cli.folder / "a.csv").write_text("task_id,annotator_id,label\n" + answers, "utf-8")
    cli("delivery", "add", "a.csv", "--id", "d", "--contract", "birds", "--seeding", "s")
    assert cli("audit", "run", "d", "--gold", "g", "--id", "a", code=4).out
    cli("evidence", "export", "a", "--out", "b.zip")
    checks = cli("evidence", "verify", "b.zip", "--tasks", "tasks.csv", "--json").json["checks"]
    assert any("each gold task stands in your list" in check for check in checks)


def test_one_list_in_two_parts_accuses_nobody(cli: Cli) -> None:
    """Every label is right; the tasks of the other part are no omissions until somebody says so."""
    sent(cli)
    answered(cli, 0.0)
    header, *rows = (cli.folder / "answers.csv").read_text("utf-8").splitlines()
    (cli.folder / "p1.csv").write_text("\n".join([header, *rows[:150]]) + "\n", "utf-8")
    words = ("delivery", "add", "p1.csv", "--contract", "birds", "--seeding", "s")
    added: dict[str, Any] = cli(*words, "--id", "p1", "--json", env=at(CAME)).json
    assert added["intake"]["unsettled"][0]["kind"] == "parts"
    said = cli("audit", "run", "p1", "--gold", "g", "--id", "a1", code=2, env=at(CAME)).err
    assert "no answer in these files" in said
    assert "--whole" in said
    part = "\n".join(["task_id", *dict.fromkeys(row.split(",")[0] for row in rows[:150])])
    (cli.folder / "part.csv").write_text(part + "\n", "utf-8")
    (cli.folder / "p2.csv").write_text("\n".join([header, *rows[:150], ""]) + "\n", "utf-8")
    words = ("delivery", "add", "p2.csv", "--contract", "birds", "--seeding", "s")
    added = cli(*words, "--id", "p2", "--items", "part.csv", "--json", env=at(CAME)).json
    assert (added["intake"]["missing_items"], added["intake"]["unsettled"]) == (0, [])
    assert cli("audit", "run", "p2", "--gold", "g", "--id", "a2", "--json", code=4, env=at(CAME)).json[
        "verdict"
    ]
    cli("evidence", "export", "a2", "--out", "part.zip", env=at(CAME))
    assert "seeding" in kinds(cli, "part.zip", *OWN[:4], "--delivered", "p2.csv", "--tasks", "tasks.csv")
