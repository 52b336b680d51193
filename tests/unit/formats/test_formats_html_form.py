"""The offline HTML form: what is in it, what a browser saves, and how that is read back."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.browser import GUIDE, fill_in_browser, run_in_browser
from vendoreval.errors import InputError, InvalidDocument
from vendoreval.formats.forms.form_layout import identity
from vendoreval.formats.forms.html_form import html_form, read_saved
from vendoreval.questionnaires.answers import Answer, EvidenceItem, changes
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.resources import resource

TEXT = (resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8")
BANK = parse_bank(TEXT, "annotation-core.toml")
HOSTILE = "</script><script>alert(1)</script><!-- =1+1 @JS@"


def saved(answers: dict[str, Any], **more: Any) -> bytes:
    record = {
        "schema": "vendoreval/form-answers/1",
        "form": identity(BANK, "acme", "full"),
        "respondent": {"name": "Ann", "role": "Ops", "mail": ""},
        "answers": answers,
    }
    return json.dumps(record | more).encode()


def test_self_contained_and_without_scoring() -> None:
    page = html_form(BANK, vendor="acme")
    assert page == html_form(BANK, vendor="acme")
    assert "default-src 'none'" in page
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    data = re.search(r'<script type="application/json" id="form-data">(.*?)</script>', page, re.S)
    assert data
    for word in ("importance", "critical", "knock", "weight", "red_flags", "follow_up", "why"):
        assert f'"{word}"' not in data.group(1)
    assert "@" not in re.sub(r"@media", "", page.split('id="form-data"')[0])


def test_vendor_text_cannot_leave_its_place() -> None:
    page = html_form(BANK, vendor="acme", answers={"G1": Answer("G1", 3, text=HOSTILE)})
    assert page.count("</script>") == 2
    assert page.count("<script") == 2
    assert "@JS@" in page  # the vendor's words are not taken for a mark


def test_facts_leave_questions_out() -> None:
    assert '"id": "S3"' in html_form(BANK, vendor="acme")
    assert '"id": "S3"' in html_form(BANK, vendor="acme", facts={"personal_data": True})
    assert '"id": "S3"' not in html_form(BANK, vendor="acme", facts={"personal_data": False})


def test_read_saved_answers() -> None:
    piece = {"kind": "demo", "name": "a.pdf", "sha256": "ab" * 32, "dated": "2026-01-02", "expires": ""}
    data = saved(
        {
            "C1": {"level": "3", "commitment": "changes", "value": " 97.5 ", "evidence": [piece, {"name": ""}],
                   "changed_at": "2026-03-02T10:00:00.000Z"},
            "S3": {"level": "na", "note": "no persons"},
            "A2": {"text": HOSTILE},
            "G1": {"level": ""},
        }
    )  # fmt: skip
    answers, notes = read_saved(data, BANK, vendor="acme")
    assert answers["C1"] == Answer(
        "C1",
        3,
        value="97.5",
        commitment="changes",
        evidence=(EvidenceItem("demo", "a.pdf", "ab" * 32, dated=date(2026, 1, 2)),),
        answered_at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        channel="html",
        actor="Ann, Ops",
    )
    assert (answers["S3"].state, answers["S3"].na_reason) == ("na", "no persons")
    assert answers["A2"].text == HOSTILE
    assert list(answers) == ["A2", "C1", "S3"]
    assert notes[0].startswith("42 of 45 questions are open: G1, G2")
    assert notes[1] == "No level was chosen for A2; until one is set it counts as 0."


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not a file of saved answers"),
        (b"\xff\xfe{}", "is not a file of saved answers"),
        (b"[1]", "is not a file of saved answers"),
        (b"[" * 100_000, "is not a file of saved answers"),
        (b'{"schema": "vendoreval/form-answers/1"}', "is not a file of saved answers"),
        (saved({}, form={}), "is not a questionnaire form of vendoreval"),
        (saved({}, form=identity(BANK, "birds", "full")), "written for vendor 'birds'"),
        (saved({"Z1": {}}), "Z1: is not a question of this form"),
        (saved({"A4": {"level": "7"}}), "A4: '7' is no level"),
        (saved({"A4": {"level": 3}}), "A4: level must be text"),
        (saved({"A4": 3}), "A4: cannot be read"),
        (saved({"A4": {"level": "3", "commitment": "maybe"}}), "'maybe' is no commitment"),
        (saved({"A4": {"evidence": [{"name": "x", "kind": "measured"}]}}), "'measured' is no kind"),
        (saved({"A4": {"evidence": [{"name": "x", "sha256": "zz"}]}}), "is no SHA-256"),
        (saved({"A4": {"evidence": [{"name": "x", "dated": "soon"}]}}), "Invalid isoformat"),
        (saved({"A4": {"evidence": ["x"]}}), "A4: cannot be read"),
        (saved({"A4": {"level": "1", "changed_at": "2026-03-02T10:00:00"}}), "names no time zone"),
    ],
)
def test_bad_files_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_saved(data, BANK, vendor="acme")
    assert says in str(caught.value)


def test_all_faults_at_once_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_saved(saved({"A4": {"level": "7"}, "G1": {"level": "x"}}), BANK, vendor="acme")
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="no such file"):
        read_saved(tmp_path / "none.json", BANK, vendor="acme")


@pytest.mark.slow
def test_filled_in_a_real_browser(tmp_path: Path) -> None:
    before = {"M1": Answer("M1", 2, text="as before")}
    saved_text, seen = fill_in_browser(html_form(BANK, vendor="acme", answers=before), tmp_path)
    idle = "Not asked, since A1 is below level 1."
    assert seen == [True, "6 of 45 answered", 45, True, idle, False]
    answers, _ = read_saved(saved_text.encode(), BANK, vendor="acme")
    assert sorted(answers) == ["A1", "C1", "G1", "M1", "S3"]
    assert changes(before, {"M1": answers["M1"]}) == ()
    assert (answers["G1"].level, answers["G1"].text) == (3, "</script> & =1+1")
    assert answers["G1"].evidence == (
        EvidenceItem("document", "guide.pdf", hashlib.sha256(GUIDE).hexdigest(), dated=date(2026, 1, 2)),
    )
    assert (answers["C1"].commitment, answers["C1"].value) == ("no", "99")
    assert (answers["S3"].state, answers["S3"].na_reason) == ("na", "no persons")
    assert answers["G1"].answered_at is not None


_SHOW = """
  const show = (id, value) => document.body.append(Object.assign(document.createElement("pre"),
    {id, textContent: JSON.stringify(value)}));
  const find = (selector) => document.querySelector(selector);
  const visible = (selector) => find(selector).getClientRects().length > 0;
  const state = () => ({waiting: visible("#waiting"), questions: visible("#questions"),
    save: !find("#save").disabled,
    text: find("#G1 textarea").value, level: find('#G1 input[type="radio"]:checked')?.value ?? "",
    done: find("#progress").textContent, word: find("#draft").textContent, kept: Object.keys(localStorage)});
