"""The intake report: what was seen while a delivery was taken in, and what there is to say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.intake_counts import UnknownLabel, alike_among, look_alikes
from vendoreval.formats.intake.one_answer import OneAnswer
from vendoreval.formats.intake.row_filter import written
from vendoreval.formats.intake.row_stream import OPTIONAL, RowStream
from vendoreval.formats.intake.written_codes import NOBODY, WrittenCodes
from vendoreval.formats.readers.known_columns import suggestions
from vendoreval.formats.readers.rows import RowFile
from vendoreval.labels.people import named_like_a_role
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.repeats import Ints
from vendoreval.labels.settled import settled_sentences
from vendoreval.labels.statements import Statements
from vendoreval.labels.status import no_answers
from vendoreval.labels.unsettled import Unsettled, spoken

SHOWN = 50  # unknown classes beyond these are counted, not listed


@dataclass(frozen=True)
class DeliveryIntake:
    """What was seen while a delivery was taken in; counts are exact, lists hold the first cases."""

    rows_read: int  # labels + refused + left out + copies and answers that do not count
    labels: int
    refused: int
    left_out: int  # rows that --where did not choose
    items: int
    annotators: int
    items_with_several_labels: int
    repeated_labels: int  # further labels by the same annotator on the same item, as delivered
    unknown_class: int
    classes_unknown: tuple[str, ...]
    unknown_labels: tuple[UnknownLabel, ...]
    missing_items: int | None
    extra_items: int | None
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    sent: tuple[str, ...] | None = None
    unsettled: tuple[Unsettled, ...] = ()
    filtered: tuple[dict[str, Any], ...] = ()  # what each --where left out (row_filter.Filtering)
    settled: Mapping[str, Any] = field(default_factory=dict)  # by keys of the record
    most_labels: int = 0  # of one item

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/intake/1`; `sent` stays out, it can be long."""
        plain = {name: value for name, value in vars(self).items() if name not in ("sent", "settled")}
        return {
            "schema": "vendoreval/intake/1",
            **plain,
            **self.settled,
            "classes_unknown": list(self.classes_unknown),
            "unknown_labels": [asdict(label) for label in self.unknown_labels],
            "refusals": [asdict(refusal) for refusal in self.refusals],
            "notes": list(self.notes),
            "unsettled": [one.to_json() for one in self.unsettled],
            "filtered": list(self.filtered),
        }


@dataclass(frozen=True, eq=False)
class Delivered:
    """What is to be known of the items as they were delivered: told before any row is left out of the table.

    `sent_came` of the items sent were delivered; `ids` and `unsettled` are what ItemIds says of them.
    """

    codes: WrittenCodes
    sent: tuple[str, ...] | None
    sent_came: int
    ids: Mapping[str, Any]
    unsettled: tuple[Unsettled, ...]
    alike: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, stream: RowStream, sink: IO[bytes], sent: tuple[str, ...] | None) -> Delivered:
        """For a stream whose rows stand in `sink`."""
        count = len(stream.counts.items)
        stream.counts.items.finish()  # what is told below needs the room
        items = DeliveredIds.in_table(sink, count)
        asked = () if stream.task_ids is not None else sent or ()  # opaque ids of tasks come as they are
        return cls(
            WrittenCodes(sink, count), sent, len(items.among(frozenset(sent or ()))), stream.ids.report(items),
            stream.ids.unsettled(items, asked), alike_among(stream.counts.odd_items, items.among),
        )  # fmt: skip

    def labels_an_item(self, dropped: Ints) -> NDArray[np.int32]:
        """Labels of each item, without the rows `dropped`."""
        if not len(dropped):
            return self.codes.labels_an_item
        rows, numbers = self.codes.repeated
        items = numbers[np.searchsorted(rows, dropped)] >> 32
        found = self.codes.labels_an_item.copy()
        np.subtract.at(found, items, 1)
        return found

    def repeated(self) -> int:
        """Further labels by one named annotator on the same item."""
        _, numbers = self.codes.repeated
        named = numbers[(numbers & NOBODY) != NOBODY]
        pairs = self.codes.repeated_numbers
        return len(named) - int(np.count_nonzero((pairs & NOBODY) != NOBODY))


