"""Damaged files of every format: answers that add up or our own errors, and no end that does not come.

The quick sample is read at each run, 10,000 files by the slow test.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.unit.readers.mutations import damaged, files_of, no_longer_than, source_of
from tests.unit.readers.span_corpus import CORPUS, Found, manifest, together
from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.known import READERS, reader, recognise
from vendoreval.labels.shapes import SHAPES

QUICK, SLOW = 25, 10_000
SECONDS = 20.0  # a busy machine is no failure
MANIFEST_NAMES = {"label-studio": "labelstudio", "open-images": "openimages"}
SIZES = str(Path(__file__).parents[2] / "fixtures" / "corpus_sizes.csv")
GIVEN = {"cvat": {"groups": "apart"}, "open-images": {"sizes": SIZES}, "via": {"keypoint": "part"}}
# Files of rows are nobody's export: these are ours.
ROWS = {
    "boxes.csv": b"item_id,annotator_id,label,x_min,y_min,x_max,y_max,angle,attributes\n"
    b'1.png,a,car,1,2,30.5,40,,"{""color"":""red""}"\n1.png,b,car,1,2,30,40,12.5,\n2.png,a,,,,,,,\n',
    "boxes.jsonl": b'{"item_id":"1","label":"car","x":1,"y":2,"width":3,"height":4.5}\n{"item_id":"2"}\n',
    "polygons.csv": b'item_id,label,polygon\n1,car,"POLYGON ((0 0, 9 0, 9 9, 0 0))"\n2,car,"[1,2,3,4,5,6]"\n',
    "panoptic.jsonl": b'{"item_id":"1","label":"car","width":3,"height":2,"runs":[1,2,3]}\n',
    "polylines.csv": b'item_id,label,line\n1,car,"LINESTRING (0 0, 9 0, 9 9)"\n2,car,"[1,2,3,4,5,6]"\n',
    "masks.jsonl": b'{"item_id":"1","label":"car","width":3,"height":2,"runs":[1,2,3]}\n',
    "keypoints.csv": b"item_id,object_id,label,keypoint,x,y,visible\n1,1,dog,nose,1,2.5,2\n1,1,dog,ear,3,4,0\n",
    "relations.csv": b"item_id,label,head_start,head_end,head_label,tail_start,tail_end\n1,at,0,5,PER,7,9\n"
    b"2,,,,,,\n",
    "spans.tsv": b"item_id\tstart\tend\tlabel\n1\t0\t5\tPER\n1\t7\t9\tLOC\n2\t\t\t\n",
}
SCENE = {
    "sample_annotation.json": b'[{"token":"t","sample_token":"s1","instance_token":"i","translation":[1,2,3],'
    b'"size":[2,4,1.5],"rotation":[0.7071068,0,0,0.7071068],"attribute_tokens":["a"],"num_lidar_pts":5}]',
    "instance.json": b'[{"token":"i","category_token":"c"}]',
    "category.json": b'[{"token":"c","name":"vehicle.car"}]',
    "attribute.json": b'[{"token":"a","name":"vehicle.parked"}]',
    "sample.json": b'[{"token":"s1"},{"token":"s2"}]',
}
CLOUD = {
    "ds/ann/1.pcd.json": b'{"tags":[],"key":"k","objects":[{"key":"o","classTitle":"car","tags":[]}],"figures":'
    b'[{"key":"f","objectKey":"o","geometryType":"cuboid_3d","geometry":{"position":{"x":1,"y":2,"z":3},'
    b'"rotation":{"x":0,"y":0,"z":0.5},"dimensions":{"x":4,"y":2,"z":1.5}}}]}',
}
RECORDS = {
    "r.json": b'[{"id":"r1","fields":{},"suggestions":{},"responses":{"q":[{"value":"a","user_id":"u"}]}},'
    b'{"id":"r2","q.responses":["a","b"],"q.responses.users":["u","v"],"q.responses.status":["submitted","draft"]}]',
}
TABLES = {
    "mturk": b"HITId,WorkerId,Input.a1,Input.a2,Answer.b1,Answer.b2\n1,w,x,y,cat,dog\n2,w,z,,cat,\n",
    "appen": b"_unit_id,_worker_id,photo,what,what_gold,_created_at\n1,w,a,cat,,3/2/2026 09:15:22\n",
    "zooniverse": b"classification_id,annotations,subject_data,subject_ids\n"
    b'1,"[{""task"":""T0"",""value"":""a""}]",,s\n',
    "google-forms": b"Timestamp,Email Address,What is in a?,What is in b?\n3/2/2026 9:15:00,w@x,cat,dog\n",
    "qualtrics": b"StartDate,ResponseId,item,Q1\nStart,Response ID,item,What?\n2026-03-02,R1,a,cat\n",
}
Case = tuple[str, dict[str, bytes]]


def corpus() -> list[tuple[str, Path]]:
    """Every file or folder of the corpus with the name of its reader."""
    return [
        (entry.name, CORPUS / row["file"])
        for entry in READERS
        for row in manifest(MANIFEST_NAMES.get(entry.name, entry.name))
    ]


def cases(count: int, seed: str) -> Iterator[Case]:
    """Files of the corpus in turn, one of each damaged."""
    dice = random.Random(seed)
    known = [(name, files_of(path)) for name, path in corpus()]
    known += [("rows", {name: data}) for name, data in ROWS.items()]
    known += [("nuscenes", SCENE), ("supervisely", CLOUD), ("argilla", RECORDS)]
    known += [(name, {f"{name}.csv": data}) for name, data in TABLES.items()]
    for number in range(count):
        name, files = known[number % len(known)]
        chosen = dice.choice(sorted(files))
        yield name, {**files, chosen: damaged(files[chosen], dice)}


def look(name: str, files: dict[str, bytes], shape: str) -> Found | None:
    """What the reader makes of the files; None where it refuses them as a whole."""
    one, source = reader(name), source_of(files)
    options = {option.name: option.default for option in one.options} | GIVEN.get(name, {})
    with no_longer_than(SECONDS):
        with contextlib.suppress(InputError, UsageError):
            one.recognises(source)
            recognise(source, shape)
        try:
            found = together(one.read(source, SHAPES[shape], options))
        except (InputError, UsageError):
            return None
    assert all(refusal.reason and refusal.effect for refusal in found.refusals)
    assert all(count > 0 for count in found.aside.values())
    needed = {"item_id", *(field.name for field in SHAPES[shape].fields if field.required)}
    assert all(needed <= set(row) for row in found.rows)
    return found


def check(name: str, files: dict[str, bytes], shape: str) -> bool:
    """Whether the files could be read; then all that is in them is in the answer."""
    found = look(name, files, shape)
    if found is not None and name == "cvat":
        assert in_cvat(files, shape) == out_of_cvat(found), files
    if found is not None and name == "label-studio" and all(one.endswith(".json") for one in files):
        assert in_label_studio(files) == out_of_label_studio(found), files
    return found is not None


def in_cvat(files: dict[str, bytes], shape: str) -> int:
    """Shapes of images and tracks, the tracks themselves, and images that are counted by themselves."""
    (data,) = files.values()
    root = ElementTree.fromstring(data)
    images, tracks = root.findall("image"), root.findall("track")
    shapes = sum(len(image) for image in images)
    shapes += sum(one.tag != "attribute" for track in tracks for one in track)
    unnamed = sum(not image.get("name") for image in images)
    if shape == "tracks":  # a track is no answer by itself, but for one that is refused
        return shapes + sum(not (one.get("id") and one.get("label")) for one in tracks)
    if shape == "classification":
        unnamed += sum(bool(image.get("name")) and not answered_by_tag(image) for image in images)
    return shapes + len(tracks) + unnamed


def answered_by_tag(image: ElementTree.Element) -> bool:
    return any(one.tag == "tag" and one.get("outside") != "1" and one.get("label") is not None for one in image)


def out_of_cvat(found: Found) -> int:
    objects = {(row.get("sheet_id"), row.get("object_id") or f"row {n}") for n, row in enumerate(found.rows)}
    return len(objects) + len(found.refusals) + found.aside.total()


def in_label_studio(files: dict[str, bytes]) -> int:
    """Annotations of tasks that can be read; tasks that cannot."""
    (data,) = files.values()
    tasks = json.loads(data)
    count = 0
    for task in tasks if isinstance(tasks, list) else [tasks]:
        flat = isinstance(task, dict) and "annotation_id" in task and "annotator" in task and "data" not in task
        listed = task.get("annotations", task.get("completions")) if isinstance(task, dict) else None
        count += max(len(listed), 1) if isinstance(listed, list) and not flat and named(task) else 1
    return count


def named(task: dict[str, Any]) -> bool:
    told = task.get("data")
    data = told if isinstance(told, dict) else {}
    number = isinstance(task.get("id"), str | int | float) and not isinstance(task.get("id"), bool)
    files = [v for v in data.values() if isinstance(v, str) and v.rsplit("?")[0].endswith(".png")]
    return bool(number and task["id"] != "") or len(files) == 1


ANNOTATIONS = ("cancelled annotation", "rejected annotation", "annotation that its author replaced",
               "task without an annotation")  # fmt: skip
WHOLE = ("An annotation ", "The task ", "The row names", "It holds ", "Its choice ")


def out_of_label_studio(found: Found) -> int:
    refused = sum(refusal.reason.startswith(WHOLE) for refusal in found.refusals)
    answered = found.sheets or found.rows  # of classification each row is a sheet
    return len(answered) + sum(found.aside[word] for word in ANNOTATIONS) + refused


def kind_of(name: str, files: dict[str, bytes], number: int) -> str:
    """The shapes of a format in turn; of rows the one that the file is called by."""
    if name == "rows":
        return next(iter(files)).partition(".")[0]
    kinds = sorted(reader(name).yields - {"classification"})
    return kinds[number % len(kinds)]


@pytest.mark.parametrize(("name", "path"), corpus(), ids=lambda part: str(part)[-40:])
def test_whole_files_are_read_without_loss(name: str, path: Path) -> None:
    for shape in sorted(reader(name).yields):
        check(name, files_of(path), shape)


@pytest.mark.parametrize("name", ROWS)
def test_rows_are_read_without_loss(name: str) -> None:
    found = look("rows", {name: ROWS[name]}, name.partition(".")[0])
    assert found is not None
    assert len(found.rows) + len(found.sheets) == len(ROWS[name].splitlines()) - (not name.endswith("jsonl"))
    assert not found.refusals


def test_a_sample_of_damaged_files() -> None:
    for number, (name, files) in enumerate(cases(QUICK, "quick")):
        check(name, files, kind_of(name, files, number))


@pytest.mark.slow
def test_ten_thousand_damaged_files() -> None:
    read = 0
    for number, (name, files) in enumerate(cases(SLOW, "slow")):
        read += check(name, files, kind_of(name, files, number))
    assert read > SLOW // 10
