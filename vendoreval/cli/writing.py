"""Options and lines of commands that write files for other tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.output import note, say

FORMATS = "csv, jsonl, parquet, coco, yolo, conll, cvat or label-studio"
Link = Annotated[
    str,
    typer.Option(help="For Label Studio: what stands before the names of pictures, such as https://host/dir/."),
]
TaskFormat = Annotated[
    str, typer.Option("--format", help="label-studio, coco, yolo, cvat, conll … Default: by the file's ending.")
]
TaskImages = Annotated[
    Path | None,
    typer.Option(
        "--images", help="A folder of the pictures: they go along under the tasks' ids.", file_okay=False
    ),
]


def print_written(sentence: str, record: Mapping[str, Any]) -> None:
    """What was written, beside what, and what the format could not hold."""
    say(sentence)
    for file in record["beside"]:
        say(f"Beside it: {file}.")
    for word, count in record["lost"].items():
        note(f"not held by {record['format']}: {count:,} x {word}")
