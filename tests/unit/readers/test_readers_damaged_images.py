"""Damaged files of COCO, YOLO, VOC, LabelMe and Datumaro: what went in comes out, is refused, or is set aside.

Annotations are counted in the damaged file by a plain reader of JSON, XML or lines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.unit.readers.delivered import CORPUS, Delivered, read_source
from tests.unit.readers.mutations import damaged, files_of, no_longer_than, source_of
from vendoreval.errors import VendorevalError
from vendoreval.formats.readers.coco import READER as COCO
from vendoreval.formats.readers.datumaro import READER as DATUMARO
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.labelme import READER as LABELME
from vendoreval.formats.readers.voc import READER as VOC
from vendoreval.formats.readers.yolo import READER as YOLO

FILES = CORPUS / "files"
YOLO_SET = FILES / "yolo/datumaro_ultralytics_detect"
KINDS = {"boxes": "detect", "polygons": "segment"}
MARK = b"\xef\xbb\xbf"
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
QUICK, SLOW = range(25), range(25, 600)  # seeds
LONGEST = 10.0  # seconds for one small file, on a busy machine


def check(case: int, seeds: range, sizes: Path) -> None:
    """Damage one file of the source a time."""
    reader, path, shape = SOURCES[case]
    files = files_of(path)
    options = {"sizes": str(sizes), "kind": KINDS[shape]} if reader is YOLO else {}
    for seed in seeds:
        dice = random.Random(f"{case} {seed}")
        chosen = dice.choice([name for name, data in files.items() if data and not name.endswith(".png")])
        harmed = {**files, chosen: damaged(files[chosen], dice)}
        try:
            with no_longer_than(LONGEST):
                found = read_source(reader, source_of(harmed), shape, **options)
        except VendorevalError:
            continue
        assert _told(found, folds=reader in (LABELME, DATUMARO)) == _held(reader, harmed), f"seed {seed}"


def _told(found: Delivered, *, folds: bool) -> int:
    """How many annotations a reader told of, in whatever way; `folds`: a row may be several of them."""
    entries = sum(reason.startswith(("The image", "The category")) for reason in found.refusals)
    counted = sum(count for word, count in found.aside.items() if "image with" not in word)  # no whole images
    parts = sum(len(row["rings"]) if folds and "rings" in row else 1 for row in found.rows)
    if found.rows and "keypoint" in found.rows[0]:
        parts = len({(place, row["object_id"]) for place, row in zip(found.places, found.rows, strict=True)})
    return parts + len(found.refusals) - entries + counted


def _held(reader: Reader, files: Mapping[str, bytes]) -> int:
    """How many annotations stand in the files."""
    if reader is YOLO:
        labels = [data for name, data in files.items() if name.startswith("labels/")]
        return sum(bool(line.strip()) for data in labels for line in data.removeprefix(MARK).split(b"\n"))
    if reader is VOC:
        return sum(len(ElementTree.fromstring(data).findall("object")) for data in files.values())
    documents = [_parsed(data) for name, data in files.items() if name.endswith(".json")]
    if reader is LABELME:
        return sum(len(document["shapes"]) for document in documents)
    if reader is COCO:
        return sum(map(_in_annotation, (one for d in documents for one in d.get("annotations", ()))))
    return sum(map(_in_item, (one for d in documents for one in d.get("items", ()))))


def _parsed(data: bytes) -> Any:
    """JSON, with line ends in texts and endless numbers, which do no harm where nobody reads them."""
    text = data.decode("utf-8-sig", "replace")
    return json.loads(text, strict=False, parse_int=lambda digits: int(digits[:300]))


def _in_annotation(one: Any) -> int:
    """Of a panoptic one its segments."""
    segments = one.get("segments_info") if isinstance(one, dict) else None
    return len(segments) if isinstance(segments, list) else 1


def _in_item(item: Any) -> int:
    """An item that cannot be read counts as one, if it has no list of annotations."""
    if not isinstance(item, dict) or not isinstance(item.get("annotations", []), list):
        return 1
    return len(item.get("annotations", ())) or int(type(item.get("id")) not in (str, int))


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    """A table of sizes for YOLO."""
    path = tmp_path / "sizes.csv"
    names = ("a_plain", "b_crowd", "c_empty", "d_attr", "e_shapes", "f.mask v2")
    lines = ("image,width,height", *(f"{name}.png,90,60" for name in names))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("case", range(len(SOURCES)), ids=NAMES)
def test_every_annotation_is_accounted_for(case: int, sizes: Path) -> None:
    check(case, QUICK, sizes)


@pytest.mark.slow
@pytest.mark.parametrize("case", range(len(SOURCES)), ids=NAMES)
def test_every_annotation_of_many_damaged_files_is_accounted_for(case: int, sizes: Path) -> None:
    check(case, SLOW, sizes)
