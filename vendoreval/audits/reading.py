"""An audit's stored record back into its result: what was found stays as it was, whatever is computed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from vendoreval.audits.records import AuditResult, Pattern
from vendoreval.labels.table import CONTEXT
from vendoreval.tasks.outcomes import OUTCOMES

Plain = Mapping[str, Any]
# Canonical JSON sorts names. These stand in the order in which people read them, others behind in text order.
_COUNTS = (
    "items", "sent_items", "labels", "sheets", "objects", "words", "gold_items", "not_answered",
    "opportunities",
    *OUTCOMES, "ties",
    *(f"left_out_{what}" for what in ("items", "labels", "sheets", "objects", "gold")), "gold_adjudicated",
)  # fmt: skip
_SLICED = ("annotator", "delivered class", "day", *CONTEXT, "difficulty", "class")
_NAMED = ("by_class", "by_annotator")  # their lists say "class" and "annotator" for the name


def result_from_json(record: Plain) -> AuditResult:
    """The inverse of `AuditResult.to_json`; raises KeyError, TypeError or ValueError for another record."""
    plain = {key: value for key, value in record.items() if key != "schema"}
    for name in _NAMED:
        plain[name] = [_named(one, name.removeprefix("by_")) for one in plain[name]]
    plain["patterns"] = [
        {"name": one["pattern"], "flag": one["flag"], "evidence": one["evidence"]} for one in plain["patterns"]
    ]
    found = _restored(AuditResult, plain)
    assert isinstance(found, AuditResult)
    return replace(found, counts=_ordered(found.counts, _COUNTS), patterns=tuple(map(_pattern, found.patterns)))


def _named(figures: Plain, name: str) -> dict[str, Any]:
    return {"name": figures[name], **{key: value for key, value in figures.items() if key != name}}


def _pattern(one: Pattern) -> Pattern:
    """A pattern whose slices name their columns in the usual order."""
    if "slices" not in one.evidence:
        return one
    slices = [{**cut, "where": _ordered(cut["where"], _SLICED)} for cut in one.evidence["slices"]]
    return replace(one, evidence={**one.evidence, "slices": slices})


def _ordered(plain: Plain, order: Sequence[str]) -> dict[str, Any]:
    known = [name for name in order if name in plain]
    return {name: plain[name] for name in (*known, *sorted(plain.keys() - {*known}))}


def _restored(form: Any, value: Any) -> Any:
    """A plain JSON value in the form of a field's annotation: JSON knows no tuples, and writes 1.0 as 1."""
    if value is None:
        return None
    if get_origin(form) in (Union, UnionType):
        (form,) = (one for one in get_args(form) if one is not type(None))
    if is_dataclass(form):
        hints = get_type_hints(form)
        known = {field.name for field in fields(form)}
        if not isinstance(value, Mapping) or not value.keys() <= known:
            raise ValueError(f"this is no record {form}")
        return form(**{name: _restored(hints[name], inner) for name, inner in value.items()})  # type: ignore[operator]
    if get_origin(form) is tuple:
        return tuple(_restored(get_args(form)[0], inner) for inner in value)
    return float(value) if form is float else value
