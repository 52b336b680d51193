"""JSON Schemas of the records that leave the program, learnt from the records themselves.

`docs/schemas/<kind>-<n>.json` is widened by every record that a flow test prints while UPDATE_GOLDEN is
set; findings, the records that others build upon, come from their dataclass. Otherwise a record must
add nothing to its schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from vendoreval.audits.records import VERDICTS, Finding

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
HEAD = "https://json-schema.org/draft/2020-12/schema"
# Objects whose keys are names that people chose, and objects of any form.
BY_NAME = {"confusion", "verdicts", "inspections", "classes", "values", "tasks"}
BY_NAME |= {"by_value"}  # of a filter: the values that it left out
BY_NAME |= {"flags", "people", "unanswered"}  # of signals and of a pilot
BY_NAME |= {"lost"}  # of a format: what it cannot hold
BY_NAME |= {"options"}  # of the format that files are read by
BY_NAME |= {"basis", "costs", "promises", "sections", "weights"}  # of a comparison: vendors and sections
_OF_MANY = {"units_in_all"}  # of findings on types with several units an item
FREE = {"evidence", "data", "figures"}
_OPEN = "open"  # the verdict of an earlier look that has none yet
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
_KIND = re.compile(r"vendoreval/([a-z_-]+)/(\d+)\Z")


def file_of(schema: str) -> Path:
    """Where the schema of `vendoreval/<kind>/<n>` lies."""
    found = _KIND.match(schema)
    assert found, f"{schema!r} is no schema name"
    return FOLDER / f"{found[1].replace('_', '-')}-{found[2]}.json"


def records_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every record with a schema name in a JSON value, also those within others."""
    if isinstance(value, dict):
        if isinstance(value.get("schema"), str) and _KIND.match(value["schema"]):
            yield value
        for inner in value.values():
            yield from records_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from records_in(inner)


def learn(value: Any) -> None:
    """Widen the schema files by the records in a JSON value."""
    FOLDER.mkdir(exist_ok=True)
    for record in records_in(value):
        file = file_of(record["schema"])
        old = json.loads(file.read_text("utf-8")) if file.exists() else None
        new = widened(old, record)
        if new != old:
            file.write_text(json.dumps(new, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def validate(value: Any) -> None:
    """Hold the records in a JSON value against their schemas."""
    for record in records_in(value):
        file = file_of(record["schema"])
        assert file.exists(), f"{record['schema']} has no {file}: run ./run golden"
        _validator(file, file.stat().st_mtime_ns).validate(record)


@cache
def _validator(file: Path, changed: int) -> Draft202012Validator:
    return Draft202012Validator(json.loads(file.read_text("utf-8")))


def widened(schema: dict[str, Any] | None, record: dict[str, Any]) -> dict[str, Any]:
    """The schema that also allows `record`."""
    name = record["schema"]
    made: dict[str, Any] = {"$schema": HEAD, "title": name, **_object(schema, record, "")}
    made["properties"]["schema"] = {"const": name}
    if name == "vendoreval/audit/1":
        made["properties"]["findings"] = {"type": "array", "items": _finding()}
    return made


def _widen(schema: dict[str, Any] | None, value: Any, key: str) -> dict[str, Any]:
    known = (schema or {}).get("enum", ())
    if key == "verdict" and (value in (*VERDICTS, _OPEN) or (value is None and known)):
        none = [None] if value is None or None in known or "null" in _types(schema) else []
        return {"enum": [*VERDICTS, *([_OPEN] if _OPEN in (value, *known) else []), *none]}
    kinds = _types(schema) | {_type(value)}
    if "number" in kinds:
        kinds.discard("integer")
    rest = {name: part for name, part in (schema or {}).items() if name not in ("type", "enum")}
    if isinstance(value, dict) and key not in FREE:
        rest |= {name: part for name, part in _object(schema, value, key).items() if name != "type"}
    if isinstance(value, list):
        items = rest.get("items")
        for inner in value:
            items = _widen(items, inner, key)
        rest = {**rest, "items": items} if items else rest
    return {"type": min(kinds) if len(kinds) == 1 else sorted(kinds), **rest}


def _object(schema: dict[str, Any] | None, value: dict[str, Any], key: str) -> dict[str, Any]:
    old = schema or {}
    if key in BY_NAME or "additionalProperties" in old or not all(map(_PLAIN_KEY.match, value)):
        every = old.get("additionalProperties")
        for inner in [*old.get("properties", {}), *value]:
            every = _widen(every, value[inner], "") if inner in value else every
        return {"type": "object", "additionalProperties": every or {}}
    properties = dict(old.get("properties", {}))
    for name, inner in value.items():
        properties[name] = _widen(properties.get(name), inner, name)
    needed = set(old["required"]) & set(value) if "required" in old else set(value)
    return {"type": "object", "properties": properties, "required": sorted(needed)}


def _types(schema: dict[str, Any] | None) -> set[str]:
    found = (schema or {}).get("type", [])
    return {found} if isinstance(found, str) else set(found)


def _type(value: Any) -> str:
    names = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


@cache
def _finding() -> dict[str, Any]:
    """A finding's schema, from its dataclass; every field is always there, but for those of many units."""
    made = TypeAdapter(Finding).json_schema(mode="serialization")
    plain: dict[str, Any] = _inlined(made, made.get("$defs", {}))
    plain["properties"]["verdict"] = {"enum": list(VERDICTS)}
    return {
        "type": "object",
        "properties": plain["properties"],
        "required": sorted(set(plain["properties"]) - _OF_MANY),
    }


def _inlined(part: Any, defined: dict[str, Any]) -> Any:
    """Without references, titles and defaults."""
    if isinstance(part, list):
        return [_inlined(inner, defined) for inner in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(defined[part["$ref"].rsplit("/", 1)[1]], defined)
    kept = {name: inner for name, inner in part.items() if name not in ("default", "$defs")}
    return {name: _inlined(v, defined) for name, v in kept.items() if not (name == "title" and type(v) is str)}
