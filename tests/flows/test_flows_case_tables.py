"""Tables of real exports: as platforms write them, wide, with paths into JSON, as Excel saves them."""

from __future__ import annotations

import csv
import json
import shlex
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import SHARED, Cli

CASES = SHARED / "cases"
APPROVED = ("--where", "AssignmentStatus=Approved")
PEOPLE = tuple(CASES / f"12-w-{name}.jsonl" for name in ("ada", "bo", "cy"))
Row = dict[str, str]
Pairs = Iterator[tuple[str, str]]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """One workspace for all: deliveries here are small, and stand beside each other."""
    cli = Cli(tmp_path_factory.mktemp("tables"))
    cli("init")
    cli("vendor", "add", "acme")
    for name in ("words", "num"):
        cli("contract", "add", CASES / f"contract-{name}.toml")
    cli("gold", "add", CASES / "gold-words.csv", "--id", "gold", "--contract", "c-words")
    return cli


def checked(cli: Cli, *words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = cli("delivery", "check", *words, "--contract", "c-words", "--json").json["intake"]
    return found


def accuracy(cli: Cli, name: str, *words: str | Path, code: int = 0) -> tuple[int, int]:
    """The answers on gold items, and those that are wrong, of a delivery."""
    cli("delivery", "add", *words, "--id", name, "--contract", "c-words")
    found = cli("audit", "run", name, "--gold", "gold", "--json", code=code).json["findings"][0]
    return found["n"], found["errors"]


def rows(file: str, delimiter: str = ",") -> list[Row]:
    with (CASES / file).open(newline="", encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


def wrong(pairs: Pairs) -> tuple[int, int]:
    """The same of pairs of item and answer, reckoned without the program."""
    gold = {row["item_id"]: row["label"] for row in rows("gold-words.csv")}
    found = [gold[item] == label.lower() for item, label in pairs]
    return len(found), found.count(False)


def mturk(file: str) -> Pairs:
    for row in rows(file):
        if row["AssignmentStatus"] == "Approved":
            yield row["Input.image_url"], row["Answer.species.label"]


def mturk_json(file: str) -> Pairs:
    for row in rows(file):
        if row["AssignmentStatus"] == "Approved":
            yield row["Input.image_url"], json.loads(row["Answer.taskAnswers"])[0]["species"]["label"]


def mturk_many(file: str) -> Pairs:
    for row in rows(file):
        for number in "12":
            yield row[f"Input.image{number}"], row[f"Answer.Choice{number}"]


def appen(file: str) -> Pairs:
    for row in rows(file):
        if (row["_golden"], row["_tainted"]) == ("false", "false"):
            yield row["photo"], row["which_animal"]


def appen_aggregated(file: str) -> Pairs:
    return ((row["photo"], row["which_animal"]) for row in rows(file) if row["_golden"] == "FALSE")


def zooniverse(file: str) -> Pairs:
    return ((row["subject_ids"], json.loads(row["annotations"])[0]["value"]) for row in rows(file))


def qualtrics(file: str) -> Pairs:
    return ((row["item"], row["Q1"]) for row in rows(file)[2:])


@pytest.mark.parametrize(
    ("platform", "file", "words", "answers"),
    [
        ("mturk", "06-mturk.csv", APPROVED, mturk),
        ("mturk", "06b-mturk-json.csv", APPROVED, mturk_json),
        ("mturk", "06c-mturk-many-per-hit.csv", (), mturk_many),
        ("mturk", "06d-mturk-short-rows.csv", APPROVED, mturk),
        ("appen", "07-appen-full.csv", ("--where", "_golden=false", "--where", "_tainted=false"), appen),
        ("appen", "07b-appen-aggregated.csv", ("--where", "_golden=FALSE", "--where", "_unit_state=finalized"),
         appen_aggregated),
        ("zooniverse", "20-zooniverse.csv", (), zooniverse),
        ("qualtrics", "24-qualtrics.csv", (), qualtrics),
    ],
)  # fmt: skip
def test_platforms_are_known_by_their_columns(
    there: Cli, platform: str, file: str, words: tuple[str, ...], answers: Callable[[str], Pairs]
) -> None:
    name = file.split(".")[0]
    assert accuracy(there, name, CASES / file, *words) == wrong(answers(file))
    intake = there("delivery", "show", name, "--json").json["intake"]
    assert (intake["read"]["format"], intake["unsettled"]) == (platform, [])
    assert intake["notes"][0].startswith(f"Read as {platform}: {file} has ")


def test_what_a_platform_leaves_open_is_asked(there: Cli) -> None:
    for file, column in (("06-mturk.csv", "AssignmentStatus"), ("08-toloka.tsv", "ASSIGNMENT:status")):
        (open_,) = checked(there, CASES / file)["unsettled"]
        assert (open_["kind"], f"{column!r} looks like a status" in open_["text"]) == ("status", True)
    notes = " ".join(checked(there, CASES / "07b-appen-aggregated.csv")["notes"])
    assert "It is an aggregated report: one answer a unit and no people." in notes
    notes = " ".join(checked(there, CASES / "08-toloka.tsv")["notes"])
    assert "--where GOLDEN:result= leaves them out" in notes
    said = there("delivery", "check", CASES / "34-two-questions.csv", "--contract", "c-words", code=2).err
    assert "Which columns are inputs and which answers cannot be told: animal, relevant." in said


def test_toloka_under_its_own_addresses(there: Cli) -> None:
    intake = checked(there, CASES / "08-toloka.tsv", "--where", "ASSIGNMENT:status=APPROVED")
    approved = [row for row in rows("08-toloka.tsv", "\t") if row["ASSIGNMENT:status"] == "APPROVED"]
    assert (intake["labels"], intake["annotators"], intake["unsettled"]) == (len(approved), 3, [])


def test_several_questions_in_one_file_are_deliveries_that_share_it(there: Cli) -> None:
    common = (CASES / "34-two-questions.csv", "--contract", "c-words", "--map", "item_id=_unit_id", "--map",
              "annotator_id=_worker_id")  # fmt: skip
    there("delivery", "add", *common, "--map", "label=animal", "--id", "animal")
    done = there("delivery", "add", *common, "--map", "label=relevant", "--id", "relevant")
    assert "Shared with the delivery 'animal'" in done.out


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("06b-mturk-json.csv", ("item_id=Input.image_url", "label=Answer.taskAnswers:$[0].species.label")),
        ("20-zooniverse.csv", ("item_id=subject_ids", "label=annotations:$[task=T0].value")),
        ("20-zooniverse.csv", ("item_id=subject_data:$.*.Filename", "label=$.annotations[0].value")),
    ],
)
def test_paths_lead_into_json(there: Cli, file: str, words: tuple[str, ...]) -> None:
    intake = checked(there, CASES / file, *(part for word in words for part in ("--map", word)))
    assert (intake["labels"], intake["items"], intake["refused"], intake["unknown_class"]) == (120, 40, 0, 0)


