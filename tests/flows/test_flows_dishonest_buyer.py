"""The dishonest buyer: every lie is sealed again, with all that follows computed anew, and named by verify.

Each forger knows the program. What it cannot forge is what the vendor holds: receipts from before the labels
came, its own files, its task list, the contract, and the buyer's acknowledgement.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import CAME, OWN, answered, at, claimed, sampled, sent, truth
from tests.flows.forging import Forgery
from vendoreval.evidence.chain import Closed, Event
from vendoreval.evidence.commitments import Opened, commit, open_all, seeding_root
from vendoreval.evidence.gold_texts import GoldText
from vendoreval.evidence.receipts import SCHEMA

BOTH = ("--seal", "seal.json", "--acknowledgement", "ack.json")
Lie = Callable[[Forgery], None]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an honest claim, made once."""
    return claimed(Cli(tmp_path_factory.mktemp("honest"))).folder


@pytest.fixture
def told(cli: Cli, honest: Path) -> Cli:
    for file in honest.glob("*.*"):
        if file.is_file():
            shutil.copy(file, cli.folder / file.name)
    return cli


def forged(told: Cli, lie: Lie, *own: str, relog: bool = True) -> str:
    """What verify says of the lie: the vendor gives `own`."""
    made = Forgery(told.folder / "b.zip")
    lie(made)
    made.recompute()
    if relog:
        made.relog()
    return told("evidence", "verify", made.write(told.folder / "forged.zip"), *own, code=5).err


def swap(label: str) -> str:
    return "grosbeak" if label == "bunting" else "bunting"


def salts(count: int) -> list[bytes]:
    return [hashlib.sha256(b"%d" % k).digest() for k in range(count)]


def gold_changed(made: Forgery) -> None:
    rows = made.rows("gold.jsonl")
    for row in rows[:12]:
        row["record"]["answers"][0][0]["label"] = swap(row["record"]["answers"][0][0]["label"])
    made.set_rows("gold.jsonl", rows)


def edge_items_changed(made: Forgery) -> None:
    rows = made.rows("gold.jsonl")
    rows[1]["record"]["edge_case"] = 1 - rows[1]["record"]["edge_case"]
    made.set_rows("gold.jsonl", rows)


def gold_from_labels(made: Forgery) -> None:
    """Gold that contradicts each delivered label, with a commitment of its own."""
    given = {row["item_id"]: row["label"] for row in made.rows("labels.jsonl")}
    rows = made.rows("gold.jsonl")
    for row in rows:
        row["record"]["answers"] = [[{"label": swap(given[row["record"]["item_id"]])}]]
    recommitted(made, rows)


def recommitted(made: Forgery, rows: list[dict[str, Any]]) -> None:
    records = [row["record"] for row in rows]
    texts = [GoldText.of(record) for record in records]
    published = commit(texts, salts(len(records)))
    opened, proof = open_all(texts, salts(len(records)), range(len(records)))
    made.set_rows("gold.jsonl", opened_rows(opened, records))
    made.set("gold_proof.json", [step.hex() for step in proof])
    receipts = made.record("receipts.json")
    receipts[0] |= {"root": published.root, "items": published.size}
    made.set("receipts.json", receipts)
    made.change("frame.json", seed=published.root)


def opened_rows(opened: Sequence[Opened], records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"index": one.place, "salt": one.salt.hex(), "record": records[one.place]} for one in opened]


def right_items_left_out(made: Forgery) -> None:
    """Items whose labels are all right disappear from gold and labels, under a commitment of their own."""
    right = {
        row["record"]["item_id"]: row["record"]["answers"][0][0]["label"] for row in made.rows("gold.jsonl")
    }
    wrong = {row["item_id"] for row in made.rows("labels.jsonl") if row["label"] != right[row["item_id"]]}
    made.set_rows("labels.jsonl", [row for row in made.rows("labels.jsonl") if row["item_id"] in wrong])
    recommitted(made, [row for row in made.rows("gold.jsonl") if row["record"]["item_id"] in wrong])
    tasks = {item: task for item, task in made.record("tasks.json").items() if item in wrong}
    made.set("tasks.json", tasks)


def errors_counted_six_times(made: Forgery) -> None:
    right = {
        row["record"]["item_id"]: row["record"]["answers"][0][0]["label"] for row in made.rows("gold.jsonl")
    }
    rows = made.rows("labels.jsonl")
    often = [6 if row["label"] != right[row["item_id"]] else 1 for row in rows]
    made.set_rows("labels.jsonl", [row for row, times in zip(rows, often, strict=True) for _ in range(times)])


