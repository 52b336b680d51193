"""Row files: bad files end with one clear sentence, bad rows are refused with their line."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vendoreval.errors import InputError
from vendoreval.formats.intake.delivery_rows import read_delivery
from vendoreval.formats.intake.gold_rows import read_gold
from vendoreval.formats.intake.intake_report import DeliveryIntake
from vendoreval.formats.intake.row_filter import parse_where
from vendoreval.formats.readers.label_values import Moments
from vendoreval.formats.writers.gold_answers import gold_bytes, gold_from
from vendoreval.formats.writers.parquet_table import read_texts
from vendoreval.labels.table import CODES

HEAD = "item_id,annotator_id,label\n"


Taken = tuple[DeliveryIntake, dict[str, list[str | None]]]


def take(path: Path, *, where: Sequence[str] = (), items: Path | None = None) -> Taken:
    sink = io.BytesIO()
    intake = read_delivery([path], sink, classes=("a", "b"), mapping={}, where=parse_where(where), items=items)
    columns = read_texts(io.BytesIO(sink.getvalue()))
    for code, name in CODES.items():  # the codes beside the texts number them by first appearance
        known: dict[str | None, int] = {None: -1}
        codes: list[object] = [*columns.pop(code)]
        assert codes == [
            known.setdefault(text, len(known) - 1) for text in columns.get(name, [None] * len(codes))
        ]
    return intake, columns


def write(tmp_path: Path, data: str | bytes, name: str = "d.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("item_id,answer\n1,a\n", "d.csv", "--map label="),
        ("item_id,label,label\n1,a,a\n", "d.csv", "stands twice"),
        ("", "d.csv", "empty"),
        (HEAD, "d.csv", "a header but no rows"),
        (HEAD.encode() + b"1,x,\xe4\n", "d.csv", "not UTF-8"),
        (HEAD.encode("utf-16")[:-1], "d.csv", "UTF-16"),
        (HEAD.encode("utf-16-le"), "d.csv", "UTF-16 text without a mark"),
        (b"PAR1 nothing", "d.parquet", "not readable Parquet"),
        (gzip.compress((HEAD + "1,x,a\n" * 5000).encode(), mtime=0)[:-20], "d.csv.gz", "damaged or cut off"),
        (b"not gzip at all", "d.csv.gz", "damaged"),
        ("[1, 2]\n", "d.jsonl", "not a JSON object"),
        ("nothing\n", "d.jsonl", "not a JSON object"),
        (HEAD + "1,x,a\n", "d.dat", "--format"),
        (HEAD + '1,x,"a\n', "d.csv", "not valid CSV"),
    ],
)
def test_unreadable_files_say_what_and_what_to_try(
    tmp_path: Path, data: str | bytes, name: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        take(write(tmp_path, data, name))


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="folder"):
        take(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        take(tmp_path / "missing.csv")


def test_bad_rows_are_refused_with_line_reason_and_effect(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + '1,x,a\n2,x\n"3\n3",x,b\n,x,a\n5,x,\n6,x,zebra\n')
    intake, columns = take(path)
    assert columns["item_id"] == ["1", "3\n3", "6"]
    assert [(r.line, r.reason) for r in intake.refusals] == [
        (3, "The row has 2 fields, the header 3."),
        (6, "The item id is empty."),
        (7, "The label is empty."),
    ]
    assert intake.rows_read == intake.labels + intake.refused == 6
    assert intake.classes_unknown == ("zebra",)
    assert all(refusal.effect for refusal in intake.refusals)


@pytest.mark.parametrize("text", ["\ufeff" + HEAD + "1,x,a\n", (HEAD + "1,x,a\n").replace("\n", "\r\n")])
def test_byte_order_mark_and_crlf_change_nothing(tmp_path: Path, text: str) -> None:
    intake, columns = take(write(tmp_path, text))
    assert columns == {"item_id": ["1"], "annotator_id": ["x"], "label": ["a"]}
    assert intake.refused == 0


def test_all_formats_give_the_same_table(tmp_path: Path) -> None:
    rows = {"item_id": ["1", "2"], "annotator_id": ["x", "y"], "label": ["a", "b"]}
    text = HEAD + "1,x,a\n2,y,b\n"
    paths = [
        write(tmp_path, text),
        write(tmp_path, text.replace(",", "\t"), "d.tsv"),
        write(tmp_path, gzip.compress(text.encode()), "d.csv.gz"),
        write(tmp_path, "".join(f'{{"item_id":{i},"annotator_id":"{w}","label":"{v}"}}\n'
                                for i, w, v in zip(*rows.values(), strict=True)), "d.jsonl"),
    ]  # fmt: skip
    parquet = tmp_path / "d.parquet"
    pq.write_table(pa.table({**rows, "item_id": [1, 2]}), parquet)
    tables = [take(path)[1] for path in [*paths, parquet]]
    assert all(table == tables[0] for table in tables)


def test_digits_alone_are_epochs_and_no_day() -> None:
    moments = Moments()
    found = moments.read(
        pa.array(["1791030511", "17910305", "1791030511601", "2026-03-02", "20260302T101112Z", "0012345678"])
    )
    years = np.asarray(found).astype("datetime64[Y]").astype(str).tolist()
    assert years == ["2026", "NaT", "2026", "2026", "2026", "NaT"]
    assert moments.unread == 2
    assert any("such as '17910305', could not be read" in note for note in moments.notes("labelled_at"))


def test_counts_of_repeats_filters_and_sent_items(tmp_path: Path) -> None:
    path = write(tmp_path, "item_id,annotator_id,label,v\n1,x,a,p\n1,x,b,p\n1,y,a,p\n2,x,a,q\n9,x,a,p\n")
    items = write(tmp_path, "item_id\n1\n2\n", "items.csv")
    intake, _ = take(path, where=["v=p"], items=items)
    assert (intake.labels, intake.left_out, intake.items, intake.annotators) == (4, 1, 2, 2)
    assert (intake.repeated_labels, intake.items_with_several_labels, intake.most_labels) == (1, 1, 3)
    assert (intake.missing_items, intake.extra_items) == (1, 1)


def test_gold_round_trip_with_accepted_edge_cases_and_provenance(tmp_path: Path) -> None:
    path = write(tmp_path, "item_id,label,accepted,edge_case,expert\n1,a,a|b,yes,e1\n2,b,,no,e2\n2,b,,no,e2\n")
    gold, notes = read_gold(path, "g", mapping={}, classes=("a", "b"))
    assert gold.accepted == (("a", "b"), ("b",))
    assert len(notes) == 1
    stored = tmp_path / "g.parquet"
    stored.write_bytes(gold_bytes(gold))
    again = gold_from(stored, "g")
    assert again.records() == gold.records()
    assert again.provenance["expert"].text() == ["e1", "e2"]


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("1,a\n1,b\n", 3, "has the answer"),
        ("1,zebra\n", 2, "no class"),
        ("1,a\n,b\n", 3, "empty"),
        ("1,a,b\n", 2, "fields"),
    ],
)
def test_bad_gold_stops_with_its_line(tmp_path: Path, rows: str, line: int, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_gold(write(tmp_path, "item_id,label\n" + rows), "g", mapping={}, classes=("a", "b"))
    assert caught.value.line == line


def test_what_gold_tells_besides_is_text_whatever_its_column_is_called(tmp_path: Path) -> None:
    rows = "item_id,label,seconds,labelled_at,item_code,ignored\nx,a,3.5,1 May,7,no\ny,b,,,z,\n"
    gold, _ = read_gold(write(tmp_path, rows), "g", mapping={}, classes=("a", "b"))
    read = gold_from(io.BytesIO(gold_bytes(gold)), "g")
    told = {name: column.text() for name, column in read.provenance.items()}
    assert told == {
        "seconds": ["3.5", None], "labelled_at": ["1 May", None],
        "item_code": ["7", "z"], "ignored": ["no", None],
    }  # fmt: skip
