"""From HTML to an archival, accessible PDF: PDF/A-3a and PDF/UA-1 in one file.

Rules: nothing is fetched, neither from the network nor from this machine; only the shipped fonts
are used; every glyph exists; the same input gives the same bytes on the same machine. Breaking one
of the first three stops the rendering.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import logging
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal

from vendoreval.errors import MissingPart, UsageError, VendorevalError
from vendoreval.reports.fonts import drawable, shipped_fonts
from vendoreval.reports.pdf_finish import finish, with_ua_identifier
from vendoreval.reports.render import to_html
from vendoreval.reports.report import Attached, Report

Paper = Literal["A4", "Letter"]
PAPERS = ("A4", "Letter")
VARIANT = "pdf/a-3a"


class RefusedResource(VendorevalError):
    """A report asked for something outside itself while it was being rendered."""


def to_pdf(report: Report, paper: Paper = "A4") -> bytes:
    """The report as PDF with its files attached; raises as `html_to_pdf` does."""
    return html_to_pdf(
        to_html(report), created=report.created, attachments=report.files, paper=paper,
        pictures=report.pictures | _logo(report),
    )  # fmt: skip


def _logo(report: Report) -> frozenset[str]:
    head = report.view["letterhead"]
    return frozenset({head["logo"].href}) if head and head["logo"] else frozenset()


def html_to_pdf(
    html: str,
    *,
    created: datetime,
    attachments: Sequence[Attached] = (),
    paper: Paper = "A4",
    pictures: Collection[str] = (),
) -> bytes:
    """Render a page that stands alone. `pictures`: the data addresses of the pictures that it holds itself.

    Raises MissingPart where WeasyPrint or Pango is absent, RefusedResource when the page asks for
    anything outside itself, UsageError for an unknown paper or attachments of equal content.
    """
    if paper not in PAPERS:
        raise UsageError(f"There is no paper {paper!r}.", remedy="Choose A4 or Letter.")
    if len({file.sha256 for file in attachments}) < len(attachments):
        raise UsageError("Two attached files have the same content.", remedy="Attach it once.")
    weasyprint = _weasyprint()
    with _quiet(), shipped_fonts(), _no_collection():
        return _render(weasyprint, drawable(html), created, attachments, paper, frozenset(pictures))


def _render(
    weasyprint: Any, html: str, created: datetime, attachments: Sequence[Attached], paper: Paper,
    pictures: frozenset[str],
) -> bytes:  # fmt: skip
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _refuser(pictures)
    fonts = FontConfiguration()
    size = weasyprint.CSS(string=f"@page {{ size: {paper} }}", font_config=fonts, url_fetcher=fetcher)
    try:
        document = weasyprint.HTML(string=html, url_fetcher=fetcher).render(
            stylesheets=[size], font_config=fonts, pdf_variant=VARIANT
        )
        if document.metadata.attachments:  # links in the page; ours are not there yet
            raise _refused([f"{len(document.metadata.attachments)} files to attach"])
        document.metadata.attachments = [
            weasyprint.Attachment(
                string=file.data,
                name=file.name,
                description=file.description,
                created=created,
                modified=created,
                relationship=file.relationship,
            )
            for file in attachments
        ]
        with_ua_identifier(document.metadata)
        identifier = _identifier(html, attachments)
        pdf: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, finisher=finish)
    except _fatal() as error:
        raise _refused(fetcher.refused) from error
    if fetcher.refused:  # inside an inline SVG the fatal error is swallowed, so look again
        raise _refused(fetcher.refused)
    missing = sorted({chr(code) for font in document.fonts.values() for code in font.missing})
    if missing:
        raise VendorevalError(f"The report's fonts cannot draw {missing[:10]!r}.")
    return pdf


def _weasyprint() -> Any:
    with shipped_fonts():
        try:
            import weasyprint
        except (ImportError, OSError) as error:
            raise MissingPart(
                "PDF needs WeasyPrint and the system library Pango, which are not usable here.",
                remedy=(
                    "Debian and Ubuntu: apt-get install --no-install-recommends libpango-1.0-0 "
                    "libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango. "
                    "HTML and JSON work without them: --format html."
                ),
            ) from error
    return weasyprint


def _refuser(pictures: frozenset[str]) -> Any:
    """A fetcher of the report's own `pictures`, which are addresses that hold their bytes.

    It refuses everything else, stops the rendering, and remembers what was asked for.
    """
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class Refuser(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        def __init__(self) -> None:
            super().__init__(allowed_protocols=())
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in pictures:
                return URLFetcherResponse(url, base64.b64decode(url.partition(",")[2]))
            self.refused.append(url[:200])
            raise FatalURLFetchingError(f"refused: {url[:80]}")

    return Refuser()


def _fatal() -> type[BaseException]:
    from weasyprint.urls import FatalURLFetchingError

    fatal: type[BaseException] = FatalURLFetchingError
    return fatal


def _refused(urls: Sequence[str]) -> RefusedResource:
    shown = ", ".join(repr(url[:80]) for url in urls[:3])
    return RefusedResource(f"The report asks for {shown}, and reports fetch nothing; no PDF was made.")


def _identifier(html: str, attachments: Sequence[Attached]) -> bytes:
    """The file identifier, from what is rendered: no clock, no random number."""
    digest = hashlib.sha256(html.encode("utf-8", "backslashreplace"))
    for file in attachments:
        digest.update(bytes.fromhex(file.sha256))
    return digest.digest()[:16]


@contextmanager
def _quiet() -> Iterator[None]:
    """WeasyPrint leaves its colour profile unclosed and logs CSS that is meant for screens."""
    logger = logging.getLogger("weasyprint")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        logger.setLevel(level)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without cyclic garbage collection big tables take a third less time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
