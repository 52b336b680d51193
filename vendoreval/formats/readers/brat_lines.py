"""The lines of brat's .ann files: spans, what is said of them, and what links them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

SPAN = re.compile(r"(\S+) (-?[0-9]{1,18} -?[0-9]{1,18}(?:;-?[0-9]{1,18} -?[0-9]{1,18})*)")
KINDS = {"R": "relation", "E": "event", "N": "normalisation", "*": "relation of equals"}
NOTE = "AnnotatorNotes"


@dataclass
class Lines:
    """The lines of an .ann: spans by id, with what is said of them."""

    spans: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # id -> line, type and offsets, words
    linked: list[tuple[int, str, str]] = field(default_factory=list)  # line, id, type and arguments of R and E
    said: dict[str, dict[str, Any]] = field(default_factory=dict)  # id -> attributes and notes
    aside: list[str] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    count: int = 0

    @classmethod
    def of(cls, text: str) -> Lines:
        """The lines of a file that are not blank."""
        found = cls()
        for number, line in enumerate(re.split("\r\n|\n|\r", text), start=1):
            if line.strip():
                found.add(number, line)
        return found

    def add(self, number: int, line: str) -> None:
        """One line; what it is says its first letter."""
        self.count += 1
        name, _, rest = line.partition("\t")
        what, _, words = rest.partition("\t")
        if name[:1] == "T":
            if name in self.spans:
                self.wrong.append((number, f"The id {name[:40]} stands there twice."))
            else:
                self.spans[name] = (number, what, words)
        elif name[:1] in "AM#" and len(parts := what.split(" ")) > 1:
            value = words if name[:1] == "#" else " ".join(parts[2:]) or True
            self._say(parts[1], parts[0], value)
        elif name[:1] in ("R", "E"):
            self.linked.append((number, name, what))
        elif name[:1] in KINDS:
            self.aside.append(KINDS[name[:1]])
        else:
            self.wrong.append((number, "The line is none of brat's."))

    def _say(self, about: str, name: str, value: Any) -> None:
        known = self.said.setdefault(about, {})
        known[name] = f"{known[name]}\n{value}" if name in known else value


def pieces_of(offsets: str) -> list[tuple[int, int]]:
    """Starts and ends from "0 6;11 14"."""
    pairs = (piece.split(" ") for piece in offsets.split(";"))
    return [(int(start), int(end)) for start, end in pairs]
