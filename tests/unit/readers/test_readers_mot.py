"""MOT and MOTS: the corpus' file, every option, pictures, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.readers.delivered import CORPUS, Delivered, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers.known import recognise
from vendoreval.formats.readers.mot import READER
from vendoreval.formats.readers.mots import READER as MOTS
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.run_codecs import coco_counts
from vendoreval.labels.runs import runs_from_pixels

(FILE,) = manifest("mot")


def at(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("track_id", "label", "frame", "x_min", "y_min", "x_max", "y_max"))


def test_the_corpus_holds_the_boxes_of_its_manifest() -> None:
    found = read(READER, CORPUS / FILE["file"], "tracks")
    wanted = []
    for one in expected(FILE):
        frame, track, left, top, width, height, _, number, _ = map(float, one)
        label = ("car", "person")[int(number) - 1]
        wanted.append((str(int(track)), label, int(frame) - 1, left, top, left + width, top + height))
    assert [at(row) for row in found.rows] == wanted
    assert len(wanted) == 10
    assert (
        {row["item_id"] for row in found.rows} == {"datumaro_mot"} == {one["item_id"] for one in found.sheets}
    )
    assert not found.refusals
    assert not found.aside


def clip(folder: Path, lines: str, **beside: str) -> Path:
    path = folder / "seq/gt/gt.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines, "utf-8")
    for name, text in beside.items():
        (folder / name.replace("__", "/").replace("_txt", ".txt").replace("_ini", ".ini")).write_text(
            text, "utf-8"
        )
    return folder


def test_options(tmp_path: Path) -> None:
    rows = "1,4,11,21,10,5,1,1,1\n2,4,11,21,10,5,0,2,0.5\n"
    info = "[Sequence]\nname=street\nimWidth=640\nimHeight=480\nseqLength=2\n"
    folder = clip(tmp_path, rows, seq__seqinfo_ini=info)

    def found(**options: Any) -> Delivered:
        return read(READER, folder, "tracks", classes="car,person", **options)

    assert [at(row) for row in found().rows] == [
        ("4", "car", 0, 11, 21, 21, 26), ("4", "person", 1, 11, 21, 21, 26)
    ]  # fmt: skip
    assert [row.get("ignored") for row in found().rows] == [None, True]
    assert [row.get("ignored") for row in found(flag="box").rows] == [None, None]
    assert found(flag="aside").aside == {"box with the flag 0": 1}
    assert [row["frame"] for row in found(first="0").rows] == [1, 2]
    assert at(found(base="1").rows[0])[3:5] == (10, 20)
    assert found().sheets == [{"item_id": "street", "width": 640, "height": 480}]
    one = read(READER, folder, "tracks", classes="motchallenge")
    assert [row["label"] for row in one.rows] == ["pedestrian", "person on vehicle"]


def test_a_list_of_classes_is_required(tmp_path: Path) -> None:
    folder = clip(tmp_path, "1,4,11,21,10,5,1,1,1\n")
    with pytest.raises(InputError, match="nothing here names them"):
        read(READER, folder, "tracks")
    assert read(READER, folder, "tracks", classes="car").rows
    without = clip(tmp_path, "1,4,11,21,10,5,0.9,-1,-1,-1\n")
    assert read(READER, without, "tracks", classes="car").rows[0]["label"] == "car"
    with pytest.raises(InputError, match="tell no class"):
        read(READER, without, "tracks", classes="car,person")


def test_lines_that_are_none_are_refused(tmp_path: Path) -> None:
    lines = (
        "1,4,11,21,10,5,1,7,1\n1,4,11\n1,x,1,1,1,1\n1.5,4,1,1,1,1,1,1\n1,4,nan,1,1,1,1,1\n\n1,-1,1,1,1,1,.5\n"
    )
    found = read(READER, clip(tmp_path, lines), "tracks", classes="car")
    assert found.refusals == [
        "The class 7 is none of the 1 named.",
        "It has 3 columns, not 6 to 10 parted by commas.",
        "Not all of its columns are numbers.",
        "Its frame or its id is no whole number.",
        "It holds a number that is not finite, or too large.",
    ]
    assert found.aside == {"detection without a track": 1}
    with pytest.raises(InputError, match="no file of settings"):
        read(READER, clip(tmp_path, "", seq__seqinfo_ini="width 3"), "tracks", classes="car")


def test_an_empty_file_is_a_clip_answered_with_nothing(tmp_path: Path) -> None:
    found = read(READER, clip(tmp_path, ""), "tracks", classes="car")
    assert [one["item_id"] for one in found.sheets] == ["seq"]
    assert not found.rows


def test_what_a_clip_is_called_and_which_file_counts(tmp_path: Path) -> None:
    (tmp_path / "a/det").mkdir(parents=True)
    (tmp_path / "a/gt").mkdir()
    for name in ("a/det/det.txt", "a/gt/gt.txt", "b.txt"):
        (tmp_path / name).write_text("1,1,1,1,1,1,1,1,1\n", "utf-8")
    found = read(READER, tmp_path, "tracks", classes="car")
    assert [row["item_id"] for row in found.rows] == ["a", "b"]


def test_mots_texts_and_pictures_are_the_same(tmp_path: Path) -> None:
    dice = np.random.Generator(np.random.PCG64(3))
    (tmp_path / "texts").mkdir()
    (tmp_path / "pictures/0005").mkdir(parents=True)
    lines, wanted = [], []
    for frame in range(4):
        pixels = np.zeros((30, 40), dtype=np.uint16)
        for number in (1001, 2003, 10000):
            x, y, wide, high = (int(dice.integers(1, most)) for most in (20, 20, 9, 9))
            pixels[y : y + high, x : x + wide] = number
        Image.fromarray(pixels).save(tmp_path / f"pictures/0005/{frame:06d}.png")
        for number in np.unique(pixels[pixels > 0]).tolist():
            mask = pixels == number
            rows, columns = np.nonzero(mask)
            text = coco_counts(runs_from_pixels(mask))
            lines.append(f"{frame} {number} {number // 1000} 30 40 {text}\n")
            box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            wanted.append((str(number), "pedestrian" if number == 2003 else "car", frame, *map(int, box)))
    (tmp_path / "texts/0005.txt").write_text("".join(lines), "utf-8")
    for name in ("texts", "pictures"):
        found = read(MOTS, tmp_path / name, "tracks")
        assert [at(row) for row in found.rows] == wanted
        assert {row["item_id"] for row in found.rows} == {"0005"}
        assert [row["track_id"] for row in found.rows if row.get("ignored")] == ["10000"] * 4
        assert recognise(open_source([tmp_path / name]), "tracks")[0].name == "mots"


def test_mots_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "1 1001 1 4 6\n1 1001 1 4 6 zzz\n1 5001 5 4 6 92207\n2 1001 1 4 6 h0\n", "utf-8"
    )
    found = read(MOTS, tmp_path / "a.txt", "tracks")
    assert found.refusals[0] == "It is no line of a frame, an id, a class, a size and run lengths."
    assert found.refusals[1].startswith("The run lengths cannot be read")
    assert found.refusals[2] == "The class 5 is none of the 2 named."
    assert found.aside == {"mask without a pixel": 1}
    (tmp_path / "b").mkdir()
    (tmp_path / "b/000001.png").write_bytes(b"no picture")
    broken = read(MOTS, tmp_path / "b", "tracks")
    assert broken.refusals[0].startswith("The picture 000001.png cannot be read")
