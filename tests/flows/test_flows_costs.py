"""`vendoreval cost` as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.unit.costs.test_costs_model import OFFER_A, OFFER_B


def test_template_then_cost(cli: Cli, tmp_path: Path) -> None:
    cli("cost", "cost.toml", "--write-template")
    assert "there already" in cli("cost", "cost.toml", "--write-template", code=2).err
    record = cli("cost", "cost.toml", "--json").json
    assert record["schema"] == "vendoreval/cost-study/1"
    assert record["cost"]["lines"]["labels"] == pytest.approx(4000)


def test_two_offers_in_eighty_columns(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(OFFER_A, "utf-8")
    (tmp_path / "b.toml").write_text(OFFER_B, "utf-8")
    shown = cli("cost", "a.toml", "--compare", "b.toml").out
    assert max(map(len, shown.splitlines())) <= 80
    for words in ("51,850", "11,175", "0.5761", "0.1135", "0.0149", "B is worth the premium"):
        assert words in shown
    record = cli("cost", "a.toml", "--compare", "b.toml", "--json").json
    assert record["break_even"]["labels_only"] == pytest.approx(0.014875)


def test_nothing_named_is_a_clear_refusal(cli: Cli) -> None:
    assert "Name an input file" in cli("cost", code=2).err
