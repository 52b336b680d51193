"""TOML with line numbers: parse a document and find the line on which a field stands.

`tomllib` gives values but not places, and a person who wrote a contract needs the place.
The scan below only finds lines; it never interprets a value.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.jsonfile import deeper_than
from vendoreval.limits import allowed, beyond

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\]]+?)\s*\]")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
# comments and texts; between what is left, only keys have many dots
_NO_KEY = re.compile(r"""\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*""")
_BREAK = re.compile(r"[\n=,{}\[\]]")
_SYNTAX_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
# 5%, 0,45 and .95 as people write them; none of them is TOML without quotes
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+)[ \t]*=[ \t]*"
    r"((?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)[ \t]*%|[0-9]+,[0-9]+(?![ \t]*=|[0-9])|[.,][0-9]+)"
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class TomlDocument:
    """Parsed data and the line of every table and key; paths look like ("clause", 0, "alpha")."""

    name: str
    data: dict[str, Any]
    lines: dict[Path, int]

    def line(self, *path: str | int) -> int:
        """Line of the field, or of the nearest enclosing table that has one; 0 if unknown."""
        for length in range(len(path), 0, -1):
            found = self.lines.get(path[:length])
            if found:
                return found
        return 0


def parse_toml(text: str, name: str) -> TomlDocument:
    """Parse `text`; raises InvalidDocument with the line of a syntax error and of each number such as `5%`."""
    most = allowed().depth
    try:
        if _longest_key(text) > most:  # the library would take very long over it
            raise _too_deep(name)
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidDocument(name, _not_toml(text, str(error))) from error
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:  # a number of thousands of digits
        raise InvalidDocument(name, (Problem(0, "file", f"this is not valid TOML: {error}."),)) from error
    if deeper_than(data, most):
        raise _too_deep(name)
    if _has_big_number(data):
        what = "a whole number is beyond 64 bits, which is the most that TOML has"
        raise InvalidDocument(name, (Problem(0, "file", f"{what}."),))
    return TomlDocument(name, data, _find_lines(text))


def _not_toml(text: str, error: str) -> tuple[Problem, ...]:
    """What the library says of the first mistake, unless it is a number of which more can be said."""
    place = _SYNTAX_PLACE.search(error)
    line = int(place.group(1)) if place else text.count("\n") + 1
    numbers = _numbers(text)
    if any(problem.line == line for problem in numbers):
        return numbers
    what = _SYNTAX_PLACE.sub("", error).strip()
    return (Problem(line, "file", f"this is not valid TOML: {what}."), *numbers)


def _numbers(text: str) -> tuple[Problem, ...]:
    """Every number that a person wrote as no TOML has it, with the way to write it."""
    paths: dict[tuple[int, str], Path] = {}
    for path, line in _find_lines(text).items():
        paths.setdefault((line, str(path[-1])), path)
    bare = _NO_KEY.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    problems = []
    for line, row in enumerate(bare.split("\n"), start=1):
        for key, written in _NUMBER.findall(row):
            path = paths.get((line, key), (key,))
            field = ".".join(part for part in path if isinstance(part, str))
            what = f"{written.strip()} is no number in TOML."
            problems.append(Problem(line, field, what, f"Write {_as_toml(key, written)}."))
    return tuple(problems)


def _as_toml(key: str, written: str) -> str:
    """A percentage goes into quotes: what 1 % means depends on the field, which knows."""
    number = "".join(written.replace(",", ".").split())
    number = f"0{number}" if number.startswith(".") else number
    fix = f'{key} = "{number}"'
    if _THOUSANDS.fullmatch(written):
        return f'{key} = "{written.replace(",", "")}", or {fix} where the comma begins the decimals'
    return fix


def _has_big_number(data: dict[str, Any]) -> bool:
    left: list[Any] = [data]
    while left:
        one = left.pop()
        if isinstance(one, dict | list):
            left.extend(one.values() if isinstance(one, dict) else one)
        elif isinstance(one, int) and one.bit_length() > 63:
            return True
    return False


def _longest_key(text: str) -> int:
    """How many dots the longest dotted key may have; 0 where there are few dots in all."""
    if text.count(".") <= allowed().depth:
        return 0
    return max(piece.count(".") for piece in _BREAK.split(_NO_KEY.sub("", text)))


def _too_deep(name: str) -> InputError:
    return beyond("depth", "Its lists and tables are nested more deeply than", file=name)


def _find_lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    fence = ""  # the quotes of a multi-line string that is still open
    for number, row in enumerate(text.splitlines(), start=1):
        if fence:
            if row.count(fence) % 2:
                fence = ""
            continue
        header = _HEADER.match(row)
        if header:
            table = _table_path(header.group(1) == "[[", _keys(header.group(2)), counts)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(row)
        if key:
            path = table + _keys(key.group(1))
            lines.setdefault(path, number)
            for inner in re.finditer(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", row):
                lines.setdefault((*path, inner.group(1)), number)
        for quotes in ('"""', "'''"):
            if row.count(quotes) % 2:
                fence = quotes
    return lines


def _keys(dotted: str) -> Path:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _table_path(is_array: bool, keys: Path, counts: dict[Path, int]) -> Path:
    """Insert the index of every array of tables that the header passes through."""
    path: Path = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        last = position == len(keys) - 1
        if last and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
