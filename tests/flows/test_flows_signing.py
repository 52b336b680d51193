"""Keys, signatures and timestamps by the commands: both sides sign and check, and tampering is named."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.flows.evidence_story import claimed
from tests.schemas import learn, validate
from tests.tsa import Tsa, made_tsa, new_key, pem, serving
from vendoreval.evidence.bundle import to_zip

PERSONS = {"ada": ("Ada Lovelace", "Acme Insurance"), "bob": ("Bob Vendor", "Labels Ltd")}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a claim, its notice and bundle, and the keys of both sides beside it."""
    folder = tmp_path_factory.mktemp("story")
    cli = Cli(folder / "work")
    cli.folder.mkdir()
    claimed(cli)
    for name, (person, organisation) in PERSONS.items():
        words = ("--person", person, "--organisation", organisation)
        cli("evidence", "keygen", name, "--out", folder / name, *words)
    return folder


@pytest.fixture
def signing(story: Path, tmp_path: Path) -> Cli:
    """The same to change: the command stands in the workspace, the keys lie in `../ada` and `../bob`."""
    shutil.copytree(story, tmp_path / "story")
    return Cli(tmp_path / "story" / "work")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tsa]:
    with serving(made_tsa(tmp_path_factory.mktemp("tsa"))) as found:
        yield found


ADA, BOB = ("--key", "../ada"), ("--key", "../bob")
BY_ADA, BY_BOB = ("--signer", "../ada/ada.public.json"), ("--signer", "../bob/bob.public.json")


def stated(file: Path) -> dict[str, Any]:
    """What the signer of an envelope states, held against its schema."""
    payload = json.loads(base64.b64decode(json.loads(file.read_text("utf-8"))["payload"]))
    said: dict[str, Any] = payload["predicate"]
    if os.environ.get("UPDATE_GOLDEN"):
        learn(said)
    validate(said)
    return said


def test_keygen_prints_what_to_tell_the_other_side(cli: Cli) -> None:
    keys = {"VENDOREVAL_KEYS": str(cli.folder / "keys")}
    made = cli("evidence", "keygen", "ada", "--person", "Ada Lovelace", "--json", env=keys).json
    assert made["folder"] == str(cli.folder / "keys" / "ada")
    given = json.loads((cli.folder / "keys" / "ada" / "ada.public.json").read_text("utf-8"))
    assert made["key"] == given
    said = cli("evidence", "keygen", "eve", env=keys).out.replace(" ", "").replace("\n", "")
    other = json.loads((cli.folder / "keys" / "eve" / "eve.public.json").read_text("utf-8"))
    for name in ("fingerprint", "certificate_sha256"):
        assert other[name][:32] in said
        assert other[name][32:] in said
    assert "already" in cli("evidence", "keygen", "ada", code=2, env=keys).err


