"""Open Images: the corpus, groups, and labels of whole images."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.unit.readers.delivered import CORPUS, boxes, corners, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.open_images import READER
from vendoreval.formats.readers.sources import open_source

(ROW,) = manifest("openimages")
SIZES = str(ROOT / "tests" / "fixtures" / "corpus_sizes.csv")
HEAD = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
)


def test_the_corpus() -> None:
    found = read(READER, CORPUS / ROW["file"], "boxes", sizes=SIZES)
    wanted = [(e["image"], e["label"], *corners(e["bbox"])) for e in expected(ROW)]
    assert [row[:2] for row in boxes(found.rows)] == [row[:2] for row in wanted]
    for ours, theirs in zip(boxes(found.rows), wanted, strict=True):
        assert ours[2:] == pytest.approx(theirs[2:])
    assert [(s["item_id"], s["width"], s["height"]) for s in found.sheets] == [
        ("a_plain.png", 80, 60), ("b_crowd.png", 120, 50), ("d_attr.png", 100, 40),
    ]  # fmt: skip
    assert READER.recognises(open_source([CORPUS / ROW["file"]])).level == 2


def test_without_sizes_shares_say_nothing() -> None:
    with pytest.raises(InputError, match=r"The size of a_plain.png is not known"):
        read(READER, CORPUS / ROW["file"], "boxes")


def written(tmp_path: Path, *lines: str, head: str = HEAD, name: str = "boxes.csv") -> Path:
    (tmp_path / name).write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return tmp_path


def test_groups_marks_and_names(tmp_path: Path) -> None:
    written(
        tmp_path, "a_plain,xclick,/m/1,1,0,.5,0,.5,1,0,0,-1,0", "a_plain,activemil,/m/2,1,.5,1,.5,1,0,0,1,0,0"
    )
    (tmp_path / "class-descriptions-boxable.csv").write_text("/m/1,Car\n", encoding="utf-8")
    found = read(READER, tmp_path, "boxes", sizes=SIZES)
    assert [(r["label"], r.get("ignored", False), r["source"]) for r in found.rows] == [
        ("Car", False, "human"), ("/m/2", True, "model-assisted"),
    ]  # fmt: skip
    assert json.loads(found.rows[0]["attributes"]) == {
        "occluded": True, "truncated": False, "inside": False, "group": False,
    }  # fmt: skip
    assert {row["item_id"] for row in found.rows} == {"a_plain.png"}
    assert found.said("Boxes of a group (IsGroupOf), on which nothing is judged: 1")
    assert found.said("Classes that no file names: 1 (/m/2)")
    assert "ignored" not in read(READER, tmp_path, "boxes", sizes=SIZES, group="object").rows[1]


def test_labels_of_whole_images(tmp_path: Path) -> None:
    path = written(tmp_path, "a,verification,car,1", "a,verification,van,0", "b,machine,car,0.8",
                   head="ImageID,Source,LabelName,Confidence")  # fmt: skip
    found = read(READER, path, "multilabel")
    assert [(row["item_id"], row["label"]) for row in found.rows] == [("a", "car")]
    assert [sheet["item_id"] for sheet in found.sheets] == ["a", "b"]
    assert found.aside == {"label of an image that is not confirmed": 2}
    with pytest.raises(InputError, match="No file of it holds boxes"):
        read(READER, path, "boxes", sizes=SIZES)


@pytest.mark.parametrize(("line", "why"), [
    ("a_plain,,car,,x,.5,0,.5,,,,,", "XMin is no number"), ("a_plain,,car,,0,55,0,.5,,,,,", "XMax is 55"),
    (",,car,,0,.5,0,.5,,,,,", "no ImageID"), ("a_plain,,,,0,.5,0,.5,,,,,", "no LabelName"),
    ("new,,car,,0,.5,0,.5,,,,,", "The size of its image is not known"),
])  # fmt: skip
def test_rows_that_cannot_be_read_are_refused(tmp_path: Path, line: str, why: str) -> None:
    found = read(READER, written(tmp_path, "a_plain,,car,,0,.5,0,.5,,,,,", line), "boxes", sizes=SIZES)
    assert len(found.rows) == len(found.refusals) == 1
    assert why in found.refusals[0]
