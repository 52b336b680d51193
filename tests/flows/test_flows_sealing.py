"""The vendor seals, the buyer acknowledges, and both papers settle which files were sent."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.test_flows_log import add_vendor
from tests.schemas import learn, validate
from vendoreval.evidence.chain import from_json
from vendoreval.evidence.sealing import check_seal

HEAD = "item_id,annotator_id,label\n"
TERMS = ("--contract", "w-acme", "--id", "sealed")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """A workspace with a contract, gold and its receipt; the vendor's file lies in a folder of its own."""
    cli = Cli(tmp_path)
    cli("init")
    add_vendor(cli, "acme")
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    labels = "".join(f"acme-{n},w,{(n + (n < 30)) % 4}\n" for n in range(90))
    (vendor / "part.csv").write_text(HEAD + labels, "utf-8")
    return cli


def seal(cli: Cli) -> dict[str, Any]:
    """What the vendor does, where there is no workspace."""
    words = ("vendor/part.csv", "--out", "seal.json", "--receipt", "acme.json", "--json")
    record: dict[str, Any] = cli("delivery", "seal", *words).json
    return record


def test_a_sealed_delivery_is_acknowledged_and_both_fit_the_bundle(cli: Cli) -> None:
    sealed = seal(cli)
    assert sealed == json.loads((cli.folder / "seal.json").read_text("utf-8"))
    words = ("--seal", "seal.json", "--acknowledge", "ack.json", *TERMS)
    added = cli("delivery", "add", "vendor/part.csv", *words, "--json").json
    said = json.loads((cli.folder / "ack.json").read_text("utf-8"))
    if os.environ.get("UPDATE_GOLDEN"):
        learn(said)
    validate(said)
    assert said["log_head"] == cli("status", "--json").json["log_hash"]
    assert said["manifest"] == added["manifest_sha256"]
    cli("audit", "run", "sealed", "--gold", "g-acme", "--id", "a", code=3)
    cli("evidence", "export", "a", "--out", "bundle.zip")
    cli("status", "--verify", "--expect", said["log_head"])
    with zipfile.ZipFile(cli.folder / "bundle.zip") as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        log = [from_json(json.loads(line)) for line in bundle.read("log.jsonl").splitlines()]
        (receipt,) = json.loads(bundle.read("receipts.json"))
    texts = check_seal(manifest, sealed, said, log=log, commitment=receipt)
    assert texts[0] == "the 1 audited files are those that the vendor sealed, byte for byte"
    assert any("gold was fixed before" in text for text in texts)


def test_a_seal_names_the_receipt_that_is_held_or_none(cli: Cli) -> None:
    words = ("delivery", "seal", "vendor/part.csv", "--json")
    assert cli(*words).json["last_receipt"] is None
    newer = {"schema": "vendoreval/commitment/2", "kind": "seed", "contract": "w-acme", "number": 3}
    (cli.folder / "r.json").write_text(json.dumps({**newer, "log_head": "0" * 64}), "utf-8")
    held = cli(*words, "--receipt", "r.json").json["last_receipt"]
    assert (held["number"], held["log_head"], held["root"]) == (3, "0" * 64, None)


def test_other_files_than_those_sealed_are_refused_by_name(cli: Cli) -> None:
    seal(cli)
    before = cli("status", "--json").json
    (cli.folder / "part.csv").write_text(HEAD + "acme-1,w,1\n", "utf-8")
    (cli.folder / "more.csv").write_text(HEAD + "acme-2,w,1\n", "utf-8")
    words = ("--seal", "seal.json", "--acknowledge", "ack.json", *TERMS)
    said = cli("delivery", "add", "part.csv", "more.csv", *words, code=2).err
    assert "part.csv has the SHA-256" in said
    assert "more.csv is not in the seal" in said
    assert cli("status", "--json").json == before
    assert not (cli.folder / "ack.json").exists()


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '{"schema": "vendoreval/delivery-seal/1"}', "[" * 5000, '{"a":1,"a":2}']
)
def test_what_is_no_seal_is_refused(cli: Cli, text: str) -> None:
    (cli.folder / "seal.json").write_text(text, "utf-8")
    assert cli("delivery", "add", "vendor/part.csv", "--seal", "seal.json", *TERMS, code=2).err


def test_words_that_do_not_fit_are_refused(cli: Cli) -> None:
    said = cli("delivery", "add", "vendor/part.csv", "--acknowledge", "ack.json", *TERMS, code=2).err
    assert "no seal to acknowledge" in said
    assert "no such file" in cli("delivery", "seal", "missing.csv", code=2).err
    assert "2 files are called 'part.csv'" in cli("delivery", "seal", "vendor/part.csv", "part.csv", code=2).err
    words = ("vendor/part.csv", "--receipt", "vendor/part.csv")
    assert "not JSON" in cli("delivery", "seal", *words, code=2).err
    (cli.folder / "no.json").write_text("{}", "utf-8")
    assert "This is no receipt" in cli("delivery", "seal", *words[:2], "no.json", code=2).err
    assert not (cli.folder / "seal.json").exists()
