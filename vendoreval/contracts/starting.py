"""The commented contract to start from, for one type of task: what differs by type is filled in."""

from __future__ import annotations

from string import Template
from textwrap import wrap

from vendoreval.contracts.matching_keys import MatchingKey
from vendoreval.contracts.metrics import METRICS, OBJECTS, UNITS_OF
from vendoreval.contracts.task_types import TASK_TYPES, TaskType

ROOM = 34  # where comments begin
_MOST = 112
_PRICED, _PRICED_WHOLE = (
    "{}: one of those delivered; item: what was sent",
    "item: what was sent to be labelled; label: one person's answer on it",
)
_COUNTED, _COUNTED_WHOLE = (
    "what counts once: {}, or item: a person's whole answer",
    "what counts once: item, or label",
)
_OF_CLASSES = ("[task.severity]", 'id = "class-floor"')
_GENERAL = ("accuracy", "error_rate", "recall", "precision", "f1")


def starting(template: str, task: str) -> str:
    """The template with the lines of the type `task`: its matching keys, its unit, what a clause may count.

    Of keys that go without saying, the line is commented out. Raises KeyError for an unknown type.
    """
    kind, unit = TASK_TYPES[task], main_unit(task)
    several = unit != "item"
    own = [
        m.name for m in METRICS.values() if m.available and task in m.tasks and "classification" not in m.tasks
    ]
    general = _GENERAL if kind.classed else _GENERAL[:2]
    metrics = ", ".join((*general, *own, "completeness", "alpha …"))
    return Template(template if kind.classed else _without_classes(template)).substitute(
        type=_line(f'type = "{task}"', kind.meaning),
        answers="\n".join(_answers(kind)),
        matching="\n".join(_matching(kind)),
        price_unit=_line(f'unit = "{unit}"', _PRICED.format(unit) if several else _PRICED_WHOLE),
        metric=_line('metric = "accuracy"', metrics),
        counted=_line(f'unit = "{unit}"', _COUNTED.format(unit) if several else _COUNTED_WHOLE),
        unit=unit,
    )


def _without_classes(template: str) -> str:
    """The template without what is said of classes: their names, their severity and the floor for each."""
    parts = [part for part in template.split("\n\n") if not any(words in part for words in _OF_CLASSES)]
    lines = "\n\n".join(parts).split("\n")
    return "\n".join(line for line in lines if not line.startswith(("classes = ", "# unsure = ")))


def main_unit(task: str) -> str:
    """What a clause counts unless it says otherwise: item, object or span."""
    units = UNITS_OF.get(task, ())
    return next((unit for unit in OBJECTS[::-1] if unit in units), "item")


def _answers(kind: TaskType) -> list[str]:
    if not kind.consensus:
        return [_line('answers = "each"', "what each person said of an item counts")]
    return [
        _line('answers = "each"', "each: every label counts; consensus: the majority of an item's labels"),
        _line('# ties = "smallest_label"', "with consensus: smallest_label, first_answer, or wrong"),
    ]


def _matching(kind: TaskType) -> list[str]:
    if not kind.matching:
        return [f"# How answers are held against gold; {kind.name} needs no rule here.", "# [task.matching]"]
    said = ["# How answers are held against gold.", "[task.matching]", *map(_key, kind.matching)]
    if kind.attributes:
        said += ["", "# Which attributes count, by equality or as numbers that may differ by so much."]
        said += ["# [task.attributes]", '# occluded = "equal"', '# age = { tolerance = "2" }']
    return said


def _key(key: MatchingKey) -> str:
    meaning = f"{key.meaning} ({', '.join(key.choices)})" if key.choices else key.meaning
    default = "[]" if key.listed else f'"{key.advised or key.default}"'
    return _line(f"{'# ' if key.tacit else ''}{key.name} = {default}", meaning)


def _line(field: str, comment: str) -> str:
    """A field with its comment beside it, or above it where the line has no room."""
    line = f"{field.ljust(ROOM)}# {comment}"
    if len(line) <= _MOST:
        return line
    name = field.removeprefix("# ").split(" = ")[0]
    return "\n".join([*(f"# {part}" for part in wrap(f"{name}: {comment}", _MOST - 2)), field])
