"""The grounds on which a vendor may answer a claimed defect, each with its plain text."""

from __future__ import annotations

REASONS = {
    "guideline_ambiguous": "The guideline allows the delivered answer or does not settle the case.",
    "guideline_changed": "The guideline was changed after this item was labelled.",
    "input_unreadable": "The item could not be read, seen or heard well enough to label it.",
    "acceptable_alternative": "The delivered answer is right beside the reference answer.",
    "duplicate_count": "The same error is counted more than once.",
    "severity_wrong": "It is an error, but weighs less than the claim says.",
    "matching_artifact": "The answer is right; the way it was matched with gold made it look wrong.",
    "gold_wrong": "The reference answer is wrong.",
    "out_of_scope": "The item or this question is not part of the contract.",
    "agreed_exception": "Both sides agreed to treat this case differently.",
}
