"""A stored result is read back as it was: every field in its form, and names in the order of people."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.reports import report_samples as samples
from vendoreval.audits.reading import result_from_json
from vendoreval.audits.records import AuditResult, Finding, Pattern, UnitCount, UnitRule, Walk
from vendoreval.evidence.canonical import canonical


def _full() -> AuditResult:
    """A result in which every kind of record occurs; shares of 0 and 1 are written without a point."""
    walk = Walk("sequential", 30, 40, 200, None, 4, (3, 9), True, "seed")
    units = UnitCount(900, 850, 950, 1.0, "ratio")
    finding = Finding(
        "accuracy", "accuracy", "item", "delivery", None, "0.97", "breached", "It is.", estimate=1.0, low=0.0,
        high=1.0, confidence=0.95, n=3, errors=1, walk=walk, units_in_all=units, p_kept=0.0,
    )  # fmt: skip
    cut = {"where": {"delivered class": "jay", "day": "2026-01-01"}, "n": 3, "estimate": 0.5}
    found = samples.music_audit()
    return replace(
        found, findings=(*found.findings, finding), unit_rules=(UnitRule("item", 3, 2, 1, 1.0),),
        counts={"items": 9, "labels": 9, "correct": 8, "wrong_label": 1, "ties": 0, "anything": 1},
        patterns=(*found.patterns, Pattern("bias", True, {"slices": [cut]})),
        basis={"drawn": "chosen", "speaks_for_all": True},
    )  # fmt: skip


@pytest.mark.parametrize("result", [samples.music_audit(), _full()])
def test_a_result_is_read_back_as_it_was(result: AuditResult) -> None:
    stored = canonical(result.to_json())
    again = result_from_json(json.loads(stored))
    assert canonical(again.to_json()) == stored
    assert again.findings == result.findings
    assert all(type(a) is type(b) for one, other in zip(again.findings, result.findings, strict=True)
               for a, b in zip(vars(one).values(), vars(other).values(), strict=True))  # fmt: skip
    assert (again.by_class, again.by_annotator) == (result.by_class, result.by_annotator)
    assert again.unit_rules == result.unit_rules
    assert dict(again.counts) == dict(result.counts)


def test_names_stand_in_the_order_of_people() -> None:
    again = result_from_json(json.loads(canonical(_full().to_json())))
    assert list(again.counts) == ["items", "labels", "correct", "wrong_label", "ties", "anything"]
    assert list(again.patterns[-1].evidence["slices"][0]["where"]) == ["delivered class", "day"]


@pytest.mark.parametrize("change", [{"findings": [{"clause": "a"}]}, {"by_class": [{}]}, {"further": 1}])
def test_records_of_another_form_are_refused(change: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        result_from_json({**json.loads(canonical(_full().to_json())), **change})
