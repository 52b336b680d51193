"""Damaged files of COCO, YOLO, VOC, LabelMe and Datumaro: only our own errors, no hang, and nothing is lost.

Bytes are damaged anywhere; and single values of JSON are changed to others, where the annotations that went in
can still be counted by a plain JSON reader.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.unit.formats.delivered import CORPUS, Delivered, read
from vendoreval.errors import VendorevalError
from vendoreval.formats.readers.coco import READER as COCO
from vendoreval.formats.readers.datumaro import READER as DATUMARO
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.labelme import READER as LABELME
from vendoreval.formats.readers.voc import READER as VOC
from vendoreval.formats.readers.yolo import READER as YOLO

FILES = CORPUS / "files"
YOLO_SET = FILES / "yolo/datumaro_ultralytics_detect"
SOURCES: list[tuple[Reader, Path, str]] = [
    (COCO, FILES / "coco/datumaro_instances/annotations/instances_train.json", "boxes"),
    (COCO, FILES / "coco/datumaro_instances/annotations/instances_train.json", "polygons"),
    (COCO, FILES / "coco/pycocotools/instances_rle.json", "masks"),
    (COCO, FILES / "coco/datumaro_keypoints/annotations/person_keypoints_train.json", "keypoints"),
    (COCO, FILES / "coco/datumaro_panoptic", "masks"),
    (COCO, FILES / "coco/labelstudio_brush_to_coco/result_coco.json", "boxes"),
    (DATUMARO, FILES / "datumaro/datumaro_json/annotations/train.json", "boxes"),
    (DATUMARO, FILES / "datumaro/datumaro_json/annotations/train.json", "masks"),
    (DATUMARO, FILES / "datumaro/datumaro_json/annotations/train.json", "keypoints"),
    (LABELME, FILES / "labelme/labelme/b_crowd.json", "boxes"),
    (LABELME, FILES / "labelme/labelme/b_crowd.json", "masks"),
    (LABELME, FILES / "labelme/labelme/e_shapes.json", "polygons"),
    (LABELME, FILES / "labelme/labelme/f.mask v2.json", "keypoints"),
    (VOC, FILES / "voc/pascal_voc_writer/b_crowd.xml", "boxes"),
    (VOC, FILES / "voc/labelstudio_voc/Annotations/7bf44a54-d_attr.xml", "boxes"),
    (YOLO, YOLO_SET, "boxes"),
    (YOLO, FILES / "yolo/supervision_segment", "polygons"),
]
NAMES = [f"{reader.name}-{path.stem}-{shape}" for reader, path, shape in SOURCES]
VALUES: list[Any] = [
    None, True, "", "x", "\u0000", -1, 0, 7, 1e308, -0.5, 2**70, [], {}, [[]], [1], [[1, 2]], {"a": 1}, "a.png",
    "../../x", [1, 2, 3, 4, 5], {"counts": [1], "size": [1, 1]}, {"counts": "0", "size": [10**9, 10**9]},
]  # fmt: skip
LONGEST = 10.0  # seconds for one small file, on a busy machine


def read_within(reader: Reader, path: Path, shape: str, **options: Any) -> Delivered | None:
    """What it reads; None where it says why it cannot."""
    start = time.monotonic()
    try:
        return read(reader, path, shape, **options)
    except VendorevalError:
        return None
    finally:
        assert time.monotonic() - start < LONGEST


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, lost, repeated, put in, or all after one lost."""
    found = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 3, 10])):
        place = chance.randrange(len(found) + 1)
        kind = chance.randrange(6)
        if kind == 0 and found:
            found[place % len(found)] = chance.randrange(256)
        elif kind == 1:
            del found[place : place + chance.choice([1, 2, 50])]
        elif kind == 2:
            found[place:place] = found[place : place + chance.choice([1, 5, 200])]
        elif kind == 3:
            found[place:place] = chance.choice(
                [b'"', b"[", b"}", b",", b"\\", b"\0", b"\xff", b"1e999", b"<!", b"&"]
            )
        elif kind == 4:
            del found[place:]
        else:
            found[place:place] = chance.choice([b" nan", b"\n", b"-", b"0" * 400, b"{" * 300, b"<a>" * 300])
    return bytes(found)


def changed(value: Any, chance: random.Random) -> Any:
    """A copy with one to three of its inner values replaced, lost or repeated."""
    found = copy.deepcopy(value)
    for _ in range(chance.choice([1, 1, 2, 3])):
        above, key = _anywhere(found, chance)
        kind = chance.randrange(4)
        if kind == 0:
            del above[key]
        elif kind == 1 and isinstance(above, list):
            above.insert(key, copy.deepcopy(above[key]))
        else:
            above[key] = copy.deepcopy(chance.choice(VALUES))
    return found


def _anywhere(value: Any, chance: random.Random) -> tuple[Any, Any]:
    above, key, at = value, None, value
    while isinstance(at, dict | list) and at:
        above, key = at, chance.choice(list(at) if isinstance(at, dict) else range(len(at)))
        at = at[key]
        if chance.random() < 0.2:
            break
    return (above, key) if key is not None else ({"x": 0}, "x")


