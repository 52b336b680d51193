"""What a writer writes, the reader of the same tool reads again: nothing is lost but what is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.readers.delivered import Delivered, read
from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.known import reader
from vendoreval.formats.writers.interface import Answer, Task, Written
from vendoreval.formats.writers.known import WRITERS, writer
from vendoreval.formats.writers.table_tasks import setting_of
from vendoreval.labels.run_codecs import labelstudio_counts, runs_from_labelstudio
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.labels.shapes import SHAPES

ROWS = ("csv", "jsonl", "parquet")
TEXT = "Ada Lovelace wrote to Charles, in London."
RUNS = runs_from_pixels(np.array([[0, 1, 1, 0], [0, 1, 0, 0], [1, 0, 0, 1]], dtype=bool)).tolist()


def boxes(**more: Any) -> list[dict[str, Any]]:
    return [
        {"label": "car", "x_min": 1.5, "y_min": 2, "x_max": 30.25, "y_max": 40.125, **more},
        {"label": "bus & tram", "x_min": 7, "y_min": 8, "x_max": 19.003, "y_max": 11},
    ]


ANSWERS: dict[str, list[dict[str, Any]]] = {
    "classification": [{"label": "jay"}],
    "ordinal": [{"label": "2"}],
    "numeric": [{"label": "-3.25"}],
    "multilabel": [{"label": "jay"}, {"label": "crow, <old>"}],
    "transcription": [{"label": 'so it "goes" and goes'}],
    "relations": [
        {
            "label": "wrote_to",
            "head_start": 0,
            "head_end": 12,
            "head_label": "PER",
            "tail_start": 22,
            "tail_end": 29,
            "tail_label": "PER",
        },
        {
            "label": "in",
            "head_start": 22,
            "head_end": 29,
            "head_label": "PER",
            "tail_start": 34,
            "tail_end": 40,
        },
    ],
    "boxes": boxes(angle=33.75),
    "polygons": [{"label": "car", "rings": [[[0, 0, 10.5, 0, 10, 10, 0.125, 9]]]}],
    "polylines": [{"label": "kerb", "rings": [[[0.5, 1, 10.25, 2, 30, 44.125]]]}],
    "segments": [{"label": "ann", "start_s": 0.25, "end_s": 3.125}, {"label": "bob", "start_s": 3, "end_s": 4}],
    "masks": [{"label": "car", "width": 4, "height": 3, "runs": RUNS}],
    "keypoints": [
        {
            "object_id": "o1",
            "label": "bird",
            "keypoint": name,
            "x": x,
            "y": x + 1,
            "visible": seen,
            "area": 50.0,
        }
        for name, x, seen in (("beak", 3.5, 2), ("tail", 12, 1), ("wing", 5.125, 2))
    ],
    "spans": [{"label": "PER", "start": 0, "end": 12}, {"label": "LOC", "start": 34, "end": 40}],
}


def tasks(shape: str) -> list[Task]:
    width, height = (4, 3) if shape == "masks" else (173, 91)
    some = Answer(ANSWERS[shape], "ann", None, None, None)
    known: dict[str, Any] = (
        {"text": TEXT} if shape in ("spans", "relations") else {"width": width, "height": height}
    )
    found = [Task("a/one.png", [some], **known)]
    if SHAPES[shape].many:
        found.append(
            Task("two.png", [Answer((), "ann")], **(known | ({"text": "No one."} if "text" in known else {})))
        )
    return found


def write(folder: Path, name: str, some: list[Task], shape: str) -> tuple[Path, Written]:
    form = writer(name, shape)
    path = folder / f"written{form.ending}"
    with path.open("wb") as out:
        written = form.write(some, setting_of(some, SHAPES[shape]), out)
    for end, data in written.beside.items():
        path.with_name(f"{path.stem}{end}").write_bytes(data)
    return path, written


def read_back(path: Path, name: str, shape: str) -> Delivered:
    options: dict[str, Any] = {}
    if name == "label-studio":
        options["answers"] = "predictions"
    if name == "yolo":
        options["sizes"] = str(path.with_name(f"{path.stem}-sizes.csv"))
    return read(reader("rows" if name in ROWS else name), path, shape, **options)


CASES = [
    pytest.param(entry.name, shape, id=f"{entry.name}-{shape}")
    for entry in WRITERS
    for shape in sorted(entry.yields & ANSWERS.keys())
    if not (entry.name in ROWS and not SHAPES[shape].many)
]


def like(row: dict[str, Any], asked: dict[str, Any], without: set[str]) -> dict[str, Any]:
    """The columns that were written, numbers to thousandths."""
    return {name: plain(row.get(name)) for name in asked if name not in without}


def told_lost(written: Written) -> set[str]:
    """The columns that the writer says it could not hold."""
    said = " ".join(word for word, count in written.lost.items() if count)
    return {"object_id"} | {
        name for name, word in (("visible", "visibility"), ("area", "area of")) if word in said
    }


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(one) for one in value]
    return round(value, 3) + 0.0 if isinstance(value, int | float) else value


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_what_is_written_is_read_again(tmp_path: Path, name: str, shape: str) -> None:
    path, written = write(tmp_path, name, tasks(shape), shape)
    found = read_back(path, name, shape)
    assert not found.refusals
    without = told_lost(written)
    assert [like(row, asked, without) for row, asked in zip(found.rows, ANSWERS[shape], strict=True)] == [
        like(asked, asked, without) for asked in ANSWERS[shape]
    ]
    assert {row["item_id"] for row in found.rows} == {"a/one.png"}
    if SHAPES[shape].many:
        assert "two.png" in {sheet["item_id"] for sheet in found.sheets}
    assert written.rows == len(ANSWERS[shape])
    people = {row.get("annotator_id") for row in found.rows}
    assert people == ({"ann"} if written.lost["name of who answered"] == 0 else {None})


def test_attributes_come_back_where_the_form_has_them(tmp_path: Path) -> None:
    rows = boxes(attributes={"colour": "red", "seats": 4})
    asked = [Task("one.png", [Answer(rows)], 100, 100)]
    found = {}
    for name in ("coco", "cvat", "label-studio", "jsonl"):
        path, written = write(tmp_path, name, asked, "boxes")
        found[name] = json.loads(read_back(path, name, "boxes").rows[0]["attributes"])
        assert written.lost["kind of an attribute that is no text"] == (name == "cvat")
    assert found["coco"] == found["label-studio"] == found["jsonl"] == {"colour": "red", "seats": 4}
    assert found["cvat"] == {"colour": "red", "seats": "4", "occluded": False}
    path, written = write(tmp_path, "yolo", asked, "boxes")
    assert written.lost["attribute"] == 2


def test_what_a_form_cannot_hold_is_counted(tmp_path: Path) -> None:
    ring = [0, 0, 9, 0, 9, 9, 0, 9]
    holed = [
        {"label": "car", "rings": [[ring, [1, 1, 2, 1, 2, 2]]]},
        {"label": "car", "rings": [[ring], [ring]]},
    ]
    for name, left in (("coco", 1), ("cvat", 1), ("label-studio", 2), ("yolo", 2), ("csv", 0)):
        path, written = write(tmp_path, name, [Task("one.png", [Answer(holed)], 20, 20)], "polygons")
        said = [count for word, count in written.lost.items() if "left out" in word and count]
        assert sum(said) == left, name
        assert len(read_back(path, name, "polygons").rows) == 2 - left


def test_words_that_spans_cut_are_said(tmp_path: Path) -> None:
    spans = [(0, 3, "A"), (4, 12, "B"), (4, 29, "C"), (22, 29, "D"), (30, 31, "E"), (35, 37, "F")]
    rows = [{"label": label, "start": start, "end": end} for start, end, label in spans]
    path, written = write(tmp_path, "conll", [Task("one", [Answer(rows)], text=TEXT)], "spans")
    found = read_back(path, "conll", "spans")
    assert [(row["label"], row["start"], row["end"]) for row in found.rows] == [("A", 0, 3), ("C", 4, 29)]
    assert {word: n for word, n in written.lost.items() if n} == {
        "span that begins or ends within a word, which is left out": 2,
        "span that overlaps a longer one, which is left out": 2,
        "text whose blanks are told otherwise": 1,
    }
    assert found.sheets[0]["text"] == TEXT.replace("Charles,", "Charles ,")


def test_punctuation_is_parted_where_a_span_ends(tmp_path: Path) -> None:
    rows = [{"label": "PER", "start": 22, "end": 29}]
    path, written = write(tmp_path, "conll", [Task("one", [Answer(rows)], text=TEXT)], "spans")
    found = read_back(path, "conll", "spans")
    assert [(row["start"], row["end"]) for row in found.rows] == [(22, 29)]
    assert found.sheets[0]["text"] == TEXT.replace("Charles,", "Charles ,")
    assert written.lost["text whose blanks are told otherwise"] == 1


@pytest.mark.parametrize("name", ["coco", "yolo", "cvat"])
def test_one_answer_an_item_and_sizes_are_asked_for(tmp_path: Path, name: str) -> None:
    two = [Answer(boxes(), "ann"), Answer(boxes(), "bob")]
    with pytest.raises(UsageError, match=r"answered 2 times.*--annotator ann"):
        write(tmp_path, name, [Task("one.png", two, 10, 10)], "boxes")
    with pytest.raises(InputError, match=r"size of 'one.png' is not known.*--images"):
        write(tmp_path, name, [Task("one.png", two[:1])], "boxes")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_brush_masks_are_those_of_the_readers(width: int, height: int, data: st.DataObject) -> None:
    flat = data.draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    runs = runs_from_pixels(np.asarray(flat, dtype=bool).reshape(height, width))
    again = runs_from_labelstudio(labelstudio_counts(runs, height, width), width, height)
    assert again.tolist() == runs.tolist()


steps = st.integers(-5_000, 400_000).map(lambda number: number / 1_000)


@st.composite
def any_box(draw: st.DrawFn) -> dict[str, Any]:
    left, top = draw(steps), draw(steps)
    width, height = (draw(st.integers(2_000, 90_000)) / 1_000 for _ in range(2))
    box = {"label": draw(st.sampled_from(["car", "bus"])), "x_min": left, "y_min": top}
    box |= {"x_max": round(left + width, 3), "y_max": round(top + height, 3)}
    angle = draw(st.sampled_from([0, 0, 90, 12.345, -77.5, 179.999]))
    return box | ({"angle": angle} if angle else {})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_box(), min_size=1, max_size=4), st.integers(300, 5_000), st.integers(300, 5_000))
def test_boxes_come_back_to_the_thousandth(
    tmp_path: Path, rows: list[dict[str, Any]], width: int, height: int
) -> None:
    """Whatever their place, size and turn, and whatever the image's sides."""
    for name in ("coco", "cvat", "label-studio"):
        path, _ = write(tmp_path, name, [Task("one.png", [Answer(rows)], width, height)], "boxes")
        found = read_back(path, name, "boxes").rows
        assert [like(row, asked, set()) for row, asked in zip(found, rows, strict=True)] == [
            like(asked, asked, set()) for asked in rows
        ]
