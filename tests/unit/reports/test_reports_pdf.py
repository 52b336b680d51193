from __future__ import annotations

import hashlib
import http.server
import io
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from tests.unit.reports.report_samples import (
    PRINTED,
    assessment,
    claimed,
    facts,
    history,
    many_lines,
    music_audit,
    music_claim,
    music_contract,
)
from vendoreval.errors import UsageError
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.pdf import Paper, RefusedResource, html_to_pdf, to_pdf
from vendoreval.reports.render import to_html
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.scorecard_view import scorecard_view

SECRET = b"top secret of this machine"


def embedded(pdf: bytes) -> dict[str, bytes]:
    document = pikepdf.open(io.BytesIO(pdf))  # kept in a variable: the attachments live in it
    return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}


def python(*arguments: str) -> str:
    """Standard output of another Python process in this checkout."""
    command = [sys.executable, *arguments]
    folder = Path(__file__).parents[3]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout.strip()


def text_of(pdf: bytes) -> str:
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", " ", run.stdout.decode())


@pytest.fixture(scope="module")
def claim_report() -> Report:
    return claim_view(music_contract(), music_claim(), music_audit(), facts())


@pytest.fixture(scope="module")
def claim_pdf(claim_report: Report) -> bytes:
    return to_pdf(claim_report)


def test_the_claim_prints_its_sentences_amounts_and_deadline(claim_pdf: bytes) -> None:
    said = text_of(claim_pdf)
    assert "Of 2,945 audited labels on 700 items, 1,650 were right (56.0 %)." in said
    assert "the contract asks for at least 85 %" in said
    assert "USD 500.00" in said
    assert "22 January 2026" in said
    assert re.search(r"Page 1 of \d+", said)


def test_attached_files_have_the_printed_digests(claim_report: Report, claim_pdf: bytes) -> None:
    files = embedded(claim_pdf)
    assert files == {file.name: file.data for file in claim_report.files}
    said = text_of(claim_pdf)
    for data in files.values():
        assert hashlib.sha256(data).hexdigest() in said


def test_attachments_name_their_relationship_once(claim_pdf: bytes) -> None:
    document = pikepdf.open(io.BytesIO(claim_pdf))
    listed = [str(spec.AFRelationship) for spec in document.Root.AF]
    assert sorted(listed) == ["/Data", "/Source"]


def test_the_pdf_names_title_language_bookmarks_and_conformance(claim_pdf: bytes) -> None:
    document = pikepdf.open(io.BytesIO(claim_pdf))
    assert str(document.docinfo.Title) == "Rework claim: Rework claim for delivery batch-1"
    assert str(document.Root.Lang) == "en"
    with document.open_outline() as outline:
        assert outline.root[0].title == "Rework claim for delivery batch-1"
        assert [str(item.title)[:1] for item in outline.root[0].children][:3] == ["1", "2", "3"]
    with document.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in document.Root.Metadata.read_bytes()
    assert document.docinfo.CreationDate == "D:20260115093000+00'00"
    held = [font for page in document.pages for font in page.Resources.Font.values()]
    fonts = {str(font.BaseFont).split("+")[-1] for font in held}
    assert all(name.startswith("DejaVu") for name in fonts)


def test_the_same_report_gives_the_same_bytes(claim_report: Report, claim_pdf: bytes) -> None:
    assert to_pdf(claim_report) == claim_pdf


def test_another_process_gives_the_same_bytes(tmp_path: Path) -> None:
    page = to_html(audit_view(music_contract(), music_audit(), facts()))
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    script = (
        "import sys, hashlib; from datetime import datetime, UTC; from pathlib import Path;"
        "from vendoreval.reports.pdf import html_to_pdf;"
        "page = Path(sys.argv[1]).read_text('utf-8');"
        "print(hashlib.sha256(html_to_pdf(page, created=datetime(2026, 1, 15, 9, 30, tzinfo=UTC))).hexdigest())"
    )
    assert (
        python("-c", script, str(tmp_path / "page.html"))
        == hashlib.sha256(html_to_pdf(page, created=PRINTED)).hexdigest()
    )


