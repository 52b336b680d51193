"""Labels read by the workers of a dask scheduler: the results are those of this machine, byte for byte."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from tests.conftest import ROOT, Cli, Process
from vendoreval import open_workspace
from vendoreval.workflow.audits.audits import run_audit

SAMPLES = ROOT / "samples"
TERMS = SAMPLES / "contracts/weather-sentiment.toml"
BLOCK = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}
CLAUSE = """
[[clause]]
id = "agreement"
ref = "§4.9"
metric = "alpha"
unit = "item"
scope = "delivery"
threshold = "0.5"
decision = { rule = "claim", alpha = 0.05, beta = 0.10 }
remedy = ["rework"]
"""


@contextmanager
def cluster(workers: int) -> Iterator[tuple[LocalCluster, dict[str, str]]]:
    """A scheduler with worker processes, and the setting that sends commands to it.

    The dashboard's port is any free one: that of another cluster would be a warning.
    """
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=0,
        dashboard_address="127.0.0.1:0",
    ) as made:  # fmt: skip
        yield made, {**FIXED, "VENDOREVAL_EXECUTOR": made.scheduler_address.replace("tcp://", "dask://")}


@pytest.fixture
def delivered(cli: Cli) -> Cli:
    """A workspace with gold and a delivery in three partitions; the contract asks for agreement, too."""
    shutil.copy(TERMS, cli.folder / "terms.toml")
    with (cli.folder / "terms.toml").open("a") as file:
        file.write(CLAUSE)
    for words in (
        ("init",),
        ("vendor", "add", "crowdflower"),
        ("contract", "add", "terms.toml"),
        ("gold", "add", SAMPLES / "weather_sentiment/gold.csv", "--id", "gold"),
        ("delivery", "add", SAMPLES / "weather_sentiment/delivered.csv", "--id", "d", "--contract",
         "weather-sentiment-2026", "--where", "vendor=crowdflower", "--partitions", "shared", "--parts", "3"),
    ):  # fmt: skip
        cli(*words, env=FIXED)
    return cli


def results(cli: Cli, env: dict[str, str]) -> dict[str, str]:
    """What the commands print, and the objects that an audit stores, in a copy of the workspace."""
    copy = Cli(Path(f"{cli.folder}-{len(list(cli.folder.parent.iterdir()))}"))
    shutil.copytree(cli.folder, copy.folder)
    said = {"audit": copy("audit", "run", "d", "--gold", "gold", "--id", "a", "--json", env=env, code=3).out}
    for name, words in COMMANDS.items():
        said[name] = copy(*words, "--json", env=env).out
    said["objects"] = "\n".join(
        sorted(file.name for file in (copy.folder / "objects").rglob("??*") if file.is_file())
    )
    shutil.rmtree(copy.folder)
    return said


COMMANDS = {
    "agreement": ("agreement", "show", "d"),
    "classes": ("agreement", "show", "d", "--by", "class"),
    "people": ("agreement", "show", "d", "--by", "annotator"),
    "annotators": ("annotators", "show", "d"),
    "annotators by gold": ("annotators", "show", "d", "--gold", "gold"),
}


def test_two_workers_give_what_this_machine_gives(delivered: Cli) -> None:
    here = results(delivered, FIXED)
    assert any(one["clause"] == "agreement" for one in json.loads(here["audit"])["findings"])
    with cluster(2) as (_, env):
        assert results(delivered, env) == here


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 4])
def test_one_and_four_workers_do_too(delivered: Cli, workers: int) -> None:
    with cluster(workers) as (_, env):
        assert results(delivered, env) == results(delivered, FIXED)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_was_killed_changes_nothing(
    delivered: Cli, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One partition is a pipe at first, so that the worker that reads it waits and is killed at its work."""
    manifest = next((delivered.folder / "shared").rglob("partitions.json"))
    part = manifest.parent / json.loads(manifest.read_text())["parts"][1]["name"]
    other = Path(f"{delivered.folder}-here")
    shutil.copytree(delivered.folder, other)
    for name, value in FIXED.items():
        monkeypatch.setenv(name, value)
    here = run_audit(open_workspace(other), "d", "gold", "a").to_json()
    kept = part.with_suffix(".kept")
    part.rename(kept)
    os.mkfifo(part)
    found: list[Any] = []
    there = open_workspace(delivered.folder)
    with cluster(workers) as (made, env), made.get_client() as client:  # type: ignore[no-untyped-call]
        monkeypatch.setenv("VENDOREVAL_EXECUTOR", env["VENDOREVAL_EXECUTOR"])
        audit = threading.Thread(target=lambda: found.append(run_audit(there, "d", "gold", "a")))
        pids = client.run(os.getpid)
        audit.start()
        killed = pids[stuck(client)]
        os.kill(killed, signal.SIGKILL)
        part.unlink()
        kept.rename(part)
        audit.join(60)
        assert killed not in client.run(os.getpid).values()
    assert [one.to_json() for one in found] == [here]


