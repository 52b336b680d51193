"""Looking again at a delivery: what is refused, what the refusal advises, and what stays allowed."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.forging import Forgery
from tests.flows.test_flows_designs import gold, labels
from tests.flows.test_flows_sample_audit import CONTRACT, FIXED, truth
from vendoreval.evidence.chain import Event

RULE = re.compile(r"decision = .*")
SEED = 35  # one wrong label among the first 8 items, one among the next 8
CLAIM = 'decision = { rule = "claim", alpha = 0.05, beta = 0.10 }'


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A workspace with a delivery of 400 items, about 30 % of them wrong, but few of the first 16."""
    cli = Cli(tmp_path)
    (tmp_path / "contract.toml").write_text(RULE.sub(CLAIM, CONTRACT), "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "contract.toml", env=FIXED)
    path = labels(tmp_path, "d.csv", 0.3, SEED)
    cli("delivery", "add", path, "--id", "d", "--contract", "birds", env=FIXED)
    return cli


def audit(cli: Cli, name: str, items: range, minute: int, code: int | None = None) -> dict[str, Any]:
    """Audit `items` as a gold set of its own; returns the result."""
    now = {**FIXED, "VENDOREVAL_NOW": f"2026-03-02T10:{minute:02}:00+00:00"}
    path = gold(cli.folder, f"{name}.csv", items)
    cli("gold", "add", path, "--id", f"gold-{name}", "--contract", "birds", env=now)
    return rerun(cli, name, f"gold-{name}", now, code)


def rerun(cli: Cli, name: str, gold_id: str, now: dict[str, str], code: int | None = None) -> dict[str, Any]:
    words = ("audit", "run", "d", "--gold", gold_id, "--id", name, "--json")
    result: dict[str, Any] = cli(*words, code=4 if code is None else code, env=now).json
    return result


def answered(folder: Path, tasks: Path) -> str:
    """The tasks with right answers in their column for it."""
    with tasks.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "answers.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("task_id", "answer"))
        writer.writerows((row["task_id"], truth(row["item_id"])) for row in rows)
    return "answers.csv"


def test_the_advice_on_a_growing_sample_works_as_typed(cli: Cli) -> None:
    first = audit(cli, "a", range(8), 1)
    assert first["findings"][0]["verdict"] == "inconclusive"
    assert first["earlier_audits"] == []
    for minute, (name, items) in enumerate((("grown", range(80)), ("across", range(4, 84))), 2):
        refused = audit(cli, name, items, minute)["findings"][0]
        assert (refused["verdict"], refused["p_breach"]) == ("not_run", None)
    (advice,) = re.findall(r"`vendoreval ([^`]+)`", refused["reason"])
    cli(*shlex.split(advice), env=FIXED)
    fresh = cli.folder / "fresh.csv"
    done = cli(
        "audit", "answers", "across-fresh", answered(cli.folder, fresh), "--auditor", "eve", "--json",
        code=3, env=FIXED,
    ).json  # fmt: skip
    assert (done["finished"], done["findings"][0]["verdict"]) == (True, "breached")
    shown = cli("audit", "show", "across-fresh", "--json").json
    assert [one["audit"] for one in shown["earlier_audits"]] == ["a", "grown", "across"]
    notes = " ".join(shown["notes"])
    assert "a on gold-a (8 items" in notes
    assert "1/2 of the agreed risks" in notes
    cli("evidence", "export", "across-fresh", "--out", "b.zip", env=FIXED)
    assert cli("evidence", "verify", "b.zip", "--json").json["verdict"] == "breached"


def test_the_same_items_again_other_items_and_a_census_are_judged(cli: Cli) -> None:
    first = audit(cli, "a", range(8), 1)["findings"][0]
    again = rerun(cli, "a2", "gold-a", {**FIXED, "VENDOREVAL_NOW": "2026-03-02T11:00:00+00:00"})
    assert (again["findings"][0], again["earlier_audits"]) == (first, [])  # it is the very same audit
    apart = audit(cli, "apart", range(8, 16), 5)
    assert apart["findings"][0]["verdict"] == "inconclusive"
    assert apart["findings"][0]["confidence"] == pytest.approx(0.975)
    assert audit(cli, "most", range(399), 6)["findings"][0]["verdict"] == "not_run"
    census = audit(cli, "census", range(400), 7, code=3)["findings"][0]
    assert (census["verdict"], census["method"]) == ("breached", "census")


def add_again(cli: Cli, name: str, *words: str) -> None:
    cli("delivery", "add", "d.csv", "--id", name, "--contract", "birds", *words, env=FIXED)


def of(cli: Cli, delivery: str, name: str, gold_id: str, minute: int, code: int = 4) -> dict[str, Any]:
    now = {**FIXED, "VENDOREVAL_NOW": f"2026-03-02T11:{minute:02}:00+00:00"}
    words = ("audit", "run", delivery, "--gold", gold_id, "--id", name, "--json")
    result: dict[str, Any] = cli(*words, code=code, env=now).json
    return result


def test_the_same_file_as_another_delivery_is_looked_at_once_more(cli: Cli) -> None:
    """A filter gives the file another identity, but no new chances."""
    audit(cli, "a", range(8), 1)
    add_again(cli, "all", "--where", "item_id!=nothing")
    same = of(cli, "all", "same", "gold-a", 0)
    assert same["findings"][0]["verdict"] == "inconclusive"  # the very same look
    assert [(one["audit"], one["delivery"]) for one in same["earlier_audits"]] == [("a", "d")]
    add_again(cli, "part", "--where", "item_id!=img-399")
    part = of(cli, "part", "chosen", "gold-a", 1)
    assert part["findings"][0]["verdict"] == "not_run"
    assert "of this delivery or its files looked at 8 of these 8 items" in part["findings"][0]["reason"]
    assert [one["audit"] for one in part["earlier_audits"]] == ["a", "same"]
    apart = audit(cli, "apart", range(8, 16), 5)
    assert [one.get("delivery") for one in apart["earlier_audits"]] == [None, "all", "part"]


def test_a_bundle_opens_the_audits_of_its_files_and_none_can_be_left_unnamed(cli: Cli) -> None:
    audit(cli, "a", range(8), 1)
    add_again(cli, "part", "--where", "item_id!=img-399")
    cli("gold", "add", gold(cli.folder, "g.csv", range(8, 16)), "--id", "g", "--contract", "birds", env=FIXED)
    second = of(cli, "part", "second", "g", 2)
    assert second["findings"][0]["confidence"] == pytest.approx(0.975)
    cli("evidence", "export", "second", "--out", "b.zip", env=FIXED)
    assert cli("evidence", "verify", "b.zip", "--json").json["verdict"] == "inconclusive"
    cli("evidence", "export", "a", "--out", "a.zip", env=FIXED)
    assert "audited again later: second" in cli("evidence", "verify", "a.zip").out
    for bundle, hidden, why in (
        ("b.zip", "a", "The log does not tell of the earlier audit 'a'"),
        ("a.zip", "second", "is about a delivery of the same files, and closed"),
    ):
        forged = Forgery(cli.folder / bundle)
        forged.log = [
            one.closed() if isinstance(one, Event) and (one.kind, one.subject) == ("audit.run", hidden) else one
            for one in forged.log
        ]
        assert why in cli("evidence", "verify", forged.write(cli.folder / "hidden.zip"), code=5).err