def test_nested_objects_of_json_lines(there: Cli) -> None:
    words = ("--map", "item_id=$.meta.name", "--map", "label=accept", "--map", "annotator_id=_annotator_id")
    prodigy = (CASES / "10-prodigy-choice.jsonl", *words, "--where", "answer=accept")
    assert accuracy(there, "prodigy", *prodigy) == wrong(
        (one["meta"]["name"], one["accept"][0])
        for line in (CASES / "10-prodigy-choice.jsonl").read_text("utf-8").splitlines()
        if (one := json.loads(line))["answer"] == "accept"
    )


def test_an_object_is_no_label_and_the_path_to_the_class_is_printed(there: Cli) -> None:
    words = ("--contract", "c-words", "--map", "item_id=Input.image_url", "--map")
    said = there("delivery", "check", CASES / "06b-mturk-json.csv", *words, "label=Answer.taskAnswers", code=2)
    assert "--map 'label=Answer.taskAnswers:$[0].species.label'" in said.err
    studio = ("--map", "item_id=image", "--map", "label=species", "--map", "annotator_id=annotator")
    intake = checked(there, CASES / "11b-ls-multi.csv", *studio)
    assert {one["reason"] for one in intake["refusals"]} == {"The label is an object, not a class."}
    assert (intake["labels"], intake["refused"]) == (102, 18)
    assert intake["unsettled"][0]["options"] == []  # which of two choices is meant, nobody can tell


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("label=annotations:$.task..value", "is no path: '..value' cannot be read"),
        ("label=annotation:$[0].value", "There is no column 'annotation'"),
        ("label=$[0]", "names no column"),
    ],
)
def test_paths_that_lead_nowhere(there: Cli, path: str, said: str) -> None:
    words = ("--contract", "c-words", "--map", "item_id=subject_ids", "--map", path)
    assert said in there("delivery", "check", CASES / "20-zooniverse.csv", *words, code=2).err


