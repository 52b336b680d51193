"""Two reviewers and a moderator, by the commands: blind first, then compared, settled and scored."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.conftest import Cli

FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}
REVIEW = ("questionnaire", "review", "acme")


@pytest.fixture
def acme(cli: Cli) -> Cli:
    """Three answers at level 4."""
    cli("init")
    cli("vendor", "add", "acme")
    for question in ("G1", "G2", "G3"):
        cli("questionnaire", "answer", "acme", question, "--level", "4", "--text", "always", env=FIXED)
    return cli


def _level(cli: Cli, question: str) -> int:
    scored = cli("questionnaire", "score", "acme", "--json", env=FIXED).json
    level: int = next(one["level"] for one in scored["questions"] if one["question"] == question)
    return level


def test_from_blind_levels_to_a_moderated_score(acme: Cli) -> None:
    give = ("--clarity", "clear", "--rationale", "as shown")
    for question, level in (("G1", "3"), ("G2", "4"), ("G3", "1")):
        acme(*REVIEW, question, "--reviewer", "ann", "--level", level, *give, env=FIXED)
    acme(*REVIEW, "--reviewer", "bob", "--sheet", "bob.xlsx", env=FIXED)
    _fill(acme.folder / "bob.xlsx", {"G1": 2, "G2": 4, "G3": 3})
    before = acme(*REVIEW, "--show", "--reviewer", "bob", "--json", env=FIXED).json
    assert before["reviewers"] == [{"reviewer": "ann", "judged": 3}]
    assert before["reviews"] == before["consensus"] == []  # nothing of Ann's is shown to Bob
    acme(*REVIEW, "--reviewer", "bob", "--filled", "bob.xlsx", env=FIXED)
    assert "0 levels recorded" in acme(*REVIEW, "--reviewer", "bob", "--filled", "bob.xlsx", env=FIXED).out
    assert "is not closed" in acme("questionnaire", "moderate", "acme", "G3", "--level", "2",
                                   "--rationale", "x", code=2).err  # fmt: skip
    assert _level(acme, "G1") == 4  # an open review changes no score
    shown = acme(*REVIEW, "--close", "--json", env=FIXED).json
    settled = {one["question"]: (one["spread"], one["state"], one["level"]) for one in shown["consensus"]}
    assert settled == {"G1": (1, "close", 2), "G2": (0, "agreed", 4), "G3": (2, "moderation needed", None)}
    assert shown["agreement"]["questions"] == 3
    assert shown["agreement"]["exact"] == pytest.approx(1 / 3)
    # Krippendorff by hand: observed (1+0+4)·2/6, expected over the pairs of 3,2,4,4,1,3.
    values = [3, 2, 4, 4, 1, 3]
    expected = sum((a - b) ** 2 for a in values for b in values) / (6 * 5)
    assert shown["agreement"]["alpha"] == pytest.approx(1 - (2 * (1 + 4) / 6) / expected)
    assert "Reviewers differ by 2 levels or more on G3" in acme("questionnaire", "score", "acme", code=2).err
    assert "on G3" in acme("report", "questionnaire", "acme", "--out", "q.json", code=2).err
    acme("report", "scorecard", "acme", "--out", "s.json", env=FIXED)
    card = json.loads((acme.folder / "s.json").read_text("utf-8"))
    assert "left out. acme: Reviewers differ by 2 levels or more on G3" in card["remarks"][0]
    words = ("questionnaire", "moderate", "acme", "G3", "--level", "2", "--rationale")
    assert "needs a reason" in acme(*words, " ", code=2).err
    acme(*words, "the export shows versions by batch only", "--person", "eve", env=FIXED)
    assert [_level(acme, question) for question in ("G1", "G2", "G3")] == [2, 4, 2]
    notes = acme("questionnaire", "score", "acme", "--json", env=FIXED).json["notes"]
    assert notes == ["Levels of 3 answers were set by ann, bob, blind to each other, 1 of them by moderation."]
    acme("report", "questionnaire", "acme", "--out", "q.json", env=FIXED)
    told = json.loads((acme.folder / "q.json").read_text("utf-8"))
    lines = {name: text for section in told["sections"] for q in section["questions"] if q["id"] == "G3"
             for name, text in q["lines"]}  # fmt: skip
    assert lines["Reviewers"] == (
        "the vendor 4, ann 1, bob 3; level 2 counts: the export shows versions by batch only"
    )
    again = (*REVIEW, "G1", "--reviewer", "cleo", "--level", "0")
    assert "was closed on 2026-03-02" in acme(*again, code=2, env=FIXED).err
    acme(*again, "--new-round", env=FIXED)
    assert not acme(*REVIEW, "--show", "--json", env=FIXED).json["closed"]
    assert [_level(acme, question) for question in ("G1", "G2", "G3")] == [2, 4, 2]  # until this one is closed


def test_an_answer_given_after_the_review_is_not_hidden_by_it(acme: Cli) -> None:
    later = {**FIXED, "VENDOREVAL_NOW": "2026-03-09T09:00:00+00:00"}
    for question in ("G1", "G2"):
        acme(*REVIEW, question, "--reviewer", "ann", "--level", "3", env=FIXED)
    acme("questionnaire", "answer", "acme", "G2", "--level", "1", env=later)
    shown = acme(*REVIEW, "--show", "--json", env=later).json
    assert shown["reviewers"] == [{"reviewer": "ann", "judged": 1}]  # G2 is to be judged again
    acme(*REVIEW, "--close", "--unfinished", env=later)
    assert _level(acme, "G2") == 1
    acme("questionnaire", "answer", "acme", "G1", "--level", "0", "--text", "no guideline after all", env=later)
    scored = acme("questionnaire", "score", "acme", "--json", env=later).json
    assert scored["questions"][0]["level"] == 0
    assert "G1" in {one["question"] for one in scored["knock_outs"]}
    assert "Answered anew since the review: G1, G2; the lower level counts" in scored["notes"][1]
    acme("questionnaire", "answer", "acme", "G1", "--level", "4", "--text", "always", env=later)
    again = acme("questionnaire", "score", "acme", "--json", env=later).json
    assert again["questions"][0]["level"] == 3  # what was judged is said again


def test_reviews_that_do_not_fit(acme: Cli) -> None:
    assert "Who judges?" in acme(*REVIEW, "G1", "--level", "2", code=2).err
    assert "did not answer A1" in acme(*REVIEW, "A1", "--reviewer", "ann", "--level", "2", code=2).err
    assert "There is no open review" in acme(*REVIEW, "--close", code=2).err
    acme(*REVIEW, "G1", "--reviewer", "ann", "--level", "2")
    assert "not judged yet: ann 2" in acme(*REVIEW, "--close", code=2).err
    assert acme(*REVIEW, "--close", "--unfinished", "--json").json["closed"]


def test_judged_by_prompts(acme: Cli) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vendoreval", *REVIEW, "--reviewer", "ann"],
        cwd=acme.folder, input="3\na\nvague\n9\ns\nq\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "The vendor: level 4, “always”" in done.stdout
    assert "'9' is none of these" in done.stderr
    own = acme(*REVIEW, "--show", "--reviewer", "ann", "--json").json["reviews"]
    assert [(r["question"], r["level"], r["clarity"], r["rationale"]) for r in own] == [
        ("G1", 3, "ambivalent", "vague")
    ]


def _fill(path: Path, levels: dict[str, int]) -> None:
    book = load_workbook(path)
    for row in book["Review"].iter_rows():
        if row[0].value in levels:
            row[4].value = levels[str(row[0].value)]
            row[5].value = "Clear reply"
    book.save(path)
