"""Label Studio's exports come in many shapes; odd ones are named, none is guessed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from vendoreval.errors import InputError
from vendoreval.formats.writers.task_sheets import read_answers


def read(tmp_path: Path, *tasks: Any) -> list[tuple[str, str, str]]:
    path = tmp_path / "back.json"
    path.write_text(json.dumps(list(tasks)), "utf-8")
    return [(one.task, one.answer, one.auditor) for one in read_answers(path)]


def annotated(*results: Any, who: Any = None, **more: Any) -> dict[str, Any]:
    return {"data": {"task_id": "t1"}, "annotations": [{"completed_by": who, "result": list(results), **more}]}


CHOSEN = {"type": "choices", "value": {"choices": ["jay"]}}


@pytest.mark.parametrize("who", [7, {"id": 7}, {"email": "ann@example.org", "id": 7}])
def test_one_choice_and_who_made_it(tmp_path: Path, who: Any) -> None:
    name = "7" if "email" not in str(who) else "ann@example.org"
    assert read(tmp_path, annotated(CHOSEN, who=who)) == [("t1", "jay", name)]
    area = {"type": "rectangle", "value": {"x": 1.5}}
    assert read(tmp_path, annotated(area, {"type": "relation"}, CHOSEN, who=who)) == [("t1", "jay", name)]


def test_short_form_and_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, {"task_id": 3.0, "choice": "jay", "annotator": 4}, {"task_id": "t2", "label": ["x"]})
    assert found == [("3", "jay", "4"), ("t2", "x", "")]


def test_skipped_and_empty_answers_are_none(tmp_path: Path) -> None:
    empty: Any = {"value": {"choices": []}}
    assert read(tmp_path, annotated(CHOSEN), annotated(CHOSEN, was_cancelled=True), annotated(empty)) == [
        ("t1", "jay", "")
    ]


@pytest.mark.parametrize(
    "task",
    [
        annotated({"value": {"choices": ["jay", "finch"]}}),
        annotated(CHOSEN, CHOSEN),
        annotated({"value": {"choices": [["bird", "jay"]]}}),
        annotated({"value": {"choices": {"jay": 1}}}),
        annotated({"value": ["jay"]}),
        annotated("jay"),
        annotated({"value": None}),
        {"data": {"task_id": "t1"}, "annotations": [{"result": None}]},
        {"data": {"task_id": "t1"}, "annotations": None},
        {"data": {"task_id": "t1"}, "annotations": "jay"},
        {"data": {"task_id": "t1"}, "annotations": [3]},
        {"data": "t1", "annotations": [{"result": [CHOSEN]}]},
        {"data": None, "annotations": [{"result": [CHOSEN]}]},
        {"data": {"task_id": ["a", "b"]}, "annotations": [{"result": [CHOSEN]}]},
        {"task_id": "t1", "choice": {"choices": ["jay", "finch"]}},
        {"task_id": "t1", "choice": ["jay", "finch"]},
    ],
)
def test_odd_shapes_are_named(tmp_path: Path, task: Any) -> None:
    with pytest.raises(InputError, match=r"Task 2 (is not shaped|holds 2 answers|lacks).*one choice a task"):
        read(tmp_path, annotated(CHOSEN), task)


def test_no_list_of_tasks(tmp_path: Path) -> None:
    for text, says in (("{}", "not a list"), ("[3]", "not a list"), ("[", "not JSON"), ("[" * 5000, "depth")):
        (tmp_path / "back.json").write_text(text, "utf-8")
        with pytest.raises(InputError, match=says):
            read_answers(tmp_path / "back.json")
