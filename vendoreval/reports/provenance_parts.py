"""What an audit rests on, as rows for a first page: gold, its draw and commitment, what was settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from vendoreval.audits.drawing import STATED, seed_in_words
from vendoreval.labels.near_ids import NearPair
from vendoreval.labels.settled import apart_sentences, settled_sentences
from vendoreval.reports.wording import count, day, joined

Drawn = Literal["tickets", "scores", "seeded", "chosen"]
NAMES_SHOWN = 3
MOST_LISTED = 5
VALUES_SHOWN = 4


@dataclass(frozen=True)
class OtherAudit:
    """Another audit of the same delivery; one that was drawn and never finished has no verdict."""

    audit: str
    gold: str
    on: date
    verdict: str


@dataclass(frozen=True)
class OtherGold:
    """Another gold set of the same contract, and the day on which it was committed to."""

    gold: str
    items: int
    committed_on: date | None


@dataclass(frozen=True)
class RestsOn:
    """What an audit rests on beside the labels.

    `added_by` put the gold into the workspace on `added`; `makers` are the people whom its columns name, by
    column, and `experts` those who labelled a drawn sample. `drawn`: by tickets from the delivery, by tickets
    and scores, chosen by the buyer and mixed blindly into the tasks, or chosen by the buyer; `seed_from` says
    where the tickets' seed comes from (audits.drawing), `for_all` whether the sample speaks for the whole
    delivery. `committed`: before or after the delivery was received, or never; empty for a sample that was
    drawn after it. `earlier` and `later` are all other audits of the delivery, `others` all other gold sets of
    the contract. `intake` is the delivery's intake report. `missing_by_word`: gold items that miss by the
    buyer's word alone.
    """

    gold: str
    items: int
    drawn: Drawn
    added: date | None = None
    added_by: str = ""
    makers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    experts: tuple[str, ...] = ()
    seed_from: str = STATED
    for_all: bool = True
    committed: str = ""
    committed_on: date | None = None
    earlier: tuple[OtherAudit, ...] = ()
    later: tuple[OtherAudit, ...] = ()
    others: tuple[OtherGold, ...] = ()
    intake: Mapping[str, Any] = field(default_factory=dict)
    missing_by_word: Sequence[NearPair] = ()


def provenance_rows(rests: RestsOn | None) -> list[list[str]]:
    """Pairs of name and value; empty where nothing is known."""
    if rests is None:
        return []
    still_open = joined_sentences(one["text"] for one in rests.intake.get("unsettled", ()))
    return [
        ["Gold made by", _made(rests)],
        ["Gold drawn", _drawn(rests)],
        ["Gold committed", _committed(rests)],
        ["Audited before", _audits(rests.earlier) or "Never."],
        *([["Audited since", _audits(rests.later)]] if rests.later else []),
        ["Other gold sets", _others(rests.others)],
        ["Rows left out", joined_sentences(_left_out(rests.intake)) or "None."],
        ["Settled", joined_sentences(_settled(rests)) or "Nothing had to be settled."],
        *([["Still open", still_open]] if still_open else []),
    ]


def reservations(rests: RestsOn | None) -> list[str]:
    """What a reader of the figures must know, each in a few words; empty where there is nothing."""
    if rests is None:
        return []
    said = []
    if rests.committed in ("after", "never"):
        said.append(
            "gold was never committed to" if rests.committed == "never" else "gold was committed to late"
        )
    if not rests.for_all:
        said.append("no fair draw that the vendor can check, so nothing is claimed beyond the defects found")
    if rests.earlier:
        said.append(f"{count(len(rests.earlier), 'audit')} of this delivery came before")
    if rests.later:
        said.append(f"{count(len(rests.later), 'audit')} of it came later")
    if rests.missing_by_word:
        items = count(len({pair.ours for pair in rests.missing_by_word}), "item")
        said.append(f"by the buyer’s word alone, {items} counted as missing came under no near id")
    if left := _rows_left_out(rests.intake):
        said.append(f"a filter left out {count(left, 'row')}")
    return said


def joined_sentences(parts: Iterable[str]) -> str:
    """Sentences in a row."""
    return " ".join(parts)


def _made(rests: RestsOn) -> str:
    if rests.experts:
        return f"{count(len(rests.experts), 'expert')} who labelled the sample blind: {_few(rests.experts)}."
    added = f"Added by {rests.added_by or 'the buyer'}"
    if rests.added:
        added += f" on {day(rests.added)}"
    named = "; ".join(f"{column}: {_few(names)}" for column, names in rests.makers.items() if names)
    return f"{added}. " + (f"The file names {named}." if named else "The file does not say who made it.")


def _few(names: Sequence[str]) -> str:
    shown = [*names[:NAMES_SHOWN]]
    if len(names) > NAMES_SHOWN:
        shown.append(f"{len(names) - NAMES_SHOWN:,} more")
    return joined(shown)


def _drawn(rests: RestsOn) -> str:
    items = count(rests.items, "item")
    if rests.drawn in ("tickets", "scores"):
        how = (
            f"by tickets (SHA-256) from the items of the delivery; the seed is {seed_in_words(rests.seed_from)}"
        )
        if rests.drawn == "scores":
            how += ", more often where scores that were frozen before expect errors"
    elif rests.drawn == "seeded":
        how = "chosen by the buyer and mixed blindly into the task list before the work"
    else:
        how = "chosen by the buyer; nothing shows that they were drawn by chance"
    reach = "" if rests.for_all else " A claim covers the defects found, and nothing beyond them."
    return f"{items}, {how}.{reach}"


def _committed(rests: RestsOn) -> str:
    on = f", on {day(rests.committed_on)}" if rests.committed_on else ""
    return {
        "before": f"Before the delivery was received{on}.",
        "after": f"Only after the delivery was received{on}: it could have been fitted to the labels.",
        "never": "Never: nothing shows that it stood before the labels were seen.",
        "": "Not beforehand: experts labelled the drawn items blindly after the delivery.",
    }[rests.committed]


def _audits(audits: Sequence[OtherAudit]) -> str:
    shown = [f"{one.audit} on {day(one.on)}{_with(one)}" for one in audits[-MOST_LISTED:]]
    if len(audits) > MOST_LISTED:
        shown.append(f"and {len(audits) - MOST_LISTED:,} more")
    return f"{'; '.join(shown)}." if shown else ""


def _with(one: OtherAudit) -> str:
    if not one.verdict:
        return ": drawn, not finished"
    return f", with gold {one.gold}: {one.verdict.replace('_', ' ')}"


def _others(others: Sequence[OtherGold]) -> str:
    """The contract's other gold sets: with one of them the audit might have ended otherwise."""
    shown = [
        f"{one.gold}, {count(one.items, 'item')}, "
        + (f"committed to on {day(one.committed_on)}" if one.committed_on else "not committed to")
        for one in others[:MOST_LISTED]
    ]
    if len(others) > MOST_LISTED:
        shown.append(f"and {len(others) - MOST_LISTED:,} more")
    return f"{'; '.join(shown)}." if shown else "None for this contract."


