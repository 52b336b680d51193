"""Deliveries that looked wrong for the way they are written: whole commands on exports as tools make them.

The files lie in shared/cases; the right values are those of the table there.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli
from vendoreval.contracts.terms import Task
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.verify_statements import check_statements

CASES = SHARED / "cases"
LABEL_STUDIO = ("--map", "item_id=id", "--map", "annotator_id=annotator", "--map", "label=species")
ARGILLA = ("--map", "item_id=record_id", "--map", "annotator_id=user_id", "--map", "label=kind.value")
PLACEHOLDERS = "nan,None,N/A,NULL,-"


@pytest.fixture
def buyer(cli: Cli) -> Cli:
    """A workspace with the contracts and the gold of the cases."""
    cli("init")
    cli("vendor", "add", "acme")
    for kind in ("words", "num", "bool"):
        cli("contract", "add", CASES / f"contract-{kind}.toml")
        cli("gold", "add", CASES / f"gold-{kind}.csv", "--id", kind, "--contract", f"c-{kind}")
    return cli


def deliver(buyer: Cli, kind: str, file: str | Path, *words: str | Path, name: str = "d") -> dict[str, Any]:
    """Take a case in; its intake report."""
    path = CASES / file if isinstance(file, str) else file
    added = buyer("delivery", "add", path, "--id", name, "--contract", f"c-{kind}", *words, "--json").json
    intake: dict[str, Any] = added["intake"]
    return intake


def accuracy(buyer: Cli, gold: str, *, name: str = "d", code: int = 0) -> tuple[int, int]:
    """Right labels and labels of the audit's clause on accuracy."""
    found = buyer("audit", "run", name, "--gold", gold, "--id", f"audit-{name}", "--json", code=code).json
    [finding] = found["findings"]
    return finding["n"] - finding["errors"], finding["n"]


def test_true_and_false_in_any_case_are_the_contracts_classes(buyer: Cli) -> None:
    intake = deliver(buyer, "bool", "02-bools.csv")
    assert {(one["from"], one["to"]) for one in intake["label_map"]} == {("True", "true"), ("False", "false")}
    assert intake["labels_read_otherwise"] == 120
    assert accuracy(buyer, "bool") == (116, 120)
    said = deliver(buyer, "bool", "02-bools.csv", "--labels", "True=true", "--labels", "False=false", name="e")
    assert {one["rule"] for one in said["label_map"]} == {"stated"}
    assert not any(one["buyers_word"] for one in said["label_map"])  # notation explains it
    assert accuracy(buyer, "bool", name="e") == (116, 120)


def test_white_space_and_case_around_labels_are_no_errors(buyer: Cli) -> None:
    deliver(buyer, "words", "16b-label-spaces.csv")
    assert accuracy(buyer, "words") == (114, 120)


def test_a_list_of_one_is_its_element(buyer: Cli) -> None:
    gold = buyer.folder / "gold.csv"
    gold.write_text(re.sub(r"(photo-\d+)", r"\1.jpg", (CASES / "gold-words.csv").read_text()))
    buyer("gold", "add", gold, "--id", "jpg", "--contract", "c-words")
    words = ("--map", "item_id=image", "--map", "annotator_id=_annotator_id", "--map", "label=accept")
    intake = deliver(buyer, "words", "10-prodigy-choice.jsonl", *words, "--where", "answer=accept")
    assert {one["rule"] for one in intake["label_map"]} == {"one-element list"}
    rows = [json.loads(line) for line in (CASES / "10-prodigy-choice.jsonl").read_text().splitlines()]
    answered = [row for row in rows if row["answer"] == "accept"]
    truth = dict(line.split(",") for line in gold.read_text().splitlines()[1:])
    right = sum(row["accept"] == [truth[row["image"]]] for row in answered)
    assert accuracy(buyer, "jpg") == (right, len(answered))


