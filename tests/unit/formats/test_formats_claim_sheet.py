"""Any answers written to a sheet or a form and read back are the same; words of people are understood."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.claims.disputes import Dispute, LineState
from vendoreval.claims.moves import Position
from vendoreval.claims.records import Claim, ClaimLine
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.terms import DisputeTerms
from vendoreval.formats.forms.claim_answers import Read, read_answers
from vendoreval.formats.forms.claim_form import claim_form
from vendoreval.formats.forms.claim_sheet import Asked, answered, claim_sheet
from vendoreval.formats.forms.claim_words import file_names, position_of, reason_of

RECORD = "a" * 64
TERMS = DisputeTerms()
ODD = ("=1+1", "+x", "'tis", "@a;b,c", "1.0", "007", "</script>", "a\nb", "\u202eabc", "ünï", "")
LINES = tuple(
    ClaimLine(n, f"{odd}{n}", 0, odd or None, ODD[-n] or None, None, "wrong_label", "major", "labels")
    for n, odd in enumerate(ODD, 1)
)
CLAIM = Claim(
    "c-1", 1, "issued", "audit-1", "batch-1", "deal", 1, "acme", "=buyer", "EUR", date(2026, 3, 1),
    date(2026, 3, 1), date(2026, 3, 6), (), (), LINES,
)  # fmt: skip
EMPTY = Dispute(CLAIM, lines={line.number: LineState(line.number) for line in LINES})

# Without characters that cannot be seen, which stand on a sheet as their escapes, and ends that are trimmed.
texts = st.one_of(
    st.sampled_from(ODD[:-3]), st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=40)
).map(lambda text: text.strip())
names = st.dictionaries(st.sampled_from(("a.png", "b, c.pdf", "=d.txt", "é.csv")), st.just(""), max_size=3)


@st.composite
def positions(draw: st.DrawFn) -> dict[int, Position]:
    found = {}
    for line in draw(st.sets(st.integers(1, len(LINES)), min_size=1)):
        position = draw(st.sampled_from(("accepted", "rebutted")))
        reason = draw(st.sampled_from(TERMS.reasons)) if position == "rebutted" else ""
        found[line] = Position(line, position, reason, draw(texts), draw(texts), draw(names))
    return found


def written(said: dict[int, Position], suffix: str) -> bytes:
    lines = {line.number: LineState(line.number, position=said.get(line.number)) for line in LINES}
    asked = Asked(CLAIM, RECORD, Dispute(CLAIM, lines=lines), TERMS)
    if suffix != ".json":
        return claim_sheet(asked, suffix)
    page = re.search(r'id="form-data">(.*?)</script>', claim_form(asked), re.S)
    assert page
    data = json.loads(page[1])  # what the form's script saves: the identity, and the row
    return json.dumps([{**data["identity"], **row} for row in data["rows"]]).encode()


def read(data: bytes, suffix: str, dispute: Dispute = EMPTY) -> Read:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"back{suffix}"
        path.write_bytes(data)
        return read_answers(path, {RECORD: CLAIM}, dispute, TERMS.reasons)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".json"])
@settings(max_examples=40)
@given(said=positions())
def test_answers_that_are_written_and_read_are_the_same(suffix: str, said: dict[int, Position]) -> None:
    back = read(written(said, suffix), suffix)
    assert back.problems == ()
    assert {one.line: one for _, one in back.said} == said
    assert set(back.silent) == set(EMPTY.lines) - set(said)
    lines = {n: LineState(n, position=said.get(n)) for n in EMPTY.lines}
    again = read(written(said, suffix), suffix, Dispute(CLAIM, lines=lines))
    assert (again.said, set(again.unchanged)) == ((), set(said))


def test_hidden_characters_are_shown_and_change_nothing() -> None:
    said = Position(1, "rebutted", "gold_wrong", "15\u202e99\r\nb")
    assert "\\u202e" in answered(said)["text"]
    lines = {n: LineState(n, position=said if n == 1 else None) for n in EMPTY.lines}
    for suffix in (".xlsx", ".csv", ".json"):
        back = read(written({1: said}, suffix), suffix, Dispute(CLAIM, lines=lines))
        assert back.unchanged == (1,)


@pytest.mark.parametrize("code", REASONS)
def test_codes_are_understood_as_people_write_them(code: str) -> None:
    sentence = REASONS[code]
    for text in (
        code, code.upper(), f" {code.replace('_', ' ')} ", code.replace("_", "-").title(), sentence,
        sentence.rstrip(".").lower(), f"{code}: {sentence}",
    ):  # fmt: skip
        assert reason_of(text, TERMS.reasons) == code


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gold_wrong, out_of_scope", "2 codes"), ("gold wrong and severity wrong", "2 codes"),
        ("gold", "no reason code"), ("agreed_exception", "of this contract"), ("gold_wrong?", "no reason code"),
    ],
)  # fmt: skip
def test_what_is_no_single_code_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reason_of(text, ("gold_wrong", "out_of_scope", "severity_wrong"))


@pytest.mark.parametrize(
    "text", ["partly", "correct", "True", "no objection", "not accepted", "accepted?", "y/n"]
)
def test_what_might_mean_either_is_no_position(text: str) -> None:
    with pytest.raises(ValueError, match="no position"):
        position_of(text)


def test_names_of_files() -> None:
    assert file_names(" a.png\nb, c.pdf; a.png ;\n") == ("a.png", "b, c.pdf")
