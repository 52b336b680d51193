"""Page 1 of every report: what happened, how sure, what is asked, by when, in total; what an audit rests on."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.unit.reports.all_reports import KINDS, made, rests
from tests.unit.reports.report_samples import (
    claimed,
    facts,
    history,
    music_audit,
    music_claim,
    music_contract,
    told,
)
from tests.unit.reports.test_reports_comparison import report as comparison
from tests.unit.reports.test_reports_comparison import six
from vendoreval.audits.records import AuditResult
from vendoreval.claims.accounts import Settled, Sums
from vendoreval.claims.decisions import Decision, Standing
from vendoreval.claims.rebuttals import Fared, Rebuttals
from vendoreval.claims.records import Demand
from vendoreval.claims.sums import total
from vendoreval.labels.near_ids import NearPair
from vendoreval.money import Money
from vendoreval.reports.audit_view import audit_view
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.delivery_parts import Received
from vendoreval.reports.first_page import QUESTIONS, sureness
from vendoreval.reports.pdf import to_pdf
from vendoreval.reports.provenance_parts import OtherAudit, OtherGold, RestsOn, provenance_rows, reservations
from vendoreval.reports.questionnaire_view import questionnaire_view
from vendoreval.reports.report import Report
from vendoreval.reports.scorecard_claims import Claimed
from vendoreval.reports.scorecard_view import scorecard_view


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " "))


def first_page(report: Report) -> str:
    command = ["pdftotext", "-layout", "-l", "1", "-", "-"]
    run = subprocess.run(command, input=to_pdf(report), capture_output=True, check=True)
    return plain(run.stdout.decode())


def said(report: Report) -> dict[str, str]:
    return {name: plain(text) for name, text in report.view["answers"]}


@pytest.mark.parametrize("kind", KINDS)
def test_page_1_answers_every_question(kind: str) -> None:
    report = made(kind)
    assert tuple(said(report))[:4] == QUESTIONS
    page = first_page(report)
    assert plain(report.view["headline"])[:60] in page
    for name, text in said(report).items():
        assert len(text) > 8
        assert name in page
        for word in filter(str.isascii, text.split()):  # no font has some signs
            assert word in page, (name, word)


def test_what_a_certificate_answers() -> None:
    told_of = said(made("audit"))
    # 1,295 of 2,945 labels are wrong (FACTS.json)
    assert told_of["In total"].startswith("1,295 of 2,945 audited units wrong, on 700 gold items; 700 items")
    assert "USD" in told_of["In total"]
    assert told_of["What is asked"].startswith("This certificate asks for nothing; a claim does. The breached")
    assert told_of["By when"] == "Notice of defects by 22 January 2026, when the acceptance window ends."
    assert told_of["How sure"].startswith("Accuracy: 54.")
    # each finding by chance has its own risk of 5 %; the rule "point" states none
    rules = {clause.id: clause.decision.rule for clause in music_contract().clauses}
    by_chance = [f for f in music_audit().findings if f.verdict != "not_run" and rules[f.clause] == "claim"]
    share = f"{5 * len(by_chance)} %"
    assert told_of["How sure"].endswith(f"called breached somewhere with a chance of up to {share}.")
    nothing = AuditResult("a", "b", "c", 1, "v", "g", "not_run", {"items": 0, "gold_items": 0}, ())
    view = audit_view(music_contract(), nothing, replace(facts(), notice_by=None))
    assert said(view)["How sure"] == "Nothing was measured, so nothing is known."
    assert said(view)["By when"] == "The contract sets no acceptance window."


def test_how_sure_speaks_of_the_worst_verdict() -> None:
    found = music_audit().findings
    assert sureness(found).startswith("Accuracy: ")
    kept = [f for f in found if f.verdict == "kept"]
    assert "a delivery that just breaks it looks like this with a chance of" in sureness(kept)
    assert sureness([replace(kept[0], method="census")]).startswith("Every unit was audited")
    assert "chance" not in sureness([replace(kept[0], verdict="inconclusive")])


def test_what_a_claim_asks_for_and_its_total() -> None:
    told_of = said(made("claim"))
    assert told_of["In total"] == "USD 564.80: the sums of audit cost and credit add up."  # 500.00 + 64.80
    assert told_of["What is asked"] == (
        "In the contract’s order: rework, audit cost (USD 500.00) and credit (USD 64.80)."
    )
    assert told_of["By when"] == (
        "Answer line by line by 22 January 2026; rework by 29 January 2026; audit cost and credit by "
        "5 February 2026."
    )
    assert "1,251 wrong units were found, and nothing is extrapolated" in told_of["How sure"]
    assert told_of["How sure"].endswith(
        "To be known: gold was committed to late, 1 audit of this delivery came before and a filter left out "
        "55 rows (see 5)."
    )
    draft = replace(music_claim(), issued=None, answer_by=None, demands=())
    view = claim_view(music_contract(), draft, music_audit(), facts())
    assert said(view)["By when"] == "No date runs yet: this is a draft."
    assert said(view)["In total"] == "No sum of money is asked for now."
    beyond = replace(music_claim().extrapolations[0], population=9000, at_least=3500)
    view = claim_view(
        music_contract(), replace(music_claim(), extrapolations=(beyond,)), music_audit(), facts()
    )
    assert "95 % sure of at least 3,500 wrong units among 9,000." in said(view)["How sure"]
    weak = replace(music_claim(), extrapolations=(replace(music_claim().extrapolations[0], strikeouts=0),))
    view = claim_view(music_contract(), weak, music_audit(), facts())
    assert "The breach falls if a single error is struck out." in said(view)["How sure"]
    assert view.view["break_even"] == "The breach of clause accuracy falls if a single error is struck out."


@pytest.mark.parametrize(
    ("sums", "whole"),
    [
        ([("credit", 100), ("audit_cost", 250)], Money(350, "USD")),
        ([("refund", 900), ("withhold", 900)], Money(900, "USD")),  # what is kept back is not paid as well
        ([("withhold", 900)], None),
        ([("rework", None)], None),
    ],
)
def test_the_total_of_a_claim(sums: list[tuple[str, int | None]], whole: Money | None) -> None:
    demands = [Demand(kind, kind, "", None if n is None else Money(n, "USD"), None, None) for kind, n in sums]
    assert total(demands) == whole


def test_a_superseded_claim_asks_for_nothing_any_more() -> None:
    second = replace(music_claim(), id="claim-2", supersedes=("claim-1",))
    view = claim_view(music_contract(), second, music_audit(), facts()).view
    assert view["headline"].endswith("This claim takes the place of claim-1.")
    report = scorecard_view(music_contract(), None, history(), claimed(music_claim(), second), facts())
    assert [row["state"] for row in report.view["claims"]] == ["superseded", "awaiting answer"]
    assert said(report)["What is asked"].startswith("Claim claim-2: in the contract’s order")
    assert said(report)["In total"].endswith(
        "2 claims issued: USD 564.80 asked, USD 0.00 settled, USD 564.80 open."
    )
    draft = replace(second, issued=None, state="draft")  # a draft replaces nothing yet
    report = scorecard_view(music_contract(), None, history(), claimed(music_claim(), draft), facts())
    assert [row["state"] for row in report.view["claims"]] == ["awaiting answer", "draft"]
    assert [row["amount"] for row in report.view["claims"]] == ["USD 564.80", "–"]


def test_a_claim_that_ended_or_fell_stands_nowhere_as_asked() -> None:
    """By hand: of USD 564.80 nothing is open once a claim is withdrawn, falls, or is settled with 100.00."""
    (known,) = claimed(music_claim())
    entry = known.entry
    assert entry is not None
    paid = Settled(date(2026, 1, 20), "credit", "CN-17", "")
    settled = Claimed(
        known.claim,
        replace(entry, stage="settled", due=(), settled=paid, sums=Sums(56480, waived=46480, settled=10000)),
    )
    gone = Claimed(known.claim, replace(entry, stage="withdrawn", due=(), sums=Sums()))
    left = replace(known.claim, version=2, verdict="kept", demands=())
    fallen = Claimed(left, replace(entry, version=2, sums=Sums(56480, fallen=56480)))
    kept = [_batch("batch-2", "kept", 2)]
    for one, state, sums in (
        (settled, "settled", "USD 564.80 asked, USD 464.80 waived, USD 100.00 settled, USD 0.00 open."),
        (gone, "withdrawn", "USD 0.00 asked, USD 0.00 settled, USD 0.00 open."),
        (fallen, "fallen", "USD 564.80 asked, USD 564.80 fallen, USD 0.00 settled, USD 0.00 open."),
    ):
        report = scorecard_view(music_contract(), None, kept, [one], facts())
        (row,) = report.view["claims"]
        assert (row["state"], row["amount"], row["turn"]) == (state, "–", "–")
        assert report.view["verdict"]["key"] == "kept"
        assert "Still open" not in report.view["headline"]
        assert said(report)["What is asked"] == "Nothing is open."
        assert said(report)["By when"] == "No date is running."
        assert said(report)["In total"].endswith(f"1 claim issued: {sums}")
    (row,) = scorecard_view(music_contract(), None, kept, [settled], facts()).view["claims"]
    assert plain(row["settled"]) == "USD 100.00, credit, CN-17, 20 January 2026"


def test_a_step_that_waits_for_a_rework_is_in_no_sum() -> None:
    steps = music_claim().demands
    waiting = replace(music_claim(), demands=(*steps[:2], replace(steps[2], after_rework=1)))
    report = scorecard_view(music_contract(), None, history(), claimed(waiting), facts())
    (row,) = report.view["claims"]
    assert (row["amount"], row["conditional"]) == ("USD 500.00", "USD 64.80")
    assert said(report)["In total"].endswith("USD 500.00 asked, USD 0.00 settled, USD 500.00 open.")
    assert said(report)["What is asked"].endswith(
        "If a rework fails: credit (USD 64.80). Not asked for now, and in no sum above."
    )
    late = facts(printed=datetime(2026, 1, 23, tzinfo=UTC))
    report = scorecard_view(music_contract(), None, history(), claimed(waiting), late)
    assert said(report)["By when"].startswith("Overdue since 22 January 2026, vendor, claim claim-1: Answer ")


def test_the_scorecard_says_how_rebuttals_fared_and_how_deliveries_stand() -> None:
    fared = Rebuttals({"gold_wrong": Fared(1, 0, 5, 0), "out_of_scope": Fared(0, 2, 0, 4)})
    view = scorecard_view(music_contract(), None, history(), [], facts(), fared=fared).view
    # the lower end is 1 - 0.975 ** (1 / 8) = 0.00316; scipy's binomtest gives 0.5265 for the upper one
    assert plain(view["rebuttals"]["words"]) == (
        "Of 8 decided rebuttals, 1 succeeded: 12.5 % (95 % interval 0.3 % to 52.7 %, exact)."
    )
    assert view["rebuttals"]["rows"] == [
        ["gold wrong", "1", "0", "5", "0"],
        ["out of scope", "0", "2", "0", "4"],
        ["all", "1", "2", "5", "4"],
    ]
    said_late = Decision("rejected", date(2026, 2, 3), "Breached.", "Ann")
    batch = replace(_received("batch-1"), standing=Standing("rejected", date(2026, 2, 1), (said_late,)))
    silent = replace(_received("batch-2"), standing=Standing("accepted_by_silence", date(2026, 2, 1)))
    view = scorecard_view(music_contract(), None, [], [], facts(), deliveries=(batch, silent)).view
    assert [plain(row["stands"]) for row in view["deliveries"]] == [
        "rejected on 3 February 2026, late",
        "accepted by silence, window until 1 February 2026",
    ]


def rows(found: RestsOn) -> dict[str, str]:
    return {name: plain(text) for name, text in provenance_rows(found)}


def test_a_certificate_says_on_page_1_what_it_rests_on() -> None:
    page = first_page(made("audit"))
    for words in (
        "Added by alice on 5 January 2026. The file names expert: ann, bob, cem and 2 more.",
        "700 items, chosen by the buyer; nothing shows that they were drawn by chance.",
        "Only after the delivery was received, on 10 January 2026: it could have been fitted to the labels.",
        "audit-0 on 9 January 2026, with gold gold-0: kept.",
        "gold-0, 200 items, committed to on 2 January 2026.",
        "55 of 3,000 rows by the buyer’s filter vendor=acme (beta 50 and no value 5).",
        "Columns: label=answer.",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("more", "name", "words"),
    [
        ({"makers": {}}, "Gold made by", "The file does not say who made it."),
        ({"experts": ("a", "b")}, "Gold made by", "2 experts who labelled the sample blind: a and b."),
        ({"drawn": "tickets", "seed_from": "nonces"}, "Gold drawn",
         "by tickets (SHA-256) from the items of the delivery; the seed is what both sides revealed"),
        ({"drawn": "tickets", "seed_from": "unproven", "for_all": False}, "Gold drawn",
         "the buyer's own choice, which the vendor cannot check. A claim covers the defects found"),
        ({"drawn": "seeded"}, "Gold drawn", "mixed blindly into the task list before the work."),
        ({"committed": "before"}, "Gold committed", "Before the delivery was received, on 10 January 2026."),
        ({"committed": "never", "committed_on": None}, "Gold committed", "Never: nothing shows"),
        ({"committed": "", "committed_on": None}, "Gold committed", "Not beforehand: experts labelled"),
        ({"earlier": ()}, "Audited before", "Never."),
        ({"earlier": (OtherAudit("s-1", "", date(2026, 1, 9), ""),)}, "Audited before",
         "s-1 on 9 January 2026: drawn, not finished."),
        ({"later": (OtherAudit("a-2", "g", date(2026, 2, 9), "kept"),)}, "Audited since",
         "a-2 on 9 February 2026, with gold g: kept."),
        ({"others": ()}, "Other gold sets", "None for this contract."),
        ({"others": (OtherGold("g", 1, None),)}, "Other gold sets", "g, 1 item, not committed to."),
        ({"others": tuple(OtherGold(f"g{k}", 9, None) for k in range(7))}, "Other gold sets", "and 2 more."),
        ({"intake": {}}, "Rows left out", "None."),
        ({"intake": {}}, "Settled", "Nothing had to be settled."),
        ({"intake": {"refused": 2}}, "Rows left out", "2 rows could not be read."),
        ({"intake": {"ids": {"cut": "query", "ids_cut": 120, "ids_after": 40}}}, "Settled",
         "120 ids cut at the “?”, which leaves 40."),
        ({"intake": {"ids": {"crosswalk": {"pairs": 7, "rules": {}, "buyers_word": 1,
          "buyers_word_examples": [["img9", "0042"]], "no_item_of_ours": 2}}}}, "Settled",
         "7 ids renamed by the buyer’s crosswalk. By the buyer’s word alone: 1 id, such as img9 as 0042. "
         "2 delivered ids called no item of this delivery."),
        ({"intake": {}, "missing_by_word": (NearPair("00148", "148", ("leading zeros",)),)}, "Settled",
         "By the buyer's word alone, 1 missing item is not what was delivered under a near id: '00148' and "
         "'148' (leading zeros)."),
        ({"intake": {"unsettled": [{"text": "Nine are odd."}]}}, "Still open", "Nine are odd."),
    ],
)  # fmt: skip
def test_provenance_in_words(more: dict[str, Any], name: str, words: str) -> None:
    assert words in rows(rests(**more))[name]


def test_what_a_claim_must_reserve() -> None:
    later = OtherAudit("a-2", "g", date(2026, 2, 9), "kept")
    near = (NearPair("00148", "148", ("leading zeros",)),)
    found = rests(for_all=False, committed="never", later=(later,), missing_by_word=near)
    assert [plain(text) for text in reservations(found)] == [
        "gold was never committed to",
        "no fair draw that the vendor can check, so nothing is claimed beyond the defects found",
        "1 audit of this delivery came before",
        "1 audit of it came later",
        "by the buyer’s word alone, 1 item counted as missing came under no near id",
        "a filter left out 55 rows",
    ]
    assert reservations(rests(committed="before", earlier=(), intake={})) == []
    assert reservations(None) == []


def test_no_green_word_stands_above_a_missed_promise() -> None:
    missed = tuple(one for one in told().promises if one.standing == "missed")
    assert missed
    eligible = replace(told(), assessment=replace(told().assessment, status="eligible", knock_outs=()))
    view = questionnaire_view(eligible, facts()).view
    assert (view["verdict"]["key"], plain(view["verdict"]["word"])) == (
        "inconclusive", "Eligible, 1 promise missed",
    )  # fmt: skip
    kept_all = replace(eligible, promises=())
    assert questionnaire_view(kept_all, facts()).view["verdict"]["key"] == "kept"
    kept = [(result, when) for result, when in history() if result.verdict == "kept"]
    view = scorecard_view(music_contract(), None, kept, [], facts(), missed).view
    assert (view["verdict"]["key"], plain(view["verdict"]["word"])) == (
        "inconclusive",
        "Kept, 1 promise missed",
    )
    assert scorecard_view(music_contract(), None, kept, [], facts()).view["verdict"]["key"] == "kept"


def test_a_comparison_says_who_is_in_breach() -> None:
    view = comparison(six()).view
    assert "In breach: 标注 & <b>Söhne</b> (1 of 6 clauses), Vendor with quite" in view["headline"]
    assert "Acme Labels (" not in view["headline"]
    by_name = {row["name"]: row["status"] for row in view["offers"]}
    assert by_name["Acme Labels"]["key"] == "kept"
    assert by_name["E"]["key"] == "inconclusive"
    assert "4 breaches" in plain(by_name["E"]["word"])
    none = comparison([replace(one, clauses={}) for one in six()]).view
    assert "No audit has judged a clause of any of them." in none["headline"]
    some = [replace(six()[0], clauses={"kept": 3}), replace(six()[1], clauses={})]
    assert (
        "No vendor was found in breach. Not audited: 标注 & <b>Söhne</b>." in comparison(some).view["headline"]
    )


def _batch(name: str, verdict: str, day: int) -> tuple[AuditResult, datetime]:
    kept = next(result for result, _ in history() if result.verdict == verdict)
    return replace(kept, audit=f"audit-{name}", delivery=name), datetime(2026, 2, day, tzinfo=UTC)


def _received(name: str, rework_of: str = "") -> Received:
    return Received(name, "", None, date(2026, 1, 2), None, 300, None, (None, None), rework_of)


def test_no_green_word_stands_above_an_open_breach_or_claim() -> None:
    audits = [_batch("batch-1", "breached", 1), _batch("batch-2", "kept", 2)]
    two = (_received("batch-1"), _received("batch-2"))
    view = scorecard_view(music_contract(), None, audits, claimed(music_claim()), facts(), deliveries=two).view
    assert view["verdict"]["key"] == "inconclusive"
    assert plain(view["verdict"]["word"]) == "Kept, 1 breach open, 1 claim open"
    assert view["headline"].endswith(" Still open: the breach of batch-1 and claim claim-1 on batch-1.")
    draft = replace(music_claim(), issued=None, state="draft")
    view = scorecard_view(music_contract(), None, audits, claimed(draft), facts(), deliveries=two).view
    assert plain(view["verdict"]["word"]) == "Kept, 1 breach open"
    replaced = (_received("batch-1"), _received("batch-2", rework_of="batch-1"))
    view = scorecard_view(music_contract(), None, audits, [], facts(), deliveries=replaced).view
    assert (view["verdict"]["key"], view["verdict"]["word"]) == ("kept", "Kept")
    known = claimed(music_claim())  # a rework may mend the breach; the claim stays open until it is settled
    view = scorecard_view(music_contract(), None, audits, known, facts(), deliveries=replaced).view
    assert plain(view["verdict"]["word"]) == "Kept, 1 claim open"
    again = [*audits, _batch("batch-1", "kept", 3)]  # such as after gold was corrected
    view = scorecard_view(music_contract(), None, again, [], facts(), deliveries=two).view
    assert (view["verdict"]["key"], view["verdict"]["word"]) == ("kept", "Kept")


def test_the_latest_is_the_delivery_received_last_whenever_it_was_audited() -> None:
    audits = [_batch("batch-2", "breached", 1), _batch("batch-1", "kept", 2)]
    two = (_received("batch-1"), _received("batch-2"))
    view = scorecard_view(music_contract(), None, audits, [], facts(), deliveries=two).view
    assert (view["latest"]["delivery"], view["verdict"]["word"]) == ("batch-2", "Breached")
    assert plain(view["headline"]).startswith("Latest audited delivery, batch-2, audit of 1 February 2026: ")
    assert "Still open" not in view["headline"]
