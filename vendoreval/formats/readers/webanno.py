"""WebAnno TSV 3, as WebAnno and INCEpTION write it: spans and relations over tokens, in layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.formats.readers.uima_layers import NOT_ANSWERS, UIMA_OPTIONS, Layers, answers_of
from vendoreval.formats.readers.webanno_lines import document_of, layers_of
from vendoreval.labels.shapes import Shape

_HEAD = b"#FORMAT=WebAnno TSV 3"
_BETWEEN = ReaderOption(
    "between",
    "what stands between sentences, which the file does not tell: blanks, line ends, or the text is not kept",
    "blank",
    ("blank", "line", "unknown"),
)
_UNLIKE = (
    "The rows' offsets do not fit the sentences: the text is not kept, and offsets are taken as characters."
)


@dataclass(frozen=True)
class WebAnno:
    """The reader of WebAnno TSV 3."""

    name: str = "webanno"
    suffixes: tuple[str, ...] = (".tsv",)
    yields: frozenset[str] = frozenset({"spans", "relations"})
    options: tuple[ReaderOption, ...] = (*UIMA_OPTIONS, _BETWEEN)

    def recognises(self, source: Source) -> Confidence:
        """By the first line."""
        found = next((member for member in source.ending(".tsv") if _is_ours(member)), None)
        if found:
            return Confidence(SURE, f"{found.name} says that it is WebAnno TSV.")
        return Confidence(NO, "No .tsv file begins with #FORMAT=WebAnno TSV 3.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as the answer on its text."""
        files = [member for member in source.ending(".tsv") if _is_ours(member)]
        if not files:
            raise InputError("No .tsv file in it begins with #FORMAT=WebAnno TSV 3.", file=source.name)
        people = [member for member in files if PurePosixPath(member.name).stem not in NOT_ANSWERS]
        known = _layers(people)
        for member in people:
            document = document_of(whole_text(member), "\n" if options["between"] == "line" else " ")
            notes = [_UNLIKE] if document.text is None else []
            text = document.text
            found = answers_of(member.name, document, known, shape, options, *notes)
            yield found if options["between"] != "unknown" or text is None else _without_texts(found)
        aside = {
            "other file": len(source.members) - len(files),
            "curated or initial file": len(files) - len(people),
        }
        if any(aside.values()):
            yield Answers(source.name, {}, (), set_aside={word: n for word, n in aside.items() if n})


READER = WebAnno()


def _is_ours(member: Member) -> bool:
    return member.head(64).removeprefix(b"\xef\xbb\xbf").startswith(_HEAD)


def _layers(files: list[Member]) -> Layers:
    """The layers that the files' first lines tell."""
    spans: dict[str, tuple[str, ...]] = {}
    links: dict[str, tuple[str, ...]] = {}
    for member in files:
        for layer in layers_of(member.head().decode("utf-8", "replace")):
            if layer.kind != "CH":
                (links if layer.kind == "RL" else spans)[layer.name] = layer.features
    return Layers(spans, links)


def _without_texts(found: Answers) -> Answers:
    return replace(found, sheets={name: column for name, column in found.sheets.items() if name != "text"})
