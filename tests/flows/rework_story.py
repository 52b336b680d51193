"""A delivery in breach, its claim, and reworks of every kind: made up, so that what is right is known."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import Any

from tests.conftest import Cli
from tests.contracts import WINDOW, YEAR, clause, contract_toml, rule

N, GOLD = 600, 200
CLASSES = ("bunting", "grosbeak")
ACCURACY = clause(
    ref="§4", threshold="0.95", decision=rule("claim", alpha=0.05, beta=0.10), remedy=["rework", "credit"]
)
REMEDIES: list[dict[str, Any]] = [
    {"id": "rework", "kind": "rework", "rounds": 2, "deadline_days": 10},
    {"id": "credit", "kind": "credit", "after_rework": 1, "deadline_days": 10, "justification": "loss"},
]
TERMS: dict[str, Any] = {
    "title": "Birds", **YEAR, "price": ("0.10", "item"), "acceptance": WINDOW,
    "task": {"classes": list(CLASSES), "gold": "chosen"}, "remedies": REMEDIES,
}  # fmt: skip
ITEMS = [f"img-{k:04d}" for k in range(N)]


def day(number: int) -> dict[str, str]:
    """The environment of a day in March."""
    return {"VENDOREVAL_NOW": f"2026-03-{number:02d}T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


def truth(item: str) -> str:
    return CLASSES[0] if int(item.split("-")[1]) % 3 else CLASSES[1]


def other(item: str) -> str:
    return CLASSES[1] if truth(item) == CLASSES[0] else CLASSES[0]


def errors(rate: float, seed: int) -> frozenset[str]:
    """The items that a vendor of this error rate gets wrong."""
    rng = random.Random(seed)
    return frozenset(item for item in ITEMS if rng.random() < rate)


def write_labels(cli: Cli, name: str, wrong: Collection[str], items: Collection[str] = ITEMS) -> str:
    rows = [
        f"{item},worker-{int(item[4:]) % 5},{other(item) if item in wrong else truth(item)}" for item in items
    ]
    (cli.folder / name).write_text("item_id,annotator_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    return name


def write_gold(cli: Cli, name: str, items: Collection[str]) -> str:
    rows = [f"{item},{truth(item)}" for item in items]
    (cli.folder / name).write_text("item_id,label\n" + "\n".join(rows) + "\n", "utf-8")
    return name


def breached(cli: Cli, wrong: Collection[str], scope: str = "delivery") -> None:
    """A workspace with `batch-1`, audited on gold-1 (the first GOLD items) and claimed if it is in breach."""
    remedies = [{**REMEDIES[0], "scope": scope}, *REMEDIES[1:]]
    terms = contract_toml("birds", **{**TERMS, "remedies": remedies}, clauses=[ACCURACY])
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme Labels")
    cli("contract", "add", "contract.toml", env=day(1))
    for number, items in ((1, ITEMS[:GOLD]), (2, ITEMS[GOLD : 2 * GOLD])):
        file = write_gold(cli, f"gold-{number}.csv", items)
        cli("gold", "add", file, "--id", f"gold-{number}", "--contract", "birds", env=day(1))
    file = write_labels(cli, "batch-1.csv", wrong)
    cli("delivery", "add", file, "--id", "batch-1", "--contract", "birds", env=day(2))
    cli("audit", "run", "batch-1", "--gold", "gold-1", "--id", "audit-1", env=day(3), code=3)


def claimed(cli: Cli, wrong: Collection[str], scope: str = "delivery") -> None:
    """As `breached`, with claim-1 issued on it."""
    breached(cli, wrong, scope)
    cli("claim", "draft", "audit-1", "--id", "claim-1", env=day(3))
    cli("claim", "issue", "claim-1", env=day(3))


def reworked(
    cli: Cli, wrong: Collection[str], number: int = 2, on: int = 10, items: Collection[str] = ITEMS
) -> Any:
    """Take batch-`number` in as the rework of the one before; returns its record."""
    turned = list(items)[::-1] if number % 2 == 0 else items  # other bytes, even where nothing was done
    file = write_labels(cli, f"batch-{number}.csv", wrong, turned)
    words = ("--id", f"batch-{number}", "--contract", "birds", "--rework-of", f"batch-{number - 1}")
    return cli("delivery", "add", file, *words, "--json", env=day(on)).json