def _copied(path: Path, folder: Path) -> Path:
    """The file or folder at a place where it can be damaged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    target = folder / path.name
    shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    return target


def check_bytes(case: int, seeds: range, folder: Path) -> None:
    """Damage one file of the source a time."""
    reader, path, shape = SOURCES[case]
    target = _copied(path, folder / "bytes")
    files = sorted(p for p in target.rglob("*") if p.is_file()) if target.is_dir() else [target]
    files = [file for file in files if file.stat().st_size]
    for seed in seeds:
        chance = random.Random(f"{case} {seed}")
        file = chance.choice(files)
        whole = file.read_bytes()
        file.write_bytes(damaged(whole, chance))
        options = _options(reader, shape, folder)
        found = read_within(reader, target, shape, **options)
        if found is not None and reader in (VOC, YOLO):
            assert _told(found) == _COUNT[reader.name](target)
        file.write_bytes(whole)


def _options(reader: Reader, shape: str, folder: Path) -> dict[str, Any]:
    if reader is not YOLO:
        return {}
    sizes = folder / "sizes.csv"
    names = ("a_plain", "b_crowd", "c_empty", "d_attr", "e_shapes", "f.mask v2")
    sizes.write_text(
        "image,width,height\n" + "\n".join(f"{name}.png,90,60" for name in names), encoding="utf-8"
    )
    return {"sizes": str(sizes), "kind": "segment" if shape == "polygons" else "detect"}


def check_values(case: int, seeds: range, folder: Path) -> None:
    """Change values of a JSON file, and count what became of its annotations."""
    reader, path, shape = SOURCES[case]
    target = _copied(path, folder / "values")
    file = next(iter(target.rglob("*.json"))) if target.is_dir() else target
    value = json.loads(file.read_text(encoding="utf-8"))
    for seed in seeds:
        other = changed(value, random.Random(f"{case} {seed} values"))
        file.write_text(json.dumps(other), encoding="utf-8")
        found = read_within(reader, target, shape)
        if found is not None:
            assert _told(found, folds=reader is LABELME) == _COUNT[reader.name](other), f"seed {seed}"


def _told(found: Delivered, *, folds: bool = False) -> int:
    """How many annotations a reader told of, in whatever way; `folds`: a row may be several of them."""
    entries = sum(reason.startswith(("The image", "The category")) for reason in found.refusals)
    whole = sum("image with" in word for word in found.aside)  # whole images
    counted = sum(found.aside.values()) - sum(found.aside[w] for w in found.aside if "image with" in w) * bool(
        whole
    )
    parts = sum(len(row["rings"]) if folds and "rings" in row else 1 for row in found.rows)
    if found.rows and "keypoint" in found.rows[0]:
        parts = len({(place, row["object_id"]) for place, row in zip(found.places, found.rows, strict=True)})
    return parts + len(found.refusals) - entries + counted


def _in_coco(value: Any) -> int:
    return sum(
        len(one["segments_info"]) if isinstance(one, dict) and isinstance(one.get("segments_info"), list) else 1
        for one in value.get("annotations", ())
    )


def _in_datumaro(value: Any) -> int:
    """An item that cannot be read counts as one, if it has no list of annotations."""
    return sum(map(_in_item, value.get("items", ())))


def _in_item(item: Any) -> int:
    if not isinstance(item, dict) or not isinstance(item.get("annotations", []), list):
        return 1
    return len(item.get("annotations", ())) or int(not isinstance(item.get("id"), str | int))


def _in_voc(path: Path) -> int:
    return len(ElementTree.parse(path).getroot().findall("object"))


def _in_yolo(path: Path) -> int:
    texts = [file.read_bytes() for file in path.rglob("labels/**/*.txt")]
    return sum(len([line for line in text.split(b"\n") if line.strip()]) for text in texts)


_COUNT: dict[str, Callable[[Any], int]] = {
    "coco": _in_coco, "datumaro": _in_datumaro, "labelme": lambda value: len(value["shapes"]), "voc": _in_voc,
    "yolo": _in_yolo,
}  # fmt: skip
JSON = [case for case, (reader, _, _) in enumerate(SOURCES) if reader in (COCO, DATUMARO, LABELME)]


@pytest.mark.parametrize("case", range(len(SOURCES)), ids=NAMES)
def test_damaged_bytes(case: int, tmp_path: Path) -> None:
    check_bytes(case, range(30), tmp_path)


@pytest.mark.parametrize("case", JSON, ids=[NAMES[case] for case in JSON])
def test_changed_values(case: int, tmp_path: Path) -> None:
    check_values(case, range(30), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(len(SOURCES)), ids=NAMES)
def test_many_damaged_files(case: int, tmp_path: Path) -> None:
    check_bytes(case, range(30, 400), tmp_path)
    if case in JSON:
        check_values(case, range(30, 400), tmp_path)
