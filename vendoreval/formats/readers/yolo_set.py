"""What stands around the label files of a YOLO set: names of classes and keypoints, lists, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.picture_index import is_picture
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.yaml_text import parse_yaml
from vendoreval.formats.readers.yolo_lines import Pose
from vendoreval.jsonfile import parse_json
from vendoreval.received import read_bytes

_NAMES = ("classes.txt", "obj.names", "labels.txt", "names.txt", "predefined_classes.txt", "_darknet.labels")
_SPLITS = ("train", "val", "valid", "validation", "test")
_LABELS = re.compile(r"(^|/)(labels|obj_[^/]*_data)/")
_FOLDER = re.compile(r"(?:^|/)(?P<folder>labels|images|obj_(?P<split>[^/]*)_data)/")
_ONE_ANNOTATOR = (
    "Label Studio writes one YOLO file an image: a second annotator's replaces the first's, images that nobody "
    "answered look like empty ones, and with a keypoint control in the project polygons are lost and turned "
    "boxes are not turned. For agreement, or where one of these may be, ask for its JSON export."
)
_NO_NAMES = (
    "Name a file with one class a line in the order of their numbers too, called classes.txt, or give it as "
    "--read names=FILE."
)


@dataclass(frozen=True)
class YoloSet:
    """A set's label files by the name of their image without its ending, and what they point to."""

    file: str
    labels: Mapping[str, Member]
    listed: tuple[str, ...]  # images in lists such as train.txt
    names: Mapping[int, str]
    pose: Pose | None
    splits: frozenset[str]
    notes: tuple[str, ...]

    def item(self, stem: str) -> str:
        """An image's path below its split."""
        first, _, rest = stem.partition("/")
        return rest if rest and first in self.splits else stem


def read_set(source: Source, options: Mapping[str, str]) -> YoloSet:
    """The set in a source; raises InputError where it has no names of classes or no label files."""
    documents = {m.name: _document(m) for m in source.members if m.name.lower().endswith((".yaml", ".yml"))}
    settings = next((one for one in documents.values() if "names" in one), {})
    names = _names(source, settings, options["names"])
    texts = [m for m in source.members if m.name.lower().endswith(".txt") and not _is_names(m.name)]
    labels, lists, passed = _sorted(texts)
    found: dict[str, Member] = {}
    for member in labels:
        stem = member.name[: -len(".txt")]
        found[stem if below(stem) in found else below(stem)] = member
    splits = frozenset(_splits(settings))
    return YoloSet(
        source.name, found, tuple(_listed(lists)), names, _pose(source, settings, options["keypoints"]), splits,
        (*_said(passed), *_label_studio(source)),
    )  # fmt: skip


def _sorted(texts: Sequence[Member]) -> tuple[list[Member], list[Member], list[Member]]:
    """Text files as labels, lists of pictures, and others. Labels are in their folder, if there is one."""
    within = [member for member in texts if _LABELS.search(member.name)]
    without = [member for member in texts if not _LABELS.search(member.name)]
    lists, other = list[Member](), list[Member]()
    for member in without:
        (lists if _is_list(member) else other).append(member)
    return (within, lists, other) if within else (other, lists, [])


def looks_like_labels(member: Member) -> bool:
    """Whether the first line is a class and at least four numbers."""
    words = member.head(4_096).decode("utf-8", "replace").lstrip("\ufeff").split("\n")[0].split()
    try:
        return len(words) >= 5 and words[0].isdigit() and all(-2 < float(word) <= 2 for word in words[1:5])
    except ValueError:
        return False


def below(name: str) -> str:
    """A path without the folder of labels or pictures: `labels/train/a` and `images/train/a` are one."""
    found = _FOLDER.search(name)
    if found is None:
        return name
    split = f"{found['split']}/" if found["split"] else ""
    return f"{name[: found.start('folder')]}{split}{name[found.end() :]}"


def _is_names(name: str) -> bool:
    base = PurePosixPath(name).name.lower()
    return base in _NAMES or base.endswith(".names")


def _is_list(member: Member) -> bool:
    """Whether its lines are pictures."""
    lines = [line.strip() for line in _text(member, 65_536).splitlines() if line.strip()]
    return bool(lines) and is_picture(lines[0])


def _text(member: Member, most: int = -1) -> str:
    data = member.head(most) if most > 0 else member.read("document")
    return data.decode("utf-8-sig", "replace")


def _listed(lists: Sequence[Member]) -> Iterator[str]:
    for member in lists:
        for line in _text(member).splitlines():
            if is_picture(line.strip()):
                yield below(re.sub(r"^(\.{0,2}/)+", "", line.strip().replace("\\", "/")))


