"""Two real vendors on the same items, compared end to end: the right winner and the right gap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import SHARED, Cli, Ran, facts
from tests.contracts import YEAR, clause, contract_toml
from tests.counted_facts import counted, one_answer, rows_of

COSTS = """
schema = "vendoreval/cost-inputs/1"
[labels]
units = 10000
[failure]
escaped = "0.50"
[vendor.{dear}.delay]
weeks = 1
per_week = 100000
"""


def prepare(cli: Cli, name: str, vendors: dict[str, str], answers: str) -> None:
    """A workspace in which both vendors of a real data set are audited on its gold."""
    data, known = SHARED / "data" / name, facts(name)["all"]
    classes = sorted({*known["label_counts_delivered"], *known["label_counts_gold"]})
    cli("init")
    for vendor, price in vendors.items():
        slug = vendor.replace("_", "-")
        terms = cli.folder / f"{slug}.toml"
        task = {"classes": classes, "answers": answers, "repeats": "first"}
        text = contract_toml(
            f"c-{slug}", vendor=slug, **YEAR, task=task, price=(price, "label"),
            clauses=[clause(threshold="0.70")],
        )  # fmt: skip
        terms.write_text(text, "utf-8")
        cli("vendor", "add", slug)
        cli("contract", "add", terms)
        cli("gold", "add", data / "gold.csv", "--id", f"g-{slug}", "--contract", f"c-{slug}")
        cli("delivery", "add", data / "delivered.csv", "--id", f"d-{slug}", "--contract", f"c-{slug}",
            "--where", f"vendor={vendor}", "--in-order")  # fmt: skip
        ran = [*("audit", "run", f"d-{slug}", "--gold", f"g-{slug}", "--id", f"a-{slug}", "--json")]
        cli(*ran, code=0 if vendor != "mturk_india" or answers == "consensus" else 3)


SETS = [
    ("zencrowd_two_vendors", "mturk_us", "mturk_india"),
    ("weather_sentiment_two_vendors", "crowdflower", "mturk"),
]
FIGURES = {
    "each": "accuracy_single_labels",
    "consensus": "majority_vote_accuracy_ties_to_smallest_label",
}


def figures(name: str, vendor: str) -> dict[str, Any]:
    """The figures of FACTS.json, with one answer a person and item."""
    data = SHARED / "data" / name
    rows = one_answer(rows_of(data / "delivered.csv", {"vendor": vendor}))
    return counted(rows, pd.read_csv(data / "gold.csv", dtype=str, keep_default_na=False))


@pytest.mark.parametrize("answers", ["each", "consensus"])
@pytest.mark.parametrize(("name", "winner", "loser"), SETS)
def test_the_right_vendor_wins_by_the_right_gap(
    cli: Cli, name: str, winner: str, loser: str, answers: str
) -> None:
    known = {vendor: figures(name, vendor) for vendor in (winner, loser)}
    key = FIGURES[answers]
    prepare(cli, name, {winner: "0.05", loser: "0.05"}, answers)
    best, other = winner.replace("_", "-"), loser.replace("_", "-")
    made: dict[str, Any] = cli("vendor", "compare", other, best, "--json").json
    assert made["order"] == [best, other]
    shares = {row["vendor"]: row["accuracy"] for row in made["vendors"]}
    assert round(shares[best], 6) == known[winner][key]
    assert round(shares[other], 6) == known[loser][key]
    (pair,) = made["pairs"]
    assert pair["paired"]["items"] == facts(name)["all"]["n_items"]
    sign = 1 if pair["one"] == best else -1
    gap = known[winner][key] - known[loser][key]
    assert sign * pair["paired"]["difference"] == pytest.approx(gap, abs=2e-6)
    assert pair["better"] == best
    assert pair["p_adjusted"] < 0.05
    for row in made["vendors"]:
        assert row["low"] < row["accuracy"] < row["high"]
    shown = cli("vendor", "compare", other, best).out
    assert f"{best} is proven better" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


def test_costs_of_single_vendors_and_a_stale_report(cli: Cli, tmp_path: Path) -> None:
    prepare(cli, "zencrowd_two_vendors", {"mturk_us": "0.05", "mturk_india": "0.04"}, "each")
    costs = tmp_path / "costs.toml"
    costs.write_text(COSTS.format(dear="mturk-us"), "utf-8")
    words = ("vendor", "compare", "mturk-us", "mturk-india", "--costs", costs, "--json")
    made = cli(*words).json
    lines = {vendor: cost["lines"] for vendor, cost in made["costs"].items()}
    assert (lines["mturk-us"]["delay"], lines["mturk-india"]["delay"]) == (100_000, 0)
    assert lines["mturk-us"]["labels"] == pytest.approx(500)
    # Cheaper against better: neither beats the other.
    assert all(row["unbeaten"] for row in made["vendors"])
    assert made["earlier"] is None
    report = ("report", "comparison", "mturk-india", "mturk-us", "--costs", costs)
    for name in ("x.html", "x.json", "x.pdf"):
        cli(*report, "--out", name)
    made_json = Ran(0, (tmp_path / "x.json").read_text("utf-8"), "").json
    assert made_json["schema"] == "vendoreval/comparison_report/1"
    earlier = cli(*words).json["earlier"]
    assert (earlier["stale"], earlier["changed"]) == (False, [])
    cli("audit", "run", "d-mturk-us", "--gold", "g-mturk-us", "--id", "again")
    assert cli(*words).json["earlier"]["changed"] == ["the latest audit of mturk-us"]
    plain = " ".join(cli("vendor", "compare", "mturk-us", "mturk-india").out.split())
    assert "stale: the latest audit of mturk-us changed" in plain  # no costs were asked for
    costs.write_text(COSTS.format(dear="mturk-us").replace("0.50", "0.60"), "utf-8")
    assert "the cost inputs of mturk-india" in cli(*words).json["earlier"]["changed"]


def test_the_price_is_that_of_today_in_its_own_currency(cli: Cli, tmp_path: Path) -> None:
    prepare(cli, "zencrowd_two_vendors", {"mturk_us": "0.05", "mturk_india": "0.04"}, "each")
    words = ("vendor", "compare", "mturk-us", "mturk-india")
    before = {row["vendor"]: row for row in cli(*words, "--json").json["vendors"]}
    cli("report", "comparison", "mturk-us", "mturk-india", "--out", "x.html")
    terms = (tmp_path / "mturk-us.toml").read_text("utf-8")
    (tmp_path / "dearer.toml").write_text(terms.replace('per_unit = "0.05"', 'per_unit = "0.10"'), "utf-8")
    cli("contract", "amend", "dearer.toml")
    made = cli(*words, "--json").json
    after = {row["vendor"]: row for row in made["vendors"]}
    assert (before["mturk-us"]["price"], after["mturk-us"]["price"]) == ("0.05 per label", "0.10 per label")
    assert after["mturk-us"]["per_correct"] > 1.5 * before["mturk-us"]["per_correct"]
    assert after["mturk-us"]["accuracy"] == before["mturk-us"]["accuracy"]  # by the contract of the audit
    assert made["earlier"]["changed"] == ["the contract of mturk-us"]
    costs = tmp_path / "yen.toml"
    costs.write_text('schema = "vendoreval/cost-inputs/1"\ncurrency = "JPY"\n[labels]\nunits = 10\n', "utf-8")
    refused = cli("cost", costs, "--audit", "a-mturk-us", code=2).err
    assert "reckons in JPY, the contract 'c-mturk-us' in USD" in refused
    mixed = cli(*words, "--costs", costs, "--json").json
    assert [row["per_correct"] for row in mixed["vendors"]] == [None, None]
    assert any("in the currency of the price" in note for note in mixed["notes"])
    costs.write_text(costs.read_text("utf-8") + '[vendor.mturk-uk.labels]\nprice = "7"\n', "utf-8")
    assert "no vendor 'mturk-uk'" in cli(*words, "--costs", costs, code=2).err


def test_refusals_say_what_to_try(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    assert "Name two to 6" in cli("vendor", "compare", "acme", code=2).err
    assert "Name two to 6" in cli("vendor", "compare", "acme", "acme", code=2).err
    assert "no vendor 'beta'" in cli("vendor", "compare", "acme", "beta", code=2).err
    cli("vendor", "add", "beta")
    assert "is no weight" in cli("vendor", "compare", "acme", "beta", "--weights", "G=x", code=2).err
    assert "no section 'Q'" in cli("vendor", "compare", "acme", "beta", "--weights", "Q=1", code=2).err
    made = cli("vendor", "compare", "acme", "beta", "--json").json
    assert made["order"] == ["acme", "beta"]
    assert {row["status"] for row in made["vendors"]} == {"not asked"}


def test_the_cost_of_an_audited_delivery(cli: Cli) -> None:
    prepare(cli, "weather_sentiment_two_vendors", {"crowdflower": "0.05"}, "consensus")
    known = facts("weather_sentiment_two_vendors")["by_vendor"]["crowdflower"]
    made = cli("cost", "--audit", "a-crowdflower", "--json").json["cost"]
    values = {row["name"]: row["value"] for row in made["inputs"]}
    assert round(values["labels.accuracy"], 6) == known["majority_vote_accuracy_ties_to_smallest_label"]
    assert values["labels.units"] == known["n_items"]
    # The contract pays by label, what counts is the agreed answer on an item.
    assert made["lines"]["labels"] == pytest.approx(0.05 * known["n_labels"])
    assert values["labels.classes"] == 5
