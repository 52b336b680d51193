"""One class has one text: what is certain by rule, what is asked, and what may not be stated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import UsageError
from vendoreval.labels.notation import Classes, explains, is_placeholder
from vendoreval.labels.statements import Dictionary, Meaning, Statements, statements_of

WORDS = Classes(["true", "false"])
NUMBERS = Classes(["0", "1", "2", "10"])


@pytest.mark.parametrize(
    ("classes", "text", "label"),
    [
        (WORDS, "true", "true"),
        (WORDS, " TRUE\u00a0", "true"),
        (WORDS, '["True"]', "true"),
        (WORDS, "['false']", "false"),
        (WORDS, "[true]", "true"),
        (NUMBERS, "1.0", "1"),
        (NUMBERS, "01", "1"),
        (NUMBERS, "1e1", "10"),
        (NUMBERS, "[2.0]", "2"),
        (Classes(["café", "bar"]), "cafe\u0301", "café"),
        (Classes(["polar bear", "fox"]), "Polar  bear", "polar bear"),
        (Classes([" padded ", "b"]), "padded", " padded "),
    ],
)
def test_a_text_is_read_as_the_one_class_that_a_rule_leaves(classes: Classes, text: str, label: str) -> None:
    assert classes.read(text).label == label


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        (Classes(["US", "us"]), "Us"),  # two classes differ in case only
        (Classes(["1", "1.0", "2"]), "01"),  # two classes write one number
        (Classes(["1", "two"]), "1.0"),  # not all classes are numbers
        (NUMBERS, "1.5"),
        (NUMBERS, "1_0"),
        (NUMBERS, "NaN"),
        (NUMBERS, "1e99999"),
        (WORDS, "yes"),  # explained, but a person confirms it
    ],
)
def test_what_is_not_certain_stays_as_it_is(classes: Classes, text: str) -> None:
    assert classes.read(text).label == text
    assert text not in classes.names


@pytest.mark.parametrize(
    "text", ['{"choices": ["true"]}', '["true", "false"]', "[]", '[["true"]]', "[" * 20_000]
)
def test_objects_and_longer_lists_are_no_label(text: str) -> None:
    assert WORDS.read(text).refused


@given(st.sets(st.text(min_size=1), min_size=2, max_size=6), st.data())
def test_a_class_is_never_read_as_another_one(names: set[str], data: st.DataObject) -> None:
    classes = Classes(sorted(names))
    name = data.draw(st.sampled_from(sorted(names)))
    assert classes.read(name).label == name
    assert classes.read(json.dumps([name])).label in (name, json.dumps([name]))


def test_the_nearest_class_is_by_notation_and_then_by_letters() -> None:
    assert WORDS.nearest("Yes") == "true"
    assert WORDS.nearest("flase") == "false"
    assert Classes(["polar_bear", "fox"]).nearest("Polar bear") == "polar_bear"
    assert WORDS.nearest("zzz") is None


def test_placeholders_and_what_explains_a_text() -> None:
    assert all(is_placeholder(text) for text in ("None", "nan", "N/A", "NULL", "-", " null "))
    assert not is_placeholder("nothing")
    assert explains("polar-bear", "Polar bear")
    assert explains("no", "false")
    assert not explains("dog", "cat")
    assert not explains("--", "??")  # signs without a letter explain nothing


def test_statements_go_before_rules_and_mark_the_buyers_word() -> None:
    said = Statements(("yes=true", "maybe=false"), ("nan,None", '"a,b"'), ("fox",))
    known = Dictionary(["true", "false"], said)
    assert known.read("yes") == Meaning("true", "labels", True)
    assert known.read('["maybe"]') == Meaning("false", "labels", False)
    assert known.read(" None ") == Meaning(None, "empty", True)
    assert known.read("a,b") == Meaning(None, "empty", False)
    assert known.read("fox") == Meaning("fox", "wrong", False)
    assert statements_of({"stated": said.to_json()}) == said
    assert statements_of({}) == Statements()


def test_a_pair_is_split_where_a_class_stands() -> None:
    known = Dictionary(["a=b", "c"], Statements(("x=y=a=b", "z=c")))
    assert known.read("x=y").label == "a=b"
    assert known.read("z").label == "c"


@pytest.mark.parametrize(
    "said",
    [
        Statements(labels=("true=false",)), Statements(labels=("TRUE=false",)), Statements(empty=("true",)),
        Statements(empty=('["true"]',)), Statements(wrong=("False",)), Statements(labels=("x=dog",)),
        Statements(labels=("x=true", "x=false")), Statements(empty=("x",), wrong=("x",)),
        Statements(empty=("",)), Statements(labels=("=true",)),
    ],
)  # fmt: skip
def test_what_would_turn_an_answer_into_another_is_refused(said: Statements) -> None:
    with pytest.raises(UsageError):
        Dictionary(["true", "false"], said)