def stuck(client: Any) -> str:
    """The worker that goes on with one task while all others have none."""
    seen: list[list[str]] = []
    while len(seen) < 5 or seen[-5:] != [seen[-1]] * 5 or len(seen[-1]) != 1:
        seen.append([worker for worker, tasks in client.processing().items() if tasks])
        time.sleep(0.2)
    return seen[-1][0]


def test_what_is_lacking_is_said(delivered: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vendoreval.engines.dask_workers.CONNECT_SECONDS", 0.5)
    asked = ("audit", "run", "d", "--gold", "gold")
    nobody = delivered(*asked, "--executor", "dask://127.0.0.1:1", code=2, env=FIXED).err
    assert nobody == (
        "error: No dask scheduler answers at 127.0.0.1:1. Start one there: dask scheduler --port 1\n"
    )
    assert "There is no executor 'ray'" in delivered(*asked, "--executor", "ray", code=2).err
    secret = ("delivery", "partition", "d", "--to", "s3://key:secret@bucket/x")
    assert "password or a key" in delivered(*secret, code=2).err
    assert "0 parts" in delivered("delivery", "partition", "d", "--to", "x", "--parts", "0", code=2).err
    by_dask, partition = (*asked, "--executor", "dask://127.0.0.1:1"), (*secret[:-1], "shared")
    for absent, words in (("distributed", by_dask), ("fsspec.core", partition)):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, absent, None)
            assert "Install it: pip install 'vendoreval[dask]'" in delivered(*words, code=2).err
    source = SAMPLES / "weather_sentiment/delivered.csv"
    as_e = ("--id", "e", "--contract", "weather-sentiment-2026", "--where", "vendor=mturk")
    delivered("delivery", "add", source, *as_e)
    whole = delivered("agreement", "show", "e", "--executor", "dask://127.0.0.1:1", code=2).err
    assert "vendoreval delivery partition e --to FOLDER" in whole
    made = delivered("delivery", "partition", "e", "--to", "memory://parts", "--parts", "2", "--json").json
    assert made["rows"] == sum(part["rows"] for part in made["parts"])


@pytest.mark.slow
def test_the_page_on_scale_runs_as_printed(delivered: Cli, process: Process) -> None:
    """Its scheduler and workers are started as they stand there, its commands read by them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = (ROOT / "docs/scale.md").read_text("utf-8")
    for mine, printed in (("127.0.0.1", "10.0.0.5"), (str(port), "8786"), ("gold", "gold-1"), ("d", "batch-1"),
                          (str(delivered.folder / "parts"), "/shared/labels")):  # fmt: skip
        page = page.replace(printed, mine)
    servers, commands = (block.splitlines() for block in BLOCK.findall(page)[:2])
    dask = [sys.executable, "-m"]
    scheduler, worker = (
        subprocess.Popen([*dask, *shlex.split(line), "--no-dashboard"], stderr=subprocess.DEVNULL)
        for line in servers
    )
    try:
        for line in commands:
            words = shlex.split(line)[1:]
            process(*words, env=FIXED, code=3 if words[0] == "audit" else 0)
    finally:
        for server in (worker, scheduler):
            server.terminate()
            server.wait(30)


@pytest.mark.slow
def test_a_partition_that_was_changed_ends_with_5(delivered: Cli) -> None:
    part = next((delivered.folder / "shared").rglob("part-00002*"))
    part.write_bytes(part.read_bytes()[:-1])
    with cluster(1) as (_, env):
        said = delivered("agreement", "show", "d", env=env, code=5).err
        part.unlink()
        gone = delivered("agreement", "show", "d", env=env, code=2).err
    assert "is not the one that was written. Write the partitions anew: vendoreval delivery partition d" in said
    assert "cannot be read here" in gone


def test_nothing_of_dask_is_imported_unless_it_is_asked_for(delivered: Cli) -> None:
    code = """
import sys
from vendoreval import open_workspace
from vendoreval.workflow.deliveries.agreement import agreement
agreement(open_workspace(), "d", resamples=0)
print(*(name for name in ("dask", "distributed", "tornado") if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=delivered.folder, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told(delivered: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vendoreval.engines.dask_workers.IDLE_SECONDS", 1)
    with cluster(0) as (_, env):
        said = delivered("agreement", "show", "d", env=env, code=2).err
    assert "has no workers. Start some: dask worker tcp://127.0.0.1:" in said


def test_the_workspace_holds_with_its_partitions(delivered: Cli) -> None:
    delivered("delivery", "partition", "d", "--to", "shared", "--parts", "2", env=FIXED)
    checked = delivered("status", "--verify", "--json", env=FIXED).json
    assert checked["fits"]
