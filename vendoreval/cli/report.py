"""vendoreval report: scorecard, audit, claim, letter, statement, comparison, questionnaire, pilot."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.answering import DEFAULT
from vendoreval.cli.answering import Bank as BankOption
from vendoreval.cli.audit import Convention
from vendoreval.cli.evidence_signing import TsaCertificate, TsaOption, how_to_sign
from vendoreval.cli.output import Json, emit, note, say
from vendoreval.cli.vendor_compare import Audits, BankName, Costs, Vendors, Weights
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.reports.report import Report
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.evidence.signing import How

app = typer.Typer(no_args_is_help=True)


class Format(StrEnum):
    """The form of a report."""

    pdf = "pdf"
    docx = "docx"
    html = "html"
    json = "json"
    csv = "csv"


class Paper(StrEnum):
    """The page size of a PDF or DOCX."""

    A4 = "A4"
    Letter = "Letter"


Out = Annotated[Path | None, typer.Option(help="Where to write the report. Default: named after it, as PDF.")]
FormatOption = Annotated[Format | None, typer.Option("--format", help="Default: by the file's ending.")]
PaperOption = Annotated[Paper, typer.Option(help="The page size of a PDF or DOCX.")]

ImagesOption = Annotated[
    Path | None,
    typer.Option(help="A folder with the items' images, named as the items: they lie under the shapes."),
]
TextsOption = Annotated[
    Path | None,
    typer.Option(
        help="The items' texts: rows of item_id and text, and of each class a column with its answer."
    ),
]
SignOption = Annotated[str, typer.Option("--sign", help="Sign the PDF with this key: its name or folder.")]


@app.command()
def scorecard(
    vendor: Annotated[str, typer.Argument(help="The vendor's id.")],
    out: Out = None, format: FormatOption = None, paper: PaperOption = Paper.A4, sign: SignOption = "",
    tsa: TsaOption = "", tsa_certificate: TsaCertificate = None, json: Json = False,
) -> None:  # fmt: skip
    """A vendor's scorecard: answers, audits over time, verdicts, claims."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports import reports

    workspace = workspaces.open_workspace()
    write(
        workspace,
        reports.scorecard_report(workspace, vendor),
        vendor,
        out,
        format,
        paper,
        json,
        how_to_sign(sign, tsa, tsa_certificate),
    )


@app.command()
def audit(
    audit: Annotated[str, typer.Argument(help="The audit's id.")],
    out: Out = None, images: ImagesOption = None, convention: Convention = None, format: FormatOption = None,
    paper: PaperOption = Paper.A4, sign: SignOption = "", tsa: TsaOption = "",
    tsa_certificate: TsaCertificate = None, json: Json = False,
) -> None:  # fmt: skip
    """An audit's certificate: findings, method in plain words, figures, hashes."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports import reports

    workspace = workspaces.open_workspace()
    made = reports.audit_report(workspace, audit, images=images, conventions=convention or ())
    write(workspace, made, audit, out, format, paper, json, how_to_sign(sign, tsa, tsa_certificate))


@app.command()
def claim(
    claim: Annotated[str, typer.Argument(help="The claim's id.")],
    version: Annotated[int, typer.Option(min=0, help="Which version of it; 0: the newest.")] = 0,
    out: Out = None, images: ImagesOption = None, texts: TextsOption = None, format: FormatOption = None,
    paper: PaperOption = Paper.A4, sign: SignOption = "", tsa: TsaOption = "",
    tsa_certificate: TsaCertificate = None, json: Json = False,
) -> None:  # fmt: skip
    """A claim's notice: demand, numbers, method, lines, how to answer; all lines are attached."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports import reports

    workspace = workspaces.open_workspace()
    write(
        workspace,
        reports.claim_report(workspace, claim, images=images, version=version, texts=texts),
        claim,
        out,
        format,
        paper,
        json,
        how_to_sign(sign, tsa, tsa_certificate),
    )


