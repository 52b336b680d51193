"""What a reader noticed in a file: each kind of thing is said once, with its count and some examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

SHOWN = 3


@dataclass
class Remarks:
    """Sentences, and things that are counted, such as "Boxes without an area", with where they were seen."""

    _counts: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, list[str]] = field(default_factory=dict)
    _said: list[str] = field(default_factory=list)

    def say(self, sentence: str) -> None:
        """A sentence by itself, once."""
        if sentence not in self._said:
            self._said.append(sentence)

    def count(self, thing: str, example: str = "", count: int = 1) -> None:
        """Count a thing; the first examples are named."""
        if not count:
            return
        self._counts[thing] += count
        if example and self.wants_example(thing):
            self._examples.setdefault(thing, []).append(example)

    def wants_example(self, thing: str) -> bool:
        """Whether a further example would be named."""
        return len(self._examples.get(thing, ())) < SHOWN

    def sentences(self) -> tuple[str, ...]:
        """All that is to be said, in the order in which it was seen first."""
        counted = (
            f"{thing}: {count:,}{_shown(self._examples.get(thing, ()), count)}."
            for thing, count in self._counts.items()
        )
        return (*self._said, *counted)


def _shown(examples: Sequence[str], count: int) -> str:
    return f" ({', '.join(examples)}{', …' if count > len(examples) else ''})" if examples else ""
