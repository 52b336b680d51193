"""Video rectangles of Label Studio: what lies between keyframes, sizes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.readers.delivered import Delivered, read
from vendoreval.formats.readers.label_studio import READER


def found(
    tmp_path: Path, sequence: list[Any], region: dict[str, Any] | None = None, **options: Any
) -> Delivered:
    """What is read of one region, whose video has 12 frames."""
    value = {"framesCount": 12, "labels": ["car"], "sequence": sequence}
    result = {"id": "v1", "type": "videorectangle", "from_name": "b", "to_name": "v", "value": value,
              "original_width": 100, "original_height": 50}  # fmt: skip
    answer = {"id": 1, "completed_by": 2, "was_cancelled": False, "result": [{**result, **(region or {})}]}
    path = tmp_path / "tasks.json"
    path.write_text(
        json.dumps([{"id": 5, "data": {"video": "/v/street.mp4"}, "annotations": [answer]}]), "utf-8"
    )
    return read(READER, path, "tracks", **options)


def key(frame: int, x: float, *, enabled: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "frame": frame,
        "enabled": enabled,
        "x": x,
        "y": 10,
        "width": 10,
        "height": 20,
        "rotation": 0,
    } | more


def places(seen: Delivered) -> dict[int, float]:
    return {row["frame"]: row["x_min"] for row in seen.rows}


def test_lines_between_keyframes_and_gaps(tmp_path: Path) -> None:
    sequence = [key(1, 0), key(3, 20, enabled=False), key(6, 50), key(8, 54)]
    assert places(found(tmp_path, sequence)) == {
        0: 0, 1: 10, 2: 20, 5: 50, 6: 52, 7: 54, 8: 54, 9: 54, 10: 54, 11: 54,
    }  # fmt: skip
    assert places(found(tmp_path, sequence, between="keyframes")) == {0: 0, 2: 20, 5: 50, 7: 54}
    assert places(found(tmp_path, list(reversed(sequence)))) == places(found(tmp_path, sequence))
    row = found(tmp_path, sequence).rows[0]
    assert (row["item_id"], row["annotator_id"], row["track_id"], row["label"]) == (
        "/v/street.mp4",
        "2",
        "v1",
        "car",
    )


def test_a_size_that_is_not_told_must_be_said(tmp_path: Path) -> None:
    nowhere = {"original_width": None, "original_height": None}
    seen = found(tmp_path, [key(1, 10)], nowhere)
    assert not seen.rows
    assert "--read video=WIDTHxHEIGHT" in seen.refusals[0]
    assert found(tmp_path, [key(1, 10)], nowhere, video="200x100").rows[0]["x_min"] == 20


def test_broken_sequences_are_refused(tmp_path: Path) -> None:
    for sequence in ([], [{"x": 1}], [key(0, 1)], [key(1, 0) | {"width": None}], ["x"]):
        seen = found(tmp_path, sequence)
        assert not seen.rows
        assert len(seen.refusals) == 1
        assert seen.sheets


def test_boxes_leave_them_aside(tmp_path: Path) -> None:
    path = tmp_path / "tasks.json"
    found(tmp_path, [key(1, 0)])
    assert read(READER, path, "boxes").aside == {"videorectangle": 1}
