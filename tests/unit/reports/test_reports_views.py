from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.unit.reports.report_samples import (
    annotators,
    assessment,
    claimed,
    facts,
    history,
    many_lines,
    music_audit,
    music_claim,
    music_contract,
    read_facts,
)
from vendoreval.audits.records import AuditResult, Finding
from vendoreval.reports import parts
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import LINES_SHOWN, claim_view
from vendoreval.reports.delivery_parts import Received
from vendoreval.reports.scorecard_view import scorecard_view
from vendoreval.reports.sentences import finding_sentences, headline

BASE = Finding(
    "accuracy", "accuracy", "item", "delivery", None, "0.97", "breached", "", estimate=443 / 566, low=0.7510,
    high=0.8124, confidence=0.95, method="exact binomial (Clopper-Pearson)", n=566, errors=123, clusters=566,
    p_breach=1e-70, strikeouts=97,
)  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_breach_in_words() -> None:
    assert plain(finding_sentences(BASE, "claim")) == (
        "Of 566 audited items, 443 were right (78.3 %). With 95 % confidence the accuracy of the delivery is "
        "between 75.1 % and 81.2 %; the contract asks for at least 97 %. The clause is breached. A delivery "
        "that just keeps it gives so bad a sample with a chance of less than one in a million. The breach "
        "stands even if 97 of the 123 errors found were struck out."
    )


@pytest.mark.parametrize(
    ("changes", "rule", "expected"),
    [
        (
            {"verdict": "kept", "p_kept": 0.02, "strikeouts": None},
            "claim",
            "with a chance of 2.0 %.",
        ),
        ({"verdict": "inconclusive", "more_items": 1}, "claim", "About 1 further audited item would decide it"),
        ({"verdict": "inconclusive"}, "claim", "How many further items would decide it is not known."),
        ({"verdict": "kept"}, "point", "by the measured value alone: the clause is kept."),
        ({"strikeouts": 0}, "claim", "The breach falls if a single error is struck out."),
        ({"metric": "error_rate", "estimate": 0.217}, "claim", "123 were wrong (21.7 %)."),
        (
            {"metric": "recall", "scope": "class", "group": "pop"},
            "claim",
            "items that gold calls “pop”, 443",
        ),
        (
            {"metric": "precision", "scope": "class", "group": "pop"},
            "claim",
            "items delivered as “pop”, 443",
        ),
        ({"scope": "annotator", "group": "w1"}, "claim", "audited items by annotator “w1”, 443"),
        ({"scope": "edge_case"}, "claim", "the accuracy of the edge cases is between"),
        ({"metric": "macro_f1"}, "claim", "Mean F1 over the classes is 78.3 %, measured on 566 items."),
        ({"clusters": 200}, "claim", "Of 566 audited answers on 200 items, 443 were right"),
        ({"unit": "label", "clusters": 200}, "claim", "Of 566 audited labels on 200 items, 443 were right"),
        ({"metric": "completeness"}, "claim", "Of 566 gold items, 443 were answered (78.3 %)."),
        ({"method": "census"}, "claim", "Every unit was audited, so this value is exact; the contract asks"),
        ({"method": "census", "strikeouts": None}, "claim", "at least 97 %. The clause is breached."),
        ({"metric": "recall", "errors": 565}, "claim", "Of 566 audited items, 1 was right"),
        ({"verdict": "not_run", "reason": "Why."}, "claim", "Accuracy was not judged. Why."),
    ],
)
def test_findings_in_words(changes: dict[str, Any], rule: str, expected: str) -> None:
    assert expected in plain(finding_sentences(replace(BASE, **changes), rule))


def test_an_estimate_just_below_the_limit_is_not_rounded_onto_it() -> None:
    near = replace(BASE, estimate=0.96996, low=0.9699, high=0.97004)
    said = plain(finding_sentences(near, "point"))
    assert "(96.996 %)" in said
    assert "between 96.99 % and 97.004 %" in said


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ((), "The contract has no clause to judge."),
        (("kept",), "The delivery keeps the clause."),
        (("kept", "kept"), "The delivery keeps all 2 clauses."),
        (("breached",), "The delivery breaches its only clause: c0."),
        (("breached", "kept"), "The delivery breaches 1 of 2 clauses: c0. One is kept."),
        (("inconclusive", "not_run"), "No clause is shown to be breached. One cannot be decided with this "
         "sample and one was not judged."),
    ],
)  # fmt: skip
def test_headlines(verdicts: tuple[str, ...], words: str) -> None:
    findings = [replace(BASE, clause=f"c{k}", verdict=verdict) for k, verdict in enumerate(verdicts)]
    assert headline(findings) == words
    assert headline([*findings, *findings]) == words


def test_the_certificate_shows_the_delivery_as_counted() -> None:
    known = read_facts("music_genre")
    view = audit_view(music_contract(), music_audit(), facts()).view
    first = view["findings"][0]
    assert plain(first["value"]) == f"{100 * known['accuracy_single_labels']:.1f} %"
    assert first["n"] == f"{known['n_labels']:,}"
    assert view["verdict"]["word"] == "Breached"
    chart = view["confusion"]["chart"]
    names = known["class_names_from_item_ids"]
    by_name = {name: code for code, name in names.items()}
    for gold, cells in zip(chart.names, chart.cells, strict=True):
        expected = known["confusion_gold_rows"][by_name[gold]]
        assert list(cells) == [expected[by_name[given]] for given in chart.names]


