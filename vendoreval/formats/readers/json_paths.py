"""Paths into values that stand in a cell as JSON: `$[0].species.label`.

    .name  ["name"]     the value of that name
    [2]  [-1]           the element at that place, from 0, or from the end
    [task=T0]           the only element of a list whose `task` is T0
    .*                  the only value or element there is

A path is written behind a column, `annotations:$[task=T0].value`, or, for a row of JSON lines, by itself:
`$.answers[0].label` is `answers:$[0].label`. Where a path finds nothing there is no value; where it would have
to choose, the row is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.formats.readers.json_lines import plain
from vendoreval.jsonfile import values

_STEP = re.compile(
    r"""\.(?P<any>\*) | \.(?P<name>[^.\[\]"*]+) | \["(?P<quoted>[^"]*)"\] | \['(?P<single>[^']*)'\]
    | \[(?P<place>-?\d+)\] | \[(?P<key>[^=\[\]"']+)=(?P<value>[^\[\]]*)\]""",
    re.VERBOSE,
)
_PATH = re.compile(r"(?:(?P<column>.+?):)?\$(?P<path>(?:[.\[].*)?)", re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One step of a path: a name, a place, the element whose `name` is `value`, or (all empty) the only one."""

    name: str | None = None
    place: int | None = None
    value: str | None = None

    def take(self, found: Any) -> Any:
        """What the step leads to, None for nothing; raises ValueError where it would have to choose."""
        if self.value is not None:
            inner = found if isinstance(found, list) else []
            return _only(
                [one for one in inner if isinstance(one, dict) and plain(one.get(self.name)) == self.value]
            )
        if self.place is not None:
            fits = isinstance(found, list) and -len(found) <= self.place < len(found)
            return found[self.place] if fits else None
        if self.name is not None:
            return found.get(self.name) if isinstance(found, dict) else None
        return _only([*found.values()] if isinstance(found, dict) else found if isinstance(found, list) else [])

    def __str__(self) -> str:
        if self.value is not None:
            return f"[{self.name}={self.value}]"
        if self.place is not None:
            return f"[{self.place}]"
        if self.name is None:
            return ".*"
        return f".{self.name}" if re.fullmatch(r'[^.\[\]"*\s]+', self.name) else f'["{self.name}"]'


@dataclass(frozen=True)
class Path:
    """A column, and the steps into what stands in its cells."""

    column: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{self.column}:${''.join(map(str, self.steps))}"

    def read(self, text: str | None) -> str | None:
        """What the cell holds at the path, as text; raises ValueError with a sentence where that is open."""
        if text is None or not text.strip():
            return None
        if not self.steps:
            return text
        try:
            found = values(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"{self.column} is not JSON: {error.msg}.") from error
        except ValueError as error:
            raise ValueError(f"{self.column} cannot be read. {error}") from error
        for step in self.steps:
            try:
                found = step.take(found)
            except ValueError as error:
                raise ValueError(f"{self}: at {step} there are {error}, and it is not said which.") from error
        return plain(found)


def path_of(text: str) -> Path | None:
    """The path that a column's name of `--map` or `--where` is; None for a plain name.

    Raises UsageError for one that is no path, though it has a `$` as paths do.
    """
    found = _PATH.fullmatch(text)
    if not found:
        return None
    steps = _steps(found["path"], text)
    if found["column"]:
        return Path(found["column"], steps)
    if not steps or steps[0].name is None or steps[0].value is not None:
        raise UsageError(
            f"The path {text!r} names no column.",
            remedy="A path begins with a column: COLUMN:$.name, or in JSON lines with a field: $.field.name.",
        )
    return Path(steps[0].name, steps[1:])


def _steps(path: str, text: str) -> tuple[Step, ...]:
    steps, place = [], 0
    while place < len(path):
        found = _STEP.match(path, place)
        if not found:
            raise UsageError(
                f"{text!r} is no path: {path[place:]!r} cannot be read.",
                remedy='Steps are .name, ["name"], [0], [name=value] and .* (the only one).',
            )
        steps.append(_step(found))
        place = found.end()
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found["any"]:
        return Step()
    if found["place"]:
        return Step(place=int(found["place"]))
    if found["key"]:
        return Step(found["key"], value=found["value"].strip("\"'"))
    return Step(next(one for one in (found["name"], found["quoted"], found["single"]) if one is not None))


def _only(found: list[Any]) -> Any:
    if len(found) > 1:
        raise ValueError(f"{len(found)} values")
    return found[0] if found else None


def may_meet(first: str, second: str) -> bool:
    """Whether two columns or paths, as typed, may lead to the same value or one to a part of the other."""
    one, other = (path_of(text) or Path(text, ()) for text in (first, second))
    if one.column != other.column:
        return False
    for mine, theirs in zip(one.steps, other.steps, strict=False):
        if _apart(mine, theirs):
            return False
        if mine != theirs:
            return True
    return True


def _apart(first: Step, second: Step) -> bool:
    """Whether two steps certainly lead to different values: other names, or other places from the same end."""
    if first.value is not None or second.value is not None:
        return False
    if first.name is not None and second.name is not None:
        return first.name != second.name
    places = (first.place, second.place)
    if None in places:
        return False
    return first.place != second.place and (first.place < 0) == (second.place < 0)  # type: ignore[operator]


def leaves_of(column: str, text: str, most: int = 20) -> list[str]:
    """The paths to the texts, numbers and marks in a cell of JSON; none where it is no JSON."""
    try:
        found = values(text)
    except ValueError:
        return []
    return [str(Path(column, steps)) for steps, _ in islice(_leaves(found), most) if steps]


def path_to(column: str, text: str, wanted: Collection[str]) -> str | None:
    """The path to the first value in a cell that is one of those `wanted`; None where none is.

    A list of several values is not entered: which of them is meant is not said.
    """
    try:
        found = values(text)
    except ValueError:
        return None
    return next(
        (str(Path(column, steps)) for steps, value in _leaves(found, most=1) if plain(value) in wanted), None
    )


def _leaves(
    value: Any, steps: tuple[Step, ...] = (), most: int | None = None
) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Values that are no list and no table, with the steps to them; of lists longer than `most` none."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if not set(name) & set('"]'):
                yield from _leaves(inner, (*steps, Step(name)), most)
    elif isinstance(value, list):
        if most is not None and len(value) > most:
            return
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*steps, Step(place=place)), most)
    elif value is not None:
        yield steps, value
