"""What all tables share: the naming of constraints, and moments in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, MetaData
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel, inspect

from vendoreval.evidence.canonical import hash_of, utc_text

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def contract_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["contract_id", "contract_version"], ["contract.id", "contract.version"])


class UtcTime(TypeDecorator[datetime]):
    """A moment with its time zone. SQLite forgets the zone, so UTC goes in and UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times carry a time zone here")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Row(SQLModel):
    """What all tables share: one naming of constraints, so that later migrations can find them."""

    metadata = MetaData(naming_convention=_NAMES)
    changeable: ClassVar[frozenset[str]] = frozenset()


def key_of(row: Row) -> tuple[Any, ...]:
    """The values of a row's primary key."""
    return tuple(inspect(type(row)).primary_key_from_instance(row))


def name_of(row: Row) -> str:
    """The table's name and the row's key, as the log names a row: `claim c 1`."""
    return " ".join(str(part) for part in (row.__tablename__, *key_of(row)))


def digest_of(row: Row) -> str:
    """SHA-256 of a row's values as canonical JSON. Empty columns are left out, so that a later version of
    the schema may add columns as long as they can be empty."""
    return hash_of({name: _plain(value) for name, value in row.model_dump().items() if value is not None})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    return value.isoformat() if isinstance(value, date) else value
