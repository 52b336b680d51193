"""Signing PDFs by pyHanko: PAdES, in a field that shows nothing, added behind the bytes that were there.

Nothing is drawn: a stamp would break PDF/A and PDF/UA. Reports print who signs before they are signed
(`reports/signature_panel.py`). The first signature certifies the file: only further signatures may follow.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from vendoreval.errors import InputError, VendorevalError
from vendoreval.workflow.evidence.keys import Signer
from vendoreval.workflow.evidence.tsa import Authority, post


def sign_pdf(data: bytes, signer: Signer, side: str, at: datetime, tsa: Authority | None = None) -> bytes:
    """The PDF with a further signature behind its unchanged bytes.

    PAdES B-B; with `tsa` B-T, and B-LT where its certificates are held: then all that is needed to check the
    signature later lies in the file. Raises InputError for what cannot be signed, and for an authority that
    gives no timestamp.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        signed = list(writer.prev.embedded_signatures)
        field = f"{signer.public.name}-{len(signed) + 1}"
        done = _Dated(
            _metadata(signer, field, side, certify=not signed, tsa=tsa), _simple(signer), at,
            timestamper=_Asking(tsa.url) if tsa else None, new_field_spec=fields.SigFieldSpec(field),
        ).sign_pdf(writer)  # fmt: skip
    except TimestampRequestError as error:
        raise InputError(
            f"The timestamping authority gives no timestamp: {error}", file=tsa.url if tsa else ""
        ) from error
    except (PathError, ValidationError) as error:
        raise InputError(
            f"A certificate is not vouched for: {error}",
            remedy="Give the root of the timestamping authority with --tsa-certificate.",
        ) from error
    except VendorevalError:
        raise
    except Exception as error:  # the parsers below pyHanko raise of many kinds at a damaged file
        raise InputError(f"The PDF cannot be signed: {str(error) or type(error).__name__}.") from error
    return bytes(done.getvalue())


class _Dated(signers.PdfSigner):
    """A signer whose clock is ours."""

    def __init__(self, meta: Any, signer: signers.Signer, at: datetime, **further: Any) -> None:
        super().__init__(meta, signer, **further)
        self._at = at

    def init_signing_session(self, *given: Any, **named: Any) -> PdfSigningSession:
        session = super().init_signing_session(*given, **named)
        session.system_time = self._at
        return session


class _Asking(TimeStamper):
    """Asks the authority that the user names, with our limits and sentences."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        answer = post(self._url, req.dump())
        try:
            read = tsp.TimeStampResp.load(answer, strict=True)
            str(read.native)  # asn1crypto parses late
        except (ValueError, TypeError, KeyError) as error:
            raise InputError("This is no timestamp (RFC 3161).", file=self._url) from error
        return read


def _metadata(
    signer: Signer, field: str, side: str, *, certify: bool, tsa: Authority | None
) -> signers.PdfSignatureMetadata:
    lasting = tsa is not None and bool(tsa.trusted)
    return signers.PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES,
        name=signer.public.whose, reason=f"Signed as {side}" if side else None,
        certify=certify, signer_key_usage=set(), docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        embed_validation_info=lasting, validation_context=_context(signer, tsa) if lasting and tsa else None,
    )  # fmt: skip


def _context(signer: Signer, tsa: Authority) -> ValidationContext:
    """What the certificates are checked with; where they name lists of withdrawn ones, these are fetched."""
    roots = [signer.chain[-1], *x509.load_pem_x509_certificates(tsa.trusted)]
    return ValidationContext(
        trust_roots=list(map(_asn1, roots)), other_certs=list(map(_asn1, signer.chain)),
        allow_fetching=True, revocation_mode="soft-fail",
    )  # fmt: skip


def _simple(signer: Signer) -> signers.SimpleSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(list(map(_asn1, signer.chain[1:])))  # the first goes in anyway
    der = signer.pdf.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=_asn1(signer.chain[0]), signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=store
    )


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
