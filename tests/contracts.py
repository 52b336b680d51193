"""Contracts for tests, as the files that buyers write; a test names only the terms that it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Terms = Mapping[str, Any]

RISKS = {"alpha": Decimal("0.05"), "beta": Decimal("0.10")}
REWORK: Terms = {"id": "rework", "kind": "rework", "rounds": 1, "deadline_days": 5}
YEAR: Terms = {"effective": date(2026, 1, 1), "ends": date(2026, 12, 31)}
WINDOW: Terms = {"window_days": 10, "silence": "not_accepted"}


def rule(name: str = "claim", **given: object) -> Terms:
    """A decision rule, by default with the risks that most contracts agree on."""
    return {"rule": name, **(given or (RISKS if name == "claim" else {}))}


def clause(name: str = "accuracy", **changes: object) -> Terms:
    """A clause on the accuracy of items over the whole delivery, with `changes`; what is None is left out."""
    terms = {
        "id": name, "ref": None, "metric": "accuracy", "unit": "item", "scope": "delivery", "group": None,
        "threshold": "0.97", "decision": rule(), **changes,
    }  # fmt: skip
    return {key: value for key, value in terms.items() if value is not None}


def contract_toml(
    contract_id: str = "c",
    *,
    task: Terms | None = None,
    clauses: Iterable[Terms] = (clause(),),
    remedies: Iterable[Terms] = (),
    price: tuple[str, str] | None = None,
    acceptance: Terms | None = None,
    **head: object,
) -> str:
    """A contract's file. `task` adds to or replaces what a classification says; `price` is (amount, unit);
    `head` replaces or adds to the keys at the top."""
    top = {
        "schema": "vendoreval/contract/1", "id": contract_id, "vendor": "acme", "title": "Labels",
        "currency": "USD", **head,
    }  # fmt: skip
    named = {"type": "classification", **(task or {})}
    inner = {key: value for key, value in named.items() if key == "matching"}
    tables = [_lines(top), _table("[task]", {key: named[key] for key in named if key not in inner})]
    tables += [_table(f"[task.{key}]", value) for key, value in inner.items()]
    if price:
        tables.append(_table("[price]", {"per_unit": price[0], "unit": price[1]}))
    if acceptance:
        tables.append(_table("[acceptance]", acceptance))
    tables += [_table("[[clause]]", one) for one in clauses]
    tables += [_table("[[remedy]]", one) for one in remedies]
    return "\n".join(tables)


def _table(name: str, terms: Terms) -> str:
    return f"{name}\n{_lines(terms)}"


def _lines(terms: Terms) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in terms.items())


def _value(value: object) -> str:
    if isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, value)) + "]"
    return str(value)
