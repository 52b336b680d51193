"""One class has one text: what is certain by rule, what is asked, and what may not be stated."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import UsageError
from vendoreval.labels.notation import Classes, is_placeholder
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


NOTATION = (
    ("polar-bear", "Polar bear"), ("polar_bear", "polar bear"), ('"fox"', "fox"), (" FOX ", "fox"),
    ("[fox]", "fox"), ("no", "false"), ("Yes", "true"), ("class_1", "class 1"),
    ("e\u0301t\u00e9", "\u00c9t\u00e9"),
)  # fmt: skip
MEANING = (
    ("-1", "1"), ("+1", "1"), ("1.5", "15"), ("1,5", "15"), ("1_5", "15"), ("1-5", "1 5"), ("1_5", "1 5"),
    ("C++", "C"), ("C#", "C"), ("A+", "A"), ("A-", "A"), (".net", "net"), ("!spam", "spam"), ("50%", "50"),
    ("(1)", "1"), ("3/4", "34"), ("1:2", "12"), ("x -1", "x 1"), ("not-", "not"), ("<5", "5"), ("?", "!"),
    ("t", "true"), ("1", "true"), ("f", "false"), ("dog", "cat"), ("--", "??"), ("\u00b2", "2"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "name"), NOTATION)
def test_what_tells_nothing_is_explained(text: str, name: str) -> None:
    assert Classes([name, "other"]).explained(text) == name
    assert Classes([name, "other"]).nearest(text) == name


@pytest.mark.parametrize(("text", "name"), MEANING)
def test_what_may_mean_something_is_the_buyers_word(text: str, name: str) -> None:
    """Sign, decimal point and the rest of what is no letter: the map stays possible, and is named."""
    assert Classes([name, "other"]).explained(text) is None
    assert Classes([name, "other"]).nearest(text) is None
    said = Dictionary([name, "other"], Statements((f"{text}={name}",)))
    assert said.read(text) == Meaning(name, "labels", False)


def test_two_classes_that_notation_cannot_tell_apart_explain_nothing() -> None:
    assert Classes(["polar bear", "polar_bear"]).explained("Polar-bear") is None
    assert Classes(["yes", "true"]).explained("'Yes'") is None
    assert Classes(["grade 1", "grade 2"]).nearest("grade 3") is None


def test_placeholders_of_tools() -> None:
    assert all(is_placeholder(text) for text in ("None", "nan", "N/A", "NULL", "-", " null "))
    assert not is_placeholder("nothing")


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
