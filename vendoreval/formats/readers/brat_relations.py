"""Relations of brat: `R1 works_at Arg1:T1 Arg2:T2`, and on request the roles of events.

An event `E1 Move:T1 Agent:T2 Goal:E2` has a trigger, T1; each of its roles is then a relation of the role's
name from the trigger to the span, or to the trigger of the other event.
"""

from __future__ import annotations

from collections.abc import Iterator

from vendoreval.formats.readers.brat_lines import KINDS, SPAN, Lines, pieces_of
from vendoreval.formats.readers.span_answers import End, SpanAnswers

Link = tuple[str, str, str]  # the relation's label, and the ids of head and tail


def add_relations(gathered: SpanAnswers, item: str, lines: Lines, *, roles: bool) -> None:
    """The relations of one .ann; its spans are counted."""
    triggers = {name: _parts(what)[0][1] for _, name, what in lines.linked if name[:1] == "E" and _parts(what)}
    for number, name, what in lines.linked:
        parts = _parts(what)
        said = lines.said.pop(name, None) if name[:1] == "R" else None
        if name[:1] == "E" and not roles:
            gathered.set_aside(KINDS["E"])
            continue
        links = list(_links(name, what, parts))
        if not links and name[:1] == "R":
            lines.wrong.append((number, "The line has no type with two arguments."))
        elif not links:
            gathered.set_aside("event without a role")
        for label, head, tail in links:
            ends = [_end(lines, triggers.get(one, one)) for one in (head, tail)]
            gathered.relation(label, ends[0], ends[1], said, number)
    gathered.set_aside("span", len(lines.spans))


def _parts(what: str) -> list[tuple[str, str]]:
    """Names and ids of `Type:T1 Role:T2`; of `Type Arg1:T1` only the arguments."""
    return [(name, at) for name, colon, at in (part.partition(":") for part in what.split(" ")) if colon]


def _links(name: str, what: str, parts: list[tuple[str, str]]) -> Iterator[Link]:
    if name[:1] == "R" and len(parts) == 2:
        yield what.split(" ")[0], parts[0][1], parts[1][1]
    elif name[:1] == "E":
        for role, at in parts[1:]:
            yield role, parts[0][1], at


def _end(lines: Lines, name: str) -> End | None:
    """The span of that id."""
    found = SPAN.fullmatch(lines.spans[name][1]) if name in lines.spans else None
    return (found[1], pieces_of(found[2])) if found else None
