"""The printed panel of a signed report: who signs, and how to check it. It is there before it is signed."""

from __future__ import annotations

from dataclasses import replace

from vendoreval.evidence.signed import PublicKey
from vendoreval.reports.report import Report

_SIDES = {"buyer": "for the buyer", "vendor": "for the vendor"}


def with_panel(report: Report, key: PublicKey, side: str = "", stamped: bool = False) -> Report:
    """The report with a panel in its integrity block that names its signer. The panel is no signature itself.

    `stamped`: a time-stamping authority will put its time on the signature.
    """
    rows = [
        ("Signer", ", ".join(filter(None, (key.whose, _SIDES.get(side))))),
        ("Certificate, SHA-256", key.certificate_sha256),
        ("Time", "of a time-stamping authority (RFC 3161), inside the signature" if stamped else
         "as the signer states it; no authority vouches for it"),
    ]  # fmt: skip
    panel = {
        "rows": rows,
        "command": f"vendoreval evidence verify THIS.pdf --signer {key.name}.public.json",
        "words": (
            "The signature is in the PDF file, not on this page: a print of it is not signed. PDF readers show "
            "it in a list of signatures. Compare the certificate’s SHA-256 with the one that the signer told "
            "you by another way. Further signatures may be added to the file; any other change breaks this one."
        ),
    }
    integrity = {**report.view["integrity"], "signed": panel}
    return replace(report, view={**report.view, "integrity": integrity})
