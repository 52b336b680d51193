"""A rework held against the defects that a claim named: each line mended or not, and what was right before.

Both sides are outcomes of the same gold, the one that the first audit used. These items are known to the
vendor, so they tell whether it did what it was told, and nothing about its other work.

A unit of gold is the same unit in both by its row of gold; where an item has one unit, by the item. A part that
gold does not have (`extra`) has no such row: of k extra ones on an item, as many count as still wrong as stand
where they stood, as many more as there are still extra ones, and the others as mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.records import ClaimLine
from vendoreval.tasks.judged import Judged
from vendoreval.tasks.outcomes import LEVELS, Outcomes

MENDED, STILL, CHANGED, NOT_DELIVERED = "mended", "still wrong", "changed and still wrong", "not delivered"
_ITEM = "item"


@dataclass(frozen=True)
class Unit:
    """One judged unit. `gold`: its row of gold, -1 for an extra one, None where the item is the unit."""

    item: str
    number: int
    annotator: str
    level: str
    gold: int | None
    expected: str | None
    delivered: str | None
    outcome: str
    where: str | None
    wrong: bool
    answered: bool

    @property
    def extra(self) -> bool:
        """Whether gold has no such part."""
        return self.gold == -1

    def same_as(self, other: Unit) -> bool:
        """Whether it is the same unit of gold."""
        if self.gold is None or other.gold is None:
            return True
        return (self.level, self.gold, self.expected) == (other.level, other.gold, other.expected)


Units = Mapping[str, Sequence[Unit]]  # by item


def held_against(
    lines: Sequence[ClaimLine], before: AuditInput, now: Judged
) -> tuple[dict[int, str], tuple[Unit, ...]]:
    """What became of each line, by its number, and the units that were right before and are wrong now.

    `before` is what the first audit looked at, `now` the rework's labels judged by the same gold. Lines that
    name a person where a consensus counts are held against that person's own answers.
    """
    units = units_by_item(before.units), units_by_item(now.units)
    if before.by_label is before.units:
        return dict(sorted(states_of(lines, *units).items())), tuple(new_errors(lines, *units))
    people = [line for line in lines if line.annotator]
    voted = [line for line in lines if not line.annotator]
    states = states_of(voted, *units)
    if people:
        states |= states_of(people, units_by_item(before.by_label), units_by_item(now.by_label))
    return dict(sorted(states.items())), tuple(new_errors(lines, *units))


def units_by_item(outcomes: Outcomes) -> Units:
    """The judged units of each item."""
    found: dict[str, list[Unit]] = defaultdict(list)
    levels = [_ITEM] * len(outcomes) if outcomes.level is None else [LEVELS[k] for k in outcomes.level.tolist()]
    gold = [None] * len(outcomes) if outcomes.expected_row is None else outcomes.expected_row.tolist()
    wrong, lost = outcomes.wrong.tolist(), outcomes.unanswered.tolist()
    for k, row in enumerate(outcomes.rows()):
        found[row["item_id"]].append(
            Unit(
                row["item_id"], row["unit_id"], row["annotator_id"] or "", levels[k], gold[k], row["expected"],
                row["delivered"], row["outcome"], row.get("where"), wrong[k], not lost[k],
            )
        )  # fmt: skip
    return found


def states_of(lines: Iterable[ClaimLine], before: Units, now: Units) -> dict[int, str]:
    """What became of each line, by its number."""
    states: dict[int, str] = {}
    extras: dict[tuple[str, str], list[ClaimLine]] = defaultdict(list)
    for line in lines:
        unit = _unit_of(line, before)
        mine = _answers_of(line.annotator or "", now.get(line.item, ()))
        if not mine:
            states[line.number] = NOT_DELIVERED
        elif unit is not None and unit.extra:
            extras[line.item, line.annotator or ""].append(line)
        else:
            states[line.number] = _state(line, unit, mine)
    for (item, person), listed in extras.items():
        states |= _extra_states(listed, _answers_of(person, now[item]))
    return states


def new_errors(lines: Collection[ClaimLine], before: Units, now: Units) -> list[Unit]:
    """Units that are wrong now and were right when the first audit looked; items not delivered are no errors.

    Of the levels that the claim names, and whole items and objects.
    """
    levels = {_ITEM, "object", *(line.level or _ITEM for line in lines)}
    found: list[Unit] = []
    for item, units in now.items():
        then = [one for one in before.get(item, ()) if one.answered and one.level in levels]
        if not then:
            continue
        for person in dict.fromkeys(one.annotator for one in units):
            mine = [one for one in units if one.annotator == person and one.answered and one.level in levels]
            found += _worsened(mine, _answers_of(person, then))
    return found


def _worsened(mine: Sequence[Unit], then: Sequence[Unit]) -> Iterator[Unit]:
    for one in mine:
        same = [other for other in then if not other.extra and one.same_as(other)]
        if one.wrong and not one.extra and same and not any(other.wrong for other in same):
            yield one
    for level in dict.fromkeys(one.level for one in mine):
        extra = [one for one in mine if one.extra and one.wrong and one.level == level]
        stood = [other for other in _of_fullest(then) if other.extra and other.wrong and other.level == level]
        places = {other.where for other in stood}
        added = sorted(extra, key=lambda one: one.where in places)  # those in a new place first
        yield from added[: max(0, len(extra) - len(stood))]


def _unit_of(line: ClaimLine, before: Units) -> Unit | None:
    """The unit of the first audit that the line names."""
    wanted = (line.unit, line.annotator or "", line.level or _ITEM)
    units = before.get(line.item, ())
    return next((one for one in units if (one.number, one.annotator, one.level) == wanted), None)


def _answers_of(person: str, units: Iterable[Unit]) -> list[Unit]:
    """The answered units of that annotator, of all where it answered none."""
    answered = [one for one in units if one.answered]
    return [one for one in answered if one.annotator == person] or answered


def _state(line: ClaimLine, unit: Unit | None, mine: Sequence[Unit]) -> str:
    same = [one for one in mine if not one.extra and (unit is None or one.same_as(unit))]
    if not same:  # gold's other answer counts now, or the object that bears the part is not there
        return CHANGED if any(one.wrong for one in mine) else MENDED
    wrong = [one for one in same if one.wrong]
    if not wrong:
        return MENDED
    if any(_as_before(line, one) for one in wrong):
        return STILL
    return CHANGED


def _as_before(line: ClaimLine, one: Unit) -> bool:
    told = (line.delivered, line.outcome) == (one.delivered, one.outcome)
    return told and (one.gold is None or line.where == one.where)


def _extra_states(lines: Sequence[ClaimLine], mine: Sequence[Unit]) -> dict[int, str]:
    extra = [one for one in _of_fullest(mine) if one.extra and one.wrong]
    places = [one.where for one in extra]
    states = {}
    for line in lines:
        if line.where in places:
            places.remove(line.where)
            states[line.number] = STILL
    for line in lines:
        if line.number not in states:
            states[line.number] = CHANGED if places else MENDED
            places = places[1:]
    return states


def _of_fullest(units: Sequence[Unit]) -> list[Unit]:
    """Of several people's answers, those of the person with the most extra parts."""
    people: dict[str, list[Unit]] = defaultdict(list)
    for one in units:
        people[one.annotator].append(one)
    return max(people.values(), key=lambda mine: sum(one.extra and one.wrong for one in mine), default=[])
