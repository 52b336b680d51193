"""Verify a bundle by computing it again, with the standard library, numpy and scipy only.

The rules, in the order in which they are checked:
1.  every file is listed in the seal and has the listed SHA-256; nothing is missing or added (opened_bundle);
2.  the log is a chain; every event about this delivery is opened; contract, delivery, result and claim are
    those that it tells of, on the days that it tells (verify_log);
3.  the contract is the reader's own, where the reader gives it;
4.  receipts are numbered without gap; those that the reader holds are listed, whole, and the heads that they
    carry are on the chain (receipts);
5.  every gold record was committed to, none is used twice, and where the batch's gold was committed to as a
    seeding, none of it was left out (verify_gold);
6.  the seed of the draw comes from where the bundle says (verify_gold); where items were drawn by scores,
    strata and design were sealed before it, and seed, strata and answers give these items (verify_scores);
7.  totals and settlements are those of the intake report (below);
8.  gold and labels, paired again, and the audit, run again, give the sealed result to the last byte;
9.  the claim, drafted again from that result, has the sealed lines, amounts and deadlines;
10. the moves of the dispute about it are those of the log, one behind the other, and keep to its rules
    (verify_dispute);
11. every version of the claim, reckoned again from these moves, is the sealed one (verify_dispute);
12. an arbiter's cases are opened as they were sealed, and what was settled is no more than what was asked
    (verify_moves);
13. gold's further answers are those of its amendments, lines fell exactly where they are right with these, and
    the audit, judged again with them, gives the sealed result (verify_amended);
14. versions of the claim that the reader was sent, and the files that answers were read from, are those of the
    dispute, where the reader gives them (own_dispute);
15. unanswered items stand in the reader's own task list, where the reader gives it (verify_gold);
16. heads of the log that the reader holds are on it (held_heads), and signatures in the bundle are right
    (bundle_signatures);
17. the files are those that the reader sealed and the buyer acknowledged, where it gives both (sealing).

What cannot be checked with what the reader gave is named, one sentence each. Bundles of schema 1 are compared
in what they count and in the lines that they claim; what this version judges otherwise is named (verify_older).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from vendoreval.audits.audit_input import AuditInput, missing_by_word
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.claims.reading import followed_from_json
from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle_signatures import check_bundle_signatures
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.evidence.held_heads import check_heads, held_head
from vendoreval.evidence.opened_bundle import Findings, OpenedBundle, open_bundle
from vendoreval.evidence.outcomes_follow import check_outcomes
from vendoreval.evidence.own_dispute import check_own_dispute
from vendoreval.evidence.receipts import Receipt, readable
from vendoreval.evidence.same_record import differing
from vendoreval.evidence.sealing import UNPROVEN, check_seal
from vendoreval.evidence.signed import PublicKey
from vendoreval.evidence.verify_amended import check_amendments, check_fallen, check_revised
from vendoreval.evidence.verify_dispute import Disputed, check_dispute
from vendoreval.evidence.verify_gold import Tasks, check_commitment, check_seed, check_seeding
from vendoreval.evidence.verify_log import check_log, name_tail
from vendoreval.evidence.verify_older import compare_claim, compare_result
from vendoreval.evidence.verify_rework import check_rework
from vendoreval.evidence.verify_scores import check_scores
from vendoreval.evidence.verify_statements import check_statements
from vendoreval.labels.settled import apart_sentences, buyers_word, settled


@dataclass(frozen=True)
class Held:
    """What the reader has of its own: receipts, the signed contract, the task list that it got, the seal of
    what it delivered with the buyer's acknowledgement, versions of the claim that it was sent, the SHA-256 of
    the files with which it answered, and heads of the log (held_heads). `signers` must have signed the bundle;
    `tsa` are certificates that vouch for time-stamping authorities (PEM)."""

    receipts: Sequence[Any] = ()
    contract: bytes | None = None
    tasks: Tasks | None = None
    seal: Any = None
    acknowledgement: Any = None
    claims: Sequence[Any] = ()
    answers: Sequence[str] = ()
    heads: Sequence[bytes] = ()
    signers: Sequence[PublicKey] = ()
    tsa: bytes = b""


@dataclass(frozen=True)
class Verification:
    """What fits, in order, and what could not be shown, by kind; reaching it means that nothing misfits."""

    audit: str
    verdict: str
    checks: tuple[str, ...]
    not_shown: Mapping[str, str] = field(default_factory=dict)
    disputed: Disputed | None = None

    @property
    def conclusion(self) -> tuple[str, ...]:
        """What it comes to, one sentence a line."""
        verdict = f"The evidence of audit {self.audit} fits; its verdict is {self.verdict}."
        return (verdict, str(self.disputed)) if self.disputed else (verdict,)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/verification/1",
            "audit": self.audit,
            "verdict": self.verdict,
            "checks": list(self.checks),
            "not_shown": [{"kind": kind, "what": what} for kind, what in self.not_shown.items()],
            **({"dispute": self.disputed.to_json()} if self.disputed else {}),
        }


def verify_bundle(files: Mapping[str, bytes], held: Held | None = None) -> Verification:
    """Check the rules above; raises EvidenceError naming the first thing that does not fit."""
    mine = held or Held()
    receipts = tuple(readable(one) for one in mine.receipts)
    try:
        return _verify(open_bundle(files), receipts, mine)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise EvidenceError(f"A record in the bundle has not the form it should have: {error!r}.") from error


def _verify(bundle: OpenedBundle, receipts: tuple[Receipt, ...], held: Held) -> Verification:
    found = Findings()
    found.fit(f"{len(bundle.seal['files'])} files have the sealed SHA-256")
    check_log(bundle, found)
    heads = [held_head(one, held.signers) for one in held.heads]
    check_heads(bundle, heads, found)
    _check_contract(bundle, held.contract, found)
    check_commitment(bundle, receipts, found)
    check_seed(bundle, found)
    check_scores(bundle, found)
    _check_intake(bundle)
    again = _check_result(bundle, found)
    amendments = check_amendments(bundle, found)
    _check_claim(bundle, again, found)
    disputed = check_dispute(bundle, again, found)
    if disputed:
        check_fallen(bundle, again, disputed.dispute, amendments, found)
    check_revised(bundle, amendments, found)
    check_own_dispute(bundle, disputed, held.claims, held.answers, found)
    check_seeding(bundle, held.tasks, found)
    check_rework(bundle, found)
    _check_seal(bundle, held, found)
    name_tail(bundle, {*_heads_held(receipts, held), *(one.head for one in heads)}, found)
    _check_signatures(bundle, held, found)
    _name_words(bundle, found)
    return Verification(bundle.seal["audit"], again.verdict, tuple(found.fits), found.not_shown, disputed)


def _check_contract(bundle: OpenedBundle, own: bytes | None, found: Findings) -> None:
    if own is None:
        found.open("contract", "that this is the contract that you signed: give --contract")
    elif sha256_hex(own) != sha256_hex(bundle.files["contract.toml"]):
        raise EvidenceError("The contract of the bundle is not the file that you gave: they differ.")
    else:
        found.fit("the contract is the file that you gave")


def _heads_held(receipts: Sequence[Receipt], held: Held) -> set[str]:
    """The heads of the buyer's log that the reader holds: in receipts, and in an acknowledgement."""
    given = [*receipts, held.acknowledgement if isinstance(held.acknowledgement, Mapping) else {}]
    return {str(one["log_head"]) for one in given if "log_head" in one}


