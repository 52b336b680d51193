"""Grids of a comparison: what the pilots found, and promises held against what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.audits.records import NOT_RUN
from vendoreval.comparing.records import Comparison, Offer, Pair
from vendoreval.costs.model import Cost
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.promise_parts import promise_rows
from vendoreval.reports.wording import NBSP, VERDICT_SYMBOLS, joined, percent


def comparison_answers(
    found: Comparison, names: Mapping[str, str], costs: Mapping[str, Cost]
) -> list[list[str]]:
    """The comparison's answers on the first page."""
    proven = [f"{names[pair.better]} over {names[_other(pair)]}" for pair in found.pairs if pair.better]
    held = [pair for pair in found.pairs if pair.paired is not None]
    sure = f"Proven better on the same items: {joined(proven)}." if proven else "No lead is proven."
    if not held:
        sure = "No two of them were measured on the same items."
    able = [offer for offer in found.offers if offer.choosable]
    out = [offer.name for offer in found.offers if not offer.choosable]
    choice = (
        f"A choice among {joined(offer.name for offer in able)}." if able else "Nothing: none may be chosen."
    )
    totals = [
        f"{offer.name} {offer.currency}{NBSP}{costs[offer.vendor].total:,.0f}"
        for offer in found.offers
        if offer.vendor in costs
    ]
    return answers(
        f"{sure} All intervals hold together with 95{NBSP}%.",
        choice + (f" Not to be chosen as things stand: {joined(out)}." if out else ""),
        "No date is set. The comparison is stale as soon as an answer, an audit or a price changes.",
        f"All costs: {joined(totals)}." if totals else "No cost is known: prices or volumes are missing.",
    )


def _other(pair: Pair) -> str:
    return pair.two if pair.better == pair.one else pair.one


def pilot_grid(offers: Sequence[Offer]) -> Plain | None:
    """One row a block, one column a vendor: share right, misses, verdict; None where nobody had a pilot."""
    told = [offer for offer in offers if offer.pilot]
    if not told:
        return None
    names = list(dict.fromkeys(name for offer in told for name in offer.pilot))
    return {
        "heads": [offer.name for offer in told],
        "rows": [*(_block_row(name, told) for name in names), *_surge_row(told)],
    }


def _surge_row(offers: Sequence[Offer]) -> list[Plain]:
    """What the surge did to accuracy: from the calm part to it; nothing where no pilot had one."""
    surges = [(offer.surge or {}).get("accuracy") for offer in offers]
    cells = [
        f"{percent(one['calm'])} → {percent(one['surge'])}, {one['standing']}" if one else "–" for one in surges
    ]
    name = "Surge, twice the work in half the time"
    return [{"name": name, "cells": cells, "total": False}] if any(surges) else []


def _block_row(name: str, offers: Sequence[Offer]) -> Plain:
    """The limit stands beside the block's name where it is the same for all, else in each cell."""
    blocks = [offer.pilot.get(name) for offer in offers]
    limits = {f"at least {100 * block['limit']:g}{NBSP}%" for block in blocks if block}
    same = len(limits) == 1
    title = f"{name.capitalize()}, {limits.pop()}" if same else name.capitalize()
    return {"name": title, "cells": [_block(block, same) for block in blocks], "total": False}


def _block(block: Mapping[str, Any] | None, same: bool) -> str:
    if block is None or block["verdict"] == NOT_RUN:
        return "–"
    asked = "" if same else f" of at least {100 * block['limit']:g}{NBSP}%"
    share = f"{VERDICT_SYMBOLS[block['verdict']]}{NBSP}{percent(block['estimate'], (block['limit'],))}"
    return f"{share}{asked} ({block['misses']:,}{NBSP}of{NBSP}{block['n']:,})"


def promise_grid(offers: Sequence[Offer]) -> Plain | None:
    """One row a promise that any vendor gave a figure for or was measured on: claimed → measured."""
    told = [offer for offer in offers if offer.promises]
    sides = [{row["question"]: row for row in promise_rows(offer.promises)} for offer in told]
    order = [promise.question_id for offer in told[:1] for promise in offer.promises]
    order += sorted({question for rows in sides for question in rows} - set(order))
    shown = [q for q in order if any(q in rows and _tells(rows[q]) for rows in sides)]
    if not shown:
        return None
    named = {question: row["name"] for rows in sides for question, row in rows.items()}
    return {
        "heads": [offer.name for offer in told],
        "rows": [
            {
                "name": f"{named[question]} ({question})",
                "cells": [_promise(rows.get(question)) for rows in sides],
                "total": False,
            }
            for question in shown
        ],
    }


def _tells(row: Plain) -> bool:
    return row["measured"] != "–" or "“" in row["claimed"]


def _promise(row: Plain | None) -> str:
    if row is None:
        return "–"
    claimed = row["claimed"].partition(", ")[0]
    stands = f"{NBSP}{row['standing']['symbol']}" if row["standing"]["key"] != "not_run" else ""
    return f"{claimed} → {row['measured']}{stands}"
