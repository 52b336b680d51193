"""One item with its gold and delivered shapes, to scale, zoomed to what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from vendoreval.reports.pictures.legend import Legend
from vendoreval.reports.pictures.marks import LOOKS, Mark, cross, dash_of, ring, tag_of
from vendoreval.reports.pictures.outlines import GROUND, Spot
from vendoreval.reports.pictures.views import HIGH, WIDE, Frame, View, around, zoomed
from vendoreval.reports.svg import ACCENT, FULL, MUTED, PAPER, RULE, SMALL, Svg

BESIDE = 16.0  # between the picture and its locator and legend
LOCATOR = (FULL - WIDE - BESIDE, 110.0)  # its most room
MOST_NAMES = 24  # points named in a picture; more would hide it
_TAG, _NAME = 9.0, 7.5
_OUTSIDE = "#eef1f4"


@dataclass(frozen=True)
class Under:
    """The picture under the shapes: the `part` of the item that `href` (a data address) shows."""

    name: str
    sha256: str
    part: tuple[float, float, float, float]
    href: str = field(repr=False)


class Pictured:
    """A set of pictures: which images lie under its shapes."""

    @property
    def drawn(self) -> Iterable[object]:
        """The pictures, in order."""
        raise NotImplementedError

    @property
    def images(self) -> tuple[tuple[str, str], ...]:
        """File name and SHA-256 of each image that is shown."""
        return tuple(dict.fromkeys((under.name, under.sha256) for under in self._under()))

    @property
    def addresses(self) -> frozenset[str]:
        """The data addresses that the pictures hold."""
        return frozenset(under.href for under in self._under())

    def _under(self) -> Iterator[Under]:
        for picture in self.drawn:
            if isinstance(picture, ItemPicture) and picture.under is not None:
                yield picture.under


@dataclass(frozen=True)
class ItemPicture:
    """What one sheet says and what gold says. `size`: width and height of the item, where known."""

    title: str
    said: str
    marks: tuple[Mark, ...]
    size: tuple[int, int] | None = None
    under: Under | None = None
    above: bool = False  # cuboids seen from above, in tenths of a metre, y upwards

    @property
    def canvas(self) -> Frame:
        """The item, and what reaches beyond it; around the shapes where its size is not known."""
        shapes = around(mark.outline.bounds() for mark in self.marks)
        if self.size is None:
            found = shapes or Frame(0, 0, 1, 1)
            return found.grown(max(0.08 * max(found.width, found.height), 1))
        item = Frame(0, 0, *self.size)
        whole = around([item.edges, shapes.edges if shapes else None]) or item
        return whole if whole == item else whole.grown(0.02 * max(whole.width, whole.height))

    @property
    def room(self) -> tuple[float, float]:
        """Width and height of the most that the item takes on paper."""
        return WIDE, HIGH

    @property
    def part(self) -> Frame:
        """What the picture shows: what is wrong, and its surroundings."""
        wrong = around(mark.outline.bounds() for mark in self.marks if mark.defect)
        return zoomed(wrong, self.canvas, self.room)

    def svg(self) -> Markup:
        """Gold solid, delivered dashed, not counted dotted; a tag has the letter and line of each defect."""
        view = View.of(self.part, *self.room)
        locator = View.of(self.canvas, *LOCATOR) if self.part != self.canvas else None
        legend = Legend(self.marks)
        column = (locator.height + 26 if locator else 0) + legend.height
        drawing = Svg(FULL, max(view.height, column) + 18, self.title, self.said)
        with drawing.window(0, 0, view.width, view.height):
            self._inside(drawing, view)
        drawing.rect(0.5, 0.5, view.width - 1, view.height - 1, "none", MUTED)
        drawing.text(0, view.height + 13, self._place(), size=SMALL, colour=MUTED, longest=100)
        top = 0.0
        if locator:
            self._locator(drawing, locator, view.width + BESIDE)
            top = locator.height + 26
        legend.draw(drawing, view.width + BESIDE, top)
        return drawing.done()

    def _inside(self, drawing: Svg, view: View) -> None:
        drawing.rect(0, 0, view.width, view.height, PAPER if self.size is None else _OUTSIDE)
        if self.size is not None:
            (left, top), (right, bottom) = view(0, 0), view(*self.size)
            drawing.rect(left, top, right - left, bottom - top, PAPER, RULE)
        if self.under is not None:
            left, top, right, bottom = self.under.part
            (x, y), (to_x, to_y) = view(left, top), view(right, bottom)
            drawing.image(x, y, to_x - x, to_y - y, self.under.href)
        ordered = sorted(self.marks, key=lambda mark: (mark.defect, mark.side != "gold"))
        for mark in ordered:  # first paper under every line, so that it is seen on any picture
            _lines(drawing, view, mark, PAPER, LOOKS[mark.state].width + 2, "")
        for mark in ordered:
            look = LOOKS[mark.state]
            _lines(drawing, view, mark, look.ink, look.width, dash_of(mark.state, mark.side))
        _links(drawing, view, ordered)
        for mark in ordered:
            for spot in mark.outline.spots:
                (ring if mark.side == "gold" else cross)(drawing, *view(spot.x, spot.y), LOOKS[mark.state].ink)
        _names(drawing, view, ordered)
        _tags(drawing, view, ordered)

    def _locator(self, drawing: Svg, view: View, x: float) -> None:
        part = self.part
        drawing.rect(x + 0.5, 0.5, view.width - 1, view.height - 1, PAPER, MUTED)
        (left, top), (right, bottom) = view(part.left, part.top), view(part.right, part.bottom)
        drawing.rect(x + left, top, right - left, bottom - top, RULE, ACCENT)
        words = "the part shown" if self.size is None else f"the part shown, of {_size(self.size)}"
        drawing.text(x, view.height + 13, words, size=SMALL, colour=MUTED)

    def _place(self) -> str:
        part = self.part
        if self.above:
            left, top, right, bottom = (edge / GROUND for edge in part.edges)
            return f"seen from above: x {left:,.1f} to {right:,.1f}, y {-bottom:,.1f} to {-top:,.1f} metres"
        if part == self.canvas and self.size is not None:
            return f"the whole item, {_size(self.size)} pixels"
        across = f"x {part.left:,.0f} to {part.right:,.0f}, y {part.top:,.0f} to {part.bottom:,.0f}"
        if self.size is None:
            return f"{across} pixels; the size of the item is not known"
        return f"{across} of {_size(self.size)} pixels"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]:,} × {size[1]:,}"


def _lines(drawing: Svg, view: View, mark: Mark, ink: str, width: float, dash: str) -> None:
    if mark.outline.rings:
        drawing.rings([view.ring(points) for points in mark.outline.rings], ink, width, dash)
    for points in mark.outline.lines:
        drawing.path(view.ring(points), ink, width, dash)


def _links(drawing: Svg, view: View, marks: Sequence[Mark]) -> None:
    """From each point of gold to the delivered one of its name, where one line tells of both objects."""
    given: dict[tuple[int | None, str], Spot] = {}
    for mark in marks:
        if mark.side == "delivered" and mark.number is not None:
            given |= {(mark.number, spot.name): spot for spot in mark.outline.spots}
    for mark in marks:
        for spot in mark.outline.spots if mark.side == "gold" else ():
            other = given.get((mark.number, spot.name))
            if other is not None:
                drawing.line(*view(spot.x, spot.y), *view(other.x, other.y), MUTED, 0.8)


def _names(drawing: Svg, view: View, marks: Sequence[Mark]) -> None:
    """The points' names, once each; gold's where both sides have it."""
    spots = {spot.name: spot for side in ("delivered", "gold") for mark in marks if mark.side == side
             for spot in mark.outline.spots if spot.name}  # fmt: skip
    for spot in spots.values() if len(spots) <= MOST_NAMES else ():
        x, y = view(spot.x, spot.y)
        _boxed(drawing, x + 6, y - 4, spot.name, MUTED, _NAME, bold=False)


def _tags(drawing: Svg, view: View, marks: Sequence[Mark]) -> None:
    """One tag a defect, at a corner of its shapes where no other tag stands."""
    taken: list[Frame] = []
    for told in _by_tag(marks):
        tag = tag_of(told[0].state, told[0].number)
        shapes = around(mark.outline.bounds() for mark in told)
        if shapes is None:
            continue
        (left, top), (right, bottom) = view(*shapes.edges[:2]), view(*shapes.edges[2:])
        clear = 8 if told[0].outline.spots else 0  # of the points' own marks
        box = Frame(left, top, right, bottom).grown(clear)
        place = _free(box.edges, _wide(tag, _TAG), view, taken)
        taken.append(place)
        _boxed(drawing, place.left, place.bottom - 2.5, tag, LOOKS[told[0].state].ink, _TAG, bold=True)


def _by_tag(marks: Sequence[Mark]) -> Iterable[list[Mark]]:
    """Marks that one tag tells of: those of a line, else each by itself."""
    found: dict[tuple[str, int], list[Mark]] = {}
    for place, mark in enumerate(marks):
        tag = tag_of(mark.state, mark.number)
        if tag:
            found.setdefault((tag, -1 if mark.number is not None else place), []).append(mark)
    return found.values()


def _free(box: tuple[float, float, float, float], width: float, view: View, taken: Sequence[Frame]) -> Frame:
    """Above the shape, else below, inside, further down: the first place inside the view that is free."""
    left, top, right, bottom = box
    high, whole = _TAG + 3.5, Frame(1, 1, view.width - 1, view.height - 1)
    corners = [(left, top - high), (right - width, top - high), (left, bottom), (right - width, bottom),
               (left + 2, top + 2), *((left, top + high * step) for step in range(1, 12))]  # fmt: skip
    places = [Frame(x, y, x + width, y + high).within(whole) for x, y in corners]
    return next((place for place in places if not any(_meet(place, other) for other in taken)), places[0])


def _meet(one: Frame, other: Frame) -> bool:
    return (
        one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom
    )


def _wide(words: str, size: float) -> float:
    return 0.58 * size * len(words) + 5


def _boxed(drawing: Svg, x: float, y: float, words: str, ink: str, size: float, *, bold: bool) -> None:
    drawing.rect(x, y - size, _wide(words, size), size + 2.5, PAPER, ink if bold else "none")
    drawing.text(x + 2.5, y - 0.5, words, size=size, colour=ink, bold=bold, longest=24)
