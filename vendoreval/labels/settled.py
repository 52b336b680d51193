"""What was settled about a delivery when it was taken in, in sentences for certificates and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.labels.near_ids import NearPair

_SHOWN = 8
Plain = Mapping[str, Any]
_UNNAMED = {"same": "of the same person", "different": "of different people", "joined": "parts of one answer"}


# Keys of the intake report: rows left out, what was stated, texts read otherwise, repeats, ids, open points.
KINDS = (
    "filtered",
    "stated",
    "label_map",
    "empty",
    "wrong",
    "repeats",
    "ids",
    "unsettled",
    "set_aside",
    "read",
)
_RULES = ("rule", "self_agreement")  # they are there although nothing came of them


def settled(intake: Plain) -> dict[str, Any]:
    """The settlements of an intake report by kind; a kind of which nothing came is left out."""
    return {kind: intake[kind] for kind in KINDS if _told(intake.get(kind))}


def _told(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_told(inner) for name, inner in value.items() if name not in _RULES)
    return bool(value)


def settled_sentences(intake: Plain) -> tuple[str, ...]:
    """What stands between the files and the labels judged: from an intake report, in a fixed order."""
    return (*_notation(intake), *_repeats(intake.get("repeats") or {}))


def buyers_word(intake: Plain) -> tuple[str, ...]:
    """Only what rests on the buyer's word, as no rule of notation explains it: labels, filters, ids."""
    said = _labels_by_word(intake)
    for one in intake.get("filtered", ()):
        said.append(f"By the buyer's filter {one['where']}, {_rows(one['rows_left_out'])} are left out.")
    walk = (intake.get("ids") or {}).get("crosswalk") or {}
    if walk.get("buyers_word"):
        said.append(
            f"By the buyer's word alone, {walk['buyers_word']:,} ids are those that its crosswalk names."
        )
    return tuple(said)


def apart_sentences(pairs: Sequence[NearPair]) -> tuple[str, ...]:
    """That items miss by the buyer's word alone, as near ids were delivered (labels.crosswalk.set_apart)."""
    if not pairs:
        return ()
    items = len({pair.ours for pair in pairs})
    which = "1 missing item is" if items == 1 else f"{items:,} missing items are"
    listed = _few([str(pair) for pair in pairs])
    return (f"By the buyer's word alone, {which} not what was delivered under a near id: {listed}.",)


def _labels_by_word(intake: Plain) -> list[str]:
    maps = [one for one in intake.get("label_map", ()) if one["buyers_word"]]
    empty = [one for one in intake.get("empty", ()) if one["buyers_word"]]
    wrong = intake.get("wrong", ())
    said = []
    if maps:
        said.append(f"By the buyer's word alone, which no rule of notation explains: {_maps(maps)}.")
    if empty:
        said.append(f"By the buyer's word alone, these are no answers: {_texts(empty)}.")
    if wrong:
        said.append(f"By the buyer's word, these are answers and wrong ones: {_texts(wrong)}.")
    stated = intake.get("stated") or {}
    if stated.get("in_order"):
        said.append("By the buyer's word, rows stand in the order of answering.")
    if stated.get("unnamed"):
        said.append(f"By the buyer's word, rows that name nobody are {_UNNAMED[stated['unnamed']]}.")
    return said


def _notation(intake: Plain) -> list[str]:
    said = []
    maps = [one for one in intake.get("label_map", ()) if not one["buyers_word"]]
    if maps:
        total = sum(one["count"] for one in maps)
        said.append(f"{_labels(total)} written otherwise and read as classes: {_maps(maps)}.")
    empty = [one for one in intake.get("empty", ()) if not one["buyers_word"]]
    if empty:
        said.append(f"The buyer stated that these are no answers: {_texts(empty)}.")
    return [*said, *_labels_by_word(intake)]


def _repeats(repeats: Plain) -> list[str]:
    said = []
    if repeats.get("copies"):
        said.append(f"{_rows(repeats['copies'])} copied from others, each counted once.")
    if repeats.get("same_answer"):
        said.append(
            f"{_rows(repeats['same_answer'])} with a person's answer on an item once more; it counts once."
        )
    if repeats.get("superseded"):
        said.append(
            f"{_rows(repeats['superseded'])} superseded: of a person's different answers on an item the "
            f"{repeats['rule']} counts, by the contract."
        )
    return said


def _maps(maps: Sequence[Plain]) -> str:
    listed = [f"{_short(one['from'])!r} as {one['to']!r} ({one['count']:,}, {one['rule']})" for one in maps]
    return _few(listed)


def _texts(texts: Sequence[Plain]) -> str:
    return _few([f"{_short(one['text'])!r} ({one['count']:,})" for one in texts])


def _few(listed: Sequence[str]) -> str:
    more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"


def _labels(count: int) -> str:
    return "1 label" if count == 1 else f"{count:,} labels"


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