def test_people_are_listed_surely_weakest_first_and_all_are_counted() -> None:
    people = annotators("music_genre")
    shown = parts.annotators(people)
    tops = [row.high for row in shown["chart"].rows]
    assert tops == sorted(tops)
    assert max(tops) <= min(p.high for p in people if p.name not in {row.label for row in shown["chart"].rows})
    hidden = sum(p.n for p in people) - sum(
        p.n for p in people if p.name in {r.label for r in shown["chart"].rows}
    )
    assert f"{hidden:,}\u00a0audited labels" in shown["rest"]


def test_many_classes_give_a_table_of_mistakes() -> None:
    table = {f"c{i:02d}": {f"c{i:02d}": 5, f"c{(i + 1) % 20:02d}": i} for i in range(20)}
    shown = parts.confusion(replace(music_audit(), confusion=table), ())
    assert shown["chart"] is None
    assert [row["n"] for row in shown["top"][:3]] == ["19", "18", "17"]


def test_an_empty_audit_has_a_certificate_too() -> None:
    empty = AuditResult("a", "b", "c", 1, "v", "g", "not_run", {"items": 0, "gold_items": 0}, ())
    view = audit_view(music_contract(), empty, facts()).view
    assert view["headline"] == "The contract has no clause to judge."
    assert view["forest"] is None


def test_a_claim_shows_the_gravest_lines_and_carries_all() -> None:
    lines = many_lines(1000)
    report = claim_view(music_contract(), music_claim(lines), music_audit(), facts())
    shown = report.view["lines"]["rows"]
    assert len(shown) == LINES_SHOWN
    order = {"critical": 0, "major": 1, "minor": 2}
    ranks = [order[row["severity"]] for row in shown]
    assert ranks == sorted(ranks)
    table, record = report.files
    rows = list(csv.DictReader(io.StringIO(table.data.decode())))
    assert [row["item_id"] for row in rows] == [line.item for line in lines]
    assert len(json.loads(record.data)["lines"]) == 1000
    listed = {file["name"]: file["sha256"] for file in report.view["integrity"]["files"]}
    assert listed == {file.name: hashlib.sha256(file.data).hexdigest() for file in report.files}


def test_totals_of_a_claim_add_up() -> None:
    report = claim_view(music_contract(), music_claim(), music_audit(), facts())
    for group in report.view["lines"]["totals"]:
        assert sum(int(n.replace(",", "")) for _, n, _ in group["rows"]) == 1295


def test_a_draft_says_so() -> None:
    draft = replace(music_claim(), state="draft", issued=None)
    view = claim_view(music_contract(), draft, music_audit(), facts()).view
    assert view["stamp"] == "Draft, not issued"
    assert ["Issued on", "not yet: this is a draft"] in view["timeliness"]


def test_the_scorecard_follows_the_audits_in_time() -> None:
    report = scorecard_view(music_contract(), assessment(), history()[::-1], claimed(music_claim()), facts())
    view = report.view
    assert [point.verdict for point in view["timeline"].points][-1] == "breached"
    assert [row["audit"] for row in view["audits"]][-1] == "audit-1"
    assert [bar.label[0] for bar in view["assessment"]["chart"].bars] == list("GARECPM")
    assert view["claims"][0]["amount"] == "USD 564.80"  # audit cost and credit


def test_a_vendor_without_anything_has_a_scorecard() -> None:
    view = scorecard_view(None, None, [], [], facts()).view
    assert view["headline"] == "No delivery of this vendor has been audited yet."
    assert view["latest"] is None
    assert view["assessment"] is None


def test_before_the_first_audit_the_scorecard_shows_the_pilot() -> None:
    block = {
        "name": "main",
        "counts": "the contract's way",
        "limit": 0.9,
        "estimate": 0.95,
        "low": 0.887,
        "high": 0.984,
        "n": 100,
        "misses": 5,
        "verdict": "kept",
    }
    pilot = {
        "pilot": "pilot-acme",
        "verdict": "kept",
        "received_at": "2026-03-02T09:00:00+00:00",
        "blocks": [block],
    }
    view = scorecard_view(None, None, [], [], facts(), pilot=pilot).view
    assert (
        view["headline"] == "Not audited yet, only tried in pilot pilot-acme. Of 1\u00a0block, reached: main."
    )
    words = view["pilot"]["words"].replace("\u00a0", " ")
    assert words == "Pilot pilot-acme, answered on 2 March 2026: kept."
    assert view["pilot"]["blocks"][0]["missed"] == "5 / 100"
    audited = scorecard_view(None, None, history(), [], facts(), pilot=pilot).view
    assert audited["headline"].startswith("Latest audited delivery")


def test_deliveries_are_listed_with_what_was_asked() -> None:
    seen = (
        Received("p-1", "pilot", date(2026, 1, 2), date(2026, 1, 9), 5, 300, 0.041, (2, None)),
        Received("b-1", "", None, date(2026, 2, 2), None, 3_000, None, (None, None)),
    )
    view = scorecard_view(None, None, [], [], facts(), deliveries=seen).view
    first, second = view["deliveries"]
    told = [first[key] for key in ("kind", "days", "escalated", "answered")]
    assert told == ["pilot", "5", "4.1\u00a0%", "2 / –"]
    assert (second["ordered"], second["count"], second["answered"]) == ("–", "3,000", "– / –")
