#!/bin/sh
# Fields of the task shadow the answer: an answer that nobody gave, and ids that differ between two exports.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check label-studio-sdk==2.1.2
cd "$folder"
mkdir tasks csv min
venv/bin/python -W ignore - <<'END'
import csv
import json
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk.converter import Converter

print("label-studio-sdk", version("label-studio-sdk"))
FORM = """<View><Text name="text" value="$text"/>
<Choices name="kind" toName="text"><Choice value="cat"/><Choice value="dog"/></Choices></View>"""
when = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "lead_time": 3.0}


def annotation(number: int, *choices: str) -> dict:
    result = [{"id": f"r{number}", "type": "choices", "from_name": "kind", "to_name": "text",
               "value": {"choices": list(choices)}}] if choices else []
    flags = {"was_cancelled": False, "ground_truth": False}
    return {"id": number, "completed_by": 7, "result": result, **flags, **when}


# The buyer's table had the columns id and kind (a guess of a model), and was uploaded as it was.
tasks = [
    {"id": 101, "data": {"text": "a", "id": "photo-1", "kind": "cat"}, "annotations": [annotation(1)]},
    {"id": 102, "data": {"text": "b", "id": "photo-2", "kind": "cat"}, "annotations": [annotation(2, "dog")]},
]
Path("tasks/tasks.json").write_text(json.dumps(tasks))
converter = Converter(FORM, ".")
converter.convert("tasks", "csv", "CSV")
converter.convert("tasks", "min", "JSON_MIN")
with open("csv/result.csv", newline="") as file:
    as_csv = [(row["id"], row["annotator"], row["kind"]) for row in csv.DictReader(file)]
as_min = [(row["id"], row["annotator"], row["kind"]) for row in json.loads(Path("min/result.json").read_text())]
print("annotator 7 left the first item without a choice, and said dog to the second")
print("CSV:     ", *as_csv)
print("JSON_MIN:", *as_min)
assert as_csv == [("photo-1", "7", ""), ("photo-2", "7", "dog")], "behaves otherwise now"
assert as_min == [(101, 7, "cat"), (102, 7, "dog")], "behaves otherwise now"
END
