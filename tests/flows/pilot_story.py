"""A pilot with real vendors as flow tests play it: gold with blocks, lists that go out, what comes back."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd

from tests.conftest import ROOT, SHARED, Cli

DATA = SHARED / "data" / "weather_sentiment_two_vendors"
TERMS = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
LABELS = pd.read_csv(DATA / "delivered.csv", dtype=str)
RIGHT = dict(pd.read_csv(DATA / "gold.csv", dtype=str).itertuples(index=False, name=None))
HEAD = ["item_id", "annotator_id", "label", "labelled_at", "guideline_version"]


def at(day: str) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T12:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


def table(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def gold_file(folder: Path) -> Path:
    """The real gold, with blocks: what "cannot be told" is ambiguous, the others by their place."""
    rows = []
    for k, (item, label) in enumerate(RIGHT.items()):
        block = "edge" if k % 5 == 0 else "change" if k % 9 == 1 else "main"
        rows.append((item, label, "ambiguous" if label == "4" else block))
    path = folder / "pilot-gold.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("item_id", "label", "block"), *rows])
    return path


def prepare(cli: Cli, *vendors: str) -> None:
    cli("init")
    gold = gold_file(cli.folder)
    for vendor in vendors:
        cli("vendor", "add", vendor)
        terms = TERMS.replace("weather-sentiment-2026", f"w-{vendor}").replace(
            'vendor = "crowdflower"', f'vendor = "{vendor}"'
        )
        (cli.folder / f"{vendor}.toml").write_text(terms, "utf-8")
        cli("contract", "add", f"{vendor}.toml", env=at("2026-03-02"))
        cli("gold", "add", gold, "--id", f"g-{vendor}", "--contract", f"w-{vendor}", env=at("2026-03-02"))
        cli("gold", "commit", f"g-{vendor}", "--out", f"{vendor}.json", env=at("2026-03-02"))


def send(cli: Cli, vendor: str, *words: str | Path) -> dict[str, Any]:
    sent: dict[str, Any] = cli("pilot", "send", f"w-{vendor}", "--gold", f"g-{vendor}", "--out", f"to-{vendor}",
                               "--json", *words, env=at("2026-03-02")).json  # fmt: skip
    return sent


def answer(cli: Cli, vendor: str, *, leave: int = 0) -> list[str]:
    """The vendor's real labels for its tasks; a repeat is answered by half of the people again."""
    people = defaultdict(list)
    for row in LABELS[LABELS.vendor == vendor].itertuples():
        people[row.item_id].append((row.annotator_id, row.label))
    met, files = set(), []
    for file in sorted((cli.folder / f"to-{vendor}").glob("*.csv")):
        rows = []
        part = int(file.stem[-1])
        for task in table(file):
            item = task["item_id"]
            labels = people[item][::2] if item in met else people[item]
            met.add(item)
            rows += [(task["task_id"], who, label, f"2026-03-0{part + 2}T10:00Z", f"1.{part > 1:d}")
                     for who, label in labels]  # fmt: skip
        back = cli.folder / f"from-{vendor}-{file.name}"
        with back.open("w", newline="") as out:
            csv.writer(out).writerows([HEAD, *(rows[leave:] if part == 1 else rows)])
        files.append(back.name)
    return files


def questionnaire(cli: Cli, vendor: str, accuracy: str) -> None:
    words = ("questionnaire", "answer", vendor)
    cli(*words, "C1", "--level", "4", "--value", accuracy, "--commitment", "yes", env=at("2026-03-02"))
    cli(*words, "E1", "--level", "4", env=at("2026-03-02"))
    cli(*words, "P5", "--level", "4", env=at("2026-03-02"))


def majority(vendor: str, items: set[str]) -> tuple[int, int]:
    """Items whose smallest most frequent label is right, counted with pandas."""
    mine = LABELS[(LABELS.vendor == vendor) & LABELS.item_id.isin(items)]
    voted = mine.groupby("item_id").label.agg(lambda labels: sorted(labels.mode())[0])
    return sum(voted[item] == RIGHT[item] for item in items), len(items)


def sent_items(cli: Cli, vendor: str, block: str) -> set[str]:
    """The items of a block, as the workspace keeps them."""
    for file in (cli.folder / "objects").glob("*/*"):
        if not file.is_file() or not file.read_bytes().startswith(b'{"clause"'):
            continue
        kept = json.loads(file.read_bytes())
        first = {row["task_id"] for row in table(cli.folder / f"to-{vendor}/pilot-{vendor}-part-1.csv")}
        if first <= {task[0] for task in kept["tasks"]}:
            return {task[1] for task in kept["tasks"] if task[2] == block}
    raise AssertionError("no pilot is kept")


def flag_blank(file: Path) -> None:
    """The file with one label taken away, and the row flagged instead."""
    rows = table(file)
    rows[0]["label"] = ""
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, [*HEAD, "flagged"], restval="")
        writer.writeheader()
        writer.writerows([{**rows[0], "flagged": "true"}, *rows[1:]])