"""
_TYPE = """addEventListener("load", async () => {
  %s
  show("wide", document.documentElement.scrollWidth - innerWidth);
  show("before", state());
  find('input[name="level-G1"][value="3"]').click();
  find("#G1 textarea").value = "half a sentence";
  find("#G1 textarea").dispatchEvent(new Event("input", {bubbles: true}));
  await new Promise((done) => setTimeout(done, 1000));
  show("after", state());
  show("strip", [find(".tools").offsetHeight, innerHeight, getComputedStyle(find("header")).position]);
});"""
_BACK = """addEventListener("load", async () => {
  %s
  show("before", state());
  show("found", find("#found").textContent);
  window.confirm = () => true;
  find("%s").click();
  await new Promise((done) => setTimeout(done, 1000));
  show("after", state());
});"""
_STORE_FAILS = """Storage.prototype.setItem = () => { throw new Error("full"); };"""


def _run(page: str, script: str, folder: Path) -> dict[str, Any]:
    shown = run_in_browser(page, script, folder, "--window-size=390,844")
    return {name: json.loads(text) for name, text in shown.items()}


@pytest.mark.slow
def test_a_draft_is_kept_restored_and_discarded(tmp_path: Path) -> None:
    page = html_form(BANK, vendor="acme")
    typed = _run(page, _TYPE % _SHOW, tmp_path)
    assert (typed["before"]["waiting"], typed["before"]["kept"], typed["before"]["word"]) == (False, [], "")
    name = json.loads(page.split('id="form-data">')[1].split("</script>")[0])["id"]
    assert typed["after"]["kept"] == [f"vendoreval-draft-{name}"]
    assert typed["after"]["word"].startswith("Draft kept, ")

    restored = _run(page, _BACK % (_SHOW, "#restore"), tmp_path)
    before, after = restored["before"], restored["after"]
    # nothing can be typed over the draft before somebody chose
    assert (before["waiting"], before["questions"], before["save"], before["text"]) == (True, False, False, "")
    assert re.fullmatch(r"This browser keeps a draft of .+ with 1 answer\.", restored["found"])
    assert (after["waiting"], after["questions"], after["save"]) == (False, True, True)
    assert (after["text"], after["level"], after["done"]) == ("half a sentence", "3", "1 of 45 answered")
    assert after["word"] == "Draft restored"

    # another form, also of the same bank with other answers in it, neither sees nor touches the draft
    for other in (
        html_form(BANK, vendor="birds"),
        html_form(BANK, vendor="acme", answers={"M1": Answer("M1", 2)}),
    ):
        assert not _run(other, _TYPE % _SHOW, tmp_path)["before"]["waiting"]
    discarded = _run(page, _BACK % (_SHOW, "#drop"), tmp_path)
    assert discarded["before"]["waiting"]
    assert (discarded["after"]["text"], discarded["after"]["questions"]) == ("", True)
    assert f"vendoreval-draft-{name}" not in discarded["after"]["kept"]
    assert len(discarded["after"]["kept"]) == 2


@pytest.mark.slow
def test_a_browser_that_keeps_nothing_says_so_and_a_phone_shows_the_questions(tmp_path: Path) -> None:
    shown = _run(html_form(BANK, vendor="acme", name="Acme Labels"), _STORE_FAILS + _TYPE % _SHOW, tmp_path)
    assert shown["after"]["word"] == "This browser keeps no draft: save often"
    assert (shown["after"]["text"], shown["after"]["kept"]) == ("half a sentence", [])
    height, window, position = shown["strip"]
    assert height < 0.15 * window  # what stays in sight while scrolling
    assert position == "static"
    assert shown["wide"] <= 0  # nothing but the list of sections scrolls sideways


def test_the_draft_leaves_the_file_alone() -> None:
    """One offline file still: the store of the browser is the only place that is written to."""
    page = html_form(BANK, vendor="acme")
    for word in ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "indexedDB", "cookie", "importScripts"):
        assert word not in page
    assert page.count("localStorage.setItem") == 1
    assert html_form(BANK, vendor="acme") == page
