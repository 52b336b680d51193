"""NeMo manifests against the corpus; texts of Label Studio; rows whose column is called text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.readers.span_corpus import CORPUS, read
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.label_studio import READER as LABEL_STUDIO
from vendoreval.formats.readers.nemo import READER
from vendoreval.formats.readers.row_files import READER as ROWS
from vendoreval.formats.readers.sources import open_source

MANIFEST = CORPUS / "files/nemo/manifest_docs.json"
LINES = json.loads((CORPUS / "expected/nemo/manifest_docs.json.json").read_text("utf-8"))


def texts(found: Any) -> dict[str, str]:
    """By answered item."""
    return {one["item_id"]: "" for one in found.sheets} | {row["item_id"]: row["label"] for row in found.rows}


def test_texts_of_a_recording_are_joined_in_time_order() -> None:
    found = read(READER, MANIFEST, shape="transcription")
    ordered = sorted(LINES, key=lambda line: (line["audio_filepath"], line["offset"]))
    joined: dict[str, list[str]] = {}
    for line in ordered:
        joined.setdefault(line["audio_filepath"], []).append(line["text"])
    assert texts(found) == {item: " ".join(parts) for item, parts in joined.items()}
    assert texts(found)["utt-c.wav"] == ""
    assert not found.refusals


def test_each_line_by_itself() -> None:
    found = read(READER, MANIFEST, shape="transcription", items="line")
    assert texts(found) == {f"{one['audio_filepath']}@{one['offset']:g}": one["text"] for one in LINES}


def test_lines_are_segments() -> None:
    found = read(READER, MANIFEST, shape="segments")
    spoken = [line for line in LINES if line["text"]]
    assert [(row["item_id"], row["start_s"], row["end_s"], row["label"]) for row in found.rows] == [
        (one["audio_filepath"], one["offset"], one["offset"] + one["duration"], one["speaker"])
        for one in spoken
    ]
    assert {one["item_id"] for one in found.sheets} == {one["audio_filepath"] for one in LINES}
    assert found.aside == {"line without text": len(LINES) - len(spoken)}


def test_it_is_recognised() -> None:
    assert recognise(open_source([MANIFEST]), "transcription")[0].name == "nemo"


def test_lines_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    lines = [
        {"audio_filepath": "/a/b.wav", "duration": 1, "pred_text": " hi \n you ", "by": 7},
        {"audio_filepath": "c.wav", "pred_text": None}, {"pred_text": "x"}, [1],
        {"audio_filepath": "c.wav", "offset": "soon", "pred_text": "x"},
    ]  # fmt: skip
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n{\n", "utf-8")
    found = read(READER, path, shape="transcription", text="pred_text", names="base", annotator="by")
    assert [(row["item_id"], row["annotator_id"], row["label"]) for row in found.rows] == [
        ("b.wav", "7", "hi you")
    ]
    assert [one.line for one in found.refusals] == [2, 3, 4, 5, 6]


def area(text: Any, start: float | None = None, name: str = "said", **more: Any) -> dict[str, Any]:
    value = {"text": text} | ({} if start is None else {"start": start, "end": start + 1})
    return {
        "id": f"r{start}",
        "type": "textarea",
        "from_name": name,
        "to_name": "audio",
        "value": value,
        **more,
    }


def exported(folder: Path, *answers: list[dict[str, Any]]) -> Path:
    found = [
        {"id": n, "data": {"audio": f"/data/{n}.wav"},
         "annotations": [{"id": n, "completed_by": 1, "was_cancelled": False, "result": results}]}
        for n, results in enumerate(answers, start=1)
    ]  # fmt: skip
    path = folder / "export.json"
    path.write_text(json.dumps(found), "utf-8")
    return path


def test_texts_of_label_studio(tmp_path: Path) -> None:
    region = {"id": "r2.5", "type": "labels", "from_name": "who", "to_name": "audio",
              "value": {"start": 2.5, "end": 3.5, "channel": 0, "labels": ["ada"]}}  # fmt: skip
    path = exported(
        tmp_path, [area(["the  cat", "sat"])], [], [region, area(["later"], 2.5), area(["sooner"], 0.5)]
    )
    found = read(LABEL_STUDIO, path, shape="transcription")
    assert list(texts(found).values()) == ["the cat sat", "", "sooner later"]


def test_one_of_several_text_areas(tmp_path: Path) -> None:
    path = exported(tmp_path, [area(["a b"]), area(["noisy"], name="remark")])
    found = read(LABEL_STUDIO, path, shape="transcription", control="said")
    assert list(texts(found).values()) == ["a b"]
    assert dict(found.aside) == {"textarea of another control": 1}


def test_rows_may_call_the_column_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("item_id,annotator_id,text\na,p,the cat\nb,p,\n", "utf-8")
    found = read(ROWS, path, shape="transcription")
    assert texts(found) == {"a": "the cat", "b": ""}
