"""The dishonest buyer who draws by scores: what is sealed, drawn or answered otherwise is named by verify."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import clause, rule
from tests.flows.active_story import WEATHER, delivered
from tests.flows.forging import Forgery
from vendoreval.evidence.canonical import hash_of, sha256_hex

OWN = ("--receipt", "scores-receipt.json", "--receipt", "seed-receipt.json", "--contract", "contract.toml",
       "--delivered", "delivered.csv")  # fmt: skip


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an honest claim on two work lists, made once."""
    ours = clause(
        threshold="0.93", decision=rule("active", alpha=0.05, beta=0.05, tolerated="0.90"), remedy=["credit"]
    )
    story = delivered(Cli(tmp_path_factory.mktemp("honest")), WEATHER, "crowdflower", ours)
    story.claimed()
    assert len(story.lists) == 2
    return story.cli.folder


@pytest.fixture
def told(cli: Cli, honest: Path) -> Cli:
    for file in honest.glob("*.*"):
        if file.is_file() and file.suffix in (".zip", ".csv", ".json", ".toml"):
            shutil.copy(file, cli.folder / file.name)
    return cli


def strata(made: Forgery) -> dict[str, int]:
    rows = made.files["strata.csv"].decode().splitlines()[1:]
    return {item: int(stratum) for item, stratum in (row.rsplit(",", 1) for row in rows)}


def write_strata(made: Forgery, given: dict[str, int]) -> None:
    lines = [f"{item},{stratum}" for item, stratum in sorted(given.items())]
    made.files["strata.csv"] = ("item_id,stratum\n" + "\n".join(lines) + "\n").encode()


def stratum_changed(made: Forgery) -> None:
    """An item that is not drawn lies in another stratum."""
    given = strata(made)
    drawn = {item for item, _ in made.record("frame.json")["active"]["order"]}
    one, other = (next(i for i in given if i not in drawn and given[i] == h) for h in (0, 1))
    given[one], given[other] = 1, 0
    write_strata(made, given)


def resealed(made: Forgery) -> None:
    """The same, and everything that names the strata is made anew, the receipt too."""
    stratum_changed(made)
    sha = sha256_hex(made.files["strata.csv"])
    made.change("scores.json", strata=sha)
    frame = made.record("frame.json")
    made.set("frame.json", {**frame, "active": {**frame["active"], "strata_sha256": sha}})
    receipts = made.record("receipts.json")
    receipts[0] |= {"strata": sha, "sealed": sha256_hex(made.files["scores.json"])}
    made.set("receipts.json", receipts)


def scores_changed(made: Forgery) -> None:
    made.change("scores.json", scores_sha256="0" * 64)


def active(made: Forgery, **fields: Any) -> None:
    frame = made.record("frame.json")
    made.set("frame.json", {**frame, "active": {**frame["active"], **fields}})


def item_skipped(made: Forgery) -> None:
    """A right answer of the first list disappears, with all that names it."""
    frame = made.record("frame.json")
    right = {
        row["record"]["item_id"]: row["record"]["answers"][0][0]["label"] for row in made.rows("gold.jsonl")
    }
    votes: dict[str, list[str]] = {}
    for row in made.rows("labels.jsonl"):
        votes.setdefault(row["item_id"], []).append(row["label"])
    gone = next(item for item, _ in frame["active"]["order"] if set(votes[item]) == {right[item]})
    made.set_rows("gold.jsonl", [row for row in made.rows("gold.jsonl") if row["record"]["item_id"] != gone])
    made.set_rows("labels.jsonl", [row for row in made.rows("labels.jsonl") if row["item_id"] != gone])
    frame["strata"].pop(gone)
    frame["active"]["order"] = [one for one in frame["active"]["order"] if one[0] != gone]
    made.set("frame.json", frame)


def answers_reordered(made: Forgery) -> None:
    order = made.record("frame.json")["active"]["order"]
    active(made, order=[*order[:10][::-1], *order[10:]])


