"""The quick way through plain tasks gives what the usual way gives, whatever stands among them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.readers.delivered import Delivered, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.label_studio import READER
from vendoreval.formats.readers.label_studio_quick import is_quick
from vendoreval.formats.readers.sources import open_source

numbers = st.one_of(st.integers(0, 100), st.floats(-10, 110).map(lambda number: round(number, 4)))
odd: Any = st.sampled_from([None, True, "x", -1, 0, 1, 2.5, [], {}, ["car", "van"]])


@st.composite
def regions(draw: st.DrawFn) -> dict[str, Any]:
    value: dict[str, Any] = {name: draw(numbers) for name in ("x", "y", "width", "height")}
    value["rotation"] = draw(st.sampled_from([0, 0, 0, 30, 12.5]))
    value["rectanglelabels"] = [draw(st.sampled_from("ab"))]
    region = {
        "id": draw(st.sampled_from(["p", "q", "r", "s", "é"])), "type": "rectanglelabels", "from_name": "label",
        "to_name": "image", "original_width": draw(st.sampled_from([200, 333])), "original_height": 100,
        "image_rotation": 0, "origin": "manual", "value": value,
    }  # fmt: skip
    told = [name for name in region if name != "from_name"]
    for name in draw(st.lists(st.sampled_from([*told, "item_index"]), max_size=1)):
        region[name] = draw(odd)
    for name in draw(st.lists(st.sampled_from(list(value)), max_size=1)):
        value[name] = draw(odd)
    return region


@st.composite
def answered(draw: st.DrawFn) -> dict[str, Any]:
    found = {
        "id": draw(st.integers(1, 99)), "completed_by": draw(st.sampled_from([1, 2, "ann", {"id": 3}])),
        "created_at": "2026-11-28T07:02:31Z", "lead_time": draw(st.sampled_from([1.5, 2, None])),
        "was_cancelled": False, "result": draw(st.lists(regions(), max_size=3)),
    }  # fmt: skip
    further = ("ground_truth", "last_action", "parent_annotation", "skipped", "annotation_id")
    for name in draw(st.lists(st.sampled_from([*found, *further]), max_size=1)):
        found[name] = draw(st.one_of(odd, st.just("rejected")))
    return found


@st.composite
def tasks(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(1, 9))
    found: dict[str, Any] = {
        "id": number, "data": {"image": f"/data/upload/1/0123abcd-{number}.png"},
        "annotations": draw(st.lists(answered(), max_size=3)), "predictions": [], "drafts": [],
    }  # fmt: skip
    for name in draw(st.lists(st.sampled_from([*found, "result", "completions"]), max_size=1)):
        found[name] = draw(odd)
    return found


def outcome(path: Path, **options: Any) -> Any:
    """All that is said of a file; or the error."""
    try:
        found: Delivered = read(READER, path, "boxes", **options)
    except InputError as error:
        return str(error)
    return found.rows, found.places, found.sheets, found.refusals, +found.aside, found.notes


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tasks(), min_size=1, max_size=6))
def test_both_ways_say_the_same(tmp_path: Path, some: list[dict[str, Any]]) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(some), "utf-8")
    # The usual way is taken where a control is named, and all results are of this one.
    assert outcome(path) == outcome(path, control="label")


def test_a_large_file_is_read_in_pieces_and_in_its_order(tmp_path: Path) -> None:
    region = {
        "id": "r", "type": "rectanglelabels", "from_name": "label", "to_name": "image", "original_width": 200,
        "original_height": 100, "value": {"x": 1, "y": 2, "width": 3, "height": 4, "rectanglelabels": ["a"]},
    }  # fmt: skip
    results = [{**region, "id": f"r{place}"} for place in range(8)]
    some: list[dict[str, Any]] = [
        {
            "id": number, "data": {"image": f"{number}.png"}, "comment_authors": [],
            "annotations": [
                {"id": number * 2 + person, "completed_by": person, "result": results} for person in range(2)
            ],
        }
        for number in range(3_000)
    ]  # fmt: skip
    some[1_234]["annotations"][0]["was_cancelled"] = True
    path = tmp_path / "export.json"
    path.write_text(json.dumps(some), "utf-8")
    found = read(READER, path, "boxes")
    assert len(found.rows) == 3_000 * 16 - 8
    assert found.places == sorted(found.places)
    assert [row["item_id"] for row in found.rows[::16]][:5] == ["0.png", "1.png", "2.png", "3.png", "4.png"]
    assert found.aside == {"cancelled annotation": 1}
    assert found.rows[0] == pytest.approx({
        "item_id": "0.png", "object_id": "r0", "label": "a", "x_min": 2, "y_min": 2, "x_max": 8, "y_max": 6,
        "annotator_id": "0", "sheet_id": "0", "label_id": "0",
    })  # fmt: skip


def test_which_files_are_read_the_quick_way(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps([{"id": 1}]), "utf-8")
    (member,) = open_source([path]).members
    options = {option.name: option.default for option in READER.options}
    assert is_quick(member, "boxes", options)
    assert not is_quick(member, "spans", options)
    assert not is_quick(member, "boxes", options | {"control": "label"})
    assert not is_quick(member, "boxes", options | {"answers": "predictions"})
