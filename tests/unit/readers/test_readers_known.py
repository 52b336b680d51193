"""Which format files are of: the reason, and what is said where it cannot be told."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.known import READERS, Entry, reader, recognise
from vendoreval.formats.readers.sources import Source, open_source
from vendoreval.labels.shapes import SHAPES, Shape


@dataclass(frozen=True)
class Dummy:
    """A reader that is as sure as a test wants it."""

    name: str
    level: int
    yields: frozenset[str] = frozenset({"boxes"})
    suffixes: tuple[str, ...] = (".txt",)
    options: tuple[ReaderOption, ...] = ()
    none: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, source: Source) -> Confidence:
        return Confidence(self.level, f"{source.name} looks like {self.name}.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        yield from ()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "a.txt").write_text("x", "utf-8")
    return open_source([tmp_path / "a.txt"])


def entries(monkeypatch: pytest.MonkeyPatch, *dummies: Dummy) -> tuple[Entry, ...]:
    made = []
    for dummy in dummies:
        module = ModuleType(dummy.name)
        module.READER = dummy  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"vendoreval.formats.readers.{dummy.name}", module)
        made.append(Entry(dummy.name, dummy.suffixes, dummy.yields, dummy.name))
    return tuple(made)


def test_the_one_that_is_sure_or_the_one_that_may_be(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    known = entries(monkeypatch, Dummy("a1", MAYBE), Dummy("b1", SURE), Dummy("c1", NO))
    found, word = recognise(source, "boxes", known)
    assert (found.name, word.reason) == ("b1", "a.txt looks like b1.")
    assert recognise(source, "boxes", known[::2])[0].name == "a1"
    assert reader("c1", known).name == "c1"


def test_several_candidates_are_listed(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    known = entries(monkeypatch, Dummy("a1", SURE), Dummy("b1", SURE), Dummy("c1", MAYBE))
    with pytest.raises(InputError) as caught:
        recognise(source, "boxes", known)
    assert caught.value.lines() == (
        "a.txt: It may be of 2 formats. Say which: --format a1 or --format b1.",
        "  a1: a.txt looks like a1.",
        "  b1: a.txt looks like b1.",
    )


def test_only_formats_of_the_task_type_are_asked(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = frozenset({"spans"})
    known = entries(
        monkeypatch, Dummy("a1", SURE, spans), Dummy("b1", MAYBE), Dummy("c1", SURE, suffixes=(".x",))
    )
    assert recognise(source, "boxes", known)[0].name == "b1"
    with pytest.raises(InputError, match=r"This is a1, which holds no boxes: .* It holds spans"):
        recognise(source, "boxes", known[:1])
    with pytest.raises(InputError, match=r"No format of boxes is recognised in it. Say which .* --format: c1"):
        recognise(source, "boxes", known[2:])
    with pytest.raises(InputError, match=r"reads no format 'z'. It reads a1, b1, c1"):
        reader("z", known)


def test_every_entry_is_what_its_reader_says() -> None:
    for entry in READERS:
        one = importlib.import_module(f"vendoreval.formats.readers.{entry.module}").READER
        assert (one.name, one.suffixes, one.yields) == (entry.name, entry.suffixes, entry.yields)
        assert entry.yields <= set(SHAPES), entry.name
        assert all(not option.choices or option.default in option.choices for option in one.options)
    assert len({entry.name for entry in READERS}) == len(READERS)
