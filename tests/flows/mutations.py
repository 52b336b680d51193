"""Structured mutations of good inputs: each keeps the file's form and makes one to three things in it odd."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.evidence.canonical import sha256_hex

Random = random.Random
TEXTS = [
    "", " ", "\u202e", "\x1b[2J", "\ufeff", "é" * 300, "=1+1", "null", "nan", "-inf", "-1", "1e999",
    "9" * 400, "0.5", "5 %",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-02-30",
    "2026-01-01",
    "finch", "i3", "../../x", "a\nb", "a,b", '"', "[", '["a","b"]', "{}", "true", "\u0130", "𝟗", "x" * 5000,
    "0" * 64,
]  # fmt: skip
ODD: list[Any] = [
    *TEXTS, None, True, False, 0, -1, 1, 3, 2**53, -(2**63), 10**30, 0.5, 1e308, [], {}, [[]], [None],
    {"a": None},
    [1, 2, 3], ["finch"], {"": ""}, [[["x"]]],
]  # fmt: skip
TOML = [
    '""', "0", "-1", "1", "1.5", "inf", "nan", "true", "[]", "{}", "[[]]", '["a"]', '"0.97"', '"finch"',
    "2026-01-01",
    "0001-01-01", "9999-12-31", "2026-01-01T00:00:00Z", "12:00:00", "9223372036854775807",
    "99999999999999999999",
    '"' + "x" * 3000 + '"', "{ a = 1 }", '["finch", "finch"]', '"""\na\n"""', "1e300", "0x7f", '"item"',
    '"\\u202e"', "",
    "[" * 120 + "]" * 120, '"5 %"', '"1e5"', '"-1"', '"9"', '"100"',
]  # fmt: skip


def mutated_json(rng: Random, value: Any) -> Any:
    """The value with one to three of its parts replaced, dropped, doubled, wrapped, renamed or swapped."""
    value = copy.deepcopy(value)
    for _ in range(rng.randint(1, 3)):
        holder = [value]
        key, inside = 0, holder
        while isinstance(inside[key], dict | list) and inside[key] and rng.random() < 0.85:
            inside = inside[key]
            key = rng.choice(sorted(inside)) if isinstance(inside, dict) else rng.randrange(len(inside))
        _change(rng, inside, key)
        value = holder[0] if holder else None
    return value


def _change(rng: Random, inside: Any, key: Any) -> None:
    kind = rng.randrange(7)
    if kind == 0:
        del inside[key]
    elif kind == 1:
        inside[key] = [inside[key]]
    elif kind == 2 and isinstance(inside, list):
        inside.append(copy.deepcopy(inside[key]))
    elif kind == 3 and isinstance(inside, dict):
        inside[rng.choice(TEXTS)] = inside.pop(key)
    elif kind == 4 and isinstance(inside[key], int | float):
        inside[key] = inside[key] * rng.choice([-1, 2, 10**6]) + 1
    elif kind == 5 and isinstance(inside, dict):
        other = rng.choice(sorted(inside))
        inside[key], inside[other] = inside[other], inside[key]
    else:
        inside[key] = copy.deepcopy(rng.choice(ODD))


def damaged(rng: Random, data: bytes) -> bytes:
    """Bytes changed, cut off or added."""
    at = rng.randrange(len(data) + 1)
    more = bytes(rng.randrange(256) for _ in range(rng.randint(1, 4)))
    return [data[:at], data[:at] + more + data[at + len(more) :], data[:at] + more + data[at:]][
        rng.randrange(3)
    ]


def json_file(rng: Random, data: bytes) -> bytes:
    """A JSON document with odd parts, or (one in eight) damaged bytes."""
    if rng.random() < 0.12:
        return damaged(rng, data)
    try:
        changed = mutated_json(rng, json.loads(data))
    except (ValueError, RecursionError):  # it was made odd before
        return damaged(rng, data)
    return json.dumps(changed, ensure_ascii=rng.random() < 0.5).encode("utf-8", "replace")


def json_lines(rng: Random, data: bytes) -> bytes:
    """JSON lines with odd lines, and lines moved, doubled or left out."""
    lines = data.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines)) if lines else 0
        kind = rng.randrange(6)
        if kind == 0 and lines:
            lines.pop(at)
        elif kind == 1 and lines:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif kind == 2:
            lines.insert(
                at, rng.choice([b"", b"[]", b"3", b"null", b"{", b'{"a":1,"a":2}', b"[" * 500, b"\xff"])
            )
        elif lines:
            lines[at] = _line(rng, lines[at])
    return b"\n".join(lines) + b"\n"


def _line(rng: Random, line: bytes) -> bytes:
    try:
        return json.dumps(mutated_json(rng, json.loads(line))).encode()
    except (ValueError, RecursionError):
        return damaged(rng, line)


def toml_file(rng: Random, data: bytes) -> bytes:
    """A TOML document with lines dropped, doubled, moved, or with odd keys and values."""
    lines = data.decode().splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        kind = rng.randrange(8)
        if kind == 0:
            lines.pop(at)
        elif kind == 1:
            lines.insert(rng.randrange(len(lines)), lines[at])
        elif kind == 2:
            lines[at] = rng.choice(
                ["[task]", "[[clause]]", "[[remedy]]", "[x.y]", "x", "# y", '"""', "[", "a.b.c = 1"]
            )
        elif kind == 3:
            lines[at] = re.sub(
                r"^\s*([\w.-]+)", lambda _: rng.choice(["x", "id", '"é"', "a.b", "unit"]), lines[at]
            )
        elif "=" in lines[at]:
            lines[at] = lines[at].split("=")[0] + "= " + rng.choice(TOML)
    text = "\n".join(lines).encode()
    return damaged(rng, text) if rng.random() < 0.05 else text