def _rows_left_out(intake: Mapping[str, Any]) -> int:
    left: int = intake.get("left_out", 0)
    return left


def _left_out(intake: Mapping[str, Any]) -> Iterator[str]:
    for one in intake.get("filtered", ()):
        rows = f"{one['rows_left_out']:,} of {count(intake['rows_read'], 'row')}"
        yield f"{rows} by the buyer’s filter {one['where']}{_values(one['by_value'])}."
    if intake.get("refused"):
        yield f"{count(intake['refused'], 'row')} could not be read."


def _values(by_value: Mapping[str, int]) -> str:
    """The values that a filter left out, the most frequent first."""
    listed = [f"{value or 'no value'} {n:,}" for value, n in list(by_value.items())[:VALUES_SHOWN]]
    if len(by_value) > VALUES_SHOWN:
        listed.append("others")
    return f" ({joined(listed)})" if listed else ""


def _settled(rests: RestsOn) -> Iterator[str]:
    intake = rests.intake
    if intake.get("map"):
        yield f"Columns: {joined(intake['map'])}."
    yield from _ids(intake.get("ids") or {})
    yield from apart_sentences(rests.missing_by_word)
    yield from settled_sentences(intake)


def _ids(ids: Mapping[str, Any]) -> Iterator[str]:
    """What was done to the ids; what no rule of notation explains is the buyer's word."""
    if ids.get("ids_cut"):
        yield f"{count(ids['ids_cut'], 'id')} cut at the “?”, which leaves {ids['ids_after']:,}."
    walk = ids.get("crosswalk") or {}
    if walk.get("pairs"):
        yield f"{count(walk['pairs'], 'id')} renamed by the buyer’s crosswalk."
    if walk.get("buyers_word"):
        named = joined(f"{one} as {mine}" for one, mine in walk["buyers_word_examples"][:NAMES_SHOWN])
        yield f"By the buyer’s word alone: {count(walk['buyers_word'], 'id')}, such as {named}."
    if walk.get("no_item_of_ours"):
        yield f"{count(walk['no_item_of_ours'], 'delivered id')} called no item of this delivery."
