"""Rules between questions: answers that cannot both be true.

A condition is written as `E5.value == 0`, `E2.level >= 2`, `C1.commitment == no`, or with a sum:
`C1.value + R3.value > 100`. A rule trips when all its conditions hold; a condition on something the
vendor has not said does not hold.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from vendoreval.questionnaires.answers import Answer

_OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_TERM = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)\.(level|value|commitment|state)\Z")
_CONDITION = re.compile(r"(.+?)\s*(==|!=|<=|>=|<|>)\s*(\S+)\Z")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Condition:
    """`terms` (question id, field) are added up and compared with `operand`."""

    terms: tuple[tuple[str, str], ...]
    operator: str
    operand: Fraction | str

    def holds(self, answers: Mapping[str, Answer], figures: Mapping[str, float]) -> bool:
        """Whether the answers say so; False where one of them says nothing."""
        found = [_field(answers.get(question), name, figures) for question, name in self.terms]
        if isinstance(self.operand, str):
            return found[0] is not None and bool(_OPERATORS[self.operator](found[0], self.operand))
        numbers = [value for value in found if isinstance(value, Fraction)]
        return len(numbers) == len(found) and bool(_OPERATORS[self.operator](sum(numbers), self.operand))


@dataclass(frozen=True)
class Rule:
    """A contradiction to look for; `says` explains it to a person."""

    id: str
    conditions: tuple[Condition, ...]
    says: str

    @property
    def questions(self) -> tuple[str, ...]:
        """Ids of the questions involved, each once, in order."""
        return tuple(dict.fromkeys(question for one in self.conditions for question, _ in one.terms))


@dataclass(frozen=True)
class Contradiction:
    """A rule that tripped, with what was answered: (question id, quote)."""

    rule: str
    says: str
    quotes: tuple[tuple[str, str], ...]


def parse_condition(text: str) -> Condition:
    """Read one condition; raises ValueError with a sentence for the author of the bank."""
    match = _CONDITION.match(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no condition; write for example 'E5.value == 0'.")
    terms = []
    for part in match.group(1).split("+"):
        term = _TERM.match(part.strip())
        if not term:
            raise ValueError(
                f"{part.strip()!r} is no term; write QUESTION.level, .value, .commitment or .state."
            )
        terms.append((term.group(1), term.group(2)))
    words = [name for _, name in terms if name in ("commitment", "state")]
    if words:
        if len(terms) > 1 or match.group(2) not in ("==", "!="):
            raise ValueError(f"{text!r}: a {words[0]} can only be compared by == or !=.")
        return Condition(tuple(terms), match.group(2), match.group(3))
    if not _NUMBER.fullmatch(match.group(3)):
        raise ValueError(f"{text!r}: {match.group(3)!r} is no number.")
    return Condition(tuple(terms), match.group(2), Fraction(match.group(3)))


def contradictions(
    rules: Iterable[Rule], answers: Mapping[str, Answer], figures: Mapping[str, float]
) -> tuple[Contradiction, ...]:
    """The rules that the current answers trip, in the bank's order; `figures` are theirs, by question, each in
    the unit that was asked for."""
    return tuple(
        Contradiction(rule.id, rule.says, tuple((one, quote(answers[one])) for one in rule.questions))
        for rule in rules
        if all(condition.holds(answers, figures) for condition in rule.conditions)
    )


def quote(answer: Answer) -> str:
    """What an answer says, in one line, for people."""
    state = "no level chosen" if answer.state == "answered" else answer.state
    parts = [f"level {answer.level}" if answer.level is not None else state]
    if answer.commitment:
        parts.append(f"in the contract: {answer.commitment}")
    if answer.value:
        parts.append(" ".join(answer.value.split()))
    if answer.text:
        parts.append(f"“{' '.join(answer.text.split())}”")
    return ", ".join(parts)


def _field(answer: Answer | None, name: str, figures: Mapping[str, float]) -> Fraction | str | None:
    if answer is None:
        return None
    if name == "state":
        return answer.state
    if answer.state != "answered":
        return None
    if name == "commitment":
        return answer.commitment
    if name == "value":
        said = figures.get(answer.question_id)
        return None if said is None else Fraction(str(said))
    return None if answer.level is None else Fraction(answer.level)
