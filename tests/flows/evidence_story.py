"""An audit with everything that a vendor can hold of it: receipts, task list, files, contract, seal."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import Cli
from tests.contracts import WINDOW, clause, contract_toml

SENT, CAME = "2026-03-02T09:00:00+00:00", "2026-03-09T09:00:00+00:00"
CLASSES = ("bunting", "grosbeak")
CONTRACT = contract_toml(
    "birds", title="Bird species", task={"classes": [*CLASSES, "robin"]}, price=("0.08", "label"),
    acceptance=WINDOW, remedies=[{"id": "rework"}, {"id": "credit"}],
    clauses=[clause(unit="label", decision={"rule": "claim"}, remedy=["rework", "credit"])],
)  # fmt: skip
OWN = ("--receipt", "gold-receipt.json", "--receipt", "tasks-receipt.json", "--delivered", "answers.csv",
       "--tasks", "tasks.csv", "--contract", "contract.toml")  # fmt: skip


def at(moment: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": moment, "VENDOREVAL_ACTOR": "buyer"}


def truth(item: str) -> str:
    return CLASSES[sum(item.encode()) % 2]


def sent(cli: Cli, items: int = 120, gold: int = 40) -> None:
    """A workspace whose gold is committed to and seeded into a task list that goes out."""
    folder = cli.folder
    (folder / "contract.toml").write_text(CONTRACT, "utf-8")
    ids = [f"img-{k:03d}" for k in range(items)]
    known = [f"ref-{k:03d}" for k in range(gold)]
    _write(
        folder / "todo.csv", ("item_id", "url"), [(item, f"https://x.test/{k}") for k, item in enumerate(ids)]
    )
    rows = [(item, truth(item), f"https://x.test/{900 + k}", k % 9 == 0) for k, item in enumerate(known)]
    _write(folder / "gold.csv", ("item_id", "label", "url", "edge_case"), rows)
    cli("init", env=at(SENT))
    cli("vendor", "add", "acme", "--name", "Acme", env=at(SENT))
    cli("vendor", "add", "other", "--name", "A competitor", env=at(SENT))
    cli("contract", "add", "contract.toml", env=at(SENT))
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "birds", env=at(SENT))
    cli("gold", "commit", "g", "--out", "gold-receipt.json", env=at(SENT))
    words = ("gold", "seed", "todo.csv", "--gold", "g", "--rate", "0.2", "--out", "tasks.csv")
    cli(*words, "--receipt", "tasks-receipt.json", "--id", "s", env=at(SENT))


def answered(cli: Cli, wrong: float, skip: int = 0, name: str = "answers.csv") -> None:
    """The vendor's file: two people answer each task, a share `wrong` wrongly; `skip` tasks are left out."""
    draw = random.Random(7)
    with (cli.folder / "tasks.csv").open(newline="", encoding="utf-8") as file:
        tasks = list(csv.DictReader(file))
    rows = []
    for task in tasks[skip:]:
        url = int(task["url"].rsplit("/", 1)[1])
        right = truth(f"ref-{url - 900:03d}" if url >= 900 else f"img-{url:03d}")
        for person in ("ana", "ben"):
            label = CLASSES[1 - CLASSES.index(right)] if draw.random() < wrong else right
            rows.append((task["task_id"], person, label))
    _write(cli.folder / name, ("task_id", "annotator_id", "label"), rows)


def sampled(cli: Cli, take: int = 40) -> Cli:
    """Experts audit a draw from the delivery of `claimed`, by an announced seed; its bundle is `drawn.zip`."""
    named = ("--source", "a public beacon", "--on", "2026-03-05", "--out", "seed-receipt.json")
    cli("audit", "announce", "--contract", "birds", *named, env=at(SENT))
    words = ("audit", "tasks", "d", "--id", "drawn", "--seed", "4711", "--announced", "3", "--items", str(take))
    cli(*words, "--out", "experts.csv", env=at(CAME))
    with (cli.folder / "experts.csv").open(newline="", encoding="utf-8") as file:
        tasks = list(csv.DictReader(file))
    _write(
        cli.folder / "expert-answers.csv",
        ("task_id", "answer"),
        [(task["task_id"], truth(task["item_id"])) for task in tasks],
    )
    cli("audit", "answers", "drawn", "expert-answers.csv", "--auditor", "eve", code=3, env=at(CAME))
    cli("evidence", "export", "drawn", "--out", "drawn.zip", env=at(CAME))
    return cli


def claimed(cli: Cli, wrong: float = 0.3, skip: int = 0) -> Cli:
    """The whole story up to the exported bundle of a breached audit, `b.zip`."""
    sent(cli)
    answered(cli, wrong, skip)
    cli(
        "delivery", "seal", "answers.csv", "--out", "seal.json", "--receipt", "tasks-receipt.json", env=at(CAME)
    )
    words = ("delivery", "add", "answers.csv", "--id", "d", "--contract", "birds", "--seeding", "s")
    cli(*words, "--whole", "--seal", "seal.json", "--acknowledge", "ack.json", env=at(CAME))
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=at(CAME))
    cli("claim", "draft", "a", "--id", "c", env=at(CAME))
    cli("claim", "issue", "c", env=at(CAME))
    cli("evidence", "export", "a", "--out", "b.zip", env=at(CAME))
    return cli


def _write(path: Path, header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
