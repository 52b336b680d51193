"""One report of every kind, full of content, for what must hold of all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.unit.reports.report_samples import (
    assessment,
    claimed,
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
from vendoreval.claims.accounts import Account, Entry, Settled, Sums, account
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.delivery_parts import Received
from vendoreval.reports.provenance_parts import OtherAudit, OtherGold, RestsOn
from vendoreval.reports.questionnaire_view import questionnaire_view
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_view import scorecard_view
from vendoreval.reports.statement_view import statement_view

KINDS = (
    "audit", "claim", "scorecard", "questionnaire", "comparison", "annex", "pilot", "audit of boxes",
    "claim of boxes", "scorecard of boxes", "audit of spans", "claim of spans", "statement",
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


def owed() -> Account:
    """An account in three currencies, with every kind of state and sum."""
    due = (
        (date(2026, 2, 3), "vendor", "Answer 12 lines of the claim."),
        (date(2026, 2, 9), "vendor", "Credit."),
    )
    on, day = date(2026, 1, 15), date(2026, 1, 5)
    paid = Settled(on, "credit", "CN-17", "Half of it, and no rework.")
    return account(
        "acme", on,
        [
            Entry("c-1", 3, "batch-1", "terms", day, "settled", "USD",
                  Sums(123456789, 100000, 23456789, 50000000, 50100000, 0), paid),
            Entry("c-2", 2, "batch-2", "terms", day, "awaiting ruling", "USD",
                  Sums(500000, 0, 100000, 0, 0, 400000, 250000, 3000000, 990000), None, due, True),
            Entry("c-3", 1, "batch-3", "terms", day, "withdrawn", "EUR", Sums()),
            Entry("c-4", 1, "batch-4", "terms", day, "decided", "JPY", Sums(9000, open=9000, conceded=9000)),
        ],
    )  # fmt: skip


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
                music_contract(), assessment(), history(), claimed(music_claim()), facts(), told().promises,
                None, RECEIVED,
            )  # fmt: skip
        case "questionnaire":
            return questionnaire_view(told(), facts(**more))
        case "comparison":
            return comparison(six(), weights={"G": 60, "C": 40})
        case "annex":
            return annex(SEQUENTIAL, items=1200)[1]
        case "pilot":
            return pilot(told=facts(**more))
        case "statement":
            return statement_view(owed(), facts(**more))
        case _ if " of " in kind:
            report, _, units = kind.partition(" of ")
            return made_of(units, report, images=report == "claim", **more)
    raise ValueError(kind)
