"""Writing a stream's rows, from the beginning or from where an intake that was killed had come to.

Reading begins anew, because where a row begins may hang on all before it, and is the lesser part of the work;
what was counted and written already is not done again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from typing import IO, Any

from vendoreval.formats.intake.row_stream import RowStream
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.readers.rows import RowFile
from vendoreval.formats.writers.parquet_table import LabelWriter

SCHEMA = "vendoreval/labels/2"
Progress = Callable[[int], object]  # hears how many rows were read so far


def unheard(_rows: int) -> None:
    """Progress that nobody listens to."""


@dataclass
class RowWriter:
    """Writes what a stream takes of `files`: the `columns` of the table, from the files' columns `wanted`."""

    stream: RowStream
    files: Sequence[RowFile]
    columns: Sequence[str]
    wanted: Collection[str]
    progress: Progress = unheard
    _batches: list[Any] = field(default_factory=list)  # since the last record

    def write(self, sink: IO[bytes], stage: Stage | None = None) -> None:
        """All rows into `sink`; by way of the `stage`, where there is one, and `sink` has a name."""
        if stage is None:
            self._read(LabelWriter(sink, self.columns, SCHEMA), [])
            return
        records = stage.records()
        ends = [record["end"] for record in records]
        with stage.table.open("r+b" if records else "w+b") as table:
            if records:
                self.stream.go_on_from(records[-1]["state"])
                self._number(table, ends)
            writer = LabelWriter(
                table, self.columns, SCHEMA, ends=ends, written=lambda: self._keep(stage, table, writer)
            )
            self._read(writer, [batch for record in records for batch in record["batches"]])
        shutil.copyfile(stage.table, sink.name)  # the stage stays as it is, whatever is done to the table

    def _number(self, table: IO[bytes], ends: Sequence[int]) -> None:
        """Number the texts of the row groups in `table` as when they were written."""
        import pyarrow.parquet as pq

        names = [name for name in ("item_id", "annotator_id", "label", "label_id") if name in self.columns]
        table.seek(0)
        for begin, end in pairwise([0, *ends]):
            rows = pq.read_table(BytesIO(table.read(end - begin)), columns=names, use_threads=False)
            self.stream.counts.number({name: rows.column(name).combine_chunks() for name in names})

    def _read(self, writer: LabelWriter, before: Sequence[Any]) -> None:
        """Read all files; of the batches that were written `before`, only what was taken is noted."""
        taken, rows, written = self.stream.taken, 0, iter(before)
        with writer:
            for file in self.files:
                taken.begin(file)
                for batch in file.batches([name for name in self.wanted if name in file.names]):
                    rows += len(batch.lines) + len(batch.refusals)
                    told = next(written, None)
                    if told is None:
                        columns = self.stream.take(file, batch)
                        self._batches.append(taken.last())
                        writer.write(columns)
                    else:
                        taken.again(*told)
                    self.progress(rows)

    def _keep(self, stage: Stage, table: IO[bytes], writer: LabelWriter) -> None:
        table.flush()
        os.fsync(table.fileno())
        told = {"end": writer.ends[-1], "batches": self._batches, "state": self.stream.state()}
        stage.keep(len(writer.ends), told)
        self._batches = []
