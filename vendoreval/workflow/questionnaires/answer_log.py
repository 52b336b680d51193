"""A vendor's answers in the order in which they came, and the forms that brought them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import Bank
from vendoreval.store.questionnaire_tables import AnswerRow, FormRow
from vendoreval.store.tables import EventRow
from vendoreval.store.transactions import Reader


@dataclass(frozen=True)
class Returned:
    """A form that came back: when, for which bank, and the SHA-256 of its file."""

    at: datetime
    bank: str
    sha256: str

    def answers_to(self, sent: FormRow) -> bool:
        """Whether it came after a form of the same bank was sent."""
        return self.at >= sent.sent_at and self.bank == sent.questionnaire_id


def given_answers(reader: Reader, vendor: str, bank: Bank) -> tuple[tuple[datetime, Answer], ...]:
    """All answers to this version of a bank with the moment they were recorded, oldest first."""
    rows = reader.all(AnswerRow, vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version)
    return tuple((row.answered_at, Answer.from_json(json.loads(row.data))) for row in rows)


def returned_forms(reader: Reader, vendor: str) -> tuple[Returned, ...]:
    """The forms that came back from a vendor, oldest first."""
    rows = reader.all(EventRow, kind="questionnaire.answered", subject=vendor)
    found = ((row.at, json.loads(row.data)) for row in rows)
    return tuple(Returned(at, said["bank"], said["form_sha256"]) for at, said in found if "form_sha256" in said)
