"""CVAT XML of videos, and whole pieces of a file read at once: the same as element by element."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.unit.readers.delivered import CORPUS, Delivered, expected, manifest, read
from vendoreval.errors import InputError
from vendoreval.formats.readers import cvat, cvat_pieces
from vendoreval.formats.readers.cvat import READER

(VIDEO,) = [row for row in manifest("cvat") if row["variant"] == "video"]
SIDES = ("x_min", "y_min", "x_max", "y_max")


def test_the_corpus_video_holds_the_boxes_of_its_manifest() -> None:
    found = read(READER, CORPUS / VIDEO["file"], "tracks")
    wanted = [one for one in expected(VIDEO) if one["outside"] == "0"]
    assert len(found.rows) == len(wanted) == 10
    for row, one in zip(found.rows, wanted, strict=True):
        x, y, wide, high = one["bbox"]
        assert [row[side] for side in SIDES] == [x, y, x + wide, y + high]
        assert (row["track_id"], row["frame"], row["label"]) == (one["track"], one["frame"], one["label"])
        assert row["occluded"] == int(one["attributes"]["occluded"])
        assert json.loads(row["attributes"]) == one["attributes"]
    assert found.aside == {"box that is outside": 3}
    assert found.sheets == [{"item_id": "clip.mp4", "sheet_id": "clip.xml", "width": 96, "height": 54}]


def test_the_boxes_are_those_of_the_truth_up_to_the_writers_rounding() -> None:
    truth = json.loads((CORPUS / "truth/track.json").read_text("utf-8"))
    found = read(READER, CORPUS / VIDEO["file"], "tracks").rows
    told = {(str(track["id"]), box["frame"]): box for track in truth["tracks"] for box in track["boxes"]}
    assert {(row["track_id"], row["frame"]) for row in found} == told.keys()
    for row in found:
        x, y = told[row["track_id"], row["frame"]]["bbox"][:2]
        assert abs(row["x_min"] - x) < 1
        assert abs(row["y_min"] - y) < 1


def video(*tracks: str, meta: str = "<task><name>clip.mp4</name></task>") -> str:
    body = "\n".join(tracks)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<meta>{meta}</meta>\n{body}\n</annotations>\n'
    )


def box(frame: int, x: float, *, key: int = 1, outside: int = 0, more: str = "") -> str:
    return (
        f'<box frame="{frame}" keyframe="{key}" outside="{outside}" occluded="0" xtl="{x:.2f}" ytl="5.00" '
        f'xbr="{x + 10:.2f}" ybr="15.00" z_order="0"{more}>\n</box>'
    )


def track(name: str, *boxes: str, label: str = "car") -> str:
    return f'<track id="{name}" label="{label}" source="manual">\n' + "\n".join(boxes) + "\n</track>"


def written(tmp_path: Path, text: str, name: str = "a.xml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_between_keyframes_by_the_option(tmp_path: Path) -> None:
    """Linear as CVAT fills: also up to a shape that is outside, and not behind it."""
    path = written(tmp_path, video(track(
        "1", box(0, 0), box(1, 7, key=0), box(4, 40), box(6, 60, outside=1), box(8, 100), box(9, 110),
    )))  # fmt: skip

    def places(**options: Any) -> dict[int, float]:
        return {row["frame"]: row["x_min"] for row in read(READER, path, "tracks", **options).rows}

    assert places() == {0: 0, 1: 7, 4: 40, 8: 100, 9: 110}
    assert places(between="keyframes") == {0: 0, 4: 40, 8: 100, 9: 110}
    assert places(between="linear") == {0: 0, 1: 7, 2: 18, 3: 29, 4: 40, 5: 50, 8: 100, 9: 110}


def test_angles_turn_the_shorter_way(tmp_path: Path) -> None:
    path = written(tmp_path, video(
        track("1", box(0, 0, more=' rotation="350"'), box(4, 0, more=' rotation="10"')),
        track("2", box(0, 0, more=' rotation="10"'), box(4, 0, more=' rotation="350"')),
    ))  # fmt: skip
    rows = read(READER, path, "tracks", between="linear").rows
    assert [row.get("angle", 0) for row in rows] == [350, 355, 0, 5, 10, 10, 5, 0, 355, 350]


def test_what_a_clip_is_called(tmp_path: Path) -> None:
    one = track("1", box(0, 0))
    frames = "<start_frame>100</start_frame><stop_frame>199</stop_frame>"
    job = f"<job><id>7</id><source>street.mp4</source>{frames}</job>"
    task = "<task><name>monday</name><source>street.mp4</source></task>"
    project = (
        "<project><name>p</name><tasks><task><id>5</id><name>a</name></task><task><id>6</id><name>b</name>"
        "</task></tasks></project>"
    )
    for meta, option, names in (
        (task, "source", ["street.mp4"]), (task, "task", ["monday"]), (task, "file", ["x"]),
        (job, "source", ["street.mp4"]), (job, "job", ["street.mp4:100-199"]), ("", "source", ["x"]),
    ):  # fmt: skip
        found = read(READER, written(tmp_path, video(one, meta=meta), "x.xml"), "tracks", clip=option)
        assert [sheet["item_id"] for sheet in found.sheets] == names
        assert {row["item_id"] for row in found.rows} == set(names)
        assert found.said("a job of the frames 100 to 199") == (meta == job and option == "source")
    of_task = one.replace("<track ", '<track task_id="6" ')
    found = read(READER, written(tmp_path, video(of_task, meta=project)), "tracks")
    assert [row["item_id"] for row in found.rows] == ["b"]
    assert [sheet["item_id"] for sheet in found.sheets] == ["a", "b"]


def test_an_empty_video_is_answered_and_images_are_no_video(tmp_path: Path) -> None:
    found = read(READER, written(tmp_path, video()), "tracks")
    assert [sheet["item_id"] for sheet in found.sheets] == ["clip.mp4"]
    assert read(READER, written(tmp_path, video()), "tracks", empty="not_done").sheets == []
    images = read(READER, CORPUS / "files/cvat/cvat_images.xml", "tracks")
    assert not images.rows
    assert not images.sheets
    assert images.aside["box of an image"] > 0


def test_odd_tracks_are_refused_or_counted(tmp_path: Path) -> None:
    found = read(READER, written(tmp_path, video(
        '<track label="car" source="manual">\n' + box(0, 0) + "\n</track>",
        '<track id="2" label="car"><polygon frame="0" points="1,1;2,2;3,1" outside="0"/></track>',
        track("3", box(0, 0).replace('frame="0"', 'frame="first"'), box(1, 0).replace("5.00", "nan")),
        track("4", box(2, 9)),
    )), "tracks")  # fmt: skip
    assert [row["track_id"] for row in found.rows] == ["4"]
    assert found.aside == {"shape of a track without id or label": 1, "polygon of a track": 1}
    assert found.refusals == [
        "The track has no id.",
        "The box of a track cannot be read: 'first' is no whole number.",
        "The box of a track cannot be read: 'nan' is no number.",
    ]


# Whole pieces


def apart(path: Path, shape: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Delivered:
    """Element by element."""
    with monkeypatch.context() as patch:
        patch.setattr(cvat, "OUTER", {})
        return read(READER, path, shape, **options)


def image(number: int, dice: random.Random) -> str:
    boxes = []
    for _ in range(dice.randint(0, 4)):
        x, y = dice.uniform(-5, 90), dice.uniform(0, 90)
        turned = f' rotation="{dice.uniform(0, 359):.2f}"' if dice.random() < 0.2 else ""
        inner = "".join(
            f'\n      <attribute name="{name}">{dice.choice(["red", "", "größer", " a "])}</attribute>'
            for name in dice.sample(["colour", "size", "note"], dice.randint(0, 2))
        )
        end = f">{inner}\n    </box>" if inner or dice.random() < 0.5 else "/>"
        boxes.append(
            f'    <box label="{dice.choice(["car", "Bär", "traffic light"])}" '
            f'source="{dice.choice(["manual", "semi-auto", "x"])}" occluded="{dice.randint(0, 1)}" '
            f'xtl="{x:.2f}" ytl="{y:.2f}" xbr="{x + 5:.2f}" ybr="{y + 5:.2f}"{turned} z_order="0"{end}\n'
        )
    return (
        f'  <image id="{number}" name="d/{number}.png" width="100" height="80">\n{"".join(boxes)}  </image>\n'
    )


def pictures(dice: random.Random, count: int) -> str:
    body = "".join(image(number, dice) for number in range(count))
    return f"<annotations>\n<meta><task><name>t</name></task></meta>\n{body}</annotations>"


def clip(dice: random.Random, count: int) -> str:
    return video(*(
        track(str(number), *(
            box(frame, dice.uniform(0, 50), key=dice.randint(0, 1), outside=int(dice.random() < 0.1))
            for frame in range(dice.randint(1, 5))
        ), label=dice.choice(["car", "Bär"]))
        for number in range(count)
    ))  # fmt: skip


ODD = (
    '"', "'", "<", ">", "&amp;", "&", "<!-- </image></track> -->", "<![CDATA[ x ]]>", "\t", "\n", "\r\n", "\r",
    "\x01", "1", 'outside="1" ', 'label="a" ', "<point/>", "</box>", "</image>", "</track>", "<box ", "]]>",
    "inf", "ß",
)  # fmt: skip


def spoiled(text: str, dice: random.Random) -> str:
    """The text with something odd in it, or without something."""
    place = dice.randrange(len(text) // 3, len(text))
    if dice.random() < 0.3:
        return text[:place] + text[place + dice.randint(1, 6) :]
    return text[:place] + dice.choice(ODD) + text[place:]


def outcome(path: Path, shape: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch | None) -> Any:
    try:
        found = (
            read(READER, path, shape, **options)
            if monkeypatch is None
            else apart(path, shape, monkeypatch, **options)
        )
    except InputError as error:
        return str(error)
    return vars(found)


@pytest.mark.parametrize("seed", range(120))
def test_pieces_give_what_single_elements_give(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of regular files, and of ones with odd signs in them, where both must say the same or refuse the same."""
    dice = random.Random(seed)
    shape, text = ("boxes", pictures(dice, 40)) if seed % 2 else ("tracks", clip(dice, 40))
    if seed % 3 == 0:
        text = text.replace("\n", "\r\n") if seed % 2 else text.replace("\n", " ")
    if seed >= 30:
        text = spoiled(text, dice)
    options = {"between": "keyframes"} if seed % 5 == 0 else {"empty": "not_done"} if seed % 7 == 0 else {}
    path = tmp_path / "a.xml"
    path.write_bytes(text.encode())
    monkeypatch.setattr("vendoreval.formats.readers.xml_stream._CHUNK", 700)
    monkeypatch.setattr("vendoreval.formats.readers.xml_stream._LONG", 1500)
    assert outcome(path, shape, options, None) == outcome(path, shape, options, monkeypatch)


def test_pieces_are_read_at_once_where_files_are_regular(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[cvat_pieces.Piece] = []
    known = cvat_pieces.Piece.of

    def watched(*given: Any) -> cvat_pieces.Piece:
        taken.append(known(*given))
        return taken[-1]

    monkeypatch.setattr(cvat_pieces.Piece, "of", watched)
    monkeypatch.setattr("vendoreval.formats.readers.xml_stream._CHUNK", 700)
    monkeypatch.setattr("vendoreval.formats.readers.xml_stream._LONG", 1500)
    path = tmp_path / "a.xml"
    for shape, text in (("boxes", pictures(random.Random(1), 60)), ("tracks", clip(random.Random(2), 60))):
        path.write_text(text, encoding="utf-8")
        taken.clear()
        found = read(READER, path, shape)
        assert sum(len(piece.place) for piece in taken) > 0.8 * len(found.rows) > 50
