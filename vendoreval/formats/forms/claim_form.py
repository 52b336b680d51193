"""The answer to a claim as one HTML file that works offline; it saves rows as the sheet has them, as JSON."""

from __future__ import annotations

from vendoreval.contracts.reasons import REASONS
from vendoreval.evidence.canonical import hash_of
from vendoreval.formats.forms.claim_sheet import ANSWERS, CLAIMED, LONGEST, Asked, rows
from vendoreval.formats.forms.html_form import self_contained

_OF_ALL = ("claim", "version", "record")  # the same in every row


def claim_form(asked: Asked) -> str:
    """The form as HTML text: no network; same input, same text. Answers given before stand in it."""
    listed = rows(asked)
    data = {
        "identity": {name: listed[0][name] for name in _OF_ALL},
        "rows": [{name: row[name] for name in row if name not in _OF_ALL} for row in listed],
        "answers": list(ANSWERS),
        "claimed": list(CLAIMED),
        "codes": [[code, REASONS[code]] for code in asked.terms.reasons],
        "told": list(asked.told),
        "longest": LONGEST,
    }
    data["id"] = hash_of(data)[:32]  # what a browser keeps a draft under
    until = f" · answer by {asked.dispute.answer_by}" if asked.dispute.answer_by else ""
    texts = {"TITLE": asked.title, "FOR": f"For: {asked.claim.vendor}{until}"}
    return self_contained("claim_form", texts, data, css=("form", "claim_form"))
