"""Reports to test with, made from real deliveries under ../shared/data."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from scipy.special import betaincinv

from vendoreval.audits.records import (
    AnnotatorFigures,
    AuditResult,
    ClassFigures,
    Finding,
    Pattern,
    worst,
)
from vendoreval.claims.accounts import entry_of
from vendoreval.claims.disputes import Dispute, LineState
from vendoreval.claims.records import Claim, ClaimLine, Demand, Extrapolation
from vendoreval.contracts.terms import Acceptance, Clause, Contract, Decision, Guideline, Price, Remedy, Task
from vendoreval.money import Money
from vendoreval.questionnaires.answers import Answer, EvidenceItem, Piece
from vendoreval.questionnaires.assessment import Assessment, Flag, KnockOut, SectionScore, Waiver
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.promises import Measured, promises
from vendoreval.questionnaires.reviews import Moderation, Review, consensus, level_agreement
from vendoreval.questionnaires.scoring import score
from vendoreval.questionnaires.signals import signals
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.questionnaire_view import Told
from vendoreval.reports.scorecard_claims import Claimed
from vendoreval.resources import resource

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
PRINTED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def exact(right: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper–Pearson."""
    tail = (1 - confidence) / 2
    low = float(betaincinv(right, n - right + 1, tail)) if right else 0.0
    high = float(betaincinv(right + 1, n - right, 1 - tail)) if right < n else 1.0
    return low, high


def rows(folder: str, name: str) -> list[dict[str, str]]:
    with (SHARED / folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_facts(folder: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SHARED / folder / "FACTS.json").read_text("utf-8"))
    return loaded


def finding(clause: Clause, right: int, n: int, *, clusters: int, verdict: str, **more: Any) -> Finding:
    low, high = exact(right, n)
    if clause.metric == "error_rate":
        low, high = 1 - high, 1 - low
    estimate = (n - right if clause.metric == "error_rate" else right) / n
    return Finding(
        clause.id, clause.metric, clause.unit, clause.scope, more.pop("group", clause.group), clause.threshold,
        verdict, "measured", estimate=estimate, low=low, high=high, confidence=0.95,
        method="exact binomial (Clopper-Pearson)", n=n, errors=n - right, clusters=clusters, **more,
    )  # fmt: skip


def music_contract() -> Contract:
    names = read_facts("music_genre")["class_names_from_item_ids"]
    claim = Decision("claim")
    return Contract(
        id="acme-music-2026",
        vendor="acme",
        title="Music genre of thirty-second clips",
        currency="USD",
        task=Task("classification", tuple(sorted(names.values())), Guideline("music", "1.2.0")),
        clauses=(
            Clause("accuracy", "accuracy", "label", "delivery", "0.85", claim, ("rework", "credit"), "§4.2"),
            Clause("per-class", "recall", "label", "class", "0.60", claim, ("rework",), "§4.3"),
            Clause(
                "complete", "completeness", "item", "delivery", "0.99", Decision("point"), ("credit",), "§4.5"
            ),
            Clause("agreement", "alpha", "label", "delivery", "0.67", claim, (), "§4.6"),
        ),
        effective=date(2025, 10, 1),
        ends=date(2026, 9, 30),
        price=Price(Decimal("0.08"), "label"),
        acceptance=Acceptance(10, "not_accepted"),
        remedies=(Remedy("rework", "rework", rounds=2, deadline_days=5), Remedy("credit", "credit")),
        buyer="Example Robotics GmbH",
    )


