"""Escalated lines as an arbiter sees them: both answers as A and B, and nothing that tells whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vendoreval.claims.answer_words import BothAnswers, both_answers
from vendoreval.claims.arbitration import Case
from vendoreval.claims.blinding import blinded
from vendoreval.claims.records import ClaimLine
from vendoreval.formats.forms.arbiter_sheet import BlindCase
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.backdrops import NoBackdrop
from vendoreval.reports.pictures.case_picture import case_picture
from vendoreval.reports.pictures.outlines import Outline, outline
from vendoreval.workflow.claims.disputes import StoredDispute
from vendoreval.workflow.reports.image_folder import ImageFolder

_TWICE = (
    "Several cases show one and the same answer, so that the arbiter may guess that it is gold's. Send them on "
    "sheets of their own with --lines."
)


class Blind:
    """Makes the cases of one sheet; `notes` tell what is less than it could be."""

    def __init__(
        self, stored: StoredDispute, vendor: str, shown: Mapping[str, Mapping[str, str]], images: Path | None
    ) -> None:
        """`vendor` is its name, `shown` further columns by item, `images` a folder with the items' pictures."""
        self._stored, self._shown = stored, shown
        self._images = ImageFolder(images) if images else None
        self._names = _names(stored, vendor)
        self._seen: set[tuple[str, str]] = set()
        self.notes: list[str] = []

    @property
    def guideline(self) -> str:
        """The guideline that the contract names."""
        named = self._stored.contract.task.guideline
        return blinded(f"{named.id} {named.version}".strip(), self._names) if named else ""

    def case(self, case: Case, line: ClaimLine) -> BlindCase:
        """A case as the arbiter sees it. An id is not needed where the item itself is seen."""
        both = both_answers(line, self._stored.audit.seen, self._stored.contract.task)
        if line.where and (line.item, both.gold) in self._seen:
            self.notes.append(_TWICE)
        self._seen.add((line.item, both.gold))
        sides = (both.gold, both.delivered) if case.gold == "A" else (both.delivered, both.gold)
        answers = [blinded(text, self._names) for text in sides]
        # An item may be called after its answer.
        item = blinded(line.item, (*self._names, *filter(None, (line.expected, line.delivered))))
        text = {"text": both.text} if both.text else {}
        told = self._shown.get(line.item, text)
        columns = {name: blinded(value, self._names) for name, value in told.items()}
        picture = self._picture(case, line, both)
        return BlindCase(case.number, "" if picture else item, answers[0], answers[1], columns, picture)

    def _picture(self, case: Case, line: ClaimLine, both: BothAnswers) -> bytes:
        if self._images is None or self._stored.contract.task.type == "cuboids":  # no image shows it so
            return b""
        found = self._images(line.item)
        if found is None:
            self.notes.append(f"There is no image of {line.shown}.")
            return b""
        seen = self._stored.audit.seen
        gold = _outline(seen.gold.labels if seen.gold else None, both.gold_rows)
        given = _outline(seen.delivered, both.delivered_rows)
        try:
            return case_picture(found[1], both.size, (gold, given) if case.gold == "A" else (given, gold))
        except NoBackdrop as error:
            self.notes.append(f"The image of {line.shown} is left out: {error.what}.")
            return b""


def _outline(labels: LabelTable | None, rows: tuple[int, ...]) -> Outline:
    return outline(labels, rows) if labels is not None and rows else Outline()


def _names(stored: StoredDispute, vendor: str) -> tuple[str, ...]:
    """Whatever tells whose case it is; not the classes, which answers are made of."""
    claim, contract = stored.dispute.claim, stored.contract
    told = (
        claim.vendor, vendor, claim.buyer, claim.id, claim.delivery, claim.audit, contract.id, contract.title,
    )  # fmt: skip
    classes = {name.casefold() for name in contract.task.classes}
    return tuple(name for name in dict.fromkeys(told) if name and name.casefold() not in classes)
