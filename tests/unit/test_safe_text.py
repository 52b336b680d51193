from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vendoreval.safe_text import LONGEST, clip, safe_href, visible


def test_a_bidi_override_is_printed_and_not_obeyed() -> None:
    assert visible("accuracy 99.\u202e15") == "accuracy 99.\\u202e15"


def test_control_private_and_unassigned_characters_are_printed() -> None:
    assert visible("a\x00b\nc\ue000d\U000f0000e\ud800") == "a\\u0000b\\u000ac\\ue000d\\U000f0000e\\ud800"


def test_ordinary_letters_of_many_scripts_stay() -> None:
    text = "Müller & Söhne, Ελλάδα, Пример, 标注, अ"
    assert visible(text) == text


def test_long_text_is_cut_with_a_note() -> None:
    shown = visible("x" * (LONGEST + 1234))
    assert shown.startswith("x" * LONGEST + "…")
    assert shown.endswith("(1,234 more characters)")


@given(st.text(max_size=200))
def test_nothing_hidden_is_left(text: str) -> None:
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"} for char in visible(text))
    assert visible(visible(text)) == visible(text)


@given(st.text(max_size=100), st.integers(min_value=1, max_value=50))
def test_clip_never_exceeds(text: str, longest: int) -> None:
    assert len(clip(text, longest)) <= longest
    if len(text) <= longest:
        assert clip(text, longest) == text


def test_only_web_and_mail_addresses_become_links() -> None:
    assert safe_href("https://example.com/a") == "https://example.com/a"
    assert safe_href("mailto:a@example.com") == "mailto:a@example.com"
    for bad in (
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "file:///etc/passwd",
        "data:text/html,x",
        "//x",
        "java\nscript:x",
    ):
        assert safe_href(bad) == ""
