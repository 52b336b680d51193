"""A time-stamping authority on this machine: an HTTP door before `openssl ts -reply`, and its certificates."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_alg = sha256
"""


def certificate(
    name: str, key: Any, issuer: tuple[str, Any] | None = None, *, authority: bool = False,
    stamps: bool = False, since: datetime | None = None, days: int = 3650,
) -> x509.Certificate:  # fmt: skip
    """A certificate of `name`, by `issuer` (name and key) or by itself."""
    start = since or datetime.now(UTC) - timedelta(days=1)
    by, signer = issuer or (name, key)
    made = (
        x509.CertificateBuilder().subject_name(_named(name)).issuer_name(_named(by))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority, content_commitment=not authority and not stamps,
                key_encipherment=False, data_encipherment=False, key_agreement=False, key_cert_sign=authority,
                crl_sign=authority, encipher_only=False, decipher_only=False,
            ), critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )  # fmt: skip
    if stamps:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return made.sign(signer, hashes.SHA256())


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(thing: Any) -> bytes:
    """A certificate or a private key as PEM."""
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(Encoding.PEM)
    data: bytes = thing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return data


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass(frozen=True)
class Tsa:
    """Its folder, where `ca.pem` is the root to trust, and its address while `serving` runs."""

    folder: Path
    url: str = ""

    @property
    def root(self) -> Path:
        return self.folder / "ca.pem"

    def answer(self, query: bytes) -> bytes:
        """What `openssl ts` answers to a query; it refuses hashes that its configuration does not name."""
        (self.folder / "query.tsq").write_bytes(query)
        words = ["openssl", "ts", "-reply", "-queryfile", "query.tsq", "-config", "tsa.cnf", "-section", "one",
                 "-out", "answer.tsr"]  # fmt: skip
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer.tsr").read_bytes()

    def stamp(self, file: Path) -> bytes:
        """A timestamp on a file, asked for by OpenSSL as well."""
        words = ["openssl", "ts", "-query", "-data", str(file), "-sha256", "-cert"]
        return self.answer(subprocess.run(words, check=True, capture_output=True).stdout)


def made_tsa(folder: Path, digests: str = "sha256, sha384, sha512") -> Tsa:
    """A root, a certificate between and a TSA under it; the order of the two in answers is not that of DER."""
    folder.mkdir(parents=True, exist_ok=True)
    root, between, own = new_key(), new_key(), new_key()
    ca = certificate("Test root", root, authority=True)
    middle = certificate("Test between", between, ("Test root", root), authority=True)
    tsa = certificate("Test TSA", own, ("Test between", between), stamps=True)
    (folder / "ca.pem").write_bytes(pem(ca))
    (folder / "tsa.pem").write_bytes(pem(tsa))
    (folder / "chain.pem").write_bytes(pem(middle) + pem(ca))
    (folder / "tsa.key").write_bytes(pem(own))
    (folder / "serial").write_text("01\n", "utf-8")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder.resolve(), digests=digests), "utf-8")
    return Tsa(folder)


@contextmanager
def serving(tsa: Tsa, says: bytes | None = None, status: int = 200) -> Iterator[Tsa]:
    """The TSA behind an address on this machine; `says` is what it answers instead of a timestamp."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            data = tsa.answer(query) if says is None else says
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Tsa(tsa.folder, f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
