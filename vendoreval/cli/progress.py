"""Progress of long work: one line on stderr that is written over, where a person watches a terminal.

Nothing is shown where stderr is no terminal, with --json, and while a command is quick.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

_QUICK = 2.0  # seconds after which a command is long
_PAUSE = 0.5
_WIDTH = 79
_HEAD = 1 << 20  # bytes by which rows are reckoned in bytes
_TEXT = (".csv", ".tsv", ".jsonl", ".ndjson")


@contextmanager
def shown(text: Callable[[float], str], *, quiet: bool) -> Iterator[None]:
    """Show `text` of the seconds that the block takes so far, until it ends."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    ended, start = threading.Event(), time.monotonic()

    def tell() -> None:
        pause, said = _QUICK, False
        while not ended.wait(pause):
            sys.stderr.write("\r" + text(time.monotonic() - start)[:_WIDTH].ljust(_WIDTH))
            sys.stderr.flush()
            pause, said = _PAUSE, True
        if said:
            sys.stderr.write("\r" + " " * _WIDTH + "\r")
            sys.stderr.flush()

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def waiting(what: str, *, quiet: bool) -> AbstractContextManager[None]:
    """A block that shows `what` it does and for how long."""
    return shown(lambda seconds: f"{what} … {seconds:.0f} s", quiet=quiet)


class Rows:
    """How far the rows of some files are read; to be called with the rows read so far."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.rows = 0
        self._size = sum(file.stat().st_size for file in files if file.is_file())
        self._of_row = _bytes_a_row(files)

    def __call__(self, rows: int) -> None:
        self.rows = rows

    def text(self, seconds: float) -> str:
        """Rows, megabytes of megabytes, pace and what is left; bytes are reckoned from the first rows."""
        pace = self.rows / seconds
        said = f"{self.rows:,} rows, {pace:,.0f} a second"
        if not self._of_row or not self.rows:
            return said
        read = self.rows * self._of_row
        if read >= 0.995 * self._size:
            return f"{self.rows:,} rows read; settling and storing them … {seconds:.0f} s"
        left = (self._size - read) / self._of_row / pace
        return f"{said}, about {read / 1e6:,.0f} of {self._size / 1e6:,.0f} MB, {left:,.0f} s left"


def _bytes_a_row(files: Sequence[Path]) -> float:
    """Bytes of a row in the first of the files; 0 where they are not all plain text."""
    if not files or any(file.suffix.lower() not in _TEXT for file in files):
        return 0.0
    try:
        with files[0].open("rb") as file:
            head = file.read(_HEAD)
    except OSError:  # whoever reads the file says what is wrong
        return 0.0
    ends = head.count(b"\n")
    return (head.rfind(b"\n") + 1) / ends if ends else 0.0
