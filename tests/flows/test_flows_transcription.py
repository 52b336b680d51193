"""Transcriptions through the commands: a small story to the sealed bundle, and a real set with its figures."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.conftest import SHARED, Cli, facts
from tests.contracts import REWORK, YEAR, clause, contract_toml

SPOKEN = {"a": "The cat sat on the mat.", "b": "It is ten o’clock", "c": "", "d": "well done you two"}
HEARD = {"a": "the cap sat the mat mat", "b": "it is 10 o'clock", "c": "hm", "d": "Well done, you too!"}
ROWS = SHARED / "data" / "crowdspeech_clean"


def terms(normalize: str = "basic", *more: dict[str, Any]) -> str:
    point = {"decision": {"rule": "point"}, "remedy": ["rework"]}
    clauses = [
        clause("wer", metric="wer", unit="word", threshold="0.2", **point),
        clause("cer", metric="cer", unit="word", threshold="0.5", **point),
        clause("exact", metric="exact_match", unit="label", threshold="0.01", **point),
        *(clause(**one) for one in more),
    ]
    task = {"type": "transcription", "repeats": "last", "matching": {"normalize": normalize}}
    return contract_toml(**YEAR, task=task, clauses=clauses, remedies=[REWORK])


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def story(cli: Cli) -> Cli:
    """A workspace with a committed gold set and a delivery with a resubmitted line."""
    gold = [
        {"item_id": item, "text": text, "accepted": '["It is 10 o\'clock"]' if item == "b" else ""}
        for item, text in SPOKEN.items()
    ]
    given = [
        {"item_id": item, "annotator_id": "ann", "text": text, "labelled_at": "2026-03-02T10:00:00Z"}
        for item, text in HEARD.items()
    ]
    given.append({**given[0], "text": "nonsense", "labelled_at": "2026-03-01T10:00:00Z"})
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme")
    (cli.folder / "c.toml").write_text(terms(), "utf-8")
    cli("contract", "add", "c.toml")
    cli("gold", "add", table(cli.folder / "gold.csv", gold), "--id", "g", "--contract", "c")
    cli("gold", "commit", "g", "--out", "receipt.json")
    added = cli("delivery", "add", table(cli.folder / "d.csv", given), "--id", "d", "--contract", "c", "--json")
    intake = json.loads(added.out)["intake"]
    assert (intake["sheets"]["answered"], intake["sheets"]["objects"], intake["most_labels"]) == (4, 15, 6)
    return cli


def test_from_delivery_to_evidence(story: Cli) -> None:
    found = json.loads(story("audit", "run", "d", "--gold", "g", "--id", "a", "--json", code=3).out)
    wer, cer, exact = found["findings"]
    assert (wer["errors"], wer["n"], wer["verdict"]) == (5, 14, "breached")
    assert (exact["errors"], exact["n"]) == (3, 4)
    assert cer["n"] == sum(map(len, ["the cat sat on the mat", "it is 10 o'clock", "well done you two"]))
    assert (found["by_class"], found["confusion"]) == ([], {})
    assert found["counts"]["words"] == 15
    claim = json.loads(story("claim", "draft", "a", "--id", "cl", "--json").out)
    assert [line["where"] for line in claim["lines"]] == [
        "the [cat → cap] sat on the …", "the cat sat [on →] the mat", "… sat on the [→ mat] mat", "[→ hm]",
        "well done you [two → too]",
    ]  # fmt: skip
    for what, name in (("claim", "cl"), ("audit", "a")):
        story("report", what, name, "--out", f"{what}.html", "--format", "html")
        page = (story.folder / f"{what}.html").read_text("utf-8")
        assert '<span class="said" dir="auto">cat</span><span class="heard" dir="auto">cap</span>' in page
    story("evidence", "export", "a", "--out", "b.zip")
    told = story("evidence", "verify", "b.zip", "--receipt", "receipt.json", "--delivered", "d.csv").out
    assert "judged again, give the same result" in told
    story("claim", "issue", "cl")
    story("claim", "tasks", "cl", "--out", "rework.csv")
    assert "[cap] sat" in (mended := (story.folder / "rework.csv").read_text("utf-8"))
    assert "The word is wrong." in mended
    assert "The label is wrong." not in mended


def test_a_new_contract_evens_out_and_a_harsh_one_is_weak(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme")
    cli("contract", "new", "--vendor", "acme", "--task", "transcription")
    written = (cli.folder / "contract.toml").read_text("utf-8")
    assert 'normalize = "basic"' in written
    assert "punctuation count as errors" not in cli("contract", "check", "contract.toml").out
    (cli.folder / "harsh.toml").write_text(
        written.replace('normalize = "basic"', 'normalize = "none"'), "utf-8"
    )
    assert "punctuation count as errors" in " ".join(cli("contract", "check", "harsh.toml").out.split())


def test_agreement_has_a_distance(story: Cli) -> None:
    rows = [
        {"item_id": item, "annotator_id": who, "text": text}
        for item, text in HEARD.items()
        for who, text in (("ann", text), ("bob", SPOKEN[item]))
    ]
    story("delivery", "add", table(story.folder / "two.csv", rows), "--id", "two", "--contract", "c")
    found = json.loads(story("agreement", "show", "two", "--json").out)
    assert found["unit"] == "answer"
    assert found["distance"]["words"] == "word errors between two texts ÷ the words of the longer one"
    assert 0 < found["alpha"]["estimate"] < 1


def seen(text: str) -> list[str]:
    """The pieces between white space, without signs that nobody sees."""
    return text.translate({0xAD: None, 0x2060: None, 0xFEFF: None, 0x200B: " "}).split()


@pytest.mark.slow
@pytest.mark.parametrize("split", ["dev-clean", "test-clean"])
def test_the_figures_of_crowdspeech(cli: Cli, split: str) -> None:
    known = facts("crowdspeech_clean")[split]
    for name in ("gold", "delivered"):
        whole = pq.read_table(ROWS / f"{name}.parquet")
        kept = [item.startswith(split) for item in whole["item_id"].to_pylist()]
        pq.write_table(whole.filter(kept), cli.folder / f"{name}.parquet")
    cli("init")
    cli("vendor", "add", "acme", "--name", "Acme")
    people = {"id": "people", "metric": "wer", "unit": "word", "scope": "annotator", "threshold": "0.1",
              "decision": {"rule": "point"}}  # fmt: skip
    for rule, more in (("basic", [people]), ("none", [])):
        text = terms(rule, *more).replace('id = "c"', f'id = "{rule}"', 1)
        (cli.folder / f"{rule}.toml").write_text(text, "utf-8")
        cli("contract", "add", f"{rule}.toml")
        cli("gold", "add", "gold.parquet", "--id", f"g-{rule}", "--contract", rule)
        cli("delivery", "add", "delivered.parquet", "--id", f"d-{rule}", "--contract", rule)
    audits = {
        rule: json.loads(cli("audit", "run", f"d-{rule}", "--gold", f"g-{rule}", "--json", code=code).out)
        for rule, code in (("basic", 3), ("none", 3))
    }
    wer, cer, exact, *of_people = audits["basic"]["findings"]
    assert (wer["errors"], wer["n"]) == (known["word_errors"], known["gold_words"])
    assert wer["estimate"] == pytest.approx(known["wer_corpus"], abs=5e-7)
    assert cer["estimate"] == pytest.approx(known["cer_corpus"], abs=5e-7)
    assert exact["estimate"] == pytest.approx(known["exact_match_after_normalisation"], abs=5e-7)
    raw = audits["none"]["findings"][2]
    gold = pq.read_table(cli.folder / "gold.parquet").to_pylist()
    told = {one["item_id"]: one["label"] for one in gold}
    given = pq.read_table(cli.folder / "delivered.parquet").to_pylist()
    same = [(one["label"], told[one["item_id"]]) for one in given]
    assert sum(a == b for a, b in same) / len(same) == pytest.approx(known["exact_match_raw"], abs=5e-7)
    assert raw["n"] - raw["errors"] == sum(seen(a) == seen(b) for a, b in same)
    counts = audits["basic"]["counts"]
    assert (counts["items"], counts["sheets"]) == (known["n_items"], known["n_labels"])
    assert len(of_people) == known["n_annotators"]
    often = [one["estimate"] for one in of_people if one["clusters"] >= 10]
    assert len(often) == known["annotator_wer_min10"]["n"]
    assert sum(often) / len(often) == pytest.approx(known["annotator_wer_min10"]["mean"], abs=5e-7)
    assert max(often) == pytest.approx(known["annotator_wer_min10"]["max"], abs=5e-7)