def music_audit() -> AuditResult:
    """The music genre delivery, every figure as counted from its rows."""
    facts = read_facts("music_genre")
    names = facts["class_names_from_item_ids"]
    contract = music_contract()
    accuracy, per_class, complete, agreement = contract.clauses
    found = [
        finding(
            accuracy, facts["n_correct_single_labels"], facts["n_labels"], clusters=700, verdict="breached",
            p_breach=1e-40, strikeouts=806, population=2945, design_effect=1.0,
        )
    ]  # fmt: skip
    for code, name in sorted(names.items(), key=lambda pair: str(pair[1])):
        n = facts["per_class"][code]["gold_n"]
        right = facts["confusion_gold_rows"][code][code]
        low, high = exact(right, n)
        verdict = "breached" if high < 0.60 else "kept" if low > 0.60 else "inconclusive"
        more: dict[str, Any] = {"group": name}
        if verdict == "inconclusive":
            more["more_items"] = 1400
        found.append(
            finding(per_class, right, n, clusters=n // 4, verdict=verdict, p_breach=0.004, p_kept=0.02, **more)
        )
    found.append(finding(complete, 700, 700, clusters=700, verdict="kept", p_kept=0.0009))
    found.append(
        Finding(
            agreement.id, "alpha", "label", "delivery", None, "0.67", "not_run",
            "This version does not measure alpha.",
        )
    )  # fmt: skip
    people = annotators("music_genre")
    return AuditResult(
        audit="audit-1",
        delivery="batch-1",
        contract=contract.id,
        contract_version=1,
        vendor="acme",
        gold="gold-1",
        verdict=worst(tuple(f.verdict for f in found)),
        counts={
            "items": 700, "labels": 2945, "gold_items": 700, "opportunities": 2945, "correct": 1650,
            "wrong_label": 1295, "imprecise": 0, "missing": 0, "extra": 0, "wrong_attribute": 0,
            "empty_agreed": 0, "unscorable": 0, "ties": 0,
        },
        findings=tuple(found),
        by_class=tuple(
            ClassFigures(
                name,
                facts["per_class"][code]["gold_n"],
                facts["confusion_gold_rows"][code][code],
                facts["per_class"][code]["delivered_n"],
                facts["per_class"][code]["precision"],
                facts["per_class"][code]["recall"],
                0.5,
            )
            for code, name in names.items()
        ),
        by_annotator=people,
        confusion={
            names[gold]: {names[given]: n for given, n in cells.items()}
            for gold, cells in facts["confusion_gold_rows"].items()
        },
        patterns=(
            Pattern("drift", False, {"tested": False, "sentence": "Not tested. The labels carry no times."}),
            Pattern("copying", True, {"sentence": "Three pairs share 17 wrong answers.", "do": "Ask how."}),
        ),
        notes=("12 items had tied labels; the contract decides them by: smallest label.",),
    )  # fmt: skip


def annotators(folder: str) -> tuple[AnnotatorFigures, ...]:
    gold = {row["item_id"]: row["label"] for row in rows(folder, "gold.csv")}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in rows(folder, "delivered.csv"):
        if row["item_id"] in gold:
            total[row["annotator_id"]] += 1
            right[row["annotator_id"]] += row["label"] == gold[row["item_id"]]
    return tuple(
        AnnotatorFigures(name, n, n - right[name], right[name] / n, *exact(right[name], n))
        for name, n in sorted(total.items())
    )


def music_lines(limit: int | None = None) -> tuple[ClaimLine, ...]:
    """One line for each wrong label of the delivery."""
    names = read_facts("music_genre")["class_names_from_item_ids"]
    gold = {row["item_id"]: row["label"] for row in rows("music_genre", "gold.csv")}
    wrong = [row for row in rows("music_genre", "delivered.csv") if row["label"] != gold[row["item_id"]]]
    severity = {"classical": "critical", "jazz": "major"}
    return tuple(
        ClaimLine(
            number,
            row["item_id"],
            0,
            names[gold[row["item_id"]]],
            names[row["label"]],
            row["annotator_id"],
            "wrong_label",
            severity.get(names[gold[row["item_id"]]], "minor"),
            "accuracy",
            ("per-class",) if names[gold[row["item_id"]]] == "rock" else (),
        )
        for number, row in enumerate(wrong[:limit], 1)
    )


def many_lines(n: int) -> tuple[ClaimLine, ...]:
    """n lines with long addresses as items."""
    base = music_lines()
    return tuple(
        ClaimLine(
            k + 1, f"https://cdn.example.com/deliveries/2026-01/batch-7/clips/{k:08d}/{line.item}.wav", 0,
            line.expected, line.delivered, line.annotator, line.outcome, line.severity, line.clause, line.also,
        )
        for k in range(n)
        for line in (base[k % len(base)],)
    )  # fmt: skip


def music_claim(lines: tuple[ClaimLine, ...] | None = None) -> Claim:
    held = music_lines() if lines is None else lines
    return Claim(
        id="claim-1",
        version=1,
        state="issued",
        audit="audit-1",
        delivery="batch-1",
        contract="acme-music-2026",
        contract_version=1,
        vendor="acme",
        buyer="Example Robotics GmbH",
        currency="USD",
        drafted=date(2026, 1, 14),
        issued=date(2026, 1, 15),
        answer_by=date(2026, 1, 22),
        extrapolations=(Extrapolation("accuracy", None, 1295, 2945, 2945, 1295, 1251, 441, 0.95, 806),),
        demands=(
            Demand(
                "rework", "rework", "Label the whole delivery again, by other annotators, at no charge.",
                None, None, date(2026, 1, 29), "§6.1", "",
            ),
            Demand(
                "audit_cost", "audit_cost", "Bear the cost of this audit.", Money(50000, "USD"),
                Money(50000, "USD"), date(2026, 2, 5), "§6.2",
                "The audit cost is the invoice of the second audit.",
            ),
            Demand(
                "credit", "credit", "Credit each wrong label above the allowed number at its price.",
                Money(6480, "USD"), Money(6832, "USD"), date(2026, 2, 5), "§6.3",
                "The price of a label that is wrong.",
            ),
        ),
        lines=held,
        notes=("The same defect is claimed once, also where several clauses count it.",),
    )  # fmt: skip


def facts(**more: Any) -> Facts:
    given: dict[str, Any] = {
        "printed": PRINTED,
        "program": "vendoreval 0.1.0",
        "vendor": "Acme Labels Ltd",
        "buyer": "Example Robotics GmbH",
        "delivered": date(2026, 1, 8),
        "notice_by": date(2026, 1, 22),
        "hashes": Hashes("a1" * 32, "b2" * 32, "c3" * 32, "d4" * 32, "e5" * 32),
    }
    return Facts(**{**given, **more})


def assessment() -> Assessment:
    sections = (
        SectionScore("G", "Guidelines", 18, 81.0, 56.5, 100.0),
        SectionScore("A", "Agreement between annotators", 14, 75.0, 30.0, 100.0),
        SectionScore("R", "Review", 10, 62.5, 43.8, 100.0),
        SectionScore("E", "Edge cases", 12, 50.0, 20.0, 80.0, ("E3",)),
        SectionScore("C", "Contract and quality guarantee", 18, 88.0, 79.2, 100.0),
        SectionScore("P", "People and capacity", 10, 70.0, 49.0, 100.0),
        SectionScore("S", "Security and law", 8, None, None, None),
        SectionScore("M", "Money, delivery, exit", 10, 55.0, 38.5, 90.0),
    )
    return Assessment(
        bank="annotation-core", version="1.0.0", template="0" * 64, weights="1" * 64, mode="core",
        status="not eligible", ranked=False, claimed=71.2, evidenced=47.9, coverage=96.0, sections=sections,
        questions=(), knock_outs=(KnockOut("A2", 1, 2),),
        flags=(
            Flag("gap", None, "Claimed exceeds evidenced by 23 points."),
            Flag("declined", "C7", "The vendor declined to answer."),
        ),
        follow_ups=(),
    )  # fmt: skip


def history() -> list[tuple[AuditResult, datetime]]:
    """Six audits of the vendor; the last is the music audit."""
    clause = music_contract().clauses[0]
    past = [(520, 560), (498, 560), (601, 640), (540, 640), (577, 700)]
    audits = []
    for month, (right, n) in enumerate(past, 7):
        low, high = exact(right, n)
        verdict = "breached" if high < 0.85 else "kept" if low > 0.85 else "inconclusive"
        only = finding(clause, right, n, clusters=n, verdict=verdict, p_kept=0.01, p_breach=0.2, more_items=900)
        audits.append(
            (
                AuditResult(
                    f"audit-2025-{month:02d}", f"batch-2025-{month:02d}", "acme-music-2026", 1, "acme",
                    "gold-0", verdict, {"items": n, "gold_items": n}, (only,),
                ),
                datetime(2025, month, 12, tzinfo=UTC),
            )
        )  # fmt: skip
    return [*audits, (music_audit(), datetime(2026, 1, 13, tzinfo=UTC))]


def tally(folder: str) -> dict[str, Counter[str]]:
    """Labels by item, for oracles."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows(folder, "delivered.csv"):
        found[row["item_id"]][row["label"]] += 1
    return found


HOSTILE = "</td><script>alert(1)</script> =1+1 \u202e"


def told() -> Told:
    """A questionnaire with every kind of answer, evidence, flag and measurement."""
    text = (resource("questionnaires") / "annotation-core.toml").read_text("utf-8")
    bank = parse_bank(text, "annotation-core.toml")
    piece = EvidenceItem(
        "document", "draft <b>.pdf", "ab" * 32, dated=date(2026, 1, 2), expires=date(2027, 1, 2)
    )
    given = [
        Answer("C1", 4, value="99 %", text=HOSTILE, commitment="no", evidence=(piece,), channel="html"),
        Answer("G1", 3, text="Typically so.", channel="form", actor="Ann, Ops"),
        Answer("S3", state="na", na_reason="nobody in it", na_approved=True),
        Answer("P3", state="declined"),
        Answer("A1", 4, value="0.82"),
    ]
    answers = {answer.question_id: answer for answer in given}
    waiver = Waiver("C1", "Eve", "a new vendor", date(2026, 12, 31))
    found = score(bank, answers, waivers=[waiver], as_of=date(2026, 3, 2))
    reviews = [Review("G1", "ann", 3, "clear"), Review("G1", "bob", 1, "non_reply")]
    settled = consensus(reviews, [Moderation("G1", 2, "no wrong examples", "Eve")])
    measured = {
        "accuracy": Measured(95.0, 300, "audited items", "audit a", 91.9, 97.2),
        "first_pass_acceptance": Measured(0.0, 1, "audited deliveries", "first audits", 0.0, 97.5),
    }
    return Told(
        bank, answers, replace(found, notes=("The levels are the vendor’s own.",)),
        (Piece("C1", piece, "stored", False, piece.expires),),
        promises(bank, answers, found, measured, {"accuracy": "97 %"}),
        signals(bank, given), tuple(settled.values()), level_agreement(reviews), ("A form was sent.",),
    )  # fmt: skip


def claimed(*claims: Claim) -> list[Claimed]:
    """Claims as a scorecard tells them before anybody answers; those that others replace are superseded."""
    gone = {name for claim in claims if claim.issued for name in claim.supersedes}
    found = []
    for claim in claims:
        lines = {line.number: LineState(line.number) for line in claim.lines}
        state = "superseded" if claim.id in gone else claim.state
        dispute = Dispute(claim, (), lines, state, claim.answer_by)
        conceded = replace(claim, demands=())
        found.append(Claimed(claim, entry_of(claim, dispute, conceded) if claim.issued else None))
    return found
