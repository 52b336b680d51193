"""What would give gold away: the checks, each with its evidence and what to do about it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vendoreval.gold.chance import expected_runs, few_runs, runs_of
from vendoreval.gold.clues import SEED, SHOWN, Clue, Exposure, Row, place, remedy
from vendoreval.gold.doubles import doubles
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.patterns import ALPHA, names_answer, tells_answer, tells_gold

_BLOCKS = 0.5  # share of the stretches expected by chance up to which an order counts as blocks


def lint(
    gold: GoldSet, tasks: Sequence[Row] | None = None, exposures: Iterable[Exposure] = ()
) -> tuple[Clue, ...]:
    """All clues in a gold set, seen alone or beside the `tasks` among which it goes out.

    Tasks are columns by name, `item_id` among them; gold items may already stand among them. Without
    tasks, columns of gold other than the id are taken for provenance that stays here.
    """
    answers = gold.answer_texts
    found = list(_ids_and_answers(answers))
    if tasks is None:
        found += [*_constant(gold), *doubles(_stored(gold), frozenset(answers))]
    else:
        payload = [name for name in (tasks[0] if tasks else {}) if name != "item_id"]
        found += _beside_tasks(gold, tasks, payload, answers)
        found += doubles([*tasks, *_unsent(gold, tasks)], frozenset(answers), payload)
    return (*found, *seen_before(frozenset(answers), exposures))


def _stored(gold: GoldSet) -> list[Row]:
    """Gold's items with the columns that were kept as provenance."""
    columns = {name: column.text() for name, column in gold.provenance.items()}
    rows = {item: row for row, item in enumerate(gold.item_ids)}
    return [{"item_id": item, **{n: texts[row] for n, texts in columns.items()}} for item, row in rows.items()]


def _unsent(gold: GoldSet, tasks: Sequence[Row]) -> list[Row]:
    there = {row["item_id"] for row in tasks}
    return [row for row in _stored(gold) if row["item_id"] not in there]


def _ids_and_answers(answers: Mapping[str, str]) -> Iterator[Clue]:
    items, given = list(answers), list(answers.values())
    yield from _answer_in("item_id", items, given, items)
    by_id = sorted(answers, key=natural)
    if by_id != items:
        yield from _blocks("order_by_id", "Sorted by item id", [answers[item] for item in by_id], by_id)
    yield from _blocks("order", "In the order of the file", given, items)


