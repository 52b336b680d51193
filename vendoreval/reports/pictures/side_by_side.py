"""The texts that an item lets people choose from: gold's and the delivered one side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markupsafe import Markup

from vendoreval.claims.records import ClaimLine
from vendoreval.safe_text import visible

MOST_TEXT = 500  # characters of each text


@dataclass(frozen=True)
class SideBySide:
    """What was asked, and below it two answers under their heads."""

    title: str
    said: str
    asked: str
    columns: tuple[tuple[str, str], ...]
    marks: tuple[Any, ...] = field(default=())

    def svg(self) -> Markup:
        """HTML, not a drawing: so that lines break and a screen reader reads the texts."""
        asked = f'<p class="reading">{_text(self.asked)}</p>' if self.asked else ""
        cells = "".join(f"<div><b>{_text(head)}</b><p>{_text(text)}</p></div>" for head, text in self.columns)
        return Markup(f'<div class="text-picture">{asked}<div class="side-by-side">{cells}</div></div>')  # noqa: S704 - all escaped


def side_by_side(
    line: ClaimLine, title: str, said: str, asked: str, answers: Mapping[str, str]
) -> SideBySide | None:
    """The line's two answers by their names; None where neither has a text."""
    named = (("Gold prefers", line.expected), ("Delivered", line.delivered))
    columns = tuple((f"{head} {name}", answers[name]) for head, name in named if name and name in answers)
    return SideBySide(title, said, asked, columns) if columns else None


def _text(text: str) -> str:
    return escape(visible(text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]} …"))