def _check_signatures(bundle: OpenedBundle, held: Held, found: Findings) -> None:
    """Who signed the bundle, and when; where a library that checks them is absent, nothing of it is shown."""
    try:
        signed = check_bundle_signatures(bundle.files, held.signers, held.tsa)
    except ModuleNotFoundError as error:
        library = str(error.name).partition(".")[0]
        found.open("signatures", f"that the signatures are right: {library} is not installed here")
        return
    for sentence in [line for one in signed for line in one.fits()]:
        found.fit(sentence)
    left = [line for one in signed for line in one.open()] if signed else ["who made it: nobody signed it"]
    for number, sentence in enumerate(left):
        found.open(f"signature_{number}", sentence)


def _check_seal(bundle: OpenedBundle, held: Held, found: Findings) -> None:
    if held.seal is None:
        if held.acknowledgement is not None:
            raise EvidenceError("An acknowledgement is of a seal.", remedy="Give the seal with --seal.")
        return
    said = check_seal(
        bundle.manifest, held.seal, held.acknowledgement, log=bundle.log, commitment=bundle.gold_receipt
    )
    for number, sentence in enumerate(said):
        if sentence.startswith(UNPROVEN) or "does not show that gold" in sentence:
            found.open(f"seal_{number}", sentence.removeprefix(UNPROVEN))
        else:
            found.fit(sentence)