def test_cells_that_a_path_cannot_follow_are_refused_with_their_line(there: Cli) -> None:
    (there.folder / "p.csv").write_text(
        'item_id,a\nphoto-001,"{""x"": {""l"": ""dog""}}"\nphoto-002,cat\nphoto-003,"{""x"": {}, ""y"": {}}"\n'
        'photo-004,"{}"\n', "utf-8",
    )  # fmt: skip
    intake = checked(there, "p.csv", "--map", "label=a:$.*.l")
    assert intake["labels"] == 1
    assert [(one["line"], one["reason"]) for one in intake["refusals"]] == [
        (3, "a is not JSON: Expecting value."),
        (4, "a:$.*.l: at .* there are 2 values, and it is not said which."),
        (5, "The label is empty."),
    ]


def test_filters_never_choose_by_a_label_however_it_is_reached(there: Cli) -> None:
    words = (CASES / "20-zooniverse.csv", "--contract", "c-words", "--map", "item_id=subject_ids")
    for where in ("annotations:$[0].value=Dog", "annotations!=x", "annotations:$[task=T0].value!=Cat"):
        label = "label=annotations:$[task=T0].value"
        said = there("delivery", "check", *words, "--map", label, "--where", where, code=2).err
        assert "would choose rows by their label" in said
    intake = checked(there, *words[:1], *words[3:], "--map", "label=annotations:$[0].value", "--where",
                     "metadata:$.started_at=2026-03-02T09:15:00.000Z")  # fmt: skip
    assert (intake["labels"], intake["left_out"]) == (120, 0)


def test_wide_tables(there: Cli) -> None:
    assert "say --wide COLUMNS" in there("delivery", "check", CASES / "13-wide.csv", "--contract", "c-words",
                                          code=2).err  # fmt: skip
    cells = [(row["item_id"], cell) for row in rows("13-wide.csv") for name, cell in row.items()
             if name != "item_id" and cell]  # fmt: skip
    for number, columns in enumerate(("w-*", "w-ada..w-cy", "w-ada,w-bo,w-cy")):
        found = accuracy(there, f"wide{number}", CASES / "13-wide.csv", "--wide", columns)
        assert found == wrong(iter(cells))
    assert checked(there, CASES / "13-wide.csv", "--wide", "w-*")["annotators"] == 3
    said = there(
        "delivery", "check", CASES / "13-wide.csv", "--contract", "c-words", "--wide", "x-*", code=2
    ).err
    assert "--wide names 'x-*', and there is no such column" in said


def test_google_forms_ask_about_an_item_in_each_question(there: Cli) -> None:
    intake = checked(there, CASES / "21-google-forms.csv")
    assert (intake["labels"], intake["items"], intake["annotators"]) == (30, 10, 3)
    assert any("'Which animals are in photo-001?' is 'photo-001'" in note for note in intake["notes"])
    assert any("--dates dmy or --dates mdy" in note for note in intake["notes"])
    assert [one["kind"] for one in intake["unsettled"]] == ["notation"]  # two choices in a cell
    notes = " ".join(checked(there, CASES / "21-google-forms.csv", "--dates", "mdy")["notes"])
    assert "name no time zone" in notes
    assert "--dates" not in notes


def test_files_that_are_named_by_their_annotator(there: Cli, tmp_path: Path) -> None:
    words = ("--annotator-from", "file", "--map", "item_id=name")
    expected = wrong(
        (one["name"], one["label"][0])
        for path in PEOPLE for line in path.read_text("utf-8").splitlines() for one in [json.loads(line)]
    )  # fmt: skip
    assert accuracy(there, "people", *PEOPLE, *words) == expected
    assert there("delivery", "show", "people", "--json").json["intake"]["annotators"] == 3
    assert accuracy(there, "people-zip", CASES / "12-doccano.zip", *words) == expected
    assert accuracy(there, "people-tool", CASES / "12-doccano.zip", "--read", "item=name") == expected