def csv_file(rng: Random, data: bytes) -> bytes:
    """A CSV file with odd cells, rows, headers, quotes, line ends and encodings; some gzipped."""
    rows = [list(row) for row in csv.reader(io.StringIO(data.decode()))]
    for _ in range(rng.randint(1, 4)):
        at = 0 if rng.random() < 0.25 else rng.randrange(len(rows))
        kind = rng.randrange(6)
        if kind == 0 and len(rows) > 1:
            rows.pop(at)
        elif kind == 1:
            rows.insert(at, list(rng.choice(rows)))
        elif kind == 2:
            rows[at].insert(rng.randrange(len(rows[at]) + 1), rng.choice(TEXTS))
        elif kind == 3 and rows[at]:
            rows[at].pop(rng.randrange(len(rows[at])))
        elif rows[at]:
            rows[at][rng.randrange(len(rows[at]))] = rng.choice(TEXTS)
    out = io.StringIO(newline="")
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    csv.writer(out, delimiter=rng.choice(",,,,;\t"), lineterminator=end).writerows(rows)
    made = out.getvalue().encode(rng.choice(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le"]))
    return damaged(rng, made) if rng.random() < 0.1 else made


def gzipped(rng: Random, data: bytes) -> bytes:
    """The same, packed, and then sometimes damaged."""
    made = gzip.compress(csv_file(rng, data), mtime=0)
    return damaged(rng, made) if rng.random() < 0.3 else made


def parquet_file(rng: Random, data: bytes) -> bytes:
    """A Parquet file with columns of other types and values, other names, or cut off."""
    table = pq.read_table(io.BytesIO(data))
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(max(table.num_columns, 1))
        kind = rng.randrange(5)
        if kind == 0 and table.num_columns:
            table = table.remove_column(at)
        elif kind == 1 and table.num_columns:
            table = table.rename_columns(
                [rng.choice(TEXTS) if k == at else n for k, n in enumerate(table.column_names)]
            )
        elif kind == 2:
            table = table.slice(rng.randrange(3), rng.randrange(4))
        else:
            name = table.column_names[at] if table.num_columns and rng.random() < 0.8 else "extra"
            column = _column(rng, table.num_rows)
            table = table.set_column(at, name, column) if name != "extra" else table.append_column(name, column)
    out = io.BytesIO()
    pq.write_table(table, out, compression=rng.choice(["none", "snappy", "zstd", "gzip"]))
    made = out.getvalue()
    return made[: rng.randrange(len(made))] if rng.random() < 0.1 else made


def _column(rng: Random, rows: int) -> Any:
    kinds: list[tuple[Any, list[Any]]] = [
        (pa.int64(), [0, -(2**63), 2**63 - 1, None]), (pa.uint64(), [2**64 - 1, 0]),
        (pa.float64(), [0.5, 1e308, None]),
        (pa.bool_(), [True, None]), (pa.string(), [*TEXTS, None]), (pa.large_string(), TEXTS),
        (pa.binary(), [b"\xff", b""]),
        (pa.list_(pa.string()), [["finch"], [], None, ["a", "b"]]),
        (pa.struct([("a", pa.int8())]), [{"a": 1}, None]),
        (pa.timestamp("s"), [-62135596800, 253402300799, None]), (pa.timestamp("ns", tz="+14:00"), [0, 2**62]),
        (pa.timestamp("us", tz="UTC"), [-(2**62), 2**62, 0]), (pa.date32(), [-719162, 2932896, None]),
        (pa.time64("us"), [0, 86399999999]), (pa.duration("s"), [0, -5]), (pa.decimal128(38, 3), [None, 1]),
        (pa.null(), [None]), (pa.dictionary(pa.int32(), pa.string()), ["finch", "jay", None]),
    ]  # fmt: skip
    kind, values = rng.choice(kinds)
    return pa.array([rng.choice(values) for _ in range(rows)], kind)


def zip_files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def archive(rng: Random, data: bytes, change: Callable[[Random, str, bytes], bytes]) -> bytes:
    """An archive with members changed, left out, added or renamed, packed another way or damaged."""
    files = zip_files(data)
    for _ in range(rng.randint(1, 2)):
        name = rng.choice(sorted(files))
        kind = rng.randrange(12)
        if kind == 0:
            del files[name]
        elif kind == 1:
            files[rng.choice(["x.json", "../x", "/x", "signatures/a", "é/"])] = files[name]
        elif kind == 2:
            files[name] = rng.choice(
                [b"", b"null", b"[]", b"{}", b"3", b"\xff\xfe", b"[" * 3000, b'{"a":' * 300]
            )
        else:
            files[name] = change(rng, name, files[name])
        if not files:
            break
    made = zipped(files, zipfile.ZIP_BZIP2 if rng.random() < 0.02 else zipfile.ZIP_STORED)
    return damaged(rng, made) if rng.random() < 0.1 else made


def member(rng: Random, name: str, data: bytes) -> bytes:
    """One file of a bundle, by its ending."""
    if name.endswith(".jsonl"):
        return json_lines(rng, data)
    if name.endswith(".toml"):
        return toml_file(rng, data)
    return json_file(rng, data) if name.endswith(".json") else damaged(rng, data)


def bundle(rng: Random, data: bytes) -> bytes:
    """A bundle with odd records, sealed again three times in four as a forger would."""
    made = archive(rng, data, member)
    try:
        files = zip_files(made)
        seal = json.loads(files["bundle.json"])
        if rng.random() < 0.75:
            for entry in seal["files"]:
                entry["sha256"] = sha256_hex(files[entry["name"]])
            files["bundle.json"] = json.dumps(seal).encode()
            return zipped(files)
    except (
        RecursionError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        zipfile.BadZipFile,
        NotImplementedError,
    ):
        pass  # what cannot be sealed again is used as it is
    return made


def sheet(rng: Random, name: str, data: bytes) -> bytes:
    """One part of a workbook: values, references, types and elements changed."""
    text = data.decode("utf-8", "replace")
    cells = list(
        re.finditer(r"<c [^>]*?(?:/>|>.*?</c>)|<si>.*?</si>|<property .*?</property>|<sheet .*?/>", text, re.S)
    )
    if not cells:
        return damaged(rng, data)
    for found in rng.sample(cells, min(len(cells), rng.randint(1, 3))):
        old = found.group()
        column = rng.choice(["A", "ZZ", "XFD", "C"])
        kind = rng.choice(["n", "b", "e", "d", "str", "s", "inlineStr", "q"])
        value = rng.choice(["", "1", "1e400", "-3", "99999999", "x", "2958466"])
        words = rng.choice(["", "4", "level 9", "G1", "9999-99-99", "x" * 40000])
        new = rng.choice([
            "", old + old, re.sub(r'r="[A-Z]+', f'r="{column}', old), re.sub(r' t="\w*"', f' t="{kind}"', old),
            re.sub(r"<v>.*?</v>", f"<v>{value}</v>", old), re.sub(r"<t[^>]*>.*?</t>", f"<t>{words}</t>", old),
            re.sub(r"</c>", "<f>1+1</f></c>", old), re.sub(r's="\d+"', 's="99999"', old),
            re.sub(r'value="[^"]*"|name="[^"]*"', 'name="x"', old, count=1),
        ])  # fmt: skip
        text = text.replace(old, new, 1)
    return text.encode()


def workbook(rng: Random, data: bytes) -> bytes:
    return archive(rng, data, sheet)
