"""An audit drawn by frozen scores on real data: contract, freeze, announced seed, work lists, answers."""

from __future__ import annotations

import csv
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import SHARED, Cli
from tests.contracts import WINDOW, YEAR, Terms, clause, contract_toml, rule

SIGNED, CAME, FROZEN, DRAWN = "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-05"  # days
WEATHER, ZENCROWD = "weather_sentiment_two_vendors", "zencrowd_two_vendors"
CLASSES = {WEATHER: ["0", "1", "2", "3", "4"], ZENCROWD: ["0", "1"]}
DECISION = rule("active", alpha=0.05, beta=0.05, tolerated="0.90")


def at(day: str, hour: int = 9) -> dict[str, str]:
    return {"VENDOREVAL_NOW": f"{day}T{hour:02d}:00:00+00:00", "VENDOREVAL_ACTOR": "buyer"}


QUIET = {"VENDOREVAL_DEBUG": "", **at(DRAWN)}


def truth_of(data: str) -> dict[str, str]:
    with (SHARED / "data" / data / "gold.csv").open(newline="", encoding="utf-8") as file:
        return {row["item_id"]: row["label"] for row in csv.DictReader(file)}


@dataclass
class Story:
    """One audit; `truth` is what its experts answer."""

    cli: Cli
    truth: dict[str, str]
    audit: str = "a"
    contract: str = "deal"
    lists: list[Path] = field(default_factory=list)

    def scored(self, *words: str, delivery: str = "batch") -> Any:
        """Freeze scores; the receipt is scores-receipt.json."""
        words = ("audit", "scores", delivery, "--id", self.audit, *words)
        return self.cli(*words, "--json", env=at(FROZEN)).json

    def announced(self, on: str = "2026-03-04", day: str = FROZEN) -> int:
        """Name the seed's source for these scores; the receipt is seed-receipt.json."""
        words = ("audit", "announce", "--contract", self.contract, "--scores", self.audit)
        return int(
            self.cli(*words, "--source", "a beacon", "--on", on, "--json", env=at(day, 10)).json["number"]
        )

    def drawn(self, *words: str) -> Any:
        """The next work list; the seed stands among `words` for the first."""
        path = self.cli.folder / f"list-{len(self.lists) + 1}.csv"
        made = self.cli("audit", "tasks", self.audit, "--out", path.name, *words, "--json", env=at(DRAWN)).json
        self.lists.append(path)
        return made

    def answered(self, *words: str | Path, code: int = 0) -> Any:
        """The experts answer the last list; further `words` go to the command."""
        named = ("audit", "answers", self.audit, self.filled(), "--auditor", "eve", *words)
        return self.cli(*named, "--json", code=code, env=at(DRAWN)).json

    def filled(self, *, mistaken: Collection[str] = ()) -> str:
        """The last list with the truth, but for items on which the expert is `mistaken`."""
        file = self.cli.folder / f"answers-{len(self.lists)}.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(("task_id", "answer"))
            for task in rows_of(self.lists[-1]):
                right = self.truth[task["item_id"]]
                other = "1" if right == "0" else "0"
                writer.writerow((task["task_id"], other if task["item_id"] in mistaken else right))
        return file.name

    def audited(self, seed: str = "4711", code: int = 3) -> Any:
        """From the announcement to the end of the audit, which `code` tells; the record of the last answers."""
        number = self.announced()
        self.drawn("--seed", seed, "--announced", str(number))
        while True:
            ran = self.cli._run(
                ["audit", "answers", self.audit, self.filled(), "--auditor", "eve", "--json"], QUIET
            )
            if ran.json["finished"]:
                assert ran.code == code, ran
                return ran.json
            self.drawn()

    def claimed(self) -> None:
        """From frozen scores to the breach's issued claim c, and the bundle of both, b.zip."""
        self.scored()
        self.audited()
        self.cli("claim", "draft", "a", "--id", "c", env=at(DRAWN))
        self.cli("claim", "issue", "c", env=at(DRAWN))
        self.cli("evidence", "export", "a", "--out", "b.zip", env=at(DRAWN))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def delivered(
    cli: Cli, data: str, vendor: str, *clauses: Terms, answers: str = "consensus", **task: Any
) -> Story:
    """A workspace with one vendor's delivery of a real data set, under a contract with the rule `active`."""
    rows = [
        (row["item_id"], row["annotator_id"], row["label"])
        for row in rows_of(SHARED / "data" / data / "delivered.csv")
        if row["vendor"] == vendor
    ]
    _write(cli.folder / "delivered.csv", ("item_id", "annotator_id", "label"), rows)
    usual = clause(threshold="0.95", decision=DECISION, remedy=["credit"])
    _agreed(cli, CLASSES[data], list(clauses) or [usual], {"answers": answers, **task})
    return Story(cli, truth_of(data))


