"""Manifests of Ground Truth and records of Argilla: names of classes, people, what is set aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.span_corpus import CORPUS, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.argilla import READER as ARGILLA
from vendoreval.formats.readers.sagemaker import READER as SAGEMAKER

MANIFESTS = CORPUS / "files" / "sagemaker"


def expected(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((CORPUS / "expected" / "sagemaker" / name).read_text("utf-8"))
    return found


def lines(path: Path, *records: Any) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in records), "utf-8")
    return path


def test_boxes_have_the_names_of_their_own_line() -> None:
    found = read(SAGEMAKER, MANIFESTS / "output.manifest", shape="boxes")
    wanted, sizes = [], []
    for line in expected("output.manifest.json"):
        names = line["corpus-job-metadata"]["class-map"]
        size = line["corpus-job"]["image_size"][0]
        sizes.append((line["source-ref"], size["width"], size["height"]))
        wanted += [
            (line["source-ref"], names[str(box["class_id"])], box["left"], box["top"],
             box["left"] + box["width"], box["top"] + box["height"])
            for box in line["corpus-job"]["annotations"]
        ]  # fmt: skip
    given = [
        tuple(row[name] for name in ("item_id", "label", "x_min", "y_min", "x_max", "y_max"))
        for row in found.rows
    ]
    assert given == wanted
    assert len(wanted) == 13
    assert [(one["item_id"], one["width"], one["height"]) for one in found.sheets] == sizes
    assert not found.refusals


def test_classes_of_texts_are_names_and_no_numbers() -> None:
    found = read(SAGEMAKER, MANIFESTS / "text.manifest", shape="classification")
    wanted = [(line["source"], line["topic-metadata"]["class-name"]) for line in expected("text.manifest.json")]
    assert [(row["item_id"], row["label"]) for row in found.rows] == wanted
    assert any("names no people" in note for note in found.notes)


def about(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"groundtruth/{kind}",
        "human-annotated": "yes",
        "creation-date": "2026-03-02T09:15:22",
        **more,
    }


def test_several_classes_spans_and_what_is_set_aside(tmp_path: Path) -> None:
    ref = "s3://bucket/in/a.jpg"
    many = about("image-classification-multi-label", **{"class-map": {"0": "cat", "2": "dog"}})
    path = lines(tmp_path / "m.manifest", {"source-ref": ref, "j": [0, 2], "j-metadata": many},
                 {"source-ref": "s3://bucket/b.jpg", "j": [], "j-metadata": many},
                 {"source-ref": "s3://bucket/c.jpg", "j": [7], "j-metadata": many},
                 {"source-ref": "s3://bucket/d.jpg", "j-metadata": {**many, "failure-reason": "no file"}},
                 {"source-ref": "s3://bucket/e.jpg"})  # fmt: skip
    found = read(SAGEMAKER, path, shape="multilabel", names="path")
    assert [(row["item_id"], row["label"]) for row in found.rows] == [("in/a.jpg", "cat"), ("in/a.jpg", "dog")]
    assert [one["item_id"] for one in found.sheets] == ["in/a.jpg", "b.jpg"]
    assert [one.reason for one in found.refusals] == ["The metadata's class-map does not name all of [7]."]
    assert dict(found.aside) == {
        "item that could not be labelled": 1, "line without the label attribute": 1,
    }  # fmt: skip
    entity = {"annotations": {"entities": [{"label": "PER", "startOffset": 0, "endOffset": 3}], "labels": []}}
    path = lines(tmp_path / "n.manifest", {"source": "Ada ran.", "id": "t1", "j": entity,
                                           "j-metadata": about("named-entity-recognition")})  # fmt: skip
    found = read(SAGEMAKER, path, item="id")
    assert found.spans() == {"t1": [(0, 3, "PER")]}
    two = lines(tmp_path / "o.manifest", {"source-ref": ref, "a": 0, "a-metadata": about("text-classification"),
                                           "b": 1, "b-metadata": about("image-classification")})  # fmt: skip
    with pytest.raises(InputError, match="2 label attributes: a, b"):
        read(SAGEMAKER, two, shape="classification")


NESTED = {
    "id": "r1", "fields": {"text": "Ada ran."}, "metadata": {}, "suggestions": {"label": {"value": "b"}},
    "responses": {"label": [{"value": "a", "user_id": "u1"}, {"value": "b", "user_id": "u2"}],
                  "ner": [{"value": [{"start": 0, "end": 3, "label": "PER"}], "user_id": "u1"}]},
}  # fmt: skip
FLAT = {
    "id": "r1", "text": "Ada ran.", "label.suggestion": "b", "label.responses": ["a", "b", "a"],
    "label.responses.users": ["u1", "u2", "u3"], "label.responses.status": ["submitted", "draft", "discarded"],
}  # fmt: skip


def test_responses_of_people_nested_and_flat(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps([NESTED, {**NESTED, "id": "r2", "responses": {}}]), "utf-8")
    found = read(ARGILLA, path, shape="classification", question="label")
    assert [(row["annotator_id"], row["label"]) for row in found.rows] == [("u1", "a"), ("u2", "b")]
    assert dict(found.aside) == {"record without a response": 1}
    assert any("do not tell drafts" in note for note in found.notes)
    assert read(ARGILLA, path, question="ner").spans("u1") == {"r1": [(0, 3, "PER")]}
    with pytest.raises(InputError, match="2 questions: label, ner"):
        read(ARGILLA, path, shape="classification")
    found = read(ARGILLA, lines(tmp_path / "f.jsonl", FLAT), shape="classification")
    assert [(row["annotator_id"], row["label"]) for row in found.rows] == [("u1", "a")]
    assert dict(found.aside) == {"draft response": 1, "discarded response": 1}


@pytest.mark.parametrize("value", [None, ["a"], {"x": 1}])
def test_a_response_that_is_not_one_answer_is_refused(tmp_path: Path, value: Any) -> None:
    path = lines(tmp_path / "f.jsonl", {**FLAT, "label.responses": [value, "b", "a"]})
    found = read(ARGILLA, path, shape="classification")
    assert [one.reason for one in found.refusals] == ["The response is not one answer."]
