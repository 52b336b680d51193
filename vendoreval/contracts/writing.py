"""A contract back into its TOML text, with comments; `parsing` reads the very same terms from it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from vendoreval.contracts.parsing import SCHEMA
from vendoreval.contracts.rules import REMEDIES
from vendoreval.contracts.terms import Attribute, Clause, Contract, DisputeTerms, Remedy

TO_SETTLE = "to settle: "  # starts a comment of a draft
Plain = dict[str, Any]
Comments = Mapping[str, Sequence[str]]


_USUAL = {"gold": "drawn", "filters": "allowed", "repeats": "refuse"}  # what goes without saying


def plain(contract: Contract) -> Plain:
    """The contract as the tables of its TOML file, without what is not set or is usual for its kind."""
    task = contract.task
    document: Plain = {"schema": SCHEMA, "id": contract.id, "vendor": contract.vendor}
    if contract.buyer:
        document["buyer"] = contract.buyer
    document |= {"title": contract.title, "currency": contract.currency}
    document |= {key: day for key in ("effective", "ends") if (day := getattr(contract, key))}
    document["task"] = {"type": task.type, **({"classes": list(task.classes)} if task.classes else {})}
    if task.unsure:
        document["task"]["unsure"] = list(task.unsure)
    if task.guideline:
        document["task"]["guideline"] = dict(vars(task.guideline))
    if task.answers != "each" or task.ties != "smallest_label":
        document["task"] |= {"answers": task.answers, "ties": task.ties}
    document["task"] |= {key: value for key, usual in _USUAL.items() if (value := getattr(task, key)) != usual}
    document["task"] |= {key: dict(table) for key in ("severity", "matching") if (table := getattr(task, key))}
    if task.attributes:
        document["task"]["attributes"] = {one.name: _attribute(one) for one in task.attributes}
    if contract.price:
        document["price"] = {"per_unit": f"{contract.price.per_unit:f}", "unit": contract.price.unit}
    if contract.acceptance:
        kept = {key: value for key, value in vars(contract.acceptance).items() if value != ()}
        document["acceptance"] = {key: list(v) if isinstance(v, tuple) else v for key, v in kept.items()}
    document |= {"dispute": found} if (found := _dispute(contract.dispute)) else {}
    document["clause"] = [clause_table(clause) for clause in contract.clauses]
    if contract.remedies:
        document["remedy"] = [_remedy(remedy) for remedy in contract.remedies]
    return document


def _dispute(terms: DisputeTerms) -> Plain:
    """What is agreed otherwise than usual."""
    usual = vars(DisputeTerms())
    agreed = {key: value for key, value in vars(terms).items() if value != usual[key]}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in agreed.items()}


def _attribute(attribute: Attribute) -> Any:
    return "equal" if attribute.tolerance is None else {"tolerance": f"{attribute.tolerance:f}"}


def to_settle(source: str) -> tuple[str, ...]:
    """What comments of a contract file say is still open; it is a draft as long as there is any."""
    mark = f"# {TO_SETTLE}"
    lines = (line.strip() for line in source.removeprefix("\ufeff").splitlines())
    return tuple(line.removeprefix(mark) for line in lines if line.startswith(mark))


def clause_table(clause: Clause) -> Plain:
    """One `[[clause]]`."""
    table: Plain = {"id": clause.id}
    if clause.ref:
        table["ref"] = clause.ref
    table |= {"metric": clause.metric, "unit": clause.unit, "scope": clause.scope}
    if clause.group:
        table["group"] = clause.group
    if clause.family:
        table["family"] = clause.family
    decision = clause.decision
    rule: Plain = {"rule": decision.rule, "alpha": decision.alpha, "beta": decision.beta}
    if decision.tolerated is not None:
        rule["tolerated"] = f"{decision.tolerated:f}"
    if decision.calibrated:
        rule["calibrated"] = True
    table |= {"threshold": clause.threshold, "decision": rule | decision.options}
    if clause.remedy:
        table["remedy"] = list(clause.remedy)
    return table


def _remedy(remedy: Remedy) -> Plain:
    fitting = (*REMEDIES[remedy.kind].keys, "sole", "justification", "ref")
    usual = Remedy(remedy.id, remedy.kind)
    table: Plain = {"id": remedy.id, "kind": remedy.kind}
    for key in fitting:
        value = getattr(remedy, key)
        if value != getattr(usual, key):
            table[key] = f"{value:f}" if isinstance(value, Decimal) else value
    return table


def to_toml(document: Plain, comments: Comments | None = None) -> str:
    """The tables as TOML. `comments` by place: "", "task", "clause.accuracy", "remedy.credit" …"""
    said = comments or {}
    lines = [*_comment(said, ""), *([""] if said.get("") else [])]
    tables: list[tuple[str, str, Plain]] = []
    for key, value in document.items():
        if value is None:
            continue  # the parser says that it is missing
        if isinstance(value, dict):
            tables.append((f"[{key}]", key, value))
        elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            tables += [(f"[[{key}]]", f"{key}.{entry.get('id', '')}", entry) for entry in value]
        else:
            lines.append(f"{key} = {_value(value)}")
    for head, place, table in tables:
        lines += ["", *_comment(said, place), head]
        lines += [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]
    return "\n".join(lines) + "\n"


def _comment(said: Comments, place: str) -> list[str]:
    """Comment lines; what a vendor wrote stays in its line, whatever signs it holds."""
    return [f"# {''.join(_shown(sign) for sign in line)}".rstrip() for line in said.get(place, ())]


def _shown(sign: str) -> str:
    return sign if sign.isprintable() else " "


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        inner = ", ".join(f"{_key(key)} = {_value(entry)}" for key, entry in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value) if isinstance(value, int | float) else _value(str(value))


def filled(template: str, values: Mapping[str, Any]) -> str:
    """A commented contract file with top-level and task fields set to `values`, commented-out ones put to use.

    The comment beside a field stays where it is, as far as there is room.
    """
    for key, value in values.items():
        field = re.compile(rf"^(?:# )?{key} = [^#\n]*(?=#|$)", re.MULTILINE)
        found = field.search(template)
        if found:
            written = f"{key} = {_value(value)} ".ljust(len(found[0]))
            template = template[: found.start()] + written + template[found.end() :]
    return template
