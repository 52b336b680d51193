"""CVAT XML: ours beside ElementTree, each in a fresh process, in turn.

python benchmarks/cvat.py            files of 200 MB
python benchmarks/cvat.py 40         smaller ones

Two files as CVAT writes them: images of 20 boxes with an attribute each, and tracks of 300 frames. Ours is the
reader's full read into Arrow batches; ElementTree parses the file and walks it to rows of the same content.
"""

from __future__ import annotations

import random
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from harness import run_ways

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
    "      <name>clip.mp4</name>\n    </task>\n  </meta>\n"
)


def images(dice: random.Random) -> Iterator[str]:
    """Images, one after the other, without end."""
    for number in range(10**9):
        yield f'  <image id="{number}" name="street/{number:07d}.png" width="1920" height="1080">\n'
        for _ in range(20):
            x, y, wide, high = (dice.uniform(5, most) for most in (1700, 900, 200, 150))
            yield (
                f'    <box label="{dice.choice(("car", "person", "traffic light"))}" source="manual" '
                f'occluded="{dice.randint(0, 1)}" xtl="{x:.2f}" ytl="{y:.2f}" xbr="{x + wide:.2f}" '
                f'ybr="{y + high:.2f}" z_order="0">\n      <attribute name="colour">'
                f"{dice.choice(('red', 'blue', 'white'))}</attribute>\n    </box>\n"
            )
        yield "  </image>\n"


def tracks(dice: random.Random) -> Iterator[str]:
    """Tracks, one after the other, without end."""
    for number in range(10**9):
        yield f'  <track id="{number}" label="{dice.choice(("car", "person"))}" source="manual">\n'
        x, y = dice.uniform(0, 1700), dice.uniform(0, 900)
        for frame in range(300):
            x, y = x + dice.uniform(-3, 3), y + dice.uniform(-3, 3)
            yield (
                f'    <box frame="{frame}" keyframe="{int(frame % 10 == 0)}" outside="{int(frame == 299)}" '
                f'occluded="0" xtl="{x:.2f}" ytl="{y:.2f}" xbr="{x + 50:.2f}" ybr="{y + 80:.2f}" z_order="0">\n'
                "    </box>\n"
            )
        yield "  </track>\n"


def write(path: Path, kind: str, size: int) -> None:
    """A file of about `size` bytes."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        written = 0
        for part in (images if kind == "boxes" else tracks)(random.Random(1)):
            file.write(part)
            written += len(part)
            if written >= size and part in ("  </image>\n", "  </track>\n"):
                break
        file.write("</annotations>\n")


def ours(path: Path, kind: str) -> int:
    from vendoreval.formats.readers.cvat import READER
    from vendoreval.formats.readers.sources import open_source
    from vendoreval.labels.shapes import SHAPES

    options = {option.name: option.default for option in READER.options}
    return sum(len(part.places) for part in READER.read(open_source([path]), SHAPES[kind], options))


def element_tree(path: Path, kind: str) -> int:
    root = ET.parse(path).getroot()
    rows: list[tuple[object, ...]] = []
    for outer in root.iter("image" if kind == "boxes" else "track"):
        told = outer.attrib
        for box in outer.iter("box"):
            if box.get("outside") == "1":
                continue
            edges = [float(box.get(side, "nan")) for side in ("xtl", "ytl", "xbr", "ybr")]
            attributes = {one.get("name"): one.text for one in box}
            where = (told["name"], box.get("label")) if kind == "boxes" else (
                told["id"], told["label"], int(box.get("frame", "-1")))  # fmt: skip
            rows.append((*where, *edges, box.get("occluded") == "1", box.get("source"), attributes))
    return len(rows)


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("boxes", "tracks"):
            path = Path(folder) / f"{kind}.xml"
            write(path, kind, megabytes * 1_000_000)
            ways = {
                name: (sys.executable, __file__, way, str(path), kind)
                for name, way in (("vendoreval, reader cvat", "ours"), ("ElementTree, parse and walk", "tree"))
            }
            run_ways(ways, runs=1 if megabytes > 100 else 3, title=f"CVAT XML of {kind}, {megabytes} MB")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        print({"ours": ours, "tree": element_tree}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
