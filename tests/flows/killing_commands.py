"""Kill every command of the story at many moments; run by test_flows_killing.py.

A forked child runs the real command and kills itself, either at its k-th call that touches files or the
database, or after some time (which also meets calls made from C). The parent looks at what is left,
runs the command again, and looks once more. Prints the number of kills.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import shutil
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import alembic.command
import jinja2
import pyarrow.parquet  # noqa: F401 – all imported before the forks, so that each of them is quick
import sqlmodel  # noqa: F401

import vendoreval.reports.render  # noqa: F401
from vendoreval.cli.app import main as command_line
from vendoreval.store.rows import Row
from vendoreval.store.workspace import MARKER, Workspace, create, open_workspace
from vendoreval.workflow.audits import audits  # noqa: F401
from vendoreval.workflow.claims import claims  # noqa: F401
from vendoreval.workflow.deliveries import deliveries  # noqa: F401
from vendoreval.workflow.evidence import evidence  # noqa: F401
from vendoreval.workflow.gold import adding  # noqa: F401
from vendoreval.workflow.reports import reports  # noqa: F401

assert alembic.command
assert jinja2
SAMPLES = Path(__file__).parents[2] / "samples"
STEPS = {"open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "execute", "commit", "close"}
IN_MEMORY = (str, bytes, io.BytesIO, io.StringIO)
CONTRACT = "weather-sentiment-2026"
PARTS = ("p-part-1", "p-part-2", "p-part-3")


@dataclass(frozen=True)
class Command:
    """A command, the exit code it ends with, whether it may be run twice, and how many events it logs.

    `repeated`: the exit code where it may not: 2 for a refusal, 0 where it says that nothing is left to do.
    """

    words: tuple[str, ...]
    code: int = 0
    again: bool = False
    events: int = 1
    repeated: int = 2


STORY = (
    Command(("init",)),
    Command(("vendor", "add", "crowdflower")),
    Command(("contract", "add", str(SAMPLES / "contracts/weather-sentiment.toml"))),
    Command(("gold", "add", str(SAMPLES / "weather_sentiment/gold.csv"))),
    Command(("gold", "commit", "gold", "--out", "receipt.json")),
    Command(("gold", "seed", "tasks.csv", "--gold", "gold", "--rate", "0.5", "--out", "send.csv")),
    Command(("pilot", "send", CONTRACT, "--gold", "gold", "--out", "to", "--id", "p")),
    Command(
        ("pilot", "answers", "p", *(f"to/{name}.csv" for name in PARTS), "--map", "item_id=task_id"),
        events=2,
    ),
    Command(
        ("delivery", "add", str(SAMPLES / "weather_sentiment/delivered.csv"), "--id", "d",
         "--contract", CONTRACT, "--where", "vendor=crowdflower")
    ),
    Command(("audit", "run", "d", "--gold", "gold", "--id", "a"), code=3),
    Command(("claim", "draft", "a", "--id", "c")),
    Command(("claim", "issue", "c")),
    Command(("claim", "respond", "c", "answers.csv"), repeated=0),
    Command(("claim", "rule", "c", "--lines", "1", "--withdrawn", "--reason", "Right.")),
    Command(("gold", "amend", "gold", "--claim", "c", "--line", "1", "--delivered", "--reason", "W"), events=2),
    Command(("delivery", "reject", "d", "--reason", "Breached.")),
    Command(("delivery", "accept", "d", "--reason", "Settled.")),
    Command(("claim", "settle", "c")),
    Command(("report", "claim", "c", "--out", "claim.html"), again=True),
    Command(("evidence", "export", "a", "--out", "bundle.zip"), again=True),
)  # fmt: skip


def in_child(folder: Path, words: tuple[str, ...], prepare: Callable[[], object] = lambda: None) -> int:
    """Run a command in a forked child; returns its process number."""
    child = os.fork()
    if child:
        return child
    os.chdir(folder)
    os.environ.update(VENDOREVAL_NOW="2026-03-02T09:00:00+00:00", VENDOREVAL_ACTOR="ana")
    os.environ.pop("VENDOREVAL_WORKSPACE", None)
    sys.argv = ["vendoreval", *words]
    code: object = 70
    with (folder.parent / "said.txt").open("w") as said, contextlib.redirect_stdout(said):
        with contextlib.redirect_stderr(said):
            prepare()
            try:
                command_line()
                code = 0
            except SystemExit as end:
                code = end.code or 0
            finally:
                sys.setprofile(None)
        said.flush()
    os._exit(int(str(code)))


def ended(child: int) -> int:
    """The exit code of a child; minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counting(stop_at: int, report: Path | None = None) -> Callable[[], object]:
    """A hook that counts the calls which leave traces, and kills the process at the `stop_at`-th."""
    passed = 0

    def watch(_frame: FrameType, kind: str, called: Any) -> None:
        nonlocal passed
        if kind not in ("c_call", "c_return") or getattr(called, "__name__", "") not in STEPS:
            return
        if not isinstance(getattr(called, "__self__", None), IN_MEMORY):
            passed += 1
            if passed == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if report:
                os.pwrite(counter, b"%9d" % passed, 0)

    counter = os.open(report, os.O_CREAT | os.O_RDWR) if report else 0
    return lambda: sys.setprofile(watch)