def test_files_of_several_people_without_names_do_not_pass_for_copies(buyer: Cli) -> None:
    files = [CASES / f"12-w-{who}.jsonl" for who in ("ada", "bo", "cy")]
    intake = deliver(buyer, "words", files[0], files[1], files[2], "--map", "item_id=name")
    assert (intake["labels"], intake["repeats"]["copies"], intake["repeats"]["unnamed"]) == (120, 0, 120)
    assert [one["kind"] for one in intake["unsettled"]] == ["repeats"]
    assert accuracy(buyer, "words") == (114, 120)
    assert buyer("agreement", "show", "d", "--json").json["alpha"]["estimate"] is None
    stated = deliver(buyer, "words", *files, "--map", "item_id=name", "--unnamed", "different", name="e")
    assert stated["unsettled"] == []
    assert buyer("agreement", "show", "e", "--json").json["alpha"]["estimate"] > 0.8


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_whole_numbers_are_one_class_in_every_format(buyer: Cli, suffix: str) -> None:
    import pandas as pd

    gold = pd.read_csv(CASES / "gold-num.csv")
    rows = pd.DataFrame({"item_id": gold.item_id, "annotator_id": "w-ada", "label": gold.label.astype(float)})
    path = buyer.folder / f"numbers.{suffix}"
    match suffix:
        case "csv":
            rows.to_csv(path, index=False)
        case "jsonl":
            rows.to_json(path, orient="records", lines=True)
        case _:
            rows.to_parquet(path)
    deliver(buyer, "num", path)
    assert accuracy(buyer, "num") == (40, 40)


def test_objects_and_longer_lists_are_refused_with_the_reason(buyer: Cli) -> None:
    intake = deliver(buyer, "words", "11b-ls-multi.csv", *LABEL_STUDIO)
    assert {one["reason"] for one in intake["refusals"]} == {"The label is an object, not a class."}
    [asked] = intake["unsettled"]
    assert (asked["kind"], asked["count"]) == ("notation", intake["refused"])


def test_placeholders_are_asked_about_and_then_no_answers(buyer: Cli) -> None:
    intake = deliver(buyer, "words", "05-placeholders.csv")
    assert intake["unknown_class"] == 20
    refused = buyer("audit", "run", "d", "--gold", "words", code=2)
    assert "'None' 4 times" in refused.err
    assert not buyer("audit", "list", "--json").json
    command = next(line for line in refused.err.splitlines() if "delivery add" in line).split(": ", 1)[1]
    (buyer.folder / "05-placeholders.csv").write_bytes((CASES / "05-placeholders.csv").read_bytes())
    buyer(*shlex.split(command)[1:])
    settled = buyer("delivery", "show", "d-2", "--json").json["intake"]
    assert settled["unsettled"] == []
    assert {(one["text"], one["count"]) for one in settled["empty"]} == {
        (p, 4) for p in PLACEHOLDERS.split(",")
    }
    assert accuracy(buyer, "words", name="d-2") == (100, 100)
    assert buyer("agreement", "show", "d-2", "--json").json["alpha"]["estimate"] == pytest.approx(1)


def test_what_no_rule_knows_is_shown_with_the_nearest_class_and_can_be_settled(buyer: Cli) -> None:
    rows = (CASES / "04-storage-clean.csv").read_text().replace("dog", "dogg")
    path = buyer.folder / "dogg.csv"
    path.write_text(rows)
    intake = deliver(buyer, "words", path, *LABEL_STUDIO)
    [unknown] = intake["unknown_labels"]
    assert (unknown["label"], unknown["nearest"]) == ("dogg", "dog")
    refused = buyer("audit", "run", "d", "--gold", "words", code=2)
    assert "'dogg'" in refused.err
    assert "--labels dogg=dog" in refused.err
    said = deliver(buyer, "words", path, *LABEL_STUDIO, "--labels", "dogg=dog", name="e")
    assert [one["buyers_word"] for one in said["label_map"]] == [True]
    assert accuracy(buyer, "words", name="e") == (114, 120)
    deliver(buyer, "words", path, *LABEL_STUDIO, "--wrong", "dogg", name="f")
    assert accuracy(buyer, "words", name="f", code=3)[1] == 120


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--labels", "dog=cat"), "'dog' is a class of the contract"),
        (("--labels", "Dog =cat"), "'Dog ' is the class 'dog', written otherwise"),
        (("--labels", '["dog"]=cat'), "is the class 'dog', written otherwise"),
        (("--empty", "nan,Bird"), "'Bird' is the class 'bird', written otherwise"),
        (("--wrong", "bird"), "'bird' is a class of the contract"),
        (("--labels", "hund=dig"), "The nearest is 'dog'"),
        (("--labels", "hund"), "is not TEXT=CLASS"),
        (("--labels", "hund=dog", "--empty", "hund"), "two things are said of 'hund'"),
        (("--unnamed", "joined"), "no parts that could be joined"),
        (("--unnamed", "both"), "same (person), different (people) or joined"),
    ],
)
def test_a_statement_may_not_forge(buyer: Cli, words: tuple[str, ...], said: str) -> None:
    refused = buyer(
        "delivery",
        "add",
        CASES / "04-storage-clean.csv",
        "--contract",
        "c-words",
        *LABEL_STUDIO,
        *words,
        code=2,
    )
    assert said in " ".join(refused.err.split())
    assert not buyer("delivery", "list", "--json").json


