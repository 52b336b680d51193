"""Patterns of real deliveries: what is flagged, what is not, and figures that FACTS.json confirms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.conftest import facts
from tests.unit.audits.pattern_samples import contract
from tests.unit.inference.real_labels import Real, real
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.patterns.judging import patterns
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes


def seen(labels: Real) -> AuditInput:
    rows = np.flatnonzero(labels.gold >= 0)
    right = labels.gold[rows] == labels.label[rows]
    outcomes = Outcomes(
        item=Coded.from_text(labels.rows["item_id"].iloc[rows]),
        unit=np.zeros(len(rows), dtype=np.int32),
        annotator=Coded.from_text(labels.rows["annotator_id"].iloc[rows]),
        labelled_at=None,
        expected=Coded(labels.gold[rows].astype(np.int32), labels.classes),
        delivered=Coded(labels.label[rows].astype(np.int32), labels.classes),
        outcome=np.where(right, CODE["correct"], CODE["wrong_label"]).astype(np.int8),
        score=right.astype(np.int64) * ONE,
        severity=np.ones(len(rows), dtype=np.int8),
    )
    items = len(outcomes.item.values)
    return AuditInput(outcomes, outcomes, items, len(set(labels.item.tolist())), len(labels.item))


def look(name: str, vendor: str = "") -> dict[str, dict[str, Any]]:
    found = patterns(contract("each", "0.97"), seen(real(name, vendor)))
    return {one.name: {"flag": one.flag, **one.evidence} for one in found}


def sign(evidence: dict[str, Any], what: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in evidence["signs"] if one["what"] == what)
    return found


USUAL = {"inconsistency", "bias"}


@pytest.mark.parametrize(
    ("name", "vendor", "flags"),
    [
        ("bluebirds", "", USUAL),
        ("music_genre", "", USUAL),
        ("adultcontent2", "", USUAL),
        ("zencrowd_two_vendors", "mturk_us", USUAL),
        ("zencrowd_two_vendors", "mturk_india", USUAL),
        ("weather_sentiment_two_vendors", "mturk", USUAL),
        ("weather_sentiment_two_vendors", "crowdflower", {"inconsistency"}),
        ("dermxdb", "", USUAL),
        ("hitspam_copied_consensus", "", {"bias", "copying"}),
    ],
)
def test_flags_of_real_deliveries(name: str, vendor: str, flags: set[str]) -> None:
    found = look(name, vendor)
    assert {key for key, evidence in found.items() if evidence["flag"]} == flags
    assert not found["drift"]["tested"]
    assert not found["edge_cases"]["tested"]


def test_copied_answers_are_unanimous_on_every_error() -> None:
    known = facts("hitspam_copied_consensus")
    found = look("hitspam_copied_consensus")
    same = sign(found["copying"], "everybody makes the same error")
    assert same["errors"] == same["n"] == 34
    assert same["items"] == known["n_gold_items_with_labels"]
    assert same["labels"] <= known["n_labels_on_gold_items"]
    assert sign(found["inconsistency"], "agreement between people")["errors"] == 0


def test_missed_classes_are_those_of_the_facts() -> None:
    known = facts("hitspam_copied_consensus")["per_class"]["Yes"]
    missed = sign(look("hitspam_copied_consensus")["bias"], "classes missed")
    assert (missed["class"], missed["n"]) == ("Yes", known["gold_n"])
    assert 1 - missed["estimate"] == pytest.approx(known["recall"], abs=1e-5)
    genre = sign(look("music_genre")["bias"], "one-sided confusion")
    table = facts("music_genre")["confusion_gold_rows"]
    assert (genre["class"], genre["taken_for"], genre["errors"]) == ("9", "6", table["9"]["6"])


def test_people_who_contradict_themselves() -> None:
    own = sign(look("zencrowd_two_vendors", "mturk_india")["inconsistency"], "agreement with oneself")
    assert own["significant"]
    assert (
        own["n"]
        >= facts("zencrowd_two_vendors")["by_vendor"]["mturk_india"]["repeat_labels_same_annotator_same_item"]
    )
    retest = sign(look("dermxdb")["inconsistency"], "agreement with oneself")
    assert retest["n"] > 0
