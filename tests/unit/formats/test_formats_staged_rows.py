"""An intake that is broken off anywhere and gone on with gives the report and the bytes of one that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vendoreval.formats.intake.delivery_rows import read_delivery
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.row_filter import parse_where
from vendoreval.formats.intake.row_stream import RowStream
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.writers import parquet_table
from vendoreval.labels.crosswalk import crosswalk_of

HEAD = "item_id,annotator_id,label,labelled_at,seconds,vendor,status,label_id,flagged\n"


def row(n: int) -> str:
    item = ("a", "b ", "b", "x?sig=1", "x?sig=2", "é", "e\u0301", "")[n * 5 % 8]
    label = ("cat", "CAT", "owl", "", '"{""a"": 1}"', "dog")[n * 7 % 6]
    when = ("2026-01-01T00:00:00Z", "2026-01-02", "soon", "")[n % 4]
    vendor, status, seconds = "vw"[n % 5 == 0], ("ok", "no")[n % 2], ("3", "x", "-1")[n % 3]
    return f"{item},p{n % 3},{label},{when},{seconds},{vendor},{status},l{n},{n % 4 == 0}"


class Broken(BaseException):
    """As a kill, which no handler sees."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr("vendoreval.formats.readers.separated_rows.CELLS", 36)  # four rows a batch
    monkeypatch.setattr(parquet_table, "ROW_GROUP", 5)
    for name, rows in (("1.csv", range(30)), ("2.csv", range(25, 47))):
        lines = [row(n) if n % 11 else "too,few" for n in rows]
        (tmp_path / name).write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    return [tmp_path / "1.csv", tmp_path / "2.csv"]


def taken(files: list[Path], stage: Stage | None, break_at: int = 0) -> tuple[dict[str, Any], bytes]:
    """Report and table, unless the reading is broken off at a row."""

    def progress(rows: int) -> None:
        if rows >= break_at > 0:
            raise Broken

    out = files[0].with_name("out.parquet")
    with out.open("w+b") as sink:
        found = read_delivery(
            files, sink, classes=["cat", "dog"], mapping={}, where=parse_where(["vendor!=w"]), stage=stage,
            repeats="last", ids=ItemIds("query", crosswalk_of([(2, "é", "zz")])), progress=progress,
        )  # fmt: skip
        return found.to_json(), out.read_bytes()


@pytest.mark.parametrize("places", [(9, 22), (1,), (31, 33, 45), (52,)])
def test_broken_off_and_gone_on_with(
    files: list[Path], tmp_path: Path, places: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    report, table = taken(files, None)
    assert report["refused"] > 4
    (tmp_path / "stage").mkdir()
    stage = Stage(tmp_path / "stage")
    for place in places:
        with pytest.raises(Broken):
            taken(files, stage, place)
    batches: list[int] = []
    take = RowStream.take
    monkeypatch.setattr(RowStream, "take", lambda *given: batches.append(1) or take(*given))  # type: ignore[func-returns-value]
    kept = sum(len(record["batches"]) for record in stage.records())
    assert taken(files, stage) == (report, table)
    assert kept + len(batches) == 14


def test_a_record_of_other_making_or_without_its_rows_is_not_used(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    stage = Stage(tmp_path / "stage")
    with pytest.raises(Broken):
        taken(files, stage, 40)
    assert len(stage.records()) > 2
    last = tmp_path / "stage" / f"{len(stage.records()):06}.json"
    last.write_text(json.dumps(json.loads(last.read_text()) | {"schema": "vendoreval/stage/0"}))
    assert len(stage.records()) == int(last.stem) - 1
    stage.table.write_bytes(b"PAR1")
    assert stage.records() == []
    assert taken(files, stage) == taken(files, None)
