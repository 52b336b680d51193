"""The nouns of the command line, each read only when it is asked for: `--help` must answer at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module

import typer

from vendoreval.cli.lacking import tell_all


@dataclass(frozen=True)
class Noun:
    """`modules` of vendoreval.cli: the first holds the noun's own app, the others add their commands to it."""

    help: str
    modules: tuple[str, ...]


NOUNS = {
    "vendor": Noun("The vendors you buy from.", ("vendor", "vendor_compare")),
    "questionnaire": Noun("Question banks, forms, answers and scores.", ("questionnaire",)),
    "pilot": Noun("Paid pilots before the contract.", ("pilot",)),
    "contract": Noun("Contracts and their quality terms.", ("contract", "contract_files")),
    "gold": Noun("Gold sets: reference labels with provenance.", ("gold", "gold_reveal")),
    "delivery": Noun(
        "Deliveries as received from vendors.", ("delivery", "delivery_decision", "delivery_partition")
    ),
    "audit": Noun(
        "Audits of deliveries against gold.", ("audit", "audit_plan", "audit_sample", "audit_scores")
    ),
    "agreement": Noun("Agreement among annotators; no gold is needed.", ("agreement",)),
    "annotators": Noun("How good each annotator is, and who did not answer alone.", ("annotators",)),
    "claim": Noun(
        "Rework claims from breached audits.", ("claim", "claim_answer", "claim_ruling", "claim_rework")
    ),
    "report": Noun("Reports as PDF, DOCX, HTML or JSON.", ("report",)),
    "evidence": Noun("Bundles that the other side can compute again.", ("evidence", "evidence_signing")),
}
_WITHOUT_A_NOUN = ("start", "cost", "letterhead")
ANYWHERE = ("--workspace", "--executor")  # options of the front door that take a value


def add_asked(app: typer.Typer, words: list[str]) -> None:
    """Put on `app` what `words`, a command's, ask for: its noun alone; where they name none, all of them by
    their help."""
    noun = _noun_of(words)
    if noun:
        app.add_typer(_commands(noun), name=noun, help=NOUNS[noun].help)
        return
    _add_without_a_noun(app)
    for name, about in NOUNS.items():
        app.add_typer(typer.Typer(no_args_is_help=True), name=name, help=about.help)


def add_all(app: typer.Typer) -> None:
    """Put every command on `app`."""
    _add_without_a_noun(app)
    for name, about in NOUNS.items():
        app.add_typer(_commands(name), name=name, help=about.help)


def _noun_of(words: list[str]) -> str:
    """The first word that is no option of the front door, if it is a noun."""
    rest = iter(words)
    for word in rest:
        if word in ANYWHERE:
            next(rest, None)
        elif not word.startswith("-"):
            return word if word in NOUNS else ""
    return ""


@lru_cache
def _commands(noun: str) -> typer.Typer:
    """A noun with its commands; adding them twice would list them twice."""
    first, *further = (import_module(f"vendoreval.cli.{name}") for name in NOUNS[noun].modules)
    app: typer.Typer = first.app
    for module in further:
        module.add_to(app)
    tell_all(app)
    return app


def _add_without_a_noun(app: typer.Typer) -> None:
    for name in _WITHOUT_A_NOUN:
        import_module(f"vendoreval.cli.{name}").add_to(app)
    tell_all(app)
