"""Single gold items are revealed with their proof; whoever holds the receipt finds what was changed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from tests.conftest import ROOT, Cli
from vendoreval.workflow.gold.burnt import burnt_items, gold_use
from vendoreval.workflow.gold.golds import load_gold
from vendoreval.workflow.workspaces import open_workspace

NOW = {"VENDOREVAL_NOW": "2026-03-01T09:00:00+00:00", "VENDOREVAL_ACTOR": "ana"}
SAMPLES = ROOT / "samples"


@pytest.fixture
def committed(cli: Cli) -> Cli:
    """A committed gold set that nobody has met."""
    cli("init", env=NOW)
    cli("vendor", "add", "crowdflower", env=NOW)
    cli("contract", "add", SAMPLES / "contracts/weather-sentiment.toml", env=NOW)
    cli("gold", "add", SAMPLES / "weather_sentiment/gold.csv", "--id", "gold", env=NOW)
    cli("gold", "commit", "gold", "--out", "receipt.json", env=NOW)
    return cli


def reveal(cli: Cli, *items: str) -> dict[str, Any]:
    words = [word for item in items for word in ("--item", item)]
    made: dict[str, Any] = cli("gold", "reveal", "gold", *words, "--out", "reveal.json", "--json", env=NOW).json
    return made


def climbed(size: int, index: int, leaf: bytes, proof: list[bytes]) -> bytes:
    """The root above a leaf by RFC 6962 §2.1, split at the largest power of two below n."""
    if size == 1:
        assert not proof
        return leaf
    half = 1 << ((size - 1).bit_length() - 1)
    inside = index < half
    own = climbed(half if inside else size - half, index if inside else index - half, leaf, proof[:-1])
    pair = own + proof[-1] if inside else proof[-1] + own
    return hashlib.sha256(b"\x01" + pair).digest()


def test_revealed_items_lead_to_the_receipt_by_the_definition_and_are_burnt(committed: Cli) -> None:
    space = open_workspace(committed.folder)
    gold = load_gold(space, "gold")
    first, last = gold.item_ids[0], gold.item_ids[-1]
    made = reveal(committed, first, last)
    receipt = json.loads((committed.folder / "receipt.json").read_text("utf-8"))
    assert json.loads((committed.folder / "reveal.json").read_text("utf-8")) == made
    for one in made["items"]:
        data = bytes.fromhex(one["salt"]) + rfc8785.dumps(one["record"])
        leaf = hashlib.sha256(b"\x00" + data).digest()
        proof = [bytes.fromhex(step) for step in one["proof"]]
        assert climbed(receipt["items"], one["index"], leaf, proof).hex() == receipt["root"]
    assert {one["record"]["item_id"] for one in made["items"]} == {first, last}
    assert burnt_items(space, "crowdflower", "gold") == {first, last}
    assert gold_use(space, "gold").burnt == {first, last}
    committed("status", "--verify", env=NOW)

    found = committed("evidence", "verify", "reveal.json", "--receipt", "receipt.json", "--json", env=NOW).json
    assert set(found["items"]) == {first, last}
    assert found["not_shown"] == []
    alone = committed("evidence", "verify", "reveal.json", env=NOW)
    assert "not shown: that these answers stood before" in alone.out
    small = [sys.executable, "-m", "vendoreval.evidence", "reveal.json", "receipt.json"]
    standalone = subprocess.run(small, cwd=committed.folder, capture_output=True, text=True, check=False)
    assert standalone.returncode == 0, standalone.stderr
    assert "The proof of 2 gold items of the gold set gold fits." in standalone.stdout


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "answer": (lambda made: made["items"][0]["record"]["answers"][0][0].update(label="9"), "was changed"),
    "salt": (lambda made: made["items"][0].update(salt="00" * 32), "was changed"),
    "short salt": (lambda made: made["items"][0].update(salt="00"), "has not 32 bytes"),
    "index": (lambda made: made["items"][0].update(index=1), "was changed"),
    "index outside": (lambda made: made["items"][0].update(index=10**6), "has no place"),
    "proof": (lambda made: made["items"][0]["proof"].pop(), "was changed"),
    "twice": (lambda made: made["items"].append(made["items"][0]), "shown twice"),
    "root": (lambda made: made.update(root="00" * 32), "says root"),
    "no number": (lambda made: made.update(size="300"), "no size"),
    "no salt": (lambda made: made["items"][0].pop("salt"), "not a revealed item"),
    "other set": (lambda made: made.update(gold="other"), "None of the receipts"),
    "an amendment of another item": (
        lambda made: made["amendments"].append({"gold": "gold", "item_id": "else", "number": 1}),
        "'else' is not of an item",
    ),
}


def test_whatever_is_changed_is_named_with_exit_code_5(committed: Cli) -> None:
    item = load_gold(open_workspace(committed.folder), "gold").item_ids[0]
    made = reveal(committed, item)
    for name, (change, said) in CHANGES.items():
        changed = deepcopy(made)
        change(changed)
        (committed.folder / "changed.json").write_text(json.dumps(changed), "utf-8")
        words = ("evidence", "verify", "changed.json", "--receipt", "receipt.json")
        found = committed(*words, code=5, env=NOW)
        assert said in " ".join(found.err.split()), (name, found.err)
    committed("gold", "add", SAMPLES / "weather_sentiment/gold.csv", "--id", "two", env=NOW)
    committed("gold", "commit", "two", "--out", "two.json", env=NOW)
    other = committed("evidence", "verify", "reveal.json", "--receipt", "two.json", code=5, env=NOW)
    assert "None of the receipts is of the gold set 'gold'" in " ".join(other.err.split())


def test_what_cannot_be_revealed_is_refused_and_leaves_no_trace(committed: Cli) -> None:
    committed("gold", "add", SAMPLES / "weather_sentiment/gold.csv", "--id", "open", env=NOW)
    item = load_gold(open_workspace(committed.folder), "gold").item_ids[0]
    before = len(open_workspace(committed.folder).events())
    for words, said in (
        (("open", "--item", item), "was not committed to"),
        (("gold", "--item", "nowhere"), "nowhere"),
        (("gold", "--item", item, "--to", "nobody"), "nobody"),
        (("gold", "--item", item, "--out", "/proc/none/reveal.json"), "cannot be written"),
    ):
        assert said in committed("gold", "reveal", *words, code=2, env=NOW).err
    space = open_workspace(committed.folder)
    assert len(space.events()) == before
    assert not burnt_items(space, "crowdflower", "gold")
    assert not Path(committed.folder / "reveal-gold.json").exists()


def test_another_vendor_gets_it_and_an_amendment_stands_beside(committed: Cli) -> None:
    space = open_workspace(committed.folder)
    item = load_gold(space, "gold").item_ids[0]
    committed("vendor", "add", "mturk", env=NOW)
    why = ("--reason", "two experts read it otherwise")
    committed("gold", "amend", "gold", "--item", item, "--answer", "4", *why, env=NOW)
    words = ("gold", "reveal", "gold", "--item", item, "--to", "mturk", "--out", "reveal.json", "--json")
    made = committed(*words, env=NOW).json
    assert [one["reason"] for one in made["amendments"]] == [why[1]]
    assert len(made["items"][0]["record"]["answers"]) == 1  # what was committed to
    assert burnt_items(space, "mturk", "gold") == {item}
    assert not burnt_items(space, "crowdflower", "gold")
    found = committed("evidence", "verify", "reveal.json", "--receipt", "receipt.json", "--json", env=NOW).json
    assert [one["kind"] for one in found["not_shown"]] == ["amendments"]
