"""`report letter`, Word files and `--texts`, on issued claims about real tweets."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import docx
import pytest

from tests.flows.dispute_story import opened

pytestmark = pytest.mark.usefixtures("later")


def test_a_letter_names_what_is_enclosed_and_ends_with_the_claim(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    cli("report", "letter", "claim-mturk", "--enclose", "claim-mturk.pdf", "--enclose", "bundle-mturk.zip",
        "--out", "letter.json")  # fmt: skip
    view = json.loads((cli.folder / "letter.json").read_text("utf-8"))
    for one in view["enclosed"]:
        assert one["sha256"] == hashlib.sha256((cli.folder / one["name"]).read_bytes()).hexdigest()
    assert [one["name"] for one in view["enclosed"]] == ["claim-mturk.pdf", "bundle-mturk.zip"]
    assert dict(view["asked"])["In total, now"].startswith("USD 162.00")
    assert cli("report", "letter", "claim-mturk", "--json").json["kind"] == "letter"
    assert (cli.folder / "letter-claim-mturk.pdf").read_bytes().startswith(b"%PDF-1.7")
    cli("report", "letter", "claim-mturk", "--out", "letter.docx")
    assert "USD 162.00" in "\n".join(
        cell.text for table in docx.Document(str(cli.folder / "letter.docx")).tables for cell in table._cells
    )
    assert "no such file" in cli("report", "letter", "claim-mturk", "--enclose", "no.pdf", code=2).err
    many = [word for _ in range(7) for word in ("--enclose", "claim-mturk.pdf")]
    assert "up to 6 files" in cli("report", "letter", "claim-mturk", *many, code=2).err
    cli("claim", "withdraw", "claim-mturk", "--reason", "We looked again.")
    assert "asks for nothing" in cli("report", "letter", "claim-mturk", code=2).err


def test_only_a_pdf_is_signed(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    cli("evidence", "keygen", "ada", "--out", str(tmp_path / "keys"), code=0)
    said = cli("report", "claim", "claim-mturk", "--out", "c.docx", "--sign", str(tmp_path / "keys"), code=2)
    assert "Only a PDF is signed" in said.err
    assert not (cli.folder / "c.docx").exists()


def test_texts_stand_in_the_lines_and_what_they_lack_is_said(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    cli("report", "claim", "claim-mturk", "--out", "c.json")
    view = json.loads((cli.folder / "c.json").read_text("utf-8"))
    first, second = (line["item"] for line in view["lines"]["rows"][:2])
    texts = cli.folder / "texts.csv"

    def shown(text: str, code: int = 0) -> str:
        texts.write_text(text, "utf-8")
        return cli("report", "claim", "claim-mturk", "--texts", "texts.csv", "--out", "c.html", code=code).err

    shown(f"item_id,text\n{first},Sunny <b>today</b>\n")
    page = (cli.folder / "c.html").read_text("utf-8")
    assert "Sunny &lt;b&gt;today&lt;/b&gt;" in page
    assert "For 39\u00a0items of the lines that show their items no text was given" in page
    assert "is neither item_id nor text" in shown(f"item_id,text,gold\n{first},a,b\n", 2)
    assert "no column" in shown(f"item_id,tweet\n{first},a\n", 2)
    assert "has two texts" in shown(f"item_id,text\n{first},a\n{first},b\n", 2)
    assert "of no item that is shown" in shown("item_id,text\nstranger,a\n", 2)
    lines = "".join(json.dumps({"item_id": one, "text": f"Text of {one}"}) + "\n" for one in (first, second))
    (cli.folder / "t.jsonl").write_text(lines, "utf-8")
    cli("report", "claim", "claim-mturk", "--texts", "t.jsonl", "--out", "c.docx")
