"""What a writer of files must do: exports, blind tasks and rework are written by the same ones.

A writer puts what it is given into the form of a tool and nothing else: no answer is altered to fit. What the
form cannot hold is left out and counted by a word for it, so that it can be said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from vendoreval.errors import InputError, UsageError
from vendoreval.labels.shapes import Shape

Row = Mapping[str, Any]
PEOPLE = "name of who answered"
TIMES = "time of an answer"
IDS = "id of an object"
ATTRIBUTES = "attribute"


@dataclass(frozen=True)
class Answer:
    """What one person answered on an item; without rows: nothing is there.

    `rows` by column of the shape, where they hold a value: numbers in whole pixels, degrees or seconds,
    outlines as parts of rings of x and y in turn, masks as run lengths, `attributes` by name.
    """

    rows: Sequence[Row] = ()
    annotator: str | None = None
    label_id: str | None = None
    labelled_at: str | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Task:
    """An item that goes out: what is shown of it, and the answers that go along.

    `shown` by name of a field: what people see besides the item's own text or picture. `remarks` say what is
    wrong with the answers. `opaque`: `item` is a name made for this list, and not the item's own.
    """

    item: str
    answers: Sequence[Answer] = ()
    width: int | None = None
    height: int | None = None
    text: str | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    opaque: bool = False


@dataclass(frozen=True)
class Setting:
    """What is known of all tasks. `classes` in their order; `keypoints` are the names of points in theirs.

    `turned`: some box is turned. `ends` are the labels of relations' ends. `link` stands before the names of
    pictures and recordings in the tool.
    """

    shape: Shape
    classes: tuple[str, ...] = ()
    keypoints: tuple[str, ...] = ()
    turned: bool = False
    link: str = ""
    ends: tuple[str, ...] = ()


@dataclass
class Written:
    """How many tasks and rows were written; `lost` counts what the form cannot hold, by a word for it.

    `beside` are further files by what is put behind the name of the first, such as a labelling configuration.
    """

    tasks: int = 0
    rows: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    beside: dict[str, bytes] = field(default_factory=dict)


class Writer(Protocol):
    """One format."""

    @property
    def name(self) -> str:
        """What `--format` calls it."""

    @property
    def ending(self) -> str:
        """Of the file that it writes, with the dot."""

    @property
    def yields(self) -> frozenset[str]:
        """The task types whose answers it can hold."""

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """Write all tasks to `out`.

        Raises InputError where what the format cannot do without is not known, such as an image's size, and
        UsageError where an item has more answers than it can hold.
        """


def one_answer(task: Task, form: str) -> Answer | None:
    """The only answer of a task, or None; raises UsageError where it has several."""
    if len(task.answers) > 1:
        people = sorted({one.annotator for one in task.answers if one.annotator})
        which = f" --annotator {people[0]}" if people else ""
        raise UsageError(
            f"{task.item!r} was answered {len(task.answers)} times; {form} holds one answer an item.",
            remedy=f"Choose whose answers:{which or ' --annotator NAME'}. Label Studio and rows hold all.",
        )
    return task.answers[0] if task.answers else None


def size_of(task: Task, form: str) -> tuple[int, int]:
    """The image's width and height; raises InputError where they are not known."""
    if not task.width or not task.height:
        raise InputError(
            f"The size of {task.item!r} is not known, and {form} cannot do without it.",
            remedy="Name the folder of the pictures with --images DIR.",
        )
    return task.width, task.height


def lose_context(answer: Answer, lost: Counter[str], *, people: bool = True) -> None:
    """Count what most forms cannot tell of an answer: who gave it, and when."""
    lost[PEOPLE] += people and answer.annotator is not None
    lost[TIMES] += answer.labelled_at is not None