def _agreed(
    cli: Cli, classes: list[str], clauses: Sequence[Terms], task: dict[str, Any], more: Sequence[str] = ()
) -> None:  # fmt: skip
    """The contract, and the delivery `batch` taken in under it."""
    terms = contract_toml(
        "deal", title="Labels", **YEAR, price=("0.10", "item"), acceptance=WINDOW,
        task={"classes": classes, **task},
        remedies=[{"id": "credit", "kind": "credit", "justification": "loss"}], clauses=clauses,
    )  # fmt: skip
    (cli.folder / "contract.toml").write_text(terms, "utf-8")
    cli("init", env=at(SIGNED))
    cli("vendor", "add", "acme", "--name", "Acme", env=at(SIGNED))
    cli("contract", "add", "contract.toml", env=at(SIGNED))
    words = ("delivery", "add", "delivered.csv", "--id", "batch", "--contract", "deal")
    cli(*words, *(("--in-order",) if "repeats" in task else ()), *more, env=at(CAME))


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)


def made_delivery(cli: Cli, right: float, scores: str = "delivery", others: Sequence[Terms] = ()) -> Story:
    """A delivery of 400 items with one answer each, so many of them right; scores.csv flags nine errors of ten
    and one right answer of fifty."""
    rng = random.Random(11)
    items = [f"i-{number:03d}" for number in range(400)]
    truth = {item: "01"[rng.random() < 0.4] for item in items}
    wrong = set(rng.sample(items, round(400 * (1 - right))))
    flagged = {item: float(rng.random() < (0.9 if item in wrong else 0.02)) for item in items}
    given = {item: "10"[int(truth[item])] if item in wrong else truth[item] for item in items}
    decision = rule("active", alpha=0.05, beta=0.05, tolerated="0.90", scores=scores)
    ours = clause(threshold="0.95", decision=decision, remedy=["credit"])
    _write(cli.folder / "scores.csv", ("item_id", "score"), list(flagged.items()))
    people = [f"w{rng.randrange(4)}" for _ in items]
    rows = [(item, person, given[item]) for item, person in zip(items, people, strict=True)]
    _write(cli.folder / "delivered.csv", ("item_id", "annotator_id", "label"), rows)
    _agreed(cli, ["0", "1"], [ours, *others], {})
    return Story(cli, truth)


def three_labels(cli: Cli, lost: int = 0, answers: str = "each", unit: str = "label") -> Story:
    """A delivery of 400 items with three labels each; one item in eight is hard. With `lost`, one item in so
    many was sent, as sent.csv tells, and not answered."""
    rng = random.Random(2)
    items = [f"i-{number:03d}" for number in range(400)]
    truth = {item: "01"[rng.random() < 0.4] for item in items}
    rows = []
    for number, item in enumerate(items):
        for person in "abc" if not lost or number % lost else "":
            wrong = rng.random() < (0.45 if number % 8 == 0 else 0.03)
            rows.append((item, person, "10"[int(truth[item])] if wrong else truth[item]))
    _write(cli.folder / "delivered.csv", ("item_id", "annotator_id", "label"), rows)
    decision = rule("active", alpha=0.05, beta=0.05, tolerated="0.88")
    ours = clause(unit=unit, threshold="0.95", decision=decision, remedy=["credit"])
    if lost:
        _write(cli.folder / "sent.csv", ("item_id",), [(item,) for item in items])
    _agreed(cli, ["0", "1"], [ours], {"answers": answers}, ("--items", "sent.csv") if lost else ())
    return Story(cli, truth)
