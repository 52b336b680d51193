"""A contract as an Open Data Contract Standard document (ODCS v3.1.0, Bitol), and back.

What the standard knows goes into its own fields: price, quality rules, service levels, the columns of a
delivery with their classes. What it does not know goes into custom properties, each thing once, so that
two places can never disagree. A clause is a quality rule of type `custom` with the engine `vendoreval`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from vendoreval.contracts.explain import explain_clause
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.parsing import SCHEMA
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.contracts.writing import clause_table, plain
from vendoreval.errors import InvalidDocument, Problem

VERSION = "v3.1.0"
ENGINE = "vendoreval"
_TABLE = "labels"
_WINDOW, _RESPONSE = "acceptanceWindow", "claimResponse"
_LEFT = "toSettle"  # what is open in a draft
_CUSTOM = ("vendor", "buyer", "effective", "ends", "task", "remedy", "acceptance", "dispute")
_DIMENSIONS = {"completeness": "completeness", "agreement": "consistency"}

Odcs = dict[str, Any]


def to_odcs(contract: Contract, left: Sequence[str] = ()) -> Odcs:
    """The contract as plain data that a YAML or JSON writer takes; a draft where something is `left` open."""
    terms = plain(contract)
    task = dict(terms["task"])
    classes = task.pop("classes", None)
    document: Odcs = {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.title,
        "version": str(contract.version),
        "status": "draft" if left else "active",
        "description": {"purpose": f"Labels of {contract.vendor}: {contract.title}"},
        "schema": [_schema(contract, classes)],
    }
    if contract.price:
        document["price"] = {
            "priceAmount": _number(contract.price.per_unit),
            "priceCurrency": contract.currency,
            "priceUnit": contract.price.unit,
        }
    else:
        document["price"] = {"priceCurrency": contract.currency}
    if contract.acceptance:
        days = (_WINDOW, contract.acceptance.window_days), (_RESPONSE, contract.acceptance.response_days)
        document["slaProperties"] = [
            {"property": name, "value": value, "unit": "businessDay", "element": _TABLE} for name, value in days
        ]
    rest = {**terms, "task": task}
    if "acceptance" in terms:
        kept = ("window_days", "response_days")
        rest["acceptance"] = {key: v for key, v in terms["acceptance"].items() if key not in kept}
    document["customProperties"] = [
        {"property": key, "value": _json(rest[key])} for key in _CUSTOM if key in rest
    ]
    if left:
        document["customProperties"].append({"property": _LEFT, "value": list(left)})
    return document


def _schema(contract: Contract, classes: list[str] | None) -> Odcs:
    label: Odcs = {"name": "label", "logicalType": "string"}
    if classes:
        rule = {
            "type": "library",
            "metric": "invalidValues",
            "arguments": {"validValues": classes},
            "mustBe": 0,
        }
        label["quality"] = [rule]
    return {
        "name": _TABLE,
        "logicalType": "object",
        "dataGranularityDescription": "one row for each label",
        "properties": [
            {"name": "item_id", "logicalType": "string", "required": True},
            {"name": "annotator_id", "logicalType": "string"},
            label,
        ],
        "quality": [_quality(clause) for clause in contract.clauses],
    }


def _quality(clause: Clause) -> Odcs:
    metric = METRICS[clause.metric]
    dimension = _DIMENSIONS.get(clause.metric) or _DIMENSIONS.get(metric.kind, "accuracy")
    return {
        "name": clause.id,
        "description": explain_clause(clause),
        "type": "custom",
        "engine": ENGINE,
        "dimension": dimension,
        "implementation": _json({key: value for key, value in clause_table(clause).items() if key != "id"}),
    }


def _json(value: Any) -> Any:
    """Only what JSON has: dates and decimals as text."""
    if isinstance(value, dict):
        return {key: _json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json(entry) for entry in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _number(value: Decimal) -> int | float:
    """A number whose shortest decimal is `value`; prices of more than 15 digits do not exist."""
    return int(value) if value == int(value) else float(value)


def from_odcs(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The tables of a contract file from an ODCS document that `to_odcs` wrote, edited or not.

    Raises InvalidDocument, naming what a contract needs and the document does not say. The values are
    checked where the tables are parsed as a contract.
    """
    problems: list[Problem] = []
    kind, version = document.get("kind"), str(document.get("apiVersion", ""))
    if kind != "DataContract" or not version.startswith("v3."):
        problems.append(Problem(0, "apiVersion", f"{kind} {version} is no ODCS data contract of version 3."))
    custom = _custom(document)
    rules = [rule for schema in _list(document, "schema") for rule in _list(schema, "quality")]
    clauses = [rule for rule in rules if rule.get("type") == "custom" and rule.get("engine") == ENGINE]
    if not clauses:
        what = f"no quality rule has the engine {ENGINE!r}: nothing is promised that an audit could measure."
        problems.append(Problem(0, "schema.quality", what, "Export a contract to see the form."))
    for needed in ("vendor", "task"):
        if needed not in custom:
            problems.append(Problem(0, f"customProperties.{needed}", "is missing."))
    price = document.get("price") or {}
    if "priceCurrency" not in price:
        problems.append(Problem(0, "price.priceCurrency", "is missing."))
    if problems:
        raise InvalidDocument(file, tuple(problems))
    return _tables(document, custom, clauses, price)


