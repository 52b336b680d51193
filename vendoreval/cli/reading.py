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


def reading_options(read: list[str] | None, voc_base: str) -> list[str]:
    """The options of a format as they were typed."""
    return [*(read or []), *([f"voc-base={voc_base}"] if voc_base else [])]
