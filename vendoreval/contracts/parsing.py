"""From a contract's TOML text to its terms, or to the list of everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Any, cast

from vendoreval.contracts.class_tree import ancestors
from vendoreval.contracts.clauses import read_clause
from vendoreval.contracts.fields import Section, suggest
from vendoreval.contracts.matching_keys import MatchingKey
from vendoreval.contracts.metrics import UNITS
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.rules import BASES, CALENDARS, REMEDIES, REWORK_SCOPES
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import (
    Acceptance,
    Answers,
    Attribute,
    Clause,
    Contract,
    DisputeTerms,
    Guideline,
    Price,
    Remedy,
    Task,
)
from vendoreval.errors import InvalidDocument, Problem
from vendoreval.numerals import POINTS, SHARE
from vendoreval.tomlfile import parse_toml

SCHEMA = "vendoreval/contract/1"
SEVERITIES = ("minor", "major", "critical")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LISTED = 100
_NEEDS_CLASSES = ("classification", "ordinal")


def parse_contract(text: str, name: str = "contract.toml") -> Contract:
    """Parse a contract. `name` is the file's name for messages.

    Raises InvalidDocument with all problems at once, each with its line, field and what to try.
    """
    document = parse_toml(text.removeprefix("\ufeff"), name)
    top = Section(document, document.data)
    _check_schema(top)
    contract_id, vendor = top.slug("id"), top.slug("vendor")
    title = top.text("title")
    currency = _currency(top)
    effective, ends = top.day("effective"), top.day("ends")
    if effective and ends and ends <= effective:
        top.problem("ends", f"{ends} is not after effective, {effective}.", "Correct one of the two dates.")
    task = _task(top.section("task", required=True))
    price = _price(top.section("price"))
    remedies = tuple(_remedy(section, price) for section in top.sections("remedy"))
    _distinct(top, "remedy", remedies)
    contract = Contract(
        contract_id, vendor, title, currency, task,
        clauses=_clauses(top, task, remedies),
        effective=effective,
        ends=ends,
        price=price,
        acceptance=_acceptance(top.section("acceptance")),
        remedies=remedies,
        buyer=top.text("buyer", ""),
        dispute=_dispute(top.section("dispute")),
    )  # fmt: skip
    top.finish()
    if top.problems:
        raise InvalidDocument(name, tuple(sorted(set(top.problems))))
    return contract


def _check_schema(top: Section) -> None:
    schema = top.text("schema", want=f'"{SCHEMA}"')
    if schema and schema != SCHEMA:
        top.problem("schema", f"{schema!r} cannot be read by this version.", f'Write "{SCHEMA}".')


def _currency(top: Section) -> str:
    currency = top.text("currency", want="a currency code of three letters such as USD")
    if currency and not _CURRENCY.fullmatch(currency):
        remedy = (
            f"Write {currency.upper()!r}." if _CURRENCY.fullmatch(currency.upper()) else "Write USD, EUR, …"
        )
        top.problem("currency", f"{currency!r} is no currency code of three capital letters.", remedy)
    return currency


def _task(section: Section | None) -> Task:
    if section is None:
        return Task("", ())
    kind = section.choice("type", TASK_TYPES)
    classes = section.texts("classes", required=kind in _NEEDS_CLASSES)
    if (kind in _NEEDS_CLASSES and len(classes) == 1) or section.table.get("classes") == []:
        section.problem("classes", f"{len(classes)} classes are too few.", "Name every class; two at least.")
    task = Task(
        kind,
        classes,
        guideline=_guideline(section.section("guideline")),
        answers=_answers(section, kind),
        ties=cast(Any, section.choice("ties", ("smallest_label", "first_answer", "wrong"), "smallest_label")),
        severity=_severity(section.section("severity"), classes),
        matching=_matching(section.section("matching"), kind, classes),
        unsure=_unsure(section, classes),
        filters=cast(Any, section.choice("filters", ("allowed", "forbidden"), "allowed")),
        repeats=cast(Any, section.choice("repeats", ("refuse", "last", "first"), "refuse")),
        gold=cast(Any, section.choice("gold", ("drawn", "chosen"), "drawn")),
        attributes=_attributes(section.section("attributes"), kind),
    )
    section.finish()
    return task


def _answers(section: Section, kind: str) -> Answers:
    answers = cast(Answers, section.choice("answers", ("each", "consensus"), "each"))
    if answers == "consensus" and kind in TASK_TYPES and not TASK_TYPES[kind].consensus:
        what = f"answers of type {kind} have no majority."
        section.problem(
            "answers", what, 'Write answers = "each", and let the vendor deliver what it stands by.'
        )
    return answers


def _unsure(section: Section, classes: tuple[str, ...]) -> tuple[str, ...]:
    unsure = section.texts("unsure")
    for name in _strange(unsure, classes):
        section.problem("unsure", f"{name!r} is no class of this task.", suggest(name, classes))
    return unsure


def _strange(names: Iterable[str], classes: tuple[str, ...]) -> list[str]:
    """Names that are no class, the first ones of very many."""
    known = frozenset(classes)
    return list(islice((name for name in names if known and name not in known), _LISTED))


def _guideline(section: Section | None) -> Guideline | None:
    if section is None:
        return None
    guideline = Guideline(section.text("id"), section.text("version"))
    section.finish()
    return guideline


def _severity(section: Section | None, classes: tuple[str, ...]) -> dict[str, str]:
    if section is None:
        return {}
    for name in _strange(section.table, classes):
        section.problem(name, "is no class of this task.", suggest(name, classes))
    return {name: section.choice(name, SEVERITIES) for name in section.table}


def _matching(section: Section | None, kind: str, classes: tuple[str, ...]) -> dict[str, Any]:
    """The rules written in the contract, checked; defaults are added where they are used."""
    if section is None:
        return {}
    known = TASK_TYPES[kind].matching if kind in TASK_TYPES else ()
    if kind and not known:
        section.problem("", f"the task type {kind} has no matching rules.", "Leave [task.matching] out.")
        return {}
    for key in known:
        if section.has(key.name):
            _matching_value(section, key, classes)
    section.finish()
    return dict(section.table)


def _matching_value(section: Section, key: MatchingKey, classes: tuple[str, ...]) -> None:
    if key.listed:
        for name in _strange(section.texts(key.name), classes):
            section.problem(key.name, f"{name!r} is no class of this task.", suggest(name, classes))
        return
    if key.of_classes and isinstance(section.table[key.name], dict):
        _classes_by_class(cast(Section, section.section(key.name)), classes)
        return
    if key.by_name and isinstance(section.table[key.name], dict):
        _numbers_by_name(cast(Section, section.section(key.name)))
        return
    if key.choices:
        section.choice(key.name, key.choices)
        return
    value = section.number(key.name, one_percent=SHARE if key.percent else None)
    if key.whole and value is not None and value != value.to_integral_value():
        section.problem(key.name, f"{value} is no whole number.", f"The usual value is {key.default}.")
    if value is not None and key.highest is not None and value > key.highest:
        section.problem(key.name, f"{value} is more than {key.highest}.", f"The usual value is {key.default}.")


def _classes_by_class(section: Section, classes: tuple[str, ...]) -> None:
    """Each class's parent, or several in a list."""
    parents = {}
    for name, written in section.table.items():
        parents[name] = section.texts(name) if isinstance(written, list) else (section.text(name),)
        for one in _strange((name, *parents[name]), classes):
            section.problem(name, f"{one!r} is no class of this task.", suggest(one, classes))
    for name in parents:
        if name in ancestors(name, parents):
            section.problem(name, "lies under itself.", "Take one of the classes out of the circle.")
    section.finish()


