"""The label column on its way in: every distinct text is read once, by what was stated and by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.json_paths import path_to
from vendoreval.formats.readers.known_columns import as_option
from vendoreval.labels.notation import EMPTY_LIST, Reading, is_placeholder
from vendoreval.labels.statements import Dictionary, Meaning, Statements
from vendoreval.labels.unsettled import SHOWN, Unsettled

LISTED = 50  # texts beyond these are counted, not listed
_ASKED = 12  # texts named in a command


@dataclass
class Seen:
    """A text that was read as something else: what as, and how many rows held it."""

    text: str
    read: Reading | Meaning
    count: int


@dataclass
class LabelTexts:
    """Reads label columns, and counts every text that did not stand for itself."""

    dictionary: Dictionary
    seen: Counter[str] = field(default_factory=Counter)
    known: dict[str, Reading | Meaning] = field(default_factory=dict)
    column: str = "label"  # from which they are read

    @classmethod
    def of(cls, classes: Sequence[str], said: Statements, *, numbers: bool = False) -> LabelTexts:
        """For a contract's classes (or numbers) and the buyer's statements; raises UsageError for bad ones."""
        return cls(Dictionary(classes, said, numbers=numbers))

    def read(self, column: Any, keep: NDArray[np.bool_]) -> tuple[Any, dict[int, str]]:
        """An Arrow text column read, and of the rows to `keep` those that hold no label, with the reason."""
        import pyarrow as pa

        coded = column.dictionary_encode()
        texts = coded.dictionary.to_pylist()
        found = [self._of(text) for text in texts]
        changed = [code for code, (text, one) in enumerate(zip(texts, found, strict=True)) if _other(text, one)]
        if not changed:
            return column, {}
        codes = np.where(keep, np.asarray(coded.indices.fill_null(-1)), -1)
        counts = np.bincount(codes[codes >= 0], minlength=len(texts)).tolist()
        reasons = {}
        for code in changed:
            if counts[code]:
                self.seen[texts[code]] += counts[code]
                reasons[code] = _reason(found[code])
        none = np.isin(codes, [code for code, reason in reasons.items() if reason])
        refused = {row: reasons[int(codes[row])] for row in np.flatnonzero(none).tolist()}
        return pa.array([one.label or "" for one in found], pa.string()).take(coded.indices), refused

    def _of(self, text: str) -> Reading | Meaning:
        if text not in self.known:
            self.known[text] = self.dictionary.read(text)
        return self.known[text]

    def _seen(self) -> list[Seen]:
        return [Seen(text, self._of(text), count) for text, count in self.seen.items()]

    def report(self) -> dict[str, Any]:
        """What was read otherwise, by keys of the intake report; the most frequent texts first."""
        most = sorted(self._seen(), key=lambda one: (-one.count, one.text))
        stated = [one for one in most if isinstance(one.read, Meaning)]
        read = [one for one in most if not _reason(one.read) and _label(one.read) != one.text]
        return {
            "label_map": [_mapped(one) for one in read[:LISTED]],
            "labels_read_otherwise": sum(one.count for one in read),
            "empty": [_counted(one) for one in stated if _option(one) == "empty"],
            "wrong": [_counted(one) for one in stated if _option(one) == "wrong"],
        }

    def unsettled(self, unknown: Mapping[str, int]) -> list[Unsettled]:
        """What is to be asked: labels that are no class (with their counts), and those that are no text."""
        asked = [text for text in unknown if text not in self.dictionary.stated]
        asked.sort(key=lambda text: (-unknown[text], text))
        empty = [text for text in asked if is_placeholder(text)]
        other = [text for text in asked if not is_placeholder(text)]
        return [*self._placeholders(empty, unknown), *self._unknown(other, unknown), *self._no_texts()]

    def _placeholders(self, texts: list[str], counts: Mapping[str, int]) -> list[Unsettled]:
        if not texts:
            return []
        total = sum(counts[text] for text in texts)
        listed = ",".join(f'"{text}"' if "," in text else text for text in texts)
        return [
            Unsettled(
                "notation",
                f"{_labels(total)} look like tools' words for no value, and the contract has no such class.",
                total, tuple(f"{text!r} {counts[text]:,} times" for text in texts),
                ("--empty", listed),
            )
        ]  # fmt: skip

    def _unknown(self, texts: list[str], counts: Mapping[str, int]) -> list[Unsettled]:
        if not texts:
            return []
        total = sum(counts[text] for text in texts)
        near = {text: self.dictionary.classes.nearest(text) for text in texts[:_ASKED]}
        options = [word for text, name in near.items() for word in ("--labels", f"{text}={name or 'CLASS'}")]
        return [
            Unsettled(
                "notation",
                f"{_labels(total)} in {len(texts):,} texts are no class of the contract. Say for each which "
                "class it means (--labels TEXT=CLASS) or that it is a wrong answer (--wrong TEXT).",
                total,
                tuple(f"{text!r} {counts[text]:,} times{_near(near.get(text))}" for text in texts[:SHOWN]),
                tuple(options),
            )
        ]  # fmt: skip

    def _no_texts(self) -> list[Unsettled]:
        found = [one for one in self._seen() if _no_class(one.read)]
        if not found:
            return []
        total = sum(one.count for one in found)
        if self.dictionary.classes.only_numbers:
            return [_no_numbers(found, total)]
        all_ = all(_no_class(one) for one in self.known.values())
        most = max(found, key=lambda one: one.count).text
        path = path_to(self.column, most, self.dictionary.classes.names) if all_ else None
        example = as_option("label", path or f"{self.column}:$.name")
        return [
            Unsettled(
                "notation",
                f"{_labels(total)} are objects or lists, not one class, and were refused. Map label to where "
                f"the class stands ({example}), or say that such a text is a wrong answer (--wrong TEXT).",
                total, tuple(_short(one.text) for one in found[:SHOWN]),
                ("--map", f"label={path}") if path else (),
            )
        ]  # fmt: skip


def _no_numbers(found: list[Seen], total: int) -> Unsettled:
    return Unsettled(
        "notation",
        f"{_labels(total)} are no numbers and were refused. Say that such a text is no answer (--empty TEXT) "
        "or a wrong one (--wrong TEXT).",
        total, tuple(f"{_short(one.text)!r} {one.count:,} times" for one in found[:SHOWN]),
    )  # fmt: skip


def _other(text: str, read: Reading | Meaning) -> bool:
    return isinstance(read, Meaning) or bool(read.refused) or read.label != text


def _label(read: Reading | Meaning) -> str | None:
    return read.label


def _reason(read: Reading | Meaning) -> str:
    """Why a text is no label; empty where it is one."""
    if isinstance(read, Reading):
        return read.refused
    return "The label means: not answered (--empty)." if read.label is None else ""


def _no_class(read: Reading | Meaning) -> bool:
    return isinstance(read, Reading) and read.refused not in ("", EMPTY_LIST)


def _option(one: Seen) -> str:
    return one.read.option if isinstance(one.read, Meaning) else ""


def _mapped(one: Seen) -> dict[str, Any]:
    read = one.read
    return {
        "from": one.text, "to": read.label, "count": one.count,
        "rule": "stated" if isinstance(read, Meaning) else ", ".join(read.rules),
        "buyers_word": isinstance(read, Meaning) and not read.explained,
    }  # fmt: skip


def _counted(one: Seen) -> dict[str, Any]:
    explained = isinstance(one.read, Meaning) and one.read.explained
    return {"text": one.text, "count": one.count, "buyers_word": not explained}


def _labels(count: int) -> str:
    return f"{count:,} labels" if count != 1 else "1 label"


def _near(name: str | None) -> str:
    return f" (nearest class: {name!r})" if name else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
