"""The workspace's letterhead: a file that people write, read anew for every report that bears it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.reports.letterhead import LONGEST, Addresses, Letterhead, Logo, parse_letterhead
from vendoreval.reports.logos import logo_of
from vendoreval.resources import resource
from vendoreval.safe_text import clip
from vendoreval.store.tables import ContractRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.files import read_bytes, read_text, write_whole
from vendoreval.workflow.vendors.vendors import list_vendors

FILE = "letterhead.toml"


@dataclass(frozen=True)
class LetterheadFile:
    """Where the letterhead lies and what it says. `written`: it was not there and was written just now.

    `strangers` are the ids in it that no vendor of the workspace has.
    """

    path: Path
    addresses: Addresses
    logo: Logo | None
    strangers: tuple[str, ...] = ()
    written: bool = False

    def to_json(self) -> dict[str, Any]:
        """What was found, as plain JSON values."""
        return {
            "schema": "vendoreval/letterhead-check/1", "file": str(self.path), "written": self.written,
            "buyer": self.addresses.buyer.to_json(),
            "logo": {"name": self.logo.name, "sha256": self.logo.sha256} if self.logo else None,
            "vendors": [{"vendor": name, **one.to_json()} for name, one in self.addresses.vendors.items()],
            "strangers": list(self.strangers),
        }  # fmt: skip


def letterhead_file(workspace: Workspace) -> LetterheadFile:
    """Check the workspace's letterhead; where there is none, write one to fill in.

    Raises InvalidDocument with every problem by its line, InputError for a logo that cannot be used.
    """
    path = workspace.root / FILE
    written = not path.exists()
    if written:
        write_whole(path, _to_fill_in(workspace).encode())
    found = parse_letterhead(read_text(path), FILE)
    known = {row.id for row in list_vendors(workspace)}
    strangers = tuple(name for name in found.vendors if name not in known)
    return LetterheadFile(path, found, _logo(workspace, found), strangers, written)


def _to_fill_in(workspace: Workspace) -> str:
    """The template with the names that the workspace knows."""
    with workspace.read() as reader:
        contracts = [(row.id, row.version) for row in reader.all(ContractRow)]
    buyers = [load_contract(workspace, *one).buyer for one in contracts]
    buyer = next((name for name in reversed(buyers) if name), "Your company")
    vendors = [f'[vendor."{one.id}"]\nname = {_quoted(one.name)}' for one in list_vendors(workspace)]
    text = (resource("templates") / FILE).read_text("utf-8")
    listed = "\n\n".join(vendors) or '# [vendor.acme]\n# name = "Acme Labels Ltd"'
    return text.replace("$buyer", _quoted(buyer)).replace("$vendors", listed)


def _quoted(text: str) -> str:
    """A TOML text, which JSON's text is as well; names are one line of bounded length."""
    return json.dumps(clip(" ".join(text.split()), LONGEST), ensure_ascii=False)


def letterhead_for(workspace: Workspace, vendor: str) -> Letterhead | None:
    """The letterhead of a report to a vendor; None where the workspace has none. Raises as above."""
    path = workspace.root / FILE
    if not path.exists():
        return None
    found = parse_letterhead(read_text(path), FILE)
    return Letterhead(found.buyer, found.vendors.get(vendor), _logo(workspace, found))


def _logo(workspace: Workspace, found: Addresses) -> Logo | None:
    if not found.logo:
        return None
    path = workspace.root / found.logo
    if not path.exists():
        raise InputError(
            f"The logo {found.logo!r} of {FILE} is not there.", file=str(path),
            remedy="Put it beside the file, or take its line away.",
        )  # fmt: skip
    return logo_of(found.logo, read_bytes(path), found.buyer.name)