def _numbers_by_name(section: Section) -> None:
    for name in section.table:
        value = section.number(name)
        if value is not None and value <= 0:
            section.problem(name, f"{value} is not above 0.")
    section.finish()


def _attributes(section: Section | None, kind: str) -> tuple[Attribute, ...]:
    """`name = "equal"`, or `name = { tolerance = "2" }` for a number."""
    if section is None:
        return ()
    if kind in TASK_TYPES and not TASK_TYPES[kind].attributes:
        section.problem("", f"answers of type {kind} have no attributes.", "Leave [task.attributes] out.")
    found = []
    for name, rule in section.table.items():
        inner = section.section(name) if isinstance(rule, dict) else None
        if inner is None:
            section.choice(name, ("equal",))
            found.append(Attribute(name))
            continue
        tolerance = inner.decimal_text("tolerance", required=True)
        inner.finish()
        found.append(Attribute(name, _decimal(tolerance)))
    section.finish()
    return tuple(found)


def _price(section: Section | None) -> Price | None:
    if section is None:
        return None
    per_unit = section.decimal_text("per_unit", required=True)
    unit = section.choice("unit", UNITS)
    section.finish()
    return Price(Decimal(per_unit or 0), unit)


def _acceptance(section: Section | None) -> Acceptance | None:
    if section is None:
        return None
    acceptance = Acceptance(
        section.whole("window_days", 1, 365),
        cast(Any, section.choice("silence", ("accepted", "not_accepted"))),
        section.choice("calendar", CALENDARS, "mon-fri"),
        section.days("holidays"),
        section.whole("response_days", 1, 365, 5),
    )
    section.finish()
    return acceptance


