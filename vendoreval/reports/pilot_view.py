"""The pilot report: what each block found, what changed on the way, and what became of the claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN
from vendoreval.contracts.terms import Contract
from vendoreval.evidence.canonical import canonical
from vendoreval.questionnaires.bank import Bank
from vendoreval.reports import parts
from vendoreval.reports.charts.forest import Forest, ForestRow
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.wording import NBSP, count, day, joined, percent

METHOD = (
    "Items, blocks and parts were mixed by a secret key, and ids tell nothing. The vendor knew of the pilot, "
    "which was paid.",
    "A block is breached when a vendor that just reaches its limit would miss so many with a chance of at most "
    "5 %. It is kept when the limit was reached and a vendor with the factor of misses named would miss so few "
    "with a chance of at most 10 %. Otherwise it is undecided. Each block keeps its own risk.",
    "The pilot stands for the work to come: intervals are exact binomial ones where an item holds one answer, "
    "else Korn–Graubard’s over items. They speak of the people who worked on it, and of nobody else.",
    "Main, edge cases and guideline change count as the contract counts. On an ambiguous item right is to ask, "
    "and the block is kept only if there is more asking there than on main items. A repeat is right when it is "
    "answered as the first time. Items of the surge count in no block.",
    "A pilot confirms a claimed level or cuts it; it never raises one. What it could not decide leaves the "
    "claim as it was.",
)
_NEXT = {
    KEPT: "Production may start with these people.",
    BREACHED: "Ask what changes before production, and try again.",
    INCONCLUSIVE: "Decide whether a larger pilot is worth it.",
    NOT_RUN: "Decide whether a larger pilot is worth it.",
}
_COMMITTED = {
    "before": "committed to before the answers came",
    "after": "committed to after the answers came",
    "never": "never committed to",
}


def pilot_view(record: Mapping[str, Any], contract: Contract, bank: Bank, facts: Facts) -> Report:
    """The report of a judged pilot (`vendoreval/pilot/1`); pure."""
    files = (Attached("pilot.json", canonical(dict(record)), "The pilot’s result, machine-readable", "Source"),)
    blocks: list[Mapping[str, Any]] = record["blocks"]
    view = {
        "schema": "vendoreval/pilot_report/1",
        **parts.head(f"Pilot of {facts.vendor}", "Pilot", record["pilot"], facts),
        "verdict": parts.verdict(record["verdict"]),
        "headline": headline(blocks),
        "figures": _figures(record),
        "answers": _answers(record),
        "facts": _facts(record, contract, facts),
        "blocks": block_rows(blocks),
        "surge": surge_rows(record),
        "forest": _forest(blocks),
        "in_words": record["sentences"]["blocks"],
        "on_the_way": record["sentences"]["on_the_way"],
        "levels": [_level(level, bank) for level in record["levels"]],
        "method": [METHOD[0], _shown(record["shown"]), *METHOD[1:]],
        "integrity": parts.integrity(facts, files),
    }
    return Report("pilot", facts.printed, view, files)


def headline(blocks: Sequence[Mapping[str, Any]]) -> str:
    """How many blocks were reached, breached and left open, in one sentence."""
    run = [block for block in blocks if block["verdict"] != NOT_RUN]
    said = []
    for verdict, words in ((KEPT, "reached"), (BREACHED, "surely missed"), (INCONCLUSIVE, "left undecided")):
        named = [block["name"] for block in run if block["verdict"] == verdict]
        if named:
            said.append(f"{words}: {joined(named)}")
    left = len(blocks) - len(run)
    tail = f" {count(left, 'block')} had no items." if left else ""
    return f"Of {count(len(run), 'block')}, {'; '.join(said)}.{tail}"


def surge_rows(record: Mapping[str, Any]) -> list[Plain]:
    """Accuracy, agreement and turnaround of the surge beside the calm part; empty where there was none."""
    found = record.get("surge") or {}
    rows = []
    for key, name, shown in (("accuracy", "Right", percent), ("agreement", "Alpha", "{:.2f}".format)):
        if one := found.get(key):
            rows.append({
                "name": name,
                "calm": f"{shown(one['calm'])} ({shown(one['calm_low'])} to {shown(one['calm_high'])})",
                "surge": f"{shown(one['surge'])} ({shown(one['surge_low'])} to {shown(one['surge_high'])})",
                "word": one["standing"],
            })  # fmt: skip
    if one := found.get("turnaround"):
        hours = f"{one['surge_hours']:.1f}{NBSP}h of {one['allowed_hours']:.1f}{NBSP}h"
        rows.append({
            "name": "Turnaround",
            "calm": f"{one['calm_tasks']:,} tasks in {one['calm_hours']:.1f}{NBSP}h",
            "surge": f"{one['surge_tasks']:,} in {hours}; {percent(one['in_time'])} in time",
            "word": one["standing"],
        })  # fmt: skip
    return rows


def _shown(columns: Sequence[str]) -> str:
    """What people saw of an item, and what they could tell from it."""
    if list(columns) == ["item_id"]:
        return "The tasks named their items, so a repeat could be recognised."
    return f"Of each item people saw: {joined(list(columns))}. A repeat shows the same as its first time."


def _figures(record: Mapping[str, Any]) -> list[Plain]:
    main = record["blocks"][0]
    took = count(record["business_days"], "business day")
    return [
        {"label": "Right, main items", "value": percent(main["estimate"], (main["limit"],)),
         "note": f"asked for: at least {100 * main['limit']:g}{NBSP}%"},
        {"label": "95 % interval", "value": _interval(main), "note": "where the work to come lies"},
        {"label": "Asked about", "value": percent(record["escalated"]), "note": "of the items"},
        {"label": "Took", "value": took, "note": "late" if record["late"] else "in time"},
    ]  # fmt: skip


def _answers(record: Mapping[str, Any]) -> list[list[str]]:
    main = record["blocks"][0]
    cut = [f"{one['question']} to level {one['measured']}" for one in record["levels"] if one["held"] is False]
    cuts = f"Claims are cut: {joined(cut)}." if cut else "No claim is cut."
    due, came = (day(datetime.fromisoformat(record[key]).date()) for key in ("due", "received_at"))
    counted = [block for block in record["blocks"] if block["estimate"] is not None]
    missed, n = (sum(block[key] for block in counted) for key in ("misses", "n"))
    return answers(
        f"Main items: {_interval(main)} with 95{NBSP}% confidence, for the people who worked on it. Each block "
        f"keeps its own risk of 5{NBSP}%.",
        f"{cuts} {_NEXT[record['verdict']]}{_peaks(record)}",
        f"Answers were due on {due} and came on {came}.",
        f"{count(record['tasks'], 'task')}, {missed:,} of {n:,} answers missed in "
        f"{count(len(counted), 'block')}; gold was {_COMMITTED[record['gold_committed']]}.",
    )


def _peaks(record: Mapping[str, Any]) -> str:
    """What to settle before peaks come."""
    found = record.get("surge") or {}
    fallen = [word for word in ("accuracy", "agreement", "turnaround")
              if found.get(word) and found[word]["standing"] == "fell"]  # fmt: skip
    return f" Settle peaks before: in the surge {joined(fallen)} fell." if fallen else ""


def _facts(record: Mapping[str, Any], contract: Contract, facts: Facts) -> list[list[str]]:
    def when(key: str) -> str:
        return day(datetime.fromisoformat(record[key]).date())

    people, earlier = len(record["people"]), record["earlier_pilots"]
    return [
        ["Vendor", facts.vendor],
        ["Contract", f"{contract.id}, version {record['contract_version']}: {contract.title}"],
        ["Gold", f"{record['gold']}, {_COMMITTED[record['gold_committed']]}"],
        ["Sent", f"{when('sent_at')}, due on {when('due')}"],
        ["Received", when("received_at")],
        ["Tasks", f"{record['tasks']:,}"],
        ["Earlier pilots", joined(earlier) if earlier else "none"],
        ["People", f"{people:,}" if people else "not named"],
    ]


def _interval(block: Mapping[str, Any]) -> str:
    if block["low"] is None:
        return "–"
    limit = (block["limit"],)
    return f"{percent(block['low'], limit)} to {percent(block['high'], limit)}"


def _block(block: Mapping[str, Any]) -> Plain:
    measured = block["estimate"] is not None
    return {
        "name": block["name"].capitalize(),
        "counts": block["counts"],
        "limit": f"at least {100 * block['limit']:g}{NBSP}%",
        "value": percent(block["estimate"], (block["limit"],)) if measured else "–",
        "interval": _interval(block),
        "missed": f"{block['misses']:,} / {block['n']:,}" if measured else "–",
        "verdict": parts.verdict(block["verdict"]),
    }


def block_rows(blocks: Sequence[Mapping[str, Any]]) -> list[Plain]:
    """One row a block: what was asked for and what was found."""
    return [_block(block) for block in blocks]


def _forest(blocks: Sequence[Mapping[str, Any]]) -> Forest | None:
    rows = tuple(
        ForestRow(
            block["name"].capitalize(), block["estimate"], block["low"], block["high"], block["limit"],
            f"{percent(block['estimate'], (block['limit'],))}  ({_interval(block)})", block["verdict"],
        )
        for block in blocks
        if block["estimate"] is not None
    )  # fmt: skip
    return Forest("Share that is right in each block, and its limit", rows) if rows else None


def _level(level: Mapping[str, Any], bank: Bank) -> Plain:
    held = level["held"]
    questions = {question.id: question.text for question in bank.questions}
    return {
        "question": level["question"],
        "text": questions.get(level["question"], ""),
        "claimed": f"level {level['claimed']}",
        "measured": "–" if level["measured"] is None else f"level {level['measured']}",
        "because": level["because"],
        "state": {
            "key": NOT_RUN if held is None else KEPT if held else BREACHED,
            "symbol": "–" if held is None else "✓" if held else "✕",
            "word": "Open" if held is None else "Held" if held else "Cut",
        },
    }
