"""Every record that leaves the program has a JSON Schema under docs/schemas, and keeps to it."""

from __future__ import annotations

import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT, Cli
from tests.flows.disputed_bundle import disputed
from tests.flows.evidence_story import claimed, sampled
from tests.schemas import FOLDER, file_of, learn, records_in, widened

FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}
SAMPLES = ROOT / "samples"
TERMS = ROOT / "samples/contracts/weather-sentiment.toml"
STORY: tuple[tuple[int, str], ...] = (
    (0, "init"),
    (0, "vendor add crowdflower"),
    (0, f"contract check {TERMS}"),
    (0, f"contract add {TERMS}"),
    (0, "contract show weather-sentiment-2026"),
    (0, "questionnaire check {bank}"),
    (0, "questionnaire freeze"),
    (0, "questionnaire show"),
    (0, "questionnaire answer crowdflower G1 --level 3 --text yes"),
    (0, "questionnaire form crowdflower --out form.xlsx"),
    (0, "questionnaire answer crowdflower C1 --level 4 --value 99 --commitment no --seen demo=tour"),
    (0, "questionnaire evidence crowdflower"),
    (0, "questionnaire fact personal_data no"),
    (0, "questionnaire waive crowdflower A1 --reason new --expires 2026-12-31"),
    (0, "questionnaire contact crowdflower clarification G1 --quote which"),
    (0, "questionnaire review crowdflower G1 --reviewer ann --level 1 --clarity clear"),
    (0, "questionnaire review crowdflower G1 --reviewer bob --level 3 --clarity non_reply"),
    (0, "questionnaire review crowdflower --close --unfinished"),
    (0, "questionnaire moderate crowdflower G1 --level 2 --rationale middle"),
    (0, "questionnaire signals crowdflower"),
    (0, "questionnaire form crowdflower --out again.xlsx"),
    (0, "questionnaire import crowdflower again.xlsx"),
    (0, "questionnaire score crowdflower"),
    (0, "gold add {gold} --id gold"),
    (0, "gold lint gold"),
    (0, "gold commit gold --out receipt.json"),
    (0, "gold seed tasks.csv --gold gold --rate 0.5 --out send.csv"),
    (0, "gold show gold"),
    (0, "pilot send weather-sentiment-2026 --gold gold --out to --id p"),
    (0, "pilot show p"),
    (0, "pilot answers p {parts} --map item_id=task_id"),
    (0, "report pilot p --out pilot.json"),
    (0, "delivery check {delivered} --contract weather-sentiment-2026 --where vendor=crowdflower"),
    (0, "delivery add {delivered} --id d --contract weather-sentiment-2026 --where vendor=crowdflower"),
    (3, "audit run d --gold gold --id a"),
    (0, "delivery add {delivered} --id e --contract weather-sentiment-2026 --where vendor=mturk"),
    (0, "delivery export d --out back.csv"),
    (0, "delivery export d --format label-studio --out back.json"),
    (0, "delivery escalations d {register}"),
    (0, "delivery partition d --to shared --parts 2"),
    (0, "agreement show d"),
    (0, "agreement show --vendor crowdflower"),
    (0, "annotators show d --gold gold"),
    (0, "claim draft a --id c"),
    (0, "claim issue c"),
    (0, "claim tasks c --format label-studio --out rework.json"),
    (0, "report audit a --out audit.json"),
    (0, "letterhead"),
    (0, "report claim c --out claim.json"),
    (0, "report letter c --enclose claim.json --out letter.json"),
    (0, "questionnaire promises crowdflower"),
    (0, "questionnaire signals"),
    (0, "due --days 99"),
    (0, "report questionnaire crowdflower --out answers.json"),
    (0, "report scorecard crowdflower --out scorecard.json"),
    (0, "evidence export a --out bundle.zip"),
    (0, "evidence verify bundle.zip"),
    (0, "vendor show crowdflower"),
    (0, "status"),
)
# Names of file formats and of what is only kept within a workspace: no record of theirs is handed over.
NO_RECORD = {"contract/1", "questionnaire/1", "labels/2", "gold/2", "form/1", "cost-inputs/1"}
NO_RECORD |= {"letterhead/1", "arbiter-key/1"}
NO_RECORD |= {"stage/1"}  # a broken-off intake's own notes, which nobody else reads
# Kinds that no flow test reads as JSON yet. Only ever take names away from here.
UNREAD: set[str] = {
    "form-answers/1",
    "questionnaire_answers/1",
    "reveal/1",
    "review-import/1",
    "review-sheet/1",
    "scorecard/1",
}