def _dispute(section: Section | None) -> DisputeTerms:
    usual = DisputeTerms()
    if section is None:
        return usual
    reasons = section.texts("reasons") or usual.reasons
    for code in reasons:
        if code not in REASONS:
            section.problem("reasons", f"{code!r} is no code of a rebuttal.", suggest(code, REASONS))
    terms = DisputeTerms(
        cast(Any, section.choice("silence", ("accepted", "not_accepted"), usual.silence)),
        section.whole("ruling_days", 1, 365, usual.ruling_days),
        section.whole("arbiter_days", 1, 365, usual.arbiter_days),
        reasons,
    )
    section.finish()
    return terms


def _clauses(top: Section, task: Task, remedies: tuple[Remedy, ...]) -> tuple[Clause, ...]:
    clauses = tuple(read_clause(section, task, remedies) for section in top.sections("clause"))
    _distinct(top, "clause", clauses)
    _check_families(top, clauses)
    if not top.table.get("clause"):
        top.problem("clause", "the contract promises nothing that can be measured.", "Add a [[clause]].")
    return clauses


def _check_families(top: Section, clauses: tuple[Clause, ...]) -> None:
    """A family has one risk: its clauses are decided by one rule at one alpha and beta."""
    first: dict[str, Clause] = {}
    for index, clause in enumerate(clauses):
        one = first.setdefault(clause.family, clause) if clause.family else clause
        agreed, here = ((d.rule, d.alpha, d.beta) for d in (one.decision, clause.decision))
        if agreed != here:
            line = top.document.line("clause", index, "family")
            what = f"the family {clause.family} is decided otherwise in clause {one.id}."
            remedy = "Give its clauses the same rule, alpha and beta."
            top.problems.append(Problem(line, f"clause.{clause.id}.family", what, remedy))


def _distinct(top: Section, key: str, records: Iterable[Clause | Remedy]) -> None:
    seen: set[str] = set()
    for index, record in enumerate(records):
        if record.id and record.id in seen:
            line = top.document.line(key, index, "id")
            what = f"a second {key} has the id {record.id!r}."
            top.problems.append(Problem(line, f"{key}.{record.id}.id", what, "Give each its own id."))
        seen.add(record.id)


def _remedy(section: Section, price: Price | None) -> Remedy:
    remedy_id = section.slug("id")
    kind = section.choice("kind", REMEDIES, remedy_id if remedy_id in REMEDIES else None)
    percents = {key: section.number(key, one_percent=POINTS) for key in ("percent", "cap_percent")}
    amounts = {key: section.decimal_text(key) for key in ("amount", "per_unit")}
    remedy = Remedy(
        remedy_id,
        kind,
        section.choice("scope", REWORK_SCOPES, "delivery"),
        section.whole("rounds", 1, 20, 0),
        section.whole("deadline_days", 1, 365, 0),
        amount=_decimal(amounts["amount"]),
        per_unit=_decimal(amounts["per_unit"]),
        percent=percents["percent"],
        basis=cast(Any, section.choice("basis", BASES, "lower_bound")),
        excess_only=section.flag("excess_only", True),
        cap_percent=percents["cap_percent"],
        sole=section.flag("sole", False),
        after_rework=section.whole("after_rework", 1, 20, 0),
        justification=section.text("justification", ""),
        ref=section.text("ref", ""),
    )
    section.finish()
    if kind:
        _check_remedy(section, remedy, price)
    return remedy


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _check_remedy(section: Section, remedy: Remedy, price: Price | None) -> None:
    fitting = REMEDIES[remedy.kind].keys
    for key in ("scope", "rounds", "deadline_days", "amount", "per_unit", "percent", "basis", "excess_only",
                "cap_percent", "after_rework"):  # fmt: skip
        if section.has(key) and key not in fitting:
            fits = ", ".join(fitting) or "none"
            section.problem(key, f"does not belong to a remedy of kind {remedy.kind}.", f"It takes: {fits}.")
    ways = [key for key in ("amount", "per_unit", "percent") if section.has(key)]
    if len(ways) > 1:
        section.problem(ways[1], f"stands beside {ways[0]}: the sum is not clear.", "Keep one of them.")
    if remedy.kind == "audit_cost" and not ways:
        section.problem("amount", "is missing.", 'Write amount = "…", or per_unit for each audited item.')
    for key in ("percent", "cap_percent"):
        value = getattr(remedy, key)
        if value is not None and not 0 < value <= 100:
            section.problem(key, f"{value} is no percentage above 0 and up to 100.")
    if price is None and _needs_price(remedy, ways):
        section.problem("", "its sum hangs on the price, and the contract names none.", "Add a [price] table.")


def _needs_price(remedy: Remedy, ways: list[str]) -> bool:
    by_default = remedy.kind in ("credit", "withhold", "refund") and not ways
    return by_default or remedy.percent is not None or remedy.cap_percent is not None
