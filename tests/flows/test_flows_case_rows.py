"""Rows of real exports: which of them count is asked, said, recorded, and never chosen by label."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli

CASES = SHARED / "cases"
MTURK = ("--map", "item_id=Input.image_url", "--map", "annotator_id=WorkerId",
         "--map", "label=Answer.species.label")  # fmt: skip
APPEN = ("--map", "item_id=photo", "--map", "annotator_id=_worker_id", "--map", "label=which_animal")
TOLOKA = ("--map", "item_id=INPUT:image", "--map", "label=OUTPUT:result", "--map",
          "annotator_id=ASSIGNMENT:worker_id")  # fmt: skip


@pytest.fixture
def there(tmp_path: Path) -> Cli:
    cli = Cli(tmp_path)
    cli("init")
    cli("vendor", "add", "acme")
    for name in ("words", "cons"):
        cli("contract", "add", CASES / f"contract-{name}.toml")
    cli("gold", "add", CASES / "gold-words.csv", "--id", "gold", "--contract", "c-words")
    return cli


def taken(cli: Cli, file: str, *words: str, contract: str = "c-words", name: str = "d") -> dict[str, Any]:
    record = cli("delivery", "add", CASES / file, "--id", name, "--contract", contract, *words, "--json").json
    intake: dict[str, Any] = record["intake"]
    return intake


def accuracy(cli: Cli, name: str = "d") -> float:
    found = cli("audit", "run", name, "--gold", "gold", "--json").json["findings"][0]
    assert found["verdict"] == "kept"
    return round(100 * float(found["estimate"]), 1)


def test_a_status_column_is_asked_about_and_no_breach_rests_on_it(there: Cli) -> None:
    intake = taken(there, "06-mturk.csv", *MTURK)
    (open_,) = intake["unsettled"]
    assert (open_["kind"], open_["count"]) == ("status", 120)
    assert "'AssignmentStatus' looks like a status" in open_["text"]
    assert open_["examples"] == ["Approved in 94 rows", "Rejected in 13 rows", "Submitted in 13 rows"]
    assert "--where AssignmentStatus=Approved,Rejected,Submitted" in open_["text"]
    said = there("audit", "run", "d", "--gold", "gold", code=2).err
    assert "AssignmentStatus" in said
    assert "Rejected in 13 rows" in said
    assert "--where 'AssignmentStatus!=Rejected'" in said
    said = there("delivery", "check", CASES / "06-mturk.csv", "--contract", "c-words", *MTURK).out
    assert "Open (status)" in said


@pytest.mark.parametrize(
    ("where", "left_out", "right"),
    [
        ("AssignmentStatus=Approved", {"Rejected": 13, "Submitted": 13}, 94.7),
        ("AssignmentStatus=Approved,Submitted", {"Rejected": 13}, 95.3),
        ("AssignmentStatus!=Rejected", {"Rejected": 13}, 95.3),
    ],
)
def test_the_rows_that_count_are_said_and_what_is_left_out_is_recorded(
    there: Cli, where: str, left_out: dict[str, int], right: float
) -> None:
    intake = taken(there, "06-mturk.csv", *MTURK, "--where", where)
    assert intake["unsettled"] == []
    assert intake["filtered"] == [
        {"where": where, "column": "AssignmentStatus", "rows_left_out": sum(left_out.values()),
         "by_value": left_out, "rows_of_other_values": 0},
    ]  # fmt: skip
    assert accuracy(there) == right
    assert f"--where {where} left out" in there("delivery", "show", "d").out


def test_all_rows_can_be_meant(there: Cli) -> None:
    intake = taken(there, "06-mturk.csv", *MTURK, "--where", "AssignmentStatus=Approved,Rejected,Submitted")
    assert (intake["unsettled"], intake["labels"], intake["filtered"][0]["rows_left_out"]) == ([], 120, 0)
    assert there("audit", "run", "d", "--gold", "gold", "--json", code=3).json["verdict"] == "breached"


def test_every_status_column_of_an_export_is_named(there: Cli) -> None:
    intake = taken(there, "07-appen-full.csv", *APPEN, "--where", "_golden!=true")
    assert [one["options"] for one in intake["unsettled"]] == [["--where", "_tainted!=true"]]
    words = ("--where", "_golden!=true", "--where", "_tainted=false")
    intake = taken(there, "07-appen-full.csv", *APPEN, *words, name="e")
    assert intake["unsettled"] == []
    assert [one["rows_left_out"] for one in intake["filtered"]] == [
        12,
        10,
    ]  # one tainted row is a test question


def test_exports_that_were_read_rightly_still_are(there: Cli) -> None:
    taken(there, "27-with-consensus-column.csv", name="votes")
    assert accuracy(there, "votes") == 95.0
    taken(there, "23-one-class.csv", name="one")
    there("audit", "run", "one", "--gold", "gold", code=3)
    intake = taken(there, "08-toloka.tsv", *TOLOKA, "--where", "ASSIGNMENT:status=APPROVED", name="toloka")
    assert (intake["labels"], intake["unsettled"]) == (105, [])


def test_answers_are_never_chosen_by_what_they_say(there: Cli) -> None:
    for where in ("Answer.species.label=dog", "Answer.species.label!=cat"):
        words = ("--contract", "c-words", *MTURK, "--where", where)
        assert "would choose rows by their label" in there("delivery", "add", CASES / "06-mturk.csv", *words,
                                                           code=2).err  # fmt: skip


def test_a_contract_may_forbid_filters(there: Cli) -> None:
    text = (CASES / "contract-words.toml").read_text("utf-8").replace("c-words", "c-whole")
    (there.folder / "whole.toml").write_text(text.replace("[task]", '[task]\nfilters = "forbidden"'), "utf-8")
    there("contract", "add", "whole.toml")
    for command in ("add", "check"):
        said = there("delivery", command, CASES / "18-curation.csv", "--contract", "c-whole", "--where",
                     "annotator_id=w-ada", code=2).err  # fmt: skip
        assert "'c-whole' forbids filters" in said
    taken(there, "18-curation.csv", contract="c-whole")


@pytest.mark.parametrize("file", ["26-null.csv", "26-null.jsonl"])
def test_empty_and_null_are_one(there: Cli, file: str) -> None:
    intake = taken(there, file, "--where", "golden=")
    assert (intake["labels"], intake["filtered"][0]["by_value"]) == (108, {"bird": 7, "cat": 3, "dog": 2})
    assert taken(there, file, "--where", "golden!=", name="tests")["labels"] == 12


@pytest.mark.parametrize("file", ["18-curation.csv", "18b-curation-nostage.csv"])
def test_a_curator_among_the_annotators_is_named(there: Cli, file: str) -> None:
    (note,) = [text for text in taken(there, file)["notes"] if "named like a role" in text]
    assert "'CURATION_USER' labelled all 40 items" in note
    assert "--where 'annotator_id!=CURATION_USER'" in note
    intake = taken(there, file, "--where", "annotator_id!=CURATION_USER", name="people")
    assert (intake["annotators"], intake["filtered"][0]["by_value"]) == (3, {"CURATION_USER": 40})
    assert not any("named like a role" in text for text in intake["notes"])
    assert round(there("agreement", "show", "people", "--json").json["alpha"]["estimate"], 3) == 0.845


SENT_AGAIN = ("--map", "item_id=record_id", "--map", "label=kind.value", "--map", "annotator_id=user_id")


def sent_again(cli: Cli, rule: str, *, times: bool = True) -> str:
    """Answers of which 13 were corrected, newest first, under a contract with `rule`; returns its id."""
    head, *rows = (CASES / "03-resubmitted.csv").read_text("utf-8").splitlines()
    lines = [head, *(reversed(rows) if times else rows)]
    if not times:
        lines = [",".join(line.split(",")[:3]) for line in lines]
    (cli.folder / "again.csv").write_text("\n".join(lines) + "\n", "utf-8")
    text = (CASES / "contract-words.toml").read_text("utf-8").replace("c-words", "c-again")
    (cli.folder / "again.toml").write_text(text.replace("[task]", f"[task]\n{rule}"), "utf-8")
    cli("contract", "add", "again.toml")
    return "c-again"


@pytest.mark.parametrize("stated", [(), ("--in-order",)])
def test_times_go_before_the_order_of_rows_and_the_command_printed_clears_the_vendor(
    there: Cli, stated: tuple[str, ...]
) -> None:
    contract = sent_again(there, 'repeats = "last"')
    there("delivery", "add", "again.csv", "--id", "d", "--contract", contract, *SENT_AGAIN, *stated)
    said = there("audit", "run", "d", "--gold", "gold", code=2).err
    assert "It contradicts the order of the rows." in said
    command = said.split("Take the files in again: vendoreval ")[1].splitlines()[0]
    assert "--map labelled_at=updated_at" in command
    assert "--in-order" not in command
    there(*command.split())
    found = there("audit", "run", "d-2", "--gold", "gold", "--json").json["findings"][0]
    assert (found["verdict"], found["estimate"]) == ("kept", 1.0)


@pytest.mark.parametrize(("times", "option"), [(True, "--map labelled_at=updated_at"), (False, "--in-order")])
def test_a_missing_rule_and_a_missing_order_are_asked_at_once(there: Cli, times: bool, option: str) -> None:
    contract = sent_again(there, "", times=times)
    there("delivery", "add", "again.csv", "--id", "d", "--contract", contract, *SENT_AGAIN)
    said = there("audit", "run", "d", "--gold", "gold", code=2).err
    assert 'repeats = "last"; then: vendoreval contract amend CONTRACT.toml' in said
    command = said.split("Take the files in again: vendoreval ")[1].splitlines()[0]
    assert option in command
    text = (there.folder / "again.toml").read_text("utf-8")
    (there.folder / "again.toml").write_text(text.replace("[task]", '[task]\nrepeats = "last"'), "utf-8")
    there("contract", "amend", "again.toml")
    there(*command.split())
    assert there("audit", "run", "d-2", "--gold", "gold", "--json").json["verdict"] == "kept"


def test_a_status_is_never_proposed_as_label_and_one_mapped_is_told(there: Cli) -> None:
    words = ("delivery", "add", CASES / "10-prodigy-choice.jsonl", "--contract", "c-words")
    refused = there(*words, code=2).err
    assert "say --map item_id=image --map label=COLUMN" in refused
    done = there(*words, "--map", "item_id=image", "--map", "label=answer")
    assert "column answer was mapped as label and looks like a status" in " ".join(done.out.split())


def test_open_labels_are_not_called_wrong_and_the_next_command_settles_them_from_any_folder(there: Cli) -> None:
    words = ("--contract", "c-words", "--received", "2026-03-09", "--id", "d")
    done = there("delivery", "add", CASES / "05-placeholders.csv", *words)
    said = " ".join(done.out.split())
    assert "count as wrong" not in said
    assert "are of no class that the contract knows: this is open" in said
    command = done.err.split("vendoreval ", 1)[1]
    assert "delivery add --again d --id d-2 --contract c-words --empty" in command
    assert "audit run" not in done.err
    again = there(*shlex.split(command))
    assert "next: vendoreval audit run d-2" in again.err
    first, second = (there("delivery", "show", name, "--json").json for name in ("d", "d-2"))
    assert first["received_at"] == second["received_at"]
    there("delivery", "add", "--again", "d", CASES / "05-placeholders.csv", "--contract", "c-words", code=2)
    there("delivery", "add", "--contract", "c-words", code=2)
