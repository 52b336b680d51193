"""Timestamps, against answers of OpenSSL and its own verdict on them."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tsa import Tsa, made_tsa
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.stamped import check_stamp

DATA = b"what was claimed"
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    return made_tsa(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def stamp(tsa: Tsa) -> bytes:
    (tsa.folder / "file").write_bytes(DATA)
    return tsa.stamp(tsa.folder / "file")


def _openssl(tsa: Tsa, stamp: bytes, root: Path) -> bool:
    (tsa.folder / "given.tsr").write_bytes(stamp)
    words = ["openssl", "ts", "-verify", "-in", "given.tsr", "-data", "file", "-CAfile", str(root)]
    return subprocess.run(words, cwd=tsa.folder, capture_output=True, check=False).returncode == 0


def test_a_stamp_that_openssl_accepts_is_accepted(tsa: Tsa, stamp: bytes) -> None:
    assert _openssl(tsa, stamp, tsa.root)
    found = check_stamp(stamp, SHA, tsa.root.read_bytes())
    assert (found.shown, found.tsa, found.policy) == (True, "CN=Test TSA", "1.2.3.4.1")
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=10)


def test_without_certificates_the_file_is_compared_and_no_more(stamp: bytes) -> None:
    assert not check_stamp(stamp, SHA).shown
    with pytest.raises(EvidenceError, match="of another file"):
        check_stamp(stamp, "0" * 64)


def test_an_authority_that_the_reader_does_not_trust_is_no_authority(
    tsa: Tsa, stamp: bytes, tmp_path: Path
) -> None:
    other = made_tsa(tmp_path / "other")
    assert not _openssl(tsa, stamp, other.root)
    with pytest.raises(EvidenceError, match="not signed by an authority that your certificates vouch for"):
        check_stamp(stamp, SHA, other.root.read_bytes())
    with pytest.raises(InputError, match="cannot be read"):
        check_stamp(stamp, SHA, b"no certificate")


def test_no_byte_of_what_was_signed_can_change(tsa: Tsa, stamp: bytes) -> None:
    """The token's content and its signature; what stands around them OpenSSL does not read either."""
    places = [stamp.index(bytes.fromhex(SHA)) + 5, len(stamp) - 10, len(stamp) - 40]
    for place in places:
        altered = bytearray(stamp)
        altered[place] ^= 1
        assert not _openssl(tsa, bytes(altered), tsa.root)
        with pytest.raises(EvidenceError):
            check_stamp(bytes(altered), SHA, tsa.root.read_bytes())


def test_a_refusal_is_no_timestamp(tmp_path: Path) -> None:
    strict = made_tsa(tmp_path / "strict", digests="sha512")
    (tmp_path / "file").write_bytes(DATA)
    with pytest.raises(EvidenceError, match="refused"):
        check_stamp(strict.stamp(tmp_path / "file"), SHA, strict.root.read_bytes())


@pytest.mark.parametrize("data", [b"", b"x", b"<html>not found</html>", b"0\x80", b"0\x03\x02\x01\x00"])
def test_rubbish_is_no_timestamp(data: bytes) -> None:
    with pytest.raises(EvidenceError, match=r"no timestamp"):
        check_stamp(data, SHA)


def test_a_part_of_an_answer_is_no_timestamp(stamp: bytes) -> None:
    for size in range(0, len(stamp), 97):
        with pytest.raises(EvidenceError, match="no timestamp"):
            check_stamp(stamp[:size], SHA)
