"""The comparison report: two to six vendors, hostile names, nothing known at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.unit.comparing.test_comparing import audited, candidate
from tests.unit.questionnaires.test_questionnaires_robustness import answered
from tests.unit.questionnaires.test_questionnaires_scoring import CORE
from tests.unit.reports.report_samples import facts
from vendoreval.comparing.comparing import compare_vendors
from vendoreval.comparing.records import Candidate
from vendoreval.costs.choosing import tornado
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.scoring import score
from vendoreval.reports.comparison_view import comparison_view
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.render import to_html, to_json
from vendoreval.reports.report import Report

SECTIONS = [(section.id, section.title, section.weight) for section in CORE.sections]


def report(candidates: Sequence[Candidate], **more: Any) -> Report:
    costs = {one.vendor: one.cost for one in candidates if one.cost}
    swings = {vendor: tornado(found.inputs) for vendor, found in costs.items()}
    return comparison_view(compare_vendors(candidates, **more), costs, swings, SECTIONS, facts())


def six() -> list[Candidate]:
    """Six vendors: measured and not, priced and not, one knocked out, long and hostile names."""
    rng = np.random.default_rng(6)
    made = []
    names = ("Acme Labels", "标注 & <b>Söhne</b>", "Vendor with quite a long name GmbH & Co", "D", "E", "F")
    for number, name in enumerate(names):
        right = (rng.random(300) < 0.95 - 0.03 * number).astype(int).tolist()
        one = candidate(f"v{number}", right if number < 5 else None, 4 - number % 3,
                        ("0.12", "0.09", "0.05", "0.04", "0.02", "0.30")[number])  # fmt: skip
        clauses = {"kept": 6 - number, "breached": number}
        made.append(replace(one, name=name, clauses=clauses, promised="0.90", basis={"audit": "ab" * 32}))
    made[3] = replace(made[3], assessment=score(CORE, {**answered(3), "G1": Answer("G1", 0)}))
    return made


def test_six_vendors_with_everything() -> None:
    made = report(six(), weights={"G": 60, "C": 40})
    page = to_html(made)
    assert "&lt;b&gt;Söhne" in page
    assert "<b>Söhne" not in page
    for words in ("Not eligible", "unbeaten", "With other weights: G 60, C 40", "Promises kept", "McNemar"):
        assert words in page
    view = made.view
    assert [driven["name"] for driven in view["tornadoes"]] == ["Acme Labels", "标注 & <b>Söhne</b>"]
    assert len(view["pairs"]["rows"]) == 15
    assert sum(row["p"] != "–" for row in view["pairs"]["rows"]) == 10  # one of six was not measured
    assert json.loads(to_json(made))["schema"] == "vendoreval/comparison_report/1"
    (file,) = made.files
    assert json.loads(file.data)["schema"] == "vendoreval/comparison/1"


def test_what_is_not_known_is_left_out() -> None:
    made = report([candidate("a"), candidate("b")])
    page = to_html(made)
    assert "No vendor has been measured yet" in page
    for words in ("Quality against cost", "Answers by section", "Promises kept", "What it costs"):
        assert f"<h2>{words}" not in page


def test_offers_that_are_not_eligible_stay_out_of_the_picture() -> None:
    made = report(six())
    assert "D" not in {point.name for point in made.view["pareto"].points}


def test_several_currencies_are_not_put_on_one_axis() -> None:
    one, two = candidate("a", [1] * 9 + [0], 3, "0.05"), candidate("b", [1] * 8 + [0] * 2, 3, "0.05")
    made = report([one, replace(two, currency="EUR")])
    assert made.view["pareto"] is None
    assert any("several currencies" in note for note in made.view["notes"])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_same_comparison_gives_the_same_pdf(paper: Any) -> None:
    first, second = (to_pdf(report(six()), paper) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF")


def test_dots_where_no_accuracy_was_promised() -> None:
    plain = [replace(candidate(name, None, 3), audited=audited([1, 1, 0])) for name in "ab"]
    assert type(report(plain).view["accuracy"]).__name__ == "Dots"


def test_no_python_shines_through() -> None:
    assert "built-in" not in to_html(report(six()))