def test_archives_are_their_files(there: Cli, tmp_path: Path) -> None:
    packed = (tmp_path / "rows.zip", tmp_path / "rows.tar", tmp_path / "rows.tar.gz")
    files = {"a/1.csv": "item_id,annotator_id,label\nphoto-001,ada,dog\n",
             "a/2.csv": "item_id,annotator_id,label\nphoto-001,bo,cat\nphoto-002,bo\n"}  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    with zipfile.ZipFile(packed[0], "w") as archive:
        for name in files:
            archive.write(tmp_path / name, name)
    for path, mode in ((packed[1], "w"), (packed[2], "w:gz")):
        with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
            tar.add(tmp_path / "a", "a")
    for path in packed:
        intake = checked(there, path)
        assert (intake["labels"], intake["annotators"], intake["refused"]) == (2, 2, 1)
        assert (intake["refusals"][0]["file"], intake["refusals"][0]["line"]) == ("2.csv", 3)
    with zipfile.ZipFile(packed[0], "a") as archive:
        archive.writestr("a/picture.png", b"PNG")
    said = there("delivery", "check", packed[0], "--contract", "c-words", "--map", "label=label", code=2).err
    assert "It holds 'a/picture.png', which is no file of rows." in said


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("14-semicolon.csv", ["Fields are separated by semicolons, not by commas."]),
        ("14b-sep-line.csv", ["Fields are separated by semicolons, as its first line says."]),
        ("14c-unicode-text.txt", ["Fields are separated by tabs, not by commas.", "The file is UTF-16 text."]),
    ],
)
def test_what_european_excel_writes_is_read_as_it_is(there: Cli, file: str, said: list[str]) -> None:
    intake = checked(there, CASES / file)
    assert intake["notes"] == [*said, "Numbers in it have a decimal comma."]
    there("delivery", "add", CASES / file, "--contract", "c-words", "--id", file.split(".")[0])
    there("delivery", "export", file.split(".")[0], "--out", "e.csv")
    with (there.folder / "e.csv").open(newline="", encoding="utf-8") as lines:
        assert {row["seconds"] for row in csv.DictReader(lines)} == {"12.5"}


def test_times_are_read_as_tools_write_them(there: Cli) -> None:
    there("delivery", "add", CASES / "25-times.csv", "--contract", "c-words", "--id", "times", "--dates", "mdy")
    there("delivery", "export", "times", "--out", "e.csv")
    with (there.folder / "e.csv").open(newline="", encoding="utf-8") as lines:
        found = {row["item_id"]: (row["labelled_at"], row["seconds"]) for row in csv.DictReader(lines)}
    assert [found[f"photo-{n:03}"] for n in (1, 2, 3, 4)] == [
        ("2026-03-02T09:15:22+00:00", "12.5"),
        ("2026-03-02T17:15:22+00:00", "72.0"),
        ("2026-03-02T09:15:22+00:00", "1234.5"),
        ("2026-03-02T09:15:22+00:00", "12.5"),
    ]
    intake = checked(there, CASES / "25-times.csv")
    assert any("such as '3/2/2026 09:15:22', do not tell day and month apart" in n for n in intake["notes"])
    there("delivery", "add", CASES / "25b-epoch-ms.jsonl", "--contract", "c-words", "--id", "epochs")
    there("delivery", "export", "epochs", "--out", "e.csv")
    with (there.folder / "e.csv").open(newline="", encoding="utf-8") as lines:
        given = [json.loads(line) for line in (CASES / "25b-epoch-ms.jsonl").read_text("utf-8").splitlines()]
        assert [datetime.fromisoformat(row["labelled_at"]) for row in csv.DictReader(lines)] == [
            datetime.fromtimestamp(one["labelled_at"] / 1000, UTC) for one in given
        ]


def test_rows_of_another_width_than_the_header(there: Cli) -> None:
    intake = checked(there, CASES / "29b-trailing-comma.csv")
    assert (intake["labels"], intake["notes"]) == (
        40,
        ["Every row ends with a separator behind its last field."],
    )
    said = there("delivery", "check", CASES / "29-r-rownames.csv", "--contract", "c-words", code=2).err
    assert "as R writes them, say --read row-names=first" in said
    words = (CASES / "29-r-rownames.csv", "--read", "row-names=first")
    pairs = [row.split(",")[1::2] for row in (CASES / words[0]).read_text("utf-8").replace('"', "").split()[1:]]
    assert accuracy(there, "rownames", *words) == wrong((item, label) for item, label in pairs)
    notes = checked(there, CASES / "06d-mturk-short-rows.csv")["notes"]
    assert "Every row lacks the last 2 fields of the header: Approve, Reject count as empty." in notes
    intake = checked(there, CASES / "16-spaces.csv")
    assert (intake["labels"], intake["unknown_class"]) == (120, 0)