def intake_of(
    stream: RowStream, notes: tuple[str, ...], delivered: Delivered, answers: OneAnswer, stated: Statements
) -> DeliveryIntake:
    """The report on a stream whose repeats are settled; `notes` come first."""
    counts, sent = stream.counts, delivered.sent
    unknown = sorted(counts.unknown.values(), key=lambda kind: (-kind.count, kind.label))[:SHOWN]
    texts = stream.texts
    of_items = delivered.labels_an_item(answers.dropped)
    settled = {"stated": stated.to_json(), **texts.report(), "repeats": answers.report}
    settled |= {"ids": delivered.ids} if delivered.ids else {}
    asked = texts.unsettled({label: kind.count for label, kind in counts.unknown.items()})
    return DeliveryIntake(
        rows_read=counts.labels + stream.refused + stream.where.rows_left_out,
        labels=counts.labels - len(answers.dropped),
        refused=stream.refused,
        left_out=stream.where.rows_left_out,
        items=len(counts.items),
        annotators=len(counts.people),
        items_with_several_labels=int(np.count_nonzero(of_items > 1)),
        repeated_labels=delivered.repeated(),
        unknown_class=sum(kind.count for kind in counts.unknown.values()),
        classes_unknown=tuple(sorted(counts.unknown)[:SHOWN]),
        unknown_labels=tuple(
            replace(kind, nearest=texts.dictionary.classes.nearest(kind.label)) for kind in unknown
        ),
        missing_items=None if sent is None else len(set(sent)) - delivered.sent_came,
        extra_items=None if sent is None else len(counts.items) - delivered.sent_came,
        refusals=tuple(stream.refusals),
        notes=(*notes, *settled_sentences(settled)),
        sent=sent,
        unsettled=(
            *asked,
            *answers.unsettled,
            *stream.status.unsettled(counts.classes),
            *delivered.unsettled,
        ),
        filtered=tuple(stream.where.to_json()),
        settled=settled,
        most_labels=int(of_items.max()),
    )


def notes_on(files: Sequence[RowFile], stream: RowStream, delivered: Delivered) -> tuple[str, ...]:
    """What is to be said of a stream, before its repeats are settled."""
    counts = stream.counts
    used = {*stream.roles.values(), *(one.column for one in stream.where.filters)}
    unused = sorted({name or "(unnamed)" for file in files for name in file.names if name not in used})
    notes = _of_files(files)
    notes += [f"Columns not used: {', '.join(unused)}."] if unused else []
    notes += suggestions(OPTIONAL, stream.roles, unused)
    if "annotator_id" not in stream.roles:
        notes.append("There is no column annotator_id, so nothing can be said about single annotators.")
    notes += [
        *stream.moments.notes("labelled_at"), *stream.numbers.notes("seconds"), *stream.marks.notes("flagged"),
    ]  # fmt: skip
    notes += [*stream.where.notes(), *stream.ids.notes(), *_notes_on_roles(stream, delivered.codes)]
    notes += _notes_on_classes(stream)
    for what, alike in (("items", delivered.alike), ("annotators", look_alikes(counts.people.keys()))):
        if alike:
            first, second = alike[0]
            notes.append(
                f"{len(alike):,} {what} are counted apart although only white space or Unicode form "
                f"differs, for example {first!r} and {second!r}."
            )
    return tuple(notes)


def _of_files(files: Sequence[RowFile]) -> list[str]:
    """What is to be said of how files are written: once, where it is the same of several."""
    said: dict[str, list[str]] = {}
    for file in files:
        for note in file.notes:
            said.setdefault(note, []).append(file.path.name)
    return [
        note if len(files) == 1 else f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {note}"
        for note, names in said.items()
    ]


def _notes_on_classes(stream: RowStream) -> list[str]:
    """On labels that are no class: those stated to be wrong, those that are open, and a status among them."""
    said = []
    unknown, column = stream.counts.unknown, stream.roles["label"]
    wrong = [kind.count for name, kind in unknown.items() if name in stream.texts.dictionary.stated]
    total = sum(kind.count for kind in unknown.values())
    if wrong:
        said.append(f"{sum(wrong):,} labels count as wrong, as stated: the contract knows no such class.")
    if len(wrong) < len(unknown):
        said.append(f"{total - sum(wrong):,} labels are of no class that the contract knows: this is open.")
    if total == stream.counts.labels and no_answers(column, unknown):
        said.append(
            f"The column {column} was mapped as label and looks like a status: the class may be in another one."
        )
    return said


def _notes_on_roles(stream: RowStream, codes: WrittenCodes) -> list[str]:
    """On each person named like a role who labelled everything beside others."""
    counts, column = stream.counts, stream.roles.get("annotator_id", "")
    if len(counts.people) < 2 or column in (one.column for one in stream.where.filters):
        return []
    everywhere = [
        name for name in counts.people
        if named_like_a_role(name) and codes.items_of(counts.people[name]) == len(counts.items)
    ]  # fmt: skip
    return [
        f"{name!r} labelled all {len(counts.items):,} items and is named like a role: agreement and consensus "
        f"count it as one more annotator. To leave it out: {_without(column, name)}"
        for name in everywhere[:SHOWN]
    ]


def _without(column: str, value: str) -> str:
    return spoken(("--where", written(f"{column}!", [value])))
