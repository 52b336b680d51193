"""The tables of docs/contract.md are those of the code. UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

import pytest

from vendoreval.contracts.matching_keys import MatchingKey
from vendoreval.contracts.metrics import METRICS, SCOPES, UNITS
from vendoreval.contracts.rules import CALENDARS, REMEDIES, RULES
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Acceptance, Clause, Contract, Price, Remedy, Task

PAGE = Path(__file__).parents[3] / "docs" / "contract.md"


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _code(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _now(available: bool) -> str:
    return "yes" if available else "later"


def _key(key: MatchingKey) -> str:
    number = "a list of classes" if key.listed else "a whole number" if key.whole else "a number"
    values = "/".join(key.choices) if key.choices else number
    values += " or a percentage" if key.percent else ""
    values += ", or a table of numbers by name" if key.by_name else ""
    values += ", or a table of classes by class" if key.of_classes else ""
    return f"`{key.name}` ({values}; default {key.default})"


def _plain(table: dict[str, str], name: str) -> str:
    return _markdown((name, "meaning"), [(f"`{key}`", text) for key, text in table.items()])


def tables() -> dict[str, str]:
    metrics: list[tuple[str, ...]] = [
        (
            f"`{m.name}`", m.meaning, "at most" if m.lower_is_better else "at least", _code(m.units),
            _code(m.scopes), _code(m.tasks) or "every", _now(m.available),
        )
        for m in METRICS.values()
    ]  # fmt: skip
    return {
        "task types": _markdown(
            ("type", "answer", "matching keys", "now"),
            [
                (f"`{t.name}`", t.meaning, "; ".join(map(_key, t.matching)) or "none", _now(t.available))
                for t in TASK_TYPES.values()
            ],
        ),
        "metrics": _markdown(
            ("metric", "meaning", "threshold is", "units", "scopes", "task types", "now"), metrics
        ),
        "units": _plain(UNITS, "unit"),
        "scopes": _plain(SCOPES, "scope"),
        "rules": _markdown(
            ("rule", "meaning", "further keys", "now"),
            [(f"`{r.name}`", r.meaning, _code(r.options) or "none", _now(r.available)) for r in RULES.values()],
        ),
        "remedies": _markdown(
            ("kind", "meaning", "its keys"),
            [(f"`{k.name}`", k.meaning, _code(k.keys)) for k in REMEDIES.values()],
        ),
        "calendars": _plain(CALENDARS, "calendar"),
    }


def filled(page: str) -> str:
    for name, table in tables().items():
        pattern = re.compile(f"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, hits = pattern.subn(lambda m, t=table: f"{m.group(1)}{t}\n{m.group(2)}", page)  # type: ignore[misc]
        assert hits == 1, name
    return page


def test_tables_of_the_page_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(filled(page), encoding="utf-8")
        return
    assert page == filled(page), "run ./run golden"


@pytest.mark.parametrize("record", [Contract, Task, Price, Acceptance, Clause, Remedy])
def test_every_field_is_described(record: type) -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = {"clauses": "clause", "remedies": "remedy"}
    for field in dataclasses.fields(record):
        if field.name == "version":
            continue  # counted by the workspace, never written in the file
        name = names.get(field.name, field.name)
        assert re.search(rf"`\[*(task\.)?{name}\]*`", page), name
