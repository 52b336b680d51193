"""A COCO file read: ours as Arrow batches, msgspec's bare typed decode, pycocotools' loading.

python benchmarks/coco.py             200,000 annotations, about 45 MB
python benchmarks/coco.py 2400000     about 500 MB; pycocotools needs some GB

Each runs in fresh processes, and the best run counts. Ours finds where the lists are, reads the file in blocks,
joins images and classes, checks every annotation and counts what is not read. The bare decode holds the whole
file as typed objects and checks nothing else.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

RUNS = 3
WHO = ("msgspec", "boxes", "polygons", "pycocotools")


def write(path: Path, count: int) -> None:
    """Images of 20 boxes with polygons of 6 points each; the categories come last, as in COCO's own files."""
    dice = random.Random(1)
    images = max(count // 20, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write('{"info":{},"images":[')
        for number in range(1, images + 1):
            image = {"id": number, "file_name": f"dir/img_{number:07}.jpg", "width": 640, "height": 480}
            file.write(("," if number > 1 else "") + json.dumps(image))
        file.write('],"annotations":[')
        for number in range(1, count + 1):
            x, y, width, height = (round(dice.uniform(1, 300), 2) for _ in range(4))
            annotation = {
                "id": number, "image_id": dice.randrange(images) + 1, "category_id": dice.randrange(80) + 1,
                "segmentation": [[round(dice.uniform(0, 600), 2) for _ in range(12)]],
                "area": round(width * height, 2), "bbox": [x, y, width, height], "iscrowd": 0,
            }  # fmt: skip
            file.write(("," if number > 1 else "") + json.dumps(annotation, separators=(",", ":")))
        categories = [{"id": number, "name": f"class {number}"} for number in range(1, 81)]
        file.write(f'],"categories":{json.dumps(categories)}}}')


def ours(path: Path, shape: str) -> Callable[[], int]:
    import pyarrow  # noqa: F401 - as a command has it already

    from vendoreval.formats.readers.coco import READER
    from vendoreval.formats.readers.sources import open_source
    from vendoreval.labels.shapes import SHAPES

    options = {option.name: option.default for option in READER.options}
    return lambda: sum(len(part.places) for part in READER.read(open_source([path]), SHAPES[shape], options))


def bare(path: Path) -> Callable[[], int]:
    import msgspec

    annotation = msgspec.defstruct("Annotation", [
        ("id", int), ("image_id", int), ("category_id", int), ("bbox", list[float]),
        ("segmentation", list[list[float]]), ("area", float), ("iscrowd", int),
    ])  # fmt: skip
    image = msgspec.defstruct("Image", [("id", int), ("file_name", str), ("width", int), ("height", int)])
    coco = msgspec.defstruct("Coco", [("images", list[image]), ("annotations", list[annotation])])
    return lambda: len(msgspec.json.decode(path.read_bytes(), type=coco).annotations)


def pycocotools(path: Path) -> Callable[[], int]:
    import contextlib
    import io

    from pycocotools.coco import COCO

    def load() -> int:
        with contextlib.redirect_stdout(io.StringIO()):
            return len(COCO(str(path)).anns)

    return load


def one(who: str, path: Path) -> None:
    """Time one way in this process: seconds, megabytes, annotations."""
    run = {"msgspec": bare, "pycocotools": pycocotools}.get(who, lambda file: ours(file, who))(path)
    before = time.process_time()
    count = run()
    seconds = time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds} {memory} {count}")


def measured(who: str, path: Path) -> tuple[float, float, int]:
    """The best of some runs, each in a fresh process."""
    found = []
    for _ in range(RUNS):
        command = [sys.executable, __file__, "--one", who, str(path)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        found.append((float(said[0]), float(said[1]), int(said[2])))
    return min(found)


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coco.json"
        write(path, count)
        print(f"{count:,} annotations, {path.stat().st_size / 1e6:.0f} MB; seconds of processor time")
        base = 0.0
        for who in WHO:
            seconds, memory, found = measured(who, path)
            assert found == count, (who, found)
            base = base or seconds
            print(f"{who:12} {seconds:7.2f} s   {seconds / base:5.2f} x msgspec   {memory:6.0f} MB")


if __name__ == "__main__":
    main()
