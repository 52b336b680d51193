"""An amendment is a new version of the same contract: what changes, field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass

from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict

_TOML_NAMES = {"clauses": "clause", "remedies": "remedy"}


@dataclass(frozen=True)
class Change:
    """One changed field, by its dotted path; None where the field is new or gone."""

    field: str
    before: str | None
    after: str | None


def amend(old: Contract, new: Contract) -> list[Change]:
    """What `new` changes in `old`, in the order of the contract's fields; versions are not compared.

    Raises Conflict when the two are not the same contract.
    """
    for name in ("id", "vendor"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            raise Conflict(
                f"An amendment keeps the contract's {name}: it is {before!r}, the file says {after!r}.",
                remedy="Correct the file, or add it as a contract of its own.",
            )
    was, becomes = _flat(old), _flat(new)
    keys = dict.fromkeys([*was, *becomes])
    return [Change(key, was.get(key), becomes.get(key)) for key in keys if was.get(key) != becomes.get(key)]


def _flat(contract: Contract) -> dict[str, str]:
    flat: dict[str, str] = {}
    for field in fields(contract):
        if field.name != "version":
            _add(flat, _TOML_NAMES.get(field.name, field.name), getattr(contract, field.name))
    return flat


def _add(flat: dict[str, str], path: str, value: object) -> None:
    """Write the leaves below `value` into `flat`; absent values leave no entry."""
    if is_dataclass(value):
        for field in fields(value):
            _add(flat, f"{path}.{field.name}", getattr(value, field.name))
    elif isinstance(value, dict):
        for key, entry in value.items():
            _add(flat, f"{path}.{key}", entry)
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        for entry in value:
            _add(flat, f"{path}.{getattr(entry, 'id')}", entry)  # noqa: B009 - clauses and remedies have ids
    elif isinstance(value, tuple):
        if value:
            flat[path] = ", ".join(str(entry) for entry in value)
    elif value is not None and value != "":
        flat[path] = str(value)
