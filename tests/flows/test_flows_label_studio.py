"""A real Label Studio: tasks go in and are answered by its API, its own exports are judged, rework goes back.

Two people answer; what is right is known, for the test makes it up. One server serves all the stories.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.conftest import Cli
from tests.contracts import REWORK, clause, contract_toml
from tests.label_studio_server import Project, Server, User, label_studio

pytestmark = pytest.mark.slow
ITEMS = 12
Result = list[dict[str, Any]]
Making = Callable[[int, bool], Result]  # the answer on an item, right or wrong


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with label_studio(tmp_path_factory.mktemp("label-studio")) as running:
        yield running


@pytest.fixture(scope="module")
def bob(server: Server) -> User:
    return server.sign_up("bob")


def workspace(cli: Cli, task: str, unit: str, classes: Sequence[str], **matching: Any) -> None:
    more = {"matching": matching} if matching else {}
    terms = clause(unit=unit, threshold="0.95", decision={"rule": "point"}, remedy=["rework"])
    kind = {
        "type": task,
        "classes": list(classes),
        "gold": "chosen",
        "guideline": {"id": "how", "version": "2"},
    }
    text = contract_toml(task={**kind, **more}, clauses=[terms], remedies=[{**REWORK, "scope": "defects"}])
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")


def item(number: int, ending: str = "") -> str:
    return f"item-{number:02d}{ending}"


def wrong_for(person: int, number: int) -> bool:
    """Ann errs on every fourth item, Bob on every third."""
    return number % (4, 3)[person] == 0


def answered(project: Project, people: Sequence[User], making: Making, names: Mapping[str, int]) -> None:
    """Both people answer every task."""
    for task in project.tasks():
        number = names[task["data"].get("item_id") or task["data"]["task_id"]]
        for person, user in enumerate(people):
            project.answer(user, task, making(number, wrong_for(person, number)))


def exported(cli: Cli, project: Project, form: str, name: str) -> str:
    (cli.folder / name).write_bytes(project.export(form))
    return name


def sent(
    cli: Cli, names: Sequence[str], shown: Mapping[str, str], form: str = "label-studio"
) -> list[dict[str, Any]]:
    """The vendor's tasks: half of the items are gold, mixed in blind."""
    column = "text" if shown else "note"
    rows = [f"{name},{shown.get(name, 'look')}\n" for name in names[::2]]
    (cli.folder / "tasks.csv").write_text(f"item_id,{column}\n{''.join(rows)}", "utf-8")
    words = ("--gold", "g", "--rate", "0.5", "--out", "send.json", "--id", "s", "--format", form)
    made = cli("gold", "seed", "tasks.csv", *words, "--json").json
    assert made["gold_items"] == len(names) // 2
    tasks: list[dict[str, Any]] = json.loads((cli.folder / "send.json").read_text("utf-8"))
    return tasks


def judged(cli: Cli, delivery: str, audit: str) -> Any:
    result = cli("audit", "run", delivery, "--gold", "g", "--id", audit, "--json", code=3).json
    cli("claim", "draft", audit, "--id", "claim")
    cli("claim", "issue", "claim")
    return result


def mended(cli: Cli, server: Server, people: Sequence[User], making: Making, names: Mapping[str, int]) -> Any:
    """The rework goes into a new project as predictions, is answered by its people, and comes home."""
    made = cli("claim", "tasks", "claim", "--format", "label-studio", "--out", "rework.json", "--json").json
    config = (cli.folder / "rework-config.xml").read_text("utf-8")
    project = server.owner.project("the rework", config)
    project.add(json.loads((cli.folder / "rework.json").read_text("utf-8")))
    tasks = project.tasks()
    assert len(tasks) == made["tasks"]
    for task in tasks:
        number = names[task["data"].get("item_id") or task["data"]["task_id"]]
        for prediction in task["predictions"]:  # as it was delivered
            user = next(one for one in people if str(one.id) == prediction["model_version"])
            assert plain(prediction["result"]) == plain(making(number, True))
            project.answer(user, task, making(number, False))
    return exported(cli, project, "JSON", "mended.json")


