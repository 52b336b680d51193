"""Agreement and annotators of boxes, from labels to records."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.contracts import clause, contract_toml, rule
from tests.unit.audits.box_vendors import CLASSES, TASK, BoxVendor
from vendoreval.audits.agreeing import judge_agreement
from vendoreval.audits.agreement_record import Found, agreement_found, alpha_of, counted_agreement
from vendoreval.audits.annotator_sheets import no_consensus, sheet_annotators
from vendoreval.audits.records import Finding
from vendoreval.contracts.parsing import parse_contract
from vendoreval.errors import InputError, UsageError
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.reports.agreement_sentences import agreement_sentences
from vendoreval.reports.annotator_sentences import annotator_sentences
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.judged import judge
from vendoreval.tasks.side_by_side import SideBySide

VENDOR = BoxVendor(items=80, people=4, sheets_each=2)


def labels_of(vendor: BoxVendor = VENDOR, seed: int = 1) -> LabelTable:
    return vendor.made(seed)[1]


def shown(by: str, labels: LabelTable) -> Found:
    return agreement_found(labels, TASK, {}, by=by, scale="", resamples=0, seed=0)


def test_the_record_names_the_distance_and_leaves_out_what_counts_equal_labels() -> None:
    labels = labels_of()
    found = shown("", labels)
    record = found.record
    assert record["scale"] == "distance"
    assert (
        record["distance"]["words"]
        == "1 - 2 × the overlap of matched boxes of one class ÷ the boxes of both answers"
    )
    assert (record["distance"]["drawn"], record["distance"]["error"]) == (False, None)
    assert record["distance"]["pairs"] == 160 * 159 // 2
    assert (record["compared_items"], record["compared_labels"]) == (80, 160)
    assert 0.5 < record["alpha"]["estimate"] < 1
    assert record["kappa"]["estimate"] is None
    assert record["alpha"]["estimate"] == alpha_of(labels, TASK).estimate
    said = " ".join(agreement_sentences(found.coefficients, record))
    assert "two answers or more" in said
    assert "1 - 2 × the overlap of matched boxes" in said
    with pytest.raises(UsageError, match="distance"):
        agreement_found(labels, TASK, {}, by="", scale="ordinal", resamples=0, seed=0)


def test_groups_by_class_day_version_and_annotator() -> None:
    labels = labels_of()
    versions = Coded((np.arange(len(labels)) % 2).astype(np.int32), ("1", "2"))
    by_class = shown("class", labels).record["groups"]
    assert [one["group"] for one in by_class] == list(CLASSES)
    label = labels.text("label")
    only = labels.take(np.flatnonzero(label.codes == label.values.index("dog")))
    assert by_class[1]["alpha"]["estimate"] == alpha_of(only, TASK).estimate
    days = shown("day", labels).record["groups"]
    assert sum(one["labels"] for one in days) <= 160
    assert len(days) > 10
    with pytest.raises(InputError, match="guideline_version"):
        shown("guideline_version", labels)
    mixed = replace(labels, guideline_version=versions)
    assert shown("guideline_version", mixed).record["groups"] is not None


def test_people_against_others_are_the_mean_of_their_pairs() -> None:
    labels = labels_of()
    record = shown("annotator", labels).record
    sheets = labels.sheets
    assert sheets is not None
    by_item: dict[str | None, list[int]] = {}
    for number, item in enumerate(sheets.item.text()):
        by_item.setdefault(item, []).append(number)
    first, second = np.asarray(list(by_item.values()), dtype=np.int64).T
    near = 1 - SideBySide(labels, TASK, TYPE).distances(first, second)
    names = sheets.annotator.text()
    for one in record["groups"]:
        mine = [v for v, a, b in zip(near, first, second, strict=True) if one["group"] in (names[a], names[b])]
        assert one["share"] == pytest.approx(np.mean(mine), abs=1e-6)
        assert one["comparisons"] == len(mine)
        assert one["low"] < one["share"] < one["high"]
    for pair in record["pairs"]:
        both = {pair["first"], pair["second"]}
        mine = [v for v, a, b in zip(near, first, second, strict=True) if both == {names[a], names[b]}]
        assert (pair["items"], pair["near"]) == (len(mine), pytest.approx(np.mean(mine), abs=1e-6))


def judged(metric: str, threshold: str, decided: str = "claim", scope: str = "delivery") -> Finding:
    decision = rule(decided, alpha=0.05, beta=0.1) if decided != "point" else rule("point")
    text = contract_toml(
        task={"type": "boxes", "classes": list(CLASSES)},
        clauses=[clause(metric=metric, threshold=threshold, decision=decision, scope=scope)],
    )
    (only,) = parse_contract(text).clauses
    (trial,) = judge_agreement(only, TASK, counted_agreement(labels_of(), TASK, {}))
    return trial(only)


def test_clauses_on_alpha_are_judged_and_others_say_why_not() -> None:
    assert judged("alpha", "0.3").verdict == "kept"
    breached = judged("alpha", "0.97")
    assert (breached.verdict, breached.n) == ("breached", 80)
    assert breached.estimate == alpha_of(labels_of(), TASK).estimate
    assert breached.low is not None
    assert breached.low < breached.estimate < (breached.high or 0)  # type: ignore[operator]
    assert judged("alpha", "0.3", "point").verdict == "kept"
    for metric in ("kappa", "ac1"):
        assert (judged(metric, "0.3").verdict, "Take alpha" in judged(metric, "0.3").reason) == (
            "not_run",
            True,
        )
    by_class = judged("alpha", "0.3", scope="class")
    assert (by_class.verdict, "--by class" in by_class.reason) == ("not_run", True)


def test_annotators_have_figures_on_gold_and_no_model() -> None:
    gold, labels, _ = BoxVendor(items=150, people=4, weak_person=0.5).made(3)
    record = sheet_annotators(labels, TASK, gold, frozenset(), delivery="d")
    assert (record["unit"], record["model"]["method"]) == ("object", "not run")
    assert "not run for boxes" in record["withheld"]
    assert record["annotators"][-1]["annotator"] == "w03"  # the weak one comes last
    outcomes = judge(gold, labels, TASK).by_label
    for one in record["annotators"]:
        mine = np.asarray([who == one["annotator"] for who in outcomes.annotator.text()])
        counted = mine & outcomes.at("object") & ~outcomes.unanswered
        assert one["gold_labels"] == int(counted.sum())
        assert one["gold_right"] == int((counted & outcomes.right).sum())
        assert one["gold_low"] < one["gold_accuracy"] < one["gold_high"]
        assert one["estimated_accuracy"] is None
    assert sum(one["labels"] for one in record["annotators"]) == 300
    said = annotator_sentences({**record, "gold": "g"})
    assert any("not run for boxes" in sentence for sentence in said)
    assert "boxes" in str(no_consensus(TASK))
    assert labels.sheets is not None
    unnamed = Coded(np.full(300, -1, dtype=np.int32), ())
    nobody = replace(labels, sheets=replace(labels.sheets, annotator=unnamed))
    with pytest.raises(InputError, match="who gave"):
        sheet_annotators(nobody, TASK, gold, frozenset(), delivery="d")


def test_copies_lines_haste_and_honest_people() -> None:
    honest_gold, honest, _ = BoxVendor(items=300, people=6).made(5)
    clean = sheet_annotators(honest, TASK, honest_gold, frozenset(), delivery="d")["tricks"]
    assert not clean["same_errors"]["flag"]
    assert [clean[key] for key in ("copies", "straight_lines", "too_fast", "same_seconds")] == [[], [], [], []]
    gold, labels, _ = BoxVendor(items=300, people=2, copied=True, extra=0.1, confuse=0.1).made(5)
    copied = sheet_annotators(labels, TASK, gold, frozenset(), delivery="d")["tricks"]
    assert copied["same_errors"]["flag"]
    _, labels, _ = BoxVendor(items=300, people=6, sheets_each=4, lazy_person=True).made(5)
    seconds = np.where(labels.annotator.codes == 2, 4.0, 60.0)
    record = sheet_annotators(replace(labels, seconds=seconds), TASK, None, frozenset(), delivery="d")
    (line,) = record["tricks"]["straight_lines"]
    assert (line["annotator"], line["label"], line["kind"]) == ("w03", "nothing", "one answer")
    assert [one["annotator"] for one in record["tricks"]["too_fast"]] == ["w02"]
    assert any("w03 gave 'nothing'" in said for said in annotator_sentences({**record, "gold": None}))


def test_the_limit_of_a_clause_is_exact_enough_at_full_agreement() -> None:
    vendor = BoxVendor(items=60, people=2, copied=True)
    (only,) = parse_contract(
        contract_toml(
            task={"type": "boxes", "classes": list(CLASSES)}, clauses=[clause(metric="alpha", threshold="0.8")]
        )
    ).clauses
    (trial,) = judge_agreement(only, TASK, counted_agreement(vendor.made(1)[1], TASK, {}))
    finding = trial(only)
    assert (finding.estimate, finding.errors, finding.verdict) == (1.0, 0, "kept")
    assert only.limit == Fraction(4, 5)