def gold_item_twice(made: Forgery) -> None:
    rows = made.rows("gold.jsonl")
    again = json.loads(json.dumps(rows[0]))
    again["record"]["item_id"] = "ref-again"
    made.set_rows("gold.jsonl", [*rows, again])


def unanswered_invented(made: Forgery) -> None:
    """A gold item that was never sent counts as sent and not answered."""
    rows = made.rows("gold.jsonl")
    new = {"item_id": "ref-900", "answers": [[{"label": "robin"}]], "edge_case": 0}
    recommitted(made, [*rows, {"record": new}])
    made.set("tasks.json", {**made.record("tasks.json"), "ref-900": "feed" * 4})
    seeding = made.record("seeding.json")
    leaf = {"task_id": "feed" * 4, "item_id": "ref-900", "payload": "0" * 64}
    seeding["tasks"].append(leaf)
    made.set("seeding.json", seeding)
    receipts = made.record("receipts.json")
    receipts[1]["root"] = seeding_root(seeding["tasks"], receipts[1]["tasks"], bytes.fromhex(seeding["key"]))
    made.set("receipts.json", receipts)


def delivery_larger(made: Forgery) -> None:
    intake = made.record("intake.json")
    made.change("frame.json", items=100_000)
    made.change("intake.json", items=100_000, extra_items=intake["extra_items"] + 100_000 - intake["items"])


def more_sent(made: Forgery) -> None:
    intake, frame = made.record("intake.json"), made.record("frame.json")
    made.change("frame.json", sent_items=frame["sent_items"] + 5_000)
    made.change("intake.json", missing_items=intake["missing_items"] + 5_000)


def heavy_items_hidden(made: Forgery) -> None:
    """Items that were not drawn hold more labels than it says."""
    most = made.record("frame.json")["most_units"] + 6
    made.change("frame.json", most_units=most)
    made.change("intake.json", most_labels=most)


def filter_hidden(made: Forgery) -> None:
    made.change("intake.json", where=["annotator_id=ana"], filtered=[])
    made.set_rows("labels.jsonl", [row for row in made.rows("labels.jsonl") if row["annotator_id"] == "ana"])
    made.change("intake.json", labels=150)
    made.change("frame.json", labels=150)


