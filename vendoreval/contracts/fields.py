"""Reading the fields of a TOML table, one after the other, collecting every problem on the way.

A getter that finds a problem notes it and returns a harmless value, so that reading goes on and the
author of the document sees everything at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from itertools import islice
from typing import Any

from vendoreval.errors import Problem, UsageError
from vendoreval.numerals import decimal_text
from vendoreval.tomlfile import Path, TomlDocument

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LISTED = 100  # unknown fields; further ones are counted
_SHOWN = 40  # known words
_COMPARED = 200  # words, and letters of one, that are looked at for the nearest one: it takes long


def suggest(wanted: str, known: Collection[str]) -> str:
    """A sentence that points to the nearest known word, or lists them; the first ones where they are many."""
    few = list(islice(known, _COMPARED))
    close = get_close_matches(wanted[:_COMPARED], few, n=1, cutoff=0.7)
    if close:
        return f"Did you mean {close[0]!r}?"
    more = ", …" if len(known) > _SHOWN else ""
    return f"Known: {', '.join(few[:_SHOWN])}{more}." if known else ""


class Section:
    """One table of the document. `label` is how problems name it, e.g. ("clause", "accuracy")."""

    def __init__(
        self,
        document: TomlDocument,
        table: dict[str, Any],
        path: Path = (),
        label: tuple[str, ...] = (),
        problems: list[Problem] | None = None,
    ) -> None:
        self.document, self.table, self.path, self.label = document, table, path, label
        self.problems: list[Problem] = [] if problems is None else problems
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether the document gives this key."""
        return key in self.table

    def problem(self, key: str, what: str, remedy: str = "") -> None:
        """Note a problem at `key` (the table itself when empty)."""
        place = (*self.path, key) if key else self.path
        name = ".".join((*self.label, key) if key else self.label) or "file"
        self.problems.append(Problem(self.document.line(*place), name, what, remedy))

    def _take(self, key: str, *, required: bool, want: str) -> Any:
        self._asked.add(key)
        if key not in self.table and required:
            self.problem(key, "is missing.", f"Write {want}.")
        return self.table.get(key)

    def text(self, key: str, default: str | None = None, *, want: str = "a text") -> str:
        """A non-empty text; required when `default` is None."""
        value = self._take(key, required=default is None, want=f'{key} = "…" ({want})')
        if value is None:
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self.problem(key, f"must be {want}, not {_shown(value)}.")
            return default or ""
        return value

    def slug(self, key: str, default: str | None = None) -> str:
        """An id: letters, digits, full stops, hyphens and underscores."""
        value = self.text(key, default, want="a short id such as acme-birds-2026")
        if value and not _SLUG.fullmatch(value):
            self.problem(
                key,
                f"{value!r} is no id.",
                "Use up to 64 letters, digits, '.', '-' and '_', beginning with a letter or digit.",
            )
        return value

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """One of the known words; required when `default` is None."""
        value = self.text(key, default, want="one of " + ", ".join(known))
        if value and value not in known and value != default:
            self.problem(key, f"{value!r} is not known.", suggest(value, known))
            return default or ""
        return value

    def whole(self, key: str, lowest: int, highest: int, default: int | None = None) -> int:
        """A whole number in a range; required when `default` is None."""
        value = self._take(key, required=default is None, want=f"{key} = a whole number")
        fallback = lowest if default is None else default
        if value is None:
            return fallback
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.problem(key, f"must be a whole number from {lowest} to {highest:,}, not {_shown(value)}.")
            return fallback
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, required=False, want="")
        if value is not None and not isinstance(value, bool):
            self.problem(key, f"must be true or false, not {_shown(value)}.")
        return value if isinstance(value, bool) else default

    def number(
        self, key: str, default: Decimal | None = None, *, one_percent: Decimal | None = None
    ) -> Decimal | None:
        """A number as TOML number or as text, exact as written; `one_percent` as in `decimal_text`."""
        text = self.decimal_text(key, one_percent=one_percent)
        return default if text is None else Decimal(text)

    def decimal_text(
        self, key: str, *, required: bool = False, one_percent: Decimal | None = None
    ) -> str | None:
        """A number as decimal text, so that it means exactly its digits; `one_percent` is what 1 % means."""
        value = self._take(key, required=required, want=f'{key} = "…", a number')
        if value is None:
            return None
        try:
            return decimal_text(value, one_percent)
        except UsageError as error:
            self.problem(key, error.what, error.remedy)
            return None

    def day(self, key: str) -> date | None:
        """A calendar date."""
        value = self._take(key, required=False, want="")
        if value is None or _is_date(value):
            return value  # type: ignore[no-any-return]
        self.problem(key, f"must be a date, not {_shown(value)}.", "Write it without quotes: 2026-03-01.")
        return None

    def days(self, key: str) -> tuple[date, ...]:
        """A list of calendar dates."""
        value = self._take(key, required=False, want="")
        if value is None:
            return ()
        if not isinstance(value, list) or not all(_is_date(entry) for entry in value):
            self.problem(key, "must be a list of dates.", "Write [2026-04-03, 2026-04-06].")
            return ()
        return tuple(value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of distinct, non-empty texts."""
        value = self._take(key, required=required, want=f'{key} = ["…", "…"]')
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(e, str) and e.strip() for e in value):
            self.problem(key, "must be a list of texts.", 'Write ["…", "…"], numbers in quotes too.')
            return ()
        counts = Counter(value)
        for entry, times in counts.items():
            if times > 1:
                self.problem(key, f"{entry!r} stands there twice.", "Keep one of them.")
        return tuple(counts)

    def section(self, key: str, *, required: bool = False) -> Section | None:
        """The table `[key]`; None when it is absent or no table."""
        value = self._take(key, required=required, want=f"a table [{'.'.join((*self.label, key))}]")
        if value is None:
            return None
        if not isinstance(value, dict):
            self.problem(key, f"must be a table, not {_shown(value)}.")
            return None
        return Section(self.document, value, (*self.path, key), (*self.label, key), self.problems)

    def sections(self, key: str) -> Iterator[Section]:
        """The tables `[[key]]`, each labelled by its id where it has one."""
        value = self._take(key, required=False, want="")
        if value is None:
            return
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self.problem(key, "must be written as tables.", f"Write [[{key}]] above each of them.")
            return
        for index, entry in enumerate(value):
            name = entry.get("id")
            label = (key, name if isinstance(name, str) and name else str(index + 1))
            yield Section(self.document, entry, (*self.path, key, index), label, self.problems)

    def finish(self) -> None:
        """Refuse every key that nobody asked for."""
        unknown, known = [key for key in self.table if key not in self._asked], sorted(self._asked)
        for key in unknown[:_LISTED]:
            self.problem(key, "is not a known field.", suggest(key, known))
        if len(unknown) > _LISTED:
            self.problem("", f"has {len(unknown) - _LISTED:,} further fields that are not known.")


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _shown(value: object) -> str:
    """A value in a message, shortened."""
    text = "an empty text" if value == "" else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