def _said(passed: Sequence[Member]) -> Iterator[str]:
    if passed:
        yield f"Text files that are no labels and are not read: {len(passed):,} ({passed[0].name})."


def _label_studio(source: Source) -> Iterator[str]:
    for member in source.members:
        if PurePosixPath(member.name).name == "notes.json" and b'"Label Studio"' in member.head():
            yield _ONE_ANNOTATOR


def _document(member: Member) -> dict[str, Any]:
    found = parse_yaml(member.read("yaml"), member.name)
    return found if isinstance(found, dict) else {}


def _splits(settings: Mapping[str, Any]) -> Iterator[str]:
    yield from _SPLITS
    for key in _SPLITS:
        value = settings.get(key)
        if isinstance(value, str) and not value.endswith(".txt"):
            yield PurePosixPath(value).name


def _names(source: Source, settings: Mapping[str, Any], option: str) -> dict[int, str]:
    """Classes by their numbers: of the option's file, of data.yaml, or of a file of names."""
    if option:
        path = Path(option)
        return _names_in(read_bytes(path), path.name)
    if settings:
        return _of_settings(settings["names"], source.name)
    files = [member for member in source.members if _is_names(member.name)]
    told = {member.name: _names_in(member.read("document"), member.name) for member in files}
    if not told:
        raise InputError(
            "YOLO labels are numbers, and nothing here names the classes.", file=source.name, remedy=_NO_NAMES
        )
    first, *others = told.values()
    if any(other != first for other in others):
        raise InputError(
            f"{' and '.join(told)} name different classes.", file=source.name,
            remedy="Say which counts: --read names=FILE.",
        )  # fmt: skip
    return first


def _names_in(data: bytes, file: str) -> dict[int, str]:
    if file.lower().endswith((".yaml", ".yml")):
        found = parse_yaml(data, file)
        return _of_settings(found.get("names") if isinstance(found, dict) else None, file)
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("The file is not UTF-8 text.", file=file, remedy="Save it as UTF-8.") from error
    return {place: line.strip() for place, line in enumerate(lines) if line.strip()}


def _of_settings(told: Any, file: str) -> dict[int, str]:
    if isinstance(told, list):
        told = dict(enumerate(told))
    found = {}
    for number, name in told.items() if isinstance(told, dict) else ():
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise InputError(
                f"The class name {name!r} is no text.",
                file=file,
                remedy="Put it in quotes, or ask for its name.",
            )
        if isinstance(number, bool) or not str(number).isdigit():
            raise InputError(f"The class number {number!r} is no whole number.", file=file)
        found[int(number)] = str(name)
    if not found:
        raise InputError("It names no classes.", file=file, remedy=_NO_NAMES)
    return found


def _pose(source: Source, settings: Mapping[str, Any], option: str) -> Pose | None:
    """Keypoints: how many by `kpt_shape`; named by the option, `kpt_names`, or Label Studio's notes."""
    shape = settings.get("kpt_shape")
    names = tuple(name.strip() for name in option.split(",")) if option else _point_names(source, settings)
    if not shape and not names:
        return None
    count, size = _shape(shape) or (len(names), 3)
    if names and len(names) != count:
        raise InputError(
            f"{len(names)} keypoints are named, but kpt_shape tells {count}.", file=source.name,
            remedy="Name them in their order: --read keypoints=nose,tail.",
        )  # fmt: skip
    if not names:
        raise InputError(
            "Nothing here names the keypoints.", file=source.name,
            remedy="Name them in their order: --read keypoints=nose,tail.",
        )  # fmt: skip
    return Pose(count, size, names)


def _shape(told: Any) -> tuple[int, int] | None:
    """How many keypoints, and how many numbers each has."""
    if not isinstance(told, list) or len(told) != 2 or not all(type(one) is int for one in told):
        return None
    return (told[0], told[1]) if 0 < told[0] <= 1_000 and told[1] in (2, 3) else None


def _point_names(source: Source, settings: Mapping[str, Any]) -> tuple[str, ...]:
    told = settings.get("kpt_names")
    if isinstance(told, dict):  # by class; they are the same for all
        told = next(iter(told.values()), None)
    if isinstance(told, list) and all(isinstance(name, str) for name in told):
        return tuple(told)
    for member in source.members:
        if PurePosixPath(member.name).name == "notes.json":
            return _noted(parse_json(member.read("document"), member.name))
    return ()


def _noted(notes: Any) -> tuple[str, ...]:
    categories = notes.get("categories") if isinstance(notes, dict) else None
    for category in categories if isinstance(categories, list) else ():
        points = category.get("keypoints") if isinstance(category, dict) else None
        if isinstance(points, list) and points and all(isinstance(name, str) for name in points):
            return tuple(points)
    return ()