def left_open(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What an ODCS document says is still to settle."""
    return tuple(str(point) for point in _custom(document).get(_LEFT) or ())


def _tables(
    document: Mapping[str, Any], custom: Mapping[str, Any], clauses: list[Any], price: Mapping[str, Any]
) -> dict[str, Any]:
    tables: dict[str, Any] = {"schema": SCHEMA, "id": document.get("id"), "vendor": custom["vendor"]}
    if "buyer" in custom:
        tables["buyer"] = custom["buyer"]
    tables |= {"title": document.get("name") or str(document.get("id")), "currency": price["priceCurrency"]}
    tables |= {key: _day(custom[key]) for key in ("effective", "ends") if key in custom}
    task = dict(custom["task"]) if isinstance(custom["task"], Mapping) else {}
    classes = _classes(document)
    tables["task"] = {"type": task.pop("type", None), **({"classes": classes} if classes else {}), **task}
    if "priceAmount" in price:
        tables["price"] = {"per_unit": _decimal(price["priceAmount"]), "unit": price.get("priceUnit", "item")}
    levels = {level.get("property"): level.get("value") for level in _list(document, "slaProperties")}
    if _WINDOW in levels:
        rest = dict(custom.get("acceptance") or {})
        if "holidays" in rest:
            rest["holidays"] = [_day(day) for day in rest["holidays"]]
        tables["acceptance"] = {"window_days": levels[_WINDOW], **rest}
        if _RESPONSE in levels:
            tables["acceptance"]["response_days"] = levels[_RESPONSE]
    if custom.get("dispute"):
        tables["dispute"] = dict(custom["dispute"])
    tables["clause"] = [{"id": rule.get("name"), **_terms(rule)} for rule in clauses]
    if custom.get("remedy"):
        tables["remedy"] = list(custom["remedy"])
    return tables


def _terms(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    written = rule.get("implementation")
    return written if isinstance(written, Mapping) else {}


def _decimal(value: Any) -> str:
    """A YAML number as the decimal text that it was written as."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{Decimal(str(value)):f}" if is_number else str(value)


def _custom(document: Mapping[str, Any]) -> dict[str, Any]:
    return {str(entry.get("property")): entry.get("value") for entry in _list(document, "customProperties")}


def _classes(document: Mapping[str, Any]) -> list[str]:
    for schema in _list(document, "schema"):
        for column in _list(schema, "properties"):
            for rule in _list(column, "quality"):
                if column.get("name") == "label" and rule.get("metric") == "invalidValues":
                    return [str(value) for value in (rule.get("arguments") or {}).get("validValues", ())]
    return []


def _list(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = table.get(key)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def _day(value: Any) -> Any:
    """A date from its text; anything else is left to the contract's parser to refuse."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value
