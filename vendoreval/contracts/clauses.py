"""Reading one `[[clause]]`: the promise, its limit and the rule that decides it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendoreval.contracts.fields import Section, suggest
from vendoreval.contracts.joint import SHAREABLE
from vendoreval.contracts.metrics import BY_UNIT, METRICS, OBJECTS, SCOPES, UNITS, UNITS_OF, Metric, most_lost
from vendoreval.contracts.rules import (
    RULE_NEEDS,
    RULE_PERCENT,
    RULE_SHARE,
    RULE_WHOLE,
    RULE_WORDS,
    RULES,
    WITHOUT_DRAW,
)
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Clause, Decision, Remedy, Task
from vendoreval.numerals import POINTS, SHARE

_DEFAULT_ALPHA, _DEFAULT_BETA = Decimal("0.05"), Decimal("0.10")
_HIGHEST_RISK = Decimal("0.5")
_RULE_EXAMPLE = '{ rule = "claim", alpha = 0.05, beta = 0.10 }'


def read_clause(section: Section, task: Task, remedies: tuple[Remedy, ...]) -> Clause:
    """Read a clause of a contract about `task`; problems are noted in the section."""
    clause_id = section.slug("id")
    name = section.choice("metric", METRICS)
    unit, scope = section.choice("unit", UNITS), section.choice("scope", SCOPES)
    threshold = section.decimal_text("threshold", required=True, one_percent=SHARE)
    metric = METRICS.get(name)
    if metric:
        _check_fit(section, metric, task, unit, scope)
        _check_threshold(section, "threshold", threshold, metric)
    clause = Clause(
        clause_id, name, unit, scope, threshold or "0",
        decision=_decision(section, metric, threshold),
        remedy=_remedies(section, remedies),
        ref=section.text("ref", ""),
        group=_group(section, scope, task),
        family=section.slug("family", ""),
    )  # fmt: skip
    if metric and metric.kind == "score" and clause.decision.rule:
        _check_loss(section, clause, task)
    if clause.family and clause.decision.rule and clause.decision.rule not in SHAREABLE:
        what = f"findings by the rule {clause.decision.rule} cannot share their risk."
        section.problem("family", what, f"Take {' or '.join(SHAREABLE)}, or leave the family out.")
    section.finish()
    return clause


def _check_loss(section: Section, clause: Clause, task: Task) -> None:
    """A sample shows nothing of a loss without bounds: the most that a unit loses must be agreed."""
    worst = clause.decision.worst or most_lost(clause.metric, task)
    if clause.decision.rule not in WITHOUT_DRAW:
        what = f"{clause.metric} is not decided by {clause.decision.rule}."
        section.problem("decision.rule", what, f"Take {', '.join(WITHOUT_DRAW)}.")
    elif worst is None:
        what = f"nothing says how large {clause.metric} of one unit may be at most."
        section.problem("decision", what, 'Write worst = "…" into it: the largest error that can occur.')
    elif worst is not None and worst <= clause.limit:
        what = f"the threshold {clause.threshold} is not below {worst}, the most that a unit loses."
        section.problem("threshold", what, "Such a clause cannot be breached.")


def _check_fit(section: Section, metric: Metric, task: Task, unit: str, scope: str) -> None:
    if task.type and metric.tasks and task.type not in metric.tasks:
        section.problem(
            "metric",
            f"{metric.name} does not exist for the task type {task.type}.",
            f"It measures {', '.join(metric.tasks)}.",
        )
    if unit and unit not in metric.units:
        section.problem(
            "unit", f"{metric.name} does not count by {unit}.", f"It takes: {', '.join(metric.units)}."
        )
    elif unit and unit not in _units(metric, task):
        section.problem(
            "unit", f"{metric.name} of {task.type} does not count by {unit}.",
            f"It takes: {', '.join(_units(metric, task))}.",
        )  # fmt: skip
    if metric.of_all_classes and task.type and not task.classes:
        what = f"{metric.name} is a share of all classes, and the contract names none."
        section.problem("metric", what, "Name them under [task]: classes = […].")
    if scope == "class" and task.type and not TASK_TYPES[task.type].classed:
        section.problem("scope", f"answers of type {task.type} belong to no classes.", "Take delivery.")
    if scope and scope not in metric.scopes:
        takes = ", ".join(metric.scopes)
        section.problem("scope", f"{metric.name} is not judged by {scope}.", f"It takes: {takes}.")


def _units(metric: Metric, task: Task) -> tuple[str, ...]:
    """The units by which the metric counts answers of the task's type."""
    had = UNITS_OF.get(task.type)
    if had is None or metric.kind == "agreement":
        return metric.units
    by_unit = metric.name in BY_UNIT
    return tuple(unit for unit in metric.units if unit in had and not (by_unit and unit not in OBJECTS))


def _check_threshold(section: Section, key: str, text: str | None, metric: Metric) -> None:
    if text is None or not metric.bounded or Fraction(text) <= 1:
        return
    hint = ""
    if 50 <= Fraction(text) <= 100:  # somebody thought of per cent
        hint = f'For {text} % write "{(Decimal(text) / 100).normalize():f}".'
    section.problem(key, f"{text} does not lie between 0 and 1.", hint)