@app.command()
def letter(
    claim: Annotated[str, typer.Argument(help="The claim's id.")],
    version: Annotated[int, typer.Option(min=0, help="Which version of it; 0: the newest.")] = 0,
    enclose: Annotated[
        list[Path] | None, typer.Option(help="A file that goes with it, named with its SHA-256. Repeatable.")
    ] = None,
    out: Out = None, format: FormatOption = None, paper: PaperOption = Paper.A4, json: Json = False,
) -> None:  # fmt: skip
    """A claim's covering letter of one page: what happened, what is asked, by when, what is enclosed."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports.letters import letter_report

    workspace = workspaces.open_workspace()
    report = letter_report(workspace, claim, enclose or (), version)
    write(workspace, report, claim, out, format, paper, json)


@app.command()
def statement(
    vendor: Annotated[str, typer.Argument(help="The vendor's id.")],
    out: Out = None, format: FormatOption = None, paper: PaperOption = Paper.A4, sign: SignOption = "",
    tsa: TsaOption = "", tsa_certificate: TsaCertificate = None, json: Json = False,
) -> None:  # fmt: skip
    """A vendor's statement of account: asked, fallen, settled and open by claim; also as CSV."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.reports import reports

    workspace = workspaces.open_workspace()
    report = reports.statement_report(workspace, vendor)
    write(workspace, report, vendor, out, format, paper, json, how_to_sign(sign, tsa, tsa_certificate))


@app.command()
def comparison(
    vendors: Vendors,
    out: Out = None, audits: Audits = None, costs: Costs = None, weights: Weights = "", bank: BankName = "",
    format: FormatOption = None, paper: PaperOption = Paper.A4, json: Json = False,
) -> None:  # fmt: skip
    """Two to six vendors side by side: who may be chosen, who is better, what it costs, and why."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.vendors import comparisons

    workspace = workspaces.open_workspace()
    made = comparisons.compare(
        workspace, vendors, bank_name=bank, audits=audits or (), costs=costs, weights=weights
    )
    report = comparisons.comparison_report(workspace, made)
    written = write(workspace, report, "+".join(sorted(vendors)), out, format, paper, json)
    comparisons.record_comparison(workspace, made.comparison, written.name)


@app.command()
def questionnaire(
    vendor: Annotated[str, typer.Argument(help="The vendor's id.")],
    out: Out = None, bank: BankOption = DEFAULT, format: FormatOption = None, paper: PaperOption = Paper.A4,
    json: Json = False,
) -> None:  # fmt: skip
    """A vendor's answers by section, with scores, promises, signs and questions for the interview."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires
    from vendoreval.workflow.questionnaires.questionnaire_report import questionnaire_report

    workspace = workspaces.open_workspace()
    report = questionnaire_report(workspace, vendor, questionnaires.bank_of(workspace, bank))
    write(workspace, report, vendor, out, format, paper, json)


@app.command()
def pilot(
    pilot: Annotated[str, typer.Argument(help="The pilot's id.")],
    out: Out = None, bank: BankOption = DEFAULT, format: FormatOption = None, paper: PaperOption = Paper.A4,
    json: Json = False,
) -> None:  # fmt: skip
    """A pilot's report: what each block found, what changed on the way, what became of the claims."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.pilots.pilot_answers import pilot_report
    from vendoreval.workflow.questionnaires import questionnaires

    workspace = workspaces.open_workspace()
    report = pilot_report(workspace, pilot, questionnaires.bank_of(workspace, bank))
    write(workspace, report, pilot, out, format, paper, json)


def write(
    workspace: Workspace, report: Report, subject: str, out: Path | None, fmt: Format | None, paper: Paper,
    json: bool, how: How | None = None,
) -> Path:  # fmt: skip
    """Write a report in the form that its file's ending or `fmt` says, tell of it, and return the file.

    `how`: who signs it. Without `out` it is named after its kind and subject. Where PDF cannot be made, HTML
    and JSON are.
    """
    from vendoreval.workflow.reports.reports import write_what_can_be

    if out is None:
        name = subject.replace("+", "-")
        kind = "" if name.startswith(f"{report.kind}-") else f"{report.kind}-"
        out = Path(f"{kind}{name}.{fmt or Format.pdf}")
    chosen = fmt or {f".{known}": known for known in Format}.get(out.suffix.lower())
    if chosen is None:
        raise UsageError(
            f"A report is PDF, DOCX, HTML, JSON or CSV, and {out.name!r} ends like none of them.",
            remedy="Name a file that ends in .pdf, .docx, .html, .json or .csv, or say --format.",
        )
    made = write_what_can_be(workspace, report, subject, out, chosen.value, paper.value, how)
    if made.note:
        note(f"note: {made.note}")
    first, size = made.files[0]
    if json:
        emit({"schema": "vendoreval/report-made/1", "kind": report.kind, "subject": subject,
              "file": str(first), "bytes": size})  # fmt: skip
    else:
        for file, size in made.files:
            say(f"Wrote {file} ({size / 1024:,.0f} KB).")
    return first
