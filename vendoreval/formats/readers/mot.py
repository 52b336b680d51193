"""MOTChallenge text files: a line a box of a track in one frame, a file a clip.

    frame, id, left, top, width, height, flag, class, visibility

As the benchmark writes gold; results and older files have a confidence for the flag, and -1 for what follows.
Frames count from 1 here, and from 0 in ours.
"""

from __future__ import annotations

import configparser
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape

CHALLENGE = (
    "pedestrian", "person on vehicle", "car", "bicycle", "motorbike", "non motorized vehicle", "static person",
    "distractor", "occluder", "occluder on the ground", "occluder full", "reflection", "crowd",
)  # fmt: skip
_LISTS = ("labels.txt", "classes.txt")
_BESIDE = ("gt", "det", "label")  # folders within that of a clip
_COLUMNS = range(6, 11)
_LARGEST = 10**9
FIRST = ReaderOption("first", "the number of a clip's first frame; ours is 0", "1", ("1", "0"))


@dataclass(frozen=True)
class Mot:
    """The reader of MOT files."""

    name: str = "mot"
    suffixes: tuple[str, ...] = (".txt", ".ini")
    yields: frozenset[str] = frozenset({"tracks"})
    options: tuple[ReaderOption, ...] = (
        ReaderOption("classes", "the classes by number from 1, parted by commas, or motchallenge for the "
                     "benchmark's own; empty: labels.txt beside the files", ""),
        ReaderOption("flag", "a row with the flag 0: what falls on it is not judged, it is left aside, or it "
                     "is a box", "ignored", ("ignored", "aside", "box")),
        FIRST,
        ReaderOption("base", "the number of the first pixel, in left and top", "0", ("0", "1")),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the columns of a first line, and the names of files."""
        for member in _files(source):
            first = next((line for line in member.head(4_096).splitlines() if line.strip()), b"")
            if isinstance(_numbers(first), str):
                continue
            reason = f"{member.name} has lines of a frame, an id and a box, parted by commas."
            known = PurePosixPath(member.name).name in ("gt.txt", "det.txt") or source.ending(".ini")
            return Confidence(SURE if known else MAYBE, reason)
        return Confidence(NO, "no text file has lines of a frame, an id and a box, parted by commas.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The boxes of all clips; raises InputError where nothing names the classes."""
        files, settings = _files(source), _settings(source)
        if not files:
            raise InputError("There is no .txt file of boxes in it.", file=source.name)
        for member in files:
            rows = AnswerRows(member.name, shape)
            clip = clip_of(member.name, source.name)
            told = settings.get(clip, {})
            rows.sheet(told.get("name", clip), **_size(told))
            classes = _classes(source, member, options["classes"])
            reading = _Clip(rows, told.get("name", clip), classes, options, source.name)
            yield from batches(rows, reading.lines(member))


READER = Mot()


@dataclass
class _Clip:
    """Reads the lines of one clip."""

    rows: AnswerRows
    item: str
    classes: tuple[str, ...]
    options: Mapping[str, str]
    source: str

    def lines(self, member: Member) -> Iterator[None]:
        with member.open() as stream:
            for place, line in enumerate(stream, start=1):
                if line.strip(b"\xef\xbb\xbf \t\r\n"):
                    self._line(place, line)
                yield

    def _line(self, place: int, line: bytes) -> None:
        numbers = _numbers(line)
        if isinstance(numbers, str):
            self.rows.refuse(place, numbers, self.item)
            return
        frame, track = numbers[0] - int(self.options["first"]), numbers[1]
        if track < 0:
            self.rows.aside("detection without a track")
            return
        label = self._label(numbers)
        if label is None:
            self.rows.refuse(
                place, f"The class {numbers[7]:g} is none of the {len(self.classes)} named.", self.item
            )
            return
        flag = self.options["flag"] if len(numbers) > 6 and numbers[6] == 0 else "box"
        if flag == "aside":
            self.rows.aside("box with the flag 0")
            return
        if flag == "ignored":
            self.rows.remarks.count("Boxes with the flag 0, on which nothing is judged", self.item)
        left, top = (number - int(self.options["base"]) for number in numbers[2:4])
        visible = numbers[8] if len(numbers) == 9 and 0 <= numbers[8] <= 1 else None
        self.rows.row(
            place, item_id=self.item, track_id=f"{track:.0f}", label=label, frame=int(frame), x_min=left,
            y_min=top, x_max=left + numbers[4], y_max=top + numbers[5], ignored=flag == "ignored" or None,
            attributes=None if visible is None else canonical_map({"visibility": visible}),
        )  # fmt: skip

    def _label(self, numbers: list[float]) -> str | None:
        """The class of a row; where rows tell none, there must be but one."""
        number = numbers[7] if len(numbers) > 7 else -1.0
        if not self.classes:
            raise InputError(
                "MOT files hold numbers of classes, and nothing here names them.", file=self.source,
                remedy="Name them in order: --read classes=car,person, or classes=motchallenge.",
            )  # fmt: skip
        if number == -1 and len(self.classes) > 1:
            raise InputError(
                "The rows tell no class, and several are named.", file=self.source,
                remedy=f"Name the one that all are of: --read classes={self.classes[0]}.",
            )  # fmt: skip
        if number == -1:
            return self.classes[0]
        whole = number == int(number) and 1 <= number <= len(self.classes)
        return self.classes[int(number) - 1] if whole else None


def clip_of(name: str, source: str) -> str:
    """What a clip is called: the folder that holds its gt or det, or else its file."""
    path = PurePosixPath(name)
    if path.parent.name in _BESIDE or path.name in ("gt.txt", "det.txt"):
        folder = path.parent.parent if path.parent.name in _BESIDE else path.parent
        return folder.as_posix() if folder.as_posix() != "." else PurePosixPath(source).stem
    return path.with_suffix("").as_posix()


def _files(source: Source) -> tuple[Member, ...]:
    """The files of boxes; of a clip with gold and detections only the gold."""
    found = [one for one in source.ending(".txt") if PurePosixPath(one.name).name not in _LISTS]
    clips = Counter(clip_of(one.name, source.name) for one in found)
    return tuple(
        one for one in found
        if clips[clip_of(one.name, source.name)] == 1 or PurePosixPath(one.name).name != "det.txt"
    )  # fmt: skip


def _numbers(line: bytes) -> list[float] | str:
    """The numbers of a line, or why it is none of a box."""
    words = line.strip(b"\xef\xbb\xbf \t\r\n").split(b",")
    if len(words) not in _COLUMNS:
        return f"It has {len(words)} columns, not 6 to 10 parted by commas."
    try:
        numbers = [math.nan if b"_" in word else float(word) for word in words]
    except ValueError:
        return "Not all of its columns are numbers."
    if not all(math.isfinite(number) and abs(number) <= _LARGEST for number in numbers):
        return "It holds a number that is not finite, or too large."
    if any(number != int(number) for number in numbers[:2]):
        return "Its frame or its id is no whole number."
    return numbers


def _classes(source: Source, member: Member, option: str) -> tuple[str, ...]:
    """The classes by number: of the option, or of the list that lies nearest to the file."""
    if option == "motchallenge":
        return CHALLENGE
    if option:
        return tuple(name.strip() for name in option.split(","))
    lists = {PurePosixPath(one.name).parent: one for one in source.members
             if PurePosixPath(one.name).name in _LISTS}  # fmt: skip
    for folder in PurePosixPath(member.name).parents:
        if folder in lists:
            text = lists[folder].read("document").decode("utf-8-sig", "replace")
            return tuple(line.strip() for line in text.splitlines() if line.strip())
    return ()


def _settings(source: Source) -> dict[str, dict[str, str]]:
    """What the seqinfo.ini of each clip says."""
    found = {}
    for member in source.ending(".ini"):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(member.read("document").decode("utf-8-sig"))
        except (configparser.Error, UnicodeDecodeError) as error:
            raise InputError(
                "It is no file of settings.", file=member.name, remedy="Ask for it again."
            ) from error
        if parser.has_section("Sequence"):
            folder = PurePosixPath(member.name).parent.as_posix()
            found[folder if folder != "." else PurePosixPath(source.name).stem] = dict(parser["Sequence"])
    return found


def _size(told: Mapping[str, str]) -> dict[str, Any]:
    sides = {"width": told.get("imwidth", ""), "height": told.get("imheight", "")}
    return {name: int(text) for name, text in sides.items() if text.isdecimal() and len(text) < 9}