def plain(result: Result) -> list[Any]:
    """What was answered, without names of regions."""
    return [{key: rounded(value) for key, value in one["value"].items()} for one in result]


def rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value


def test_choices(cli: Cli, server: Server, bob: User) -> None:
    """Blind tasks with gold mixed in; JSON, JSON-MIN and CSV tell the same; rework and its judgement."""
    workspace(cli, "classification", "item", ("cat", "dog"))
    names = [item(number) for number in range(ITEMS)]
    texts = {name: f"Look at number {name}." for name in names}
    truth = {name: ("cat", "dog")[number % 5 > 2] for number, name in enumerate(names)}
    gold = "".join(f"{name},{truth[name]},{texts[name]}\n" for name in names[1::2])
    (cli.folder / "gold.csv").write_text(f"item_id,label,text\n{gold}", "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    tasks = sent(cli, names, texts)
    assert {tuple(sorted(task["data"])) for task in tasks} == {("task_id", "text")}
    assert not any(key != "data" for task in tasks for key in task)
    project = server.owner.project("choices", (cli.folder / "send-config.xml").read_text("utf-8"))
    project.add(tasks)
    number_of = {text: number for number, text in enumerate(texts.values())}
    by_task = {task["data"]["task_id"]: number_of[task["data"]["text"]] for task in tasks}

    def choice(number: int, wrong: bool) -> Result:
        label = truth[names[number]]
        chosen = {"cat": "dog", "dog": "cat"}[label] if wrong else label
        return [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [chosen]}}]

    people = (server.owner, bob)
    answered(project, people, choice, by_task)
    for form, ending, name in (("JSON", "json", "d"), ("JSON_MIN", "json", "short"), ("CSV", "csv", "table")):
        file = exported(cli, project, form, f"{name}.{ending}")
        how = ("--id", name, "--seeding", "s", "--contract", "c", "--read", "control=label",
               "--format", "label-studio")  # fmt: skip
        intake = cli("delivery", "add", file, *how, "--json").json["intake"]
        assert (intake["labels"], intake["refused"], intake["missing_items"]) == (2 * ITEMS, 0, 0), form
    result = judged(cli, "d", "a")
    errors = sum(wrong_for(person, number) for number in range(1, ITEMS, 2) for person in (0, 1))
    assert result["counts"]["wrong_label"] == errors
    assert result["counts"]["correct"] == ITEMS - errors

    file = mended(cli, server, people, choice, by_task)
    cli("delivery", "add", file, "--contract", "c", "--id", "e", "--rework-of", "d", "--seeding", "s")
    states = {line["state"] for line in cli("claim", "rework", "claim", "e", "--json").json["lines"]}
    assert states == {"mended"}


