"""Whole pieces of a CVAT XML file as answers: boxes in images or in tracks, as CVAT writes them.

What is unusual in any way is Irregular, and left to the readers of single elements (cvat.py, cvat_tracks.py),
which give the same; so nothing is refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.cvat_shapes import SIDES, SOURCES, written
from vendoreval.formats.readers.xml_columns import Elements, Irregular, elements_of
from vendoreval.formats.readers.xml_stream import Element

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
OUTER = {"boxes": "image", "tracks": "track"}  # the elements in which the boxes of a shape stand
_OUTER, _BOX, _ATTRIBUTE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Piece:
    """Images or tracks of boxes; `line` is that on which the piece begins."""

    found: Elements
    line: int
    outer: list[Element]
    place: Ints  # the number of the image or track of each box
    names: frozenset[str]  # the attributes of boxes

    @classmethod
    def of(cls, data: bytes, outer: str, line: int) -> Piece:
        """Raises Irregular where anything else stands in it."""
        found = elements_of(data, (outer, "box", "attribute"))
        if not found.count(_BOX) or any(name != "name" for name in found.attributes(_ATTRIBUTE)):
            raise Irregular
        told = {name: found.column(_OUTER, name).to_pylist() for name in found.attributes(_OUTER)}
        lines = (found.lines(_OUTER) + line).tolist()
        listed = [
            Element(outer, {name: text for name, text in zip(told, said, strict=True) if text is not None}, at)
            for at, said in zip(lines, zip(*told.values(), strict=True), strict=True)
        ]
        return cls(found, line, listed, found.parents(_BOX), frozenset(found.attributes(_BOX)))

    def column(self, name: str) -> Any:
        """What boxes say, null where one does not."""
        return self.found.column(_BOX, name)

    @property
    def lines(self) -> Ints:
        """The line of each box."""
        return self.found.lines(_BOX) + self.line

    def where(self, name: str, value: str) -> Mask:
        """The boxes that have this value, one of 0 and 1, or none; raises Irregular for any other one."""
        if name not in self.names:
            return np.zeros(len(self.place), dtype=np.bool_)
        coded = self.column(name).dictionary_encode()
        known = coded.dictionary.to_pylist()
        if not {"0", "1"}.issuperset(known):
            raise Irregular
        codes = np.asarray(coded.indices.fill_null(-1))
        found: Mask = codes == (known.index(value) if value in known else -2)
        return found

    def text(self, name: str) -> Any:
        """A column of which no box has nothing."""
        found = self.column(name)
        if found.null_count:
            raise Irregular
        return found

    def corners(self) -> dict[str, Any]:
        """Corners, angle and attributes; raises Irregular for what is no number."""
        import pyarrow as pa

        found = {column: _numbers(self.text(name)) for column, name in SIDES.items()}
        if "rotation" in self.names:
            angle = _numbers(self.column("rotation").fill_null("0")).to_numpy()
            if angle.any():
                found["angle"] = pa.array(angle, mask=angle == 0)
        texts = self._attributes()
        return found | ({"attributes": texts} if texts.null_count < len(texts) else {})

    def _attributes(self) -> Any:
        """The attributes of each box as JSON; every distinct set of them is written once."""
        import pyarrow as pa

        names = self.found.column(_ATTRIBUTE, "name").dictionary_encode()
        text, texts = self.found.inner_texts(_ATTRIBUTE)
        said = np.asarray(names.indices, dtype=np.int64) * len(texts) + text
        pairs, said = np.unique(said, return_inverse=True)
        known = names.dictionary.to_pylist()
        listed = [(known[k // len(texts)], texts[k % len(texts)].decode()) for k in pairs.tolist()]
        occluded = np.where(self.where("occluded", "1"), 1, np.where(self.where("occluded", "0"), 0, -1))
        owner = self.found.parents(_ATTRIBUTE)
        sizes = np.bincount(owner, minlength=len(self.place))
        starts = np.cumsum(sizes) - sizes
        values: list[str | None] = []
        codes = np.empty(len(self.place), dtype=np.int64)
        for size in np.unique(sizes).tolist():
            boxes = np.flatnonzero(sizes == size)
            sets = occluded[boxes] + 1
            for k in range(size):  # a set of pairs as a number, kept small
                sets = np.unique(sets * len(listed) + said[starts[boxes] + k], return_inverse=True)[1]
            _, first, inverse = np.unique(sets, return_index=True, return_inverse=True)
            codes[boxes] = inverse + len(values)
            for box in boxes[first].tolist():
                mine = said[starts[box] : starts[box] + size].tolist()
                values.append(_json([listed[k] for k in mine], int(occluded[box])))
        return pa.array(values, pa.string()).take(pa.array(codes))

    def of_outer(self, texts: list[Any]) -> Any:
        """A column that has for each box what belongs to its image or track."""
        import pyarrow as pa

        return pa.array(texts, pa.string()).take(pa.array(self.place))


Taken = tuple[dict[str, Any], Ints, dict[str, int]]  # columns of boxes, which these are, what is set aside


def image_boxes(piece: Piece) -> Taken:
    """The boxes of images, but for their sheets; raises Irregular where one is not plain."""
    names = [one.attributes.get("name") for one in piece.outer]
    if not all(names) or piece.where("outside", "1").any():
        raise Irregular
    columns = {"item_id": piece.of_outer(names), "label": piece.text("label"), **piece.corners()}
    if "source" in piece.names:
        columns["source"] = _sources(piece.column("source"))
    return columns, np.arange(len(piece.place)), {}


def per_image(piece: Piece) -> list[int]:
    """How many boxes each image has."""
    found: list[int] = np.bincount(piece.place, minlength=len(piece.outer)).tolist()
    return found


def track_boxes(piece: Piece, between: str) -> Taken:
    """The boxes of tracks, but for clips and people; raises Irregular where one is not plain."""
    import pyarrow as pa

    ids, labels = ([one.attributes.get(name) for one in piece.outer] for name in ("id", "label"))
    if not all(ids) or not all(labels) or {"label", "source"} & piece.names or between == "linear":
        raise Irregular
    filled = piece.where("keyframe", "0") & (between == "keyframes")
    outside = piece.where("outside", "1") & ~filled
    sources = [one.attributes.get("source") for one in piece.outer]
    columns = {
        "track_id": piece.of_outer(ids), "label": piece.of_outer(labels), "frame": _whole(piece.text("frame")),
        **piece.corners(), "occluded": pa.array(piece.where("occluded", "1").astype(np.int64)),
        "source": piece.of_outer([SOURCES.get(source or "", source) for source in sources]),
    }  # fmt: skip
    aside = {"box between keyframes": int(filled.sum()), "box that is outside": int(outside.sum())}
    kept = ~(filled | outside)
    chosen = {name: column.filter(pa.array(kept)) for name, column in columns.items()}
    return chosen, np.flatnonzero(kept), {word: count for word, count in aside.items() if count}


def _json(pairs: list[tuple[str, str]], occluded: int) -> str | None:
    found: dict[str, str | bool] = dict(pairs)
    if occluded >= 0:
        found["occluded"] = occluded == 1
    return written(tuple(found.items())) if found else None


def _sources(column: Any) -> Any:
    coded = column.dictionary_encode()
    import pyarrow as pa

    ours = [SOURCES.get(text, text) for text in coded.dictionary.to_pylist()]
    return pa.array(ours, pa.string()).take(coded.indices)


def _numbers(column: Any) -> Any:
    import pyarrow as pa

    try:
        found = column.cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise Irregular from error
    if not np.isfinite(found.to_numpy(zero_copy_only=False)).all():
        raise Irregular
    return found


def _whole(column: Any) -> Any:
    """Whole numbers of up to nine digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.max(pc.binary_length(column)).as_py() > 9:
        raise Irregular
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid as error:
        raise Irregular from error
