"""Reading rows, and changing them together with the log of events."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from vendoreval.errors import Conflict, EvidenceError, NotFound
from vendoreval.evidence.canonical import canonical, parsed, utc_text
from vendoreval.evidence.chain import GENESIS, Event, delivery_tag, link, sealed
from vendoreval.store.database import contradiction
from vendoreval.store.rows import Row, digest_of, key_of, name_of
from vendoreval.store.tables import EventRow, WorkspaceRow

R = TypeVar("R", bound=Row)
ROWS = "rows"  # where an event names the rows that changed
Key = str | int | tuple[str | int, ...]  # a tuple where the primary key has several columns


class Reader:
    """Rows of one consistent state of the database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, row_type: type[R], key: Key) -> R | None:
        """The row with this primary key, or None."""
        return self._session.get(row_type, key)

    def require(self, row_type: type[R], key: Key, kind: str) -> R:
        """The row with this primary key; raises NotFound, calling it a `kind` and naming known ids."""
        found = self.get(row_type, key)
        if found is None:
            known = {str(key_of(row)[0]) for row in self.all(row_type)}
            raise NotFound(kind, _spoken(key), tuple(sorted(known)))
        return found

    def all(self, row_type: type[R], **equals: object) -> tuple[R, ...]:
        """All rows whose columns equal the given values, in order of their primary key.

        The order is made here, because databases do not agree on the order of text.
        """
        query = select(row_type).where(*(getattr(row_type, name) == value for name, value in equals.items()))
        return tuple(sorted(self._session.exec(query), key=key_of))

    def tag(self, delivery: str) -> str:
        """The keyed name under which the log's events tell of a delivery; empty for no delivery."""
        return delivery_tag(self._secret, delivery) if delivery else ""

    def sealed(self, sha: str) -> str:
        """A hash for the log of what nobody outside may guess, such as gold: keyed by the secret."""
        return sealed(self._secret, sha)

    def digest(self, row: Row) -> str:
        """A keyed hash of a row's values, as events carry it."""
        return self.sealed(digest_of(row))

    @cached_property
    def _secret(self) -> bytes:
        return bytes.fromhex(self.require(WorkspaceRow, 1, "workspace").secret)

    def events(self) -> tuple[Event, ...]:
        """The log, oldest first; raises EvidenceError when a row of it is no event any more."""
        log = Row.metadata.tables["event"]  # plain tuples: the log is the one table that grows long
        try:
            found = self._session.connection().execute(log.select().order_by(log.c.seq))
            return tuple(_event(row) for row in found)
        except (TypeError, ValueError, AttributeError) as error:
            raise EvidenceError(f"An event of the log cannot be read any more: {error}.") from error


class Transaction(Reader):
    """A change in progress: what is added, updated and logged becomes visible together."""

    def __init__(self, session: Session, actor: str, at: datetime) -> None:
        super().__init__(session)
        self._actor = actor
        self._at = at
        self._unlogged: dict[str, Row] = {}

    def add(self, row: R) -> R:
        """Add a new row; raises Conflict when it exists already or contradicts other rows."""
        key = key_of(row)
        if None not in key and self.get(type(row), key) is not None:
            raise Conflict(
                f"The {_noun(type(row))} {_spoken(key)!r} exists already.", remedy="Choose another id."
            )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise contradiction(error, f"This {_noun(type(row))}") from error
        self._unlogged[name_of(row)] = row
        return row

    def update(self, row: R, **values: object) -> R:
        """Change columns of the stored row that has the primary key of `row`; returns the stored row.

        Only columns that the table names as `changeable` may change: all else is history.
        """
        frozen = values.keys() - row.changeable
        if frozen:
            raise ValueError(f"{_noun(type(row))} rows never change their {', '.join(sorted(frozen))}")
        stored = self.get(type(row), key_of(row))
        if stored is None:
            raise NotFound(_noun(type(row)), _spoken(key_of(row)))
        for name, value in values.items():
            setattr(stored, name, value)
        self._session.add(stored)
        self._session.flush()
        self._unlogged[name_of(stored)] = stored
        return stored

    def _newest(self) -> EventRow | None:
        return self._session.exec(select(EventRow).order_by(EventRow.seq.desc()).limit(1)).first()  # type: ignore[attr-defined]

    @property
    def head(self) -> str:
        """The hash of the log's newest event, or that of its beginning."""
        newest = self._newest()
        return newest.hash if newest else GENESIS

    def event(self, kind: str, subject: str, data: Mapping[str, Any], delivery: str = "") -> Event:
        """Append an event to the hash-chained log; raises InputError when `data` is not JSON.

        `delivery`: the delivery that it is about. Such events are opened for whoever gets its evidence, so
        `data` holds no unsalted hash of gold or tasks (`sealed`), and nothing about others. The rows that
        were changed since the last event are named in it, each with a keyed hash of its values.
        """
        rows = {name: self.digest(row) for name, row in self._unlogged.items()}
        newest = self._newest()
        previous = _event(newest) if newest else None
        event = link(
            previous, at=self._at, actor=self._actor, kind=kind, subject=subject,
            data={**data, ROWS: rows} if rows else data,
            salt=secrets.token_hex(32), tag=self.tag(delivery),
        )  # fmt: skip
        row = EventRow(**{**vars(event), "at": self._at, "data": canonical(event.data).decode()})
        self._session.add(row)
        self._session.flush()
        self._unlogged = {}
        return event

    def check_logged(self) -> None:
        """Refuse to commit a change that no event tells of; that is a fault of the program."""
        if self._unlogged:
            raise RuntimeError("rows were changed without an event after them")


def _noun(row_type: type[Row]) -> str:
    return str(row_type.__tablename__)


def _spoken(key: Key) -> str:
    if isinstance(key, tuple):
        return ", version ".join(str(part) for part in key)
    return str(key)


def _event(row: Any) -> Event:
    """The event in a row of the log, which may be an EventRow or a tuple with its columns."""
    at, data = utc_text(row.at), parsed(row.data)
    if not isinstance(data, dict):
        raise TypeError(f"the data of event {row.seq} is no object")
    return Event(
        row.seq, at, row.actor, row.kind, row.subject, data, row.previous, row.hash, row.tag or "",
        row.salt or "",
    )  # fmt: skip
