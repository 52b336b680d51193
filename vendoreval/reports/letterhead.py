"""The letterhead: who writes to whom, as the workspace's `letterhead.toml` says it.

    [buyer]          name, address = ["…"], contact, email, phone, logo = "logo.png"
    [vendor.ID]      name, address, contact, email, phone

Every field but the name is optional, and what is not written there is said nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from vendoreval.contracts.fields import Section
from vendoreval.errors import InvalidDocument
from vendoreval.tomlfile import parse_toml

SCHEMA = "vendoreval/letterhead/1"
MOST_LINES = 6  # of an address: a letterhead is no page
LONGEST = 120  # characters of a line
LOGOS = (".png", ".jpg", ".jpeg", ".svg")
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Party:
    """One side, as letters name it."""

    name: str
    address: tuple[str, ...] = ()
    contact: str = ""
    email: str = ""
    phone: str = ""

    @property
    def reached(self) -> str:
        """How an answer reaches it: `Ann Lee, claims@example.com, +49 30 1234`; empty where nobody said."""
        return ", ".join(part for part in (self.contact, self.email, self.phone) if part)

    def to_json(self) -> dict[str, Any]:
        """The side as plain JSON values."""
        return {**vars(self), "address": list(self.address)}


@dataclass(frozen=True)
class Logo:
    """The buyer's mark, to be drawn from `href`, a data address; `data` is the file as it lies there."""

    name: str
    sha256: str
    href: str = field(repr=False)
    alt: str = ""

    def svg(self) -> Markup:
        """The mark as an element of a page."""
        return Markup('<img class="logo" src="{}" alt="{}">').format(self.href, self.alt)


@dataclass(frozen=True)
class Letterhead:
    """The buyer's head and the addressee of one report; `vendor` is None where the file names none."""

    buyer: Party
    vendor: Party | None = None
    logo: Logo | None = None


@dataclass(frozen=True)
class Addresses:
    """The whole file: the buyer, its logo's file name ("" without one), and the vendors by id."""

    buyer: Party
    logo: str = ""
    vendors: Mapping[str, Party] = field(default_factory=dict)


def parse_letterhead(text: str, name: str = "letterhead.toml") -> Addresses:
    """Parse a letterhead; raises InvalidDocument with all problems at once, each with its line and field."""
    document = parse_toml(text.removeprefix("\ufeff"), name)
    top = Section(document, document.data)
    schema = top.text("schema", want=f'"{SCHEMA}"')
    if schema and schema != SCHEMA:
        top.problem("schema", f"{schema!r} cannot be read by this version.", f'Write "{SCHEMA}".')
    logo, buyer = "", Party("")
    section = top.section("buyer", required=True)
    if section is not None:
        logo = _logo(section)
        buyer = _party(section)
    vendors = _vendors(top.section("vendor"))
    top.finish()
    if top.problems:
        raise InvalidDocument(name, tuple(sorted(set(top.problems))))
    return Addresses(buyer, logo, vendors)


def _vendors(section: Section | None) -> dict[str, Party]:
    if section is None:
        return {}
    found = {}
    for name in section.table:
        one = section.section(name)
        if one is not None:
            found[name] = _party(one)
    return found


def _party(section: Section) -> Party:
    party = Party(
        _line(section, "name", None),
        section.texts("address"),
        _line(section, "contact"),
        _line(section, "email"),
        _line(section, "phone"),
    )
    if len(party.address) > MOST_LINES or any(_unfit(line) for line in party.address):
        section.problem(
            "address",
            f"takes up to {MOST_LINES} lines of {LONGEST} characters.",
            "Write one line of it a text.",
        )
    if party.email and not _MAIL.fullmatch(party.email):
        section.problem("email", f"{party.email!r} is no address.", "Write one, such as claims@example.com.")
    section.finish()
    return party


def _line(section: Section, key: str, default: str | None = "") -> str:
    said = section.text(key, default)
    if _unfit(said):
        section.problem(key, f"takes one line of up to {LONGEST} characters.")
    return said


def _unfit(line: str) -> bool:
    return len(line) > LONGEST or "\n" in line


def _logo(section: Section) -> str:
    name = section.text("logo", "")
    if name and (not name.lower().endswith(LOGOS) or "/" in name or "\\" in name or name.startswith(".")):
        section.problem(
            "logo", f"{name!r} is no picture beside this file.", f"Name one that ends in {', '.join(LOGOS)}."
        )
    return name
