"""UIMA CAS as XMI (INCEpTION, WebAnno, dkpro-cassis): spans and relations in layers, offsets in UTF-16 units.

An element is an annotation of the type that its name stands for: `custom:Span` in the namespace
`http:///custom.ecore` is of the layer custom.Span. One that has a Governor and a Dependent, or a source and a
target, is a relation; its head is the governor, or the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.uima_layers import (
    NOT_ANSWERS,
    UIMA_OPTIONS,
    Document,
    Layers,
    Link,
    Mark,
    answers_of,
)
from vendoreval.formats.readers.xml_stream import Element, elements, root_of
from vendoreval.labels.shapes import Shape

_ROOT = "xmi:XMI"
_VIEW = "_InitialView"
_LOOKED = 3  # files of each ending that are looked into before one is taken for XMI
_OWN = ("xmi:id", "sofa", "begin", "end")
_ENDS = (("Governor", "Dependent"), ("source", "target"))
_NAMESPACE = re.compile(r'xmlns:([\w.-]+)\s*=\s*["\'](?:http:///)?([^"\']*?)(?:\.ecore)?["\']')
_OFFSET = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True)
class Xmi:
    """The reader of UIMA XMI."""

    name: str = "xmi"
    suffixes: tuple[str, ...] = (".xmi", ".xml")
    yields: frozenset[str] = frozenset({"spans", "relations"})
    options: tuple[ReaderOption, ...] = UIMA_OPTIONS

    def recognises(self, source: Source) -> Confidence:
        """By the root of the first files."""
        first = (*source.ending(".xmi")[:_LOOKED], *source.ending(".xml")[:_LOOKED])
        found = next((member for member in first if root_of(member.head()) == _ROOT), None)
        if found:
            return Confidence(SURE, f"{found.name} is an XMI document.")
        return Confidence(NO, f"No file of it has the root <{_ROOT}>.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as the answer on its text."""
        files = _files(source)
        if not files:
            raise InputError(f"No file in it has the root <{_ROOT}>.", file=source.name)
        people = [member for member in files if PurePosixPath(member.name).stem not in NOT_ANSWERS]
        known = _layers(people)
        for member in people:
            document = _document(member)
            notes = [] if document.text is not None else ["It holds no text: offsets are taken as characters."]
            yield answers_of(member.name, document, known, shape, options, *notes)
        aside = {
            "other file": len(source.members) - len(files),
            "curated or initial file": len(files) - len(people),
        }
        if any(aside.values()):
            yield Answers(source.name, {}, (), set_aside={word: n for word, n in aside.items() if n})


READER = Xmi()


def _files(source: Source) -> list[Member]:
    return [member for member in source.ending(".xmi", ".xml") if root_of(member.head()) == _ROOT]


def _layers(files: list[Member]) -> Layers:
    """The layers of all files, with the features that have a value anywhere."""
    spans: dict[str, dict[str, None]] = {}
    links: dict[str, dict[str, None]] = {}
    for member in files:
        names = _namespaces(member)
        for element in elements(member, _ROOT):
            if "begin" in element.attributes:
                ends = _ends(element)
                known = (links if ends else spans).setdefault(_type(element, names), {})
                known.update(dict.fromkeys(_features(element, ends or ())))
    return Layers(*({name: tuple(found) for name, found in one.items()} for one in (spans, links)))


def _document(member: Member) -> Document:
    found, names = Document(), _namespaces(member)
    marks: dict[str, Mark] = {}
    links: list[tuple[Element, tuple[str, str]]] = []
    sofa, waiting = "", list[Element]()
    for element in elements(member, _ROOT):
        if element.tag == "cas:Sofa":
            if element.attributes.get("sofaID") == _VIEW or not sofa:
                sofa, found.text = element.attributes.get("xmi:id", ""), element.attributes.get("sofaString")
        elif "begin" in element.attributes:
            waiting.append(element)
    for element in waiting:  # the text may stand behind its annotations
        borders = [element.attributes.get(name, "") for name in ("begin", "end")]
        if element.attributes.get("sofa") != sofa:
            found.aside["annotation of another view"] += 1
        elif not all(map(_OFFSET.fullmatch, borders)):
            found.wrong.append((element.line, "The annotation has no begin and end."))
        elif ends := _ends(element):
            links.append((element, ends))
        else:
            begin, end = map(int, borders)
            layer = _type(element, names)
            mark = Mark(layer, begin, end, _values(element, ()), element.line)
            marks[element.attributes.get("xmi:id", "")] = mark
            found.marks.append(mark)
    for element, ends in links:
        head, tail = (marks.get(element.attributes[name]) for name in ends)
        found.links.append(Link(_type(element, names), head, tail, _values(element, ends), element.line))
    return found


def _ends(element: Element) -> tuple[str, str] | None:
    """The features that name the ends of a relation."""
    return next((pair for pair in _ENDS if all(name in element.attributes for name in pair)), None)


def _features(element: Element, ends: tuple[str, ...]) -> list[str]:
    """The features of an annotation that hold a value and not another annotation."""
    return [name for name in element.attributes if name not in (*_OWN, *ends)]


def _values(element: Element, ends: tuple[str, ...]) -> dict[str, str | None]:
    return {name: element.attributes[name] for name in _features(element, ends)}


def _namespaces(member: Member) -> dict[str, str]:
    """What the prefixes of element names stand for: `custom`, `de.tudarmstadt.….type`."""
    found = _NAMESPACE.findall(member.head().decode("utf-8", "replace"))
    return {prefix: name.strip("/").replace("/", ".") for prefix, name in found}


def _type(element: Element, names: Mapping[str, str]) -> str:
    prefix, _, local = element.tag.rpartition(":")
    package = names.get(prefix, prefix)
    return f"{package}.{local}" if package and package != "uima.noNamespace" else local
