"""Damaged files of text tools: our own errors or answers, and nothing leaves uncounted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest

from tests.unit.readers.span_corpus import CORPUS, Found, together
from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.brat import READER as BRAT
from vendoreval.formats.readers.conll import READER as CONLL
from vendoreval.formats.readers.doccano import READER as DOCCANO
from vendoreval.formats.readers.interface import Reader
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.prodigy import READER as PRODIGY
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.spacy import READER as SPACY
from vendoreval.formats.readers.span_answers import ANSWER_REFUSED
from vendoreval.labels.shapes import SHAPES

TIMES = 1_700  # of each of six files: more than 10,000
FILES: dict[str, tuple[Reader, str]] = {
    "conll": (CONLL, "conll/iob2.conll"),
    "prodigy": (PRODIGY, "prodigy/ner.jsonl"),
    "doccano": (DOCCANO, "doccano/spans_per_user/user_a.jsonl"),
    "tuples": (SPACY, "spacy/entities_tuples.jsonl"),
    "to_json": (SPACY, "spacy/doc_to_json.json"),
    "brat": (BRAT, "brat/brat_dev/d1-nested.ann"),
}
HOSTILE = (b"[" * 300, b'{"a":' * 300, b"9" * 5000, b"1e999", b"NaN", b"\\ud800", b"-1", b"null", b"true",
           b"\0", b"\xff\xfe", b"\r", b"\n", b"\t", b"{}", b'""', b"99999999999999999999")  # fmt: skip


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The data with some bytes changed, left out, doubled or replaced by what is hostile."""
    found = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5])):
        place = dice.randrange(len(found) + 1)
        kind = dice.randrange(5)
        if kind == 0 and place < len(found):
            found[place] = dice.randrange(256)
        elif kind == 1:
            del found[place:]
        elif kind == 2:
            found[place:place] = dice.choice(HOSTILE)
        elif kind == 3:
            end = place + dice.randrange(40)
            found[place:end] = dice.choice(HOSTILE)
        else:
            found[place:place] = found[place : place + 40]
        if not found:
            break
    return bytes(found)


def source(name: str, data: bytes) -> Source:
    return Source(name, (Member(name, len(data), lambda: BytesIO(data)),))


def answers(found: Found) -> int:
    return len(found.sheets) + sum(one.effect == ANSWER_REFUSED for one in found.refusals)


def count_lines(data: bytes) -> int:
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return sum(bool(line.strip()) for line in text.split("\n"))


def count_sentences(data: bytes) -> int:
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    seen, inside = 0, False
    for line in text.split("\n"):
        token = bool(line.strip()) and not line.lstrip(" ").startswith("-DOCSTART-")
        token = token and (inside or not line.startswith("#") or line.split()[-1][:2] in ("O", "B-", "I-"))
        seen += token and not inside
        inside = token
    return seen


def spans_of_brat(data: bytes) -> int:
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    return sum(line.startswith("T") for line in text.split("\n"))


COUNTED: dict[str, tuple[Callable[[bytes], int], Callable[[Found], int]]] = {
    "conll": (count_sentences, answers),
    "prodigy": (count_lines, lambda found: answers(found) + found.aside.total()),
    "doccano": (count_lines, lambda found: answers(found) + found.aside["text without a label"]),
    "tuples": (count_lines, answers),
    "to_json": (
        lambda data: len(json.loads(data)) if data.strip() else 0,
        lambda found: answers(found) + found.aside["text without the layer ents"],
    ),
}


def cases(name: str) -> Iterator[tuple[Reader, bytes]]:
    reader, path = FILES[name]
    data, dice = (CORPUS / "files" / path).read_bytes(), random.Random(name)
    for _ in range(TIMES):
        yield reader, mutated(data, dice)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_gives_our_errors_or_counted_answers(name: str) -> None:
    read = 0
    for reader, data in cases(name):
        given = source(FILES[name][1], data)
        reader.recognises(given)
        options = {option.name: option.default for option in reader.options}
        try:
            found = together(reader.read(given, SHAPES["spans"], options))
        except (InputError, UsageError):
            continue
        read += 1
        assert all(one.reason and one.effect for one in found.refusals)
        if name in COUNTED:
            into, out = COUNTED[name]
            assert into(data) == out(found), data
        else:
            taken = len(found.rows) + sum("brat" not in one.reason for one in found.refusals)
            assert taken == spans_of_brat(data), data
    assert read > TIMES // 20