def test_the_next_command_carries_how_the_files_are_read(there: Cli) -> None:
    (there.folder / "w.csv").write_text("item_id;anna;ben\nphoto-001;dog;nan\nphoto-002;cat;cat\n", "utf-8")
    done = there("delivery", "add", "w.csv", "--contract", "c-words", "--wide", "anna,ben", "--id", "w")
    command = done.err.split("vendoreval ", 1)[1]
    assert "--wide anna,ben" in command
    there(*shlex.split(command))
    assert there("delivery", "show", "w-2", "--json").json["intake"]["unsettled"] == []


def test_votes_of_an_arena(there: Cli) -> None:
    words = ("--map", "item_id=question_id", "--map", "label=winner", "--map", "annotator_id=judge")
    intake = checked(there, CASES / "22-votes.jsonl", *words, "--map", "labelled_at=tstamp")
    assert any("are seconds since 1970" in note for note in intake["notes"])
    assert intake["items"] == 40


def test_prefixes_of_all_columns_are_named(there: Cli) -> None:
    (there.folder / "h.csv").write_text("labels.item_id,labels.who,labels.label\nphoto-001,ada,dog\n", "utf-8")
    said = there("delivery", "check", "h.csv", "--contract", "c-words", code=2).err
    assert (
        "All columns begin with 'labels.'. If other columns hold them, say --map item_id=labels.item_id" in said
    )
    assert "--map label=labels.label." in said


@pytest.mark.parametrize("file", ["07-appen-full.csv", "07b-appen-aggregated.csv", "08-toloka.tsv"])
def test_test_questions_of_platforms_are_gold(there: Cli, file: str) -> None:
    column = "GOLDEN:result" if "toloka" in file else "which_animal_gold"
    known = [row for row in rows(file, "\t" if "toloka" in file else ",") if row[column]]
    item = "INPUT:image" if "toloka" in file else "photo"
    record = there("gold", "add", CASES / file, "--id", file[:3], "--contract", "c-words", "--json").json
    assert record["items"] == len({row[item] for row in known}) == 4
    assert any(note.startswith(f"--where {column}!= left out") for note in record["notes"])


def test_the_same_column_under_a_preset_is_a_second_look(there: Cli) -> None:
    roles = ("item_id=Input.image_url", "annotator_id=WorkerId", "label=Answer.species.label")
    words = (CASES / "06-mturk.csv", "--contract", "c-words", "--where", "AssignmentStatus=Approved,Submitted")
    there("delivery", "add", *words, "--id", "typed", *(word for role in roles for word in ("--map", role)))
    there("delivery", "add", *words, "--id", "preset")
    there("audit", "run", "typed", "--gold", "gold", "--id", "first")
    result = there("audit", "run", "preset", "--gold", "gold", "--id", "second", "--json").json
    assert any("typed" in note or "first" in note for note in result["notes"])


def test_evidence_is_checked_on_the_vendors_own_table(there: Cli) -> None:
    file = CASES / "13-wide.csv"
    there("delivery", "add", file, "--wide", "w-*", "--id", "sealed", "--contract", "c-words", "--map",
          "item_id=item_id")  # fmt: skip
    there("audit", "run", "sealed", "--gold", "gold", "--id", "sealed-audit")
    there("evidence", "export", "sealed-audit", "--out", "b.zip")
    checked_ = there("evidence", "verify", "b.zip", "--delivered", file, "--json").json
    assert any("wide=w-*" in one["what"] for one in checked_["not_shown"])


def test_several_classes_an_item(there: Cli) -> None:
    text = (CASES / "contract-words.toml").read_text("utf-8").replace("c-words", "c-many")
    (there.folder / "many.toml").write_text(text.replace('"classification"', '"multilabel"'), "utf-8")
    there("contract", "add", "many.toml")
    (there.folder / "z.csv").write_text(
        'classification_id,user_name,annotations,subject_data,subject_ids\n'
        '1,ada,"[{""task"": ""T0"", ""value"": [""dog"", ""cat""]}]",,photo-001\n'
        '2,bo,"[{""task"": ""T0"", ""value"": []}]",,photo-001\n', "utf-8",
    )  # fmt: skip
    intake = there("delivery", "check", "z.csv", "--contract", "c-many", "--json").json["intake"]
    assert (intake["read"]["format"], intake["labels"], intake["refused"]) == ("zooniverse", 2, 0)
    assert intake["sheets"]["answered"] == 2
