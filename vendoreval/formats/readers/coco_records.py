"""Annotations of a COCO file as records, some thousand at a time.

Fields that are not COCO's own are attributes (FiftyOne writes them so). They are found when they first occur.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import attrgetter
from typing import Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.coco_frame import records
from vendoreval.formats.readers.coco_types import FIELDS, NOTHING, USUAL, Absent
from vendoreval.labels.records import canonical_map
from vendoreval.limits import allowed, beyond

_ODD = re.compile(r'["\\\x00-\x1f]')
_CACHED = 50_000  # different attributes that are kept as text


@dataclass
class Annotations:
    """Reads pieces of the annotations; `extras` are the names of fields that are not COCO's."""

    file: str
    turned: bool  # whether an attribute "rotation" turns the shape
    names: list[str] = field(default_factory=lambda: list(USUAL))  # of COCO's fields, those that were met
    extras: list[str] = field(default_factory=list)
    _loose: bool = False
    _kind: Any = None
    _decoder: Any = None
    _known: dict[tuple[bytes, ...], tuple[str | None, float | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._know()

    def read(self, piece: bytes) -> tuple[list[Any], list[str]]:
        """The records of a piece, None where one cannot be read, and why.

        Fields that were not met before, and values of other types than usual, make the type wider: the one
        for nearly all files is the fastest.
        """
        while True:
            try:
                return self._decoder.decode(piece), []
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                loose = self._loose
                if not self._learn(piece) and loose:
                    break
                self._know()
        both = list(records(piece, self._kind, self.file))
        return [record for record, _ in both], [why for _, why in both]

    def _know(self) -> None:
        """Make the record's type anew."""
        extras = {f"extra_{place}": name for place, name in enumerate(self.extras)}
        told = [(n, FIELDS[n][self._loose], getattr(Absent, n)) for n in self.names]
        told += [(name, msgspec.Raw, NOTHING) for name in extras]
        self._kind = msgspec.defstruct(
            "Annotation",
            told,
            bases=(Absent, msgspec.Struct),
            rename=extras,
            forbid_unknown_fields=True,
            gc=False,
        )
        self._decoder = msgspec.json.Decoder(list[self._kind])  # type: ignore[name-defined]

    def _learn(self, piece: bytes) -> bool:
        """Take up fields that were not met before; where there are none, other types."""
        known = {*self.names, *self.extras}
        before = len(known)
        for record, _ in records(piece, dict[str, msgspec.Raw], self.file):
            for name in record or ():
                if name not in known:
                    if _ODD.search(name):
                        raise InputError(
                            f"Its annotations have a field {name!r}, and no field is called so.", file=self.file
                        )
                    known.add(name)
                    (self.names if name in FIELDS else self.extras).append(name)
        if len(self.extras) > allowed().columns:
            raise beyond("columns", "Its annotations have more fields than", file=self.file)
        found = len(known) > before
        self._loose = self._loose or not found
        return found

    def each(self, rows: Sequence[Any], name: str) -> Iterator[Any]:
        """One field of the records."""
        return map(attrgetter(name), rows) if name in self.names else repeat(getattr(Absent, name), len(rows))

    def attributes(self, record: Any) -> tuple[str | None, float | None]:
        """The attributes as JSON text, and apart from them the rotation in degrees where shapes are turned.

        Raises ValueError where they are no object.
        """
        parts = (
            bytes(record.attributes),
            *(bytes(getattr(record, f"extra_{n}")) for n in range(len(self.extras))),
        )
        found = self._known.get(parts)
        if found is None:
            found = self._attributes(parts)
            if len(self._known) > _CACHED:
                self._known.clear()
            self._known[parts] = found
        return found

    def _attributes(self, parts: Sequence[bytes]) -> tuple[str | None, float | None]:
        own = _value(parts[0]) if parts[0] else None
        if own is not None and not isinstance(own, dict):
            raise ValueError("the attributes are no object")
        told = {name: _value(part) for name, part in zip(self.extras, parts[1:], strict=True) if part}
        told |= own or {}
        angle = told.get("rotation") if self.turned else None
        if isinstance(angle, int | float) and not isinstance(angle, bool):
            del told["rotation"]
            return (canonical_map(told) if told else None), float(angle) or None
        return (canonical_map(told) if told else None), None


def _value(text: bytes) -> Any:
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("the attributes are nested too deeply") from error
