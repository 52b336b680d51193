"""CSV and TSV: rows of texts in batches, quickly where the file is as RFC 4180 has it, and always exactly."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.separated_blocks import read_blocks
from vendoreval.formats.readers.separated_pieces import Irregular
from vendoreval.formats.readers.separated_rows import read_rows

DELIMITERS = {"csv": ",", "tsv": "\t"}
# What reading in blocks raises; ValueError comes from decoders and from Arrow.
_AT_FAULT = (Irregular, InputError, ValueError, EOFError, zlib.error, OSError)


def read_batches(
    path: Path, delimiter: str, wanted: Collection[str], fields: Sequence[str] = ()
) -> Iterator[Batch]:
    """All rows with the columns `wanted`; a row of another width is refused.

    `fields` are the names of a row's fields, where they are not those of the header.

    Blocks are read as long as nothing is wrong with the file. Which fault comes first, and what is said of it,
    is for the reader of rows: it reads from the beginning and goes on behind the batches that are out already.
    """
    given = 0
    try:
        for batch in read_blocks(path, delimiter, wanted, fields):
            yield batch
            given += 1
        return
    except _AT_FAULT:
        pass
    yield from islice(read_rows(path, delimiter, wanted, fields), given, None)
