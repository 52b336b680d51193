"""Evidence that is damaged, encrypted or malformed ends in one sentence, by both programs that verify."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.flows import mutations
from tests.flows.test_flows_bad_input import GOLD, HEAD, ROWS, TERMS
from vendoreval.evidence.__main__ import main


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("evidence")
    for name, text in (("terms.toml", TERMS), ("gold.csv", GOLD), ("d.csv", HEAD + ROWS)):
        (folder / name).write_text(text, "utf-8")
    cli = Cli(folder)
    for words in (
        "init", "vendor add acme", "contract add terms.toml", "gold add gold.csv --id g",
        "gold commit g --out receipt.json", "delivery add d.csv --id d --contract birds",
        "audit run d --gold g --id a", "evidence export a --out b.zip",
    ):  # fmt: skip
        cli(*words.split())
    return cli


def odd(folder: Path, **files: bytes) -> dict[str, bytes]:
    """The bundle's files with some of them changed."""
    return {**mutations.zip_files((folder / "b.zip").read_bytes()), **files}


@pytest.mark.parametrize(
    ("seal", "code"),
    [
        *((seal, 5) for seal in (b"[]", b"3", b"null", b'{"schema": []}', b'{"files": 3}')),
        *((seal, 2) for seal in (b"[" * 9000, b"")),
    ],
)
def test_seals_that_are_no_seal(there: Cli, seal: bytes, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = there.folder / "odd.zip"
    path.write_bytes(mutations.zipped(odd(there.folder, **{"bundle.json": seal})))
    assert there("evidence", "verify", "odd.zip", code=code).err.startswith("error: ")
    assert main([str(path)]) == code
    assert capsys.readouterr().err.startswith("error: ")


def test_archives_that_cannot_be_opened(there: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    good = mutations.zipped(odd(there.folder))
    encrypted = bytearray(good)
    encrypted[good.index(b"PK\x01\x02") + 8] |= 1
    at = good.index(b"finch")
    for data, code, says in (
        (bytes(encrypted), 5, "is encrypted"),
        (good[:at] + b"hawks" + good[at + 5 :], 5, "Bad CRC"),
        (good[:-30], 5, "not a readable zip"),
        (b"", 5, "not a readable zip"),
        (mutations.zipped({f"f{n}": b"" for n in range(2001)}), 2, "more files than 2,000"),
    ):
        (there.folder / "odd.zip").write_bytes(data)
        assert says in there("evidence", "verify", "odd.zip", code=code).err
        assert main([str(there.folder / "odd.zip")]) == code
        assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("receipt", "code"),
    [(b"null", 5), (b"[]", 5), (b"{}", 5), (b"{", 2), (b"[" * 9000, 2), (b'{"a": 1, "a": 1}', 2), (b"\xff", 2)],
)
def test_malformed_receipts(there: Cli, receipt: bytes, code: int) -> None:
    (there.folder / "odd.json").write_bytes(receipt)
    assert there("evidence", "verify", "b.zip", "--receipt", "odd.json", code=code).err.startswith("error: ")
    assert main([str(there.folder / "b.zip"), str(there.folder / "odd.json")]) == code


def test_files_that_are_not_there_or_no_files(there: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--receipt", "--delivered", "--contract", "--tasks"):
        said = there("evidence", "verify", "b.zip", option, "none.json", code=2).err
        assert "no such file" in said
        if option != "--delivered":  # a delivery may be a folder
            assert "folder" in there("evidence", "verify", "b.zip", option, ".", code=2).err
        if os.path.exists("/dev/zero"):  # noqa: PTH110
            assert "device" in there("evidence", "verify", "b.zip", option, "/dev/zero", code=2).err
    assert main(["none.zip"]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main([]) == 2


@pytest.mark.parametrize("words", ["3/0", "0/0", "-1/3", "3", "a/b", "1/2/3", "9" * 50 + "/1", "4/3"])
def test_checks_of_gold_that_are_no_rate(there: Cli, words: str) -> None:
    ran = there("audit", "run", "d", "--gold", "g", "--id", "b", f"--gold-checked={words}", code=2)
    assert "3/200" in ran.err


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_dates_at_the_ends_of_the_calendar(there: Cli, tmp_path: Path, day: str) -> None:
    when = {"VENDOREVAL_NOW": f"{day}T12:00:00+00:00"}
    Cli(tmp_path)("init", "ws")
    cli = Cli(tmp_path / "ws")
    cli("vendor", "add", "acme", env=when)
    text = TERMS.replace("2026-01-01", "0001-01-01").replace("2026-12-31", "9999-12-31")
    (tmp_path / "terms.toml").write_text(text, "utf-8")
    cli("contract", "add", "../terms.toml", env=when)
    cli("gold", "add", there.folder / "gold.csv", "--id", "g", env=when)
    wrong = "".join(f"i{n},ann,{('jay', 'finch')[n % 2]}\n" for n in range(40))
    (tmp_path / "wrong.csv").write_text(HEAD + wrong, "utf-8")
    words = ("--contract", "birds", "--ordered", "0001-01-01", "--received", day)
    cli("delivery", "add", "../wrong.csv", "--id", "d", *words, env=when)
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3, env=when)
    cli("claim", "draft", "a", "--id", "c", env=when)
    cli("claim", "issue", "c", env=when)
    due = cli("due", "--days", "99999999999", "--json", env=when).json["due"]
    assert all(one["due"] <= "9999-12-31" for one in due)
    cli("delivery", "list", env=when)
    cli("evidence", "export", "a", "--out", "../b.zip", env=when)
    assert json.loads(cli("evidence", "verify", "../b.zip", "--json", env=when).out)["verdict"] == "breached"
    far = {"VENDOREVAL_NOW": f"{day}T12:00:00{'+' if day < '2' else '-'}14:00"}
    assert "is not a time" in cli("due", env=far, code=2).err
