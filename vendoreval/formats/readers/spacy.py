"""spaCy's JSON: training tuples, `Doc.to_json` and `docs_to_json`. Its binary files are refused.

spaCy writes no item ids: texts are numbered in the order of the file, but where `docs_to_json` gives an id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import documents, first_documents
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.span_answers import SpanAnswers
from vendoreval.labels.shapes import Shape

ENTS = "ents"
_LAYER = ReaderOption(
    "layer", "whose spans: ents (doc.ents, without overlaps) or a group's name in doc.spans, such as sc", ENTS
)
_BINARY = (
    'python -c "import json, spacy; from spacy.tokens import DocBin; '
    "docs = DocBin().from_disk('{0}').get_docs(spacy.blank('xx').vocab); "
    "json.dump([doc.to_json() for doc in docs], open('{1}', 'w'))\""
)


@dataclass(frozen=True)
class _Text:
    """One text: its spans in the layer asked for (None: it has no such layer), and what else there is."""

    item: str
    text: Any
    spans: Any
    aside: Mapping[str, int]
    tokens: Any = None


@dataclass(frozen=True)
class Spacy:
    """The reader of spaCy's JSON."""

    name: str = "spacy"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".spacy")
    yields: frozenset[str] = frozenset({"spans"})
    options: tuple[ReaderOption, ...] = (_LAYER,)

    def recognises(self, source: Source) -> Confidence:
        """By the three forms, or the name of a binary file."""
        if source.ending(".spacy"):
            return Confidence(SURE, "Its name ends in .spacy.")
        for one in first_documents(source):
            if form := _form(one):
                return Confidence(SURE, f"Its documents are {form}.")
        return Confidence(NO, "Its documents are none of spaCy's.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each text as an item."""
        for member in source.members:
            name = PurePosixPath(member.name)
            if member.suffix == ".spacy":
                raise InputError(
                    "This is spaCy's binary format, which only spaCy itself reads.", file=member.name,
                    remedy=f"Write it as JSON: {_BINARY.format(name.name, name.with_suffix('.json').name)}",
                )  # fmt: skip
            prefix = f"{name.with_suffix('')}/" if len(source.members) > 1 else ""
            gathered = SpanAnswers(member.name)
            for place, document, reason in documents(member):
                reason = reason or _take(gathered, place, document, prefix, options["layer"])
                if reason:
                    gathered.refuse(place, reason)
                if gathered.full:
                    yield gathered.batch()
            yield gathered.batch(last=True)


READER = Spacy()


def _form(document: Any) -> str:
    """Which of spaCy's forms a document has; "" for none."""
    if isinstance(document, list) and len(document) == 2 and isinstance(document[1], dict):
        return "training tuples" if isinstance(document[0], str) and "entities" in document[1] else ""
    if isinstance(document, dict) and isinstance(document.get("paragraphs"), list):
        return "from docs_to_json"
    if isinstance(document, dict) and "text" in document and "tokens" in document and "answer" not in document:
        return "from Doc.to_json"
    return ""


def _take(gathered: SpanAnswers, place: int, document: Any, prefix: str, layer: str) -> str:
    """Take one document in; the reason why not, if it is to be refused."""
    form = _form(document)
    if not form:
        return "This is neither a training tuple nor from Doc.to_json or docs_to_json."
    for one in _texts(form, document, place, layer):
        for word, count in one.aside.items():
            gathered.set_aside(word, count)
        if one.spans is None:
            gathered.set_aside(f"text without the layer {layer}")
        elif not isinstance(one.text, str) or not isinstance(one.spans, list):
            gathered.refuse(place, "There is no text with a list of spans.", prefix + one.item)
        else:
            gathered.sheet(place, prefix + one.item, one.text, one.tokens, sheet_id=str(place))
            for label, start, end in map(_parts, one.spans):
                gathered.span(label, [(start, end)])
    return ""


def _parts(span: Any) -> Sequence[Any]:
    """Label, start and end of a span in either notation."""
    if isinstance(span, dict):
        return span.get("label"), span.get("start"), span.get("end")
    return (span[2], span[0], span[1]) if isinstance(span, list) and len(span) > 2 else (None, None, None)


def _texts(form: str, document: Any, place: int, layer: str) -> list[_Text]:
    """The texts of a document."""
    if form == "from Doc.to_json":
        return [_doc(document, place, layer)]
    if form == "from docs_to_json":
        found = list(_paragraphs(document, place))
    else:
        text, known = document
        found = [_Text(str(place), text, known["entities"], _categories(known))]
    return found if layer == ENTS else [replace(one, spans=None) for one in found]


def _doc(document: Mapping[str, Any], place: int, layer: str) -> _Text:
    groups = document.get("spans")
    layers = {**(groups if isinstance(groups, dict) else {}), ENTS: document.get(ENTS)}
    others = {
        f"span of {name[:40]}": len(spans)
        for name, spans in layers.items() if name != layer and isinstance(spans, list)
    }  # fmt: skip
    aside = others | _categories(document)
    return _Text(str(place), document["text"], layers.get(layer), aside, document.get("tokens"))


def _paragraphs(document: Mapping[str, Any], place: int) -> Iterator[_Text]:
    """The texts of docs_to_json; several of one document are numbered."""
    name, paragraphs = plain(document.get("id", place)) or str(place), document["paragraphs"]
    for number, one in enumerate(paragraphs, start=1):
        known = one if isinstance(one, dict) else {}
        item = name if len(paragraphs) == 1 else f"{name}/{number}"
        yield _Text(item, known.get("raw"), known.get("entities", ()), _categories(known))


def _categories(document: Mapping[str, Any]) -> dict[str, int]:
    return {"text category": 1} if document.get("cats") else {}
