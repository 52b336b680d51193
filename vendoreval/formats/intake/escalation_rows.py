"""Reading a register of questions about edge cases from a row file; a bad row is refused with its reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.formats.readers.written_times import moment_of
from vendoreval.labels.escalations import SIDES, Escalation, Side
from vendoreval.labels.refusals import Refusal

NEEDED = ("item_id", "asked_at")
OPTIONAL = ("answered_at", "asked_by", "question", "decision", "guideline_version")
_NOT_COUNTED = "The question is not counted."


@dataclass(frozen=True)
class Register:
    """The questions that were taken, those that were not, and what a person should know."""

    entries: tuple[Escalation, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]


def read_register(
    path: Path,
    *,
    items: Collection[str],
    mapping: Mapping[str, str] | None = None,
    task_ids: Mapping[str, str] | None = None,
    fmt: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Register:
    """The register in a file, in file order.

    Columns: item_id and asked_at; if there, answered_at, asked_by (vendor, or buyer; without it the vendor
    asked), question, decision, guideline_version. `items` are those of the delivery, `task_ids` gives the
    item of an opaque task id, nothing can have been asked before `since` or after `until`. A row that says
    what an earlier one said is counted once. Raises InputError for a file that cannot be read or holds no
    usable row.
    """
    roles = {role: role for role in OPTIONAL} | dict(mapping or {})
    unknown = [role for role in mapping or {} if role not in (*NEEDED, *OPTIONAL)]
    if unknown:
        raise InputError(
            f"--map knows no role {unknown[0]!r}.", remedy=f"Roles: {', '.join((*NEEDED, *OPTIONAL))}."
        )
    file = open_rows(path, fmt)
    needed = {role: roles.get(role, role) for role in (*NEEDED, *(mapping or {}))}
    require(file, needed)
    wanted = needed | {role: name for role, name in roles.items() if name in file.names}
    reader = _Rows(path.name, frozenset(items), task_ids or {}, since, until)
    for batch in file.batches(set(wanted.values())):
        reader.refusals += batch.refusals
        columns = {role: batch.columns[name].to_pylist() for role, name in wanted.items()}
        for row, line in enumerate(batch.lines):
            reader.take({role: (column[row] or "").strip() for role, column in columns.items()}, int(line))
    if not reader.entries:
        first = reader.refusals[0]
        raise InputError(f"No row was taken. {first.reason}", file=path.name, line=first.line)
    return Register(tuple(reader.entries), tuple(reader.refusals), reader.notes())


class _Rows:
    """Rows on their way into the register: read, refused, and what was assumed."""

    def __init__(
        self, file: str, items: frozenset[str], task_ids: Mapping[str, str], since: datetime | None,
        until: datetime | None,
    ) -> None:  # fmt: skip
        self.file, self.items, self.task_ids, self.since, self.until = file, items, task_ids, since, until
        self.entries: list[Escalation] = []
        self.known: set[Escalation] = set()
        self.refusals: list[Refusal] = []
        self.zoneless = self.doubles = 0

    def take(self, values: Mapping[str, str], line: int) -> None:
        """Take one row, or refuse it."""
        given = values["item_id"]
        item = self.task_ids.get(given, given)
        try:
            entry = self._entry(item, values)
        except ValueError as error:
            self.refusals.append(Refusal(self.file, line, str(error), _NOT_COUNTED, given or None))
            return
        if entry in self.known:
            self.doubles += 1
        else:
            self.known.add(entry)
            self.entries.append(entry)

    def _entry(self, item: str, values: Mapping[str, str]) -> Escalation:
        if item not in self.items:
            raise ValueError(f"The delivery has no item {item!r}." if item else "The item id is empty.")
        asked = self._moment("asked_at", values["asked_at"])
        if asked is None:
            raise ValueError("asked_at is empty.")
        answered = self._moment("answered_at", values.get("answered_at", ""))
        if self.until and max(asked, answered or asked) > self.until:
            raise ValueError("It lies in the future.")
        if self.since and asked.date() < self.since.date():
            raise ValueError("It lies before the work began.")
        if answered and answered < asked:
            raise ValueError("It was answered before it was asked.")
        return Escalation(
            item, _side(values.get("asked_by", "")), asked, answered,
            values.get("question", ""), values.get("decision", ""), values.get("guideline_version", ""),
        )  # fmt: skip

    def _moment(self, name: str, text: str) -> datetime | None:
        if not text:
            return None
        try:
            when = moment_of(text)
        except ValueError:
            raise ValueError(f"{name} is {text!r}, which is no time; write 2026-03-02T10:00.") from None
        if when.tzinfo is None:
            self.zoneless += 1
            return when.replace(tzinfo=UTC)
        try:
            return when.astimezone(UTC)
        except OverflowError:  # the first or last day of all in a far time zone
            raise ValueError(f"{name} is {text!r}, which is no time in UTC.") from None

    def notes(self) -> tuple[str, ...]:
        """What was assumed."""
        said = []
        if self.zoneless:
            said.append(f"{self.zoneless:,} times name no time zone; they are taken as UTC.")
        if self.doubles:
            said.append(f"{self.doubles:,} rows say what an earlier one said; they are counted once.")
        return tuple(said)


def _side(text: str) -> Side:
    word = text.lower() or "vendor"
    for side in SIDES:
        if word == side:
            return side
    raise ValueError(f"asked_by is {text!r}; write vendor or buyer.")
