"""Confusion heat map: what gold says in rows, what was delivered in columns."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import FULL, INK, MUTED, PAPER, SMALL, TEXT, Svg

MOST_CLASSES = 12
_LEFT, _TOP = 132.0, 48.0
_TINT = (29, 78, 121)
_WRONG_TINT = (163, 32, 32)


@dataclass(frozen=True)
class ConfusionMap:
    """`cells[row][column]` units; rows are gold's `names`, columns those `given` (empty: the same)."""

    title: str
    names: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    given: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What was delivered."""
        return self.given or self.names

    def svg(self) -> Markup:
        """Shade is the share of the row; every cell carries its number; what is right is framed."""
        size = min(52.0, (FULL - _LEFT - 60) / len(self.columns))
        high = max(20.0, min(size, 25.0))
        height = _TOP + high * len(self.names) + 8
        drawing = Svg(FULL, height, self.title, self._said())
        longest = max(4, int(size / 5.0))
        crowded = max(map(len, self.columns)) > longest
        letters = longest * (2 if crowded else 1)
        drawing.text(_LEFT + size * len(self.columns) / 2, 12, "delivered", "middle", colour=MUTED)
        drawing.text(10, _TOP + high * len(self.names) / 2, "gold", "middle", colour=MUTED, turned=True)
        for column, name in enumerate(self.columns):
            lift = 12 * (column % 2) if crowded else 0  # two lines of headings when cells are narrow
            x = _LEFT + size * (column + 0.5)
            drawing.text(x, _TOP - 8 - lift, name, "middle", size=SMALL, longest=letters)
        for row, name in enumerate(self.names):
            total = sum(self.cells[row])
            y = _TOP + high * row
            drawing.text(24, y + high / 2 + 3.6, name, longest=18)
            for column, n in enumerate(self.cells[row]):
                right = name == self.columns[column]
                self._cell(drawing, _LEFT + size * column, y, size, high, n, total, right)
        return drawing.done()

    @staticmethod
    def _cell(
        drawing: Svg, x: float, y: float, size: float, high: float, n: int, total: int, right: bool
    ) -> None:
        share = n / total if total else 0.0
        depth = share**0.7
        tint = _TINT if right else _WRONG_TINT
        fill = "#" + "".join(f"{round(255 + depth * (part - 255)):02x}" for part in tint)
        drawing.rect(x + 1, y + 1, size - 2, high - 2, fill if n else "#f6f8fa", INK if right else "none")
        if n:
            ink = PAPER if depth > 0.55 else INK
            drawing.text(
                x + size / 2, y + high / 2 + 3.6, f"{n:,}", "middle", size=TEXT, colour=ink, bold=right
            )

    def _said(self) -> str:
        rows = []
        for name, cells in zip(self.names, self.cells, strict=True):
            counts = ", ".join(f"{n:,} as {given}" for given, n in zip(self.columns, cells, strict=True) if n)
            rows.append(f"{name} was delivered {counts or 'never'}")
        return "; ".join(rows) + "."
