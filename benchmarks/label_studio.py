"""A Label Studio export (JSON) flattened: our reader beside DuckDB's read_json, the same rows out.

python benchmarks/label_studio.py          about 200 MB
python benchmarks/label_studio.py 20       about 20 MB

Both end with one row a box: item, annotator, label and the four edges in pixels. DuckDB is told the columns,
and unnests annotations and results; it checks nothing. Ours streams the file, checks every region, counts what
is set aside and makes Arrow batches. Processor seconds of fresh processes that take turns; DuckDB with one
thread, and with two.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path

from harness import run_ways

TASK = 6  # annotations a task, 5 boxes each
_OURS = """
import sys
import pyarrow
from vendoreval.formats.readers.label_studio import READER
from vendoreval.formats.readers.sources import open_source
from vendoreval.labels.shapes import SHAPES
from pathlib import Path
options = {option.name: option.default for option in READER.options}
parts = READER.read(open_source([Path(sys.argv[1])]), SHAPES["boxes"], options)
print(sum(len(part.places) for part in parts), file=sys.stderr)
"""
_DUCKDB = """
import sys, duckdb
con = duckdb.connect()
con.execute(f"set threads={sys.argv[2]}")
columns = '''{data: 'STRUCT(image VARCHAR)', annotations: 'STRUCT(completed_by BIGINT, was_cancelled BOOLEAN,
  created_at VARCHAR, lead_time DOUBLE, id BIGINT, result STRUCT(id VARCHAR, "type" VARCHAR,
  original_width BIGINT, original_height BIGINT, "value" STRUCT(x DOUBLE, y DOUBLE, width DOUBLE,
  height DOUBLE, rotation DOUBLE, rectanglelabels VARCHAR[]))[])[]'}'''
query = f'''
with tasks as (select data.image as item, unnest(annotations) as a
               from read_json('{sys.argv[1]}', format='array', columns={columns},
                              maximum_object_size=100000000)),
     regions as (select item, a.completed_by as annotator, a.created_at as labelled_at,
                 a.lead_time as seconds, a.id as label_id, unnest(a.result) as r
                 from tasks where not a.was_cancelled)
select item, annotator, labelled_at, seconds, label_id, r.id as object_id, r.value.rectanglelabels[1] as label,
  r.value.x * r.original_width / 100 as x_min, r.value.y * r.original_height / 100 as y_min,
  (r.value.x + r.value.width) * r.original_width / 100 as x_max,
  (r.value.y + r.value.height) * r.original_height / 100 as y_max from regions'''
rows = 0
for batch in con.execute(query).to_arrow_reader(100000):
    rows += batch.num_rows
print(rows, file=sys.stderr)
"""


def write(path: Path, megabytes: int) -> int:
    """An export of about that size; returns the number of boxes."""
    dice, boxes, number = random.Random(1), 0, 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        while file.tell() < megabytes * 1_000_000:
            number += 1
            task = _task(number, dice)
            boxes += sum(len(one["result"]) for one in task["annotations"])
            file.write(("," if number > 1 else "") + json.dumps(task))
        file.write("]")
    return boxes


def _task(number: int, dice: random.Random) -> dict[str, object]:
    annotations = [
        {
            "id": number * 10 + person, "completed_by": person, "was_cancelled": False, "ground_truth": False,
            "created_at": "2026-11-28T07:02:31.123456Z", "updated_at": "2026-11-28T07:02:31.123456Z",
            "lead_time": round(dice.uniform(1, 60), 3), "prediction": {}, "result_count": 5,
            "unique_id": f"{dice.getrandbits(64):x}", "last_action": None, "task": number, "project": 4,
            "parent_prediction": None, "parent_annotation": None,
            "result": [_region(dice) for _ in range(5)],
        }
        for person in range(TASK)
    ]  # fmt: skip
    return {
        "id": number, "annotations": annotations, "file_upload": f"{number:08x}-a.json", "drafts": [],
        "predictions": [], "data": {"image": f"https://host/pictures/{number:07}.jpg"}, "meta": {},
        "created_at": "2026-11-28T07:00:31.123456Z", "updated_at": "2026-11-28T07:02:31.123456Z",
        "inner_id": number, "total_annotations": TASK, "cancelled_annotations": 0, "total_predictions": 0,
        "comment_count": 0, "unresolved_comment_count": 0, "last_comment_updated_at": None, "project": 4,
        "updated_by": 1, "comment_authors": [],
    }  # fmt: skip


def _region(dice: random.Random) -> dict[str, object]:
    x, y, width, height = (dice.uniform(0, 50) for _ in range(4))
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": 0,
             "rectanglelabels": [f"class {dice.randrange(20)}"]}  # fmt: skip
    return {
        "original_width": 640, "original_height": 480, "image_rotation": 0, "value": value,
        "id": f"{dice.getrandbits(48):x}", "from_name": "label", "to_name": "image", "type": "rectanglelabels",
        "origin": "manual",
    }  # fmt: skip


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.json"
        boxes = write(path, megabytes)
        ways = {
            "duckdb read_json, 1 thread": [sys.executable, "-c", _DUCKDB, str(path), "1"],
            "duckdb read_json, 2 threads": [sys.executable, "-c", _DUCKDB, str(path), "2"],
            "vendoreval": [sys.executable, "-c", _OURS, str(path)],
        }
        title = f"{path.stat().st_size / 1e6:.0f} MB, {boxes:,} boxes"
        run_ways(ways, title=title)


if __name__ == "__main__":
    main()
