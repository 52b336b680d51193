"""Signs that people did not answer for themselves, in plain values; docs/annotators.md says what is tested."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.audits.annotator_answers import People
from vendoreval.inference.consensus import Consensus
from vendoreval.inference.copying import Pair, copied_pairs, same_errors
from vendoreval.inference.copying_in_turn import copiers
from vendoreval.inference.leakage import known_gold, model_copies, same_values
from vendoreval.inference.straightlining import StraightLine, straight_lines, too_fast


def class_tricks(people: People, held: Consensus) -> dict[str, Any]:
    """All signs, where an answer is one class; `held` is what the items are, by a model."""
    unknown = np.full(len(people.item_gold) - len(held.label), -1)  # last items that nobody named answered
    lines = straight_lines(people.annotator, people.label, np.append(held.label, unknown)[people.item])
    in_turn = [
        {**_named(people.names, one), "seen": one.seen(people.names[one.code])}
        for one in copiers(*people.judged).found
    ]
    return tricks(people, in_turn, [(line, people.classes[line.label]) for line in lines])


def tricks(
    people: People, in_turn: Sequence[Mapping[str, Any]], lines: Sequence[tuple[StraightLine, str]]
) -> dict[str, Any]:
    """All signs of answers that were not given independently; `lines` come with what was given, in words."""
    names, table = people.names, people.table
    everybody, pairs = same_errors(*people.judged), copied_pairs(*people.judged)
    seconds = table.seconds if table.seconds is not None else np.full(len(table), np.nan)
    stamps = np.full(len(table), np.nan)
    if table.labelled_at is not None:
        stamps = table.labelled_at.astype("datetime64[us]").astype(np.int64).astype(np.float64)
        stamps[np.isnat(table.labelled_at)] = np.nan
    model = model_copies(*people.columns, people.by_model) if people.by_model.any() else None
    return {
        "same_errors": {**vars(everybody), "flag": everybody.flag(), "sentence": everybody.sentence},
        "copies": [_pair(names[pair.first], names[pair.second], pair) for pair in pairs.pairs],
        "copy_groups": [[names[code] for code in group] for group in pairs.groups],
        "pairs_tested": pairs.tested,
        "in_turn": list(in_turn),
        "straight_lines": [
            {**_named(names, line), "label": label, "start": line.start + 1} for line, label in lines
        ],
        "too_fast": [_named(names, one) for one in too_fast(people.item, people.annotator, seconds)],
        "same_seconds": [_named(names, one) for one in same_values(people.annotator, seconds)],
        "same_stamps": [
            {
                **_named(names, one),
                "value": str(np.datetime64(int(one.value), "us")),
            }
            for one in same_values(people.annotator, stamps)
        ],
        "model_copies": [_pair(names[pair.first], "auto", pair) for pair in model.pairs] if model else [],
        "known_gold": None,
    }


def _pair(first: str, second: str, pair: Pair) -> dict[str, Any]:
    seen = pair.seen(first, second)
    return {**vars(pair), "first": first, "second": second, "share": pair.share, "seen": seen}


def _named(names: Sequence[str], found: Any) -> dict[str, Any]:
    values = dict(vars(found))
    return {"annotator": names[values.pop("code")], **values}


def gold_recognised(people: People, met: Collection[str]) -> dict[str, Any] | None:
    """Labels on gold items that the vendor `met` before this delivery, against the rest of the gold."""
    exposed = np.asarray([name in met for name in people.table.item.values], dtype=np.bool_)
    rows = np.flatnonzero((people.gold >= 0) & (people.label >= 0))
    if not len(rows):
        return None
    wrong = people.label[rows] != people.gold[rows]
    found = known_gold(wrong, exposed[people.item[rows]], people.item[rows])
    return {**vars(found), "flag": found.flag(), "sentence": found.sentence} if found else None


def flags_of(tricks: Mapping[str, Any]) -> dict[str, list[str]]:
    """By annotator, in a few words."""
    found: dict[str, list[str]] = {}
    for group in tricks["copy_groups"]:
        for name in group:
            others = [other for other in group if other != name]
            more = f" and {len(others) - 2} more" if len(others) > 2 else ""
            found.setdefault(name, []).append(f"same errors as {', '.join(others[:2])}{more}")
    for one in tricks["in_turn"]:
        found.setdefault(one["annotator"], []).append("errors of others in turn")
    for one in tricks["model_copies"]:
        found.setdefault(one["first"], []).append("same errors as the model")
    for line in tricks["straight_lines"]:
        what = f"{line['length']} × {line['label']!r}"
        found.setdefault(line["annotator"], []).append(
            f"{what} in a row" if line["kind"] == "run" else f"{what} of {line['n']}"
        )
    for fast in tricks["too_fast"]:
        found.setdefault(fast["annotator"], []).append(f"{100 * fast['ratio']:.0f} % of others' time")
    for key, word in (("same_seconds", "same seconds"), ("same_stamps", "same time of day")):
        for same in tricks[key]:
            found.setdefault(same["annotator"], []).append(f"{word} {same['same']} of {same['n']}")
    return found
