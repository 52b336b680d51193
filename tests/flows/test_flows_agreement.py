"""`agreement show` on real deliveries: alphas equal FACTS.json, over all items and without gold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import contract_toml
from vendoreval import agreement, agreement_trend, open_workspace


def contract(cli: Cli, name: str, classes: list[str]) -> None:
    path = cli.folder / f"{name}.toml"
    path.write_text(contract_toml(name, task={"classes": classes}), "utf-8")
    if not (cli.folder / "vendoreval.db").exists():
        cli("init")
        cli("vendor", "add", "acme")
    cli("contract", "add", path)


def deliver(cli: Cli, name: str, data: str | Path, *words: str) -> None:
    path = SHARED / "data" / data / "delivered.csv" if isinstance(data, str) else data
    cli("delivery", "add", path, "--id", name, "--contract", "c", *words)


@pytest.mark.parametrize("name", ["bluebirds", "music_genre", "hitspam_copied_consensus"])
def test_alpha_of_a_delivery(cli: Cli, name: str) -> None:
    known = facts(name)
    contract(cli, "c", sorted(known["label_counts_delivered"]))
    deliver(cli, "d", name)
    found = cli("agreement", "show", "d", "--json").json
    assert found["schema"] == "vendoreval/agreement/1"
    assert round(found["alpha"]["estimate"], 6) == known["krippendorff_alpha_nominal"]
    assert found["alpha"]["low"] <= found["alpha"]["estimate"] <= found["alpha"]["high"]
    copies = known["repeat_labels_same_annotator_same_item"]  # all of them identical rows
    assert (found["labels"], found["items"]) == (known["n_labels"] - copies, known["n_items"])
    assert cli("agreement", "show", "d", "--json").json == found  # the same draws every time


def test_ordered_classes_and_repeated_labels(cli: Cli) -> None:
    known = facts("adultcontent2")
    contract(cli, "c", ["G", "P", "R", "X"])
    deliver(cli, "d", "adultcontent2")
    nominal = cli("agreement", "show", "d", "--by", "class", "--json").json
    assert round(nominal["alpha"]["estimate"], 6) == known["krippendorff_alpha_nominal"]
    assert [group["group"] for group in nominal["groups"]] == ["G", "P", "R", "X"]
    # 2,773 rows are identical to others; without times they may be copies or answers that were given again
    assert nominal["labels"] == known["n_labels"] - 2773
    assert nominal["self_agreement"] is None
    ordinal = cli("agreement", "show", "d", "--scale", "ordinal", "--json").json
    assert round(ordinal["alpha"]["estimate"], 6) == known["krippendorff_alpha_ordinal"]


def test_two_vendors_as_two_deliveries(cli: Cli) -> None:
    known = facts("weather_sentiment_two_vendors")["by_vendor"]
    contract(cli, "c", ["0", "1", "2", "3", "4"])
    for vendor in ("crowdflower", "mturk"):
        deliver(cli, vendor, "weather_sentiment_two_vendors", "--where", f"vendor={vendor}")
    trend = cli("agreement", "show", "--vendor", "acme", "--json").json
    alphas = {row["delivery"]: round(row["alpha"]["estimate"], 6) for row in trend["deliveries"]}
    assert alphas == {vendor: figures["krippendorff_alpha_nominal"] for vendor, figures in known.items()}
    assert trend["changes"][0]["p"] == pytest.approx(0.046, abs=1e-3)
    assert "fell from 0.577" in cli("agreement", "show", "--vendor", "acme").out
    people = cli("agreement", "show", "mturk", "--by", "annotator", "--json").json
    assert len(people["groups"]) == known["mturk"]["n_annotators"]
    assert all(pair["first"] != pair["second"] and pair["items"] > 0 for pair in people["pairs"])


def synthetic(path: Path, days: int = 3) -> Path:
    """Agreement is high on the first days and chance on the last, when the guideline changed."""
    rng = np.random.Generator(np.random.PCG64(1))
    lines = ["item_id,annotator_id,label,labelled_at,guideline_version"]
    for item in range(300):
        day, truth = item * days // 300, rng.integers(0, 3)
        for person in range(3):
            sure = rng.random() < (0.9 if day < days - 1 else 0.0)
            label = truth if sure else rng.integers(0, 3)
            lines.append(f"i{item},p{person},{label},2026-03-{day + 1:02d}T1{person}:00:00Z,1.{day // 2}")
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_by_day_and_guideline_version(cli: Cli) -> None:
    contract(cli, "c", ["0", "1", "2"])
    deliver(cli, "d", synthetic(cli.folder / "rows.csv"))

    def groups(by: str) -> dict[str, dict[str, Any]]:
        return {row["group"]: row for row in cli("agreement", "show", "d", "--by", by, "--json").json["groups"]}

    days = groups("day")
    assert list(days) == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert days["2026-03-01"]["alpha"]["low"] > 0.5 > days["2026-03-03"]["alpha"]["high"]
    versions = groups("guideline_version")
    assert [versions[name]["labels"] for name in ("1.0", "1.1")] == [600, 300]
    workspace = open_workspace(cli.folder)
    assert agreement(workspace, "d")["alpha"]["estimate"] < days["2026-03-01"]["alpha"]["estimate"]
    assert agreement_trend(workspace, "acme")["changes"] == []


def test_what_is_shown_to_people(cli: Cli) -> None:
    contract(cli, "c", ["No", "Yes"])
    deliver(cli, "d", "hitspam_copied_consensus")
    shown = cli("agreement", "show", "d").out
    assert "one answer copied" in shown.replace("\n", " ")
    assert max(map(len, shown.splitlines())) <= 80


def test_words_that_do_not_fit(cli: Cli) -> None:
    contract(cli, "c", ["0", "1", "2"])
    deliver(cli, "d", synthetic(cli.folder / "rows.csv"), "--map", "guideline_version=guideline_version")
    assert "Agreement of what?" in cli("agreement", "show", code=2).err
    assert "not shown by 'stage'" in cli("agreement", "show", "d", "--by", "stage", code=2).err
    assert "no scale 'metric'" in cli("agreement", "show", "d", "--scale", "metric", code=2).err
    assert "A trend has no groups" in cli("agreement", "show", "--vendor", "acme", "--by", "day", code=2).err
    cli("agreement", "show", "nothing", code=2)
    cli("agreement", "show", "--vendor", "nobody", code=2)