def moments(folder: Path, command: Command, kills: int, timed: int) -> Iterator[Callable[[Path], int]]:
    """Ways to run the command and kill it: at `kills` evenly spread steps and `timed` evenly spread times."""
    copied(folder, trial := folder.with_name("trial"))
    count = folder.with_name("count")
    started = time.monotonic()
    code = ended(in_child(trial, command.words, counting(0, count)))
    assert code == command.code, (code, command, (folder.parent / "said.txt").read_text())
    took = time.monotonic() - started
    steps = int(count.read_text())
    for n in range(kills):
        step = (2 * n + 1) * steps // (2 * kills)
        yield lambda work, step=step: ended(in_child(work, command.words, counting(step)))  # type: ignore[misc]
    for n in range(timed):
        seconds = took * (n + 0.5) / timed
        yield lambda work, seconds=seconds: after(seconds, in_child(work, command.words))  # type: ignore[misc]


def after(seconds: float, child: int) -> int:
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def copied(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def check(root: Path, command: Command) -> int:
    """Whatever can be seen is whole; returns the number of events."""
    for out in ("receipt.json", "bundle.zip", "claim.html", "send.csv"):
        if out in command.words and (root / out).exists():
            whole(root / out)
    if not (root / MARKER).exists():
        assert command.words == ("init",)
        return 0
    workspace = open_workspace(root)
    workspace.verify_log()
    for file in workspace.objects.root.glob("[0-9a-f][0-9a-f]/*"):
        assert file.parent.name + file.name == hashlib.sha256(file.read_bytes()).hexdigest(), file
    for sha in references(workspace):
        workspace.objects.verify(sha)
    return len(workspace.events())


def references(workspace: Workspace) -> Iterator[str]:
    """All addresses of objects in all rows."""
    with workspace.read() as reader:
        for mapper in Row._sa_registry.mappers:
            names = [c.name for c in mapper.columns if c.name == "sha" or c.name.endswith("_sha")]
            for row in reader.all(mapper.class_) if names else ():
                addresses = [getattr(row, name) for name in names if name != "content_sha"]
                yield from (sha for sha in addresses if sha is not None)


def whole(file: Path) -> None:
    if file.suffix == ".json":
        assert json.loads(file.read_text("utf-8"))["root"]
    elif file.suffix == ".zip":
        assert zipfile.ZipFile(file).testzip() is None
    elif file.suffix == ".html":
        assert file.read_text("utf-8").rstrip().endswith("</html>")
    else:
        assert len(file.read_text("utf-8").splitlines()) == 201


def kill_and_look(before: Path, command: Command, run: Callable[[Path], int]) -> bool:
    """One kill, and the command again; returns whether the command was killed before it was done."""
    copied(before, work := before.with_name("work"))
    events = check(before, command) if command.words != ("init",) else 0
    code = run(work)
    assert code in (-signal.SIGKILL, command.code), (code, command)
    # gold is amended in two steps; repeated, the command finishes what was cut short
    init = command.words == ("init",)
    done = check(work, command) >= events + command.events or (init and (work / MARKER).exists())
    again = ended(in_child(work, command.words))
    expected = command.repeated if done and not command.again else command.code
    assert again == expected, (command, code, again, (before.parent / "said.txt").read_text())
    runs = 1 + (done and command.again)
    assert check(work, command) == events + (command.words != ("init",)) * command.events * runs
    return code < 0


def answer_alike(lists: Path) -> None:
    """Give every task of a pilot's lists the same answer."""
    for file in lists.glob("*.csv"):
        head, *rows = file.read_text("utf-8").splitlines()
        file.write_text("\n".join((f"{head},label", *(f"{row},0" for row in rows))) + "\n", "utf-8")


def rebut_first(root: Path) -> None:
    """The vendor rebuts line 1 of the claim and accepts the others, in `answers.csv`."""
    assert ended(in_child(root, ("claim", "sheet", "c", "--out", "answers.csv"))) == 0
    with (root / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["position"] = "accepted"
    rows[0] |= {"position": "rebutted", "reason code": "gold_wrong", "text": "It is right."}
    with (root / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.DictWriter(file, rows[0])
        sheet.writeheader()
        sheet.writerows(rows)


def main(folder: Path, kills: int, timed: int) -> None:
    create(folder / "warm")  # so that the parent has imported all that it will: children take the same steps
    check(folder / "warm", STORY[0])
    before = folder / "before"
    before.mkdir()
    (before / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(100)))
    killed = 0
    for command in STORY:
        if command.words[:2] == ("pilot", "answers"):
            answer_alike(before / "to")
        if command.words[:2] == ("claim", "respond"):
            rebut_first(before)
        for run in moments(before, command, kills, timed):
            killed += kill_and_look(before, command, run)
        shutil.rmtree(before)
        (folder / "trial").rename(before)
    print(killed)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
