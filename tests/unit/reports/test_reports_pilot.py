"""The pilot report: what a reader sees of blocks, changes on the way and claims."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from tests.unit.pilots.pilot_samples import SAMPLE, gold, plan, seen, simulated, tasks
from tests.unit.reports.report_samples import facts
from vendoreval.gold.piloting import AMBIGUOUS, MAIN
from vendoreval.pilots.levels import CEILINGS, findings, measured_levels
from vendoreval.pilots.result import PilotResult, pilot_result
from vendoreval.pilots.words import block_sentences, on_the_way
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.reports.facts import Facts
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.pilot_view import pilot_view
from vendoreval.reports.render import to_html, to_json
from vendoreval.reports.report import Report
from vendoreval.resources import resource

BANK = parse_bank((resource("questionnaires") / "annotation-core.toml").read_text("utf-8"), "core")


def record(result: PilotResult, claimed: dict[str, int]) -> dict[str, Any]:
    made = {
        "schema": "vendoreval/pilot/1", "pilot": "pilot-1", "vendor": "acme", "contract": SAMPLE.id,
        "contract_version": 1, "gold": "g", "gold_committed": "before", "clause": "accuracy",
        "earlier_pilots": ["pilot-0"], "shown": ["text"], "register": "",
        "sent_at": "2026-01-02T09:00:00+00:00", "due": "2026-01-16",
        "received_at": "2026-01-12T09:00:00+00:00", "business_days": 6, "late": False,
        "judged_at": "2026-01-12T10:00:00+00:00", "verdict": result.verdict, **result.to_json(), "alpha": None,
        "sentences": {"blocks": block_sentences(result), "on_the_way": on_the_way(result)},
    }  # fmt: skip
    levels = measured_levels(findings(made, {"C1": 99.0}), claimed)
    return {**made, "levels": [level.to_json() for level in levels]}


def report(rates: dict[str, float] | None = None, told: Facts | None = None) -> Report:
    result = pilot_result(plan(), simulated(plan(), rates or {MAIN: 0.15, AMBIGUOUS: 0.9}, seed=5))
    return pilot_view(record(result, dict.fromkeys(CEILINGS, 4)), SAMPLE, BANK, told or facts())


def test_blocks_claims_and_changes_are_told() -> None:
    made = report()
    page = to_html(made)
    assert made.view["headline"].startswith(
        "Of 5\u00a0blocks, reached: edge cases, guideline change and repeats"
    )
    for words in ("surely missed: ambiguous", "a question or a flag instead of a guess", "at least 50", "Cut",
                  "Which accuracy", "has no labelled_at, or not", "committed to before", "people saw: text",
                  "pilot-0"):  # fmt: skip
        assert words in page
    assert [row["verdict"]["key"] for row in made.view["blocks"]][3] == "breached"
    (file,) = made.files
    assert json.loads(file.data)["pilot"] == "pilot-1"
    assert not re.search(r"\b(None|True|False|Fraction|nan)\b", re.sub(r"<[^>]*>", " ", page))
    assert json.loads(to_json(made))["schema"] == "vendoreval/pilot_report/1"


def test_blocks_without_items_and_vendors_without_answers() -> None:
    result = pilot_result(plan(), seen(tasks(main=["m"]), gold(m="a"), [("m", None, "a")]))
    made = pilot_view(record(result, {}), SAMPLE, BANK, facts())
    assert made.view["headline"] == "Of 1\u00a0block, left undecided: main. 4\u00a0blocks had no items."
    page = to_html(made)
    assert "has not answered the questionnaire" in page
    assert "No item of this block was sent." in page


def test_the_same_pilot_gives_the_same_pdf_whatever_the_vendor_is_called() -> None:
    odd = replace(facts(), vendor="标注 \u202e <b>Söhne</b>")
    assert to_pdf(report(told=odd)) == to_pdf(report(told=odd))
    assert "<b>Söhne" not in to_html(report(told=odd))
