"""Reading rows, and changing them together with the log of events."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, inspect, select

from vendoreval.errors import Conflict, NotFound
from vendoreval.evidence.canonical import canonical, parsed, utc_text
from vendoreval.evidence.chain import Event, delivery_tag, link, sealed
from vendoreval.store.rows import Row
from vendoreval.store.tables import EventRow, WorkspaceRow

R = TypeVar("R", bound=Row)
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
            known = {str(_key(row)[0]) for row in self.all(row_type)}
            raise NotFound(kind, _spoken(key), tuple(sorted(known)))
        return found

    def all(self, row_type: type[R], **equals: object) -> tuple[R, ...]:
        """All rows whose columns equal the given values, in order of their primary key.

        The order is made here, because databases do not agree on the order of text.
        """
        query = select(row_type).where(*(getattr(row_type, name) == value for name, value in equals.items()))
        return tuple(sorted(self._session.exec(query), key=_key))

    def tag(self, delivery: str) -> str:
        """The keyed name under which the log's events tell of a delivery; empty for no delivery."""
        return delivery_tag(self._secret(), delivery) if delivery else ""

    def sealed(self, sha: str) -> str:
        """A hash for the log of what nobody outside may guess, such as gold: keyed by the secret."""
        return sealed(self._secret(), sha)

    def _secret(self) -> bytes:
        return bytes.fromhex(self.require(WorkspaceRow, 1, "workspace").secret)

    def events(self) -> tuple[Event, ...]:
        """The log, oldest first."""
        log = Row.metadata.tables["event"]  # plain tuples: the log is the one table that grows long
        return tuple(
            _event(row) for row in self._session.connection().execute(log.select().order_by(log.c.seq))
        )


class Transaction(Reader):
    """A change in progress: what is added, updated and logged becomes visible together."""

    def __init__(self, session: Session, actor: str, at: datetime) -> None:
        super().__init__(session)
        self._actor = actor
        self._at = at
        self._unlogged = False

    def add(self, row: R) -> R:
        """Add a new row; raises Conflict when it exists already or contradicts other rows."""
        key = _key(row)
        if None not in key and self.get(type(row), key) is not None:
            raise Conflict(
                f"The {_noun(type(row))} {_spoken(key)!r} exists already.", remedy="Choose another id."
            )
        self._session.add(row)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise Conflict(
                f"This {_noun(type(row))} contradicts what the workspace holds: {error.orig}."
            ) from error
        self._unlogged = True
        return row

    def update(self, row: R, **values: object) -> R:
        """Change columns of the stored row that has the primary key of `row`; returns the stored row.

        Only columns that the table names as `changeable` may change: all else is history.
        """
        frozen = values.keys() - row.changeable
        if frozen:
            raise ValueError(f"{_noun(type(row))} rows never change their {', '.join(sorted(frozen))}")
        stored = self.get(type(row), _key(row))
        if stored is None:
            raise NotFound(_noun(type(row)), _spoken(_key(row)))
        for name, value in values.items():
            setattr(stored, name, value)
        self._session.add(stored)
        self._session.flush()
        self._unlogged = True
        return stored

    def event(self, kind: str, subject: str, data: Mapping[str, Any], delivery: str = "") -> Event:
        """Append an event to the hash-chained log; raises InputError when `data` is not JSON.

        `delivery`: the delivery that it is about. Such events are opened for whoever gets its evidence, so
        `data` holds no unsalted hash of gold or tasks (`sealed`), and nothing about others.
        """
        newest = self._session.exec(select(EventRow).order_by(EventRow.seq.desc()).limit(1)).first()  # type: ignore[attr-defined]
        previous = _event(newest) if newest else None
        event = link(
            previous, at=self._at, actor=self._actor, kind=kind, subject=subject, data=data,
            salt=secrets.token_hex(32), tag=self.tag(delivery),
        )  # fmt: skip
        row = EventRow(**{**vars(event), "at": self._at, "data": canonical(event.data).decode()})
        self._session.add(row)
        self._session.flush()
        self._unlogged = False
        return event

    def check_logged(self) -> None:
        """Refuse to commit a change that no event tells of; that is a fault of the program."""
        if self._unlogged:
            raise RuntimeError("rows were changed without an event after them")


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(inspect(type(row)).primary_key_from_instance(row))


def _noun(row_type: type[Row]) -> str:
    return str(row_type.__tablename__)


def _spoken(key: Key) -> str:
    if isinstance(key, tuple):
        return ", version ".join(str(part) for part in key)
    return str(key)


def _event(row: Any) -> Event:
    """The event in a row of the log, which may be an EventRow or a tuple with its columns."""
    at, data = utc_text(row.at), parsed(row.data)
    return Event(
        row.seq, at, row.actor, row.kind, row.subject, data, row.previous, row.hash, row.tag or "",
        row.salt or "",
    )  # fmt: skip
