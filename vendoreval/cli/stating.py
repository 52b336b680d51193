"""The options by which the buyer states what labels mean and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vendoreval.labels.statements import Statements

Labels = Annotated[
    list[str] | None, typer.Option("--labels", help='TEXT=CLASS: how a class is written, e.g. "True=true".')
]
Empty = Annotated[
    list[str] | None, typer.Option("--empty", help='Texts that mean: not answered, e.g. "nan,None".')
]
Wrong = Annotated[
    list[str] | None, typer.Option("--wrong", help="Texts that are no class, and count as wrong answers.")
]
InOrder = Annotated[
    bool, typer.Option("--in-order", help="Rows stand in the order of answering, files by name.")
]
Unnamed = Annotated[
    str, typer.Option(help="Rows that name nobody are of the same person, or of different people.")
]


def stated_by(
    labels: list[str] | None, empty: list[str] | None, wrong: list[str] | None, in_order: bool, unnamed: str
) -> Statements:
    """What the options say; raises UsageError for a word that is not known."""
    from vendoreval.labels.statements import Statements

    return Statements(tuple(labels or ()), tuple(empty or ()), tuple(wrong or ()), in_order, unnamed)
