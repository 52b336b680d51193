"""Made deliveries with all that goes wrong in separated text, several things at once; a seed names a file."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

CLASSES = ("jay", "wren", "tit, great", "owl")
Mutation = Callable[[random.Random, bytes], bytes]

_IDS = [
    "i1",
    "i2",
    "i3",
    " i4",
    "i4 ",
    "é5",
    "e\u03015",
    "",
    "  ",
    "\u00a0",
    "\u2003",
    "url?x=1&Signature=a",
    "0",
]
_LABELS = [
    *CLASSES, "Jay", " wren ", "magpie", "", " ", "null", "N/A", "[]", '["jay"]', '{"a": 1}', "1", "\u3000",
    "ta\tb", "li\nne", "a\rb", "a\r\nb", 'say "jay"', "\u2028", "\x85", "\x0b", "\x1c", "\ufeffjay",
]  # fmt: skip
_TIMES = [
    "2026-01-02T03:04:05Z", "2026-01-02 03:04:05+01:00", "2026-01-02T03:04:05.123456-0530", "2026-01-02",
    "soon", "2026-01-02T03:04:05", "20260102", "1767225600", "", "2026-01-02T24:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "2026-01-02T03:04:05.1234567Z", "2026-02-30T00:00:00Z", "2026-W01-1", " 2026-01-02T03:04:05Z ",
]  # fmt: skip
_SECONDS = [
    "1",
    "2.5",
    "-1",
    "1e3",
    "nan",
    "inf",
    "1_000",
    "",
    " 7 ",
    "1,5",
    "١",
    "0x1",
    "+3",
    ".5",
    "-0",
    "1e400",
]
_PEOPLE = ["ann", "bob", "", "curator", "Ann", "zoë"]
_COLUMNS = {
    "item_id": _IDS, "label": _LABELS, "annotator_id": _PEOPLE, "labelled_at": _TIMES, "seconds": _SECONDS,
    "status": ["done", "open", ""], "flagged": ["true", "no", "", "maybe"], "comment": _LABELS,
}  # fmt: skip


def dirty_file(seed: int) -> tuple[str, bytes]:
    """Its name and what it holds."""
    rng = random.Random(seed)
    suffix, delimiter = rng.choice([(".csv", ",")] * 6 + [(".tsv", "\t"), (".csv", ";")])
    names = ["item_id", "label", *rng.sample(sorted(_COLUMNS.keys() - {"item_id", "label"}), rng.randrange(6))]
    rng.shuffle(names)
    many = rng.random() < 0.04
    rows = rng.randrange(8_000, 15_000) if many else rng.choice([0, 1, 2, 5, 20, 60, 200])
    end = rng.choice(["\n", "\n", "\n", "\r\n", "\r\n", "\r"])
    messy = rng.choice([0, 0, 0.02, 0.3])
    quoting = rng.choice([0, 0, 0.05, 1])
    lines = [delimiter.join(names)]
    lines += [_row(rng, names, delimiter, messy, quoting) for _ in range(rows)]
    data = end.join(lines).encode() + (end.encode() if rng.random() < 0.8 else b"")
    for change in rng.choices(_CHANGES, k=rng.choice([0, 0, 1, 1, 2, 3, 4])):
        data = change(rng, data)
    if rng.random() < 0.1:
        suffix, data = f"{suffix}.gz", _packed(rng, data)
    return f"d{suffix}", data


def _row(rng: random.Random, names: list[str], delimiter: str, messy: float, quoting: float) -> str:
    fields = []
    for name in names:
        pool = _COLUMNS[name]
        text = rng.choice(pool) if rng.random() < messy else pool[rng.randrange(2)]
        if name == "item_id" and rng.random() > messy:
            text = f"item-{rng.randrange(500)}"
        if any(sign in text for sign in f'{delimiter}"\r\n') or rng.random() < quoting:
            text = '"' + text.replace('"', '""') + '"'
        fields.append(text)
    return delimiter.join(fields)


def _packed(rng: random.Random, data: bytes) -> bytes:
    packed = gzip.compress(data, mtime=0)
    match rng.randrange(6):
        case 0:
            return packed[: rng.randrange(1, len(packed))]
        case 1:
            return packed + b"behind"
        case 2:
            return data
    return packed


def _inserted(*texts: bytes) -> Mutation:
    """One of `texts` anywhere."""

    def change(rng: random.Random, data: bytes) -> bytes:
        place = rng.randrange(len(data) + 1)
        return data[:place] + rng.choice(texts) + data[place:]

    return change


def _at_a_line(*texts: bytes) -> Mutation:
    """One of `texts` behind some line's end."""

    def change(rng: random.Random, data: bytes) -> bytes:
        ends = [place + 1 for place, sign in enumerate(data) if sign == 10]
        place = rng.choice(ends or [len(data)])
        return data[:place] + rng.choice(texts) + data[place:]

    return change


def _ahead(*texts: bytes) -> Mutation:
    return lambda rng, data: rng.choice(texts) + data


def _behind(*texts: bytes) -> Mutation:
    return lambda rng, data: data + rng.choice(texts)


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _mixed_ends(rng: random.Random, data: bytes) -> bytes:
    return b"".join(line + rng.choice([b"\n", b"\r\n", b"\n", b"\r"]) for line in data.splitlines())


def _other_text(rng: random.Random, data: bytes) -> bytes:
    return data.decode(errors="replace").encode(
        rng.choice(["utf-16", "utf-16-le", "utf-8-sig", "cp1252"]), "replace"
    )


_CHANGES: list[Mutation] = [
    _inserted(b'"'), _inserted(b'"', b'""', b'"""', b'" '), _inserted(b"\n", b"\r", b"\r\n", b"\n\n"),
    _inserted(b"\xff", b"\xc3", b"\xe2\x80", b"\xed\xa0\x80"), _inserted(b"\0"), _inserted(b",", b"\t", b";"),
    _inserted(b"\xef\xbb\xbf", b"\x1a", b"\xc2\x85", b"\xe2\x80\xa8", b"\x0c"), _inserted(b"x" * 300),
    _at_a_line(b"\n", b"\r\n", b"\r", b"\n\n\n", b" \n"), _at_a_line(b"\xef\xbb\xbf"),
    _at_a_line(b"a\n", b",,,,,,,,,\n"),
    _at_a_line(b'"a', b'""\n', b'"a"b\n', b'5" screen,x\n', b'"long\n\n\nrow",jay\n', b'"a""b",jay\n'),
    _ahead(b"\xef\xbb\xbf", b"\n", b"\r\n\n", b" ", b'"', b"PK\x03\x04", b"%PDF", b"\xef\xbb"),
    _behind(b"\n", b"\n\n\n", b"\r\n\r\n", b'"', b",", b"x,jay", b"\x1a", b"\xc3", b"\0", b"\r"), _cut,
    _mixed_ends, _other_text,
]  # fmt: skip
