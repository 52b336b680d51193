"""Kill a command at every step that could leave something half-done; run by test_store_killing.py.

A profile hook counts the calls that touch files or the database, before and after each, and a forked
child kills itself at the k-th. The parent then looks at what is left. Prints the number of kills.
With the URL of an empty PostgreSQL database all kills happen in one workspace, which must stay valid.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from alembic import command  # noqa: F401 – imported before the forks, so that each of them is quick

from vendoreval.store.tables import VendorRow
from vendoreval.store.workspace import MARKER, create, open_workspace

URL = sys.argv[3] if len(sys.argv) > 3 else None
NOW = datetime(2026, 3, 1, tzinfo=UTC)
STEPS = {"open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "execute", "commit", "close"}


def record(root: Path) -> None:
    """What every command does: objects first, then rows and the event in one transaction."""
    workspace = open_workspace(root, URL)
    number = len(workspace.events())
    source = root / "labels.csv"
    source.write_bytes(b"item_id,label\n" * (number + 1))
    shas = [workspace.objects.put_file(source), workspace.objects.put_bytes(b"report %d" % number)]
    with workspace.write("ana", NOW) as tx:
        tx.add(VendorRow(id=f"vendor-{number:04}", name="A", added_at=NOW))
        tx.event("vendor.added", f"vendor-{number:04}", {"objects": shas})


def make(root: Path) -> None:
    """What `init` does."""
    create(root, URL)


def check(root: Path) -> None:
    """Whatever is visible is complete, and work goes on."""
    if not (root / MARKER).exists():
        create(root, URL)
    for _again in range(2):
        workspace = open_workspace(root, URL)
        workspace.verify_log()
        events = workspace.events()
        with workspace.read() as reader:
            assert [row.id for row in reader.all(VendorRow)] == [event.subject for event in events]
        for event in events:
            for sha in event.data["objects"]:
                workspace.objects.verify(sha)
        record(root)
    assert len(open_workspace(root, URL).events()) == len(events) + 1


def run_until(step: int, story: Callable[[Path], None], root: Path) -> bool:
    """Run the story in a child that dies at `step`; returns whether it came that far."""
    child = os.fork()
    if child == 0:
        passed = 0

        def watch(frame: FrameType, kind: str, called: Any) -> None:
            nonlocal passed
            name = called.__name__ if kind.startswith("c_") else frame.f_code.co_name if URL else ""
            if name in STEPS:
                passed += 1
                if passed == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(watch)
        story(root)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"the story itself failed at step {step}"
    return os.WIFSIGNALED(status)


def kill_everywhere(story: Callable[[Path], None], prepared: Path | None, work: Path, stride: int) -> int:
    """Kill the story at every `stride`-th step, each time in a fresh copy of `prepared`."""
    kills = 0
    while True:
        root = work / f"{story.__name__}-{kills}"
        if prepared:
            shutil.copytree(prepared, root)
        if not run_until(1 + kills * stride, story, root):
            return kills
        check(root)
        shutil.rmtree(root)
        kills += 1


def kill_in_one(root: Path, stride: int) -> int:
    """Kill what every command does at every `stride`-th step, always in the same workspace."""
    create(root, URL)
    record(root)
    kills = 0
    while run_until(1 + kills * stride, record, root):
        check(root)
        kills += 1
    return kills


def main(work: Path, stride: int) -> None:
    if URL:
        print(kill_in_one(work / "one", stride))  # noqa: T201
        return
    prepared = create(work / "prepared").root
    record(prepared)
    recording = kill_everywhere(record, prepared, work, stride)
    print(recording, kill_everywhere(make, None, work, 2 * stride))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
