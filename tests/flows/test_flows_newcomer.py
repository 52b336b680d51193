"""A newcomer's first hour: an empty folder, 80 columns, nothing read before, and perhaps no Pango."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import ROOT, Cli, Process, Ran
from vendoreval.contracts.metrics import UNITS
from vendoreval.contracts.task_types import TASK_TYPES

WEATHER = ROOT / "samples" / "weather_sentiment"


@pytest.fixture
def without_pango(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which importing WeasyPrint raises what it raises on a machine without Pango."""
    folder = tmp_path_factory.mktemp("without-pango")
    (folder / "weasyprint.py").write_text(
        "raise OSError(\"cannot load library 'libpango-1.0-0': error 0x7e\")\n", "utf-8"
    )
    return {"PYTHONPATH": str(folder), "COLUMNS": "80"}


@pytest.fixture
def audited(cli: Cli) -> Cli:
    """A workspace with an audit that breached and its claim."""
    terms = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
    (cli.folder / "terms.toml").write_text(terms.replace('vendor = "crowdflower"', 'vendor = "mturk"'), "utf-8")
    cli("init")
    cli("vendor", "add", "mturk")
    cli("contract", "add", "terms.toml")
    cli("gold", "add", WEATHER / "gold.csv", "--id", "g")
    cli("gold", "commit", "g")
    add = ("delivery", "add", WEATHER / "delivered.csv", "--id", "d", "--contract", "weather-sentiment-2026")
    cli(*add, "--where", "vendor=mturk")
    cli("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    cli("claim", "draft", "a", "--id", "c")
    cli("claim", "issue", "c")
    return cli


@pytest.mark.slow
@pytest.mark.parametrize("pango", [True, False])
def test_what_the_demo_says_to_try_next_works_as_printed(
    process: Process, without_pango: dict[str, str], *, pango: bool
) -> None:
    env = {"COLUMNS": "80"} if pango else without_pango
    ran = process("demo", env=env)
    shown = ran.out.split("Try next:\n")[1].splitlines()
    enter, *lines = [line.strip() for line in shown]
    assert enter == f"cd {shlex.quote(str(process.folder / 'vendoreval-demo'))}"
    assert len(lines) == 4
    done = subprocess.run(
        ["sh", "-ec", f'PATH="{Path(sys.executable).parent}:$PATH"\n' + "\n".join([enter, *lines])],
        capture_output=True, text=True, check=False, cwd=process.folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "The evidence of audit audit-mturk fits" in done.stdout
    made = {file.suffix for file in (process.folder / "vendoreval-demo").glob("audit-mturk*")}
    assert made == ({".pdf"} if pango else {".html", ".json"})
    assert ("HTML and JSON instead of PDF" in ran.err) is not pango


def test_reports_without_pango_are_html_and_json(audited: Cli, without_pango: dict[str, str]) -> None:
    process = Process(audited.folder)
    ran = process("report", "claim", "c", "--out", "notice.pdf", env=without_pango)
    assert "Pango" in ran.err
    assert "notice.html" in ran.out
    assert "<html" in (audited.folder / "notice.html").read_text("utf-8")
    assert json.loads((audited.folder / "notice.report.json").read_text("utf-8"))
    assert not (audited.folder / "notice.pdf").exists()
    made = process("report", "comparison", "mturk", "mturk2", env=without_pango, code=2)
    assert "mturk2" in made.err  # other mistakes stay mistakes
    parts = {part["name"]: part for part in process("doctor", "--json", env=without_pango).json}
    assert not parts["PDF (Pango)"]["fine"]
    assert "reports come as" in process("doctor", env=without_pango).out


def test_what_is_written_has_a_name_by_itself(audited: Cli) -> None:
    for words, name in (
        (("report", "audit", "a", "--format", "html"), "audit-a.html"),
        (("report", "claim", "c", "--format", "json"), "claim-c.json"),
        (("report", "scorecard", "mturk"), "scorecard-mturk.pdf"),
        (
            ("contract", "annex", "weather-sentiment-2026", "--format", "html"),
            "annex-weather-sentiment-2026.html",
        ),
        (("contract", "export", "weather-sentiment-2026"), "weather-sentiment-2026.yaml"),
        (("evidence", "export", "a"), "bundle-a.zip"),
        (("questionnaire", "form", "mturk"), "form-mturk.xlsx"),
        (("questionnaire", "form", "mturk", "--format", "html"), "form-mturk.html"),
        (("audit", "tasks", "d", "--items", "20"), "tasks-d-sample.xlsx"),
    ):
        assert name in audited(*words).out
        assert (audited.folder / name).stat().st_size
    assert (audited.folder / "receipt-g.json").exists()
    # The form of that name may have come back filled in since.
    assert "form-mturk.xlsx" in audited("questionnaire", "form", "mturk", code=2).err


def test_all_that_a_command_lacks_is_said_at_once(cli: Cli) -> None:
    lacks = cli("gold", "seed", "--rate", "0.1", code=2).err.splitlines()
    assert lacks[0] == "error: vendoreval gold seed lacks:"
    assert [line.split()[0] for line in lacks[1:-1]] == ["TASKS", "--gold"]
    assert lacks[-1] == "See: vendoreval gold seed --help"
    assert "Usage" in cli("gold", "seed", "--help").out
    assert "--nothing" in cli("gold", "seed", "--nothing", code=2).err


def test_gold_that_comes_too_late_is_said_at_once(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    cli("gold", "add", WEATHER / "gold.csv", "--id", "g")
    add = ("delivery", "add", WEATHER / "delivered.csv", "--id", "d", "--contract", "weather-sentiment-2026")
    cli(*add, "--where", "vendor=crowdflower", env={"VENDOREVAL_NOW": "2026-03-01T10:00:00Z"})
    refused = cli("pilot", "send", "weather-sentiment-2026", "--gold", "g", code=2).err
    remedy = refused.strip().split("Say first: ")[1]
    late = cli(*shlex.split(remedy)[1:])
    assert "warning: Delivery d came before this commitment, on 2026-03-01" in late.err
    advised = late.err.strip().split("vendoreval ")[1]
    assert "Wrote" in cli(*advised.split(), "--items", "20").out
    cli("gold", "add", WEATHER / "gold.csv", "--id", "g2")
    assert "warning" not in cli("gold", "commit", "g2", env={"VENDOREVAL_NOW": "2026-02-01T10:00:00Z"}).err


def test_tables_fit_80_columns_and_break_no_word(audited: Cli) -> None:
    long = "a-very-long-audit-identifier-of-the-second-batch-in-march"
    audited("audit", "run", "d", "--gold", "g", "--id", long, code=3)
    for words in (
        ("audit", "show", long), ("audit", "list"), ("delivery", "list"), ("gold", "list"),
        ("vendor", "list"), ("contract", "list"), ("contract", "check", "terms.toml"),
        ("claim", "list"), ("claim", "show", "c"),
        ("due",), ("agreement", "show", "d"), ("annotators", "show", "d"), ("questionnaire", "list"),
        ("questionnaire", "promises", "mturk"), ("doctor",),
    ):  # fmt: skip
        ran: Ran = audited._run(list(words), {"COLUMNS": "80"})
        assert max(map(len, ran.out.splitlines()), default=0) <= 80, words
        whole = set(re.findall(r"[a-z][a-z-]{12,}", audited._run(list(words), {"COLUMNS": "400"}).out))
        assert whole <= set(re.findall(r"[a-z][a-z-]{12,}", ran.out)), words
    clauses = [
        line for line in audited("audit", "show", "a").out.splitlines() if line.startswith("class-floor")
    ]
    assert re.search(r" 80\s% +89\.5\s% ", clauses[0])  # asked and found in the same unit


def test_python_shows_what_there_is_to_call(process: Process) -> None:
    code = (
        "import sys, vendoreval, rlcompleter\n"
        "print(sorted(m for m in sys.modules if m.startswith('vendoreval.')), *dir(vendoreval), sep='\\n')\n"
        "done = rlcompleter.Completer(vars(sys.modules['__main__'])).complete('vendoreval.run_', 0)\n"
        "print(done)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded, *names, completed = done.stdout.splitlines()
    assert loaded == "[]"  # nothing is imported before it is used
    assert {"run_audit", "open_workspace", "issue_claim", "findings_frame", "__doc__"} <= set(names)
    assert completed.startswith("vendoreval.run_audit(")
    assert not {"Any", "TYPE_CHECKING", "_HOMES", "annotations"} & set(names)


def test_a_new_contract_explains_every_field_and_can_be_audited_by(cli: Cli) -> None:
    made = cli("contract", "new", "--vendor", "crowdflower", "--classes", "0, 1, 2,3,4", "--json").json
    assert made["file"] == "contract.toml"
    written = (cli.folder / "contract.toml").read_text("utf-8")
    fields = (ROOT / "docs/contract.md").read_text("utf-8").split("## Fields")[1].split("## ")[0]
    named = [cells.split("|")[1] for cells in fields.splitlines() if cells.startswith("| ") and "`" in cells]
    for name in re.findall(r"`\[{0,2}([a-z_.]+)\]{0,2}`", " ".join(named)):
        if name == "task.attributes":  # of objects only: below
            continue
        said = re.search(rf"^(?:# )?\[{{0,2}}{re.escape(name)}(?: = |\])", written, re.MULTILINE)
        assert said, f"{name} is not explained"
    assert max(map(len, written.splitlines())) <= 112
    cli("init")
    cli("vendor", "add", "crowdflower")
    assert "Sentiment" not in cli("contract", "check", "contract.toml").out
    cli("contract", "add", "contract.toml")
    cli("gold", "add", WEATHER / "gold.csv", "--id", "g")
    cli("gold", "commit", "g")
    add = ("delivery", "add", WEATHER / "delivered.csv", "--id", "d", "--contract", made["contract"])
    cli(*add, "--where", "vendor=crowdflower")
    assert "accuracy" in cli("audit", "run", "d", "--gold", "g", code=3).out
    assert "is there already" in cli("contract", "new", code=2).err
    assert "is no id" in cli("contract", "new", "--vendor", "Acme Labs", "--out", "c.toml", code=2).err
    assert not (cli.folder / "c.toml").exists()


def test_all_optional_fields_of_a_new_contract_may_be_put_to_use(cli: Cli) -> None:
    cli("contract", "new", "--classes", "cat, dog")
    file = cli.folder / "contract.toml"
    text = re.sub(r"^# (?=(\"?[a-z_]+\"?) = )", "", file.read_text("utf-8"), flags=re.MULTILINE)
    one_sum = text.replace('per_unit = "0.50"', '# per_unit = "0.50"')  # beside it stands an amount
    file.write_text(one_sum, "utf-8")
    cli("contract", "check", "contract.toml")


@pytest.mark.parametrize(
    "task", ["boxes", "polygons", "masks", "keypoints", "polylines", "panoptic", "spans", "relations"]
)
def test_a_new_contract_of_any_type_explains_its_matching_and_counts_its_units(cli: Cli, task: str) -> None:
    cli("contract", "new", "--task", task, "--classes", "cat, dog")
    file = cli.folder / "contract.toml"
    text = file.read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 112
    assert "# [task.attributes]" in text
    for key in TASK_TYPES[task].matching:
        default = r"\[\]" if key.listed else f'"{key.default}"'
        assert re.search(rf"^(# )?{key.name} = {default}", text, re.MULTILINE), key.name
    assert (
        "task.matching" not in cli("contract", "check", "contract.toml").out
    )  # none of its keys is a weak term
    terms = tomllib.loads(text)
    unit = {"spans": "span", "relations": "relation"}.get(task, "object")
    assert [clause["unit"] for clause in terms["clause"]] == [unit, unit, "item"]
    assert terms["price"]["unit"] == unit
    used = re.sub(r"^# (?=(\[task.attributes\]|\"?[a-z_]+\"? = ))", "", text, flags=re.MULTILINE)
    file.write_text(used.replace('per_unit = "0.50"', '# per_unit = "0.50"'), "utf-8")
    said = " ".join(cli("contract", "check", "contract.toml").out.split())
    assert f"Counted by {unit}: {UNITS[unit]}." in said
    assert all(key.meaning in said for key in TASK_TYPES[task].matching)


def test_a_contract_of_a_type_that_is_not_audited_is_not_begun(cli: Cli) -> None:
    assert "no task type 'holograms'" in cli("contract", "new", "--task", "holograms", code=2).err


def test_what_an_undecided_audit_says_leads_to_a_verdict(cli: Cli) -> None:
    rows = list(csv.DictReader((WEATHER / "gold.csv").read_text("utf-8").splitlines()))
    truth = {row["item_id"]: row["label"] for row in rows}
    some = "".join(f"{row['item_id']},{row['label']}\n" for row in rows[::6])
    (cli.folder / "gold.csv").write_text("item_id,label\n" + some, "utf-8")
    cli("init")
    cli("vendor", "add", "crowdflower")
    terms = (ROOT / "samples/contracts/weather-sentiment.toml").read_text("utf-8")
    floors, remedies = terms.index("# A floor"), terms.index("# The remedies")
    (cli.folder / "terms.toml").write_text(
        terms[:floors] + terms[remedies:], "utf-8"
    )  # one clause, on accuracy
    cli("contract", "add", "terms.toml")
    cli("gold", "add", "gold.csv", "--id", "g")
    cli("gold", "commit", "g")
    add = ("delivery", "add", WEATHER / "delivered.csv", "--id", "d", "--contract", "weather-sentiment-2026")
    cli(*add, "--where", "vendor=crowdflower")
    ran = cli("audit", "run", "d", "--gold", "g", "--id", "a", code=4)
    for _ in range(6):  # each sample speaks for itself, the last one of all items for certain
        if ran.code != 4:
            break
        ran = _follow(cli, ran, truth)
        assert "Another audit" not in ran.out
    assert ran.code in (0, 3), ran
    assert cli(*ran.err.split("next: vendoreval ")[1].split()).code == 0


def test_completeness_without_a_list_asks_for_the_list_and_no_further_gold(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "acme")
    made = cli("contract", "new", "--vendor", "acme", "--classes", "cat, dog", "--json").json["contract"]
    file = cli.folder / "contract.toml"
    text = file.read_text("utf-8")
    head, *clauses = text.split("[[clause]]")
    *_, last = clauses
    tail = last[last.index("[[remedy]]") :] if "[[remedy]]" in last else ""
    whole = """[[clause]]
id = "all-back"
metric = "completeness"
unit = "item"
scope = "delivery"
threshold = "0.97"
decision = { rule = "claim", alpha = "0.05", beta = "0.10" }

"""
    file.write_text(head + whole + tail, "utf-8")
    assert ": 1 clause." in cli("contract", "add", "contract.toml").out
    rows = [f"i{n},{'cat' if n % 2 else 'dog'}" for n in range(400)]
    (cli.folder / "gold.csv").write_text("\n".join(["item_id,label", *rows[:50]]), "utf-8")
    back = [f"{row},ann" for row in rows[1:]]
    (cli.folder / "back.csv").write_text("\n".join(["item_id,label,annotator_id", *back]), "utf-8")
    (cli.folder / "sent.csv").write_text("item_id\n" + "".join(f"i{n}\n" for n in range(400)), "utf-8")
    cli("gold", "add", "gold.csv", "--id", "g")
    cli("gold", "commit", "g")
    cli("delivery", "add", "back.csv", "--id", "d", "--contract", made)
    said = cli("audit", "run", "d", "--gold", "g", "--id", "a", code=4)
    advised = said.err.split("next: vendoreval ")[1]
    assert "audit tasks" not in said.err
    assert advised.split() == f"delivery add --again d --id d-listed --contract {made} --items LIST".split()
    cli(*advised.replace("LIST", "sent.csv").split())
    drawn = cli("audit", "run", "d-listed", "--gold", "g", code=4)  # now a number of items can be told
    wanted = int(re.findall(r"--items (\d+)", drawn.err)[0])
    further = re.search(r"about (\d+) further audited items|only all (\d+) items that are left", drawn.out)
    assert further
    assert wanted == 50 + int(further[1] or further[2])
    assert "can check its seed" in drawn.err
    again = ("delivery", "add", "back.csv", "--id", "d3", "--contract", made, "--items", "sent.csv")
    assert "Delivery 'd-listed' has the same content" in cli(*again, code=2).err


def _follow(cli: Cli, ran: Ran, truth: dict[str, str]) -> Ran:
    """Do what an undecided audit says: draw a sample, fill the sheet in as the experts would, take it in."""
    drawn = cli(*ran.err.split("next: vendoreval ")[1].split())
    sheet, command = drawn.err.split("next: fill ")[1].split(" in, then: vendoreval ")
    book = openpyxl.load_workbook(cli.folder / sheet)
    tasks = book.worksheets[0]
    names = [cell.value for cell in tasks[1]]
    for row in tasks.iter_rows(min_row=2):
        row[names.index("answer")].value = truth[str(row[names.index("item_id")].value)]
    book.save(cli.folder / sheet)
    done = cli._run(command.strip().replace("NAME", "expert").split(), {})
    assert "The audit is finished." in done.out
    return done


def test_columns_by_other_names_are_suggested_and_the_suggestion_works(cli: Cli) -> None:
    cli("init")
    cli("vendor", "add", "crowdflower")
    cli("contract", "add", ROOT / "samples/contracts/weather-sentiment.toml")
    add = ("delivery", "add", WEATHER / "delivered.csv", "--contract", "weather-sentiment-2026")
    only = ("--where", "vendor=crowdflower")
    said = cli(*add, *only, "--id", "d").out
    advised = re.search(r"looks like seconds: (--map \S+) would", " ".join(said.split()))
    assert advised
    assert "looks like" not in cli(*add, *only, "--id", "e", *advised[1].split()).out
    lines = (WEATHER / "delivered.csv").read_text("utf-8").splitlines()
    renamed = (
        lines[0].replace("item_id", "question").replace("annotator_id", "WorkerId").replace("label", "answer")
    )
    (cli.folder / "back.csv").write_text("\n".join([renamed, *lines[1:]]), "utf-8")
    other = ("delivery", "add", "back.csv", "--contract", "weather-sentiment-2026", *only, "--id", "f")
    refused = cli(*other, code=2).err
    assert "There are no columns 'item_id' and 'label'" in refused
    words = refused.split("say ")[1].strip().rstrip(".").split()
    assert words == ["--map", "item_id=question", "--map", "label=answer"]
    taken = cli(*other, *words)
    assert "--map annotator_id=WorkerId" in taken.out


def test_gold_of_several_people_is_never_put_together(cli: Cli) -> None:
    head = "item_id,annotator_id,label,x_min,y_min,x_max,y_max\n"
    rows = head + "a,e1,car,1,1,20,20\na,e2,car,2,1,20,20\nb,e2,car,1,1,9,9\n"
    (cli.folder / "gold.csv").write_text(rows, "utf-8")
    (cli.folder / "items.csv").write_text("item_id,annotator_id\nb,e2\nc,e2\n", "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    made = cli("contract", "new", "--vendor", "acme", "--task", "boxes", "--classes", "car", "--json").json
    cli("contract", "add", "contract.toml")
    add = ("gold", "add", "gold.csv", "--id", "g", "--contract", made["contract"], "--items", "items.csv")
    refused = cli(*add, code=2).err
    assert "'a' is answered more than once" in refused
    assert "--where annotator_id=NAME" in refused
    said = cli(*add, "--where", "annotator_id=e2").out
    assert "3 items, of which 1 hold nothing" in said
