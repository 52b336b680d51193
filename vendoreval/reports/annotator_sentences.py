"""What the tests of annotators found, in plain sentences that say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHOWN = 5  # sentences of one kind
CHANCE = "Each test names an innocent annotator in at most 1 of 100 deliveries, if its assumptions hold."


def annotator_sentences(record: Mapping[str, Any]) -> list[str]:
    """One sentence for each thing found, most serious first; a last one on how sure the tests are."""
    tricks = record["tricks"]
    found: list[str] = []
    if tricks["same_errors"]["flag"]:
        found.append(tricks["same_errors"]["sentence"])
    found += _first([_copies(pair) for pair in tricks["copies"]])
    found += _first([_in_turn(one) for one in tricks["in_turn"]])
    found += [
        f"{pair['seen']}: these labels are the model's. Pay them as such." for pair in tricks["model_copies"]
    ]
    if tricks["known_gold"] and tricks["known_gold"]["flag"]:
        found.append(tricks["known_gold"]["sentence"])
    found += _first([_line(line) for line in tricks["straight_lines"]])
    found += [
        f"{one['annotator']} usually takes {100 * one['ratio']:.0f} % of the time that others take on the same "
        f"items ({one['fast']:,} of {one['n']:,} under a third). Check a sample of these labels first."
        for one in tricks["too_fast"]
    ]
    found += [
        f"{one['annotator']} has {what} on {one['same']:,} of {one['n']:,} labels. Ask where these "
        "times come from."
        for key, what in (("same_seconds", "the same working time"), ("same_stamps", "the same time of day"))
        for one in tricks[key]
    ]
    if not found:
        found.append("No sign of copied answers, straight-lining or haste was found.")
    if record["gold"] is None:
        found.append("Without gold, copied answers cannot be told from right ones: name a set with --gold.")
    return [*found, *([record["withheld"]] if record["withheld"] else []), CHANCE]


def _first(sentences: list[str]) -> list[str]:
    more = len(sentences) - _SHOWN
    return (
        [*sentences[:_SHOWN], f"… and {more:,} more like these; --json lists all."] if more > 0 else sentences
    )


def _copies(pair: Mapping[str, Any]) -> str:
    return (
        f"{pair['seen']}; people who copy half of their answers would on {100 * pair['allowed']:.0f} % at "
        "most. Count their labels as one, and ask the vendor."
    )


def _in_turn(one: Mapping[str, Any]) -> str:
    return f"{one['seen']}. Whoever answers alone does neither: ask where these answers come from."


def _line(line: Mapping[str, Any]) -> str:
    if line["kind"] == "run":
        return (
            f"{line['annotator']} gave {line['label']!r} {line['length']:,} times in a row (from label "
            f"{line['start']:,} of {line['n']:,} on), which the items do not explain. Check these items first."
        )
    return (
        f"{line['annotator']} gave {line['label']!r} on {line['length']:,} of {line['n']:,} items, also where "
        "others answered otherwise. Leave these labels out, and have the items done again."
    )
