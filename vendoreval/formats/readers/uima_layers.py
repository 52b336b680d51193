"""Annotations of UIMA (WebAnno, INCEpTION) in layers of spans and of links, and which layer is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import Answers, ReaderOption
from vendoreval.formats.readers.offsets import CODE_POINTS, UTF16
from vendoreval.formats.readers.span_answers import End, SpanAnswers
from vendoreval.labels.shapes import Shape

AUTO = "auto"
PEOPLE = ReaderOption(
    "annotators",
    "file: a file's name is the person and its folder the item, as INCEpTION exports projects",
    "none",
    ("none", "file"),
)
UIMA_OPTIONS = (
    ReaderOption(
        "layer", "the layer that is read, by its name or the end of it; auto: the only one that people made",
        AUTO,
    ),
    ReaderOption(
        "feature", "the feature that holds the label; auto: value, label or the only one; without any, the "
        "label is the layer's name", AUTO,
    ),
    ReaderOption(
        "offsets", "what the offsets count: UTF-16 units, as Java does, or characters (code points)",
        UTF16, (UTF16, CODE_POINTS),
    ),
    PEOPLE,
)  # fmt: skip
NOT_ANSWERS = ("INITIAL_CAS", "CURATION_USER")  # what INCEpTION lays beside the files of people
# Where layers lie that tools make and not people.
_PREPROCESSING = (
    "uima.", ".api.metadata.", ".api.segmentation.", ".api.lexmorph.", ".api.syntax.", ".api.structure.",
    ".api.pdf.",
)  # fmt: skip
Features = dict[str, str | None]


@dataclass(slots=True)
class Mark:
    """A span of a layer; offsets as in the file."""

    layer: str
    start: int
    end: int
    features: Features
    place: int


@dataclass(slots=True)
class Link:
    """A relation of a layer; None for an end that is not there."""

    layer: str
    head: Mark | None
    tail: Mark | None
    features: Features
    place: int


@dataclass
class Document:
    """One text with its annotations; `wrong` are places that cannot be read."""

    text: str | None = None
    marks: list[Mark] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    aside: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Layers:
    """The layers of a source: the features of each one of spans, and of each one of links."""

    spans: Mapping[str, tuple[str, ...]]
    links: Mapping[str, tuple[str, ...]]

    def chosen(self, shape: Shape, options: Mapping[str, str], file: str) -> tuple[str, str | None]:
        """The layer that is read and the feature of its labels.

        Raises InputError where there are several or none, or a name fits none.
        """
        known = self.links if shape.name == "relations" else self.spans
        wanted = options["layer"]
        if wanted == AUTO:
            found = [name for name in known if not any(part in name for part in _PREPROCESSING)]
        else:
            found = [name for name in known if name == wanted or name.endswith(f".{wanted}")]
        if len(found) > 1 or (wanted != AUTO and not found):
            said = "Several layers are in it." if wanted == AUTO else f"No one layer in it is called {wanted}."
            ways = [f"--read layer={name}" for name in (found or known)]
            raise InputError(said, file=file, remedy=f"Say which: {' or '.join(ways) or 'it has none'}.")
        if not found:  # read as answers with nothing, such files would accuse
            raise InputError(
                f"No layer of people's {shape.name} is in it: it cannot be told whether one was exported.",
                file=file, remedy="Ask for an export with the layer, or say --read layer=NAME.",
            )  # fmt: skip
        return found[0], self._label(found[0], known[found[0]], options["feature"], file)

    def _label(self, layer: str, features: tuple[str, ...], wanted: str, file: str) -> str | None:
        if wanted != AUTO and wanted not in features:
            raise InputError(
                f"The layer {layer} has no feature {wanted}.", file=file,
                remedy=f"It has {', '.join(features) or 'none'}.",
            )  # fmt: skip
        if wanted != AUTO:
            return wanted
        if len(features) > 1 and (found := label_feature(features)) is None:
            ways = " or ".join(f"--read feature={name}" for name in features)
            raise InputError(
                f"The layer {layer} has several features.", file=file, remedy=f"Say which: {ways}."
            )
        return label_feature(features) if len(features) < 2 else found

    def end_label(self, mark: Mark) -> str | None:
        """The label of a span that a relation links; None where it is not sure which feature holds it."""
        features = self.spans.get(mark.layer, ())
        name = label_feature(features)
        return mark.features.get(name) if name else None if features else short(mark.layer)


def label_feature(features: Iterable[str]) -> str | None:
    """The feature that holds a layer's label, where that is plain."""
    listed = list(features)
    usual = [name for name in ("value", "label") if name in listed]
    found = usual or listed
    return found[0] if usual or len(listed) == 1 else None


def short(layer: str) -> str:
    """`custom.Span` is Span."""
    return layer.rpartition(".")[2]


def item_and_person(name: str, options: Mapping[str, str]) -> tuple[str, str | None]:
    """What a file answers, and who."""
    path = PurePosixPath(name).with_suffix("")
    if options["annotators"] == "file" and len(path.parts) > 1:
        return str(path.parent), path.name
    return str(path), None


def answers_of(
    name: str, document: Document, layers: Layers, shape: Shape, options: Mapping[str, str], *notes: str
) -> Answers:
    """The answers of one document."""
    layer, feature = layers.chosen(shape, options, name)
    item, person = item_and_person(name, options)
    gathered = SpanAnswers(name, options["offsets"])
    gathered.sheet(1, item, document.text, annotator_id=person)
    for place, reason in document.wrong:
        gathered.refuse(place, reason, item)
    if shape.name == "relations":
        _add_links(gathered, document, layers, layer, feature)
        gathered.set_aside("span", len(document.marks))
    else:
        _add_marks(gathered, document, layer, feature)
        gathered.set_aside("relation", len(document.links))
    for word, count in document.aside.items():
        gathered.set_aside(word, count)
    return gathered.batch(*notes, last=True)


def _add_marks(gathered: SpanAnswers, document: Document, layer: str, feature: str | None) -> None:
    for mark in document.marks:
        if mark.layer == layer:
            label, further = _said(mark.features, layer, feature)
            gathered.span(label, [(mark.start, mark.end)], None, further, mark.place)
        else:
            gathered.set_aside("annotation of another layer")


def _add_links(
    gathered: SpanAnswers, document: Document, layers: Layers, layer: str, feature: str | None
) -> None:
    def end(mark: Mark | None) -> End | None:
        return None if mark is None else (layers.end_label(mark), [(mark.start, mark.end)])

    for link in document.links:
        if link.layer == layer:
            label, further = _said(link.features, layer, feature)
            gathered.relation(label, end(link.head), end(link.tail), further, link.place)
        else:
            gathered.set_aside("relation of another layer")


def _said(features: Features, layer: str, feature: str | None) -> tuple[str | None, Features]:
    """The label and the other features that have a value."""
    label = short(layer) if feature is None else features.get(feature)
    return label, {name: value for name, value in features.items() if name != feature and value is not None}
