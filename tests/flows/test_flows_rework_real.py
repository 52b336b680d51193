"""Reworks of real labels: tweets by consensus, and boxes that the same people drew again."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tests.conftest import ROOT, Cli
from tests.flows.rework_story import day

SAMPLES = ROOT / "samples"
TWEETS = SAMPLES / "weather_sentiment"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command in this process, in an empty folder."""
    return Cli(tmp_path)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Collection[dict[str, str]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(next(iter(rows))))
        writer.writeheader()
        writer.writerows(rows)
    return path.name


def claimed(cli: Cli) -> list[dict[str, str]]:
    """CrowdFlower's labels, audited on the first half of the gold and claimed; returns them."""
    gold = rows_of(TWEETS / "gold.csv")
    labels = [row for row in rows_of(TWEETS / "delivered.csv") if row["vendor"] == "crowdflower"]
    cli("init")
    cli("vendor", "add", "crowdflower", "--name", "CrowdFlower")
    terms = (SAMPLES / "contracts" / "weather-sentiment.toml").read_text("utf-8")
    (cli.folder / "contract.toml").write_text(terms.replace('"0.88"', '"0.93"'), "utf-8")
    cli("contract", "add", "contract.toml", env=day(1))
    for number, part in ((1, gold[:150]), (2, gold[150:])):
        file = write(cli.folder / f"gold-{number}.csv", part)
        words = ("--id", f"gold-{number}", "--contract", "weather-sentiment-2026")
        cli("gold", "add", file, *words, env=day(1))
    words = ("--id", "batch-1", "--contract", "weather-sentiment-2026")
    cli("delivery", "add", write(cli.folder / "batch-1.csv", labels), *words, env=day(2))
    cli("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", env=day(3), code=3)
    cli("claim", "draft", "audit-1", "--id", "claim-1", env=day(3))
    cli("claim", "issue", "claim-1", env=day(3))
    return labels


def judged(cli: Cli, labels: list[dict[str, str]], right: dict[str, str], code: int) -> Any:
    """The labels once more, with what `right` says on its tweets, audited on fresh gold and judged."""
    again = [{**row, "label": right.get(row["item_id"], row["label"])} for row in labels]
    words = ("--id", "batch-2", "--contract", "weather-sentiment-2026", "--rework-of", "batch-1")
    cli("delivery", "add", write(cli.folder / "batch-2.csv", again), *words, env=day(10))
    cli("audit", "run", "batch-2", "--gold", "gold-2", "--id", "audit-2", env=day(11), code=code)
    return cli("claim", "rework", "claim-1", "batch-2", "--json", env=day(20)).json


def test_tweets_of_which_only_the_named_were_mended_fail(cli: Cli) -> None:
    labels = claimed(cli)
    lines = cli("claim", "show", "claim-1", "--json").json["lines"]
    record = judged(cli, labels, {line["item"]: line["expected"] for line in lines}, 3)
    assert record["outcome"] == "failed"
    assert len(record["mended"]) == len(lines)
    assert record["left"] == record["broken"] == []


def test_tweets_that_were_all_labelled_again_pass(cli: Cli) -> None:
    labels = claimed(cli)
    gold = {row["item_id"]: row["label"] for row in rows_of(TWEETS / "gold.csv")}
    record = judged(cli, labels, gold, 4)  # completeness was not claimed, and nobody knows what was sent
    assert (record["outcome"], record["fresh"]) == ("passed", "kept")
    assert record["left"] == []


def overlap(one: dict[str, str], other: dict[str, str]) -> float:
    """Intersection ÷ union of two boxes."""
    a, b = ([float(box[name]) for name in ("x_min", "y_min", "x_max", "y_max")] for box in (one, other))
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    inner = max(width, 0.0) * max(height, 0.0)
    return inner / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inner)


def found_right(gold: list[dict[str, str]], drawn: list[dict[str, str]]) -> list[bool]:
    """Whether each gold box has a box of its label, one to one with the most overlap, at half of the area."""
    shares = np.asarray([[overlap(one, other) for other in drawn] for one in gold]).reshape(len(gold), -1)
    right = [False] * len(gold)
    for row, column in zip(
        *linear_sum_assignment(np.where(shares >= 0.5, shares, 0), maximize=True), strict=True
    ):
        right[row] = shares[row, column] >= 0.5 and gold[row]["label"] == drawn[column]["label"]
    return right


def test_real_boxes_drawn_again_pass_with_some_of_the_named_still_wrong(cli: Cli) -> None:
    """Defects of gold boxes are counted again with scipy's assignment; those of further boxes are not."""
    cli("demo", "demo", "--task", "boxes", env=day(2))
    inside = Cli(cli.folder / "demo")
    record = inside("claim", "rework", "claim-1", "batch-2", "--json", env=day(20)).json
    assert record["outcome"] == "passed"
    assert len(record["left"]) + len(record["mended"]) == len(record["lines"]) == 217
    lines = {line["number"]: line for line in inside("claim", "show", "claim-1", "--json").json["lines"]}
    gold, drawn = (
        rows_of(SAMPLES / "asthma_cells" / "gold-1.csv"),
        rows_of(SAMPLES / "asthma_cells" / "delivered-2.csv"),
    )
    still = 0
    for item in {line["item"] for line in lines.values()}:
        mine = [box for box in gold if box["item_id"] == item]
        for person in {box["annotator_id"] for box in drawn if box["item_id"] == item}:
            theirs = [box for box in drawn if (box["item_id"], box["annotator_id"]) == (item, person)]
            named = [line for line in lines.values() if (line["item"], line["annotator"]) == (item, person)]
            wrong = Counter(
                box["label"] for box, ok in zip(mine, found_right(mine, theirs), strict=True) if not ok
            )
            asked = Counter(line["expected"] for line in named if line["expected"])
            still += sum((wrong & asked).values())  # at most so many of the named ones of a class
    of_gold = [number for number in record["left"] if lines[number]["expected"]]
    assert 0 < len(of_gold) <= still