def test_a_report_is_signed_and_counter_signed(signing: Cli) -> None:
    signing("report", "claim", "c", "--out", "claim.pdf", "--sign", "../ada")
    once = (signing.folder / "claim.pdf").read_bytes()
    signing("evidence", "sign", "claim.pdf", *BOB, "--as", "vendor")
    assert (signing.folder / "claim.pdf").read_bytes().startswith(once)
    found = signing("evidence", "verify", "claim.pdf", *BY_ADA, *BY_BOB, "--json").json
    assert [one["signer"] for one in found["signatures"]] == [
        "Ada Lovelace, Acme Insurance", "Bob Vendor, Labels Ltd",
    ]  # fmt: skip
    assert "certified the file" in signing("evidence", "verify", "claim.pdf", *BY_ADA).out
    (signing.folder / "claim.pdf").write_bytes(once)
    assert "Bob Vendor" in signing("evidence", "verify", "claim.pdf", *BY_BOB, code=5).err
    (signing.folder / "claim.pdf").write_bytes(once[: len(once) // 2])
    assert "cut off or damaged" in signing("evidence", "verify", "claim.pdf", code=5).err


def test_only_a_pdf_is_signed_while_it_is_made(signing: Cli) -> None:
    said = signing("report", "audit", "a", "--out", "audit.html", "--sign", "../ada", code=2).err
    assert "Only a PDF" in said
    assert not (signing.folder / "audit.html").exists()
    assert "Name a key" in signing("report", "audit", "a", "--tsa", "http://x.test/", code=2).err
    for words in (("scorecard", "acme"), ("statement", "acme"), ("audit", "a")):
        signing("report", *words, "--out", "signed.pdf", "--sign", "../ada")
        signing("evidence", "verify", "signed.pdf", *BY_ADA)
        text = subprocess.run(
            ["pdftotext", signing.folder / "signed.pdf", "-"], capture_output=True, check=True
        )
        assert "evidence verify THIS.pdf --signer ada.public.json" in text.stdout.decode().replace("\n", " ")


def test_a_bundle_is_signed_by_both_sides(signing: Cli, tsa: Tsa) -> None:
    assert "nobody signed it" in signing("evidence", "verify", "b.zip").out
    stamps = ("--tsa", tsa.url, "--tsa-certificate", tsa.root)
    made = signing("evidence", "sign", "b.zip", *ADA, "--as", "buyer", *stamps, "--json").json
    assert (made["kind"], made["stamp"]["tsa"], made["head_noted"]) == ("bundle", "CN=Test TSA", True)
    signing("evidence", "sign", "b.zip", *BOB, "--as", "vendor", "--out", "both.zip")
    words = ("--tsa-certificate", tsa.root)
    found = signing("evidence", "verify", "both.zip", *BY_ADA, *BY_BOB, *words, "--json").json
    said = " ".join(found["checks"])
    assert "Ada Lovelace, Acme Insurance signed it for the buyer" in said
    assert "Bob Vendor, Labels Ltd signed it for the vendor" in said
    assert "CN=Test TSA vouches" in said
    stranger = signing("evidence", "verify", "both.zip", *BY_ADA).out.replace("\n", " ")
    assert "not shown: who holds the key" in stranger
    assert "already" in signing("evidence", "sign", "both.zip", *BOB, code=2).err


def _rewritten(file: Path, change: dict[str, bytes | None]) -> None:
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {name: data for name, data in change.items() if data is not None}
    file.write_bytes(to_zip({name: data for name, data in files.items() if change.get(name, b"") is not None}))


def test_what_was_changed_in_a_signed_bundle_is_named(signing: Cli) -> None:
    signing("evidence", "sign", "b.zip", *ADA)
    bundle, signature = signing.folder / "b.zip", "signatures/ada.dsse.json"
    whole = bundle.read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        envelope = json.loads(archive.read(signature))
        seal = archive.read("bundle.json")
    _rewritten(bundle, {signature: None})
    assert "did not sign this" in signing("evidence", "verify", "b.zip", *BY_ADA, code=5).err
    bundle.write_bytes(whole)
    spoilt = {
        **envelope,
        "signatures": [{**envelope["signatures"][0], "sig": "AA" + envelope["signatures"][0]["sig"][2:]}],
    }
    _rewritten(bundle, {signature: json.dumps(spoilt).encode()})
    assert "is wrong" in signing("evidence", "verify", "b.zip", *BY_ADA, code=5).err
    bundle.write_bytes(whole)
    _rewritten(bundle, {"bundle.json": seal.replace(b'"made_at":"2026', b'"made_at":"2025')})
    assert "another file, or the file was changed" in signing("evidence", "verify", "b.zip", code=5).err
    bundle.write_bytes(whole)
    _rewritten(bundle, {"signatures/note.txt": b"hello"})
    assert "no signature" in signing("evidence", "verify", "b.zip", code=5).err
    _rewritten(bundle, {"signatures/note.txt": None, "frame.json": b"{}"})
    assert "frame.json was changed" in signing("evidence", "sign", "b.zip", *BOB, code=5).err


def test_a_record_is_signed_beside_it(signing: Cli, tsa: Tsa) -> None:
    receipt = signing.folder / "gold-receipt.json"
    made = signing("evidence", "sign", receipt, *ADA, "--tsa", tsa.url, "--json").json
    assert Path(made["file"]).name == "gold-receipt.json.dsse.json"
    words = ("--tsa-certificate", tsa.root)
    found = signing("evidence", "verify", receipt, *BY_ADA, *words, "--json").json
    assert found["signatures"][0]["signers"] == ["Ada Lovelace, Acme Insurance"]
    assert not found["not_shown"]
    assert stated(Path(made["file"]))["person"] == "Ada Lovelace"
    assert "is there already" in signing("evidence", "sign", receipt, *BOB, code=2).err
    receipt.write_bytes(receipt.read_bytes() + b"\n")
    assert "the file was changed" in signing("evidence", "verify", receipt, *BY_ADA, code=5).err
    answers = signing.folder / "answers.zip"  # a delivery, and no bundle
    answers.write_bytes(to_zip({"answers.csv": b"item_id,label\n"}))
    signing("evidence", "sign", "answers.zip", *BOB)
    signing("evidence", "verify", "answers.zip", *BY_BOB)
    (signing.folder / "plain.json").write_text("{}", "utf-8")
    assert "no signature plain.json.dsse.json" in signing("evidence", "verify", "plain.json", code=5).err


def test_an_authority_puts_its_time_on_a_file(signing: Cli, tsa: Tsa, tmp_path: Path) -> None:
    words = ("evidence", "timestamp", "contract.toml", "--tsa")
    made = signing(*words, tsa.url, "--tsa-certificate", tsa.root, "--json").json
    assert made["stamp"]["shown"]
    assert (signing.folder / "contract.toml.tsr").exists()
    said = signing(*words, tsa.url, "--out", "again.tsr").err
    assert "was not checked" in said
    strict = made_tsa(tmp_path / "strict", digests="sha512")
    with serving(strict) as refusing:
        assert "refused" in signing(*words, refusing.url, "--out", "x.tsr", code=2).err
    for answer, status, expected in ((b"<html>", 200, "no timestamp"), (b"", 503, "answers 503")):
        with serving(tsa, answer, status) as odd:
            assert expected in signing(*words, odd.url, "--out", "x.tsr", code=2).err
    old = tsa.stamp(signing.folder / "contract.toml")
    with serving(tsa, old) as replaying:
        assert "another question" in signing(*words, replaying.url, "--out", "x.tsr", code=2).err
    assert "does not answer" in signing(*words, "http://127.0.0.1:9/", "--out", "x.tsr", code=2).err
    assert "no address" in signing(*words, "file:///etc/hostname", "--out", "x.tsr", code=2).err
    assert not (signing.folder / "x.tsr").exists()


def _events(cli: Cli) -> list[Any]:
    """The log's rows, read past the program."""
    with contextlib.closing(sqlite3.connect(cli.folder / "vendoreval.db")) as database:
        return database.execute("SELECT seq FROM event").fetchall()


def test_a_log_that_was_cut_is_noticed_by_the_key_and_by_the_head(signing: Cli) -> None:
    shutil.copy(signing.folder / "vendoreval.db", signing.folder / "before.db")
    signing("vendor", "add", "late")
    signing("evidence", "sign", "--log", *ADA, "--out", "../head.json")
    fine = signing("status", "--verify", *ADA, "--head", "../head.json", "--json").json
    assert fine["fits"]
    assert stated(signing.folder.parent / "head.json")["events"] == len(_events(signing))
    signing("vendor", "add", "later")  # a log may go on
    signing("status", "--verify", *ADA)
    for name in ("vendoreval.db-wal", "vendoreval.db-shm"):
        (signing.folder / name).unlink(missing_ok=True)
    shutil.move(signing.folder / "before.db", signing.folder / "vendoreval.db")
    signing("status", "--verify")  # by itself a log does not show it
    for words in (ADA, ("--head", "../head.json")):
        assert "newer ones were cut off" in signing("status", "--verify", *words, code=5).out.replace("\n", " ")
    signing("vendor", "add", "another")
    said = signing("status", "--verify", *ADA, code=5).out.replace("\n", " ")
    assert "it was written anew" in said


def test_signing_notes_the_head_and_heads_of_others_are_told_apart(signing: Cli) -> None:
    assert "has noted no head" in signing("status", "--verify", *BOB).err
    signing("evidence", "sign", "gold-receipt.json", *BOB)
    assert "✔ 1 signed heads" in signing("status", "--verify", *BOB).out
    signing("evidence", "sign", "--log", *BOB, "--out", "../head.json")
    assert "who signed head.json was not checked" in signing("status", "--head", "../head.json").err
    assert "who signed head.json was not checked" in signing("status", *ADA, "--head", "../head.json").err
    plain = json.loads((signing.folder.parent / "head.json").read_text("utf-8"))
    plain["signatures"][0]["sig"] = "AA" + plain["signatures"][0]["sig"][2:]
    (signing.folder / "odd.json").write_text(json.dumps(plain), "utf-8")
    assert "is wrong" in signing("status", *BOB, "--head", "odd.json", code=5).err
    other = Cli(signing.folder.parent / "other")
    other.folder.mkdir()
    other("init")
    said = other("status", "--head", "../head.json", code=5).out
    assert "another workspace" in said


def test_wrong_words_and_lost_keys_are_told(signing: Cli) -> None:
    assert "Name a file to sign" in signing("evidence", "sign", *ADA, code=2).err
    assert "There is no key in" in signing("evidence", "sign", "b.zip", "--key", "nobody", code=2).err
    assert "Name it with --tsa" in signing(
        "evidence", "sign", "b.zip", *ADA, "--tsa-certificate", "contract.toml", code=2
    ).err  # fmt: skip
    (signing.folder / "own.key").write_bytes(pem(new_key()))
    said = signing("evidence", "keygen", "x", "--out", "../x", "--private-key", "own.key", code=2).err
    assert "together" in said
    assert "inside a workspace" in signing("evidence", "keygen", "x", "--out", "x", code=2).err
    closed = {"VENDOREVAL_KEY_PASSPHRASE": "open sesame"}
    signing("evidence", "keygen", "y", "--out", "../y", env=closed)
    assert "needs a passphrase" in signing("evidence", "sign", "b.zip", "--key", "../y", code=2).err
    wrong = {"VENDOREVAL_KEY_PASSPHRASE": "another"}
    said = signing("evidence", "sign", "b.zip", "--key", "../y", code=2, env=wrong).err
    assert "passphrase does not open" in said
    signing("evidence", "sign", "b.zip", "--key", "../y", env=closed)
    late = {"VENDOREVAL_NOW": "2099-01-01T00:00:00+00:00"}
    before = (signing.folder / "contract.toml").read_bytes()
    assert "ended on" in signing("evidence", "sign", "contract.toml", *ADA, code=2, env=late).err
    assert (signing.folder / "contract.toml").read_bytes() == before
    (signing.folder.parent / "ada" / "ed25519.pem").chmod(0o644)
    assert "chmod 600" in signing("evidence", "sign", "contract.toml", *ADA).err
