"""Asking a time-stamping authority that the user names (RFC 3161 over HTTP)."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from vendoreval.errors import EvidenceError, InputError, UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.stamped import Stamp, check_stamp, read_answer

_SECONDS = 20  # an authority that takes longer is taken for silent
_LARGEST = 1_000_000  # bytes of an answer; honest ones have some thousand
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: its address, the certificates that vouch for it (PEM), if any are held."""

    url: str
    trusted: bytes = b""


def stamp(data: bytes, tsa: Authority) -> tuple[bytes, Stamp]:
    """A timestamp on `data`, as it came, and what it says.

    Raises InputError where the authority does not answer, refuses, or answers with something else; and where it
    is not one that its certificates vouch for.
    """
    from rfc3161_client import TimestampRequestBuilder
    from rfc3161_client.base import HashAlgorithm

    if not data:
        raise InputError("An empty file has nothing to put a time on.")
    asked = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = post(tsa.url, asked.as_bytes())
    try:
        said = check_stamp(answer, sha256_hex(data), tsa.trusted)
        if read_answer(answer).tst_info.nonce != asked.nonce:
            raise EvidenceError("It answers another question than was asked.")
    except EvidenceError as error:
        raise InputError(error.what, file=tsa.url, remedy=error.remedy, details=error.details) from error
    return answer, said


def post(url: str, query: bytes, seconds: float = _SECONDS) -> bytes:
    """What the authority answers to a query; raises InputError where it does not, UsageError for no address."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"{url!r} is no address of a timestamping authority.", remedy="Write http(s)://….")
    asked = urllib.request.Request(url, query, {"Content-Type": _QUERY, "Accept": _REPLY})  # noqa: S310
    try:
        with urllib.request.urlopen(asked, timeout=seconds) as answer:  # noqa: S310 - http and https only
            data: bytes = answer.read(_LARGEST + 1)
    except urllib.error.HTTPError as error:
        raise InputError(
            f"The timestamping authority answers {error.code} {error.reason}.", file=url
        ) from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        raise InputError(
            f"The timestamping authority does not answer: {reason}.", file=url,
            remedy="Check the address and the network, or leave out the timestamp.",
        ) from error  # fmt: skip
    if len(data) > _LARGEST:
        raise InputError("The timestamping authority answers with more than a timestamp.", file=url)
    return data
