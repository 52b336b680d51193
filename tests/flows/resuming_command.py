"""Run a command in which every intake is long, killed at a row group; run by test_flows_resuming.py.

Arguments: the row group from 1 at which to kill, `before` or `after` its record is kept, and the command.
Says on stderr how many batches were counted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from vendoreval.cli.app import main
from vendoreval.formats.intake.row_stream import RowStream
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.writers import parquet_table
from vendoreval.workflow.deliveries import deliveries

KILL, WHEN = int(sys.argv[1]), sys.argv[2]
keep, take, counted = Stage.keep, RowStream.take, 0


def keeping(stage: Stage, number: int, record: Mapping[str, Any]) -> None:
    if (number, WHEN) == (KILL, "before"):
        os.kill(os.getpid(), signal.SIGKILL)
    keep(stage, number, record)
    if number == KILL:
        os.kill(os.getpid(), signal.SIGKILL)


def taking(*given: Any) -> Any:
    global counted
    counted += 1
    return take(*given)


deliveries.LONG = 0
parquet_table.ROW_GROUP = 50_000  # so that each batch fills one
setattr(Stage, "keep", keeping)  # noqa: B010
setattr(RowStream, "take", taking)  # noqa: B010
sys.argv = ["vendoreval", *sys.argv[3:]]
try:
    main()
finally:
    sys.stderr.write(f"counted {counted}\n")