def _check_sent(seen: AuditInput, intake: Mapping[str, Any]) -> None:
    if seen.sent_known != ("sent_items_sha256" in intake):
        raise EvidenceError("Whether a list of the items sent was given is not what the intake report says.")
    sent = intake["items"] - intake["extra_items"] + intake["missing_items"] if seen.sent_known else 0
    if seen.sent_items != sent:
        raise EvidenceError(f"The frame counts {seen.sent_items:,} items sent, the intake report {sent:,}.")


def _check_totals(bundle: OpenedBundle) -> None:
    """The frame's totals are those of the intake report."""
    seen, intake = bundle.seen, bundle.intake
    told: dict[str, Any] = {"items": seen.items, "labels": seen.labels}
    if bundle.draw is not None:
        told["items"] = intake["items"] if seen.items == bundle.draw["population"] else None
    if not bundle.old and "most_labels" in intake and bundle.contract.task.answers != "consensus":
        told["most_labels"] = seen.most_units
    if "sheets" in intake:
        known = intake["sheets"]
        intake = {**intake, "sheets": known["answered"], "objects": known["objects"],
                  "most_sheets": known["most_of_an_item"], "most_time": known.get("most_time", 0),
                  "most_characters": known.get("most_characters", 0)}  # fmt: skip
        told |= {"sheets": seen.sheets, "objects": seen.objects, "most_sheets": seen.most_sheets,
                 "most_time": seen.most_time, "most_characters": seen.most_characters}  # fmt: skip
    for name, value in told.items():
        if intake.get(name) != value:
            raise EvidenceError(f"The frame counts {value} {name}, the intake report {intake.get(name)}.")


def _check_intake(bundle: OpenedBundle) -> None:
    """The delivery's totals are those of the intake report, which the log binds."""
    _check_totals(bundle)
    seen, intake = bundle.seen, bundle.intake
    if bundle.old:
        return
    if intake.get("where") and bundle.contract.task.filters == "forbidden":
        raise EvidenceError("The contract forbids filters, and the delivery was taken in with one.")
    check_statements(bundle.contract.task, intake)
    _check_sent(seen, intake)
    if canonical(dict(seen.settled)) != canonical(settled(intake)):
        raise EvidenceError("What was settled about the delivery is not what the intake report says.")
    if "filtered" in intake and [one["where"] for one in intake["filtered"]] != list(intake.get("where", ())):
        raise EvidenceError("The filters of the intake report and what they left out do not belong together.")
    if not (intake.get("repeats") or {}).get("left"):
        _check_once(seen)


