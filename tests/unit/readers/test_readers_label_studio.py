"""Label Studio: every file of the corpus gives what its manifest says; what counts, what is only counted."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import box
from shapely.affinity import rotate, translate

from tests.unit.readers.span_corpus import CORPUS, TRUTH, Found, manifest, read, truth
from vendoreval.errors import InputError
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.label_studio import READER
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.runs import area_of, box_of

ROWS = {row["file"]: row for row in manifest("labelstudio")}
FILES = CORPUS / "files/labelstudio"
IMAGES = FILES / "images_two_annotators.json"
TEXTS = FILES / "text_two_annotators.json"
WANTED = json.loads((CORPUS / "expected/labelstudio/images_two_annotators.json.json").read_text("utf-8"))
MIN = (FILES / "images_two_annotators_min.json", FILES / "images_two_annotators.csv")


def wanted(*kinds: str) -> list[dict[str, Any]]:
    """The objects that a small separate reader got out of the file; it gives images the names of the truth."""
    return [
        {**one, "image": one["image"].replace("f.mask v2", "f.mask_v2")}
        for one in WANTED
        if one["kind"] in kinds
    ]


def hull(row: dict[str, Any]) -> list[float]:
    """x, y, width and height around a box that is turned clockwise about its centre, by shapely."""
    turned = rotate(
        box(row["x_min"], row["y_min"], row["x_max"], row["y_max"]), row.get("angle") or 0, "center"
    )
    x_min, y_min, x_max, y_max = turned.bounds
    return [x_min, y_min, x_max - x_min, y_max - y_min]


def by_person(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["item_id"], row["annotator_id"]))


@pytest.mark.parametrize("path", [IMAGES, *MIN])
def test_boxes_are_those_of_the_file(path: Path) -> None:
    found = read(READER, path, shape="boxes")
    objects = wanted("box", "rbox")
    rows = by_person(found.rows)
    assert [(r["item_id"], int(r["annotator_id"]), r["label"]) for r in rows] == [
        (one["image"], one["annotator"], one["label"]) for one in objects
    ]
    for row, one in zip(rows, objects, strict=True):
        assert hull(row) == pytest.approx(one["bbox"], abs=1e-9)
        assert (row.get("angle") or 0) == one["rotation"]
        if path == IMAGES:
            assert json.loads(row.get("attributes") or "{}") == one["attributes"]
            assert row["source"] == "human"
    assert not found.refusals


def test_a_rotated_box_turns_about_its_corner_in_pixels() -> None:
    """The truth: 40 x 10 about (45, 30), turned by 30 degrees; the image is no square."""
    (row,) = [row for row in read(READER, IMAGES, shape="boxes").rows if row.get("angle")]
    assert [row[side] for side in ("x_min", "y_min", "x_max", "y_max")] == pytest.approx([25, 25, 65, 35])
    assert row["angle"] == 30


@pytest.mark.parametrize("angle", [-390.0, -90, 0, 12.5, 90, 180, 271])
def test_every_angle_is_that_of_shapely(tmp_path: Path, angle: float) -> None:
    """1000 x 500 pixels, a box of 300 x 100 at (200, 100) that turns about its top left corner."""
    value = {"x": 20, "y": 20, "width": 30, "height": 20, "rotation": angle, "rectanglelabels": ["car"]}
    (row,) = read(READER, written(tmp_path, [region("rectanglelabels", value, 1000, 500)]), shape="boxes").rows
    corner = rotate(translate(box(0, 0, 300, 100), 200, 100), angle, origin=(200, 100))
    ours = rotate(box(row["x_min"], row["y_min"], row["x_max"], row["y_max"]), row.get("angle") or 0, "center")
    assert ours.symmetric_difference(corner).area < 1e-6


@pytest.mark.parametrize("path", [IMAGES, *MIN])
def test_polygons_and_masks_are_those_of_the_file(path: Path) -> None:
    polygons = by_person(read(READER, path, shape="polygons").rows)
    assert [row["rings"][0][0] for row in polygons] == [
        pytest.approx([side for point in one["points"] for side in point]) for one in wanted("polygon")
    ]
    masks = by_person(read(READER, path, shape="masks").rows)
    for row, one in zip(masks, wanted("mask"), strict=True):
        runs = np.asarray(row["runs"])
        left, top, right, bottom = box_of(runs, row["height"])
        assert (row["item_id"], row["label"], area_of(runs)) == (one["image"], one["label"], one["area"])
        assert [left, top, right - left, bottom - top] == one["bbox"]


@pytest.mark.parametrize("path", [IMAGES, *MIN])
def test_cancelled_answers_never_count_and_empty_ones_do(path: Path) -> None:
    """Person 2 answered a_plain and c_empty; b_crowd and d_attr were skipped."""
    found = read(READER, path, shape="boxes")
    people = {(sheet["item_id"], sheet["annotator_id"]) for sheet in found.sheets}
    assert {item for item, person in people if person == "2"} == {"a_plain.png", "c_empty.png"}
    assert len(found.sheets) == 8
    assert not any(row["item_id"] == "c_empty.png" for row in found.rows)
    assert found.aside["cancelled annotation"] == (2 if path == IMAGES else 0)
    assert {row["seconds"] for row in found.rows} == {3.5}
    assert found.rows[0]["labelled_at"].startswith("2026-11-28T07:02:31")


def test_points_without_an_object_are_refused_or_taken_as_one() -> None:
    found = read(READER, IMAGES, shape="keypoints")
    assert found.rows == []
    assert [refusal.reason for refusal in found.refusals] == [
        f"The keypoint {name} cannot be read: no region is its parent, and so its object is not told."
        for name in ("f2head", "f2hip")
    ]
    found = read(READER, IMAGES, shape="keypoints", points="annotation", object="person")
    for row, one in zip(found.rows, wanted("keypoint"), strict=True):
        assert (row["label"], row["object_id"], row["keypoint"]) == ("person", "1", one["label"])
        assert [row["x"], row["y"]] == pytest.approx(one["bbox"][:2])


@pytest.mark.parametrize("shape", ["boxes", "polygons", "masks", "keypoints"])
def test_every_region_is_read_refused_or_counted(shape: str) -> None:
    found = read(READER, IMAGES, shape=shape)
    regions = {
        (annotation["id"], result["id"])
        for task in json.loads(IMAGES.read_text("utf-8"))
        for annotation in task["annotations"]
        for result in annotation["result"]
    }
    found.aside.pop("cancelled annotation")
    assert len(found.rows) + len(found.refusals) + found.aside.total() == len(regions)


@pytest.mark.parametrize("path", MIN)
def test_exports_that_lost_the_regions_ids_say_what_is_not_read(path: Path) -> None:
    """The colours and doors of d_attr are parallel lists: two of each, three boxes."""
    found = read(READER, path, shape="boxes")
    assert found.aside["answer about a region that is not named"] == 4
    assert "without saying of which region it is: it is not read. The JSON export tells it" in found.notes[0]
    assert all(row.get("attributes") is None for row in found.rows)


def test_rows_of_the_flat_exports_are_annotations_not_tasks() -> None:
    with MIN[1].open(encoding="utf-8", newline="") as stream:
        ids = [row["annotation_id"] for row in csv.DictReader(stream)]
    for path in MIN:
        assert [sheet["sheet_id"] for sheet in read(READER, path, shape="boxes").sheets] == ids


@pytest.mark.parametrize("path", [TEXTS, FILES / "text_two_annotators.tsv"])
def test_spans_are_those_of_the_file(path: Path) -> None:
    """Nested and crossing ones, after letters outside the first plane, and in a text with CRLF."""
    found = read(READER, path, item="docid")
    first = found.spans("1")
    assert set(first) == set(TRUTH)
    for item, spans in first.items():
        assert spans == labelled(item)
    assert first["d2-astral"] == truth("d2-astral")
    assert found.spans("2") == {"d1-nested": [(0, 14, "PER")], "d5-empty": []}
    assert found.texts["d3-crlf"] == TRUTH["d3-crlf"]["text"]
    assert not found.refusals


def labelled(item: str) -> list[tuple[int, int, str]]:
    """The spans of person 1 by plain JSON."""
    (task,) = [one for one in json.loads(TEXTS.read_text("utf-8")) if one["data"]["docid"] == item]
    results = [r for one in task["annotations"] if one["completed_by"] == 1 for r in one["result"]]
    values = [r["value"] for r in results if r["type"] == "labels"]
    return [(value["start"], value["end"], value["labels"][0]) for value in values]


def test_relations_and_topics_are_counted_and_region_answers_are_attributes() -> None:
    found = read(READER, TEXTS)
    assert found.aside == {"relation": 3, "choices": 4}
    (row,) = [row for row in found.rows if row["attributes"]]
    assert (row["span_id"], json.loads(row["attributes"])) == ("d1-nested-T1", {"certainty": "high"})
    assert [sheet["item_id"] for sheet in found.sheets][:3] == ["174", "174", "175"]


def test_choices_about_the_whole_item_are_answers_of_classification() -> None:
    """d3-crlf has no topic, and person 2 chose none; the certainty of a span is no topic."""
    found = read(READER, TEXTS, shape="classification", item="docid")
    assert [(row["item_id"], row["annotator_id"], row["label"]) for row in found.rows] == [
        ("d1-nested", "1", "science"), ("d1-nested", "2", None), ("d2-astral", "1", "space"),
        ("d3-crlf", "1", None), ("d4-adjacent", "1", "science"), ("d5-empty", "1", "other"),
        ("d5-empty", "2", None),
    ]  # fmt: skip
    assert found.aside == {"relation": 3, "text": 14}
    flat = read(
        READER, FILES / "text_two_annotators.tsv", shape="classification", item="docid", control="topic"
    )
    key = ("item_id", "annotator_id", "label")
    assert sorted(map(str, ([row[name] for name in key] for row in flat.rows))) == sorted(
        map(str, ([row[name] for name in key] for row in found.rows))
    )
    with pytest.raises(InputError, match=r"which of its fields are answers. Say which: --read control="):
        read(READER, FILES / "text_two_annotators.tsv", shape="classification")


@pytest.mark.parametrize("name", ROWS)
def test_every_file_is_recognised(name: str) -> None:
    kind = "spans" if "text" in name else "boxes"
    assert recognise(open_source([CORPUS / name]), kind)[0].name == "label-studio"


def region(kind: str, value: dict[str, Any], width: int = 100, height: int = 50, **more: Any) -> dict[str, Any]:
    return {
        "id": "r1", "type": kind, "from_name": "box", "to_name": "img", "value": value,
        "original_width": width, "original_height": height, **more,
    }  # fmt: skip


BOX = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0, "rectanglelabels": ["car"]}


def annotation(results: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": 7, "result": results, "was_cancelled": False, **more}


def written(folder: Path, results: Any, data: Any = None, **more: Any) -> Path:
    task = {"id": 5, "data": data or {"image": "a.png"}, "annotations": [annotation(results, **more)]}
    return tasks(folder, [task])


def tasks(folder: Path, found: Any) -> Path:
    path = folder / "export.json"
    path.write_text(json.dumps(found), "utf-8")
    return path


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"was_cancelled": True}, "cancelled annotation"),
        ({"skipped": True}, "cancelled annotation"),
        ({"last_action": "rejected"}, "rejected annotation"),
    ],
)
def test_what_was_not_submitted_is_counted_only(tmp_path: Path, more: dict[str, Any], word: str) -> None:
    found = read(READER, written(tmp_path, [region("rectanglelabels", BOX)], **more), shape="boxes")
    assert (found.rows, found.sheets, dict(found.aside)) == ([], [], {word: 1})


def test_drafts_predictions_and_unanswered_tasks_are_counted(tmp_path: Path) -> None:
    task = {"id": 5, "data": {"image": "a.png"}, "annotations": [], "drafts": [{}, {}], "predictions": [{}]}
    found = read(READER, tasks(tmp_path, [task]), shape="boxes")
    assert dict(found.aside) == {"draft": 2, "prediction": 1, "task without an annotation": 1}
    assert found.sheets == []


def test_an_answer_that_its_author_replaced_does_not_count(tmp_path: Path) -> None:
    answers = [
        annotation([region("rectanglelabels", BOX)]),
        annotation([], id=2, parent_annotation=1),
        annotation([], id=3, parent_annotation=1, completed_by={"id": 8, "email": "b@example.invalid"}),
    ]
    task = {"id": 5, "data": {"image": "a.png"}, "annotations": answers}
    found = read(READER, tasks(tmp_path, [task]), shape="boxes")
    assert [(sheet["sheet_id"], sheet["annotator_id"]) for sheet in found.sheets] == [("2", "7"), ("3", "8")]
    assert dict(found.aside) == {"annotation that its author replaced": 1}
    task["annotations"] = answers[::2]  # another person's copy replaces nothing
    assert len(read(READER, tasks(tmp_path, [task]), shape="boxes").sheets) == 2


def test_ground_truth_counts_as_told(tmp_path: Path) -> None:
    answers = [annotation([], ground_truth=True), annotation([], id=2)]
    path = tasks(tmp_path, [{"id": 5, "data": {"image": "a.png"}, "annotations": answers}])
    for option, ids in (("all", ["1", "2"]), ("only", ["1"]), ("none", ["2"])):
        found = read(READER, path, shape="boxes", ground_truth=option)
        assert [sheet["sheet_id"] for sheet in found.sheets] == ids
    assert "marked as ground truth" in read(READER, path, shape="boxes").notes[0]


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/data/upload/31/10581463-a b.png", ("a b.png", "a b.png", "10581463-a b.png")),
        ("/data/upload/31/notahash-a.png", ("notahash-a.png",) * 3),
        ("/data/local-files/?d=a%20b/0abc1234-f.png", ("a b/0abc1234-f.png", "0abc1234-f.png")),
        ("s3://bucket/x/a.png", ("x/a.png", "a.png")),
        ("https://host.example.invalid/x/a.png?token=1", ("x/a.png", "a.png")),
        ("x/12345678-a.png", ("x/12345678-a.png", "12345678-a.png")),
    ],
)  # fmt: skip
def test_an_item_is_called_by_its_file(tmp_path: Path, address: str, names: tuple[str, ...]) -> None:
    """By the path, by its last part, and with the prefix kept, which only uploaded files have."""
    path = written(tmp_path, [], {"image": address})
    said: tuple[dict[str, str], ...] = (
        {},
        {"names": "base"},
        {"prefix": "keep"},
        {"names": "value"},
        {"item": "id"},
    )
    found = [read(READER, path, shape="boxes", **options).sheets[0]["item_id"] for options in said]
    assert found == [*names[:2], names[-1] if len(names) == 3 else names[0], address, "5"]


def test_two_files_in_a_task_leave_its_number(tmp_path: Path) -> None:
    path = written(tmp_path, [], {"left": "a.png", "right": "b.png"})
    assert read(READER, path, shape="boxes").sheets[0]["item_id"] == "5"
    assert read(READER, path, shape="boxes", item="right").sheets[0]["item_id"] == "b.png"


def test_old_exports_call_annotations_completions(tmp_path: Path) -> None:
    task = {"id": 5, "data": {"image": "a.png"}, "completions": [annotation([region("rectanglelabels", BOX)])]}
    assert len(read(READER, tasks(tmp_path, [task]), shape="boxes").rows) == 1


def test_files_of_a_storage_hold_an_annotation_each(tmp_path: Path) -> None:
    task = {"id": 5, "data": {"image": "a.png"}}
    path = tasks(tmp_path, {**annotation([region("rectanglelabels", BOX)]), "task": task})
    assert recognise(open_source([path]), "boxes")[0].name == "label-studio"
    assert [row["item_id"] for row in read(READER, path, shape="boxes").rows] == ["a.png"]


def test_a_shape_and_its_label_may_be_two_results(tmp_path: Path) -> None:
    bare = {name: value for name, value in BOX.items() if name != "rectanglelabels"}
    label = region("labels", {**bare, "labels": ["car"]}, from_name="class")
    found = read(READER, written(tmp_path, [region("rectangle", bare), label]), shape="boxes")
    assert [row["label"] for row in found.rows] == ["car"]
    assert found.aside.total() == 0


def test_points_belong_to_the_region_that_is_their_parent(tmp_path: Path) -> None:
    point = {"x": 15, "y": 20, "width": 1, "keypointlabels": ["nose"]}
    results = [
        region("rectanglelabels", BOX), region("keypointlabels", point, id="p1", parentID="r1"),
        region("keypointlabels", point, id="p2", parentID="p2"),
    ]  # fmt: skip
    found = read(READER, written(tmp_path, results), shape="keypoints")
    (row,) = found.rows
    assert (row["object_id"], row["label"], row["keypoint"], row["x"], row["y"], row["area"]) == (
        "r1", "car", "nose", 15.0, 10.0, 200.0,
    )  # fmt: skip
    assert len(found.refusals) == 1


@pytest.mark.parametrize(
    ("shape", "result", "reason"),
    [
        ("boxes", region("rectanglelabels", {**BOX, "x": None}), "a number of its place is missing"),
        ("boxes", region("rectanglelabels", {**BOX, "rectanglelabels": []}), "it carries 0 labels"),
        ("boxes", region("rectanglelabels", {**BOX, "rectanglelabels": ["a", "b"]}), "it carries 2 labels"),
        ("boxes", region("rectanglelabels", BOX, 0), "the size of its image is not told"),
        ("boxes", region("rectanglelabels", BOX, image_rotation=90), "turned by 90 degrees in the tool"),
        ("boxes", region("rectanglelabels", BOX, item_index=1), "on a further image of its task"),
        ("polygons", region("polygonlabels", {"points": [[1, 2], 3], "polygonlabels": ["a"]}), "no pairs"),
        (
            "polygons",
            region("polygonlabels", {"points": [], "closed": False, "polygonlabels": ["a"]}),
            "closed",
        ),
        ("masks", region("brushlabels", {"rle": [1, 2], "brushlabels": ["a"]}), "break off"),
        ("masks", region("brushlabels", {"rle": [999], "brushlabels": ["a"]}), "no list of bytes"),
        ("masks", region("brushlabels", {"brushlabels": ["a"]}), "it has no run lengths"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, shape: str, result: dict[str, Any], reason: str
) -> None:
    found = read(READER, written(tmp_path, [result]), shape=shape)
    (refusal,) = found.refusals
    assert reason in refusal.reason
    assert (refusal.line, refusal.item_id) == (1, "a.png")
    assert len(found.sheets) == 1


def span(start: Any, end: Any, **value: Any) -> dict[str, Any]:
    return {"id": "s1", "type": "labels", "from_name": "ner", "value": {"start": start, "end": end, **value}}


def spans(
    folder: Path, *results: dict[str, Any], text: str = "A 🚀 b.", more: Any = None, **options: str
) -> Found:
    return read(READER, written(folder, list(results), {"text": text, **(more or {})}), **options)


def test_offsets_are_held_against_what_the_span_quotes(tmp_path: Path) -> None:
    found = spans(tmp_path, span(4, 5, text="b", labels=["X"]))
    assert [(row["start"], row["end"]) for row in found.rows] == [(4, 5)]
    found = spans(tmp_path, span(5, 6, text="b", labels=["X"]))
    assert found.rows == []
    assert "it quotes 'b', but at 5 to 6 stands '.'" in found.refusals[0].reason
    found = spans(tmp_path, span(5, 6, text="b", labels=["X"]), offsets="utf16")
    assert [(row["start"], row["end"]) for row in found.rows] == [(4, 5)]
    found = spans(tmp_path, span(3, 5, labels=["X"]), offsets="utf16")
    assert "lies within a character" in found.refusals[0].reason
    found = spans(tmp_path, span(0, 4, text="a\\nb", labels=["X"]), text="a\r\nb")
    assert len(found.rows) == 1, "the tool's pages write line ends otherwise"


def test_a_span_with_two_labels_is_two_spans(tmp_path: Path) -> None:
    found = spans(tmp_path, span(0, 1, labels=["X", "Y"]), {**span(0, 1, labels=[]), "id": "s2"})
    assert [row["label"] for row in found.rows] == ["X", "Y"]
    assert "carries no label" in found.refusals[0].reason


def test_the_text_is_the_field_that_the_spans_fit(tmp_path: Path) -> None:
    more = {"title": "b b b"}
    found = spans(tmp_path, span(2, 3, text="b", labels=["X"]), more=more)
    assert found.sheets[0]["text"] == "b b b"
    assert spans(tmp_path, more=more).sheets[0]["text"] == "A 🚀 b."
    assert spans(tmp_path, more=more, text="A 🚀 b.").sheets[0]["text"] == "A 🚀 b."


def test_hypertext_counts_in_its_whole_text(tmp_path: Path) -> None:
    value = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "endOffset": 3}
    results = [
        {**span(0, 0), "type": "hypertextlabels",
         "value": {**value, "globalOffsets": {"start": 10, "end": 13}, "hypertextlabels": ["X"]}},
        {**span(0, 0), "id": "s2", "type": "hypertextlabels", "value": {**value, "hypertextlabels": ["X"]}},
    ]  # fmt: skip
    found = spans(tmp_path, *results)
    assert [(row["start"], row["end"]) for row in found.rows] == [(10, 13)]
    assert "whole numbers of its whole text" in found.refusals[0].reason
    assert found.sheets[0].get("text") is None


def test_other_regions_are_counted_by_kind(tmp_path: Path) -> None:
    results = [
        region("ellipselabels", {"x": 1, "ellipselabels": ["a"]}, id="1"),
        region("timeserieslabels", {"start": 1, "timeserieslabels": ["a"]}, id="2"),
        {"id": "3", "type": "labels", "value": {"start": 0.5, "end": 1.5, "labels": ["a"], "channel": 0}},
        {"type": "relation", "from_id": "1", "to_id": "2"}, "what", {"id": "4", "value": 5, "type": []},
    ]  # fmt: skip
    found = read(READER, written(tmp_path, results), shape="boxes")
    assert dict(found.aside) == {
        "relation": 1, "result that cannot be read": 2, "ellipse": 1, "timeserieslabels": 1,
        "region of a recording": 1,
    }  # fmt: skip


def test_only_the_named_control_is_read(tmp_path: Path) -> None:
    results = [region("rectanglelabels", BOX), region("rectanglelabels", BOX, id="r2", from_name="other")]
    found = read(READER, written(tmp_path, results), shape="boxes", control="other")
    assert [row["object_id"] for row in found.rows] == ["r2"]
    assert dict(found.aside) == {"rectangle of another control": 1}


def test_several_questions_need_a_name(tmp_path: Path) -> None:
    results = [
        {"id": name, "type": "choices", "from_name": name, "value": {"choices": chosen}}
        for name, chosen in (("topic", ["a"]), ("tone", ["b", "c"]))
    ]
    path = written(tmp_path, results)
    with pytest.raises(InputError, match="--read control=tone or --read control=topic"):
        read(READER, path, shape="classification")
    found = read(READER, path, shape="classification", control="topic")
    assert [row["label"] for row in found.rows] == ["a"]
    found = read(READER, path, shape="classification", control="tone")
    assert found.refusals[0].reason == "It holds 2 choices, not one."


@pytest.mark.parametrize("found", [[5], [{"id": 1}], [{"id": 1, "data": {}, "annotations": 5}], {"data": 5}])
def test_tasks_that_cannot_be_read_are_refused(tmp_path: Path, found: Any) -> None:
    assert len(read(READER, tasks(tmp_path, found), shape="boxes").refusals) == 1


def test_tasks_that_hold_predictions_alone_say_how_to_take_them(tmp_path: Path) -> None:
    task = {"id": 1, "data": {"text": "a"}, "predictions": [{"result": []}]}
    (tmp_path / "x.json").write_text(json.dumps([task]), "utf-8")
    (refusal,) = read(READER, tmp_path / "x.json", shape="spans").refusals
    assert "but predictions: take them with --read answers=predictions" in refusal.reason
