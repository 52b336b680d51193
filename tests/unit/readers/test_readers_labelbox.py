"""Labelbox: the corpus, several labels a row, benchmarks, questions, entities; what is no export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.delivered import CORPUS, boxes, corners, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.labelbox import READER
from vendoreval.formats.readers.sources import open_source

EXPORT = CORPUS / "files/labelbox/export_v2_docs.ndjson"
TRUTH = json.loads((CORPUS / "truth/vision.json").read_text("utf-8"))["objects"]


def test_the_corpus_holds_the_truth_of_each_person() -> None:
    found = read(READER, EXPORT, "boxes")
    mine = [row for row in found.rows if row["annotator_id"].startswith("u1")]
    wanted = [(o["image"], o["label"], *corners(o["bbox"])) for o in TRUTH if o["kind"] == "box"]
    assert boxes(mine) == wanted
    theirs = [row for row in found.rows if row["annotator_id"].startswith("u2")]
    assert boxes(theirs) == wanted[:2]  # the second label of a_plain
    assert len(found.sheets) == 7
    assert {row["seconds"] for row in found.rows} == {12}
    assert [json.loads(r["attributes"]) for r in mine if "attributes" in r] == [
        {"color": "red"}, {"color": "green & <amber>"},
    ]  # fmt: skip
    polygons = read(READER, EXPORT, "polygons")
    assert [row["label"] for row in polygons.rows] == ["traffic light", "person", "car"]
    assert polygons.aside == {"bounding_box": 15}
    assert READER.recognises(open_source([EXPORT])).level == 2


def test_what_it_imports_is_no_export() -> None:
    path = CORPUS / "files/labelbox/sdk_import.ndjson"
    assert READER.recognises(open_source([path])).level == 2
    with pytest.raises(InputError, match="what Labelbox imports"):
        read(READER, path, "boxes")


def label(name: str, objects: Sequence[Any] = (), answers: Sequence[Any] = (), **speed: Any) -> dict[str, Any]:
    return {
        "id": name, "label_details": {"created_by": f"{name}@x", "created_at": "2024-01-01T00:00:00Z"},
        "performance_details": speed,
        "annotations": {"objects": list(objects), "classifications": list(answers)},
    }  # fmt: skip


def written(
    tmp_path: Path, *labels: Any, project: str = "p", data: str = "https://x/a.png", step: str = "Done"
) -> Path:
    path = tmp_path / "export.ndjson"
    row = {"data_row": {"id": "r", "global_key": "a", "row_data": data}, "media_attributes": {},
           "projects": {project: {"labels": labels, "project_details": {"task_name": step}}}}  # fmt: skip
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(f"{before}{json.dumps(row)}\n", encoding="utf-8")
    return path


def test_benchmarks_are_named_and_may_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, label("gold"), label("ann", benchmark_reference_label="gold"))
    assert read(READER, path, "boxes").said("Benchmark labels, against which Labelbox scores the others: 1 (a)")
    for option, who, aside in (
        ("none", "ann@x", "benchmark label"),
        ("only", "gold@x", "label that is no benchmark"),
    ):
        found = read(READER, path, "boxes", benchmark=option)
        assert [sheet["annotator_id"] for sheet in found.sheets] == [who]
        assert found.aside == {aside: 1}


def test_of_several_projects_one_must_be_named(tmp_path: Path) -> None:
    written(tmp_path, label("a"))
    path = written(tmp_path, label("b"), label("c"), project="q")
    with pytest.raises(InputError, match="several projects") as raised:
        read(READER, path, "boxes")
    assert raised.value.remedy == "Say which: --read project=p or --read project=q."
    found = read(READER, path, "boxes", project="q")
    assert len(found.sheets) == 2
    assert found.aside == {"label of another project": 1, "row without a label": 1}


def test_rows_in_review_are_named(tmp_path: Path) -> None:
    assert read(READER, written(tmp_path, label("a"), step="In review"), "boxes").said("'In review'")


RADIO = {"name": "weather", "radio_answer": {"name": "rain"}}
CHECKS = {"name": "seen", "checklist_answers": [{"name": "car"}, {"name": "van"}]}


def test_questions_about_the_item(tmp_path: Path) -> None:
    path = written(
        tmp_path, label("a", answers=[RADIO, CHECKS, {"name": "say", "text_answer": {"content": "x"}}])
    )
    with pytest.raises(InputError, match="Several questions") as raised:
        read(READER, path, "multilabel")
    assert "--read question=seen or --read question=weather" in raised.value.remedy
    one = read(READER, path, "classification", question="weather")
    assert [row["label"] for row in one.rows] == ["rain"]
    several = read(READER, path, "multilabel", question="seen")
    assert [row["label"] for row in several.rows] == ["car", "van"]
    assert several.aside == {"answer to another question": 2}
    assert read(READER, path, "classification", question="seen").refusals == ["It holds 2 choices, not one."]


@pytest.mark.parametrize(("start", "end", "quote", "options", "wanted"), [
    (0, 2, "Ann", {}, (0, 3)), (0, 3, "Ann", {"end": "behind"}, (0, 3)),
    (6, 8, "Bob", {}, (5, 8)), (5, 7, "Bob", {"offsets": "code_points"}, (5, 8)),
])  # fmt: skip
def test_entities(
    tmp_path: Path, start: int, end: int, quote: str, options: Any, wanted: tuple[int, int]
) -> None:
    entity = {"name": "PER", "location": {"start": start, "end": end, "token": quote}}
    path = written(tmp_path, label("a", [entity]), data="Ann\U0001f600 Bob")
    found = read(READER, path, "spans", **options)
    assert [(row["start"], row["end"], row["label"]) for row in found.rows] == [(*wanted, "PER")]
    assert not found.notes
    assert found.sheets[0]["text"] == "Ann\U0001f600 Bob"


def test_points_are_of_one_object_and_masks_are_counted(tmp_path: Path) -> None:
    nose = {"name": "nose", "point": {"x": 1, "y": 2}}
    path = written(tmp_path, label("a", [nose, {"name": "dog", "mask": {"url": "https://x"}}]))
    found = read(READER, path, "keypoints", object="dog")
    assert [(r["label"], r["keypoint"], r["object_id"]) for r in found.rows] == [("dog", "nose", "1")]
    assert found.aside == {"mask": 1}


def test_labels_of_videos_are_counted(tmp_path: Path) -> None:
    video = {"id": "v", "annotations": {"frames": {"1": {"objects": {}}}}}
    assert read(READER, written(tmp_path, video), "boxes").aside == {"label of a video or a recording": 1}


@pytest.mark.parametrize(("broken", "why"), [
    ({"id": "v"}, "A label has no annotations."),
    (label("a", [{"name": "car", "bounding_box": {"top": 1}}]), "its left is no number"),
    (label("a", [{"bounding_box": {"top": 1, "left": 1, "height": 1, "width": 1}}]), "it has no name"),
])  # fmt: skip
def test_labels_that_cannot_be_read_are_refused(tmp_path: Path, broken: Any, why: str) -> None:
    found = read(READER, written(tmp_path, broken), "boxes")
    assert not found.rows
    assert why in found.refusals[0]


def test_the_first_export_is_named(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text('[{"ID": "1", "DataRow ID": "2", "Label": {}}]', encoding="utf-8")
    with pytest.raises(InputError, match="first export"):
        read(READER, path, "boxes")
