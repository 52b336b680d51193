"""Key folders: what they hold, whom they let in, and every way in which one is not usable."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from tests.tsa import certificate, new_key, pem
from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.workflow.evidence.keygen import Company, NewKeys, make_keys
from vendoreval.workflow.evidence.keys import check_time, open_keys


def _never() -> str:
    raise AssertionError("no passphrase is needed")


def _made(folder: Path, **more: object) -> Path:
    make_keys(NewKeys(folder.name, **more), folder, _never)  # type: ignore[arg-type]
    return folder


def test_a_key_folder_is_its_owners_alone_and_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    public = make_keys(NewKeys("ada", "Ada Lovelace", "Acme"), folder, _never)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    signer = open_keys(str(folder), _never)
    assert (signer.public, signer.warnings) == (public, ())
    assert public.whose == "Ada Lovelace, Acme"


def test_openssl_reads_the_keys_and_gives_the_same_fingerprints(tmp_path: Path) -> None:
    folder = _made(tmp_path / "ada")
    public = open_keys(str(folder), _never).public
    words = ["openssl", "x509", "-in", "certificate.pem", "-noout", "-fingerprint", "-sha256"]
    said = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True).stdout
    assert said.split("=")[1].strip().replace(":", "").lower() == public.certificate_sha256
    der = ["openssl", "pkey", "-in", "ed25519.pem", "-pubout", "-outform", "DER"]
    raw = subprocess.run(der, cwd=folder, capture_output=True, check=True).stdout
    assert raw[-32:] == public.ed25519


def test_keys_are_never_overwritten_nor_left_half_made(tmp_path: Path) -> None:
    folder = _made(tmp_path / "ada")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(Conflict, match="never overwritten"):
        _made(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["ada"]


def test_a_passphrase_opens_and_another_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "ada"
    make_keys(NewKeys("ada", protect=True), folder, lambda: "open sesame")
    assert "ENCRYPTED" in (folder / "ed25519.pem").read_text("utf-8")
    assert open_keys(str(folder), lambda: "open sesame").public.name == "ada"
    with pytest.raises(InputError, match="passphrase does not open"):
        open_keys(str(folder), lambda: "another")


def test_a_passphrase_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOREVAL_KEY_PASSPHRASE", "open sesame")
    folder = _made(tmp_path / "ada")
    assert open_keys(str(folder), _never).public.name == "ada"


def test_what_is_lost_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no key in"):
        open_keys(str(tmp_path / "nobody"), _never)
    for name in ("ed25519.pem", "certificate.key", "certificate.pem"):
        folder = _made(tmp_path / f"without-{name.replace('.', '-')}")
        (folder / name).unlink()
        with pytest.raises(InputError, match=f"has no {name} any more: the key is lost"):
            open_keys(str(folder), _never)


def test_files_of_two_keys_do_not_make_one(tmp_path: Path) -> None:
    ada, bob = _made(tmp_path / "ada"), _made(tmp_path / "bob")
    for name, said in (
        ("ed25519.pem", "is not the one of ada.public.json"),
        ("certificate.key", "do not belong together"),
        ("certificate.pem", "do not belong together"),
    ):
        own = (ada / name).read_bytes()
        (ada / name).write_bytes((bob / name).read_bytes())
        with pytest.raises(InputError, match=said):
            open_keys(str(ada), _never)
        (ada / name).write_bytes(own)


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    folder = _made(tmp_path / "ada")
    own = (folder / "ed25519.pem").read_bytes()
    (folder / "ed25519.pem").write_bytes(pem(new_key()))
    with pytest.raises(InputError, match="another kind than Ed25519"):
        open_keys(str(folder), _never)
    (folder / "ed25519.pem").write_bytes(own)
    small = rsa.generate_private_key(65537, 1024)
    for key in (ed25519.Ed25519PrivateKey.generate(), small):
        (folder / "certificate.key").write_bytes(pem(key))
        with pytest.raises(InputError, match="another kind than is needed for PDFs"):
            open_keys(str(folder), _never)
    (folder / "certificate.key").write_bytes(b"no key")
    with pytest.raises(InputError, match="no private key in PEM"):
        open_keys(str(folder), _never)


def test_a_key_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    folder = _made(tmp_path / "ada")
    (folder / "ed25519.pem").chmod(0o644)
    assert [word.split(": ")[1] for word in open_keys(str(folder), _never).warnings] == ["chmod 600 it"]


def test_no_key_lies_inside_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "vendoreval.toml").write_text("", "utf-8")
    with pytest.raises(UsageError, match="inside a workspace"):
        _made(tmp_path / "keys" / "ada")
    make_keys(NewKeys("ada"), tmp_path / "keys" / "ada", _never, inside_workspace=True)


def test_a_companys_own_certificate_is_taken_with_its_key(tmp_path: Path) -> None:
    root, own = new_key(), new_key()
    chain = certificate("Company Ltd", own, ("Root", root)), certificate("Root", root, authority=True)
    (tmp_path / "own.pem").write_bytes(b"".join(map(pem, chain)))
    (tmp_path / "own.key").write_bytes(pem(own))
    public = make_keys(
        NewKeys("co", company=Company(tmp_path / "own.pem", tmp_path / "own.key")), tmp_path / "co", _never
    )
    assert public.whose == "Company Ltd"
    assert len(open_keys(str(tmp_path / "co"), _never).chain) == 2
    (tmp_path / "other.key").write_bytes(pem(new_key()))
    with pytest.raises(InputError, match="do not belong together"):
        make_keys(
            NewKeys("x", company=Company(tmp_path / "own.pem", tmp_path / "other.key")), tmp_path / "x", _never
        )


def test_a_pkcs12_file_opens_with_its_passphrase(tmp_path: Path) -> None:
    own = new_key()
    data = pkcs12.serialize_key_and_certificates(
        b"own", own, certificate("Company Ltd", own), None, BestAvailableEncryption(b"secret")
    )
    (tmp_path / "own.p12").write_bytes(data)
    wanted = NewKeys("co", company=Company(p12=tmp_path / "own.p12"))
    with pytest.raises(InputError, match="or the passphrase does not open it"):
        make_keys(wanted, tmp_path / "co", lambda: "wrong")
    make_keys(wanted, tmp_path / "co", lambda: "secret")
    assert "ENCRYPTED" in (tmp_path / "co" / "certificate.key").read_text("utf-8")
    assert open_keys(str(tmp_path / "co"), lambda: "secret").public.whose == "Company Ltd"
    with pytest.raises(UsageError, match="Give --certificate and --private-key together"):
        make_keys(NewKeys("x", company=Company(tmp_path / "own.p12")), tmp_path / "x", _never)


def test_a_certificate_that_is_not_valid_now_is_refused(tmp_path: Path) -> None:
    own, today = new_key(), datetime.now(UTC)
    for since, said in (
        (today - timedelta(days=30), "ended on"),
        (today + timedelta(days=3), "valid only from"),
    ):
        dated = certificate("Company Ltd", own, since=since, days=10)
        with pytest.raises(UsageError, match=said):
            check_time((dated,), today)
        (tmp_path / "own.pem").write_bytes(pem(dated))
        (tmp_path / "own.key").write_bytes(pem(own))
        with pytest.raises(UsageError, match=said):
            make_keys(
                NewKeys("co", company=Company(tmp_path / "own.pem", tmp_path / "own.key")),
                tmp_path / "co", _never,
            )  # fmt: skip
