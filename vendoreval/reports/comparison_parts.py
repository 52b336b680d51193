"""Grids of a comparison: what the pilots found, and promises held against what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.audits.comparison_records import Offer
from vendoreval.audits.records import NOT_RUN
from vendoreval.reports.parts import Plain
from vendoreval.reports.promise_parts import promise_rows
from vendoreval.reports.wording import NBSP, VERDICT_SYMBOLS, percent


def pilot_grid(offers: Sequence[Offer]) -> Plain | None:
    """One row a block, one column a vendor: share right, misses, verdict; None where nobody had a pilot."""
    told = [offer for offer in offers if offer.pilot]
    if not told:
        return None
    names = list(dict.fromkeys(name for offer in told for name in offer.pilot))
    return {
        "heads": [offer.name for offer in told],
        "rows": [_block_row(name, told) for name in names],
    }


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