def with_rule(buyer: Cli, rule: str) -> None:
    """Amend the contract by a rule on repeats."""
    text = (CASES / "contract-words.toml").read_text().replace("[task]\n", f'[task]\nrepeats = "{rule}"\n')
    terms = buyer.folder / "amended.toml"
    terms.write_text(text)
    buyer("contract", "amend", terms)


def test_a_correction_supersedes_by_the_contracts_rule(buyer: Cli) -> None:
    words = (*ARGILLA, "--map", "labelled_at=updated_at", "--where", "kind.status=submitted")
    asked = deliver(buyer, "words", "03-resubmitted.csv", *words)
    assert [one["kind"] for one in asked["unsettled"]] == ["repeats"]
    refused = buyer("audit", "run", "d", "--gold", "words", code=2)
    assert 'repeats = "last"' in refused.err
    assert "'photo-003' by 'w-ada': 'bird', then 'dog'" in refused.err
    with_rule(buyer, "last")
    settled = deliver(buyer, "words", "03-resubmitted.csv", *words, name="e")
    assert (settled["labels"], settled["repeats"]["superseded"], settled["unsettled"]) == (40, 13, [])
    assert any("13 rows superseded" in note for note in settled["notes"])
    assert accuracy(buyer, "words", name="e") == (40, 40)
    assert settled["repeats"]["self_agreement"] == {"labels": 26, "share": 0.0}


def test_the_last_answer_needs_times_or_a_stated_order(buyer: Cli) -> None:
    with_rule(buyer, "last")
    words = (*ARGILLA, "--where", "kind.status=submitted")
    [asked] = deliver(buyer, "words", "03-resubmitted.csv", *words)["unsettled"]
    assert asked["options"] == ["--map", "labelled_at=updated_at"]
    buyer("audit", "run", "d", "--gold", "words", code=2)
    assert deliver(buyer, "words", "03-resubmitted.csv", *words, "--in-order", name="e")["unsettled"] == []
    assert accuracy(buyer, "words", name="e") == (40, 40)


@pytest.mark.parametrize("words", [(), ("--map", "label_id=annotation_id")])
def test_copies_in_storage_count_once(buyer: Cli, words: tuple[str, ...]) -> None:
    intake = deliver(buyer, "words", "04-storage-duplicates.csv", *LABEL_STUDIO, *words)
    assert (intake["labels"], intake["repeats"]["copies"], intake["unsettled"]) == (120, 12, [])
    assert accuracy(buyer, "words") == (114, 120)


def test_cumulative_files_count_each_answer_once(buyer: Cli) -> None:
    both = deliver(buyer, "words", "32-week1.csv", CASES / "32-week1and2.csv")
    alone = deliver(buyer, "words", "32-week1and2.csv", name="e")
    assert (both["labels"], both["repeats"]["copies"]) == (alone["labels"], 40)
    assert accuracy(buyer, "words", code=3) == accuracy(buyer, "words", name="e", code=3)
    assert any("Shared with the delivery 'd'" in note for note in alone["notes"])


def test_copies_without_names_give_no_agreement(buyer: Cli) -> None:
    intake = deliver(buyer, "words", "04b-duplicates-no-annotator.csv")
    assert (intake["labels"], intake["repeats"]["copies"]) == (40, 20)
    assert buyer("agreement", "show", "d", "--json").json["alpha"]["estimate"] is None


def test_a_label_id_that_is_none_is_refused(buyer: Cli) -> None:
    words = ("--map", "label_id=lead_time")
    refused = buyer(
        "delivery",
        "add",
        CASES / "04-storage-clean.csv",
        "--contract",
        "c-words",
        *LABEL_STUDIO,
        *words,
        code=2,
    )
    assert "One label_id stands on several items or people" in refused.err


def test_one_file_with_two_questions_is_two_deliveries(buyer: Cli) -> None:
    words = ("--map", "item_id=_unit_id", "--map", "annotator_id=_worker_id")
    deliver(buyer, "words", "34-two-questions.csv", *words, "--map", "label=animal")
    second = deliver(buyer, "bool", "34-two-questions.csv", *words, "--map", "label=relevant", name="e")
    assert any("Shared with the delivery 'd': 34-two-questions.csv" in note for note in second["notes"])
    assert accuracy(buyer, "words") == (40, 40)
    again = buyer(
        "delivery", "add", CASES / "34-two-questions.csv", "--id", "f", "--contract", "c-bool", *words,
        "--map", "label=relevant", code=2,
    )  # fmt: skip
    assert "Delivery 'e' has the same content" in again.err


