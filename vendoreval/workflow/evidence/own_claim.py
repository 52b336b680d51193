"""A claim as the vendor was sent it: its record as JSON, or the notice (PDF) that it is attached to."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.jsonfile import parse_json
from vendoreval.workflow.files import read_bytes

ATTACHED = "claim.json"


def own_claim(path: Path) -> Any:
    """The claim's record; raises InputError where the file is unreadable, or has none attached."""
    data = read_bytes(path)
    return parse_json(_attached(data, path) if data.startswith(b"%PDF") else data, path.name)


def _attached(data: bytes, path: Path) -> bytes:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        names = PdfFileReader(io.BytesIO(data)).root["/Names"]["/EmbeddedFiles"]["/Names"]
        for place in range(0, len(names), 2):  # a name, then its file
            if str(names[place]) == ATTACHED:
                content: bytes = names[place + 1]["/EF"]["/F"].data
                return content
    except (PdfError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError("No attached file can be read from this PDF.", file=str(path)) from error
    raise InputError(
        f"This PDF has no {ATTACHED} attached.", file=str(path), remedy="Give the claim as it was sent to you."
    )