def shares_altered(made: Forgery) -> None:
    """The second list is said to have been drawn with other chances."""
    shares = made.record("frame.json")["active"]["shares"]
    shares[1][0] += 30
    shares[1][-1] -= 30
    active(made, shares=shares)


def other_seed(made: Forgery) -> None:
    made.change("frame.json", seed="4712")
    made.change("draw.json", typed="4712")


def other_design(made: Forgery) -> None:
    """How items are best drawn is told in another way, which the rule bears; the sealed design stays."""
    design = made.record("frame.json")["active"]["design"]
    first, *rest = design["alternatives"]
    even = [1 / len(design["sizes"])] * len(design["sizes"])
    active(made, design={**design, "alternatives": [{**first, "allocation": even}, *rest]})


def money_to_start_with(made: Forgery) -> None:
    """Every bet against the vendor weighs twice as much, in the sealed design, too, and in its receipt."""
    design = made.record("scores.json")["design"]
    heavy = [
        {**one, "weight": one["weight"] * (2 if one["against"] == "kept" else 1)}
        for one in design["alternatives"]
    ]
    made.change("scores.json", design={**design, "alternatives": heavy})
    active(made, design={**design, "alternatives": heavy})
    receipts = made.record("receipts.json")
    receipts[0] |= {"sealed": sha256_hex(made.files["scores.json"])}
    made.set("receipts.json", receipts)


def announcement_for_nothing(made: Forgery) -> None:
    """The seed's source was announced without these strata."""
    receipts = made.record("receipts.json")
    receipts[1].pop("scores")
    made.set("receipts.json", receipts)


def freeze_hidden(made: Forgery) -> None:
    frame = made.record("frame.json")
    frame.pop("active")
    made.set("frame.json", {**frame, "strata": {}, "stratum_sizes": {}})


LIES: list[tuple[Callable[[Forgery], None], str]] = [
    (stratum_changed, "strata.csv is not what was frozen"),
    (resealed, "Receipt 1 says sealed"),
    (scores_changed, "scores.json is not what was frozen"),
    (item_skipped, "an item was left out"),
    (answers_reordered, "another order was made up"),
    (shares_altered, "The chances of work list 2"),
    (other_seed, "does not hold the items that the seed draws"),
    (money_to_start_with, "The claim 'c' was issued and is not in the bundle"),  # nothing is judged by it
    (other_design, "The draw's design is not the one that was sealed"),
    (freeze_hidden, "The claim 'c' was issued and is not in the bundle"),
]


@pytest.mark.parametrize(("lie", "said"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lie_is_named(told: Cli, lie: Callable[[Forgery], None], said: str) -> None:
    made = Forgery(told.folder / "b.zip")
    lie(made)
    made.recompute()
    made.relog()
    name = made.write(told.folder / "forged.zip")
    assert said in " ".join(told("evidence", "verify", name, *OWN, code=5).err.split())


def test_a_freeze_after_the_seed_cannot_pass_for_one_before(told: Cli) -> None:
    """Without the reader's receipts: the records contradict each other all the same."""
    made = Forgery(told.folder / "b.zip")
    announcement_for_nothing(made)
    made.recompute()
    made.relog()
    said = told("evidence", "verify", made.write(told.folder / "forged.zip"), code=5).err
    assert "was not announced for these strata" in " ".join(said.split())


def test_strata_of_other_files_are_named(told: Cli) -> None:
    """Sealed honestly, but not what the vendor's labels give: its own files show it."""
    made = Forgery(told.folder / "b.zip")
    resealed(made)
    made.recompute()
    made.relog()
    receipts = made.record("receipts.json")
    receipts[1]["scores"] = hash_of(receipts[0])  # announced anew for the other strata
    made.set("receipts.json", receipts)
    made.relog()
    name = made.write(told.folder / "forged.zip")
    words = ("--delivered", "delivered.csv", "--contract", "contract.toml")
    said = told("evidence", "verify", name, *words, code=5).err
    assert "do not follow from your files" in " ".join(said.split())