def test_checking_shows_the_same_without_storing(buyer: Cli) -> None:
    words = ("delivery", "check", CASES / "05-placeholders.csv", "--contract", "c-words")
    shown = buyer(*words).out
    assert "Open (notation): 20 labels" in shown
    assert buyer(*words, "--empty", PLACEHOLDERS, "--json").json["intake"]["unsettled"] == []
    assert not buyer("delivery", "list", "--json").json


def test_the_vendor_reads_its_files_as_the_buyer_did(buyer: Cli) -> None:
    deliver(buyer, "words", "05-placeholders.csv", "--empty", PLACEHOLDERS)
    accuracy(buyer, "words")
    buyer("evidence", "export", "audit-d", "--out", "b.zip")
    words = ("evidence", "verify", "b.zip", "--delivered", CASES / "05-placeholders.csv", "--json")
    assert any("100 labels judged" in check for check in buyer(*words).json["checks"])


def test_the_certificate_tells_what_was_settled(buyer: Cli) -> None:
    deliver(buyer, "words", "05-placeholders.csv", "--empty", PLACEHOLDERS)
    accuracy(buyer, "words")
    buyer("report", "audit", "audit-d", "--format", "html", "--out", "audit.html")
    assert "The buyer stated that these are no answers" in (buyer.folder / "audit.html").read_text("utf-8")


def test_verify_names_the_buyers_word_and_finds_a_forged_statement(buyer: Cli) -> None:
    path = buyer.folder / "hunde.csv"
    path.write_text((CASES / "04-storage-clean.csv").read_text().replace("dog", "hund"))
    deliver(buyer, "words", path, *LABEL_STUDIO, "--labels", "hund=dog")
    accuracy(buyer, "words")
    buyer("evidence", "export", "audit-d", "--out", "b.zip")
    shown = buyer("evidence", "verify", "b.zip", "--json").json["not_shown"]
    assert any("buyer's word alone" in one["what"] and "'hund' as 'dog'" in one["what"] for one in shown)
    intake = json.loads(from_zip((buyer.folder / "b.zip").read_bytes())["intake.json"])
    task = Task("classification", ("cat", "dog", "bird"))
    check_statements(task, intake)
    forged = [
        {**intake, "stated": {"labels": ["cat=dog"]}},
        {**intake, "label_map": [{**intake["label_map"][0], "buyers_word": False}]},
        {**intake, "label_map": [{**intake["label_map"][0], "to": "cat"}]},
        {**intake, "empty": [{"text": "hund", "count": 1, "buyers_word": True}]},
    ]
    for one in forged:
        with pytest.raises(EvidenceError):
            check_statements(task, one)


def test_gold_is_read_by_the_same_rules(buyer: Cli) -> None:
    gold = buyer.folder / "gold.jsonl"
    lines = [line.split(",") for line in (CASES / "gold-num.csv").read_text().splitlines()[1:]]
    gold.write_text("\n".join(json.dumps({"item_id": item, "label": [float(label)]}) for item, label in lines))
    buyer("gold", "add", gold, "--id", "floats", "--contract", "c-num")
    rows = "\n".join(f"{item},w-ada,{label}" for item, label in lines)
    path = buyer.folder / "rows.csv"
    path.write_text(f"item_id,annotator_id,label\n{rows}\n")
    deliver(buyer, "num", path)
    assert accuracy(buyer, "floats") == (40, 40)


def test_a_sign_may_mean_something_so_its_map_is_asked_for_and_stays_the_buyers_word(buyer: Cli) -> None:
    rows = [f"i{n},ann,{label}" for n, label in enumerate(("-1", "-1", "Polar-bear", "dog"))]
    path = buyer.folder / "signed.csv"
    path.write_text("item_id,annotator_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    contract = (CASES / "contract-words.toml").read_text("utf-8")
    classes = contract[contract.index("classes") :].split("]")[0] + "]"
    named = contract.replace(classes, 'classes = ["1", "dog", "polar bear"]').replace("c-words", "c-signed")
    (buyer.folder / "signed.toml").write_text(named, "utf-8")
    buyer("contract", "add", "signed.toml")
    [open_] = deliver(buyer, "signed", path)["unsettled"]
    assert open_["options"] == ["--labels", "-1=CLASS", "--labels", "Polar-bear=polar bear"]
    words = ("--labels=-1=1", "--labels", "Polar-bear=polar bear")
    said = deliver(buyer, "signed", path, *words, name="e")["label_map"]
    assert {one["from"]: one["buyers_word"] for one in said} == {"-1": True, "Polar-bear": False}