def _check_once(seen: AuditInput) -> None:
    """One label, or one sheet, a person and item: what was settled as one is not judged twice."""
    sheets = seen.delivered.sheets if seen.delivered is not None else None
    labels = sheets if sheets is not None else seen.by_label
    named = np.flatnonzero(labels.annotator.codes >= 0)
    people = len(labels.annotator.values)
    pairs = np.sort(labels.item.codes[named].astype(np.int64) * people + labels.annotator.codes[named])
    twice = np.flatnonzero(pairs[1:] == pairs[:-1])
    if len(twice):
        item, person = divmod(int(pairs[twice[0]]), people)
        raise EvidenceError(
            f"An answer of annotator {labels.annotator.values[person]!r} on item "
            f"{labels.item.values[item]!r} is judged more than once."
        )


def _check_result(bundle: OpenedBundle, found: Findings) -> AuditResult:
    if bundle.old:
        check_outcomes(bundle.contract, bundle.seen)
    result = bundle.result
    again = audit(
        bundle.contract, bundle.seen, audit_id=result["audit"], delivery=result["delivery"], gold=result["gold"]
    )
    fresh = again.to_json()
    if bundle.old:
        compare_result(fresh, result, found)
        return again
    differ = differing(fresh, result, exact=bundle.exact)
    if differ:
        raise EvidenceError(f"result.json: {differ[0]} is not what the sealed gold and labels give.")
    found.fit(f"gold and labels, judged again, give the same result: {len(bundle.seen.units):,} units")
    return again


def _check_claim(bundle: OpenedBundle, again: AuditResult, found: Findings) -> None:
    claim = bundle.record("claim.json")
    if claim is None:
        return
    if bundle.old:
        compare_claim(claim, bundle.contract, again, bundle.seen, found)
        return
    drafted = draft_claim(
        bundle.contract, again, bundle.seen, claim_id=claim["claim"],
        today=date.fromisoformat(claim["drafted"]), received=date.fromisoformat(bundle.input[1]),
        supersedes=tuple(claim.get("supersedes", ())), failed_reworks=claim.get("failed_reworks", 0),
        follows=followed_from_json(claim),
    )  # fmt: skip
    if claim["issued"]:
        drafted = issue(drafted, bundle.contract, date.fromisoformat(claim["issued"]))
    differ = differing(drafted.to_json(), claim, exact=bundle.exact, but=("version",))
    if differ:
        raise EvidenceError(f"claim.json: {differ[0]} does not follow from the result and the contract.")
    found.fit("the claim, drafted again, has the same lines, amounts and deadlines")


def _name_words(bundle: OpenedBundle, found: Findings) -> None:
    """What rests on the buyer's word, and what no bundle can show."""
    seen = bundle.seen
    words = {
        "known_items": (
            seen.known_items,
            f"whether {len(seen.known_items):,} gold items were known to you before",
        ),
        "strata": (
            seen.strata and seen.active is None,
            "the strata of the items and their sizes",
        ),
        "inspections": (
            seen.inspections,
            "where you stand under plans with switching: it rests on earlier audits",
        ),
        "gold_checked": (seen.gold_checked[1], "how often adjudication overturned gold"),
        "twice": (seen.answered_twice[1], "how often two auditors differed"),
    }
    for kind, (there, sentence) in words.items():
        if there:
            found.open(kind, sentence)
    if bundle.intake.get("where") and "filtered" not in bundle.intake:
        listed = ", ".join(bundle.intake["where"])
        found.open(
            "filtered", f"how many rows the filters {listed} left out: an earlier version read the delivery"
        )
    empty = len((bundle.intake.get("sheets") or {}).get("listed", ()))
    if empty:
        what = f"that {empty:,} answers say that there is nothing: the buyer's list alone tells it"
        found.open("nothing", what)
    by_word = (*buyers_word(seen.settled), *apart_sentences(missing_by_word(seen)))
    for number, sentence in enumerate(by_word, start=1):
        found.open(f"word_{number}", sentence)
    found.open("delivered", "that labels and totals are those of your files: give --delivered")
    found.open("times", "the day of receipt and other times that only the buyer states")
    found.open("answers", "that the gold answers are right: rebut a line that you dispute")