def natural(text: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers in texts by their size."""
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in re.findall(r"\d+|\D+", text)]


def _answer_in(
    column: str, texts: Sequence[str], answers: Sequence[str], items: Sequence[str]
) -> Iterator[Clue]:
    """Whether a text holds its answer, or a part of it tells the answer."""
    what_to_do = remedy(column, f"Leave the column {column!r} out, or write it anew without the clue.")
    named = names_answer(texts, answers)
    if named:
        what = (
            f"In {len(named.rows):,} of {len(texts):,} items {place(column)} holds the answer as a word, "
            f"for example {named.value!r}."
        )
        shown = _shown(items, answers, named.rows)
        yield Clue("answer_in_text", column, what, shown, what_to_do, named.p)
    told = tells_answer(texts, answers)
    if told:
        what = (
            f"From {told.part} of {place(column)} the answer can be guessed in {100 * told.share:.0f} % of all "
            f"items; without it in {100 * told.base:.0f} %. {told.hits:,} of the {len(told.rows):,} items "
            f"with {told.value!r} there have one answer."
        )
        shown = _shown(items, answers, told.rows)
        yield Clue("answer_by_pattern", column, what, shown, what_to_do, told.p)


def _shown(items: Sequence[str], answers: Sequence[str], rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{items[row]}: {answers[row]}" for row in rows[:SHOWN])


def _blocks(kind: str, order: str, values: Sequence[str], items: Sequence[str]) -> Iterator[Clue]:
    """Equal answers beside each other far more often than in a random order."""
    p = in_blocks(values)
    if p is None:
        return
    runs, expected = runs_of(values), expected_runs(values)
    what = f"{order}, equal answers stand in {runs:,} blocks; a random order would have about {expected:,.0f}."
    starts = [row for row in range(len(values)) if row == 0 or values[row] != values[row - 1]]
    advice = f"Shuffle the items before sending them. {SEED}"
    yield Clue(kind, "item_id", what, _shown(items, values, starts), advice, p)


def in_blocks(values: Sequence[str]) -> float | None:
    """The chance that equal values stand beside each other so often; None where nobody would notice."""
    counts = Counter(values)
    if len(counts) < 2 or runs_of(values) > _BLOCKS * expected_runs(values):
        return None
    stretches = Counter(value for row, value in enumerate(values) if row == 0 or values[row - 1] != value)
    tails = (
        few_runs(n, len(values) - n, _runs_apart(values, stretches[one], one)) for one, n in counts.items()
    )
    p = min(1.0, min(tails) * len(counts))
    return p if p <= ALPHA else None


def _runs_apart(values: Sequence[str], stretches: int, one: str) -> int:
    """Stretches of one answer and of all others together: those between, before and after its own."""
    return 2 * stretches + 1 - (values[0] == one) - (values[-1] == one)


def _constant(gold: GoldSet) -> Iterator[Clue]:
    for name, column in gold.provenance.items():
        values = set(column.text())
        if len(gold) > 1 and len(values) == 1 and values != {None}:
            yield Clue(
                "constant_column", name, f"The column {name!r} holds the same in all {len(gold):,} gold items.",
                (f"{name}: {values.pop()}",), "Make sure that it never goes out: other tasks may differ there.",
            )  # fmt: skip


def _beside_tasks(
    gold: GoldSet, tasks: Sequence[Row], columns: Sequence[str], answers: Mapping[str, str]
) -> Iterator[Clue]:
    mine = [row for row in tasks if row["item_id"] in answers] or _stored(gold)
    others = [row for row in tasks if row["item_id"] not in answers]
    yield from _columns(set(columns), set(mine[0]) - {"item_id"} if mine else set())
    for name in ("item_id", *columns):
        if mine and name in mine[0]:
            yield from _apart(name, mine, others)
    for name in columns:
        if mine and name in mine[0]:
            yield from _payload_and_answers(name, mine, answers)
    ids = list(dict.fromkeys(str(row["item_id"]) for row in tasks))
    known = frozenset(answers)
    yield from _at_equal_distances(ids, known)
    yield from _gold_in_blocks("gold_in_order", "In the order of the tasks", ids, known)
    merged = sorted(known.union(ids), key=natural)
    yield from _gold_in_blocks("gold_by_id", "Sorted by item id", merged, known)


def _columns(theirs: set[str], mine: set[str]) -> Iterator[Clue]:
    for name in sorted(theirs - mine):
        advice = "Add the gold set again with all columns that the tasks have."
        yield Clue("extra_column", name, f"The tasks have a column {name!r}, gold has not.", (), advice)
    for name in sorted(mine - theirs):
        advice = "Never send rows of the gold file: `vendoreval gold seed` writes only the tasks' columns."
        yield Clue("extra_column", name, f"Gold has a column {name!r}, the tasks have not.", (), advice)


def _apart(column: str, mine: Sequence[Row], others: Sequence[Row]) -> Iterator[Clue]:
    """Whether values of a column look different in gold."""
    ours, theirs = ([row[column] or "" for row in rows] for rows in (mine, others))
    pattern = tells_gold(ours, theirs) if theirs else None
    if not pattern:
        return
    what = (
        f"By {pattern.part} of {place(column)} gold can be told from other tasks: {pattern.value!r} occurs in "
        f"{pattern.hits:,} of {len(mine):,} gold items and in {len(pattern.rows) - pattern.hits:,} of "
        f"{len(others):,} others."
    )
    examples = (f"gold: {ours[0]}", f"other: {theirs[0]}")
    advice = remedy(column, f"Write the column {column!r} the same way in both.")
    yield Clue("gold_by_pattern", column, what, examples, advice, pattern.p)


def _payload_and_answers(column: str, mine: Sequence[Row], answers: Mapping[str, str]) -> Iterator[Clue]:
    """Names and addresses only: that a text to be labelled goes with its answer is its nature."""
    texts = [row[column] or "" for row in mine]
    if 2 * sum(len(text.split()) > 1 for text in texts) <= len(texts):
        items = [str(row["item_id"]) for row in mine]
        yield from _answer_in(column, texts, [answers[item] for item in items], items)


def _at_equal_distances(ids: Sequence[str], known: frozenset[str]) -> Iterator[Clue]:
    places = [spot for spot, item in enumerate(ids) if item in known]
    gaps = {places[n + 1] - places[n] for n in range(len(places) - 1)}
    if len(places) > SHOWN and len(gaps) == 1 and len(places) < len(ids):
        step = gaps.pop()
        where = "stands in one block" if step == 1 else f"always stands {step:,} places apart"
        yield Clue(
            "gold_in_order", "item_id", f"In the order of the tasks, gold {where}.",
            tuple(f"task {spot + 1}: {ids[spot]}" for spot in places[:SHOWN]), SEED,
        )  # fmt: skip


def _gold_in_blocks(kind: str, order: str, ids: Sequence[str], known: frozenset[str]) -> Iterator[Clue]:
    marks = [item in known for item in ids]
    if not 0 < sum(marks) < len(marks):
        return
    runs, expected = runs_of(marks), expected_runs(marks)
    p = few_runs(sum(marks), len(marks) - sum(marks), runs)
    if runs <= _BLOCKS * expected and p <= ALPHA:
        what = (
            f"{order}, gold and other tasks stand in {runs:,} blocks; a random order would have about "
            f"{expected:,.0f}."
        )
        first = [item for item, mark in zip(ids, marks, strict=True) if mark]
        yield Clue(kind, "item_id", what, tuple(first[:SHOWN]), SEED, p)


_ADVICE: Mapping[str, str] = {
    "revealed": "Retire these items: their answers are known to the vendor.",
    "audited": "Use fresh gold where you can: from the audit the vendor may have learnt which items are gold.",
    "seeded": "Use fresh gold where you can: who meets an item again may recognise it.",
}


def seen_before(items: frozenset[str], exposures: Iterable[Exposure]) -> Iterator[Clue]:
    """What the vendor met before, by the way it met it: one clue each."""
    by_kind: dict[str, list[Exposure]] = defaultdict(list)
    for exposure in exposures:
        if not items.isdisjoint(exposure.items):
            by_kind[exposure.kind].append(exposure)
    for kind in [kind for kind in _ADVICE if kind in by_kind]:
        seen = items.intersection(set().union(*(exposure.items for exposure in by_kind[kind])))
        last = max(by_kind[kind], key=lambda exposure: exposure.at)
        what = (
            f"{len(seen):,} of {len(items):,} gold items were {kind} before, last on {last.at[:10]} "
            f"with gold set {last.gold!r}."
        )
        yield Clue(f"seen_{kind}", "item_id", what, tuple(sorted(seen)[:SHOWN]), _ADVICE[kind])