def test_boxes_of_which_one_is_turned(cli: Cli, server: Server, bob: User) -> None:
    """Boxes come through as they are, also turned ones on an image that is no square; so does their rework."""
    workspace(cli, "boxes", "object", ("car", "van"), iou="0.5")
    size = (200, 80)
    names = [item(number, ".png") for number in range(ITEMS)]
    head = "item_id,label,x_min,y_min,x_max,y_max,angle\n"

    def placed(number: int) -> tuple[float, float, float, float, float]:
        return (20 + number, 10, 80 + number, 30, 30.0 if number % 2 else 0.0)

    def boxed(number: int, wrong: bool) -> Result:
        left, top, right, bottom, angle = placed(number)
        box = {"label": "van" if wrong else "car", "x_min": left, "y_min": top, "x_max": right, "y_max": bottom}
        return regions([{**box, "angle": angle}], size)

    gold = "".join(f"{name},car,{','.join(map(str, placed(n)))}\n" for n, name in enumerate(names))
    (cli.folder / "gold.csv").write_text(head + gold, "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    config = (
        '<View><Image name="image" value="$image"/><RectangleLabels name="label" toName="image">'
        '<Label value="car"/><Label value="van"/></RectangleLabels></View>'
    )
    project = server.owner.project("boxes", config)
    project.add([{"data": {"image": name, "item_id": name}} for name in names])
    people, numbers = (server.owner, bob), {name: number for number, name in enumerate(names)}
    answered(project, people, boxed, numbers)
    assert sizes_told(project) == {size}
    cli("delivery", "add", exported(cli, project, "JSON", "d.json"), "--contract", "c", "--id", "d")
    result = judged(cli, "d", "a")
    errors = sum(wrong_for(person, number) for number in range(ITEMS) for person in (0, 1))
    assert (result["counts"]["wrong_label"], result["counts"]["correct"]) == (errors, 2 * ITEMS - errors)
    assert result["findings"][0]["estimate"] == pytest.approx(1 - errors / (2 * ITEMS))

    coco = cli(
        "delivery", "check", exported(cli, project, "COCO", "coco.zip"), "--contract", "c", "--json"
    ).json
    assert "Label Studio's COCO export" in " ".join(coco["intake"]["notes"])
    file = mended(cli, server, people, boxed, numbers)
    cli("delivery", "add", file, "--contract", "c", "--id", "e", "--rework-of", "d")
    states = {line["state"] for line in cli("claim", "rework", "claim", "e", "--json").json["lines"]}
    assert states == {"mended"}
    again = cli(
        "delivery", "check", "rework.json", "--contract", "c", "--read", "answers=predictions", "--json"
    ).json
    assert again["intake"]["labels"] == errors


def regions(rows: Sequence[Mapping[str, Any]], size: tuple[int, int]) -> Result:
    """Boxes as Label Studio has them: by their own top left corner, which turns stay at."""
    found = []
    for number, row in enumerate(rows):
        w, h = row["x_max"] - row["x_min"], row["y_max"] - row["y_min"]
        x, y, turn = (
            (row["x_min"] + row["x_max"]) / 2,
            (row["y_min"] + row["y_max"]) / 2,
            math.radians(row["angle"]),
        )
        corner = complex(x, y) + complex(-w / 2, -h / 2) * complex(math.cos(turn), math.sin(turn))
        shares = {
            "x": corner.real / size[0],
            "y": corner.imag / size[1],
            "width": w / size[0],
            "height": h / size[1],
        }
        value = {name: 100 * share for name, share in shares.items()}
        found.append({
            "id": f"r{number}", "from_name": "label", "to_name": "image", "type": "rectanglelabels",
            "original_width": size[0], "original_height": size[1], "image_rotation": 0,
            "value": {**value, "rotation": row["angle"], "rectanglelabels": [row["label"]]},
        })  # fmt: skip
    return found


def sizes_told(project: Project) -> set[tuple[int, int]]:
    tasks = json.loads(project.export("JSON"))
    results = [one for task in tasks for answer in task["annotations"] for one in answer["result"]]
    return {(one["original_width"], one["original_height"]) for one in results}


