"""Signed PDFs: two signers, timestamps, what other programs say, and every way to spoil one."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.tsa import Tsa, certificate, made_tsa, new_key, pem, serving
from tests.unit.reports.all_reports import made
from tests.unit.reports.test_reports_conformance import VERA
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.signed import PublicKey
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.signature_panel import with_panel
from vendoreval.workflow.evidence.keygen import Company, NewKeys, make_keys
from vendoreval.workflow.evidence.keys import Signer, open_keys
from vendoreval.workflow.evidence.pdf_reading import Reader
from vendoreval.workflow.evidence.pdf_signatures import verify_pdf
from vendoreval.workflow.evidence.pdf_signing import sign_pdf
from vendoreval.workflow.evidence.tsa import Authority

NOW = datetime.now(UTC).replace(microsecond=0)


def _no() -> str:
    raise AssertionError("no passphrase is needed")


def _signer(folder: Path, person: str) -> Signer:
    make_keys(NewKeys(folder.name, person), folder, _no)
    return open_keys(str(folder), _no)


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return _signer(tmp_path_factory.mktemp("keys") / "ada", "Ada Lovelace")


@pytest.fixture(scope="module")
def bob(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return _signer(tmp_path_factory.mktemp("keys") / "bob", "Bob Vendor")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tsa]:
    with serving(made_tsa(tmp_path_factory.mktemp("tsa"))) as found:
        yield found


@pytest.fixture(scope="module")
def report(ada: Signer) -> bytes:
    return to_pdf(with_panel(made("claim", lines=20), ada.public, "buyer"))


@pytest.fixture(scope="module")
def once(report: bytes, ada: Signer) -> bytes:
    return sign_pdf(report, ada, "buyer", NOW)


@pytest.fixture(scope="module")
def twice(once: bytes, bob: Signer) -> bytes:
    return sign_pdf(once, bob, "vendor", NOW)


def test_the_panel_is_printed_before_the_file_is_signed(report: bytes, ada: Signer, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(report)
    done = subprocess.run(["pdftotext", "report.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = done.stdout.decode()
    assert "Ada Lovelace, for the buyer" in text
    assert ada.public.certificate_sha256 in text.replace("\n", "")


def test_a_second_signature_leaves_the_first_and_every_byte_before(
    report: bytes, once: bytes, twice: bytes, ada: Signer, bob: Signer
) -> None:
    assert once.startswith(report)
    assert twice.startswith(once)
    first, second = verify_pdf(twice, [ada.public, bob.public]).signatures
    assert (first.name, first.certifies, first.level, first.added) == (
        "Ada Lovelace", True, "B-B", "further signatures",
    )  # fmt: skip
    assert (second.name, second.certifies, second.added) == ("Bob Vendor", False, "nothing")
    assert {first.at, second.at} == {NOW}


def test_pdfsig_agrees(twice: bytes, ada: Signer, bob: Signer, tmp_path: Path) -> None:
    """poppler's own check: two signatures, both valid, the second over the whole file."""
    (tmp_path / "twice.pdf").write_bytes(twice)
    said = subprocess.run(
        ["pdfsig", "twice.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Total document signed") == 1
    assert "Signer Certificate Common Name: Ada Lovelace" in said
    assert "Signature Type: ETSI.CAdES.detached" in said


@pytest.mark.slow
def test_signed_reports_stay_archival_and_accessible(
    report: bytes, once: bytes, twice: bytes, ada: Signer, tsa: Tsa, tmp_path: Path
) -> None:
    stamped = sign_pdf(report, ada, "buyer", NOW, Authority(tsa.url, tsa.root.read_bytes()))
    files = {"once.pdf": once, "twice.pdf": twice, "stamped.pdf": stamped}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    words = [sys.executable, str(VERA), *(str(tmp_path / name) for name in files)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    verdicts = json.loads(run.stdout.splitlines()[-1])
    assert verdicts == {f"{name} {profile}": [] for name in files for profile in ("3a", "ua1")}


def test_a_stranger_is_not_shown_to_be_anybody(once: bytes, ada: Signer) -> None:
    found = verify_pdf(once)
    assert found.signatures[0].key is None
    assert any(ada.public.certificate_sha256 in line for line in found.not_shown)
    assert not any("who holds" in line for line in verify_pdf(once, [ada.public]).not_shown)


def test_a_signature_that_should_be_there_and_is_not_is_named(
    report: bytes, once: bytes, ada: Signer, bob: Signer
) -> None:
    with pytest.raises(EvidenceError, match="Bob Vendor did not sign this file"):
        verify_pdf(once, [ada.public, bob.public])
    with pytest.raises(EvidenceError, match="holds no signature"):
        verify_pdf(report, [ada.public])


def _flipped(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[data.find(b"stream") + 40] ^= 1
    return bytes(changed)


def _added(key: str, value: str) -> Callable[[bytes], bytes]:
    def spoilt(data: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        writer.root[key] = generic.pdf_string(value)
        writer.update_root()  # type: ignore[no-untyped-call]
        out = io.BytesIO()
        writer.write(out)  # type: ignore[no-untyped-call]
        return out.getvalue()

    return spoilt


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_flipped, "file was changed after it was signed"),
        (_added("/Lang", "fr"), "changed after Ada Lovelace signed it"),
        (lambda data: data[:-1000], "cut off or damaged"),
        (lambda data: data[: len(data) // 2], "cut off or damaged"),
        (lambda data: data + b"\nmore\n", "no part of the PDF"),
        (lambda data: data + b"\n%%EOF\n", "cut off or damaged"),
        (lambda data: data.replace(b"/ByteRange [0 ", b"/ByteRange [1 ", 1), "Ada Lovelace|cannot be read"),
    ],
)
def test_what_was_spoilt_is_named(twice: bytes, spoil: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        verify_pdf(spoil(twice))


def test_no_signed_byte_changes_unseen(twice: bytes, ada: Signer, bob: Signer) -> None:
    """The second signature is over all but its own place; the case of hexadecimal digits there is no change."""
    *_, last = Reader(twice).embedded_signatures
    start, first, then, rest = last.byte_range
    draw = random.Random(11)
    for place in draw.sample([*range(start, first), *range(then, then + rest)], 25):
        changed = bytearray(twice)
        changed[place] ^= draw.randrange(1, 256)
        with pytest.raises(EvidenceError):
            verify_pdf(bytes(changed), [ada.public, bob.public])
    filled = twice[: then - 9] + b"beef" + twice[then - 5 :]
    with pytest.raises(EvidenceError, match="Something stands behind the signature of Bob Vendor"):
        verify_pdf(filled)


def test_every_cut_is_named_or_leaves_a_file_that_lacks_a_signature(
    once: bytes, twice: bytes, ada: Signer, bob: Signer
) -> None:
    for size in range(len(once) - 300, len(twice), 331):
        with pytest.raises(EvidenceError):
            verify_pdf(twice[:size], [ada.public, bob.public])


def test_an_authority_puts_its_time_on_a_signature(report: bytes, ada: Signer, tsa: Tsa) -> None:
    """B-T; whose time it is shows only to those who trust the authority."""
    stamped = sign_pdf(report, ada, "buyer", NOW, Authority(tsa.url))
    (one,) = verify_pdf(stamped, [ada.public], tsa.root.read_bytes()).signatures
    assert (one.level, one.stamp is not None and one.stamp.shown) == ("B-T", True)
    assert one.at is not None
    assert abs(one.at - datetime.now(UTC)) < timedelta(minutes=10)
    assert any("give --tsa-certificate" in line for line in verify_pdf(stamped, [ada.public]).not_shown)


def test_with_the_authoritys_certificates_all_lies_in_the_file(
    report: bytes, ada: Signer, bob: Signer, tsa: Tsa
) -> None:
    """B-LT, also after a counter-signature of the same kind."""
    lasting = Authority(tsa.url, tsa.root.read_bytes())
    stamped = sign_pdf(sign_pdf(report, ada, "buyer", NOW, lasting), bob, "vendor", NOW, lasting)
    found = verify_pdf(stamped, [ada.public, bob.public], tsa.root.read_bytes())
    assert [one.level for one in found.signatures] == ["B-LT", "B-LT"]


def test_an_authority_that_gives_no_timestamp_leaves_the_file_unsigned(
    report: bytes, ada: Signer, tsa: Tsa, tmp_path: Path
) -> None:
    for says, said in ((b"<html>", "no timestamp"), (b"0\x05\x30\x03\x02\x01\x02", "no timestamp")):
        with serving(tsa, says) as odd, pytest.raises(InputError, match=said):
            sign_pdf(report, ada, "buyer", NOW, Authority(odd.url))
    with pytest.raises(InputError, match="does not answer"):
        sign_pdf(report, ada, "buyer", NOW, Authority("http://127.0.0.1:9/"))
    other = made_tsa(tmp_path / "other")
    with pytest.raises(InputError, match="not vouched for"):
        sign_pdf(report, ada, "buyer", NOW, Authority(tsa.url, other.root.read_bytes()))


def _dated(folder: Path, since: datetime, days: int) -> Signer:
    """A signer whose certificate was valid for some days from `since` on."""
    own, place = new_key(), folder / "dated"
    public = make_keys(NewKeys("dated", "Dated"), place, _no)
    dated = certificate("Dated", own, since=since, days=days)
    text = pem(dated)
    (place / "certificate.pem").write_bytes(text)
    (place / "certificate.key").write_bytes(pem(own))
    sha = dated.fingerprint(dated.signature_hash_algorithm).hex()  # type: ignore[arg-type]
    changed = PublicKey("dated", "Dated", "", public.ed25519, text.decode(), sha)
    (place / "dated.public.json").write_text(json.dumps(changed.to_json()), "utf-8")
    return open_keys(str(place), _no)


def test_a_certificate_that_ended_since_is_fine_with_a_timestamp_and_said_without(
    report: bytes, tsa: Tsa, tmp_path: Path
) -> None:
    signer = _dated(tmp_path, NOW - timedelta(days=9), 10)  # ends tomorrow
    later = NOW + timedelta(days=400)
    stamped = sign_pdf(report, signer, "", NOW, Authority(tsa.url))
    found = verify_pdf(stamped, [signer.public], tsa.root.read_bytes(), later)
    assert not any("certificate ended" in line for line in found.not_shown)
    alone = verify_pdf(sign_pdf(report, signer, "", NOW), [signer.public], today=later)
    assert any("signed before the certificate ended" in line for line in alone.not_shown)


def test_a_time_outside_of_the_certificates_is_named(report: bytes, tsa: Tsa, tmp_path: Path) -> None:
    """Dated back by the signer, whose certificate had ended when the authority saw the signature."""
    signer = _dated(tmp_path, NOW - timedelta(days=30), 10)
    dated_back = sign_pdf(report, signer, "", NOW - timedelta(days=25), Authority(tsa.url))
    with pytest.raises(EvidenceError, match="when the certificate was not valid"):
        verify_pdf(dated_back, [signer.public], tsa.root.read_bytes())
    with pytest.raises(EvidenceError, match="when the certificate was not valid"):
        verify_pdf(sign_pdf(report, signer, "", NOW), [signer.public])


def test_a_companys_certificate_says_that_withdrawing_is_not_looked_up(report: bytes, tmp_path: Path) -> None:
    root, own = new_key(), new_key()
    chain = certificate("Company Ltd", own, ("Root", root)), certificate("Root", root, authority=True)
    (tmp_path / "own.pem").write_bytes(b"".join(map(pem, chain)))
    (tmp_path / "own.key").write_bytes(pem(own))
    company = Company(tmp_path / "own.pem", tmp_path / "own.key")
    public = make_keys(NewKeys("co", company=company), tmp_path / "co", _no)
    signed = sign_pdf(report, open_keys(str(tmp_path / "co"), _no), "", NOW)
    assert any("was withdrawn" in line for line in verify_pdf(signed, [public]).not_shown)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"%PDF-1.7\nxref\n0 0\ntrailer\n<<>>\n%%EOF"]
)
def test_what_is_no_pdf_is_neither_signed_nor_verified(data: bytes, ada: Signer) -> None:
    with pytest.raises(InputError, match="cannot be signed"):
        sign_pdf(data, ada, "", NOW)
    with pytest.raises(EvidenceError):
        verify_pdf(data)
