#!/bin/sh
# Two tools' figures for the same boxes, and for the same boxes in another order of rows.
# With a folder as argument: the figures are kept there as shape_conventions.json (tests/vectors holds them).
set -eu
kept=${1:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/figures.py" <<'END'
import json
import random
import sys

CLASSES = ("car", "dog")


def cases():
    """Gold and delivered boxes of sixty images, as x_min, y_min, x_max, y_max, class, in order."""
    stream = random.Random(20261128)
    found = []
    for _ in range(60):
        gold, given = [], []
        for _ in range(stream.randint(0, 6)):
            x, y = stream.randint(0, 9), stream.randint(0, 9)
            gold.append([x, y, x + stream.randint(4, 9), y + stream.randint(4, 9), stream.choice(CLASSES)])
        for box in [*gold, *gold[:2]]:
            if stream.random() < 0.75:
                moved = [edge + stream.randint(-1, 1) for edge in box[:4]]
                given.append([*moved, box[4] if stream.random() < 0.8 else stream.choice(CLASSES)])
        found.append([sorted(gold), sorted(given)])
    return found


def datumaro(images):
    from datumaro.components.annotation import Bbox
    from datumaro.components.annotations.matcher import match_segments_pair

    total = [0, 0, 0, 0]
    for sides in images:
        gold, given = (
            [Bbox(x, y, right - x, bottom - y, label=CLASSES.index(c)) for x, y, right, bottom, c in side]
            for side in sides
        )
        if gold or given:
            for place, part in enumerate(match_segments_pair(gold, given, dist_thresh=0.5)):
                total[place] += len(part)
    return dict(zip(("match", "mismatch", "missing", "extra"), total))


def labelbox(images):
    from labelbox.data.annotation_types import ObjectAnnotation, Point, Rectangle
    from labelbox.data.metrics.iou.calculation import miou

    means = []
    for sides in images:
        gold, given = (
            [
                ObjectAnnotation(name=c, value=Rectangle(start=Point(x=x, y=y), end=Point(x=right, y=bottom)))
                for x, y, right, bottom, c in side
            ]
            for side in sides
        )
        mean = miou(gold, given, include_subclasses=False)
        if mean is not None:
            means.append(float(mean))
    return {"mean_iou": sum(means) / len(means)}


images = cases()
backwards = [[gold[::-1], given[::-1]] for gold, given in images]
tool = {"datumaro": datumaro, "labelbox": labelbox}[sys.argv[1]]
print(json.dumps({"images": images, "figures": {sys.argv[1]: tool(images)}, "backwards": tool(backwards)}))
END
for package in datumaro==1.13.12 "labelbox[data]==7.17.0"; do
    name=${package%%[=[]*}
    python3 -m venv "$folder/$name"
    "$folder/$name/bin/pip" install -qq --disable-pip-version-check "$package"
    "$folder/$name/bin/python" "$folder/figures.py" "$name" > "$folder/$name.json"
done
python3 - "$folder" "$kept" <<'END'
import json
import sys
from pathlib import Path

folder, kept = Path(sys.argv[1]), sys.argv[2]
both = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("datumaro", "labelbox")}
figures = {name: found["figures"][name] for name, found in both.items()}
for name, found in both.items():
    print(name, figures[name], "rows backwards:", found["backwards"])
if kept:
    text = json.dumps({"images": both["datumaro"]["images"], "figures": figures}, indent=None)
    (Path(kept) / "shape_conventions.json").write_text(text + "\n")
if figures["datumaro"] == both["datumaro"]["backwards"]:
    raise SystemExit("behaves otherwise now")
END