def _group(section: Section, scope: str, task: Task) -> str | None:
    group = section.text("group", "") or None
    if group is None:
        return None
    if scope in ("delivery", "edge_case"):
        section.problem("group", f"a clause with the scope {scope} has no groups.", "Leave it out.")
    elif scope == "class" and task.classes and group not in task.classes:
        section.problem("group", f"{group!r} is no class of this task.", suggest(group, task.classes))
    return group


def _remedies(section: Section, remedies: tuple[Remedy, ...]) -> tuple[str, ...]:
    wanted, known = section.texts("remedy"), [remedy.id for remedy in remedies]
    for name in wanted:
        if name not in known:
            hint = suggest(name, known) or f'Add [[remedy]] with id = "{name}".'
            section.problem("remedy", f"there is no remedy {name!r} in this contract.", hint)
    return wanted


def _decision(section: Section, metric: Metric | None, threshold: str | None) -> Decision:
    if not section.has("decision"):
        what = "is missing: nothing says when this clause counts as breached."
        section.section("decision")
        section.problem("decision", what, f"Write decision = {_RULE_EXAMPLE}.")
        return Decision("")
    table = section.section("decision")
    if table is None:
        return Decision("")
    rule = RULES.get(table.choice("rule", RULES))
    if rule and rule.name == "active" and table.has("calibrated") and table.flag("calibrated", False):
        what = "the rule active is valid for every place where errors may lie, and calibration would end that."
        table.problem("calibrated", what, "Leave it out.")
    options = {key: table.table[key] for key in (rule.options if rule else ()) if table.has(key)}
    decision = Decision(
        rule.name if rule else "",
        _risk(table, "alpha", _DEFAULT_ALPHA),
        _risk(table, "beta", _DEFAULT_BETA),
        tolerated=_tolerated(table, options, metric, threshold),
        calibrated=bool("calibrated" in options and table.flag("calibrated", False)),
        options=_options(table, options),
    )
    if rule and metric and metric.kind == "agreement" and rule.name not in WITHOUT_DRAW:
        table.problem("rule", f"agreement is not decided by {rule.name}.", f"Take {', '.join(WITHOUT_DRAW)}.")
    elif rule:
        _check_needs(table, rule.name)
    if rule:
        table.finish()
    return decision


def _risk(table: Section, key: str, default: Decimal) -> Decimal:
    value = table.number(key, default, one_percent=SHARE)
    if value is None or not 0 < value <= _HIGHEST_RISK:
        table.problem(key, f"{value} is no risk above 0 and up to 0.5.", f"The usual value is {default}.")
        return default
    return value


def _tolerated(
    table: Section, options: dict[str, Any], metric: Metric | None, threshold: str | None
) -> Decimal | None:
    if "tolerated" not in options:
        return None
    text = table.decimal_text("tolerated", one_percent=SHARE)
    if text is None:
        return None
    if metric and threshold:
        _check_threshold(table, "tolerated", text, metric)
        gap = Fraction(threshold) - Fraction(text)
        if (gap >= 0) if metric.lower_is_better else (gap <= 0):
            side = "above" if metric.lower_is_better else "below"
            table.problem("tolerated", f"{text} must lie {side} the threshold, {threshold}.")
    return Decimal(text)


def _options(table: Section, options: dict[str, Any]) -> dict[str, Any]:
    """The rule's further keys, checked and kept as they are written; percentages without their sign."""
    kept = {key: value for key, value in options.items() if key not in ("tolerated", "calibrated")}
    for key in kept:
        if key in RULE_WHOLE:
            table.whole(key, *RULE_WHOLE[key])
        elif key in RULE_WORDS:
            table.choice(key, RULE_WORDS[key])
        elif key in RULE_SHARE:
            _share_between(table, key)
        elif key == "worst":
            kept[key] = _above_zero(table, key)
        elif key in RULE_PERCENT:
            kept[key] = _percentage(table, key, kept[key])
    return kept


def _share_between(table: Section, key: str) -> None:
    value, (least, most) = table.number(key, one_percent=SHARE), RULE_SHARE[key]
    if value is not None and not Decimal(least) <= value <= Decimal(most):
        table.problem(key, f"{value} does not lie between {least} and {most}.", "The usual value is 0.5.")


def _above_zero(table: Section, key: str) -> str:
    value = table.number(key)
    if value is not None and value <= 0:
        table.problem(key, f"{value} is not above 0.")
    return "1" if value is None or value <= 0 else f"{value:f}"


def _percentage(table: Section, key: str, written: Any) -> Any:
    value = table.number(key, one_percent=POINTS)
    if value is not None and not 0 < value < 100:
        table.problem(key, f"{value} is no percentage of wrong units.", f'For 5 % write {key} = "5".')
    return f"{value:f}" if isinstance(written, str) and value is not None else written


def _check_needs(table: Section, rule: str) -> None:
    needs = RULE_NEEDS.get(rule, ())
    if needs and not any(table.has(key) for key in needs):
        words = " or ".join(needs)
        table.problem(needs[0], f"the rule {rule} cannot be planned without {words}.", f"Write {words}.")