LIES: dict[str, tuple[Lie, str]] = {
    "gold answers changed": (gold_changed, "proof fails"),
    "edge items changed": (edge_items_changed, "proof fails"),
    "gold made from the labels": (gold_from_labels, "receipt 1 says"),
    "right items left out": (right_items_left_out, "receipt 1"),
    "errors counted six times": (errors_counted_six_times, "judged more than once"),
    "a gold item twice": (gold_item_twice, "used twice"),
    "unanswered items invented": (unanswered_invented, "receipt 1"),
    "threshold raised": (lambda m: m.contract('threshold = "0.97"', 'threshold = "0.99"'), "contract"),
    "price raised": (lambda m: m.contract('per_unit = "0.08"', 'per_unit = "8.00"'), "contract"),
    "delivery larger": (delivery_larger, "your files hold"),
    "more items sent": (more_sent, "your list has"),
    "most labels of an item": (heavy_items_hidden, "your files hold"),
    "seed of the draw": (lambda m: m.change("frame.json", seed="ab" * 32), "seed"),
    "a filter hidden": (filter_hidden, "filters"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_named_from_what_the_vendor_holds(told: Cli, name: str) -> None:
    lie, said = LIES[name]
    assert said.lower() in forged(told, lie, *OWN).lower()


def test_terms_of_before_the_receipts_cannot_be_written_anew(told: Cli) -> None:
    """The receipts carry heads of the log: the contract stood there before them."""
    for lie in (LIES["threshold raised"][0], LIES["price raised"][0]):
        said = forged(told, lie, "--receipt", "gold-receipt.json")
        assert "is not on the chain" in said


def test_another_version_of_the_contract(told: Cli) -> None:
    def lie(made: Forgery) -> None:
        made.change("result.json", contract_version=2)

    assert "version" in forged(told, lie, *OWN)


def test_the_whole_receipt_is_compared(told: Cli) -> None:
    for field, value in (("committed_at", "2026-02-01T09:00:00.000000Z"), ("items", 41), ("gold", "h")):

        def lie(made: Forgery, field: str = field, value: Any = value) -> None:
            receipts = made.record("receipts.json")
            receipts[0][field] = value
            made.set("receipts.json", receipts)

        forged(told, lie, *OWN)
    for text in ("null", "[]", '{"schema": "vendoreval/commitment/2"}', "{}"):
        (told.folder / "odd.json").write_text(text, "utf-8")
        assert "receipt" in told("evidence", "verify", "b.zip", "--receipt", "odd.json", code=5).err


def test_one_number_with_two_roots(told: Cli) -> None:
    receipt = json.loads((told.folder / "gold-receipt.json").read_text("utf-8"))
    assert receipt["schema"] == SCHEMA
    (told.folder / "second.json").write_text(json.dumps({**receipt, "root": "cd" * 32}), "utf-8")
    said = told("evidence", "verify", "b.zip", "--receipt", "second.json", code=5).err
    assert "One number was given to two commitments" in said


def test_a_receipt_that_the_bundle_leaves_out(told: Cli) -> None:
    def lie(made: Forgery) -> None:
        made.set("receipts.json", made.record("receipts.json")[:1])
        del made.files["seeding.json"]

    assert "does not list receipt 2" in forged(told, lie, *OWN)


def test_days_are_those_of_the_log(told: Cli) -> None:
    def received(made: Forgery) -> None:
        made.change("frame.json", received="2026-03-20")

    def issued(made: Forgery) -> None:
        made.change("claim.json", drafted="2026-03-20", issued="2026-03-20")

    assert "received" in forged(told, received, *OWN)
    assert "issued" in forged(told, issued, *OWN)


def test_a_day_of_receipt_that_was_acknowledged_stays(told: Cli) -> None:
    """Written anew in the log as well, it contradicts what the buyer gave back for the seal."""
    made = Forgery(told.folder / "b.zip")
    made.change("frame.json", received="2026-03-20")
    made.recompute()
    made.relog(
        lambda one: (
            {"data": {**one.data, "received": "2026-03-20T09:00:00+00:00"}}
            if one.kind == "delivery.added"
            else {}
        )
    )
    name = made.write(told.folder / "forged.zip")
    assert "acknowledgement" in told("evidence", "verify", name, *OWN, *BOTH, code=5).err
    kinds = [one["kind"] for one in told("evidence", "verify", "b.zip", "--json").json["not_shown"]]
    assert "times" in kinds


@pytest.mark.parametrize("cut", ["emptied", "shortened", "beginning lost", "one taken out"])
def test_the_log_cut(told: Cli, cut: str) -> None:
    made = Forgery(told.folder / "b.zip")
    kept = {"emptied": [], "shortened": made.log[:-3], "beginning lost": made.log[2:],
            "one taken out": [*made.log[:3], *made.log[4:]]}[cut]  # fmt: skip
    made.log = list(kept)
    if cut != "emptied":
        made.relog()
    name = made.write(told.folder / "forged.zip")
    assert "log" in told("evidence", "verify", name, *OWN, code=5).err


def test_the_log_written_anew(told: Cli) -> None:
    """An event of before the receipts is changed, and every link after it fits again."""
    made = Forgery(told.folder / "b.zip")
    made.relog(lambda one: {"actor": "somebody else"} if one.seq < 4 else {})
    name = made.write(told.folder / "forged.zip")
    assert "not on the chain" in told("evidence", "verify", name, *OWN, code=5).err


def test_another_audit_id(told: Cli) -> None:
    made = Forgery(told.folder / "b.zip")
    made.change("bundle.json", audit="b")
    assert "seal" in told("evidence", "verify", made.write(told.folder / "f.zip"), code=5).err
    made.change("result.json", audit="b")
    assert "log" in told("evidence", "verify", made.write(told.folder / "f.zip"), code=5).err


def test_an_event_of_this_delivery_stays_closed(told: Cli) -> None:
    """An earlier audit, which found the clause kept, is hidden."""
    made = Forgery(told.folder / "b.zip")
    ran = next(one for one in made.log if isinstance(one, Event) and one.kind == "audit.run")
    closed = ran.closed()
    assert isinstance(closed, Closed)
    made.log.insert(made.log.index(ran), closed)
    made.relog()
    said = told("evidence", "verify", made.write(told.folder / "f.zip"), code=5).err
    assert "is about this delivery and is not opened" in said


def test_a_bundle_cannot_pass_for_an_older_one(told: Cli) -> None:
    made = Forgery(told.folder / "b.zip")
    made.change("bundle.json", schema="vendoreval/bundle/1")
    told("evidence", "verify", made.write(told.folder / "f.zip"), code=5)


def test_without_anything_to_compare_verify_says_what_is_not_shown(told: Cli) -> None:
    said = told("evidence", "verify", "b.zip")
    for word in ("--receipt", "--delivered", "--contract", "--tasks"):
        assert word in said.out


def test_a_bundle_tells_of_nobody_else(told: Cli) -> None:
    made = Forgery(told.folder / "b.zip")
    for name, data in made.files.items():
        assert b"competitor" not in data, name
        assert b'"rate"' not in data, name
    kinds = {one.kind for one in made.log if isinstance(one, Closed)}
    assert "vendor.added" in kinds


def test_cherry_picked_gold_is_not_excluded_where_nothing_was_seeded(cli: Cli) -> None:
    """Without a committed list of the batch's gold, verify says that omissions are not excluded."""
    sent(cli)
    answered(cli, 0.3)
    (cli.folder / "part.csv").write_text(
        "item_id,label\n" + "".join(f"ref-{k:03d},{truth(f'ref-{k:03d}')}\n" for k in range(60)), "utf-8"
    )
    rows = ["item_id,annotator_id,label"]
    rows += [f"ref-{k:03d},ana,{swap(truth(f'ref-{k:03d}'))}" for k in range(20)]
    rows += [f"ref-{k:03d},ana,{truth(f'ref-{k:03d}')}" for k in range(20, 50)]
    (cli.folder / "plain.csv").write_text("\n".join(rows) + "\n", "utf-8")
    cli("gold", "add", "part.csv", "--id", "h", "--contract", "birds", env=at(CAME))
    cli("gold", "commit", "h", "--out", "h.json", env=at(CAME))
    cli("delivery", "add", "plain.csv", "--id", "p", "--contract", "birds", env=at(CAME))
    cli("audit", "run", "p", "--gold", "h", "--id", "ap", code=3, env=at(CAME))
    cli("evidence", "export", "ap", "--out", "p.zip", env=at(CAME))
    made = Forgery(cli.folder / "p.zip")
    labels = made.rows("labels.jsonl")
    wrong = {row["item_id"] for row in labels if row["label"] != truth(row["item_id"])}
    made.set_rows("labels.jsonl", [row for row in labels if row["item_id"] in wrong])
    records = [row["record"] for row in made.rows("gold.jsonl")]
    salt = [bytes.fromhex(row["salt"]) for row in made.rows("gold.jsonl")]
    places = [k for k, record in enumerate(records) if record["item_id"] in wrong]
    opened, proof = open_all([GoldText.of(record) for record in records], salt, places)
    made.set_rows("gold.jsonl", opened_rows(opened, records))
    made.set("gold_proof.json", [step.hex() for step in proof])
    made.recompute()
    made.relog()
    name = made.write(cli.folder / "forged.zip")
    found = cli("evidence", "verify", name, "--receipt", "h.json", "--json").json["not_shown"]
    assert any(one["kind"] == "left_out" for one in found)


def test_a_second_claim_takes_the_place_of_the_first(cli: Cli) -> None:
    claimed(cli)
    cli("claim", "draft", "a", "--id", "c2", env=at(CAME))
    said = cli("claim", "issue", "c2", "--json", env=at(CAME)).json
    assert said["supersedes"] == ["c"]
    assert "c on the same defects" in said["notes"][0]
    cli("evidence", "export", "a", "--out", "b2.zip", env=at(CAME))
    assert cli("evidence", "verify", "b2.zip", *OWN).code == 0
    made = Forgery(cli.folder / "b2.zip")
    made.files["claim.json"] = Forgery(cli.folder / "b.zip").files["claim.json"]
    assert "claim" in cli("evidence", "verify", made.write(cli.folder / "f.zip"), code=5).err


def test_a_draw_is_repeated_from_the_vendors_files(cli: Cli) -> None:
    """An announced seed: receipt, draw and totals follow; the value itself is looked up."""
    sampled(claimed(cli))
    words = (*OWN, "--receipt", "seed-receipt.json")
    found = cli("evidence", "verify", "drawn.zip", *words, "--json").json
    assert any("are the first of the draw from your 150" in check for check in found["checks"])
    assert [one for one in found["not_shown"] if "the value of a public beacon of 2026-03-05" in one["what"]]

    def other_items(made: Forgery) -> None:
        """Another seed, under which other items would have been drawn."""
        made.change("frame.json", seed="4712")
        made.change("draw.json", typed="4712")

    made = Forgery(cli.folder / "drawn.zip")
    other_items(made)
    made.recompute()
    made.relog()
    name = made.write(cli.folder / "f.zip")
    assert "not those that the seed draws" in cli("evidence", "verify", name, *words, code=5).err
    made.change("draw.json", announced=1)
    assert "No receipt named" in cli("evidence", "verify", made.write(cli.folder / "f.zip"), code=5).err
