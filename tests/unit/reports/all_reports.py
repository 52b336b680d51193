"""One report of every kind, full of content, for what must hold of all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

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
from tests.unit.reports.unit_reports import made_of
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.delivery_parts import Received
from vendoreval.reports.provenance_parts import OtherAudit, OtherGold, RestsOn
from vendoreval.reports.questionnaire_view import questionnaire_view
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view

KINDS = (
    "audit", "claim", "scorecard", "questionnaire", "comparison", "annex", "pilot", "audit of boxes",
    "claim of boxes", "scorecard of boxes", "audit of spans", "claim of spans",
)  # fmt: skip
RECEIVED = (
    Received("pilot-1", "pilot", date(2026, 1, 2), date(2026, 1, 9), 5, 300, 0.04, (2, None)),
    Received("batch-1", "", None, date(2026, 2, 2), None, 3000, None, (None, None)),
)


def rests(**more: Any) -> RestsOn:
    """An audit about which everything is to be told."""
    given: dict[str, Any] = {
        "gold": "gold-1", "items": 700, "drawn": "chosen", "added": date(2026, 1, 5), "added_by": "alice",
        "makers": {"expert": ("ann", "bob", "cem", "dora", "eve")}, "committed": "after",
        "committed_on": date(2026, 1, 10),
        "earlier": (OtherAudit("audit-0", "gold-0", date(2026, 1, 9), "kept"),),
        "others": (OtherGold("gold-0", 200, date(2026, 1, 2)),),
        "intake": {
            "rows_read": 3000, "left_out": 55, "map": ["label=answer"],
            "filtered": [{"where": "vendor=acme", "column": "vendor", "rows_left_out": 55,
                          "by_value": {"beta": 50, "": 5}, "rows_of_other_values": 0}],
        },
    }  # fmt: skip
    return RestsOn(**{**given, **more})


def made(kind: str, lines: int = 300, **more: Any) -> Report:
    """The report of a kind; `more` are facts, where it is made from them."""
    known = facts(rests=rests(), **more)
    match kind:
        case "audit":
            return audit_view(music_contract(), music_audit(), known)
        case "claim":
            return claim_view(music_contract(), music_claim(many_lines(lines)), music_audit(), known)
        case "scorecard":
            return scorecard_view(
                music_contract(), assessment(), history(), [music_claim()], facts(), told().promises, None,
                RECEIVED,
            )  # fmt: skip
        case "questionnaire":
            return questionnaire_view(told(), facts(**more))
        case "comparison":
            return comparison(six(), weights={"G": 60, "C": 40})
        case "annex":
            return annex(SEQUENTIAL, items=1200)[1]
        case "pilot":
            return pilot(told=facts(**more))
        case _ if " of " in kind:
            report, _, units = kind.partition(" of ")
            return made_of(units, report, images=report == "claim", **more)
    raise ValueError(kind)