def answer_alike(lists: Path) -> None:
    """Give every task of a pilot's lists the same answer."""
    for file in lists.glob("*.csv"):
        head, *rows = file.read_text("utf-8").splitlines()
        file.write_text("\n".join((f"{head},label", *(f"{row},0" for row in rows))) + "\n", "utf-8")


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All records of a story: printed, written to files, and sealed in a bundle."""
    folder = tmp_path_factory.mktemp("story")
    (folder / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(50)), "utf-8")
    (folder / "register.csv").write_text("item_id,asked_at\n79185673,2026-03-02T08:00Z\n", "utf-8")
    cli, found = Cli(folder), []
    places = {
        "bank": ROOT / "questionnaires/annotation-core.toml",
        "parts": "to/p-part-1.csv to/p-part-2.csv to/p-part-3.csv",
        "register": folder / "register.csv",
        "gold": SAMPLES / "weather_sentiment/gold.csv",
        "delivered": SAMPLES / "weather_sentiment/delivered.csv",
    }
    for code, line in STORY:
        words = line.format(**places).split()
        if words[:2] == ["pilot", "answers"]:
            answer_alike(folder / "to")
        found.append(cli(*words, "--json", code=code, env=FIXED).json)
    found += [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    seeded = Cli(tmp_path_factory.mktemp("seeded"))
    disputed(sampled(claimed(seeded)))
    found += [seeded("evidence", "verify", name, "--json").json for name in ("disputed.zip", "drawn.zip")]
    bundles = [seeded.folder / name for name in ("b.zip", "drawn.zip", "disputed.zip")]
    for path in (folder / "bundle.zip", *bundles):
        with zipfile.ZipFile(path) as bundle:
            names = bundle.namelist()
            found += [json.loads(bundle.read(name)) for name in names if name.endswith(".json")]
            for name in {"log.jsonl", "moves.jsonl", "amendments.jsonl"}.intersection(names):
                found += [json.loads(line) for line in bundle.read(name).splitlines()]
    return list(records_in(found))


def test_records_of_a_story_keep_to_their_schemas_golden(printed: list[dict[str, Any]]) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        learn(printed)
    assert len({record["schema"] for record in printed}) > 25
    for record in printed:
        file = file_of(record["schema"])
        assert file.exists(), f"{record['schema']} has no {file}: run ./run golden"
        schema = json.loads(file.read_text("utf-8"))
        Draft202012Validator(schema).validate(record)
        assert widened(schema, record) == schema, f"{record['schema']} says more than {file}: run ./run golden"


def test_schemas_are_schemas() -> None:
    for file in FOLDER.glob("*.json"):
        Draft202012Validator.check_schema(json.loads(file.read_text("utf-8")))


def test_every_kind_in_the_program_has_a_schema() -> None:
    named = set()
    for file in (ROOT / "vendoreval").rglob("*.py"):
        named |= set(re.findall(r'"vendoreval/([a-z_-]+/\d+)"', file.read_text("utf-8")))
    lacking = sorted(name for name in named - NO_RECORD - UNREAD if not file_of(f"vendoreval/{name}").exists())
    assert not lacking, f"no schema under docs/schemas for {', '.join(lacking)}: run ./run golden"


def test_every_schema_belongs_to_a_kind_in_the_program() -> None:
    source = "".join(Path(file).read_text("utf-8") for file in (ROOT / "vendoreval").rglob("*.py"))
    for file in FOLDER.glob("*.json"):
        assert json.loads(file.read_text("utf-8"))["title"] in source, file