@pytest.mark.parametrize(("paper", "points"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_paper(paper: Paper, points: tuple[int, int]) -> None:
    report = scorecard_view(music_contract(), assessment(), history(), claimed(music_claim()), facts())
    document = pikepdf.open(io.BytesIO(to_pdf(report, paper)))
    box = [round(float(part)) for part in document.pages[0].mediabox]
    assert tuple(box[2:]) == points


def test_unknown_paper_and_equal_attachments_are_refused() -> None:
    with pytest.raises(UsageError, match="A5"):
        html_to_pdf("<p>x", created=PRINTED, paper="A5")  # type: ignore[arg-type]
    twice = [Attached(name, b"same", "d", "Data") for name in ("a.csv", "b.csv")]
    with pytest.raises(UsageError, match="same content"):
        html_to_pdf("<p>x", created=PRINTED, attachments=twice)


def test_bidi_and_scripts_without_a_font_are_printed_as_escapes() -> None:
    people = (music_audit().by_annotator[0],)
    report = audit_view(
        music_contract(), music_audit(), facts(vendor="标注 99.\u202e15 Ünïcode", remarks=(people[0].name,))
    )
    said = text_of(to_pdf(report))
    assert "\\u6807\\u6ce8 99.\\u202e15 Ünïcode" in said


def test_20000_lines_take_seconds_and_travel_whole() -> None:
    start = time.process_time()
    report = claim_view(music_contract(), music_claim(many_lines(20_000)), music_audit(), facts())
    pdf = to_pdf(report)
    assert time.process_time() - start < 20  # two seconds on a machine at rest
    said = text_of(pdf)
    assert "The 200 gravest of 20,000 lines are printed." in said
    files = embedded(pdf)
    assert files["claim.csv"].count(b"\n") == 20_001
    assert hashlib.sha256(files["claim.json"]).hexdigest() in said


class Server(http.server.BaseHTTPRequestHandler):
    hits: list[str]

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(SECRET)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    Server.hits = []
    listening = http.server.HTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}", Server.hits
    listening.shutdown()
    listening.server_close()
    thread.join()


PAYLOADS = {
    "link attachment file": '<link rel=attachment href="FILE">',
    "a attachment file": '<a rel=attachment href="FILE">x</a>',
    "link attachment http": '<link rel=attachment href="HTTP/meta">',
    "img http": '<img src="HTTP/img" alt=x>',
    "img file": '<img src="FILE" alt=x>',
    "css import": "<style>@import url(HTTP/css)</style>",
    "css background": '<p style="background:url(HTTP/bg)">x',
    "svg image": '<svg width=9 height=9><image href="HTTP/svgimg" width=9 height=9 /></svg>',
    "base href": '<base href="HTTP/"><img src=relative.png alt=x>',
    "embed and object": '<embed src="HTTP/emb"><object data="HTTP/obj"></object>',
    "stylesheet": '<link rel=stylesheet href="HTTP/lnk">',
    "font face": "<style>@font-face{font-family:Z;src:url(HTTP/font)}p{font-family:Z}</style><p>x",
    "data address": '<img src="data:image/svg+xml,<svg/>" alt=x>',
}


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_is_fetched_or_embedded(name: str, server: tuple[str, list[str]], tmp_path: Path) -> None:
    address, hits = server
    secret = tmp_path / "secret.txt"
    secret.write_bytes(SECRET)
    hits.clear()
    payload = PAYLOADS[name].replace("FILE", secret.as_uri()).replace("HTTP", address)
    with pytest.raises(RefusedResource, match="fetch nothing"):
        html_to_pdf(f"<html lang=en><title>t</title><body>{payload}<p>y", created=PRINTED)
    assert hits == []


def test_without_pango_the_message_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from datetime import datetime, UTC; from vendoreval.errors import MissingPart;"
        "from vendoreval.reports.pdf import html_to_pdf\n"
        "try: html_to_pdf('<p>x', created=datetime.now(UTC))\n"
        "except MissingPart as error: print(error)"
    )
    said = python("-c", script)
    assert "apt-get install --no-install-recommends libpango-1.0-0" in said
    assert "--format html" in said


def test_importing_the_room_does_not_import_weasyprint() -> None:
    script = (
        "import sys; import vendoreval.reports.pdf, vendoreval.reports.scorecard_view;"
        "print([m for m in ('weasyprint', 'jinja2', 'fontTools', 'scipy.stats', 'pandas') if m in sys.modules])"
    )
    said = python("-c", script)
    assert said == "[]"
