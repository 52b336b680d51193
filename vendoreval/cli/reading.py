"""Options that say how the files of other tools are read; the same for deliveries and gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Read = Annotated[
    list[str] | None,
    typer.Option("--read", help="What the format cannot tell, NAME=VALUE; see vendoreval delivery formats."),
]
VocBase = Annotated[str, typer.Option(help="0 or 1: the first pixel of Pascal VOC files; --read voc-base=.")]
Images = Annotated[
    Path | None, typer.Option(help="A folder of the pictures, for sizes that the files lack.", file_okay=False)
]


Wide = Annotated[
    str,
    typer.Option(
        help="Columns whose cells are an answer each: names, w-*, first..last. Their names are annotators; "
        "behind item_id= they are items."
    ),
]
AnnotatorFrom = Annotated[
    str, typer.Option(help="file: each file holds the answers of the person it is named by.")
]
Dates = Annotated[str, typer.Option(help="dmy or mdy: the order of day and month in dates like 3/2/2026.")]
Sheet = Annotated[str, typer.Option(help="The sheet of a workbook. Default: the only one with rows.")]
MAP = "role=column, e.g. label=answer; or a path into JSON: 'label=answer:$[0].choice'."


def reading_options(
    read: list[str] | None, voc_base: str, wide: str = "", annotator_from: str = "", dates: str = "",
    sheet: str = "",
) -> list[str]:  # fmt: skip
    """The options of a format as they were typed."""
    named = {
        "voc-base": voc_base, "wide": wide, "annotator-from": annotator_from, "dates": dates, "sheet": sheet,
    }  # fmt: skip
    return [*(read or []), *(f"{name}={value}" for name, value in named.items() if value)]