def test_spans(cli: Cli, server: Server, bob: User) -> None:
    """Spans on texts with an emoji before them; JSON and CoNLL are read; rework goes back and comes home."""
    workspace(cli, "spans", "span", ("PER", "LOC"))
    names = [item(number) for number in range(ITEMS)]
    texts = [f"\U0001f600 Ada{number} lives in Rome {number}." for number in range(ITEMS)]

    def spans(number: int, wrong: bool) -> Result:
        text = texts[number]
        places = [("LOC" if wrong else "PER", "Ada" + str(number)), ("LOC", "Rome")]
        return [
            {"id": f"s{place}", "from_name": "label", "to_name": "text", "type": "labels",
             "value": {"start": text.index(word), "end": text.index(word) + len(word), "text": word,
                       "labels": [label]}}
            for place, (label, word) in enumerate(places)
        ]  # fmt: skip

    rows = [
        (names[n], one["value"]["start"], one["value"]["end"], one["value"]["labels"][0])
        for n in range(ITEMS) for one in spans(n, False)
    ]  # fmt: skip
    gold = "".join(f"{','.join(map(str, row))}\n" for row in rows)
    (cli.folder / "gold.csv").write_text(f"item_id,start,end,label\n{gold}", "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    config = (
        '<View><Text name="text" value="$text"/><Labels name="label" toName="text">'
        '<Label value="PER"/><Label value="LOC"/></Labels></View>'
    )
    project = server.owner.project("spans", config)
    project.add([{"data": {"text": text, "item_id": name}} for name, text in zip(names, texts, strict=True)])
    people, numbers = (server.owner, bob), {name: number for number, name in enumerate(names)}
    answered(project, people, spans, numbers)
    cli("delivery", "add", exported(cli, project, "JSON", "d.json"), "--contract", "c", "--id", "d")
    result = judged(cli, "d", "a")
    errors = sum(wrong_for(person, number) for number in range(ITEMS) for person in (0, 1))
    assert (result["counts"]["wrong_label"], result["counts"]["correct"]) == (errors, 4 * ITEMS - errors)

    exported(cli, project, "CONLL2003", "d.conll")
    conll = cli("delivery", "check", "d.conll", "--contract", "c", "--format", "conll", "--json").json
    assert conll["intake"]["labels"] > 0
    file = mended(cli, server, people, spans, numbers)
    cli("delivery", "add", file, "--contract", "c", "--id", "e", "--rework-of", "d")
    states = {line["state"] for line in cli("claim", "rework", "claim", "e", "--json").json["lines"]}
    assert states == {"mended"}


def test_transcriptions(cli: Cli, server: Server, bob: User) -> None:
    """What was heard, as text; rework goes back with what was written, and comes home."""
    limit = clause("words", metric="wer", unit="word", threshold="0.05", decision={"rule": "point"})
    text = contract_toml(
        task={"type": "transcription", "gold": "chosen"}, clauses=[{**limit, "remedy": ["rework"]}],
        remedies=[{**REWORK, "scope": "defects"}],
    )  # fmt: skip
    (cli.folder / "c.toml").write_text(text, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "c.toml")
    names = [item(number, ".wav") for number in range(ITEMS)]

    def said(number: int, *, wrong: bool) -> str:
        return f"the ship number {number} {'sank' if wrong else 'came home'}"

    def heard(number: int, wrong: bool) -> Result:
        value = {"text": [said(number, wrong=wrong)]}
        return [{"from_name": "label", "to_name": "audio", "type": "textarea", "value": value}]

    gold = "".join(f"{name},{said(number, wrong=False)}\n" for number, name in enumerate(names))
    (cli.folder / "gold.csv").write_text(f"item_id,label\n{gold}", "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c")
    config = '<View><Audio name="audio" value="$audio"/><TextArea name="label" toName="audio"/></View>'
    project = server.owner.project("heard", config)
    project.add([{"data": {"audio": f"/data/{name}", "item_id": name}} for name in names])
    people, numbers = (server.owner, bob), {name: number for number, name in enumerate(names)}
    answered(project, people, heard, numbers)
    cli("delivery", "add", exported(cli, project, "JSON", "d.json"), "--contract", "c", "--id", "d")
    result = judged(cli, "d", "a")
    errors = sum(wrong_for(person, number) for number in range(ITEMS) for person in (0, 1))
    words = 2 * sum(len(said(number, wrong=False).split()) for number in range(ITEMS))
    assert result["findings"][0]["estimate"] == pytest.approx(2 * errors / words)
    file = mended(cli, server, people, heard, numbers)
    cli("delivery", "add", file, "--contract", "c", "--id", "e", "--rework-of", "d")
    states = {line["state"] for line in cli("claim", "rework", "claim", "e", "--json").json["lines"]}
    assert states == {"mended"}
