"""Answers as appended events: the latest counts, the earlier ones stay as history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

State = Literal["answered", "unanswered", "declined", "na", "unknown"]
STATES: tuple[State, ...] = ("answered", "unanswered", "declined", "na", "unknown")
Commitment = Literal["yes", "changes", "no"]
BUYER_CHANNELS = ("cli", "call", "mail")  # answers that the buyer wrote down; their remarks are private


@dataclass(frozen=True)
class EvidenceItem:
    """One piece of evidence. `kind` is one of `bank.EVIDENCE_KINDS`.

    `level` belongs to kind "measured" only: the level that a pilot or an audit found. `sha256` is
    empty as long as the piece was named but has not arrived. `seen_by` is who on the buyer's side saw a
    piece that is no file, such as a live demo or a reference that was called. `rejected` says why the buyer
    does not accept it; such a piece counts as none.
    """

    kind: str
    name: str
    sha256: str = ""
    dated: date | None = None
    expires: date | None = None
    level: int | None = None
    seen_by: str = ""
    rejected: str = ""

    def here(self, stored: Collection[str] | None) -> bool:
        """Whether the piece itself was seen: its file is among the `stored` hashes, or a person saw it.

        None means that nobody looked for files; then every piece that is named counts.
        """
        return stored is None or self.kind == "measured" or bool(self.seen_by) or self.sha256 in stored

    def to_json(self) -> dict[str, Any]:
        """The item as plain JSON values."""
        return {
            **vars(self),
            "dated": self.dated.isoformat() if self.dated else None,
            "expires": self.expires.isoformat() if self.expires else None,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> EvidenceItem:
        """The item that `to_json` wrote."""
        dates = {key: _date(record.get(key)) for key in ("dated", "expires")}
        return cls(**{**record, **dates})


FileState = Literal["stored", "seen", "not arrived", "lost", "altered", "rejected"]


@dataclass(frozen=True)
class Piece:
    """A piece of evidence, the question it supports, what became of its file, and the last day it counts."""

    question_id: str
    item: EvidenceItem
    state: FileState
    outdated: bool
    until: date | None = None

    def to_json(self) -> dict[str, Any]:
        """The piece as plain JSON values."""
        return {
            "question": self.question_id, **self.item.to_json(), "state": self.state, "outdated": self.outdated,
            "valid_until": self.until.isoformat() if self.until else None,
        }  # fmt: skip


_MOMENTS = ("answered_at", "first_saved_at")


@dataclass(frozen=True)
class Answer:
    """One answer event (record `vendoreval/answer/1`).

    `level` is the anchored level 0–4 the answer stands for, None when nobody has set one. `value` is
    the figure in the question's unit as it was written, `text` the answer in words. `commitment` says
    whether the answer goes into the contract: yes, changes (yes with changes), no, or None (silent).
    `channel` is form, html, cli, call or mail; `actor` is who answered or recorded it. `first_saved_at` is when
    the vendor began to answer, where its form kept that.
    """

    question_id: str
    level: int | None = None
    state: State = "answered"
    value: str = ""
    text: str = ""
    note: str = ""
    commitment: Commitment | None = None
    evidence: tuple[EvidenceItem, ...] = ()
    na_reason: str = ""
    na_approved: bool = False
    answered_at: datetime | None = None
    channel: str = ""
    actor: str = ""
    first_saved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing was said, or nothing that stands for a level."""
        return self.state == "unanswered" or (self.state == "answered" and self.level is None)

    @property
    def awaits_approval(self) -> bool:
        """Whether it says that the question does not apply, and nobody on the buyer's side has agreed."""
        return self.state == "na" and not self.na_approved

    def to_json(self) -> dict[str, Any]:
        """The event as plain JSON values."""
        return {
            "schema": "vendoreval/answer/1",
            **vars(self),
            "evidence": [item.to_json() for item in self.evidence],
            **{name: at.isoformat() if (at := getattr(self, name)) else None for name in _MOMENTS},
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Answer:
        """The event that `to_json` wrote."""
        moments = {name: datetime.fromisoformat(at) if (at := record.get(name)) else None for name in _MOMENTS}
        plain = {key: value for key, value in record.items() if key not in ("schema", "evidence", *_MOMENTS)}
        evidence = tuple(EvidenceItem.from_json(item) for item in record.get("evidence", ()))
        return cls(
            **plain,
            evidence=evidence,
            answered_at=moments["answered_at"],
            first_saved_at=moments["first_saved_at"],
        )


@dataclass(frozen=True)
class Amendment:
    """What a person adds to an answer or corrects in it; None leaves a field as it is."""

    level: int | None = None
    state: State | None = None
    value: str | None = None
    text: str | None = None
    note: str | None = None
    commitment: Commitment | None = None
    na_reason: str | None = None
    approve: bool = False
    evidence: tuple[EvidenceItem, ...] = ()
    channel: str = "cli"


@dataclass(frozen=True)
class Change:
    """What an import changes in one question: field name -> (before, after), as shown to people."""

    question_id: str
    kind: Literal["new", "changed", "withdrawn"]
    fields: Mapping[str, tuple[str, str]]


def fold(events: Iterable[Answer]) -> dict[str, Answer]:
    """Current answers by question id: the event appended last wins, whatever its own clock says."""
    return {event.question_id: event for event in events}


def history(events: Iterable[Answer]) -> dict[str, tuple[Answer, ...]]:
    """All events of each question, oldest first."""
    found: dict[str, list[Answer]] = {}
    for event in events:
        found.setdefault(event.question_id, []).append(event)
    return {question: tuple(of_question) for question, of_question in found.items()}


def amended(before: Answer, change: Amendment) -> Answer:
    """The answer with an amendment; a level makes it answered, another state takes the level away.

    Pieces of evidence replace those of the same name and are added to the others. An approval holds for
    one reason: a new reason is not approved until somebody says so.
    """
    given = {
        name: value
        for name in ("level", "value", "text", "note", "commitment", "na_reason")
        if (value := getattr(change, name)) is not None
    }
    state = change.state or ("answered" if change.level is not None else before.state)
    if state == "unanswered" and (given or change.evidence):
        state = "answered"
    if state != "answered":
        given |= {"level": None, "commitment": None, "value": ""}
    same_na = before.state == state == "na" and given.get("na_reason", before.na_reason) == before.na_reason
    new = {piece.name: piece for piece in change.evidence}
    known = [
        new.pop(piece.name, piece)
        for piece in before.evidence
        if piece.kind != "measured" or piece.name not in new  # the last measurement counts, so it goes last
    ]
    return replace(
        before,
        **given,
        state=state,
        na_approved=change.approve or (same_na and before.na_approved),
        evidence=(*known, *new.values()),
        channel=change.channel,
        actor="",
        answered_at=None,
    )


def carry_over(current: Mapping[str, Answer], received: Mapping[str, Answer]) -> dict[str, Answer]:
    """`received` with what a vendor's form cannot hold, taken from the `current` answers.

    These are: hashes and witnesses of pieces that are named again, levels we measured ourselves, the
    approval of an N/A whose reason is unchanged, and our own remarks. An XLSX form has one kind and one date
    for all pieces of a question; where several were known, each keeps its own.
    """
    return {
        question_id: _carried(current[question_id], answer) if question_id in current else answer
        for question_id, answer in received.items()
    }


def _carried(before: Answer, after: Answer) -> Answer:
    known = {item.name: item for item in before.evidence if item.kind != "measured"}
    # What the buyer said of a piece, its kind and dates, is the buyer's; so is what an XLSX form cannot tell.
    kept = before.channel in BUYER_CHANNELS or (after.channel == "form" and len(known) > 1)
    named = tuple(
        _again(known[item.name], item, kept) if item.name in known else item for item in after.evidence
    )
    measured = tuple(item for item in before.evidence if item.kind == "measured")
    same_na = after.state == before.state == "na" and after.na_reason == before.na_reason
    remark = before.note if before.channel in BUYER_CHANNELS else ""
    approved = same_na and before.na_approved
    return replace(after, evidence=named + measured, na_approved=approved, note=after.note or remark)


def _again(before: EvidenceItem, after: EvidenceItem, kept: bool) -> EvidenceItem:
    """A piece that is named again; `kept`: with the kind and the dates that are known."""
    if kept or before.seen_by:
        after = replace(after, kind=before.kind, dated=before.dated, expires=before.expires)
    elif before.sha256 and after.sha256 == before.sha256:  # the same file is what it was
        after = replace(
            after, kind=before.kind, dated=before.dated or after.dated, expires=before.expires or after.expires
        )
    sha = after.sha256 or before.sha256
    rejected = before.rejected if sha == before.sha256 else ""
    return replace(after, sha256=sha, seen_by=before.seen_by, rejected=rejected)


def for_the_vendor(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers as they may be shown in a vendor's form: without the buyer's own remarks."""
    return {
        question: replace(answer, note="") if answer.channel in BUYER_CHANNELS else answer
        for question, answer in answers.items()
    }


def says_the_same(one: Answer, other: Answer) -> bool:
    """Whether two answers of a question say the same, whatever evidence and remarks go with them."""
    said = ("state", "level", "value", "text", "commitment", "na_reason")
    return all(getattr(one, name) == getattr(other, name) for name in said)


# Circumstances of an answer, not its content.
_CIRCUMSTANCES = frozenset({"question_id", "answered_at", "first_saved_at", "channel", "actor"})


def changes(old: Mapping[str, Answer], new: Mapping[str, Answer]) -> tuple[Change, ...]:
    """What the answers in `new` change, by question id; equal content is no change.

    Questions that only `old` holds are left alone: a blank cell in a form that was sent out before an
    answer was recorded must not withdraw it. To withdraw is an answer of its own, state "unanswered".
    """
    found = []
    for question_id in sorted(new):
        before = old.get(question_id, Answer(question_id, state="unanswered"))
        after = new[question_id]
        differing = _differing(before, after)
        if differing:
            kind: Literal["new", "changed", "withdrawn"] = (
                "withdrawn" if after.state == "unanswered" else "changed" if question_id in old else "new"
            )
            found.append(Change(question_id, kind, differing))
    return tuple(found)


def _differing(before: Answer, after: Answer) -> dict[str, tuple[str, str]]:
    before, after = (replace(one, evidence=tuple(sorted(one.evidence, key=repr))) for one in (before, after))
    pairs = {
        field.name: (_shown(getattr(before, field.name)), _shown(getattr(after, field.name)))
        for field in fields(Answer)
        if field.name not in _CIRCUMSTANCES
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "; ".join(
            " ".join(_shown(part) for part in vars(item).values() if part not in (None, "")) for item in value
        )
    return str(value)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
