"""Bad input ends with exit code 2 and one clear sentence, and changes nothing in the workspace."""

from __future__ import annotations

import gzip
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Cli
from tests.contracts import REWORK, WINDOW, YEAR, clause, contract_toml
from tests.flows.state import state

TERMS = contract_toml(
    "birds", title="Birds", **YEAR, price=("0.10", "item"), acceptance=WINDOW,
    task={"classes": ["finch", "jay"], "guideline": {"id": "birds", "version": "1.0"}},
    clauses=[clause(threshold="0.90", remedy=["rework"])], remedies=[{**REWORK, "scope": "delivery"}],
)  # fmt: skip
HEAD = "item_id,annotator_id,label\n"
ROWS = "".join(f"i{n},ann,{('finch', 'jay')[n % 2]}\n" for n in range(40))
GOLD = "item_id,label\n" + "".join(f"i{n},{('finch', 'jay')[n % 2]}\n" for n in range(20))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace with a contract, gold and a delivery; the tests leave it as it is."""
    folder = tmp_path_factory.mktemp("bad")
    cli = Cli(folder)
    cli("init", "ws")
    (folder / "terms.toml").write_text(TERMS, "utf-8")
    (folder / "gold.csv").write_text(GOLD, "utf-8")
    (folder / "good.csv").write_text(HEAD + ROWS, "utf-8")
    work = Cli(folder / "ws")
    work("vendor", "add", "acme")
    work("contract", "add", "../terms.toml")
    work("gold", "add", "../gold.csv", "--id", "gold")
    work("gold", "commit", "gold", "--out", "../receipt.json")
    work("delivery", "add", "../good.csv", "--id", "good", "--contract", "birds")
    return work


def refused(there: Cli, *words: str | Path) -> str:
    """Run a command that must end with 2 and change nothing; returns its one sentence."""
    before = state(there.folder)
    ran = there(*words, code=2)
    assert state(there.folder) == before
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    return ran.err.removeprefix("error: ")


def parquet(cut: int) -> bytes:
    buffer = io.BytesIO()
    rows = {"item_id": [f"i{n}" for n in range(40)], "label": ["jay"] * 40}
    pq.write_table(pa.table(rows), buffer)
    return buffer.getvalue()[: len(buffer.getvalue()) - cut]


FILES: list[tuple[str, str, bytes, str]] = [
    ("missing column", "d.csv", b"item_id,answer\ni1,jay\n", r"no column 'label'.*--map label=answer"),
    ("doubled column", "d.csv", b"item_id,label,label\ni1,jay,jay\n", r"'label' stands twice.*Rename"),
    ("wrong encoding", "d.csv", (HEAD + "i1,Jörg,jay\n").encode("cp1252"), r"line 2.*not UTF-8.*'i1,Jörg,jay'"),
    ("utf-16 cut off", "d.csv", (HEAD + ROWS).encode("utf-16")[:-1], r"UTF-16 text.*cut off.*again"),
    ("utf-16 unmarked", "d.csv", (HEAD + ROWS).encode("utf-16-le"), r"UTF-16 text without a mark.*as UTF-8"),
    (
        "only ragged rows",
        "d.csv",
        (HEAD + "i1,jay\n").encode(),
        r"No row was taken.*lacks the last field of the header: label",
    ),
    ("empty file", "d.csv", b"", r"empty.*again"),
    ("only a header", "d.csv", HEAD.encode(), r"header but no rows"),
    ("corrupt parquet", "d.parquet", parquet(100), r"not readable Parquet.*again"),
    ("no parquet at all", "d.parquet", b"item_id,label\n", r"not readable Parquet"),
    (
        "truncated gzip",
        "d.csv.gz",
        gzip.compress((HEAD + ROWS).encode(), mtime=0)[:-12],
        r"gzip.*cut off.*again",
    ),
    ("not gzip", "d.csv.gz", (HEAD + ROWS).encode(), r"gzip.*damaged"),
    ("open quotation mark", "d.csv", (HEAD + 'i1,ann,"jay\n').encode(), r"quotation mark is never closed"),
    ("workbook", "d.csv", b"PK\x03\x04 and so on", r"Excel workbook.*CSV"),
    ("no json", "d.jsonl", b"item_id,label\ni1,jay\n", r"not a JSON object"),
    ("unknown ending", "d.dat", (HEAD + ROWS).encode(), r"--format"),
    ("binary", "d.csv", b"item_id,label\ni1,\x00\n", r"line 2.*NUL"),
]


@pytest.mark.parametrize(
    ("name", "data", "says"), [case[1:] for case in FILES], ids=[case[0] for case in FILES]
)
@pytest.mark.parametrize("noun", ["delivery", "gold"])
def test_files_that_cannot_be_read(
    there: Cli, tmp_path: Path, noun: str, name: str, data: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    contract = ("--contract", "birds")
    said = refused(there, noun, "add", file, "--id", "new", *contract)
    if (noun, says) == ("gold", r"No row was taken.*lacks the last field of the header: label"):
        says = r"line 2.*The label is empty"  # gold stops at its first bad row
    assert re.search(says, said, re.DOTALL), said
    assert file.name in said or "--format" in said


@pytest.mark.parametrize("noun", ["delivery", "gold"])
def test_folders_and_files_that_are_not_there(there: Cli, tmp_path: Path, noun: str) -> None:
    said = refused(there, noun, "add", tmp_path, "--id", "new", "--contract", "birds")
    assert "There is no file in the folder." in said
    assert "no such file" in refused(there, noun, "add", "none.csv", "--id", "new", "--contract", "birds")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + ROWS,
        "\ufeff" + HEAD + ROWS,
        (HEAD + ROWS).replace("\n", "\r\n"),
        (HEAD + ROWS).replace("\n", "\r"),
    ],
    ids=["plain", "byte order mark", "CRLF", "CR"],
)
def test_byte_order_mark_and_line_ends_work(there: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / "d.csv"
    file.write_bytes(text.encode())
    intake = there("delivery", "check", file, "--contract", "birds", "--json").json["intake"]
    assert (intake["labels"], intake["refused"], intake["items"]) == (40, 0, 40)


def test_some_ragged_rows_are_refused_and_the_rest_is_taken(there: Cli, tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text(HEAD + ROWS + "i40,ann\ni41,ann,jay,9\n", "utf-8")
    intake = there("delivery", "check", file, "--contract", "birds", "--json").json["intake"]
    assert (intake["labels"], intake["refused"]) == (40, 2)
    assert [refusal["line"] for refusal in intake["refusals"]] == [42, 43]


def test_unknown_class_stops_gold_and_is_counted_in_a_delivery(there: Cli, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text(GOLD + "i20,crow\n", "utf-8")
    said = refused(there, "gold", "add", tmp_path / "g.csv", "--contract", "birds")
    assert "g.csv, line 22: The contract knows no class 'crow'. Its classes: finch, jay." in said
    (tmp_path / "d.csv").write_text(HEAD + ROWS + "i40,ann,crow\n", "utf-8")
    intake = there("delivery", "check", tmp_path / "d.csv", "--contract", "birds", "--json").json["intake"]
    assert (intake["labels"], intake["unknown_class"], intake["classes_unknown"]) == (41, 1, ["crow"])


def test_gold_item_twice_with_different_answers(there: Cli, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text(GOLD + "i3,finch\n", "utf-8")
    said = refused(there, "gold", "add", tmp_path / "g.csv", "--contract", "birds")
    assert "line 22: Item 'i3' has the answer 'finch' here and 'jay' in line 5." in said
    assert "column 'accepted'" in said


def test_gold_id_and_delivery_id_that_are_taken(there: Cli, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(HEAD + "x1,ann,jay\n", "utf-8")
    assert "already" in refused(there, "gold", "add", other, "--id", "gold", "--contract", "birds")
    assert "already" in refused(there, "delivery", "add", other, "--id", "good", "--contract", "birds")
    assert "never changes" in refused(there, "gold", "commit", "gold", "--out", tmp_path / "again.json")
    assert not (tmp_path / "again.json").exists()


def test_second_delivery_with_the_same_content(there: Cli, tmp_path: Path) -> None:
    copy = tmp_path / "renamed.csv"
    copy.write_text(HEAD + ROWS, "utf-8")
    said = refused(there, "delivery", "add", copy, "--id", "again", "--contract", "birds")
    assert "Delivery 'good' has the same content." in said


def test_delivery_without_a_gold_item(there: Cli, tmp_path: Path) -> None:
    gold = tmp_path / "elsewhere.csv"
    gold.write_text("item_id,label\nwren-a,jay\nwren-b,jay\n", "utf-8")
    there("gold", "add", gold, "--contract", "birds")
    said = refused(there, "audit", "run", "good", "--gold", "elsewhere")
    assert "holds no label on any of the 2 gold items" in said
    assert "Write the ids the same way" in said


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('threshold = "0.90"', 'threshold = "1.01"', r"line 27, clause.accuracy.threshold"),
        ('threshold = "0.90"', 'threshold = "-0.1"', r"clause.accuracy.threshold"),
        ('threshold = "0.90"', 'threshold = "ninety"', r"clause.accuracy.threshold"),
        ("decision = {", "# decision = {", r"clause.accuracy.decision"),
        ("alpha = 0.05", "alpha = 2", r"clause.accuracy.decision.alpha"),
        ('vendor = "acme"', 'vendor = "acne"', r"no vendor 'acne'. Did you mean 'acme'\?"),
        ('id = "birds"\n', "", r"id: is missing"),
        ("[task]", "[task", r"line"),
    ],
)
def test_contracts_that_cannot_stand(there: Cli, tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "c.toml"
    file.write_text(TERMS.replace(old, new, 1).replace('"birds"\nvendor', '"other"\nvendor'), "utf-8")
    assert re.search(says, refused(there, "contract", "add", file))


def test_amendment_to_an_unknown_contract_and_second_contract(there: Cli, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(TERMS.replace('id = "birds"\n', 'id = "bird"\n'), "utf-8")
    said = refused(there, "contract", "amend", file)
    assert "There is no contract 'bird'. Did you mean 'birds'?" in said
    file.write_text(TERMS + "# another\n", "utf-8")
    assert "contract amend" in refused(there, "contract", "add", file)


def test_ids_that_are_not_there(there: Cli) -> None:
    assert "Did you mean 'good'?" in refused(there, "audit", "run", "goood", "--gold", "gold")
    assert "Did you mean 'gold'?" in refused(there, "audit", "run", "good", "--gold", "golt")
    assert "no audit yet" in refused(there, "claim", "draft", "none")
    assert "no audit yet" in refused(there, "evidence", "export", "none", "--out", "bundle.zip")
    assert "no claim yet" in refused(there, "report", "claim", "none", "--out", "c.html")
    assert "no contract 'bird'" in refused(there, "delivery", "add", "../good.csv", "--contract", "bird")


def test_seeding_that_cannot_be(there: Cli, tmp_path: Path) -> None:
    tasks = tmp_path / "tasks.csv"
    words = ("gold", "seed", tasks, "--gold", "gold", "--out", tmp_path / "out.csv", "--rate")
    tasks.write_text("item_id\n" + "".join(f"t{n}\n" for n in range(50)), "utf-8")
    assert "--rate: 1.5 is not between 0 and 1" in refused(there, *words, "1.5")
    assert "'a lot' is no plain number" in refused(there, *words, "a lot")
    assert "Write '0.05', with a point" in refused(there, *words, "0,05")
    assert "Lower the rate or add gold" in refused(there, *words, "90%")
    tasks.write_text("item_id\n" + "".join(f"i{n}\n" for n in range(20)), "utf-8")
    assert "stands twice" in refused(there, *words, "0.5")
    tasks.write_text("item_id,url\nt1,u\nt2,v\n", "utf-8")
    assert "no column 'url'" in refused(there, *words, "0.5")
    tasks.write_text("id\nt1\n", "utf-8")
    assert "no column 'item_id'" in refused(there, *words, "0.5")
    assert not (tmp_path / "out.csv").exists()
