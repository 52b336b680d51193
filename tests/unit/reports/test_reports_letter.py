"""The covering letter: one page on its head that says what the claim says, and no word more."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pikepdf
import pytest

from tests.unit.reports.report_samples import facts, music_claim, music_contract
from vendoreval.claims.records import Claim
from vendoreval.money import Money
from vendoreval.reports.claim_standing import Standing
from vendoreval.reports.facts import Facts
from vendoreval.reports.letter_view import Enclosed, letter_view
from vendoreval.reports.letterhead import MOST_LINES, Letterhead, Party
from vendoreval.reports.pdf import Paper, to_pdf
from vendoreval.reports.render import to_html
from vendoreval.reports.report import Report
from vendoreval.workflow.reports.letters import MOST_ENCLOSED

HEAD = Letterhead(
    Party("Example Robotics GmbH", ("Street 1", "10115 Berlin"), "Ann Lee", "claims@robotics.example"),
    Party("Acme Labels Ltd", ("Dock 7", "London"), "Bob Ray"),
)


def letter(known: Facts | None = None, claim: Claim | None = None, enclosed: Sequence[Enclosed] = ()) -> Report:
    return letter_view(music_contract(), claim or music_claim(), known or facts(), Standing(), enclosed)


def rows(report: Report) -> dict[str, str]:
    return dict(report.view["asked"])


def test_it_says_who_writes_what_to_whom() -> None:
    view = letter(facts(letterhead=HEAD)).view
    assert view["addressee"] == ["Acme Labels Ltd", "Bob Ray", "Dock 7", "London"]
    assert view["greeting"] == "Dear Bob Ray,"
    assert view["references"][0] == [
        "Our reference",
        "claim claim-1, version 1, issued on 15\u00a0January 2026",
    ]
    assert letter().view["greeting"] == "Dear Sir or Madam,"
    assert "Answer to" not in rows(letter())
    assert rows(letter(facts(letterhead=HEAD)))["Answer to"] == (
        "Example Robotics GmbH, Ann Lee, claims@robotics.example"
    )


def test_sums_are_those_of_the_claim_and_what_waits_stands_apart() -> None:
    claim = music_claim()
    now = sum(one.amount.minor for one in claim.demands if one.amount)
    assert rows(letter())["In total, now"].startswith(str(Money(now, "USD")))
    held = tuple(replace(one, after_rework=2) if one.kind == "credit" else one for one in claim.demands)
    said = rows(letter(claim=replace(claim, demands=held)))
    assert said["In total, now"].startswith("USD 500.00")
    assert said["On a condition"].startswith("If 2 rounds of rework fail: credit (USD 64.80)")
    assert "credit" not in said["We ask"]


def test_what_happened_takes_two_sentences() -> None:
    said = letter().view["headline"]
    assert said.count(". ") == 1
    assert "1,251 are wrong" in said or "1,251 wrong units" in said


def test_a_draft_is_marked_on_its_page() -> None:
    draft = replace(music_claim(), state="draft", issued=None, answer_by=None)
    page = to_html(letter(claim=draft))
    assert '<p class="stamp">Draft, not issued</p>' in page
    assert "Once issued, we ask" in page
    assert "We ask" not in page
    assert "No date runs yet" in page


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("long", [False, True])
def test_it_stays_on_one_page(paper: Paper, long: bool) -> None:
    known: dict[str, Any] = {}
    if long:
        wide = Party("Wide " * 10, ("Lane " * 9,) * MOST_LINES, "Ann " * 8, "a@b.example", "+49 30 123456789")
        known["letterhead"] = Letterhead(wide, wide)
    files = [Enclosed(f"{n}-{'file' * 6}.pdf", f"{n}" * 64, 10**6) for n in range(MOST_ENCLOSED)]
    with pikepdf.open(io.BytesIO(to_pdf(letter(facts(**known), enclosed=files), paper))) as pdf:
        assert len(pdf.pages) == 1


def test_nothing_is_named_that_was_not_enclosed_and_no_word_of_what_nobody_recorded() -> None:
    page = to_html(letter()).lower()
    assert "nothing is enclosed." in page
    assert "sha-256" not in page
    for word in ("notice", "we sent", "was sent", "you received", "given notice", "hereby"):
        assert word not in page
    one = Enclosed("claim.pdf", "ab" * 32, 1234)
    page = to_html(letter(enclosed=[one]))
    assert "ab" * 32 in page
    assert "1,234 bytes" in page
    assert "vendoreval evidence verify FILE" in page
