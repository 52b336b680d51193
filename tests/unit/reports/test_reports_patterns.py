"""The section on patterns: every flag with its advice, a chart of periods, slices, edge cases, tiers."""

from __future__ import annotations

from typing import Any

from tests.unit.audits.pattern_samples import Vendor, contract
from tests.unit.reports.report_samples import PRINTED, music_audit
from vendoreval.audits.auditing import audit
from vendoreval.audits.patterns.judging import patterns
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.facts import Facts
from vendoreval.reports.pattern_parts import deliveries_chart, pattern_view
from vendoreval.reports.render import to_html


def view(vendor: Vendor, seed: int = 1) -> dict[str, Any]:
    return pattern_view(patterns(contract(), vendor.input(seed)))


def test_flags_come_first_with_advice_and_method() -> None:
    shown = view(Vendor(items=500, edge_rate=0.5, drift_from=0.6))
    first = shown["rows"][0]
    assert first["state"] == "raised"
    assert first["do"]
    assert "Chance of such a sign without the pattern" in first["numbers"]
    states = [row["state"] for row in shown["rows"]]
    assert states == sorted(states, key=["raised", "none", "untested"].index)
    assert {row["do"] for row in shown["rows"] if row["state"] != "raised"} == {""}
    assert "at most 5" in shown["risk"]


def test_chart_slices_edge_cases_and_classes() -> None:
    shown = view(Vendor(items=500, edge_rate=0.5, drift_from=0.6, weak_person=0.7))
    assert shown["chart"].title.startswith("Control chart of the error share by period (2026-03-02")
    assert any("annotator w03" in row["where"] for row in shown["slices"])
    assert dict(shown["edges"])["Answers that admit doubt"].startswith("0")
    assert len(shown["floors"]) == 4


def test_review_tiers_show_what_escaped() -> None:
    (tier,) = view(Vendor(items=500, labels_each=1, rate=0.15, stamp=0.1))["tiers"]
    assert (tier["tier"], tier["before"]) == ("reviewer", "annotator")
    assert int(tier["reached"]) == int(tier["found"]) + int(tier["left"])


def test_one_bad_annotator_is_the_part_to_redo() -> None:
    shown = view(Vendor(people=6, weak_person=0.8, rate=0.01, hard=0.0), 3)
    assert "those by annotator w03" in shown["rework"]


def test_nothing_looked_at_prints_nothing() -> None:
    shown = pattern_view(())
    assert (shown["rows"], shown["chart"], shown["slices_said"]) == ([], None, "")


def test_the_certificate_prints_every_pattern() -> None:
    seen = Vendor(items=500, labels_each=1, rate=0.15, stamp=0.1).input(2)
    result = audit(contract(), seen, audit_id="a", delivery="d", gold="g")
    html = to_html(audit_view(contract(), result, Facts(PRINTED, "vendoreval", "acme")))
    for words in ("Copied answers", "To do:", "Control chart", "Escape rate", "not tested"):
        assert words in html


def test_deliveries_have_a_chart_from_three_audits_on() -> None:
    result = music_audit()
    assert deliveries_chart([result, result]) is None
    chart = deliveries_chart([result, result, result])
    assert chart is not None
    assert chart["chart"].x.name == "delivery"
    assert chart["chart"].outside == ()
    assert chart["words"].startswith("No sure change")
